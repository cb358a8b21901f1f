"""One message as it is drawn: its parts, each laid out when it comes into sight and forgotten when it is far away.

Offsets are pixels from the row's top. A part is a segment of the message, or of an attachment that is unfolded.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPixmap

from app.domain.conversation import Message, Role, Turn
from app.domain.ids import MessageId
from app.ui.chat.blocks import Code, Heading, Math, Paragraph, Plain, Rule, Table
from app.ui.chat.chips import Chips
from app.ui.chat.colouring import Colouring
from app.ui.chat.leaves import Leaf, leaves_of
from app.ui.chat.looks import OWN_SHARE, Looks
from app.ui.chat.maths import Formulas
from app.ui.chat.panels import CodePiece, TablePiece, WidePiece
from app.ui.chat.pieces import MathPiece, Piece, RulePiece, TextPiece, indent_of
from app.ui.chat.segments import Kind, Segment, Segments

MAX_MARKDOWN = 250_000  # characters of a message; a longer one is plain text


@dataclass(slots=True)
class Surroundings:
    """What every row is laid out with."""

    looks: Looks
    formulas: Formulas
    colouring: Colouring
    column: float


@dataclass(slots=True)
class Part:
    source: Segments
    segment: Segment
    height: float
    pieces: list[Piece] | None = None
    is_exact: bool = False
    leaves: tuple[Leaf, ...] | None = None
    code_start: int = -1  # of the block that this is a part of: number of its first part
    picture: QPixmap | None = None  # of the pieces, while they are in sight and nothing in them is marked


@dataclass(slots=True, eq=False)
class Row:
    """`facts`: what is known of the reply. `is_growing`: text may still come."""

    turn: Turn
    facts: str = ""
    is_growing: bool = False
    text: str = ""
    parts: list[Part] | None = None
    body: Segments | None = None
    unfolded: frozenset[int] = frozenset()  # attachments whose text is shown
    scrolls: dict[int, float] | None = None  # of what scrolls sideways
    chips: Chips | None = None
    own_width: float = 0.0  # of the person's message: its text's, once that is known
    _tops: list[float] | None = None
    _closed: int = 0  # segments of the body that will not change
    lines: int = 0

    def __post_init__(self) -> None:
        self.text = self.turn.message.text
        self.lines = self.text.count("\n")

    @property
    def id(self) -> MessageId:
        return self.turn.message.id

    @property
    def message(self) -> Message:
        return self.turn.message

    @property
    def is_own(self) -> bool:
        return self.turn.message.role is Role.USER

    @property
    def is_hidden(self) -> bool:
        """A reply of which nothing came yet."""
        return not self.text and not self.is_own

    # Geometry

    def head(self, around: Surroundings) -> float:
        """From the row's top to its first part."""
        looks = around.looks
        top = float(looks.sizes.turn_gap)
        if self.is_own:
            top += looks.sizes.padding - looks.sizes.panel_lift
        if self.message.attachments:
            top += self._chips(around).height
        return top

    def tail(self, around: Surroundings) -> float:
        """From the last part to the row's end."""
        return around.looks.sizes.foot + (around.looks.sizes.panel_bottom if self.is_own else 0)

    def height(self, around: Surroundings) -> float:
        if self.is_hidden:
            return 0.0
        if self.parts is None:
            return self.head(around) + self.tail(around) + self._estimate(len(self.text), self.lines, around)
        return self.head(around) + self.tops[-1] + self.tail(around)

    @property
    def tops(self) -> list[float]:
        """Of the parts, from the first part's top; and the end."""
        if self._tops is None:
            self._tops = list(accumulate((part.height for part in self.parts or []), initial=0.0))
        return self._tops

    def content_width(self, around: Surroundings) -> float:
        if not self.is_own:
            return around.column
        return around.column * OWN_SHARE - 2 * around.looks.sizes.padding

    def left(self, around: Surroundings) -> float:
        """Where the parts begin, from the column's left edge."""
        if not self.is_own:
            return 0.0
        return around.column - around.looks.sizes.padding - self.panel_content(around)

    def panel_content(self, around: Surroundings) -> float:
        width = self.content_width(around)
        chips = self._chips(around).width if self.message.attachments else 0.0
        return max(min(self.own_width, width), chips) if self.own_width else width

    def panel(self, around: Surroundings) -> QRectF:
        """The ground of the person's message, from the column's left edge and the row's top."""
        padding = around.looks.sizes.padding
        width = self.panel_content(around) + 2 * padding
        top = around.looks.sizes.turn_gap
        bottom = self.height(around) - around.looks.sizes.foot
        return QRectF(around.column - width, top, width, bottom - top)

    def chips_rect(self, around: Surroundings) -> tuple[float, float]:
        """Left and top of the chips."""
        sizes = around.looks.sizes
        return self.left(around), sizes.turn_gap + sizes.padding - sizes.panel_lift

    def _chips(self, around: Surroundings) -> Chips:
        if self.chips is None:
            width = around.column * OWN_SHARE - 2 * around.looks.sizes.padding
            self.chips = Chips(self.message.attachments, self.unfolded, around.looks, width)
        return self.chips

    def shown_chips(self, around: Surroundings) -> Chips | None:
        return self._chips(around) if self.message.attachments else None

    def _estimate(self, characters: int, lines: int, around: Surroundings) -> float:
        return (max(1.0, characters / self.characters_a_line(around)) + 0.6 * lines) * around.looks.sizes.line

    def characters_a_line(self, around: Surroundings) -> float:
        return max(8.0, around.looks.sizes.characters * self.content_width(around) / 100)

    # Parts

    def open(self, around: Surroundings) -> None:
        """Cut the message into parts, which are estimated until they are laid out."""
        if self.parts is not None:
            return
        self.parts = []
        for number in sorted(self.unfolded):
            self._add_attachment(number, around)
        is_plain = self.is_own or len(self.text) > MAX_MARKDOWN
        self.body = Segments(self.text, is_plain=is_plain, is_complete=not self.is_growing)
        for segment in self.body.all():
            self._add(self.body, segment, around)
        self._closed = len(self.body.closed)
        self._tops = None

    def _add_attachment(self, number: int, around: Surroundings) -> None:
        attachment = self.message.attachments[number]
        source = Segments(attachment.text, is_plain=True)
        segments = source.all()
        for place, segment in enumerate(segments):
            segment.kind, segment.language = Kind.CODE, attachment.name
            segment.is_first, segment.is_last = place == 0, place == len(segments) - 1
            self._add(source, segment, around)

    def _add(self, source: Segments, segment: Segment, around: Surroundings) -> None:
        assert self.parts is not None
        lines = source.text.count("\n", segment.start, segment.end)
        if segment.kind is Kind.CODE:
            height = (lines + 1) * around.looks.sizes.code_line
        else:
            height = self._estimate(segment.end - segment.start, lines, around)
        part = Part(source, segment, height)
        if segment.kind is Kind.CODE:
            part.code_start = len(self.parts) if segment.is_first else self.parts[-1].code_start
        self.parts.append(part)

    def grow(self, around: Surroundings) -> None:
        """Take what `body` was fed: parts that are closed stay, the last is made anew where it differs."""
        if self.parts is None or self.body is None:
            return
        first = sum(part.source is not self.body for part in self.parts)
        old = self.parts[first + self._closed :]
        del self.parts[first + self._closed :]
        for segment in self.body.all()[self._closed :]:
            self._add(self.body, segment, around)
            part = self.parts[-1]
            kept = next((each for each in old if each.segment.start == segment.start), None)
            if kept is not None and kept.segment.kind is segment.kind:
                part.height, part.pieces = kept.height, kept.pieces
        self._closed = len(self.body.closed)
        self._tops = None

    def close(self) -> None:
        """Forget the parts; heights are estimated again."""
        self.parts = self.body = self.chips = self._tops = None
        self.own_width = 0.0
        self._closed = 0

    def part_at(self, offset: float, around: Surroundings) -> int:
        return max(0, min(bisect_right(self.tops, offset - self.head(around)) - 1, len(self.parts or ()) - 1))

    def part_top(self, number: int, around: Surroundings) -> float:
        return self.head(around) + self.tops[number]

    def leaves_of(self, number: int) -> tuple[Leaf, ...]:
        assert self.parts is not None
        part = self.parts[number]
        if part.leaves is None:
            before = self.parts[number - 1].segment if number else None
            part.leaves = leaves_of(part.segment, before, part.source.text)
        return part.leaves

    def lay_out(self, number: int, around: Surroundings) -> bool:
        """Lay one part out. True where its height changed."""
        assert self.parts is not None
        part = self.parts[number]
        if part.pieces is not None and part.is_exact:
            return False
        old = part.pieces or []
        part.leaves = None
        leaves = self.leaves_of(number)
        width = self.content_width(around)
        pieces: list[Piece] = []
        y = 0.0
        for place, leaf in enumerate(leaves):
            piece = self._piece(leaf, old[place] if place < len(old) else None, around)
            indent = indent_of(leaf, around.looks)
            if isinstance(piece, WidePiece):
                piece.group = part.code_start if part.code_start >= 0 else number * 1000 + place + 1_000_000
                piece.scroll = (self.scrolls or {}).get(piece.group, 0.0)
            piece.lay_out(max(60.0, width - indent))
            y += 0 if place == 0 and number == 0 else around.looks.gap(leaf.gap)
            piece.x = 0.0 if piece.is_rtl else indent
            piece.y = y
            y += piece.height
            pieces.append(piece)
        if self.is_own:
            self._hug(pieces, width)
            y = pieces[-1].y + pieces[-1].height if pieces else y
        part.pieces, part.is_exact, part.picture = pieces, True, None
        if part.code_start >= 0:
            self._colour(part.code_start, around)
        changed = y != part.height
        part.height = y
        if changed:
            self._tops = None
        return changed

    def _piece(self, leaf: Leaf, old: Piece | None, around: Surroundings) -> Piece:
        if old is not None and not old.waits_for_formula:
            if old.leaf == leaf:
                return old
            if isinstance(old, CodePiece | TextPiece) and old.leaf.gap is leaf.gap and old.extend(leaf):
                return old
        return make_piece(leaf, around)

    def _hug(self, pieces: Sequence[Piece], width: float) -> None:
        """The person's message is as wide as its text."""
        assert self.parts is not None
        if len(self.parts) == 1 and len(pieces) == 1 and isinstance(pieces[0], TextPiece):
            self.own_width = min(width, pieces[0].natural_width + 1)
            pieces[0].lay_out(self.own_width)
        else:
            self.own_width = 0.0

    def code_of(self, start: int) -> tuple[str, str]:
        """Language and whole text of the block of code whose first part has that number."""
        assert self.parts is not None
        parts = [part for part in self.parts[start:] if part.code_start == start]
        blocks = [part.segment.blocks(part.source.text)[0] for part in parts]
        pieces: list[str] = []
        for block in blocks:
            if isinstance(block, Code):
                pieces += ["" if block.continues or block.is_first else "\n", block.text]
        return parts[0].segment.language, "".join(pieces)

    def _colour(self, start: int, around: Surroundings) -> None:
        """Give the laid out parts of a block of code their colours, as soon as these are known."""
        assert self.parts is not None
        if self.parts[start].source is not self.body or (self.is_growing and self._is_open(start)):
            return
        language, code = self.code_of(start)
        found = around.colouring.get(language, code)
        at = 0
        for part in self.parts[start:]:
            if part.code_start != start:
                break
            leaves = self.leaves_of(self.parts.index(part)) if part.leaves is None else part.leaves
            block = leaves[0].block
            if not isinstance(block, Code):
                break
            at += 0 if block.is_first or block.continues else 1
            if part.pieces and isinstance(part.pieces[0], CodePiece) and found:
                end = at + len(block.text)
                part.picture = None
                part.pieces[0].colour([(s - at, n, name) for s, n, name in found if at <= s < end])
            at += len(block.text)

    def _is_open(self, start: int) -> bool:
        """Whether the block of code that begins with that part is still being written."""
        assert self.parts is not None
        return self.parts[-1].code_start == start and self.body is not None and self.body.is_in_code

    def recolour(self, around: Surroundings) -> None:
        for start in {part.code_start for part in self.parts or [] if part.code_start >= 0 and part.pieces}:
            self._colour(start, around)


def make_piece(leaf: Leaf, around: Surroundings) -> Piece:
    match leaf.block:
        case Code():
            return CodePiece(leaf, around.looks)
        case Table():
            return TablePiece(leaf, around.looks, around.formulas)
        case Math():
            return MathPiece(leaf, around.looks, around.formulas)
        case Rule():
            return RulePiece(leaf, around.looks)
        case Paragraph() | Heading() | Plain():
            return TextPiece(leaf, around.looks, around.formulas)
    raise TypeError(type(leaf.block))
