"""Muon on M and AdamW on the head part: which way a step goes, how far, and that it can be resumed to the bit."""

import json

import pytest
import safetensors.torch
import torch

from app.device.adapter import Adapter
from app.device.adapter_card import AdapterCard
from app.device.tuning_parameters import MOMENTUM, NEWTON_SCHULZ, ROUNDS, Parameters, orthogonal
from app.domain.errors import StoreDamaged
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

NO_CLIP = 1e9
WIDTH, HEAD_RANK = 24, 3
SHAPES = [(16, 16), (6, 20), (20, 6)]  # r_up, r_down


def tap_of(r_up: int, r_down: int, layer: int = 0, targets: int = 3) -> Tap:
    return Tap(layer, tuple(Target(layer + number, Projection.V) for number in range(targets)), r_down, r_up)


def parameters_of(*taps: Tap, head_rank: int = 0, seed: int = 7) -> Parameters:
    """With noise for values."""
    noise = torch.Generator().manual_seed(seed)
    card = AdapterCard("t", "2026-11-23", "ab" * 32, Recipe.SVD, 1, "cd" * 32, ExchangePlan(taps), head_rank)
    matrices = {target: torch.randn(shape, generator=noise) for target, shape in card.matrix_shapes().items()}
    head = (torch.randn(WIDTH, head_rank, generator=noise), torch.randn(head_rank, WIDTH, generator=noise))
    return Parameters(Adapter(card, matrices, head if head_rank else None))


def gradient(tap: Tap, seed: int) -> torch.Tensor:
    return torch.randn(tap.up_cols, tap.r_down, generator=torch.Generator().manual_seed(seed))


def step_of(parameters: Parameters, tap: Tap, gradient_UD: torch.Tensor, rate: float = 0.01) -> torch.Tensor:
    """How an update with this gradient alone changes the tap's matrix."""
    before = parameters.tap_matrix(tap).clone()
    parameters.tap_gradient(tap).copy_(gradient_UD)
    parameters.update(rate, rate, NO_CLIP)
    return parameters.tap_matrix(tap) - before


def orthogonal_by_svd(matrix: torch.Tensor) -> torch.Tensor:
    """The same polynomial on the singular values themselves, in double precision."""
    left, sizes, right = torch.linalg.svd(matrix.double(), full_matrices=False)
    sizes = sizes / sizes.square().sum().sqrt()
    a, b, c = NEWTON_SCHULZ
    for _ in range(ROUNDS):
        sizes = a * sizes + b * sizes**3 + c * sizes**5
    return (left * sizes @ right).float()


@pytest.mark.parametrize(("r_up", "r_down"), SHAPES)
def test_a_step_goes_against_the_nesterov_momentum_with_all_its_directions_made_equal(r_up: int, r_down: int) -> None:
    tap = tap_of(r_up, r_down)
    parameters = parameters_of(tap)
    momentum = torch.zeros(tap.up_cols, r_down)
    for seed in range(3):
        now = gradient(tap, seed)
        momentum = MOMENTUM * momentum + (1 - MOMENTUM) * now
        wanted = (1 - MOMENTUM) * now + MOMENTUM * momentum
        step = step_of(parameters, tap, now, rate=0.01)
        for block, expected in zip(step.split(r_up), wanted.split(r_up), strict=True):
            torch.testing.assert_close(block, -0.01 * orthogonal_by_svd(expected), atol=2e-5, rtol=1e-3)
            assert 0.005 < torch.linalg.svdvals(block).max() < 0.0125


@pytest.mark.parametrize(("r_up", "r_down"), SHAPES)
def test_singular_values_come_near_one_whatever_they_were(r_up: int, r_down: int) -> None:
    noise = torch.randn(2, r_up, r_down, generator=torch.Generator().manual_seed(1))
    left, _, right = torch.linalg.svd(noise, full_matrices=False)
    matrices = left * torch.logspace(0, -2, left.shape[2]) @ right
    for size in (1e-4, 1.0, 1e4):
        found = torch.linalg.svdvals(orthogonal(size * matrices))
        assert found.min() > 0.65 and found.max() < 1.25
    assert not orthogonal(torch.zeros(2, r_up, r_down)).any()


def test_a_gradient_of_any_size_makes_a_step_of_the_same_size() -> None:
    tap = tap_of(16, 16)
    small, large = (step_of(parameters_of(tap), tap, size * gradient(tap, 0)) for size in (1e-3, 1e3))
    torch.testing.assert_close(small, large, atol=1e-5, rtol=1e-3)


def test_a_tap_whose_input_is_ten_times_as_large_changes_its_output_as_much() -> None:
    quiet, loud = tap_of(16, 16), tap_of(16, 16, layer=8)
    parameters = parameters_of(quiet, loud)
    z = torch.randn(30, 16, generator=torch.Generator().manual_seed(1))
    changes = []
    for tap, size in ((quiet, 0.1), (loud, 1.0)):
        parameters.see_input(tap, size * z)
        parameters.see_input(tap, 1e3 * torch.ones(3, 16))  # too late to count
        changes.append(size * z @ step_of(parameters, tap, size * gradient(quiet, 5)).T)
    torch.testing.assert_close(changes[0], changes[1], atol=1e-4, rtol=1e-3)
    assert changes[0].abs().max() > 0.01


def test_an_input_of_nearly_nothing_leaves_the_rate_within_bounds() -> None:
    tap = tap_of(16, 16)
    parameters = parameters_of(tap)
    parameters.see_input(tap, 1e-6 * torch.ones(3, 16))
    assert torch.linalg.svdvals(step_of(parameters, tap, gradient(tap, 0), rate=1e-3)).max() < 2.5


@pytest.mark.parametrize(("r_up", "r_down"), SHAPES)
def test_a_turned_input_makes_the_same_step_turned(r_up: int, r_down: int) -> None:
    tap = tap_of(r_up, r_down)
    noise = torch.randn(r_down, r_down, generator=torch.Generator().manual_seed(9))
    turn = torch.linalg.qr(noise).Q
    z = torch.randn(30, r_down, generator=torch.Generator().manual_seed(1)) * torch.linspace(0.1, 3, r_down)
    straight, turned = parameters_of(tap), parameters_of(tap)
    straight.see_input(tap, z)
    turned.see_input(tap, z @ turn)
    for seed in range(3):
        dy = torch.randn(30, tap.up_cols, generator=torch.Generator().manual_seed(seed))
        step, other = step_of(straight, tap, dy.T @ z), step_of(turned, tap, dy.T @ (z @ turn))
        torch.testing.assert_close(step @ turn, other, atol=3e-5, rtol=1e-3)


def test_a_matrix_without_a_gradient_stays_as_it_is_and_the_others_move() -> None:
    tap = tap_of(16, 16)
    parameters = parameters_of(tap)
    step_of(parameters, tap, gradient(tap, 0))  # so that there is momentum
    now = gradient(tap, 1)
    now[16:32] = 0
    moved = [bool(block.any()) for block in step_of(parameters, tap, now).split(16)]
    assert moved == [True, False, True]


def test_the_head_part_is_trained_by_torchs_adamw_with_the_common_clipping() -> None:
    tap = tap_of(6, 20)
    parameters = parameters_of(tap, head_rank=HEAD_RANK)
    assert parameters.head is not None
    theirs = [part.clone() for part in parameters.head]
    other = torch.zeros(tap.up_cols, tap.r_down)
    optimiser = torch.optim.AdamW(theirs, lr=0.002, weight_decay=0.0)
    noise = torch.Generator().manual_seed(1)
    for clip in (NO_CLIP, 0.5, NO_CLIP):
        parameters.tap_gradient(tap).normal_(generator=noise)
        for part, copy in zip(parameters.head_gradient, theirs, strict=True):
            copy.grad = part.normal_(generator=noise).clone()
        other.grad = parameters.tap_gradient(tap).clone()
        norm = torch.nn.utils.clip_grad_norm_([*theirs, other], clip)
        optimiser.step()
        assert parameters.update(0.01, 0.002, clip) == pytest.approx(norm.item(), rel=1e-5)
        assert not parameters.tap_gradient(tap).any()
    for part, copy in zip(parameters.head, theirs, strict=True):
        torch.testing.assert_close(part, copy, atol=1e-6, rtol=1e-5)


def test_clipping_weighs_a_large_gradient_less_in_the_momentum() -> None:
    """Muon takes no account of a gradient's size but in what the momentum keeps of it."""
    tap = tap_of(16, 16)
    first, second = gradient(tap, 0), gradient(tap, 1)
    parameters = parameters_of(tap)
    parameters.tap_gradient(tap).copy_(100 * first)
    parameters.update(0.01, 0.01, clip=1.0)
    expected = parameters_of(tap)
    step_of(expected, tap, first / first.norm())
    torch.testing.assert_close(step_of(parameters, tap, second), step_of(expected, tap, second), atol=1e-5, rtol=1e-3)


def test_a_run_goes_on_from_its_state_to_the_bit() -> None:
    taps = tap_of(16, 16), tap_of(6, 20, layer=8)
    whole, resumed = (parameters_of(*taps, head_rank=HEAD_RANK, seed=seed) for seed in (1, 2))

    def learn(parameters: Parameters, seed: int) -> None:
        noise = torch.Generator().manual_seed(seed)
        for tap in taps:
            parameters.see_input(tap, torch.randn(9, tap.r_down, generator=noise))
            parameters.tap_gradient(tap).normal_(generator=noise)
        for part in parameters.head_gradient:
            part.normal_(generator=noise)

    for seed in range(2):
        learn(whole, seed)
        whole.update(0.01, 0.01, 1.0)
    learn(whole, 2)
    resumed.restore(whole.state())
    for parameters in (whole, resumed):
        parameters.update(0.01, 0.01, 1.0)
        learn(parameters, 3)
        parameters.update(0.01, 0.01, 1.0)
    assert whole.state() == resumed.state()
    assert whole.adapter().encode() == resumed.adapter().encode()


def test_a_state_that_lacks_something_or_is_larger_is_refused_and_changes_nothing() -> None:
    """As one of an older Nearhalf, which had second moments of M too."""
    tap = tap_of(16, 16)
    parameters = parameters_of(tap, head_rank=HEAD_RANK)
    before = parameters.state()
    tensors = safetensors.torch.load(before)
    length = int.from_bytes(before[:8], "little")
    metadata = json.loads(before[8 : 8 + length])["__metadata__"]
    for changed in ({"second": tensors["first"].clone()}, {"input_rms": torch.zeros(2)}, {"updates": torch.zeros(0)}):
        with pytest.raises(StoreDamaged):
            parameters.restore(safetensors.torch.save(tensors | changed, metadata))
    del tensors["first"]
    with pytest.raises(StoreDamaged):
        parameters.restore(safetensors.torch.save(tensors, metadata))
    assert parameters.state() == before
