"""The distribution is that of transformers' own processors, in the order of its `generate`."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import GenerationConfig
from transformers.generation.logits_process import LogitsProcessorList
from transformers.generation.utils import GenerationMixin

from app.device.sampling import TokenSampler
from app.domain.sampling import SamplingSettings


class _Config:
    is_encoder_decoder = False


class _Model(GenerationMixin):
    """Enough of a model to ask transformers for its processors."""

    config = _Config()

    def __init__(self) -> None:
        pass


def reference(settings: SamplingSettings, logits_V: torch.Tensor, context: list[int]) -> torch.Tensor:
    """Probabilities (V) by transformers."""
    config = GenerationConfig(
        do_sample=True,
        temperature=settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p or None,
        repetition_penalty=settings.repetition_penalty,
    )
    processors: LogitsProcessorList = _Model()._get_logits_processor(config, input_ids_seq_length=len(context))
    return processors(torch.tensor([context]), logits_V[None].clone()).softmax(-1)[0]


def assert_same(settings: SamplingSettings, logits_V: torch.Tensor, context: list[int]) -> None:
    expected_V = reference(settings, logits_V, context)
    tokens_K, probabilities_K = TokenSampler(settings).distribution(logits_V, context)
    found_V = torch.zeros_like(expected_V)
    found_V[tokens_K] = probabilities_K
    assert set(tokens_K[probabilities_K > 0].tolist()) == set(expected_V.nonzero()[:, 0].tolist())
    assert torch.allclose(found_V, expected_V, atol=1e-6, rtol=0)


@given(
    st.integers(0, 2**31),
    st.sampled_from([0.3, 1.0, 1.7]),
    st.sampled_from([0, 1, 5, 50, 9999]),
    st.sampled_from([1.0, 0.95, 0.5, 0.01]),
    st.sampled_from([0.0, 0.05, 0.5]),
    st.sampled_from([1.0, 1.3, 0.8]),
    st.sampled_from([1.0, 4.0]),
)
@settings(max_examples=150, deadline=None)
def test_distribution_equals_transformers(
    seed: int, temperature: float, top_k: int, top_p: float, min_p: float, penalty: float, spread: float
) -> None:
    noise = torch.Generator().manual_seed(seed)
    logits_V = spread * torch.randn(3000, generator=noise)
    context = torch.randint(0, 3000, (40,), generator=noise).tolist()
    chosen = SamplingSettings(temperature, top_k, top_p, min_p, penalty)
    assert_same(chosen, logits_V, context)


@pytest.mark.parametrize("top_k", [0, 7])
@pytest.mark.parametrize("top_p", [0.9, 0.6])
def test_where_scores_tie_as_many_tokens_stay_with_the_same_probabilities(top_k: int, top_p: float) -> None:
    """Which of equal tokens top-p drops is an accident of torch's unstable sort in transformers; how many is not."""
    logits_V = (4 * torch.randn(3000, generator=torch.Generator().manual_seed(1))).round()
    chosen = SamplingSettings(0.7, top_k, top_p)
    expected_V = reference(chosen, logits_V, [1, 2])
    tokens_K, probabilities_K = TokenSampler(chosen).distribution(logits_V, [1, 2])
    expected_K = expected_V[expected_V > 0]
    assert torch.allclose(probabilities_K.sort().values, expected_K.sort().values, atol=1e-6, rtol=0)
    assert logits_V[tokens_K].sort().values.equal(logits_V[expected_V > 0].sort().values)


def test_a_flat_distribution_makes_top_p_sort_everything() -> None:
    assert_same(SamplingSettings(1.0, 0, 0.95), 0.01 * torch.randn(5000), [1])


def test_greedy_is_argmax_with_the_first_of_equals() -> None:
    logits_V = torch.zeros(1000)
    logits_V[[700, 300]] = 5.0
    assert TokenSampler(SamplingSettings()).choose(logits_V, []) == int(logits_V.argmax()) == 300


def test_greedy_heeds_the_repetition_penalty() -> None:
    logits_V = torch.tensor([-1.0, 3.0, 2.0])
    sampler = TokenSampler(SamplingSettings(repetition_penalty=2.0))
    assert sampler.choose(logits_V, [1, 1]) == 2
    assert logits_V.tolist() == [-1.0, 3.0, 2.0]


def test_tokens_of_the_context_beyond_the_head_are_ignored() -> None:
    assert TokenSampler(SamplingSettings(repetition_penalty=2.0)).choose(torch.tensor([1.0, 2.0]), [7]) == 1


def test_a_sampler_goes_on_where_the_one_of_a_cut_reply_stood() -> None:
    settings = SamplingSettings(temperature=1.0, seed=5)
    logits_V = torch.randn(500, generator=torch.Generator().manual_seed(2))
    whole = TokenSampler(settings)
    tokens = [whole.choose(logits_V, []) for _ in range(20)]
    rest = TokenSampler(settings, chosen=7)
    assert [rest.choose(logits_V, []) for _ in range(13)] == tokens[7:]


def test_a_seed_repeats_a_reply_and_another_seed_does_not() -> None:
    logits_V = torch.zeros(500)

    def reply(seed: int | None) -> list[int]:
        sampler = TokenSampler(SamplingSettings(temperature=1.0, seed=seed))
        return [sampler.choose(logits_V, []) for _ in range(20)]

    assert reply(7) == reply(7)
    assert reply(7) != reply(8)
    assert reply(None) != reply(None)


def test_other_uses_of_torchs_random_numbers_do_not_change_a_reply() -> None:
    logits_V = torch.zeros(500)
    sampler, undisturbed = (TokenSampler(SamplingSettings(temperature=1.0, seed=3)) for _ in range(2))
    torch.rand(5)
    first = [sampler.choose(logits_V, []) for _ in range(5)]
    torch.rand(5)
    assert first == [undisturbed.choose(logits_V, []) for _ in range(5)]


def test_draws_follow_the_distribution() -> None:
    probabilities = torch.tensor([0.5, 0.3, 0.0, 0.2])
    sampler = TokenSampler(SamplingSettings(temperature=1.0, seed=11))
    draws = torch.tensor([sampler.choose(probabilities.log(), []) for _ in range(20_000)])
    shares = draws.bincount(minlength=4) / 20_000
    assert shares[2] == 0
    assert torch.allclose(shares, probabilities, atol=0.015)  # four standard deviations
