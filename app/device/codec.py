"""Tensors as the wire carries them: row-major little-endian bytes <-> torch (docs/wire-protocol.md, "Byte layout").

INT8 is one fp32 scale a row, then the int8 rows: value = scale * q, scale = absmax / 127, or 1.0 for a row of zeros.
Rounding is to nearest, ties to even. What arrives is untrusted: `decode_finite` refuses NaN and infinity.
Legend: R rows, C columns.
"""

import sys

import torch

from app.domain.errors import BackendError, SettingsError
from app.wire.frames import Dtype, tensor_bytes

assert sys.byteorder == "little", "tensors travel little-endian, and are read in place"

TORCH_DTYPES = {Dtype.FP32: torch.float32, Dtype.FP16: torch.float16, Dtype.BF16: torch.bfloat16}


def encode_rows(rows_RC: torch.Tensor, dtype: Dtype) -> bytes:
    """The wire bytes of a R x C tensor. Raises SettingsError where a finite number does not fit fp16."""
    if dtype is Dtype.INT8:
        return _encode_int8(rows_RC.float())
    narrowed = rows_RC.to(TORCH_DTYPES[dtype]).contiguous()
    if dtype is Dtype.FP16 and not bool(torch.isfinite(narrowed).all()):
        raise too_large_for_fp16()
    return raw_bytes(narrowed)


def decode_rows(payload: bytes | bytearray | memoryview, rows: int, cols: int, dtype: Dtype) -> torch.Tensor:
    """The R x C tensor that `payload` holds: fp32 for INT8, else the wire's own dtype.

    Raises BackendError where the length is wrong.
    """
    if len(payload) != tensor_bytes(dtype, rows, cols):
        raise BackendError(
            "The backend sent a block of numbers of the wrong size.",
            "Its version may not match this app's: update both, or choose another backend.",
        )
    if rows == 0 or cols == 0:
        return torch.zeros((rows, cols), dtype=TORCH_DTYPES.get(dtype, torch.float32))
    owned = bytearray(payload)
    if dtype is Dtype.INT8:
        scales_R1 = torch.frombuffer(owned, dtype=torch.float32, count=rows).unsqueeze(1)
        quants_RC = torch.frombuffer(owned, dtype=torch.int8, offset=4 * rows).view(rows, cols)
        return scales_R1 * quants_RC
    return torch.frombuffer(owned, dtype=TORCH_DTYPES[dtype]).view(rows, cols)


def decode_finite(payload: bytes | bytearray | memoryview, rows: int, cols: int, dtype: Dtype) -> torch.Tensor:
    """As `decode_rows`, for what a backend sent. Raises BackendError also where a number is NaN or infinite."""
    rows_RC = decode_rows(payload, rows, cols, dtype)
    if not bool(torch.isfinite(rows_RC).all()):
        raise not_finite()
    return rows_RC


def raw_bytes(tensor: torch.Tensor) -> bytes:
    """A contiguous tensor's memory as bytes, whatever its dtype (numpy has no bf16)."""
    return tensor.view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def not_finite() -> BackendError:
    """The error for NaN or infinity from a backend."""
    return BackendError(
        "The backend sent numbers that are not finite (NaN or infinity), so this reply cannot go on.",
        "Try again; if it happens again, the backend or its model is faulty: choose another, or tell its operator.",
    )


def too_large_for_fp16() -> SettingsError:
    """The error for numbers of ours that overflow the 16-bit format chosen."""
    return SettingsError(
        "Numbers to be sent are too large for the fp16 format.", "Choose bf16 or fp32 for this backend and try again."
    )


def _encode_int8(rows_RC: torch.Tensor) -> bytes:
    if not rows_RC.numel():
        return b""
    scales_R1 = rows_RC.abs().amax(dim=1, keepdim=True) / 127
    scales_R1 = torch.where(scales_R1 > 0, scales_R1, torch.ones_like(scales_R1))  # zeros, or underflow of tiny numbers
    quants_RC = (rows_RC / scales_R1).round_().clamp_(-127, 127).to(torch.int8)
    return raw_bytes(scales_R1) + raw_bytes(quants_RC)
