"""What a reader hands over: drafts of notes, and a count of what it left out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.notes import Left


class Tally:
    """Grows while one file is read. went_on: called now and then meanwhile; may raise Cancelled."""

    def __init__(self, went_on: Callable[[], None] = lambda: None) -> None:
        self.went_on = went_on
        self._left: Counter[Left] = Counter()
        self.pages = 0

    def left(self, what: Left, count: int = 1) -> None:
        if count > 0:
            self._left[what] += count

    def __iter__(self) -> Iterator[tuple[Left, int]]:
        """In the order of the enum, so that two readings say the same."""
        return iter([(what, self._left[what]) for what in Left if self._left[what]])


@dataclass(frozen=True, slots=True)
class Draft:
    """A note to be. part: where in its file it stands, "" for the whole of it.

    may_embed: a vault's page, in which `![[...]]` is still to be resolved (vault.py).
    """

    title: str
    text: str
    tags: tuple[str, ...] = ()
    day: date | None = None
    part: str = ""
    may_embed: bool = field(default=False)

    def with_text(self, text: str) -> "Draft":
        return replace(self, text=text, may_embed=False)
