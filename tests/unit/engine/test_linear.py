"""Kernels: what is chosen, that it is said, and that packed and plain agree."""

import pytest
import torch
from torch.nn import functional as F

from cloud_backend.engine import linear
from cloud_backend.engine.errors import EngineError
from cloud_backend.engine.linear import Kernels, Layout, choose_kernels


@pytest.mark.parametrize("layout", list(Layout), ids=lambda layout: layout.name.lower())
@pytest.mark.parametrize("rows", [1, 5])
def test_all_layouts_compute_the_same(layout: Layout, rows: int) -> None:
    if layout is not Layout.PLAIN and not linear._ops_work(linear.PackedLinear, torch.float32):
        pytest.skip("this build of torch has no oneDNN kernels")
    generator = torch.Generator().manual_seed(rows)
    x, weight = torch.randn(rows, 24, generator=generator), torch.randn(40, 24, generator=generator)
    bias, base = torch.randn(40, generator=generator), torch.randn(rows, 40, generator=generator)
    made = Kernels(torch.float32, torch.device("cpu"), layout).linear(weight, bias)
    with torch.inference_mode():
        torch.testing.assert_close(made(x), F.linear(x, weight, bias))
        kept = base.clone()
        torch.testing.assert_close(made.add_to(base, x), base + F.linear(x, weight, bias))
        assert torch.equal(base, kept)


def test_without_the_private_ops_plain_ones_are_chosen_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise RuntimeError("no such op")

    monkeypatch.setattr(linear.PackedLinear, "__init__", gone)
    kernels = choose_kernels("cpu", "fp32")
    assert kernels.layout is Layout.PLAIN
    assert kernels.description.startswith("fp32 plain, ")


def test_ops_that_compute_something_else_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear.PackedLinear, "__call__", lambda self, x: torch.zeros(x.shape[0], 16))
    assert choose_kernels("cpu", "fp32").layout is Layout.PLAIN


def test_fp16_stays_with_plain_kernels() -> None:
    assert choose_kernels("cpu", "fp16").layout is Layout.PLAIN


@pytest.mark.parametrize(
    ("flags", "dtype"), [({}, "fp32"), ({"avx512_bf16": True}, "bf16"), ({"amx_bf16": True}, "bf16")]
)
def test_auto_is_bf16_only_where_the_hardware_has_it(
    flags: dict[str, bool], dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags)
    assert choose_kernels("cpu", "auto").description.startswith(dtype)


@pytest.mark.parametrize(("device", "dtype"), [("cpu", "int4"), ("mps", "auto")])
def test_what_is_not_supported_is_refused_by_name(device: str, dtype: str) -> None:
    with pytest.raises(EngineError, match=dtype if dtype != "auto" else device):
        choose_kernels(device, dtype)
