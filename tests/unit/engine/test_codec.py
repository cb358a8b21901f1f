"""Payload bytes and tensors: within each dtype's own rounding, and nothing that is not finite gets in."""

import struct

import pytest
import torch

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, tensor_bytes
from cloud_backend.engine.codec import decode_tensor, encode_tensor

CPU = torch.device("cpu")
TENSORS = [Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8]


def decode(payload: bytes, dtype: Dtype, rows: int, cols: int, offset: int = 0) -> torch.Tensor:
    return decode_tensor(payload, dtype, rows, cols, offset=offset, to=torch.float32, device=CPU)


@pytest.mark.parametrize("dtype", TENSORS)
def test_what_was_written_is_read(dtype: Dtype) -> None:
    tensor = torch.randn(5, 7, generator=torch.Generator().manual_seed(1))
    payload = encode_tensor(tensor, dtype)
    assert len(payload) == tensor_bytes(dtype, 5, 7)
    step = {Dtype.FP32: 0.0, Dtype.FP16: 2**-10, Dtype.BF16: 2**-8}.get(dtype)
    bound = tensor.abs() * step if step is not None else tensor.abs().amax(1, keepdim=True) / 254 + 1e-6
    assert ((decode(payload, dtype, 5, 7) - tensor).abs() <= bound).all()


def test_the_bytes_are_little_endian_row_major_with_scales_first() -> None:
    tensor = torch.tensor([[1.0, -2.0], [0.0, 0.0]])
    assert encode_tensor(tensor, Dtype.FP32) == struct.pack("<4f", 1.0, -2.0, 0.0, 0.0)
    assert encode_tensor(tensor, Dtype.FP16) == struct.pack("<4e", 1.0, -2.0, 0.0, 0.0)
    assert encode_tensor(tensor, Dtype.BF16) == bytes([0x80, 0x3F, 0x00, 0xC0, 0, 0, 0, 0])
    scale = torch.tensor(2.0) / 127
    assert encode_tensor(tensor, Dtype.INT8) == struct.pack("<2f4b", scale.item(), 1.0, 64, -127, 0, 0)


def test_a_view_is_written_as_it_looks() -> None:
    tensor = torch.arange(6.0).view(2, 3).T
    assert torch.equal(decode(encode_tensor(tensor, Dtype.FP32), Dtype.FP32, 3, 2), tensor)


def test_a_tensor_is_read_where_it_begins() -> None:
    payload = b"12345678" + encode_tensor(torch.ones(1, 3), Dtype.INT8)
    assert torch.allclose(decode(payload, Dtype.INT8, 1, 3, offset=8), torch.ones(1, 3))


def test_no_columns_are_no_numbers() -> None:
    assert decode(b"", Dtype.NONE, 3, 0).shape == (3, 0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.FP16, Dtype.BF16])
def test_one_bad_number_refuses_the_payload(dtype: Dtype, bad: float) -> None:
    tensor = torch.zeros(4, 9)
    tensor[3, 8] = bad
    with pytest.raises(WireError) as caught:
        decode(encode_tensor(tensor, dtype), dtype, 4, 9)
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_a_scale_that_is_not_finite_refuses_int8() -> None:
    with pytest.raises(WireError) as caught:
        decode(struct.pack("<f2b", float("nan"), 1, 1), Dtype.INT8, 1, 2)
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_numbers_too_large_for_the_compute_dtype_are_refused() -> None:
    payload = encode_tensor(torch.full((1, 2), 1e6), Dtype.FP32)
    with pytest.raises(WireError) as caught:
        decode_tensor(payload, Dtype.FP32, 1, 2, to=torch.float16, device=CPU)
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_too_few_bytes_are_refused() -> None:
    with pytest.raises(WireError) as caught:
        decode(bytes(7), Dtype.FP32, 1, 2)
    assert caught.value.code is ErrorCode.WRONG_SHAPE
