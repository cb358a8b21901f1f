"""The layers that the device runs itself, against `transformers`' hidden states and against the cloud's own layers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.device.near_layers import NearLayers
from app.device.pack import DamagedPack, DevicePack, install_pack
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from cloud_backend.engine.backbone import Backbone, load_backbone
from tests.numerics.engine_driver import Session, embed, random_ids, read
from tests.tiny_models import FAMILIES, prepare_tiny, tiny_model

TEXT = 24
WINDOW = 7  # shorter than the text
TOLERANCE = 2e-5
YARN = {"rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0, "original_max_position_embeddings": 64}
OPTIONS = {
    "biases": {"attention_bias": True, "mlp_bias": True},
    "yarn": {"rope_parameters": YARN, "max_position_embeddings": 256},
    "one kv head a head": {"num_key_value_heads": 4},
    "one kv head": {"num_key_value_heads": 1},
}
dtypes = pytest.mark.parametrize("compute", [torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
families = pytest.mark.parametrize("family", FAMILIES)
windows = pytest.mark.parametrize("window", [0, WINDOW], ids=["no window", "window"])
counts = pytest.mark.parametrize("count", [1, 2])


@pytest.fixture(scope="module")
def pack_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Backbone], DevicePack]:
    """The installed device pack of a backbone."""
    packs: dict[Path, DevicePack] = {}

    def install(backbone: Backbone) -> DevicePack:
        if backbone.folder not in packs:
            packs[backbone.folder] = install_pack(
                backbone.folder / "device-pack.zip",
                tmp_path_factory.mktemp("near") / "pack",
                backbone.manifest.pack_sha256,
            )
        return packs[backbone.folder]

    return install


@torch.no_grad()
def _expected(model: Any, ids: Tensor, count: int) -> Tensor:
    states: Sequence[Tensor] = model(ids[None], output_hidden_states=True).hidden_states
    return states[count][0]


def _assert_close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=TOLERANCE, rtol=TOLERANCE)


@families
@windows
@counts
def test_the_state_is_transformers_hidden_state(
    family: str, window: int, count: int, tiny: Callable[..., Any], pack_of: Callable[[Backbone], DevicePack]
) -> None:
    model, backbone = tiny(family, window=window)
    near = NearLayers(pack_of(backbone), count, torch.float32)
    ids = random_ids(model, TEXT)
    h, expected = embed(model, ids), _expected(model, ids, count)
    _assert_close(near.run(h, 0, None, one_by_one=False), expected)
    _assert_close(near.run(h, 0, None, one_by_one=True), expected)
    cache = near.new_cache()
    chunks = [near.run(h[a:b], a, cache, one_by_one=False) for a, b in ((0, 5), (5, 6), (6, 20), (20, TEXT))]
    _assert_close(torch.cat(chunks), expected)


@pytest.mark.parametrize("overrides", OPTIONS.values(), ids=OPTIONS.keys())
def test_llamas_options(overrides: dict[str, Any], tmp_path: Path, pack_of: Callable[[Backbone], DevicePack]) -> None:
    model = tiny_model("llama", **overrides)
    pack = pack_of(load_backbone(prepare_tiny(model, tmp_path), dtype="fp32"))
    assert (pack.facts.near.rope_factors[0] != 1) == ("rope_parameters" in overrides)
    near = NearLayers(pack, 2, torch.float32)
    ids = random_ids(model, TEXT)
    _assert_close(near.run(embed(model, ids), 0, None, one_by_one=False), _expected(model, ids, 2))
    _assert_close(near.run(embed(model, ids), 0, None, one_by_one=True), _expected(model, ids, 2))


@families
@windows
@dtypes
def test_one_by_one_is_what_single_rows_give_to_the_bit(
    family: str,
    window: int,
    compute: torch.dtype,
    tiny: Callable[..., Any],
    pack_of: Callable[[Backbone], DevicePack],
) -> None:
    model, backbone = tiny(family, window=window)
    near = NearLayers(pack_of(backbone), 2, compute)
    h = embed(model, random_ids(model, TEXT)).to(compute)
    together, apart = near.new_cache(), near.new_cache()
    near.run(h[:9], 0, together, one_by_one=False)
    near.run(h[:9], 0, apart, one_by_one=False)
    found = near.run(h[9:], 9, together, one_by_one=True)
    rows = [near.run(h[row : row + 1], row, apart, one_by_one=False) for row in range(9, TEXT)]
    assert found.equal(torch.cat(rows))
    assert found.dtype is compute


@families
def test_a_rollback_overwrites_and_leaves_no_trace(
    family: str, tiny: Callable[..., Any], pack_of: Callable[[Backbone], DevicePack]
) -> None:
    model, backbone = tiny(family, window=WINDOW)
    near = NearLayers(pack_of(backbone), 2, torch.float32)
    first, second = (embed(model, random_ids(model, TEXT, seed)) for seed in (1, 2))
    used, fresh = near.new_cache(), near.new_cache()
    near.run(first, 0, used, one_by_one=False)
    for cache in (used, fresh):
        near.run(first[:8], 0, cache, one_by_one=False)
    for start, end in ((8, 14), (14, 15), (15, TEXT)):
        old, new = (near.run(second[start:end], start, cache, one_by_one=False) for cache in (used, fresh))
        assert old.equal(new)
    with pytest.raises(ValueError, match="position 25 after 24"):
        near.run(second[:1], TEXT + 1, used, one_by_one=False)


@windows
@dtypes
def test_a_row_is_the_same_in_a_cache_that_has_grown(
    window: int, compute: torch.dtype, tiny: Callable[..., Any], pack_of: Callable[[Backbone], DevicePack]
) -> None:
    """A replay after a cut fills a new cache, which may be smaller than the old one was."""
    model, backbone = tiny("mistral", window=window)
    near = NearLayers(pack_of(backbone), 2, compute)
    ids = random_ids(model, 600)
    h = embed(model, ids).to(compute)
    grown, small = near.new_cache(), near.new_cache()
    whole = near.run(h, 0, grown, one_by_one=False)
    if compute is torch.float32:
        _assert_close(whole, _expected(model, ids, 2))
    for cache in (grown, small):
        near.run(h[:200], 0, cache, one_by_one=False)
    for row in range(200, 205):
        old, new = (near.run(h[row : row + 1], row, cache, one_by_one=False) for cache in (grown, small))
        assert old.equal(new)
    again = near.run(h[205:], 205, small, one_by_one=False)  # grows on the way
    torch.testing.assert_close(
        again.float(), whole[205:].float(), atol=0.2 if compute is torch.bfloat16 else 1e-4, rtol=0
    )


@families
@dtypes
@windows
def test_what_a_tap_reads_is_what_the_cloud_computes(
    family: str,
    compute: torch.dtype,
    window: int,
    tiny: Callable[..., Any],
    pack_of: Callable[[Backbone], DevicePack],
) -> None:
    """z of layer 2: by the cloud, which sends it for a tap there, and from the pack's own layers, norm and A."""
    model, backbone = tiny(family, window=window)
    pack = pack_of(backbone)
    if compute is torch.bfloat16:
        backbone = load_backbone(backbone.folder, dtype="bf16")
    h = embed(model, random_ids(model, TEXT))
    plan = ExchangePlan((Tap(2, (Target(3, Projection.V),), 8, 8),))
    session = Session(backbone, plan, {})
    step = session.begin(h)
    backbone.run_segment([step])
    expected = read(step.output, session.dtype, TEXT, 8)
    near = NearLayers(pack, 2, compute)
    state = near.run(h.to(compute), 0, None, one_by_one=False).float()
    with pack.weights() as weights, torch.no_grad():
        a = weights.tensor("free.2.svd-2.a")[:8].float()
        norm = model.model.layers[2].input_layernorm
        assert weights.tensor("free.2.input_norm.weight").equal(norm.weight)
        found = norm(state) @ a.T
    error = (found - expected).norm() / expected.norm()
    assert error < (1e-5 if compute is torch.float32 else 0.02)


def test_a_cache_serves_in_and_outside_of_inference_mode(
    tiny: Callable[..., Any], pack_of: Callable[[Backbone], DevicePack]
) -> None:
    model, backbone = tiny("llama")
    h = embed(model, random_ids(model, TEXT))
    with torch.inference_mode():
        near = NearLayers(pack_of(backbone), 1, torch.float32)
        cache = near.new_cache()
        near.run(h[:4], 0, cache, one_by_one=False)
    outside = near.run(h[4:], 4, cache, one_by_one=False)
    assert not outside.requires_grad
    _assert_close(outside, near.run(h, 0, None, one_by_one=False)[4:])


def test_a_model_of_one_layer_has_no_near_layers_and_more_than_there_are_is_refused(
    tmp_path: Path, tiny: Callable[..., Any], pack_of: Callable[[Backbone], DevicePack]
) -> None:
    pack = pack_of(load_backbone(prepare_tiny(tiny_model("llama", num_hidden_layers=1), tmp_path), dtype="fp32"))
    assert pack.facts.near.layers == 0
    with pytest.raises(DamagedPack):
        NearLayers(pack, 1, torch.float32)
    with pytest.raises(DamagedPack):
        NearLayers(pack_of(tiny("llama")[1]), 3, torch.float32)
