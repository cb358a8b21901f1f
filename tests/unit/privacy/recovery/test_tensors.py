"""numpy reads and writes the wire's tensors exactly as the device does with torch."""

import numpy as np
import pytest
import torch

from app.device import codec
from app.privacy.recovery.tensors import as_sent, decode_rows, encode_rows, rounded_to_bf16
from app.wire.frames import Dtype

DTYPES = [Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8]


def numbers() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn(40, 33, generator=generator) * torch.logspace(-6, 3, 40)[:, None]
    spread[7] = 0
    return spread


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_both_ways_equal_the_device_to_the_bit(dtype: Dtype) -> None:
    wire = codec.encode_rows(numbers(), dtype)
    assert encode_rows(numbers().numpy(), dtype) == wire
    theirs = codec.decode_rows(wire, 40, 33, dtype).float().numpy()
    assert np.array_equal(decode_rows(wire, 40, 33, dtype), theirs)
    assert np.array_equal(as_sent(numbers().numpy(), dtype), theirs)


def test_bf16_rounds_to_nearest_even() -> None:
    assert np.array_equal(rounded_to_bf16(numbers().numpy()), numbers().bfloat16().float().numpy())


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_no_rows_and_no_columns_are_read(dtype: Dtype) -> None:
    assert decode_rows(b"", 0, 5, dtype).shape == (0, 5)
    assert decode_rows(b"", 5, 0, dtype).shape == (5, 0)
