"""Split training: the gradient of every M across the wire equals that of the same model in one process."""

import gc
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from cloud_backend.tuning.attention import attend
from cloud_backend.tuning.layer import graph_bytes
from cloud_backend.tuning.tuner import Tuner
from cloud_backend.tuning.weights import FrozenWeights
from tests.numerics.engine_driver import random_adapter, random_ids
from tests.numerics.near_driver import each_near_plan
from tests.numerics.tuning_driver import AMPLE, Trained, Trainee, whole_gradients
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


@each_near_plan
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_a_tap_behind_device_layers_equal_those_of_one_process(
    family: str, plan: ExchangePlan, count: int, tiny: Callable[..., Any]
) -> None:
    model, backbone = tiny(family, window=7)
    adapter, ids = random_adapter(plan), random_ids(model, TEXT)
    loss, gradients = whole_gradients(model, backbone, plan, adapter, ids, device_layers=count)
    assert_equal(Trainee(model, backbone, plan, device_layers=count).train(ids, adapter), loss, gradients)
    other = Trainee(model, backbone, plan).train(ids, adapter).gradients  # z of the embeddings is another
    at = plan.taps[0].targets[0]
    assert (other[at] - gradients[at]).abs().max() > 0.1 * gradients[at].abs().max()


@pytest.mark.parametrize("rows", [1, 7, 300])
@pytest.mark.parametrize("window", [0, 1, 50, 200])
def test_attention_in_blocks_equals_torchs_own(rows: int, window: int) -> None:
    generator = torch.Generator().manual_seed(rows)
    heads, groups, size = 2, 3, 8

    def made(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).float().requires_grad_()

    query, key, value = made(heads, groups, rows, size), made(heads, rows, size), made(heads, rows, size)
    gradient = made(heads, groups, rows, size).detach()
    behind = torch.arange(rows)[:, None] - torch.arange(rows)
    seen = (behind >= 0) & ((behind < window) if window else True)
    whole = F.scaled_dot_product_attention(query, *(part[:, None] for part in (key, value)), attn_mask=seen, scale=0.3)
    split = attend(query, key, value, 0.3, window)
    torch.testing.assert_close(split, whole, atol=1e-5, rtol=0)
    inputs = query, key, value
    for ours, theirs in zip(
        torch.autograd.grad(split, inputs, gradient), torch.autograd.grad(whole, inputs, gradient), strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=0)


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("plan", [PLANS["crossed"], PLANS["one-free"]], ids=["crossed", "one-free"])
def test_layers_kept_or_made_again_give_the_same_bits(plan: ExchangePlan, dtype: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("gemma3_text", dtype=dtype)
    adapter, ids = random_adapter(plan), random_ids(model, TEXT)
    tuner = Tuner(backbone)
    found = []
    for kept_layers in (LAYERS, 2, 0):
        memory = next(size for size in range(0, AMPLE, 2048) if tuner.kept_layers(TEXT, size) == kept_layers)
        found.append(Trainee(model, backbone, plan, memory_bytes=memory, tuner=tuner).train(ids, adapter))
    for other in found[1:]:
        assert other.loss == found[0].loss
        for target, gradient in found[0].gradients.items():
            assert torch.equal(other.gradients[target], gradient), target


@pytest.mark.parametrize("family", FAMILIES)
def test_memory_is_no_more_than_was_reckoned(family: str, tiny: Callable[..., Any]) -> None:
    """What autograd saves of one layer, each storage once, weights and tables left out."""
    _, backbone = tiny(family, window=7)
    weights = FrozenWeights(backbone.folder, backbone.config, torch.float32, torch.device("cpu"))
    layer = weights.layers[1]
    rows = 60
    positions = weights.positions(rows)
    fixed = {value.untyped_storage().data_ptr() for value in _tensors_of(layer, positions)}
    saved: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in fixed:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    h = torch.randn(rows, backbone.config.hidden_size, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = layer(h, {}, positions)
    reckoned = graph_bytes(rows, backbone.config, 4)
    assert out.grad_fn is not None
    assert 0.5 * reckoned < sum(saved.values()) <= reckoned


def _tensors_of(*owners: object) -> list[Tensor]:
    """All tensors that these hold, through containers and objects of ours."""
    found: list[Tensor] = []
    for owner in owners:
        if isinstance(owner, Tensor):
            found.append(owner)
        elif isinstance(owner, dict):
            found += _tensors_of(*owner.values())
        elif isinstance(owner, tuple | list):
            found += _tensors_of(*owner)
        elif type(owner).__module__.startswith("cloud_backend.tuning"):
            names = getattr(owner, "__slots__", None) or vars(owner)
            found += _tensors_of(*(getattr(owner, name) for name in names))
    return found


def test_a_run_that_does_not_fit_is_refused(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    tuner = Tuner(backbone)
    memory = 2**20
    most = tuner.most_rows(memory)
    assert tuner.kept_layers(most, memory) >= 0 > tuner.kept_layers(most + 1, memory)
    small = next(size for size in range(0, AMPLE, 2048) if tuner.most_rows(size) >= TEXT - 1)
    trainee = Trainee(model, backbone, PLANS["grouped"], memory_bytes=small - 2048, tuner=tuner)
    with pytest.raises(WireError) as caught:
        trainee.forward(random_ids(model, TEXT), random_adapter(PLANS["grouped"]))
    assert caught.value.code is ErrorCode.TUNING_REFUSED


def test_weights_are_shared_by_runs_and_dropped_with_the_last(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    tuner = Tuner(backbone)
    first, second = (Trainee(model, backbone, PLANS["grouped"], tuner=tuner).run for _ in range(2))
    weights = tuner._weights
    assert weights is not None
    assert first._weights is second._weights is weights()
    first.free()
    assert weights() is not None
    second.free()
    gc.collect()
    assert weights() is None


def test_a_step_that_is_dropped_leaves_nothing_behind(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    plan = PLANS["crossed"]
    adapter, ids = random_adapter(plan), random_ids(model, TEXT)
    once = Trainee(model, backbone, plan).train(ids, adapter)
    broken = Trainee(model, backbone, plan)
    broken.forward(random_ids(model, 9, seed=8), adapter)  # no gradient follows
    again = broken.train(ids, adapter)
    assert all(torch.equal(again.gradients[target], one) for target, one in once.gradients.items())


@pytest.mark.parametrize(("dtype", "bound"), [(Dtype.BF16, 0.1), (Dtype.FP16, 0.1), (Dtype.INT8, 0.15)])
def test_narrow_dtypes_stay_near_the_exact_gradient(dtype: Dtype, bound: float, tiny: Callable[..., Any]) -> None:
    model, exact = tiny("llama")
    _, backbone = tiny("llama", dtype="bf16")
    plan = PLANS["own-layer"]
    adapter, ids = random_adapter(plan), random_ids(model, TEXT)
    _, gradients = whole_gradients(model, exact, plan, adapter, ids)
    narrow = Trainee(model, backbone, plan, dtype=dtype).train(ids, adapter).gradients
    error = sum(((narrow[target] - one) ** 2).sum().item() for target, one in gradients.items())
    size = sum((one**2).sum().item() for one in gradients.values())
    assert error**0.5 < bound * size**0.5


def test_backward_stops_below_the_lowest_target(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    q = Projection.Q
    plan = ExchangePlan((Tap(1, (Target(4, q),), 4, 4),))
    trained = Trainee(model, backbone, plan).train(random_ids(model, TEXT), random_adapter(plan))
    assert trained.pauses == LAYERS + 2, "all layers forwards, layers 5 and 4 backwards"


def test_a_gradient_that_is_not_finite_is_refused(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    trainee = Trainee(model, backbone, PLANS["grouped"])
    trainee.forward(random_ids(model, TEXT), random_adapter(PLANS["grouped"]))
    poisoned = torch.full((TEXT, backbone.hidden_size), float("nan"))
    sent = trainee.device.gradient(poisoned.numpy().tobytes())
    with pytest.raises(WireError) as caught:
        list(trainee.run.take_gradient(trainee.cloud.receive(sent).payload))
    assert caught.value.code is ErrorCode.NOT_FINITE
