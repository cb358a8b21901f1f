"""An engine without a model: hashes in plain Python behind the Engine protocol, for tests of the server.

A position's "state" is a hash of everything before it, so a wrong order, a lost delta or another session's cache
changes every later byte. `layer_seconds` makes it slow, layer by layer, and it obeys `cancel` between layers.
"""

import hashlib
import math
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Flags, Frame
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan

SEED = b"\x00" * 32
MODEL_HASH = hashlib.sha256(b"sim backbone").digest()
RECIPE_HASH = hashlib.sha256(b"sim recipe").digest()


class SimCancelledError(Exception):
    """As the real engine's StepCancelled: a class that the server does not know."""


@dataclass
class SimCache:
    positions: int
    owner: "SimEngine"
    digests: list[bytes] = field(default_factory=list)

    def free(self) -> None:
        self.digests.clear()
        self.owner.live_caches -= 1


@dataclass
class SimStep:
    cache: SimCache
    plan: ExchangePlan
    frame: Frame
    state_dtype: Dtype
    exchange_dtype: Dtype
    digests: list[bytes]
    layer: int = 0
    next_tap: int = 0
    cancel: bool = False
    finished: bool = False
    output: bytes = b""


class SimEngine:
    """`fault` is raised by the next run_segment; `overlaps` counts calls of overlap."""

    def __init__(self, *, layers: int = 4, hidden_size: int = 8, kv_bytes_per_position: int = 1000) -> None:
        self.layers = layers
        self.hidden_size = hidden_size
        self.kv_bytes_per_position = kv_bytes_per_position
        self.description = "simulated"
        self.layer_seconds = 0.0
        self.live_caches = 0
        self.overlaps = 0
        self.fault: Exception | None = None

    def card(self, pack: bytes = b"") -> dict[str, object]:
        """A manifest for this engine."""
        return {
            "format": 2,
            "id": "sim",
            "architecture": "sim",
            "layers": self.layers,
            "hidden_size": self.hidden_size,
            "vocab_size": 16,
            "max_positions": 4096,
            "backbone_sha256": MODEL_HASH.hex(),
            "pack_sha256": hashlib.sha256(pack).hexdigest(),
            "pack_bytes": len(pack),
            "dtype": "fp32",
            "projection_rows": {"q": 8, "k": 8, "v": 8},
            "recipes": [{"name": "svd", "version": 1, "sha256": RECIPE_HASH.hex(), "rank": 8}],
        }

    def check_plan(self, plan: ExchangePlan, recipe: Recipe, version: int, recipe_hash: bytes) -> None:
        if plan.taps and (version != 1 or recipe_hash != RECIPE_HASH or recipe is not Recipe.SVD):
            raise WireError(ErrorCode.RECIPE_UNKNOWN)
        for tap in plan.taps:
            if max(target.layer for target in tap.targets) >= self.layers or max(tap.r_down, tap.r_up) > 8:
                raise WireError(ErrorCode.PLAN_REFUSED)

    def plan_bytes(self, plan: ExchangePlan) -> int:
        return 1000 * sum(tap.up_cols for tap in plan.taps)

    def new_plan_state(self, open_message: Open) -> Open:
        return open_message

    def new_cache(self, positions: int) -> SimCache:
        self.live_caches += 1
        return SimCache(positions, self)

    def begin_step(self, cache: SimCache, plan_state: Open, frame: Frame) -> SimStep:
        main, side = frame.payload[: frame.main_bytes], frame.payload[frame.main_bytes :]
        check_finite(main, frame.dtype, frame.rows)
        check_finite(side, frame.side_dtype, frame.rows)
        del cache.digests[frame.position :]
        digests = []
        last = cache.digests[-1] if cache.digests else SEED
        for row in range(frame.rows):
            last = _hash(last, _row(main, row, frame.rows), _row(side, row, frame.rows))
            digests.append(last)
        dtypes = plan_state.state_dtype, plan_state.exchange_dtype
        return SimStep(cache, plan_state.plan, frame, *dtypes, digests)

    def run_segment(self, steps: Sequence[SimStep]) -> None:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        for step in steps:
            self._run(step)

    def _run(self, step: SimStep) -> None:
        taps = step.plan.exchanged_taps
        goal = taps[step.next_tap].layer if step.next_tap < len(taps) else self.layers
        while step.layer < goal:
            if step.cancel:
                raise SimCancelledError
            if self.layer_seconds:
                time.sleep(self.layer_seconds)  # even a sleep of 0 takes 60 us
            step.digests = [_hash(digest, step.layer.to_bytes(2)) for digest in step.digests]
            step.layer += 1
        if step.next_tap < len(taps):
            step.output = tensor(step.digests, taps[step.next_tap].r_down, step.exchange_dtype)
            return
        step.cache.digests[step.frame.position :] = step.digests
        wanted = {Flags.WANT_LAST: step.digests[-1:], Flags.WANT_ALL: step.digests}.get(step.frame.flags & 3, [])
        step.output = tensor(wanted, self.hidden_size, step.state_dtype)
        step.finished = True

    def overlap(self, steps: Sequence[SimStep]) -> None:
        self.overlaps += len(steps)

    def take_delta(self, step: SimStep, payload: bytes) -> None:
        check_finite(payload, step.exchange_dtype, step.frame.rows)
        rows = len(step.digests)
        step.digests = [_hash(digest, _row(payload, row, rows)) for row, digest in enumerate(step.digests)]
        step.next_tap += 1


def tensor(digests: list[bytes], cols: int, dtype: Dtype) -> bytes:
    """One row of `cols` finite numbers from each digest, as the wire carries them."""
    rows = [[byte - 128 for byte in hashlib.shake_128(digest).digest(cols)] for digest in digests]
    if dtype is Dtype.INT8:
        scales = struct.pack(f"<{len(rows)}f", *[1.0] * len(rows))
        return scales + b"".join(struct.pack(f"<{cols}b", *row) for row in rows)
    if dtype is Dtype.BF16:
        return b"".join(struct.pack("<f", value)[2:] for row in rows for value in row)
    code = "f" if dtype is Dtype.FP32 else "e"
    return b"".join(struct.pack(f"<{cols}{code}", *row) for row in rows)


def check_finite(payload: bytes, dtype: Dtype, rows: int) -> None:
    """Raises WireError(NOT_FINITE)."""
    if dtype is Dtype.NONE:
        return
    if dtype is Dtype.BF16:
        values = [word & 0x7F80 != 0x7F80 for (word,) in struct.iter_unpack("<H", payload)]
    elif dtype is Dtype.INT8:
        values = [math.isfinite(scale) for (scale,) in struct.iter_unpack("<f", payload[: 4 * rows])]
    else:
        code = "<f" if dtype is Dtype.FP32 else "<e"
        values = [math.isfinite(value) for (value,) in struct.iter_unpack(code, payload)]
    if not all(values):
        raise WireError(ErrorCode.NOT_FINITE)


def _row(payload: bytes, row: int, rows: int) -> bytes:
    width = len(payload) // rows
    return payload[row * width : (row + 1) * width]


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"|".join(parts)).digest()
