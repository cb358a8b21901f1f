"""A fixed set of questions anybody's model can be asked, before and after: so that damage by fine-tuning is seen.

Written for this purpose (assets/general-set.json): facts, sums, common sense, grammar, short instructions. Each has one
right completion and one to three wrong ones; answered right is whoever holds the right one likeliest as a whole. It
measures change, not talent: SmolLM2-135M gets about three quarters, so there is room both ways.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.core.ports import Tokens
from app.core.tuning import Interval
from app.core.tuning_ports import Scorer

RESAMPLES = 2000
_FILE = Path(__file__).resolve().parents[2] / "assets" / "general-set.json"


@dataclass(frozen=True, slots=True)
class Question:
    """prompt: may be empty, where whole sentences are compared."""

    kind: str
    prompt: str
    right: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneralAbility:
    """Shares answered right; gain: after - before, with its interval over questions."""

    before: float
    after: float
    gain: Interval
    questions: int


@cache
def general_set() -> tuple[Question, ...]:
    written = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Question(kind, one["prompt"], one["right"], tuple(one["wrong"]))
        for kind, questions in written["questions"].items()
        for one in questions
    )


def general_ability(
    questions: Sequence[Question], tokenizer: Tokens, separator: int, before: Scorer, after: Scorer, seed: int
) -> GeneralAbility:
    """Raises what the scorers raise."""
    answers = [
        (is_right(one, tokenizer, separator, before), is_right(one, tokenizer, separator, after)) for one in questions
    ]
    changes = [int(late) - int(early) for early, late in answers]
    count = len(answers)
    draw = random.Random(seed)
    means = sorted(sum(draw.choices(changes, k=count)) / count for _ in range(RESAMPLES))
    low, high = (means[round(share * (RESAMPLES - 1))] for share in (0.025, 0.975))
    return GeneralAbility(
        sum(early for early, _ in answers) / count,
        sum(late for _, late in answers) / count,
        Interval(sum(changes) / count, low, high),
        count,
    )


def is_right(question: Question, tokenizer: Tokens, separator: int, scorer: Scorer) -> bool:
    """Whether the right completion is likelier than every wrong one.

    Behind a prompt where they part, at the first token that differs: one question to the model. Else as a whole.
    """
    texts = (question.right, *question.wrong)
    whole = [(separator, *tokenizer.encode(question.prompt + text)) for text in texts]
    shared = next(
        (at for at, column in enumerate(zip(*whole, strict=False)) if len(set(column)) > 1), min(map(len, whole))
    )
    parting = [one[shared] for one in whole if shared < len(one)]
    if question.prompt and len(parting) == len(texts) and parting[0] not in parting[1:]:
        right, *wrong = scorer.next_losses(whole[0][:shared], parting)
    else:
        right, *wrong = (math.fsum(scorer.losses(one)) for one in whole)
    return right < min(wrong)
