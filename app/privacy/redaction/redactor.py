"""Finds what is to be replaced: the rules, the names, the person's own list. Keeps nothing of what it reads."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.privacy.redaction import addresses, births, ids, secrets  # noqa: F401 - they register their rules
from app.privacy.redaction.kinds import DEFAULT, Kind, Span, without_overlaps
from app.privacy.redaction.names import Names, PresidioNames
from app.privacy.redaction.rules import RULES

NAMED = frozenset({Kind.PERSON, Kind.ORGANISATION, Kind.PLACE})


@dataclass(frozen=True, slots=True)
class Choices:
    """What is to be found. own: words and phrases of the person, in any case."""

    kinds: frozenset[Kind] = DEFAULT
    own: tuple[str, ...] = ()


class Redactor:
    """Any thread. The language model is loaded with the first text, and only where a kind needs it."""

    def __init__(self, names: Names | None = None) -> None:
        self._names = names or PresidioNames()

    def find(self, text: str, choices: Choices = Choices()) -> list[Span]:
        """In order, no two overlapping. Raises ModelError where names are wanted and the model is not there."""
        found = [span for kind, rule in RULES if kind in choices.kinds for span in rule(text)]
        if choices.kinds & NAMED and any(sign.isalpha() for sign in text):
            found += [span for span in self._names.find(text) if span.kind in choices.kinds]
        return without_overlaps([*found, *own_words(text, choices.own)])


def own_words(text: str, words: Iterable[str]) -> Iterator[Span]:
    """Each of `words` where it stands as a word, in any case, with any white space where it has some."""
    for word in words:
        pieces = [re.escape(piece) for piece in word.split()]
        if pieces:
            phrase = r"\s+".join(pieces)
            pattern = re.compile(rf"(?<![^\W_]){phrase}(?![^\W_])", re.IGNORECASE)
            for match in pattern.finditer(text):
                yield Span(*match.span(), Kind.OWN, match.group())
