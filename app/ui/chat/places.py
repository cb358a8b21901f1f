"""Where a character is in a conversation, and what stands between two such places."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.domain.conversation import EndReason, Message, Role
from app.ui.chat.blocks import Table
from app.ui.chat.leaves import Leaf, leaves_of
from app.ui.chat.row import Row
from app.ui.chat.rows import Rows
from app.ui.chat.segments import Segments
from app.ui.chat.writing import joined, markdown, plain

MAX_READ = 400_000  # characters whose Markdown is read for a copy; more are copied as they were written


class Place(NamedTuple):
    """`unit`: a position in the piece, in code units."""

    row: int
    part: int
    piece: int
    unit: int


@dataclass(slots=True)
class Selection:
    """From `anchor`, where it began, to `head`, which moves."""

    anchor: Place
    head: Place

    @property
    def ends(self) -> tuple[Place, Place]:
        return (self.anchor, self.head) if self.anchor <= self.head else (self.head, self.anchor)

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.head

    def within(self, row: int, part: int, piece: int, units: int) -> tuple[int, int] | None:
        """The stretch of a piece that is selected."""
        first, last = self.ends
        here = (row, part, piece)
        if here < first[:3] or here > last[:3]:
            return None
        start = first.unit if here == first[:3] else 0
        end = last.unit if here == last[:3] else units
        return (start, end) if start < end or (start == 0 and units == 0) else None


def spoken_role(role: Role) -> str:
    """Who speaks, in copies that run over several messages."""
    if role is Role.USER:
        return QCoreApplication.translate("Transcript", "You")
    return QCoreApplication.translate("Transcript", "Reply")


def message_plain(row: Row) -> str:
    """A message as it is read, without attachments. Its own text is copied as it was written."""
    return row.text if row.is_own else joined((leaf, plain(leaf)) for leaf in message_leaves(row.text))


def message_leaves(text: str) -> Iterator[Leaf]:
    segments = Segments(text)
    before = None
    for segment in segments.all():
        yield from leaves_of(segment, before, segments.text)
        before = segment


def selected_text(rows: Rows, selection: Selection, *, as_markdown: bool) -> str:
    """What is selected; who wrote what where it runs over several messages."""
    first, last = selection.ends
    numbers = [number for number in range(first.row, last.row + 1) if not rows[number].is_hidden]
    if len(numbers) == 1:
        return _of_row(rows, numbers[0], selection, as_markdown=as_markdown, is_source=False)
    is_source = sum(len(rows[number].text) for number in numbers) > MAX_READ
    texts = []
    for number in numbers:
        text = _of_row(rows, number, selection, as_markdown=as_markdown, is_source=is_source)
        name = spoken_role(rows[number].message.role)
        texts.append(f"**{name}:**\n\n{text}" if as_markdown else f"{name}:\n{text}")
    return "\n\n".join(texts)


def selected_messages(rows: Rows, selection: Selection) -> list[Message]:
    """The messages that are selected, each with the Markdown of what is: a branch of its own, from its first message.

    What is selected in part has no attachments, and did not end before its time.
    """
    first, last = selection.ends
    found: list[Message] = []
    for number in range(first.row, last.row + 1):
        row = rows[number]
        text = "" if row.is_hidden else _of_row(rows, number, selection, as_markdown=True, is_source=False)
        if not text.strip():
            continue
        message = replace(row.message, parent=found[-1].id if found else None)
        if text.strip("\n") != row.text.strip("\n"):
            end = EndReason.END_OF_TEXT if message.role is Role.ASSISTANT else None
            message = replace(message, text=text, attachments=(), end=end, tokens=())
        found.append(message)
    return found


def _of_row(rows: Rows, number: int, selection: Selection, *, as_markdown: bool, is_source: bool) -> str:
    first, last = selection.ends
    row = rows[number]
    starts_before = number > first.row or first[1:] == (0, 0, 0)
    ends_after = number < last.row or is_end(rows, last)
    if starts_before and ends_after and not row.unfolded:
        return row.text.strip("\n") if as_markdown or is_source else message_plain(row)
    rows.open(number)
    parts = row.parts or []
    begin = first.part if number == first.row else 0
    end = last.part if number == last.row else len(parts) - 1
    found: list[tuple[Leaf, str]] = []
    for part in range(begin, end + 1):
        leaves = row.leaves_of(part)
        is_border = (number, part) in ((first.row, first.part), (last.row, last.part))
        pieces = rows.pieces(number, part) if is_border else None
        for place, leaf in enumerate(leaves):
            stretch = selection.within(number, part, place, pieces[place].units if pieces else 1)
            if stretch is None:
                continue
            if pieces is None or stretch == (0, pieces[place].units):
                text = markdown(leaf) if as_markdown and not row.is_own else plain(leaf)
            elif as_markdown and not row.is_own and not isinstance(leaf.block, Table):
                text = markdown(leaf, *stretch)
            else:
                text = plain(leaf, pieces[place].slice(*stretch)) if stretch[0] == 0 else pieces[place].slice(*stretch)
            found.append((leaf, text))
    return joined(found)


def is_end(rows: Rows, place: Place) -> bool:
    """Whether nothing of its message stands after the place."""
    rows.open(place.row)
    parts = rows[place.row].parts or []
    if place.part < len(parts) - 1:
        return False
    pieces = rows.pieces(place.row, place.part) if parts else []
    return not pieces or (place.piece == len(pieces) - 1 and place.unit >= pieces[-1].units)
