"""Loss on the notes that were held back, with an interval that does not promise more than they can show.

Tokens of one note are no independent witnesses, so whole documents are resampled (percentile bootstrap; a long text cut
into parts is one document). A handful of documents says nothing about others, and their bootstrap is far too sure of
itself: below LEAST_WITNESSES, counted by weight, passages of what there is are resampled instead, and the verdict says
so: it holds for these notes. The percentiles are widened as a t interval is (Hesterberg 2015, "expanded percentile").

The adapter that is kept was chosen by its loss on the first windows of these notes, which flatters it a little; where
there is enough other text, only that is asked about.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import NormalDist

from app.core.continuations import Checked
from app.core.tuning import Basis, EvalPoint, Interval
from app.core.tuning_batches import cut
from app.notes.parts import document_of

RESAMPLES = 2000
MOST_TOKENS = 8192  # predicted by each model: 20 s with SmolLM2 on two busy cores
LEAST_WITNESSES = 6  # of fewer all point one way by chance in more than one case of 40
LEAST_PASSAGE, PASSAGES = 16, 48  # tokens of one; about how many of them
RISE = 0.005  # nats a token; less is not worth a sentence


@dataclass(frozen=True, slots=True)
class HeldOutNote:
    source: str
    title: str
    tokens: Sequence[int]


@dataclass(frozen=True, slots=True)
class WindowLoss:
    """Losses of one window's tokens without and with the adapter, nats."""

    note: int
    document: str
    before: Sequence[float]
    after: Sequence[float]


@dataclass(frozen=True, slots=True)
class Witness:
    """What is resampled as one: a document, or a passage. Summed losses."""

    before: float
    after: float
    tokens: int


@dataclass(frozen=True, slots=True)
class HeldOutLoss:
    """is_fresh: of text that had no part in choosing the step that was kept."""

    before: Interval
    after: Interval
    gain: Interval
    basis: Basis
    witnesses: int
    notes: int
    is_fresh: bool


def held_out_loss(
    notes: Sequence[HeldOutNote],
    before: Checked,
    after: Checked,
    *,
    separator: int,
    window: int,
    chosen_tokens: int,
    seed: int,
) -> HeldOutLoss:
    """chosen_tokens: of evaluations in training. Raises what the scorers raise."""
    windows, is_fresh = _windows(notes, separator, window, chosen_tokens, seed)
    losses = [
        WindowLoss(
            note, document_of(notes[note].title, notes[note].source), before.losses(tokens), after.losses(tokens)
        )
        for note, tokens in windows
    ]
    basis, witnesses = witnesses_of(losses)
    return HeldOutLoss(
        interval(witnesses, lambda one: one.before, seed),
        interval(witnesses, lambda one: one.after, seed),
        interval(witnesses, lambda one: one.before - one.after, seed),
        basis,
        len(witnesses),
        len({one.note for one in losses}),
        is_fresh,
    )


def witnesses_of(losses: Sequence[WindowLoss]) -> tuple[Basis, list[Witness]]:
    """Documents where they are enough, else passages."""
    documents: dict[str, Witness] = {}
    for one in losses:
        known = documents.get(one.document, Witness(0.0, 0.0, 0))
        documents[one.document] = Witness(
            known.before + math.fsum(one.before), known.after + math.fsum(one.after), known.tokens + len(one.before)
        )
    if _effective(list(documents.values())) >= LEAST_WITNESSES:
        return Basis.NOTES, list(documents.values())
    length = max(LEAST_PASSAGE, sum(len(one.before) for one in losses) // PASSAGES)
    passages = [passage for one in losses for passage in _passages(one, length)]
    return (Basis.PASSAGES if _effective(passages) >= LEAST_WITNESSES else Basis.TOO_LITTLE), passages


def interval(witnesses: Sequence[Witness], value: Callable[[Witness], float], seed: int) -> Interval:
    """Mean a token, and its 95 % interval over resampled witnesses; one alone has none (low and high are equal)."""

    def mean(chosen: Sequence[Witness]) -> float:
        return math.fsum(map(value, chosen)) / sum(one.tokens for one in chosen)

    if not witnesses:
        return Interval(0.0, 0.0, 0.0)
    tail = widened_tail(_effective(witnesses))
    draw = random.Random(seed)
    means = sorted(mean(draw.choices(witnesses, k=len(witnesses))) for _ in range(RESAMPLES))
    return Interval(mean(witnesses), means[round(tail * (RESAMPLES - 1))], means[round((1 - tail) * (RESAMPLES - 1))])


def widened_tail(count: float) -> float:
    """The percentile that gives a two-sided 95 % interval for so many witnesses (Hesterberg 2015, section 4.3)."""
    if count <= 2:
        return 0.0
    return NormalDist().cdf(-math.sqrt(count / (count - 1)) * _t_quantile(count - 1))


def overfit_step(points: Sequence[EvalPoint]) -> int | None:
    """After which step held-out loss rose and stayed above its best; None where it did not, or was never better.

    A curve wobbles: what it rose on its way down is no sign of anything, so only more than that counts at its end, and
    twice as much where a single point says so.
    """
    best = min(points, key=lambda point: point.loss)
    at = points.index(best)
    if best.step == points[0].step:
        return None  # it never got better, which is another matter
    falling = points[: at + 1]
    wobble = max((late.loss - early.loss for early, late in pairwise(falling)), default=0.0)
    noise = max(RISE, wobble)
    last_low = max(place for place, point in enumerate(points) if point.loss <= best.loss + noise)
    above = points[last_low + 1 :]
    if not above or (len(above) == 1 and above[0].loss <= best.loss + 2 * noise):
        return None
    return points[last_low].step


def _windows(
    notes: Sequence[HeldOutNote], separator: int, window: int, chosen_tokens: int, seed: int
) -> tuple[list[tuple[int, list[int]]], bool]:
    """(place of its note, tokens), and whether none of them chose the step.

    As in training each note's first window comes before any second one (tuning_batches.held_out_windows).
    """
    pieces = [list(cut([separator, *note.tokens], window)) if note.tokens else [] for note in notes]
    deepest = max(map(len, pieces), default=0)
    everything = [
        (note, piece[index]) for index in range(deepest) for note, piece in enumerate(pieces) if index < len(piece)
    ]
    ends = list(accumulate(len(tokens) - 1 for _, tokens in everything))
    fresh = everything[bisect_left(ends, chosen_tokens) + 1 :]
    is_enough = sum(len(tokens) - 1 for _, tokens in fresh) >= chosen_tokens and len(
        {note for note, _ in fresh}
    ) >= min(LEAST_WITNESSES, len(notes))
    pool = fresh if is_enough else everything
    if is_enough:
        random.Random(seed).shuffle(pool)
    kept: list[tuple[int, list[int]]] = []
    predicted = 0
    for one in pool:
        if predicted >= MOST_TOKENS:
            break
        kept.append(one)
        predicted += len(one[1]) - 1
    return kept, is_enough


def _passages(window: WindowLoss, length: int) -> list[Witness]:
    """Stretches of `length` tokens or a little more."""
    tokens = len(window.before)
    count = max(1, tokens // length)
    edges = [tokens * place // count for place in range(count + 1)]
    return [
        Witness(math.fsum(window.before[start:end]), math.fsum(window.after[start:end]), end - start)
        for start, end in pairwise(edges)
    ]


def _effective(witnesses: Sequence[Witness]) -> float:
    """As how many equally long ones they count (Kish): one long note among short ones is nearly the only witness."""
    squares = sum(one.tokens**2 for one in witnesses)
    return sum(one.tokens for one in witnesses) ** 2 / squares if squares else 0.0


def _t_quantile(freedom: float) -> float:
    """97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5): within 0.5 % for 4 degrees of freedom and more."""
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
