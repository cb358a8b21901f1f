"""Free taps behind layers that the device runs, from the definition: h_K is that of `transformers`, without deltas."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.recipe import a_key, b_key
from tests.numerics.engine_driver import logits_of
from tests.numerics.tuning_driver import MODULES, recipe_tensors, state_at

Q, K, V = Projection
LAYERS = 6


def free_from(first: int, rank: int = 8) -> ExchangePlan:
    """One free tap for v of all layers from `first` on."""
    return ExchangePlan((Tap(0, tuple(Target(layer, V) for layer in range(first, LAYERS)), rank, rank),))


def mixed(first: int) -> ExchangePlan:
    """A free tap and two that are exchanged; ranks and projections differ, and two taps serve one layer."""
    return ExchangePlan(
        (
            Tap(0, (Target(5, V), Target(first, V), Target(3, Q)), 5, 3),
            Tap(first + 1, (Target(3, V), Target(first + 1, K)), 6, 2),
            Tap(4, (Target(4, V), Target(4, K), Target(5, Q)), 4, 4),
        )
    )


NEAR_PLANS: dict[str, tuple[ExchangePlan, int]] = {
    "one": (free_from(1), 1),
    "two": (free_from(2), 2),
    "two-later": (free_from(4), 2),
    "one-mixed": (mixed(1), 1),
    "two-mixed": (mixed(2), 2),
}
each_near_plan = pytest.mark.parametrize(("plan", "count"), NEAR_PLANS.values(), ids=NEAR_PLANS.keys())


def noisy(pack: DevicePack, plan: ExchangePlan, count: int, recipe: Recipe = Recipe.SVD, scale: float = 0.3) -> Adapter:
    return Adapter.random(plan, pack.facts, recipe, seed=5, scale=scale, device_layers=count)


@torch.no_grad()
def defined_logits(model: Any, backbone: Backbone, adapter: Adapter, ids: Tensor) -> Tensor:
    """Logits of the whole text in one pass. A free tap's z is made beforehand, of a model that nothing is hooked to."""
    card = adapter.card
    matrices = recipe_tensors(backbone, card.recipe)
    plain_x = model.model.layers[card.device_layers].input_layernorm(
        state_at(model, model.get_input_embeddings()(ids), card.device_layers)
    )
    seen: dict[int, Tensor] = {}
    hooks = []

    def adding(tap: Tap, target: Target) -> Callable[[Any, Any, Tensor], Tensor]:
        at = card.device_layers if tap.is_free else tap.layer
        b = matrices[b_key(target.layer, target.projection)][:, : tap.r_up]
        whole = b @ adapter.matrices[target] @ matrices[a_key(at)][: tap.r_down]
        return lambda _m, _i, out: out + (plain_x if tap.is_free else seen[tap.layer]) @ whole.T

    for tap in card.plan.taps:
        norm = model.model.layers[tap.layer].input_layernorm
        hooks.append(norm.register_forward_hook(lambda _m, _i, out, at=tap.layer: seen.__setitem__(at, out)))
        for target in tap.targets:
            module = getattr(model.model.layers[target.layer].self_attn, MODULES[target.projection])
            hooks.append(module.register_forward_hook(adding(tap, target)))
    try:
        return logits_of(model, ids)
    finally:
        for hook in hooks:
            hook.remove()
