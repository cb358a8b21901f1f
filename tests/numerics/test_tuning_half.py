"""The app's own half in training, over the real wire and the real trainer: its gradients are those of one process."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from app.core.session import RetryPolicy
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.pack import DevicePack, install_pack
from app.device.tuning_half import TuningHalf
from app.domain.errors import BackendError, SettingsError, StoreDamaged
from app.domain.ids import new_message_id
from app.wire.frames import Dtype, tensor_bytes
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from cloud_backend.engine.backbone import Backbone
from tests.numerics.engine_driver import random_ids
from tests.numerics.near_driver import each_near_plan, free_from
from tests.numerics.test_tuning_gradients import PLANS
from tests.numerics.tuning_driver import whole_gradients
from tests.sim.tuning_cloud import TuningCloud
from tests.tiny_models import FAMILIES

TOLERANCE = 1e-4  # of the largest entry of the gradient
TEXT = 20


@pytest.fixture(scope="module")
def pack_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Backbone], DevicePack]:
    """The device pack that belongs to a backbone."""
    packs: dict[Path, DevicePack] = {}

    def install(backbone: Backbone) -> DevicePack:
        if backbone.folder not in packs:
            folder = tmp_path_factory.mktemp("pack") / "installed"
            zip_path = backbone.folder / "device-pack.zip"
            packs[backbone.folder] = install_pack(zip_path, folder, backbone.manifest.pack_sha256)
        return packs[backbone.folder]

    return install


PackOf = Callable[[Backbone], DevicePack]


def noisy(pack: DevicePack, plan: ExchangePlan, head_rank: int = 0) -> Adapter:
    return Adapter.random(plan, pack.facts, Recipe.SVD, seed=3, scale=0.3, head_rank=head_rank)


def make_half(pack: DevicePack, adapter: Adapter, **changes: Any) -> TuningHalf:
    options: dict[str, Any] = {"state_dtype": Dtype.FP32, "exchange_dtype": Dtype.FP32, "compute_dtype": torch.float32}
    return TuningHalf(pack, adapter, **(options | changes))


def make_session(half: TuningHalf, cloud: TuningCloud, window: int = 32) -> TuningSession:
    retry = RetryPolicy(lambda: [0.0] * 5)
    return TuningSession(
        half, cloud.model, cloud.open_channel, retry, lambda reason: None, lambda: None, window=window,
        message=new_message_id(),
    )  # fmt: skip


def gradients(half: TuningHalf) -> dict[str, torch.Tensor]:
    """What was accumulated, by the names in the adapter's file."""
    parameters = half._parameters
    found: dict[str, torch.Tensor] = {}
    for tap in half.plan.taps:
        for target, part in zip(tap.targets, parameters.tap_gradient(tap).split(tap.r_up), strict=True):
            found[parameters.card.key(target)] = part.clone()
    if parameters.head is not None:
        found |= dict(zip(("head.v", "head.u"), (part.clone() for part in parameters.head_gradient), strict=True))
    return found


def assert_close(found: torch.Tensor, expected: torch.Tensor, share: float, what: str) -> None:
    size = expected.abs().max().item()
    assert size > 1e-6, f"{what}: nothing to compare"
    torch.testing.assert_close(found, expected, atol=share * size, rtol=0, msg=what)


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_equal_those_of_one_process(
    family: str, plan: ExchangePlan, tiny: Callable[..., Any], pack_of: PackOf
) -> None:
    model, backbone = tiny(family, window=7)
    pack = pack_of(backbone)
    adapter = noisy(pack, plan)
    ids = random_ids(model, TEXT)
    loss, expected = whole_gradients(model, backbone, plan, adapter.matrices, ids)
    half = make_half(pack, adapter)
    session = make_session(half, TuningCloud(backbone))
    total = session.train(ids.tolist(), 1 / (TEXT - 1))
    session.close()
    assert total / (TEXT - 1) == pytest.approx(loss, rel=TOLERANCE)
    found = gradients(half)
    for target, gradient in expected.items():
        assert_close(found[adapter.card.key(target)], gradient, TOLERANCE, str(target))


@each_near_plan
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_a_tap_behind_device_layers_equal_those_of_one_process(
    family: str, plan: ExchangePlan, count: int, tiny: Callable[..., Any], pack_of: PackOf
) -> None:
    model, backbone = tiny(family, window=7)
    pack = pack_of(backbone)
    adapter = Adapter.random(plan, pack.facts, Recipe.SVD, seed=3, scale=0.3, device_layers=count)
    ids = random_ids(model, TEXT)
    loss, expected = whole_gradients(model, backbone, plan, adapter.matrices, ids, device_layers=count)
    half = make_half(pack, adapter)
    session = make_session(half, TuningCloud(backbone))
    total = session.train(ids.tolist(), 1 / (TEXT - 1))
    assert total / (TEXT - 1) == pytest.approx(loss, rel=TOLERANCE)
    found = gradients(half)
    for target, gradient in expected.items():
        assert_close(found[adapter.card.key(target)], gradient, TOLERANCE, str(target))
    # held-out notes and samples go through the session's cache, in pieces
    losses: list[float] = []
    for start, end in ((0, 9), (9, 10), (10, TEXT)):
        losses += half.loss(session.states(ids.tolist()[start:end]), ids.tolist()[start : end + 1])
    session.close()
    assert sum(losses) == pytest.approx(total, rel=TOLERANCE)


@pytest.mark.parametrize("plan", [ExchangePlan(), grouped(6, 6, 4), grouped(6, 3, 4)], ids=["alone", "free", "taps"])
def test_gradients_of_the_head_part_and_behind_it_equal_those_of_one_process(
    plan: ExchangePlan, tiny: Callable[..., Any], pack_of: PackOf
) -> None:
    model, backbone = tiny("llama")
    pack = pack_of(backbone)
    adapter = noisy(pack, plan, head_rank=5)
    assert adapter.head is not None
    v, u = (part.clone().requires_grad_() for part in adapter.head)
    hook = model.model.norm.register_forward_hook(lambda _m, _i, h: h + h @ u.T @ v.T)
    ids = random_ids(model, TEXT)
    try:
        loss, expected = whole_gradients(model, backbone, plan, adapter.matrices, ids, also=(v, u))
    finally:
        hook.remove()
    half = make_half(pack, adapter)
    session = make_session(half, TuningCloud(backbone))
    assert session.train(ids.tolist(), 1 / (TEXT - 1)) / (TEXT - 1) == pytest.approx(loss, rel=TOLERANCE)
    session.close()
    found = gradients(half)
    assert v.grad is not None and u.grad is not None
    assert_close(found["head.v"], v.grad, TOLERANCE, "V")
    assert_close(found["head.u"], u.grad, TOLERANCE, "U")
    for target, gradient in expected.items():
        assert_close(found[adapter.card.key(target)], gradient, TOLERANCE, str(target))


@pytest.mark.parametrize(
    ("state", "exchange", "share"),
    [(Dtype.BF16, Dtype.BF16, 0.15), (Dtype.FP16, Dtype.FP16, 0.05), (Dtype.BF16, Dtype.INT8, 0.2)],
)
def test_rounded_exchanges_give_nearly_the_same_gradients(
    state: Dtype, exchange: Dtype, share: float, tiny: Callable[..., Any], pack_of: PackOf
) -> None:
    model, backbone = tiny("llama")
    pack = pack_of(backbone)
    adapter = noisy(pack, grouped(6, 2, 4), head_rank=3)
    ids = random_ids(model, TEXT).tolist()
    exact, rounded = make_half(pack, adapter), make_half(pack, adapter, state_dtype=state, exchange_dtype=exchange)
    for half in (exact, rounded):
        session = make_session(half, TuningCloud(backbone))
        session.train(ids, 1e-4)  # so small that fp16 would lose most of it, were it sent as it is
        session.close()
    found = gradients(rounded)
    for name, expected in gradients(exact).items():
        assert (found[name] - expected).norm() < share * expected.norm(), name


def test_the_bytes_of_the_adapter_are_its_file(tiny: Callable[..., Any], pack_of: PackOf) -> None:
    _, backbone = tiny("llama")
    pack = pack_of(backbone)
    adapter = noisy(pack, grouped(6, 2, 4), head_rank=3)
    read = Adapter.parse(make_half(pack, adapter).parameters(), pack.facts)
    assert read.card == adapter.card
    assert all(torch.equal(read.matrices[target], matrix) for target, matrix in adapter.matrices.items())
    assert read.head is not None and adapter.head is not None and torch.equal(read.head[0], adapter.head[0])


def test_another_adapters_state_is_refused(tiny: Callable[..., Any], pack_of: PackOf) -> None:
    _, backbone = tiny("llama")
    pack = pack_of(backbone)
    half = make_half(pack, noisy(pack, grouped(6, 2, 4)))
    before = half.parameters()
    behind = Adapter.zero(free_from(2), pack.facts, Recipe.SVD, name="x", device_layers=1)
    near = make_half(pack, replace(behind, card=replace(behind.card, device_layers=2)))
    near.restore(near.state())
    with pytest.raises(StoreDamaged):
        near.restore(make_half(pack, behind).state())
    for state in (b"", half.state()[:-9], make_half(pack, noisy(pack, layer_by_layer([1], 4))).state()):
        with pytest.raises(StoreDamaged):
            half.restore(state)
    assert half.parameters() == before


def test_numbers_that_are_none_are_refused_and_change_nothing(tiny: Callable[..., Any], pack_of: PackOf) -> None:
    _, backbone = tiny("llama")
    pack = pack_of(backbone)
    plan = layer_by_layer([0, 2], 4)
    tap = plan.taps[1]
    half = make_half(pack, noisy(pack, plan))
    state = half.state()

    def nan(cols: int) -> bytes:
        return b"\x00\x00\xc0\x7f" * (tensor_bytes(Dtype.FP32, 3, cols) // 4)

    def ones(cols: int) -> bytes:
        return b"\x00\x00\x80\x3f" * 3 * cols

    half.step_payload([5, 6, 7])
    with pytest.raises(BackendError):
        half.delta_payload(tap, nan(4))
    half.delta_payload(tap, ones(4))
    with pytest.raises(BackendError):
        half.loss_and_gradient(nan(48), [5, 6, 7], 1.0)
    half.loss_and_gradient(ones(48), [5, 6, 7], 1.0)
    with pytest.raises(BackendError):
        half.tap_gradient_payload(tap, nan(12))
    half.tap_gradient_payload(tap, ones(12))
    with pytest.raises(BackendError):
        half.end_step(nan(12))
    half.drop_step()
    assert half.state() == state


def test_a_gradient_beyond_all_bounds_is_said_in_words_and_forgotten(tiny: Callable[..., Any], pack_of: PackOf) -> None:
    _, backbone = tiny("llama")
    pack = pack_of(backbone)
    half = make_half(pack, noisy(pack, layer_by_layer([2], 4)))
    before = half.parameters()
    half._parameters._gradients.fill_(float("inf"))
    with pytest.raises(SettingsError) as caught:
        half.update(0.1, 0.1, 1.0)
    assert "learning rate" in caught.value.advice
    assert half.parameters() == before
    assert half.update(0.0, 0.0, 1.0) == 0
