"""One legal frame of every kind, by name: the source of tests/vectors/frames.json and of the parser tests."""

import struct

from app.wire.errors import ErrorCode
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Opened, Recipe, Refusal
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped

SESSION = 0x1122334455667788
TWO_TAPS = ExchangePlan(
    (
        Tap(0, (Target(0, Projection.Q), Target(1, Projection.V)), 2, 3),
        Tap(2, tuple(Target(2, projection) for projection in Projection), 2, 2),
    )
)

OPEN = Open(
    model_hash=bytes(range(32)),
    recipe_hash=bytes(range(32, 64)),
    recipe=Recipe.SVD,
    recipe_version=1,
    positions=2048,
    state_dtype=Dtype.BF16,
    exchange_dtype=Dtype.INT8,
    plan=TWO_TAPS,
)


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def sample_frames() -> dict[str, Frame]:
    int8_rows = floats(0.5, 2.0) + bytes([127, 0x81, 0, 1])  # two scales, then two rows of two
    return {
        "open": Frame(Kind.OPEN, payload=OPEN.encode()),
        "open_without_plan": Frame(
            Kind.OPEN,
            payload=Open(bytes(32), bytes(32), Recipe.RANDOM, 1, 1, Dtype.FP32, Dtype.FP32, ExchangePlan()).encode(),
        ),
        "open_grouped": Frame(
            Kind.OPEN,
            payload=Open(
                bytes(32), bytes(32), Recipe.SVD, 1, 8192, Dtype.FP16, Dtype.FP16, grouped(30, 5, 64)
            ).encode(),
        ),
        "opened": Frame(Kind.OPENED, SESSION, payload=Opened(2048, 512, 600, 30).encode()),
        "step_fp32": Frame(
            Kind.STEP,
            SESSION,
            step=7,
            position=41,
            rows=2,
            cols=3,
            dtype=Dtype.FP32,
            flags=Flags.WANT_LAST,
            payload=floats(1, 2, 3, -1, -2, -3),
        ),
        "step_with_free_deltas": Frame(
            Kind.STEP,
            SESSION,
            step=8,
            position=43,
            rows=1,
            cols=2,
            dtype=Dtype.FP16,
            side_cols=2,
            side_dtype=Dtype.FP32,
            flags=Flags.WANT_ALL | Flags.ROWWISE,
            payload=struct.pack("<2e", 1.0, -2.0) + floats(0.25, -0.25),
        ),
        "delta_int8": Frame(
            Kind.DELTA, SESSION, step=7, position=41, tap=2, rows=2, cols=2, dtype=Dtype.INT8, payload=int8_rows
        ),
        "tap_bf16": Frame(
            Kind.TAP,
            SESSION,
            step=7,
            position=41,
            tap=2,
            rows=1,
            cols=2,
            dtype=Dtype.BF16,
            payload=bytes.fromhex("803f00c0"),
        ),
        "state_fp32": Frame(
            Kind.STATE, SESSION, step=7, position=41, rows=1, cols=3, dtype=Dtype.FP32, payload=floats(0, 1, 2)
        ),
        "state_empty": Frame(Kind.STATE, SESSION, step=9, position=44),
        "step_train": Frame(
            Kind.STEP,
            SESSION,
            step=9,
            rows=1,
            cols=2,
            dtype=Dtype.FP32,
            flags=Flags.WANT_ALL | Flags.TRAIN,
            payload=floats(1, -1),
        ),
        "gradient_fp16": Frame(
            Kind.GRADIENT, SESSION, step=9, rows=1, cols=2, dtype=Dtype.FP16, payload=struct.pack("<2e", 0.5, -0.5)
        ),
        "delta_gradient_bf16": Frame(
            Kind.DELTA_GRADIENT,
            SESSION,
            step=9,
            tap=2,
            rows=1,
            cols=6,
            dtype=Dtype.BF16,
            payload=bytes.fromhex("803f00c0" * 3),
        ),
        "tap_gradient_int8": Frame(
            Kind.TAP_GRADIENT, SESSION, step=9, tap=2, rows=2, cols=2, dtype=Dtype.INT8, payload=int8_rows
        ),
        "step_gradient_fp32": Frame(
            Kind.STEP_GRADIENT, SESSION, step=9, rows=1, cols=2, dtype=Dtype.FP32, payload=floats(0.25, -0.25)
        ),
        "step_gradient_empty": Frame(Kind.STEP_GRADIENT, SESSION, step=9),
        "error": Frame(Kind.ERROR, SESSION, payload=Refusal(ErrorCode.KV_FULL, 1 << 30).encode()),
    }
