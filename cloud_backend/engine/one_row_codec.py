"""Wire bytes to one float32 row and back, in bf16 and fp32 without torch: after a layer of weights has passed, nothing
of torch is left in the caches, and the general codec (`codec`) costs 10 to 20 us a call (docs/adr/0002).

The bytes and the errors are those of the general codec, which does the other dtypes.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, tensor_bytes
from cloud_backend.engine.codec import decode_tensor, encode_tensor
from cloud_backend.engine.one_row_math import round_to_bf16

_SHIFT = np.uint32(16)
_CPU = torch.device("cpu")


def decode_rows(untrusted: bytes, dtype: Dtype, rows: int, cols: int, offset: int = 0) -> NDArray[np.float32]:
    """rows x cols of float32. Raises WireError: WRONG_SHAPE (bytes are missing), NOT_FINITE."""
    if cols == 0:
        return np.empty((rows, 0), np.float32)
    if dtype is not Dtype.BF16 and dtype is not Dtype.FP32:
        general: NDArray[np.float32] = decode_tensor(
            untrusted, dtype, rows, cols, offset=offset, to=torch.float32, device=_CPU
        ).numpy()
        return general
    if len(untrusted) < offset + tensor_bytes(dtype, rows, cols):
        raise WireError(ErrorCode.WRONG_SHAPE, f"{len(untrusted) - offset} bytes for {rows} x {cols} {dtype.name}")
    if dtype is Dtype.BF16:
        bits = np.frombuffer(untrusted, np.uint16, rows * cols, offset).astype(np.uint32)
        bits <<= _SHIFT
        numbers = bits.view(np.float32)
    else:
        numbers = np.frombuffer(untrusted, np.float32, rows * cols, offset).copy()
    if not np.isfinite(numbers).all():
        raise WireError(ErrorCode.NOT_FINITE, f"{rows} x {cols} {dtype.name}")
    return numbers.reshape(rows, cols)


def encode_rows(rows: list[NDArray[np.float32]], dtype: Dtype) -> bytes:
    """Rows of one width, as `dtype`."""
    numbers = rows[0][None] if len(rows) == 1 else np.stack(rows)
    if dtype is Dtype.FP32:
        return numbers.tobytes()
    if dtype is Dtype.BF16:
        bits = np.empty(numbers.size, np.uint16)
        round_to_bf16(numbers.reshape(-1), bits)
        return bits.tobytes()
    return encode_tensor(torch.from_numpy(numbers), dtype)
