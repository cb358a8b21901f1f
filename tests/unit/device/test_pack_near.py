"""The pack's own layers, as an untrusted download: what does not fit its description is refused before it is used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from app.device.pack import DamagedPack, DevicePack, install_pack
from app.domain.errors import ModelError

Build = Callable[..., DevicePack]
Tensors = dict[str, torch.Tensor]


def rebuilt(
    recipe: Any, tmp_path: Path, near: dict[str, Any] | None = None, tensors: Callable[[Tensors], object] | None = None
) -> DevicePack:
    """The tiny pack with other fields in `near`, or other tensors."""
    members = recipe().members()
    card = json.loads(members["pack.json"])
    card["near"] |= near or {}
    held = safetensors.torch.load(members["weights.safetensors"])
    if tensors is not None:
        tensors(held)
    files = {"pack.json": json.dumps(card).encode(), "weights.safetensors": safetensors.torch.save(held)}
    return install_pack(tmp_path / "p.zip", tmp_path / "p", recipe(files=files).zip(tmp_path / "p.zip"))


def test_the_facts_of_the_near_layers_are_read(pack_recipe: Any, tmp_path: Path) -> None:
    near = rebuilt(pack_recipe, tmp_path, {"windows": [0, 12], "rope_factors": [1.0, 1.25]}).facts.near
    assert (near.layers, near.heads, near.kv_heads, near.head_dim, near.intermediate_size) == (2, 2, 1, 8, 24)
    assert (near.windows, near.rope_factors, near.activation) == ((0, 12), (1.0, 1.25), "silu")
    assert near.attention_scale == pytest.approx(8**-0.5)


def test_a_pack_may_hold_fewer(build_pack: Build) -> None:
    assert [build_pack(near=count).facts.near.layers for count in (0, 1)] == [0, 1]


@pytest.mark.parametrize(
    "near",
    [
        {"layers": 4},  # all of the model's
        {"layers": 3},  # more than the weights hold
        {"layers": -1},
        {"heads": 4},
        {"heads": 0},
        {"kv_heads": 2},
        {"head_dim": 4},
        {"intermediate_size": 25},
        {"qk_norm": True},  # its norms are not there
        {"post_norms": True},
        {"activation": "relu"},
        {"attention_scale": float("inf")},
        {"attention_scale": 0},
        {"windows": [0]},
        {"windows": [0, -1]},
        {"windows": [0, 2**70]},
        {"windows": None},
        {"rope_factors": [1.0]},
        {"rope_factors": [1.0, float("nan")]},
        {"rope_factors": [1.0, 1.0, 1.0]},
    ],
    ids=str,
)
def test_facts_that_do_not_fit_are_refused(near: dict[str, Any], pack_recipe: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        rebuilt(pack_recipe, tmp_path, near)
    assert caught.value.advice


def test_an_odd_head_cannot_turn(pack_recipe: Any, tmp_path: Path) -> None:
    card = json.loads(pack_recipe().members()["pack.json"])
    near = card["near"] | {"heads": 16, "kv_heads": 8, "head_dim": 1}
    digest = pack_recipe(facts={"near": near}).zip(tmp_path / "p.zip")
    with pytest.raises(ModelError, match=r"pack\.json"):
        install_pack(tmp_path / "p.zip", tmp_path / "p", digest)


@pytest.mark.parametrize("near", [None, [], "two", {}], ids=str)
def test_a_description_without_near_facts_is_refused(near: object, build_pack: Build) -> None:
    with pytest.raises(ModelError, match=r"pack\.json"):
        build_pack(facts={"near": near})


NAMES = (
    "near.0.self_attn.q_proj.weight",
    "near.1.self_attn.k_proj.weight",
    "near.1.self_attn.v_proj.weight",
    "near.0.self_attn.o_proj.weight",
    "near.1.mlp.gate_proj.weight",
    "near.0.mlp.up_proj.weight",
    "near.1.mlp.down_proj.weight",
    "near.0.input_layernorm.weight",
    "near.1.post_attention_layernorm.weight",
    "near.rope.1",
    "free.0.input_norm.weight",
    "free.1.svd-1.a",
    "free.2.random-1.a",
    "free.2.input_norm.weight",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_tensor_that_is_missing_or_of_another_shape_or_type_is_refused(
    name: str, pack_recipe: Any, tmp_path: Path
) -> None:
    for change in (
        lambda held: held.pop(name),
        lambda held: held.update({name: held[name][:-1].clone()}),
        lambda held: held.update({name: held[name][None].clone()}),
        lambda held: held.update({name: held[name].to(torch.int32)}),
        lambda held: held.update({name: held[name].double()}),
    ):
        with pytest.raises(DamagedPack, match=name.replace(".", r"\.")):
            rebuilt(pack_recipe, tmp_path, tensors=change)


def test_a_bias_must_fit_its_rows(pack_recipe: Any, tmp_path: Path) -> None:
    name = "near.0.self_attn.q_proj.bias"
    rebuilt(pack_recipe, tmp_path, tensors=lambda held: held.update({name: torch.ones(16)}))
    with pytest.raises(DamagedPack, match="shape"):
        rebuilt(pack_recipe, tmp_path, tensors=lambda held: held.update({name: torch.ones(17)}))
