"""A scorer whose losses are told beforehand, and a tokenizer of one token a character."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SEPARATOR = 0


class Letters:
    """Implements what the verdict uses of app.core.ports.Tokens."""

    eos_ids = frozenset({SEPARATOR})

    def encode(self, text: str) -> list[int]:
        return [ord(sign) for sign in text]

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(map(chr, tokens))


@dataclass
class ScriptedScorer:
    """Implements Scorer. loss: of a token, by all tokens up to it. writes: behind a prompt, both as text."""

    loss: Callable[[str], float] = lambda text: 1.0
    writes: Callable[[str], str] = lambda prompt: ""
    asked: list[str] = field(default_factory=list)

    def losses(self, tokens: Sequence[int]) -> list[float]:
        text = self._note(tokens)
        return [self.loss(text[: end + 1]) for end in range(1, len(text))]

    def next_losses(self, tokens: Sequence[int], candidates: Sequence[int]) -> list[float]:
        text = self._note(tokens)
        return [self.loss(text + chr(candidate)) for candidate in candidates]

    def complete(self, tokens: Sequence[int], max_tokens: int) -> list[int]:
        return [ord(sign) for sign in self.writes(self._note(tokens).lstrip("\0"))[:max_tokens]]

    def _note(self, tokens: Sequence[int]) -> str:
        self.asked.append("".join(map(chr, tokens)))
        return self.asked[-1]
