"""Payload bytes to torch tensors and back (docs/wire-protocol.md, "Tensors").

Row-major, little-endian; INT8 is one fp32 scale a row, then the rows (value = scale * q). Whatever arrives is
untrusted: a NaN or an infinity would poison a cache, so none gets past `decode_tensor`.
"""

import math

import torch
from torch import Tensor

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, tensor_bytes

_TORCH_DTYPES = {
    Dtype.FP32: torch.float32,
    Dtype.FP16: torch.float16,
    Dtype.BF16: torch.bfloat16,
    Dtype.INT8: torch.int8,
}
_INT8_MAX = 127


def decode_tensor(
    untrusted: bytes, dtype: Dtype, rows: int, cols: int, *, offset: int = 0, to: torch.dtype, device: torch.device
) -> Tensor:
    """Read rows x cols numbers at `offset` as a tensor of dtype `to` on `device`.

    Raises WireError: WRONG_SHAPE where the bytes do not suffice, NOT_FINITE for NaN or infinity (in `to`).
    """
    if len(untrusted) < offset + tensor_bytes(dtype, rows, cols):
        raise WireError(ErrorCode.WRONG_SHAPE, f"{len(untrusted) - offset} bytes for {rows} x {cols} {dtype.name}")
    if rows * cols == 0:
        return torch.empty(rows, cols, dtype=to, device=device)
    buffer = bytearray(untrusted)  # torch wants memory that it may write to
    if dtype is Dtype.INT8:
        scales = torch.frombuffer(buffer, dtype=torch.float32, count=rows, offset=offset)
        offset += 4 * rows
        numbers = torch.frombuffer(buffer, dtype=torch.int8, count=rows * cols, offset=offset)
        tensor = (numbers.view(rows, cols) * scales.view(rows, 1)).to(to)
    else:
        numbers = torch.frombuffer(buffer, dtype=_TORCH_DTYPES[dtype], count=rows * cols, offset=offset)
        tensor = numbers.view(rows, cols).to(to)
    if not math.isfinite(tensor.abs().amax().item()):  # amax keeps NaN
        raise WireError(ErrorCode.NOT_FINITE, f"{rows} x {cols} {dtype.name}")
    return tensor.to(device)


def encode_tensor(tensor_RC: Tensor, dtype: Dtype) -> bytes:
    """Write a 2-D tensor as `dtype`. INT8: scale = absmax / 127 of the row, 1.0 for a row of zeros."""
    tensor = tensor_RC.detach()
    if dtype is Dtype.INT8:
        wide = tensor.float().cpu()
        scales = wide.abs().amax(dim=1, keepdim=True) / _INT8_MAX if wide.shape[1] else wide.new_ones(wide.shape[0], 1)
        scales[scales == 0] = 1.0
        return _raw(scales) + _raw((wide / scales).round_().clamp_(-_INT8_MAX, _INT8_MAX).to(torch.int8))
    return _raw(tensor.to(device="cpu", dtype=_TORCH_DTYPES[dtype]))


def _raw(tensor: Tensor) -> bytes:
    raw: bytes = tensor.contiguous().view(torch.uint8).numpy().tobytes()
    return raw
