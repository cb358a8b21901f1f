"""Find in a chat: how often the words stand in each message, and which hit the person is at.

Most messages were never laid out, and reading the Markdown of ten thousand takes seconds. So messages are first looked
through as they were written. Where few hold the words, those are read and counted exactly; where many do, the count of
a message is that in its source until the person comes to it.
"""

import re
from dataclasses import dataclass, field

from app.ui.chat.blocks import Code, Heading, Paragraph, Plain, Style, Table
from app.ui.chat.characters import units
from app.ui.chat.leaves import Leaf
from app.ui.chat.rows import Rows

EXACT_CHARACTERS = 150_000  # of messages with hits that are read at once: about 0.1 s
_MARKS = re.compile(r"[*_~`\\]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """The `number`-th hit of a leaf."""

    part: int
    leaf: int
    number: int


@dataclass(slots=True)
class Finding:
    words: str = ""
    _pattern: re.Pattern[str] | None = None
    _counts: dict[int, int] = field(default_factory=dict)  # of the rows that hold the words
    _hits: dict[int, list[Hit]] = field(default_factory=dict)  # of the rows that were read
    _row: int = -1
    _at: int = 0

    @property
    def is_on(self) -> bool:
        return self._pattern is not None

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    @property
    def place(self) -> tuple[int, int]:
        """Which hit the person is at, from 1, and how many there are."""
        if self._row < 0:
            return 0, self.total
        before = sum(count for row, count in self._counts.items() if row < self._row)
        return before + self._at + 1, self.total

    def now(self) -> tuple[int, Hit] | None:
        """Row and hit."""
        if self._row < 0 or not self._hits.get(self._row):
            return None
        return self._row, self._hits[self._row][self._at]

    def begin(self, rows: Rows, words: str, from_row: int) -> int:
        """Look through all messages; stand at the first hit from a row on."""
        self.__init__()  # type: ignore[misc]
        if not words.strip():
            return 0
        self.words = words
        self._pattern = re.compile(re.escape(words), re.IGNORECASE)
        for number in range(len(rows)):
            self.look_at(rows, number)
        held = sum(len(rows[number].text) for number in self._counts)
        if held <= EXACT_CHARACTERS:
            for number in list(self._counts):
                self._read(rows, number)
        self._stand(rows, from_row, +1)
        return self.total

    def look_at(self, rows: Rows, number: int) -> None:
        """Count a message as it was written: after it was added, or has grown."""
        assert self._pattern is not None
        self._hits.pop(number, None)
        text = rows[number].text
        count = sum(1 for _ in self._pattern.finditer(text))
        if not count and not rows[number].is_own and _MARKS.search(text):
            count = sum(1 for _ in self._pattern.finditer(_MARKS.sub("", text)))
        if count:
            self._counts[number] = count
        else:
            self._counts.pop(number, None)
        if self._row == number:
            self._at = min(self._at, max(0, count - 1))
            if self._read(rows, number) == 0:
                self._row = -1

    def step(self, rows: Rows, by: int) -> tuple[int, int]:
        """To the next hit (+1) or the one before (-1), around the ends."""
        if self._pattern is None or not self._counts:
            return 0, 0
        if self._row >= 0 and 0 <= self._at + by < len(self._hits.get(self._row, ())):
            self._at += by
        else:
            self._stand(rows, self._row + by, by)
        return self.place

    def _stand(self, rows: Rows, from_row: int, by: int) -> None:
        order = sorted(self._counts, reverse=by < 0)
        later = [number for number in order if (number - from_row) * by >= 0]
        for number in [*later, *(each for each in order if each not in set(later))]:
            count = self._read(rows, number)
            if count:
                self._row, self._at = number, 0 if by > 0 else count - 1
                return
        self._row = -1

    def _read(self, rows: Rows, number: int) -> int:
        """Find a message's hits in what is read of it; how many there are."""
        if number not in self._hits:
            assert self._pattern is not None
            rows.open(number)
            row = rows[number]
            hits: list[Hit] = []
            for part in range(len(row.parts or ())):
                for place, leaf in enumerate(row.leaves_of(part)):
                    hits += [Hit(part, place, each) for each in range(len(self.in_text(searched_text(leaf))))]
            self._hits[number] = hits
            if hits:
                self._counts[number] = len(hits)
            else:
                self._counts.pop(number, None)
        return len(self._hits[number])

    def in_text(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each hit, in code units."""
        if self._pattern is None:
            return []
        found = [match.span() for match in self._pattern.finditer(text)]
        if text.isascii() or not found:
            return found
        return [(units(text[:start]), units(text[:end])) for start, end in found]


def searched_text(leaf: Leaf) -> str:
    """As in the piece that shows it, a formula being one character."""
    match leaf.block:
        case Paragraph(spans) | Heading(_, spans):
            return "".join("\ufffc" if span.style & Style.MATH else span.text for span in spans)
        case Plain(text) | Code(text):
            return text
        case Table(header, rows):
            return "\n".join("".join(span.text for span in cell) for row in (header, *rows) for cell in row)
    return ""
