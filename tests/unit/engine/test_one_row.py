"""The one-row kernels' arithmetic, their codec, where compiled code is kept, and when they are not used."""

import os
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Recipe
from app.wire.plan import grouped
from cloud_backend.engine import linear
from cloud_backend.engine.backbone import load_backbone
from cloud_backend.engine.codec import decode_tensor, encode_tensor
from cloud_backend.engine.linear import Layout, as_array, choose_kernels
from tests.tiny_models import prepare_tiny, tiny_model

pytest.importorskip("numba")

from cloud_backend.engine import one_row, one_row_math, one_row_probe
from cloud_backend.engine.one_row_codec import decode_rows, encode_rows
from cloud_backend.engine.one_row_jit import private_folder
from cloud_backend.engine.one_row_kernels import run_segment

DTYPES = [torch.float32, torch.bfloat16]
CPU = torch.device("cpu")


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def to_bf16(x: np.ndarray) -> np.ndarray:
    bits = np.empty(x.shape, np.uint16)
    one_row_math.round_to_bf16(x, bits)
    return bits


# ------------------------------------------------------------------ arithmetic


def test_exp_is_right_to_two_units_in_the_last_place() -> None:
    x = np.linspace(-86.9, 87.9, 20_011, dtype=np.float32)
    found = np.array([one_row_math.exp(value) for value in x])
    exact = np.exp(x.astype(np.float64))
    assert np.abs(found - exact).max() > 0, "too good to have been computed in float32"
    assert (np.abs(found - exact) <= 2 * np.spacing(exact.astype(np.float32))).all()


def test_exp_beyond_its_range_is_almost_nothing_or_very_large() -> None:
    assert 0 <= one_row_math.exp(np.float32(-1e30)) < 1e-37
    assert one_row_math.exp(np.float32(1e30)) > 1e38


def test_rounding_to_bf16_is_that_of_torch() -> None:
    ties = np.array([0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x80000000, 0x7F7FFFFF], np.uint32).view(
        np.float32
    )
    random = np.random.default_rng(1).standard_normal(4096).astype(np.float32)
    for x in (ties, random, floats(np.inf, -np.inf, 0.0)):
        expected = torch.from_numpy(x).bfloat16().view(torch.uint16).numpy()
        np.testing.assert_array_equal(to_bf16(x), expected)
    assert torch.from_numpy(to_bf16(floats(np.nan))).view(torch.bfloat16).isnan().all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("rows", "width"), [(1, 1), (3, 7), (40, 33), (300, 576)])
def test_a_product_is_that_of_torch(rows: int, width: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(rows)
    weight = torch.randn(rows, width, generator=generator).to(dtype)
    x, bias = torch.randn(width, generator=generator), torch.randn(rows, generator=generator)
    found = np.empty(rows, np.float32)
    one_row_math.product(as_array(weight), bias.numpy(), x.numpy(), found)
    exact = weight.double() @ x.double()
    torch.testing.assert_close(torch.from_numpy(found).double(), exact + bias, atol=5e-5, rtol=0)
    one_row_math.product(as_array(weight), np.empty(0, np.float32), x.numpy(), found)
    torch.testing.assert_close(torch.from_numpy(found).double(), exact, atol=5e-5, rtol=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(bad: float) -> None:
    """The compiler may reorder sums, but not assume that every number is finite."""
    x = floats(*[1.0] * 40, bad)
    found = np.empty(1, np.float32)
    one_row_math.product(np.ones((1, 41), np.float32), np.empty(0, np.float32), x, found)
    assert not np.isfinite(found[0])


@pytest.mark.parametrize("is_gelu", [False, True])
def test_the_gate_is_that_of_torch(is_gelu: bool) -> None:
    gate, up = torch.linspace(-12, 12, 101), torch.linspace(2, -1, 101)
    found = torch.cat((gate, up)).numpy()
    one_row_math.gate(found, is_gelu)
    function = torch.nn.functional.gelu(gate, approximate="tanh") if is_gelu else torch.nn.functional.silu(gate)
    torch.testing.assert_close(torch.from_numpy(found[:101]), function * up, atol=2e-6, rtol=2e-6)


# ------------------------------------------------------------------ codec


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.BF16, Dtype.FP16, Dtype.INT8])
def test_the_row_codec_has_the_bytes_and_numbers_of_the_general_one(dtype: Dtype, rows: int) -> None:
    tensor = torch.randn(rows, 48, generator=torch.Generator().manual_seed(2))
    sent = encode_tensor(tensor, dtype)
    assert encode_rows(list(tensor.numpy()), dtype) == sent
    expected = decode_tensor(b"\0" * 8 + sent, dtype, rows, 48, offset=8, to=torch.float32, device=CPU)
    found = decode_rows(b"\0" * 8 + sent, dtype, rows, 48, offset=8)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected.numpy())


@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.BF16, Dtype.FP16])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_row_codec_refuses_what_is_not_finite(dtype: Dtype, bad: float) -> None:
    tensor = torch.ones(1, 9)
    tensor[0, 4] = bad
    with pytest.raises(WireError) as caught:
        decode_rows(encode_tensor(tensor, dtype), dtype, 1, 9)
    assert caught.value.code is ErrorCode.NOT_FINITE


@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.BF16])
def test_the_row_codec_refuses_missing_bytes(dtype: Dtype) -> None:
    with pytest.raises(WireError) as caught:
        decode_rows(encode_tensor(torch.ones(1, 9), dtype)[:-1], dtype, 1, 9)
    assert caught.value.code is ErrorCode.WRONG_SHAPE


# ------------------------------------------------------------------ when they are used


@pytest.mark.parametrize("dtype", DTYPES)
def test_they_are_chosen_here_and_that_is_said(dtype: torch.dtype) -> None:
    kernels = choose_kernels("cpu", {torch.float32: "fp32", torch.bfloat16: "bf16"}[dtype])
    assert kernels.layout is Layout.ROWS
    assert "one-row kernels" in kernels.description


def test_there_is_one_machine_code_a_dtype() -> None:
    for dtype in DTYPES:
        assert one_row_probe.agrees_with_torch(dtype)
    assert len(run_segment.signatures) == len(DTYPES)


def test_without_numba_torch_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cloud_backend.engine.one_row_probe", None)
    monkeypatch.setattr(linear, "_one_row_works", linear._one_row_works.__wrapped__)
    assert choose_kernels("cpu", "fp32").layout is Layout.PACKED


def test_kernels_that_compute_something_else_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets_windows(weights: object, *arguments: object) -> None:
        run_segment(weights._replace(windows=np.zeros_like(weights.windows)), *arguments)  # type: ignore[attr-defined]

    monkeypatch.setattr(one_row, "run_segment", forgets_windows)
    assert not one_row_probe.agrees_with_torch(torch.float32)


def test_a_compiler_that_fails_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise RuntimeError("LLVM ERROR")

    monkeypatch.setattr(one_row, "run_segment", fails)
    assert not one_row_probe.agrees_with_torch(torch.float32)


# ------------------------------------------------------------------ where compiled code is kept


def test_compiled_code_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "new" / "kernels")
    assert folder is not None
    assert folder.parent == tmp_path / "new" / "kernels"
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700
    assert private_folder(tmp_path / "new" / "kernels") == folder


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX knows them")
def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    folder = private_folder(tmp_path)
    assert folder is not None
    folder.chmod(0o770)
    assert private_folder(tmp_path) is None


def test_a_place_that_cannot_be_written_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert private_folder(tmp_path / "file") is None


def test_a_replay_that_awaits_deltas_keeps_what_it_was_sent_and_no_products(tmp_path: Path) -> None:
    model = tiny_model("llama", num_hidden_layers=4, num_attention_heads=12, head_dim=32)
    backbone = load_backbone(prepare_tiny(model, tmp_path), dtype="fp32")
    if backbone.kernels.layout is not Layout.ROWS:
        pytest.skip("no one-row kernels here")
    plan, rows = grouped(4, 4, 4), 64
    recipe_hash = bytes.fromhex(backbone.manifest.recipes[0].sha256)
    state = backbone.new_plan_state(Open(bytes(32), recipe_hash, Recipe.SVD, 2, rows, Dtype.FP32, Dtype.FP32, plan))
    cols, side_cols = backbone.hidden_size, plan.free_cols
    cache = backbone.new_cache(rows)
    frame = Frame(
        Kind.STEP,
        dtype=Dtype.FP32,
        side_dtype=Dtype.FP32,
        flags=Flags.WANT_LAST | Flags.ROWWISE,
        rows=rows,
        cols=cols,
        side_cols=side_cols,
        payload=bytes(4 * rows * (cols + side_cols)),
    )
    backbone.begin_step(cache, state, frame)  # what is compiled or made once is not counted
    tracemalloc.start()
    step = backbone.begin_step(cache, state, frame)
    kept_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    config = backbone.config
    products = rows * config.layers * (config.q_rows + 2 * config.kv_rows) * 4
    assert len(step.rows) == rows and kept_bytes < products / 2
