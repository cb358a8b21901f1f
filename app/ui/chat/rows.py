"""The messages on show and how high each is: estimated, and corrected when it comes into sight.

Laid out parts are kept in the order of their last use; the oldest give their documents back.
"""

from collections import OrderedDict
from collections.abc import Sequence

from app.domain.conversation import Message, Role, Turn
from app.domain.ids import NO_MESSAGE, MessageId
from app.ui.chat.heights import Heights
from app.ui.chat.pieces import Piece
from app.ui.chat.row import Part, Row, Surroundings

KEPT_PARTS = 250
KEPT_ROWS = 60


class Rows:
    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._rows: list[Row] = []
        self._numbers: dict[MessageId, int] = {}
        self._heights = Heights()
        self._used_parts: OrderedDict[int, Part] = OrderedDict()
        self._used_rows: OrderedDict[int, Row] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Row:
        return self._rows[number]

    def number_of(self, message_id: MessageId) -> int:
        """-1 for a message that is not here."""
        return self._numbers.get(message_id, -1)

    # What is shown

    def replace(self, turns: Sequence[Turn]) -> None:
        """Rows whose message is as before keep what is laid out of them."""
        old = {row.id: row for row in self._rows}
        self._rows = []
        for turn in turns:
            if turn.message.role is Role.SYSTEM:
                continue
            row = old.get(turn.message.id)
            if (
                row is not None
                and row.text == turn.message.text
                and row.message.attachments == turn.message.attachments
            ):
                row.turn = turn
            else:
                row = Row(turn)
            self._rows.append(row)
        self._numbers = {row.id: number for number, row in enumerate(self._rows)}
        self._forget_others()
        self._heights.replace(self._measured())

    def add(self, turn: Turn) -> int:
        row = Row(turn)
        self._rows.append(row)
        self._numbers[row.id] = len(self._rows) - 1
        self._heights.append(row.height(self.around))
        return len(self._rows) - 1

    def remove_last(self) -> None:
        row = self._rows.pop()
        self._numbers.pop(row.id, None)
        self._heights.replace(self._measured())
        self._forget_others()

    def grow(self, number: int, text: str) -> None:
        """More text at the end of a message. Reading it waits until it is laid out."""
        row = self._rows[number]
        row.text += text
        row.lines += text.count("\n")
        row.is_growing = True
        if row.body is not None:
            row.body.feed(text)
            row.grow(self.around)
        self._measure(number)

    def finish(self, number: int) -> None:
        row = self._rows[number]
        row.is_growing = False
        if row.body is not None:
            row.body.finish()
            row.grow(self.around)
        self._measure(number)

    def set_text(self, number: int, turn: Turn) -> None:
        """The message as it is stored."""
        row = self._rows[number]
        is_same = row.text == turn.message.text
        row.turn = turn
        if not is_same:
            row.text, row.lines = turn.message.text, turn.message.text.count("\n")
            self._close(row)
        self._measure(number)

    def fold(self, number: int, attachment: int) -> None:
        """Show an attachment's text, or hide it."""
        row = self._rows[number]
        row.unfolded ^= {attachment}
        self._close(row)
        self._measure(number)

    def forget_layouts(self) -> None:
        """Everything is laid out anew, in another width or with other looks."""
        for row in self._used_rows.values():
            row.close()
        self._used_rows.clear()
        self._used_parts.clear()
        self._heights.replace(self._measured())

    def clear(self) -> None:
        self._rows.clear()
        self._numbers.clear()
        self._used_parts.clear()
        self._used_rows.clear()
        self._heights.replace(())

    # Geometry

    @property
    def total(self) -> float:
        return self._heights.total

    def top(self, number: int) -> float:
        return self._heights.top(number)

    def height(self, number: int) -> float:
        return self._heights[number]

    def row_at(self, offset: float) -> int:
        return self._heights.row_at(offset)

    def laid_out_from(self, number: int, part: int, bottom: float) -> tuple[int, int]:
        """The first part from there on whose height is known, above an offset; the given one where there is none.

        To stand at one whose height is only estimated would move all that is read below it.
        """
        at, place = number, part
        while at < len(self._rows) and self.part_top(at, place) < bottom:
            parts = self._rows[at].parts
            if parts and place < len(parts) and parts[place].is_exact:
                return at, place
            place += 1
            if not parts or place >= len(parts):
                at, place = at + 1, 0
        return number, part

    def part_top(self, number: int, part: int) -> float:
        """From the first row's top."""
        row = self._rows[number]
        return self.top(number) + (row.part_top(part, self.around) if row.parts else 0.0)

    # Layout

    def lay_out(self, top: float, bottom: float) -> bool:
        """Lay out what lies between two offsets. True where something's height changed."""
        changed = False
        number = self.row_at(top)
        while 0 <= number < len(self._rows):
            start = self.top(number)
            if start >= bottom:
                break
            changed = self._lay_out_row(number, top - start, bottom - start) or changed
            number += 1
        return changed

    def _lay_out_row(self, number: int, top: float, bottom: float) -> bool:
        row = self._rows[number]
        if row.is_hidden:
            return False
        self.open(number)
        parts = row.parts or []
        part = row.part_at(top, self.around) if parts else 0
        while part < len(parts) and row.part_top(part, self.around) < bottom:
            self._lay_out_part(row, part)
            part += 1
        return self._measure(number)

    def _lay_out_part(self, row: Row, part: int) -> None:
        row.lay_out(part, self.around)
        assert row.parts is not None
        used = row.parts[part]
        self._used_parts[id(used)] = used
        self._used_parts.move_to_end(id(used))

    def open(self, number: int) -> None:
        row = self._rows[number]
        row.open(self.around)
        self._used_rows[id(row)] = row
        self._used_rows.move_to_end(id(row))

    def pieces(self, number: int, part: int) -> list[Piece]:
        """Of a part, laid out now where it is not."""
        self.open(number)
        row = self._rows[number]
        self._lay_out_part(row, part)
        self._measure(number)
        assert row.parts is not None
        return row.parts[part].pieces or []

    def _measure(self, number: int) -> bool:
        height = self._rows[number].height(self.around)
        if height == self._heights[number]:
            return False
        self._heights.set(number, height)
        return True

    def _measured(self) -> list[float]:
        """All heights. Ten thousand messages are estimated here at once, so the sum is written out."""
        own, other = self._frame(Role.USER), self._frame(Role.ASSISTANT)
        line = self.around.looks.sizes.line
        result: list[float] = []
        for row in self._rows:
            length = len(row.text)
            if row.parts is not None or not length or row.turn.message.attachments:
                result.append(row.height(self.around))
                continue
            fixed, a_line = own if row.turn.message.role is Role.USER else other
            result.append(fixed + ((length / a_line if length > a_line else 1.0) + 0.6 * row.lines) * line)
        return result

    def _frame(self, role: Role) -> tuple[float, float]:
        """Of an unopened row: what surrounds its text, and the characters in a line."""
        row = Row(Turn(Message(NO_MESSAGE, role, "x")))
        return row.head(self.around) + row.tail(self.around), row.characters_a_line(self.around)

    def refresh_formulas(self) -> None:
        """Pieces that showed a formula's source are made again."""
        for part in self._used_parts.values():
            if any(piece.waits_for_formula for piece in part.pieces or ()):
                part.is_exact = False

    def recolour(self) -> None:
        for row in self._used_rows.values():
            row.recolour(self.around)

    def trim(self) -> None:
        """Give back what was used longest ago. Not while something is laid out."""
        while len(self._used_parts) > KEPT_PARTS:
            _, part = self._used_parts.popitem(last=False)
            part.pieces = part.leaves = part.picture = None
        while len(self._used_rows) > KEPT_ROWS:
            _, row = self._used_rows.popitem(last=False)
            self._close_parts(row)

    def _close(self, row: Row) -> None:
        self._used_rows.pop(id(row), None)
        self._close_parts(row)
        row.close()

    def _close_parts(self, row: Row) -> None:
        """Forget the documents. The parts stay, for their heights are known."""
        for part in row.parts or ():
            self._used_parts.pop(id(part), None)
            part.pieces = part.leaves = part.picture = None

    def _forget_others(self) -> None:
        rows = {id(row) for row in self._rows}
        for key, row in list(self._used_rows.items()):
            if key not in rows:
                self._close(row)
