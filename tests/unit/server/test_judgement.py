"""The way back of a training step, judged from headers alone: what may not come is refused before its payload."""

from typing import Any

import pytest

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.frames import HEADER_BYTES, Dtype, Flags, Frame, Kind, tensor_bytes
from app.wire.limits import Limits
from app.wire.plan import layer_by_layer
from app.wire.state import Phase, SessionShape
from cloud_backend.server.judgement import judge_header

HIDDEN = 8
SHAPE = SessionShape(HIDDEN, layer_by_layer([1, 3], 2), Dtype.FP32, Dtype.FP16, positions=64, max_rows=16)
STEP = Frame(Kind.STEP, 1, rows=4, cols=HIDDEN, dtype=Dtype.FP32, flags=Flags.WANT_ALL | Flags.TRAIN)


def header(kind: Kind, **fields: Any) -> bytes:
    size = tensor_bytes(fields["dtype"], fields["rows"], fields["cols"])
    return Frame(kind, 1, payload=bytes(size), **fields).encode()[:HEADER_BYTES]


def judge(untrusted: bytes, phase: Phase) -> int:
    return judge_header(untrusted, Limits(), phase, SHAPE, STEP)


def test_what_the_order_asks_for_may_come() -> None:
    assert judge(header(Kind.GRADIENT, rows=4, cols=8, dtype=Dtype.FP32), Phase.HOLDING) == 128
    assert judge(header(Kind.STEP, rows=3, cols=8, dtype=Dtype.FP32), Phase.HOLDING) == 96
    assert judge(header(Kind.TAP_GRADIENT, tap=3, rows=4, cols=2, dtype=Dtype.FP16), Phase.REPAYING) == 16


@pytest.mark.parametrize(
    ("kind", "phase", "fields", "code"),
    [
        (Kind.GRADIENT, Phase.READY, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.GRADIENT, Phase.UNWINDING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.GRADIENT, Phase.REPAYING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.GRADIENT, Phase.HOLDING, {"rows": 5}, ErrorCode.WRONG_SHAPE),
        (Kind.GRADIENT, Phase.HOLDING, {"cols": 9}, ErrorCode.WRONG_SHAPE),
        (Kind.GRADIENT, Phase.HOLDING, {"dtype": Dtype.FP16}, ErrorCode.WRONG_DTYPE),
        (Kind.DELTA, Phase.HOLDING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.TAP_GRADIENT, Phase.HOLDING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.DELTA, Phase.REPAYING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.STEP, Phase.REPAYING, {}, ErrorCode.OUT_OF_ORDER),
        (Kind.TAP_GRADIENT, Phase.REPAYING, {"tap": 2, "cols": 2, "dtype": Dtype.FP16}, ErrorCode.OUT_OF_ORDER),
        (Kind.TAP_GRADIENT, Phase.REPAYING, {"tap": 3, "cols": 6, "dtype": Dtype.FP16}, ErrorCode.WRONG_SHAPE),
        (Kind.TAP_GRADIENT, Phase.REPAYING, {"tap": 3, "cols": 2, "dtype": Dtype.FP32}, ErrorCode.WRONG_DTYPE),
    ],
)
def test_anything_else_is_refused_by_name(kind: Kind, phase: Phase, fields: dict[str, Any], code: ErrorCode) -> None:
    whole = {"rows": 4, "cols": HIDDEN, "dtype": Dtype.FP32} | fields
    with pytest.raises(RemoteProtocolError) as caught:
        judge(header(kind, **whole), phase)
    assert caught.value.code is code
