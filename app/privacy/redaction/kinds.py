"""What can be redacted, and where it stands in a text. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The value is what the map and the settings file call it: never changed."""

    OWN = "own"  # the person's own list
    PERSON = "person"
    MAIL = "mail"
    PHONE = "phone"
    ADDRESS = "address"
    CARD = "card"
    IBAN = "iban"
    SOCIAL = "social"  # social security and national identity numbers
    PASSPORT = "passport"  # and identity cards, driving licences
    TAX = "tax"
    KEY = "key"  # API keys, tokens, passwords, private keys
    URL = "url"  # the secret part of one
    IP = "ip"
    BIRTH = "birth"
    ORGANISATION = "organisation"
    PLACE = "place"


RULED = frozenset(Kind) - {Kind.OWN, Kind.PERSON, Kind.ORGANISATION, Kind.PLACE}
"""Found by exact rules alone; names, organisations and places take a language model."""

DEFAULT = frozenset(Kind) - {Kind.ORGANISATION, Kind.PLACE}

# Where two finds overlap, the one that says more about the text wins: the person's own words, then what a checksum or a
# fixed form proves, then what is likely. Of one rank the longer one wins, then the earlier.
_ORDER = (
    Kind.OWN,
    Kind.KEY,
    Kind.URL,
    Kind.MAIL,
    Kind.IBAN,
    Kind.CARD,
    Kind.SOCIAL,
    Kind.TAX,
    Kind.PASSPORT,
    Kind.IP,
    Kind.BIRTH,
    Kind.ADDRESS,
    Kind.PHONE,
    Kind.PERSON,
    Kind.ORGANISATION,
    Kind.PLACE,
)
RANK = {kind: place for place, kind in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` of the text it was found in."""

    start: int
    end: int
    kind: Kind
    text: str


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The same spans in the same order whatever order they came in: no two share a character."""
    taken: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (RANK[span.kind], span.start - span.end, span.start)):
        if span.start < span.end and all(span.end <= one.start or one.end <= span.start for one in _near(taken, span)):
            _insert(taken, span)
    return taken


def _near(taken: list[Span], span: Span) -> list[Span]:
    at = _place(taken, span.start)
    return taken[max(at - 1, 0) : at + 1]


def _insert(taken: list[Span], span: Span) -> None:
    taken.insert(_place(taken, span.start), span)


def _place(taken: list[Span], start: int) -> int:
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        if taken[middle].start < start:
            low = middle + 1
        else:
            high = middle
    return low
