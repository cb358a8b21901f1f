"""Tensors of the wire as numpy arrays, and back (docs/wire-protocol.md, "Byte layout"). numpy has no bf16: it is the
upper half of an fp32.

Legend: R rows, C columns. All arrays are fp32.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.wire.frames import Dtype, tensor_bytes

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_INT8_MAX = 127
_NUMPY: dict[Dtype, np.dtype[Any]] = {Dtype.FP32: np.dtype("<f4"), Dtype.FP16: np.dtype("<f2")}


def decode_rows(payload: bytes | memoryview, rows: int, cols: int, dtype: Dtype) -> Floats:
    """The R x C numbers at the start of `payload`, which must be long enough: a decoded frame's is."""
    assert len(payload) >= tensor_bytes(dtype, rows, cols), "a frame's payload fits its header"
    count = rows * cols
    if not count or dtype is Dtype.NONE:
        return np.zeros((rows, cols), np.float32)
    if dtype is Dtype.INT8:
        scales_R = np.frombuffer(payload, "<f4", rows)
        quants = np.frombuffer(payload, np.int8, count, 4 * rows).reshape(rows, cols)
        with np.errstate(all="ignore"):  # a peer's scale may be anything
            return np.asarray(quants * scales_R[:, None], np.float32)
    if dtype is Dtype.BF16:
        return widened(np.frombuffer(payload, "<u2", count)).reshape(rows, cols)
    return np.frombuffer(payload, _NUMPY[dtype], count).astype(np.float32).reshape(rows, cols)


def encode_rows(rows_RC: Floats, dtype: Dtype) -> bytes:
    """The wire bytes of an R x C array."""
    if dtype is Dtype.INT8:
        scales_R = np.abs(rows_RC).max(axis=1) / np.float32(_INT8_MAX)
        scales_R[scales_R == 0] = 1
        quants = np.rint(rows_RC / scales_R[:, None]).clip(-_INT8_MAX, _INT8_MAX).astype(np.int8)
        scaled: bytes = scales_R.astype("<f4").tobytes() + quants.tobytes()
        return scaled
    if dtype is Dtype.BF16:
        bits: bytes = narrowed(rows_RC).tobytes()
        return bits
    raw: bytes = rows_RC.astype(_NUMPY[dtype]).tobytes()
    return raw


def as_sent(rows_RC: Floats, dtype: Dtype) -> Floats:
    """What is left of numbers after the wire's rounding."""
    rows, cols = rows_RC.shape
    return decode_rows(encode_rows(rows_RC, dtype), rows, cols, dtype)


def widened(halves: NDArray[np.uint16]) -> Floats:
    """bf16 bits as fp32."""
    return (halves.astype(np.uint32) << np.uint32(16)).view(np.float32)


def narrowed(numbers: Floats) -> NDArray[np.uint16]:
    """fp32 rounded to bf16, to nearest, ties to even."""
    bits = np.ascontiguousarray(numbers, np.float32).view(np.uint32)
    return ((bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)).astype("<u2")


def rounded_to_bf16(numbers: Floats) -> Floats:
    return widened(narrowed(numbers))
