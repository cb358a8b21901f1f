"""The tokens of the conversation, where they stand in what is read: picked with pointer or keys, tinted, explained.

The privacy panel brings their places while it is open, and takes them away when it closes: until then, and for every
message that is not of the branch it speaks of, nothing here costs anything. Of a message only the parts in sight are
looked at. How a message's source stands in what is drawn of it is known by app/ui/chat/sources.py; what the sent text
has to do with the shown one by app/core/token_places.py. A token whose exact characters are not known takes the line,
block or stand-in that it is part of, and is underlined with dashes.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QTextCharFormat

from app.core.token_places import Places, TokenPlace
from app.domain.ids import MessageId
from app.ui.chat import access
from app.ui.chat.pieces import Mark, Piece
from app.ui.chat.places import Place, Selection
from app.ui.chat.row import Part
from app.ui.chat.segments import normalised
from app.ui.chat.sources import Stretch, runs_of, stretches
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.chat.pointer import Spot
    from app.ui.chat.view import ChatView

KEPT_PARTS = 64  # whose stretches are remembered
Stretches = tuple[tuple[Stretch, ...], ...]  # of the pieces of a part


class ChatTokens(QObject):
    picked = Signal(object)  # frozenset of positions: what the person pointed at, or selected

    def __init__(self, view: "ChatView", theme: Theme) -> None:
        super().__init__(view)
        self._view, self._theme = view, theme
        self._places: dict[MessageId, _Message] = {}
        self._words: Callable[[int, int], str] = lambda number, position: ""
        self._chosen: frozenset[int] = frozenset()
        self._lit: dict[MessageId, _Message] = {}
        self._at: tuple[MessageId, int] | None = None  # message, and the number of its token, that the keys are at
        self._parts: OrderedDict[int, tuple[list[Piece], Stretches]] = OrderedDict()
        theme.changed.connect(self._wear)
        self._wear()

    # What the panel says

    def show_places(
        self, places: Mapping[MessageId, Places], words: Callable[[int, int], str] = lambda number, position: ""
    ) -> None:
        """Of the messages of one branch; none where the panel is closed. `words`: on a token, by its number in its
        message from 1 and its position."""
        self._places = {message: _Message(found) for message, found in places.items() if found}
        self._words = words
        self._at = None
        self._parts.clear()
        self._choose(frozenset())

    @property
    def is_on(self) -> bool:
        return bool(self._places)

    @property
    def chosen(self) -> frozenset[int]:
        return self._chosen

    def light(self, positions: frozenset[int], *, reveals: bool = False) -> None:
        """Tint the tokens at these positions, and tell nobody. `reveals`: scroll to the first of them."""
        self._choose(positions)
        first = next(((message, lit.places[0]) for message, lit in self._lit.items()), None)
        if first is not None:
            self._at = self._find(first[1].position)
            if reveals:
                self._reveal(*first)

    def _choose(self, positions: frozenset[int]) -> None:
        self._chosen, self._lit = positions, {}
        first, last = (min(positions), max(positions)) if positions else (0, -1)
        for message, found in self._places.items():
            if lit := tuple(place for place in found.between(first, last) if place.position in positions):
                self._lit[message] = _Message(lit)
        self._view.viewport().update()

    # What the person does

    def pick(self, spot: "Spot | None") -> None:
        """The token under the pointer; nothing beside the text."""
        if self.is_on:
            found = self._token_at(spot) if spot is not None and spot.is_inside else None
            self._at = found
            self._tell(frozenset({self._places[found[0]].positions[found[1]]}) if found is not None else frozenset())

    def pick_selection(self, selection: Selection) -> None:
        """All tokens of the selected text."""
        if not self.is_on or selection.is_empty:
            return
        found: set[int] = set()
        rows = self._view.rows
        first, last = selection.ends
        for message, places in self._places.items():
            number = rows.number_of(message)
            if first.row < number < last.row:
                found.update(places.positions)
            elif number in (first.row, last.row):
                for start, end in self._selected(number, selection):
                    found.update(place.position for place in places.within(start, end))
        self._at = self._find(min(found)) if found else None
        self._tell(frozenset(found))

    def step(self, by: int) -> bool:
        """To the token before or after, from message to message. False where there are no tokens."""
        rows = self._view.rows
        order = sorted((rows.number_of(message), message) for message in self._places)
        order = [one for one in order if one[0] >= 0]
        if not order:
            return False
        messages = [message for _, message in order]
        if self._at is None or self._at[0] not in messages:
            focused = self._view.state.focused
            message = next((one for number, one in order if number >= focused), messages[-1])
            at = 0
        else:
            message, at = self._at[0], self._at[1] + by
            place = messages.index(message)
            if not 0 <= at < len(self._places[message].places) and 0 <= place + by < len(messages):
                message = messages[place + by]
                at = 0 if by > 0 else len(self._places[message].places) - 1
        at = max(0, min(at, len(self._places[message].places) - 1))
        self._at = (message, at)
        token = self._places[message].places[at]
        self._tell(frozenset({token.position}))
        self._reveal(message, token)
        return True

    def tip(self, spot: "Spot | None") -> str:
        """On the tinted token under the pointer."""
        if not self._lit or spot is None or not spot.is_inside:
            return ""
        found = self._token_at(spot)
        if found is None:
            return ""
        position = self._places[found[0]].positions[found[1]]
        return self._words(found[1] + 1, position) if position in self._chosen else ""

    def _tell(self, positions: frozenset[int]) -> None:
        self._choose(positions)
        self.picked.emit(positions)
        if len(positions) == 1 and self._at is not None:
            message, number = self._at
            place, row = self._places[message].places[number], self._view.rows[self._view.rows.number_of(message)]
            text = normalised(row.text)[place.start : place.end]
            access.tell_token(self._view, text, self._words(number + 1, place.position))
        else:
            access.tell_token(self._view, "", "")

    # Painting

    def marks(self, number: int, part_number: int, piece_number: int) -> list[Mark]:
        """Of a piece that is laid out."""
        row = self._view.rows[number]
        lit = self._lit.get(row.id)
        if lit is None or row.parts is None:
            return []
        part = row.parts[part_number]
        if not self._is_of(number, part):
            return []
        found: list[Mark] = []
        pieces = self._stretches(number, part_number)
        for stretch in pieces[piece_number] if piece_number < len(pieces) else ():
            for place in lit.within(stretch.run.start, stretch.run.end):
                first, last = stretch.units_of(place.start, place.end)
                format_ = self._exact if place.is_exact and stretch.run.is_exact else self._rough
                if found and found[-1].end >= first and found[-1].format is format_:
                    found[-1] = Mark(found[-1].start, max(last, found[-1].end), format_)
                elif first < last:
                    found.append(Mark(first, last, format_))
        return found

    # Places

    def _is_of(self, number: int, part: Part) -> bool:
        """Whether it is of the message's own text; not of an attachment, nor of one that is still written."""
        row = self._view.rows[number]
        return part.source is row.body and not row.is_growing

    def _stretches(self, number: int, part_number: int) -> Stretches:
        """Of the pieces of a part that is laid out; in characters of the message."""
        row = self._view.rows[number]
        assert row.parts is not None
        part = row.parts[part_number]
        pieces = part.pieces or []
        known = self._parts.get(id(part))
        if known is not None and known[0] is pieces:
            return known[1]
        leaves = row.leaves_of(part_number)
        runs = runs_of(part.segment, leaves, part.source.text)
        made = tuple(
            stretches(runs[at], piece.text, is_table=piece.is_table) if at < len(runs) else ()
            for at, piece in enumerate(pieces)
        )
        self._parts[id(part)] = (pieces, made)
        while len(self._parts) > KEPT_PARTS:
            self._parts.popitem(last=False)
        return made

    def _token_at(self, spot: "Spot") -> tuple[MessageId, int] | None:
        view, piece = self._view, spot.piece
        row = view.rows[spot.row]
        places = self._places.get(row.id)
        if places is None or piece is None or not row.parts or not self._is_of(spot.row, row.parts[spot.part]):
            return None
        unit = spot.place.unit
        rect = piece.rect_of(unit)
        if unit and (spot.point.y() < rect.top() or (spot.point.x() < rect.left() and not piece.is_rtl)):
            unit -= 1  # the place is between characters; the pointer is on the one before
        for stretch in self._stretches(spot.row, spot.part)[spot.number]:
            if stretch.first <= unit < stretch.last:
                start, end = stretch.characters_at(unit)
                found = places.within(start, end)
                return (row.id, places.places.index(found[0])) if found else None
        return None

    def _find(self, position: int) -> tuple[MessageId, int] | None:
        for message, found in self._places.items():
            number = bisect_left(found.positions, position)
            if number < len(found.positions) and found.positions[number] == position:
                return message, number
        return None

    def _selected(self, number: int, selection: Selection) -> Iterator[tuple[int, int]]:
        """Of a row in which the selection begins or ends: stretches of its source."""
        rows = self._view.rows
        rows.open(number)
        row = rows[number]
        first, last = selection.ends
        for part_number, part in enumerate(row.parts or []):
            here = (number, part_number)
            if not self._is_of(number, part) or here < first[:2] or here > last[:2]:
                continue
            if first[:2] < here < last[:2]:
                yield part.segment.start, part.segment.end
                continue
            pieces = rows.pieces(number, part_number)
            for at, found in enumerate(self._stretches(number, part_number)):
                within = selection.within(number, part_number, at, pieces[at].units)
                for stretch in found if within is not None else ():
                    low, high = max(within[0], stretch.first), min(within[1], stretch.last)  # type: ignore[index]
                    if low < high:
                        yield stretch.characters_at(low)[0], stretch.characters_at(high - 1)[1]

    def _reveal(self, message: MessageId, place: TokenPlace) -> None:
        view, rows = self._view, self._view.rows
        number = rows.number_of(message)
        if number < 0:
            return
        rows.open(number)
        for part_number, part in enumerate(rows[number].parts or []):
            if not self._is_of(number, part) or not part.segment.start <= place.start < part.segment.end:
                continue
            rows.pieces(number, part_number)
            for at, found in enumerate(self._stretches(number, part_number)):
                for stretch in found:
                    if stretch.run.end > place.start:
                        view.reveal(Place(number, part_number, at, stretch.units_of(place.start, place.end)[0]))
                        return

    def _wear(self) -> None:
        colours = self._theme.colours
        self._exact, self._rough = QTextCharFormat(), QTextCharFormat()
        for format_, line in (
            (self._exact, QTextCharFormat.UnderlineStyle.SingleUnderline),
            (self._rough, QTextCharFormat.UnderlineStyle.DashUnderline),
        ):
            format_.setBackground(QColor(colours.mark_now))
            format_.setForeground(QColor(colours.text))
            format_.setUnderlineStyle(line)
            format_.setUnderlineColor(QColor(colours.accent))


class _Message:
    """The places of one message's tokens, in order."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.positions = [place.position for place in places]
        self._starts = [place.start for place in places]
        self._ends = [place.end for place in places]

    def between(self, first: int, last: int) -> tuple[TokenPlace, ...]:
        """Those from one position to another."""
        return self.places[bisect_left(self.positions, first) : bisect_right(self.positions, last)]

    def within(self, start: int, end: int) -> tuple[TokenPlace, ...]:
        """Those that hold something between two characters."""
        return self.places[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
