"""How strongly an adapter is applied: M and V scaled on the device, and nothing else."""

from collections.abc import Callable

import pytest
import torch

from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.pack import DevicePack
from app.domain.sampling import SamplingSettings
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped

PLAN = grouped(4, 2, 4)
TOKENS = [3, 9, 200]


def near_with(pack: DevicePack, adapter: Adapter | None) -> NearHalf:
    return NearHalf(pack, adapter, state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32, compute_dtype=torch.float32)


def test_half_the_strength_is_half_of_what_every_part_adds(build_pack: Callable[..., DevicePack]) -> None:
    pack = build_pack()
    adapter = Adapter.random(PLAN, pack.facts, Recipe.SVD, seed=3, scale=0.5, head_rank=4)
    plain, whole, half = (near_with(pack, one) for one in (None, adapter, adapter.scaled(0.5)))
    z = torch.randn(1, 4, generator=torch.Generator().manual_seed(1)).numpy().tobytes()
    tap = PLAN.exchanged_taps[0]

    def numbers(data: bytes) -> torch.Tensor:
        return torch.frombuffer(bytearray(data), dtype=torch.float32)

    for ask in (
        lambda near: numbers(near.delta_payload(tap, z, 1, rowwise=False)),
        lambda near: numbers(near.step_payload(TOKENS, rowwise=False))[len(TOKENS) * pack.facts.hidden_size :],
    ):
        assert ask(whole).abs().max() > 0.1
        torch.testing.assert_close(ask(half), 0.5 * ask(whole), rtol=1e-5, atol=1e-6)
    state = torch.randn(1, pack.facts.hidden_size, generator=torch.Generator().manual_seed(2)).numpy().tobytes()
    added = [near.logits(state) - plain.logits(state) for near in (whole, half)]
    assert added[0].abs().max() > 0.1
    torch.testing.assert_close(added[1], 0.5 * added[0], rtol=1e-4, atol=1e-5)
    assert adapter.scaled(1.0) is adapter


@pytest.mark.parametrize("count", [1, 2])
def test_half_the_strength_of_a_tap_behind_device_layers_is_half_of_its_deltas(
    count: int, build_pack: Callable[..., DevicePack]
) -> None:
    pack = build_pack()
    plan = ExchangePlan((Tap(0, (Target(2, Projection.V), Target(3, Projection.V)), 4, 4),))
    adapter = Adapter.random(plan, pack.facts, Recipe.SVD, seed=3, scale=0.5, device_layers=count)
    deltas = []
    for near in (near_with(pack, adapter), near_with(pack, None).with_adapter(adapter.scaled(0.5))):
        payload = near.step_payload(TOKENS, rowwise=False, cache=near.new_cache())
        deltas.append(torch.frombuffer(bytearray(payload), dtype=torch.float32)[len(TOKENS) * pack.facts.hidden_size :])
    assert deltas[0].abs().max() > 0.1
    torch.testing.assert_close(deltas[1], 0.5 * deltas[0], rtol=1e-5, atol=1e-6)


def test_another_adapter_shares_the_weights_and_none_is_none_to_the_bit(
    build_pack: Callable[..., DevicePack],
) -> None:
    pack = build_pack()
    plain = near_with(pack, None)
    adapter = Adapter.random(PLAN, pack.facts, Recipe.SVD, seed=3, scale=0.5, head_rank=4)
    tuned = plain.with_adapter(adapter)
    direct = near_with(pack, adapter)
    assert tuned._head.linear is plain._head.linear
    assert (tuned.plan, tuned.recipe_hash, tuned.exchange_dtype) == (PLAN, direct.recipe_hash, Dtype.FP32)
    assert tuned.step_payload(TOKENS, rowwise=False) == direct.step_payload(TOKENS, rowwise=False)
    state = torch.randn(1, pack.facts.hidden_size, generator=torch.Generator().manual_seed(2)).numpy().tobytes()
    assert tuned.logits(state).equal(direct.logits(state))
    again = tuned.with_adapter(None)
    assert again.step_payload(TOKENS, rowwise=False) == plain.step_payload(TOKENS, rowwise=False)
    assert again.logits(state).equal(plain.logits(state)) and again.plan == plain.plan
    greedy = SamplingSettings(temperature=0)
    assert again.next_token(state, again.sampler(greedy), []) == plain.next_token(state, plain.sampler(greedy), [])
