"""How likely a model holds one text to be behind another; and what it writes there itself."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.ports import Tokens
from app.core.tuning_ports import Scorer


@dataclass(frozen=True, slots=True)
class Continuation:
    """`tokens[first:]` hold the continuation, and where the tokenizer joins the two, the end of the prompt."""

    tokens: tuple[int, ...]
    first: int

    def loss(self, scorer: Scorer) -> float:
        """Of the continuation as a whole, nats."""
        return math.fsum(self.token_losses(scorer))

    def token_losses(self, scorer: Scorer) -> Sequence[float]:
        return scorer.losses(self.tokens)[self.first - 1 :]

    @property
    def prompt(self) -> tuple[int, ...]:
        return self.tokens[: self.first]


def continuation(tokenizer: Tokens, lead: Sequence[int], prompt: str, text: str) -> Continuation:
    """lead: tokens before the prompt, none where that is there and begins within a text. Both are encoded as one."""
    whole = (*lead, *tokenizer.encode(prompt + text))
    known = (*lead, *tokenizer.encode(prompt))
    first = next((at for at, (one, other) in enumerate(zip(whole, known, strict=False)) if one != other), len(known))
    return Continuation(whole, max(1, min(first, len(whole) - 1)))


class Checked:
    """A scorer that asks `check` before every question, so that it can be broken off between any two."""

    def __init__(self, scorer: Scorer, check: Callable[[], None]) -> None:
        self._scorer = scorer
        self._check = check

    def losses(self, tokens: Sequence[int]) -> Sequence[float]:
        self._check()
        return self._scorer.losses(tokens)

    def next_losses(self, tokens: Sequence[int], candidates: Sequence[int]) -> Sequence[float]:
        self._check()
        return self._scorer.next_losses(tokens, candidates)

    def complete(self, tokens: Sequence[int], max_tokens: int) -> list[int]:
        self._check()
        return self._scorer.complete(tokens, max_tokens)
