"""Whether an adapter helped, honestly: the model asked with it and without it, on what it never saw.

Held-out loss is compared note by note; its interval comes from resampling notes (percentile bootstrap, Efron 1979), as
tokens of one note are no independent witnesses.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.ports import Tokens
from app.core.tuning import EvalPoint, Interval, Verdict
from app.core.tuning_ports import Scorer
from app.domain.notes import NotesSet

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """What the two models are asked about. separator: the token before each note. evaluations: of the run."""

    notes: NotesSet
    tokenizer: Tokens
    separator: int
    evaluations: Sequence[EvalPoint]
    steps: int
    seed: int


@dataclass(frozen=True, slots=True)
class NoteLoss:
    """Summed loss of one note without and with the adapter, nats, and its tokens."""

    before: float
    after: float
    tokens: int


def judge(case: Case, before: Scorer, after: Scorer, check: Callable[[], None]) -> Verdict:
    """`check` is called often, and raises Cancelled where the person has stopped it. Raises AppError."""
    losses = []
    for note in case.notes.held_out:
        check()
        tokens = [case.separator, *case.tokenizer.encode(note.text)]
        if len(tokens) > 1:
            losses.append(NoteLoss(math.fsum(before.losses(tokens)), math.fsum(after.losses(tokens)), len(tokens) - 1))
    kept = min(case.evaluations, key=lambda point: point.loss)
    return Verdict(
        before=interval(losses, lambda one: one.before, case.seed),
        after=interval(losses, lambda one: one.after, case.seed),
        gain=interval(losses, lambda one: one.before - one.after, case.seed),
        kept_step=kept.step,
        steps=case.steps,
        overfit_step=kept.step if case.evaluations[-1].loss > kept.loss else None,
        general_before=0.0,
        general_after=0.0,
        secrets_tried=0,
        held_out_notes=len(losses),
        train_notes=len(case.notes.train),
    )


def interval(losses: Sequence[NoteLoss], value: Callable[[NoteLoss], float], seed: int) -> Interval:
    """Mean a token, and its 95 % interval over resampled notes."""

    def mean(chosen: Sequence[NoteLoss]) -> float:
        return sum(map(value, chosen)) / sum(one.tokens for one in chosen)

    if not losses:
        return Interval(0.0, 0.0, 0.0)
    draw = random.Random(seed)
    means = sorted(mean(draw.choices(losses, k=len(losses))) for _ in range(RESAMPLES))
    return Interval(mean(losses), means[round(0.025 * (RESAMPLES - 1))], means[round(0.975 * (RESAMPLES - 1))])
