"""Adapters over exchanges: equal to PEFT's LoRA where one exists, to the written definition elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from app.wire.frames import Flags
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.recipe import a_key, b_key
from tests.numerics.engine_driver import (
    Adapter,
    Session,
    embed,
    head,
    logits_of,
    random_adapter,
    random_ids,
)
from tests.tiny_models import FAMILIES

TOLERANCE = 1e-4
TEXT = 24
MODULES = {Projection.Q: "q_proj", Projection.K: "k_proj", Projection.V: "v_proj"}


def _recipe_tensors(backbone: Backbone, recipe: Recipe) -> dict[str, Tensor]:
    entry = next(entry for entry in backbone.manifest.recipes if entry.recipe is recipe)
    return {name: tensor.float() for name, tensor in load_file(backbone.folder / entry.file).items()}


def _free_z(model: Any, backbone: Backbone, tap: Tap, recipe: Recipe) -> Callable[[Tensor], Tensor]:
    """What a device does for a tap at layer 0: z = A x with x = input norm of the embeddings."""
    a = _recipe_tensors(backbone, recipe)[a_key(0)][: tap.r_down]

    @torch.no_grad()
    def z(embeddings: Tensor) -> Tensor:
        x: Tensor = model.model.layers[0].input_layernorm(embeddings)
        return x @ a.T

    return z


def _session(model: Any, backbone: Backbone, plan: ExchangePlan, adapter: Adapter, recipe: Recipe) -> Session:
    session = Session(backbone, plan, adapter, recipe)
    if plan.free_taps:
        session.free_z = _free_z(model, backbone, plan.free_taps[0], recipe)
    return session


def _split_logits(session: Session, model: Any, ids: Tensor) -> Tensor:
    sent = embed(model, ids)
    states = [session.forward(sent[:10]), session.forward(sent[10:17], overlap=False)]
    states += [session.forward(sent[i : i + 1]) for i in range(17, TEXT)]
    return head(model, torch.cat(states))


@torch.no_grad()
def _defined_logits(
    model: Any, backbone: Backbone, plan: ExchangePlan, adapter: Adapter, recipe: Recipe, ids: Tensor
) -> Tensor:
    """The definition, with hooks on the whole model: out_t += B_t M_t A x, x = the tap layer's normed input."""
    matrices = _recipe_tensors(backbone, recipe)
    seen: dict[int, Tensor] = {}
    hooks = []
    for tap in plan.taps:
        layer = model.model.layers[tap.layer]
        hooks.append(
            layer.input_layernorm.register_forward_hook(lambda _m, _i, out, tap=tap: seen.__setitem__(tap.layer, out))
        )
        for target in tap.targets:
            a, b = (
                matrices[a_key(tap.layer)][: tap.r_down],
                matrices[b_key(target.layer, target.projection)][:, : tap.r_up],
            )
            whole = b @ adapter[target] @ a
            module = getattr(model.model.layers[target.layer].self_attn, MODULES[target.projection])
            hooks.append(
                module.register_forward_hook(lambda _m, _i, out, whole=whole, at=tap.layer: out + seen[at] @ whole.T)
            )
    try:
        return logits_of(model, ids)
    finally:
        for hook in hooks:
            hook.remove()


@pytest.mark.parametrize("recipe", list(Recipe), ids=lambda recipe: recipe.name.lower())
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")  # inside peft
def test_layer_by_layer_plan_equals_peft_lora(family: str, recipe: Recipe, tiny: Callable[..., Any]) -> None:
    import peft

    model, backbone = tiny(family, window=7)
    rank = 8
    plan = layer_by_layer(range(backbone.config.layers), rank)
    adapter = random_adapter(plan)
    ids = random_ids(model, TEXT)
    split = _split_logits(_session(model, backbone, plan, adapter, recipe), model, ids)
    matrices = _recipe_tensors(backbone, recipe)
    wrapped = peft.get_peft_model(
        model, peft.LoraConfig(r=rank, lora_alpha=rank, target_modules=list(MODULES.values()), lora_dropout=0.0)
    )
    try:
        with torch.no_grad():
            for target, m in adapter.items():
                layer = wrapped.base_model.model.model.layers[target.layer].self_attn
                module = getattr(layer, MODULES[target.projection])
                module.lora_A["default"].weight.copy_(matrices[a_key(target.layer)][:rank])
                module.lora_B["default"].weight.copy_(matrices[b_key(target.layer, target.projection)][:, :rank] @ m)
        whole = logits_of(wrapped, ids)
    finally:
        wrapped.unload()
    base = logits_of(model, ids)
    assert (whole - base).abs().max() > 0.1, "the adapter must matter"
    torch.testing.assert_close(split, whole, atol=TOLERANCE, rtol=0)


def _odd_plan() -> ExchangePlan:
    """Ranks that differ, targets of one layer apart in y, two taps serving one layer, a free tap for others."""
    q, k, v = Projection
    return ExchangePlan(
        (
            Tap(0, (Target(0, v), Target(2, q)), 5, 3),
            Tap(1, (Target(2, k), Target(1, q), Target(2, v), Target(4, q)), 6, 2),
            Tap(4, (Target(5, k), Target(4, k), Target(5, q)), 3, 7),
        )
    )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(grouped(6, 2, 8), id="grouped"),
        pytest.param(grouped(6, 6, 8), id="one-free-tap"),
        pytest.param(layer_by_layer([0], 8), id="free-tap-own-layer"),
        pytest.param(layer_by_layer([5], 4), id="last-layer"),
        pytest.param(_odd_plan(), id="odd"),
    ],
)
def test_any_plan_equals_its_written_definition(family: str, plan: ExchangePlan, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family)
    adapter = random_adapter(plan)
    ids = random_ids(model, TEXT)
    whole = _defined_logits(model, backbone, plan, adapter, Recipe.SVD, ids)
    assert (whole - logits_of(model, ids)).abs().max() > 0.03, "the adapter must matter"
    split = _split_logits(_session(model, backbone, plan, adapter, Recipe.SVD), model, ids)
    torch.testing.assert_close(split, whole, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_of_zeros_changes_no_bit(family: str, dtype: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, dtype=dtype)
    sent = embed(model, random_ids(model, TEXT))
    plain = Session(backbone)
    plan = layer_by_layer(range(6), 8)
    zeros = _session(model, backbone, plan, random_adapter(plan, scale=0.0), Recipe.SVD)
    for start, end in ((0, 10), (10, 17), *((i, i + 1) for i in range(17, TEXT))):
        assert torch.equal(zeros.forward(sent[start:end]), plain.forward(sent[start:end]))
    assert torch.equal(zeros.cache.committed(), plain.cache.committed())


def test_z_is_computed_before_the_tapped_layers_own_projections(tiny: Callable[..., Any]) -> None:
    """What is sent down must not wait for anything that can be done meanwhile."""
    model, backbone = tiny("llama")
    plan = layer_by_layer([3], 4)
    session = Session(backbone, plan, random_adapter(plan))
    step = session.begin(embed(model, random_ids(model, 2)), Flags.WANT_LAST)
    backbone.run_segment([step])
    assert step.output
    assert step.awaiting_delta
    assert step.lanes[0].qkv is None
    backbone.overlap([step])
    assert step.lanes[0].qkv is not None
