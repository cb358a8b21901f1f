import struct

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.device import codec
from app.domain.errors import BackendError, SettingsError
from app.wire.frames import Dtype, tensor_bytes

WIRE = (Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8)


@given(st.sampled_from(WIRE), st.integers(0, 5), st.integers(1, 40), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_a_round_trip_stays_within_the_formats_bound(dtype: Dtype, rows: int, cols: int, seed: int) -> None:
    rows_RC = 10 * torch.randn(rows, cols, generator=torch.Generator().manual_seed(seed))
    payload = codec.encode_rows(rows_RC, dtype)
    assert len(payload) == tensor_bytes(dtype, rows, cols)
    error = (codec.decode_rows(payload, rows, cols, dtype).float() - rows_RC).abs()
    absmax = rows_RC.abs().amax(1, keepdim=True) if rows else torch.zeros(0, 1)
    bound = {
        Dtype.FP32: torch.zeros_like(rows_RC),
        Dtype.FP16: rows_RC.abs() * 2**-11 + 2**-25,
        Dtype.BF16: rows_RC.abs() * 2**-8,
        Dtype.INT8: (absmax / 127 / 2 * 1.0001).expand_as(rows_RC),
    }[dtype]
    assert bool((error <= bound).all())


def test_int8_is_a_scale_a_row_and_then_the_rows() -> None:
    payload = codec.encode_rows(torch.tensor([[127.0, -63.5], [0.0, 0.0]]), Dtype.INT8)
    assert payload == struct.pack("<ff4b", 1.0, 1.0, 127, -64, 0, 0)  # 63.5 goes to the even neighbour


def test_int8_survives_numbers_whose_scale_underflows() -> None:
    payload = codec.encode_rows(torch.full((1, 3), 1e-45), Dtype.INT8)
    assert bool(torch.isfinite(codec.decode_rows(payload, 1, 3, Dtype.INT8)).all())


def test_bf16_rounds_to_nearest_even() -> None:
    halfway = torch.tensor([[1 + 2**-8, 1 + 3 * 2**-8]])
    assert codec.decode_rows(codec.encode_rows(halfway, Dtype.BF16), 1, 2, Dtype.BF16).tolist() == [[1.0, 1.015625]]


@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.FP16, Dtype.BF16])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_refused_with_advice(dtype: Dtype, bad: float) -> None:
    payload = codec.raw_bytes(torch.tensor([[1.0, bad]]).to(codec.TORCH_DTYPES[dtype]))
    with pytest.raises(BackendError) as caught:
        codec.decode_finite(payload, 1, 2, dtype)
    assert caught.value.advice


def test_an_int8_scale_that_is_not_finite_is_refused() -> None:
    with pytest.raises(BackendError):
        codec.decode_finite(struct.pack("<f2b", float("inf"), 0, 1), 1, 2, Dtype.INT8)


def test_a_payload_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(BackendError):
        codec.decode_rows(bytes(7), 1, 2, Dtype.FP32)


def test_numbers_too_large_for_fp16_are_not_sent_as_infinity() -> None:
    with pytest.raises(SettingsError):
        codec.encode_rows(torch.tensor([[70000.0]]), Dtype.FP16)


def test_decoding_does_not_share_memory_with_the_payload() -> None:
    payload = codec.encode_rows(torch.ones(1, 2), Dtype.FP32)
    codec.decode_rows(payload, 1, 2, Dtype.FP32).zero_()
    assert payload == codec.encode_rows(torch.ones(1, 2), Dtype.FP32)
