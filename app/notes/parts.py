"""A book in one file is not one note: what is very long is cut into parts, each of which is learned or held out.

Only the text itself decides where, from its beginning on: at the next heading once a part is long enough, else at the
end of a paragraph, else of a line. So text that is added at the end changes the last part alone. Ordinary notes stay
whole: nearly all that people write is far shorter than LONGEST_WHOLE.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.notes.passages import paragraph_spans

LONGEST_WHOLE = 40_000  # characters: some 7,000 words, fifteen pages
PART = 16_000  # characters a part has at least, but for the last one
_PATIENCE = 8_000  # how much further a heading is looked for
_HEADING = re.compile(r" {0,3}#{1,3}[ \t]|(?:chapter|kapitel|chapitre|part|teil) [\dIVXLC]+\b", re.IGNORECASE)


def parts(text: str) -> Iterator[str]:
    """The whole text, or its parts in order; together they are the text but for the space between them."""
    if len(text) <= LONGEST_WHOLE:
        yield text
        return
    units = list(_units(text))
    headings = [at for at, _ in units if _HEADING.match(text, at)]
    start = end = 0
    for unit_start, unit_end in units:
        if unit_start - start >= PART and len(text) - unit_start >= PART // 2:  # no crumb at the end
            ahead = bisect_left(headings, unit_start)
            is_waiting = ahead < len(headings) and unit_start < headings[ahead] <= start + PART + _PATIENCE
            if not is_waiting:
                yield text[start:end] + "\n"
                start = unit_start
        end = unit_end
    yield text[start:end] + "\n"


def part_source(source: str, number: int) -> str:
    """How the source of a part is shown."""
    return f"{source} › {number}"


def part_title(title: str, number: int) -> str:
    return f"{title} ({number})"


def document_of(title: str, source: str) -> str:
    """The source of the whole text of which a note is a part, by how it is shown; its own where it is none."""
    whole, mark, number = source.rpartition(" › ")
    return whole if mark and number.isdecimal() and title.endswith(part_title("", int(number))) else source


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs; the lines of one that is enormous; pieces of a line that is."""
    for start, end in paragraph_spans(text):
        if end - start <= _PATIENCE:
            yield start, end
            continue
        for line in re.finditer(r"[^\n]+", text[start:end]):
            at, stop = start + line.start(), start + line.end()
            while stop - at > _PATIENCE:
                space = text.rfind(" ", at + 1, at + _PATIENCE)
                cut = space if space > at else at + _PATIENCE
                yield at, cut
                at = cut + (text[cut] == " ")
            if at < stop:
                yield at, stop
