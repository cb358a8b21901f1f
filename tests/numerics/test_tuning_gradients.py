"""Split training: the gradient of every M across the wire equals that of the same model in one process."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from tests.numerics.engine_driver import random_adapter, random_ids
from tests.numerics.tuning_driver import Trained, Trainee, whole_gradients
from tests.tiny_models import FAMILIES

TOLERANCE = 1e-4  # of the largest entry of the gradient
TEXT = 20
LAYERS = 6


def only(*projections: Projection) -> ExchangePlan:
    return ExchangePlan(tuple(Tap(at, tuple(Target(at, p) for p in projections), 4, 4) for at in (1, 3)))


def crossed() -> ExchangePlan:
    """Ranks that differ, targets apart in y, taps that serve layers behind later taps or not their own at all."""
    q, k, v = Projection
    return ExchangePlan(
        (
            Tap(0, (Target(0, v), Target(2, q), Target(5, v)), 5, 3),
            Tap(1, (Target(2, k), Target(3, q), Target(2, v), Target(5, q)), 6, 2),
            Tap(2, (Target(4, q), Target(4, k)), 4, 4),
            Tap(4, (Target(5, k), Target(4, v)), 3, 7),
        )
    )


PLANS = {
    "own-layer": layer_by_layer(range(LAYERS), 4),
    "grouped": grouped(LAYERS, 2, 4),
    "one-free": grouped(LAYERS, LAYERS, 4),
    "free-far": ExchangePlan((Tap(0, (Target(3, Projection.K),), 4, 4),)),
    "none-free": layer_by_layer([2, 5], 4),
    "far-targets": ExchangePlan((Tap(1, (Target(4, Projection.Q),), 4, 4), Tap(3, (Target(5, Projection.V),), 4, 4))),
    "q-v": only(Projection.Q, Projection.V),
    "k": only(Projection.K),
    "crossed": crossed(),
}


def assert_equal(split: Trained, loss: float, gradients: dict[Target, torch.Tensor]) -> None:
    assert split.loss == pytest.approx(loss, rel=TOLERANCE)
    assert split.gradients.keys() == gradients.keys()
    for target, expected in gradients.items():
        size = expected.abs().max().item()
        assert size > 1e-6, f"{target}: nothing to compare"
        torch.testing.assert_close(split.gradients[target], expected, atol=TOLERANCE * size, rtol=0, msg=str(target))


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_equal_those_of_one_process(family: str, plan: ExchangePlan, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, window=7)
    adapter, ids = random_adapter(plan), random_ids(model, TEXT)
    loss, gradients = whole_gradients(model, backbone, plan, adapter, ids)
    assert_equal(Trainee(model, backbone, plan).train(ids, adapter), loss, gradients)
