"""What is drawn of one leaf: text, a formula, a line. Lays itself out, draws itself, knows which character is where.

A position in a piece is counted in UTF-16 code units, as Qt does. Code and tables are in pieces of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPen,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
    QTextOption,
)

from app.ui.chat.blocks import Heading, Math, Paragraph, Plain, Span, Spans, Style
from app.ui.chat.leaves import Inside, Leaf
from app.ui.chat.looks import Looks
from app.ui.chat.maths import Formula, Formulas

OBJECT = "\ufffc"  # stands for a formula in a document
WRAPS = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a piece with a ground of its own: selected, found."""

    start: int
    end: int
    format: QTextCharFormat


class Document(QTextDocument):
    """Never loads anything: whatever a message names stays where it is."""

    def __init__(self, looks: Looks) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(looks.body)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


class Piece:
    """`x`, `y`: from the column's left edge and the segment's top. `group`: pieces that scroll sideways together."""

    def __init__(self, leaf: Leaf, looks: Looks) -> None:
        self.leaf, self.looks = leaf, looks
        self.x = self.y = self.width = self.height = 0.0
        self.group = -1
        self.waits_for_formula = False
        self.is_rtl = False
        self.is_table = False

    @property
    def rect(self) -> QRectF:
        return QRectF(self.x, self.y, self.width, self.height)

    @property
    def units(self) -> int:
        return 0

    @property
    def text(self) -> str:
        """What is found in it; as long as `units`."""
        return ""

    def lay_out(self, width: float) -> None:
        """Take no more than `width`; sets width and height."""
        self.width = width

    def paint(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        """With the piece's upper left corner at the painter's origin."""

    def position_at(self, point: QPointF) -> int:
        return 0

    def link_at(self, point: QPointF) -> str:
        return ""

    def slice(self, start: int, end: int) -> str:
        """What is read between two positions."""
        return ""

    def word_at(self, position: int) -> tuple[int, int]:
        return position, position

    def rect_of(self, position: int) -> QRectF:
        """Where the character is, from the piece's upper left corner."""
        return QRectF(0, 0, 1, self.height)


class DocumentPiece(Piece):
    """A piece whose text is in a document, drawn at `origin`."""

    def __init__(self, leaf: Leaf, looks: Looks) -> None:
        super().__init__(leaf, looks)
        self.document = Document(looks)
        self.origin = QPointF(0, 0)
        self._units: int | None = None

    @property
    def units(self) -> int:
        if self._units is None:
            self._units = self.document.characterCount() - 1
        return self._units

    @property
    def text(self) -> str:
        return self._raw(0, self.units)

    def slice(self, start: int, end: int) -> str:
        return self._raw(start, end)

    def _raw(self, start: int, end: int) -> str:
        cursor = self._cursor(start, end)
        return cursor.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document)
        cursor.setPosition(max(0, min(start, self.units)))
        cursor.setPosition(max(0, min(end, self.units)), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _draw(self, painter: QPainter, marks: Sequence[Mark], clip: QRectF) -> None:
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = clip
        selections = []
        for mark in marks:
            selection = QAbstractTextDocumentLayout.Selection()
            selection.cursor = self._cursor(mark.start, mark.end)
            selection.format = mark.format
            selections.append(selection)
        if selections:
            context.selections = selections
        self.document.documentLayout().draw(painter, context)

    def paint(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        painter.translate(self.origin)
        self._draw(painter, marks, QRectF(-self.origin.x(), -self.origin.y(), self.width, self.height))
        painter.translate(-self.origin)

    def position_at(self, point: QPointF) -> int:
        found = self.document.documentLayout().hitTest(point - self.origin, Qt.HitTestAccuracy.FuzzyHit)
        return max(0, min(found, self.units))

    def word_at(self, position: int) -> tuple[int, int]:
        cursor = self._cursor(position, position)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def rect_of(self, position: int) -> QRectF:
        block = self.document.findBlock(max(0, min(position, self.units)))
        top = self.document.documentLayout().blockBoundingRect(block).topLeft()
        inside = position - block.position()
        line = block.layout().lineForTextPosition(inside)
        if not line.isValid():
            return QRectF(top + self.origin, top + self.origin)
        x = line.cursorToX(inside)
        left = x[0] if isinstance(x, tuple) else x
        assert isinstance(left, float)
        return QRectF(top.x() + left, top.y() + line.y(), 1, line.height()).translated(self.origin)


class TextPiece(DocumentPiece):
    """A paragraph, a heading, or text as it was written."""

    def __init__(self, leaf: Leaf, looks: Looks, formulas: Formulas) -> None:
        super().__init__(leaf, looks)
        option = QTextOption()
        option.setWrapMode(WRAPS)
        self.document.setDefaultTextOption(option)
        self._formulas: list[str] = []  # in the order of their characters
        cursor = QTextCursor(self.document)
        block = leaf.block
        if isinstance(block, Plain):
            write_lines(cursor, block.text, looks.block, looks.plain)
        elif isinstance(block, Paragraph | Heading):
            cursor.setBlockFormat(looks.block)
            level = block.level if isinstance(block, Heading) else 0
            self.waits_for_formula = write_spans(cursor, block.spans, looks, formulas, self._formulas, level)
        self.is_rtl = self.document.firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft

    def extend(self, leaf: Leaf) -> bool:
        """Take the text of `leaf`, which goes on where this one ends. False where it does not."""
        old, new = self.leaf.block, leaf.block
        if not (isinstance(old, Plain) and isinstance(new, Plain) and new.text.startswith(old.text)):
            return False
        cursor = QTextCursor(self.document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        write_lines(cursor, new.text[len(old.text) :], self.looks.block, self.looks.plain)
        self.leaf, self._units = leaf, None
        return True

    def lay_out(self, width: float) -> None:
        if self.document.textWidth() != width:
            self.document.setTextWidth(width)
        self.width, self.height = width, self.document.size().height()

    @property
    def natural_width(self) -> float:
        return self.document.idealWidth()

    def slice(self, start: int, end: int) -> str:
        text = self._raw(start, end)
        if OBJECT in text:
            number = self._raw(0, start).count(OBJECT)
            for tex in self._formulas[number : number + text.count(OBJECT)]:
                text = text.replace(OBJECT, f"${tex}$", 1)
        return text

    def link_at(self, point: QPointF) -> str:
        return self.document.documentLayout().anchorAt(point - self.origin)


def write_lines(cursor: QTextCursor, text: str, block: QTextBlockFormat, characters: QTextCharFormat) -> None:
    cursor.beginEditBlock()
    if cursor.atStart():
        cursor.setBlockFormat(block)
    cursor.insertText(text, characters)  # a line feed begins a block of the same format
    cursor.endEditBlock()


def write_spans(
    cursor: QTextCursor, spans: Spans, looks: Looks, formulas: Formulas, written: list[str], heading: int = 0
) -> bool:
    """True where a formula stands as its source for now."""
    is_waiting = False
    for span in spans:
        if span.style & Style.MATH:
            formula = formulas.get(span.text, looks, is_display=False)
            if isinstance(formula, Formula):
                _insert_formula(cursor, formula, looks)
                written.append(span.text)
                continue
            is_waiting = is_waiting or formula is None
        cursor.insertText(_source(span).replace("\n", "\u2028"), _format_of(span, looks, heading))
    return is_waiting


def _source(span: Span) -> str:
    return f"${span.text}$" if span.style & Style.MATH else span.text


def _format_of(span: Span, looks: Looks, heading: int) -> QTextCharFormat:
    format_ = looks.format(span.style, is_link=bool(span.address), heading=heading)
    if span.address:
        format_ = QTextCharFormat(format_)
        format_.setAnchor(True)
        format_.setAnchorHref(span.address)
    return format_


def _insert_formula(cursor: QTextCursor, formula: Formula, looks: Looks) -> None:
    name = f"formula:{cursor.position()}"
    image, format_ = formula.inline(looks)
    cursor.document().addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
    format_.setName(name)
    image_format = QTextImageFormat(format_)
    image_format.setFont(looks.body)
    cursor.insertText(OBJECT, image_format)


class MathPiece(Piece):
    """A formula on lines of its own; its source where it cannot be drawn."""

    def __init__(self, leaf: Leaf, looks: Looks, formulas: Formulas) -> None:
        super().__init__(leaf, looks)
        assert isinstance(leaf.block, Math)
        self._tex = leaf.block.tex
        self._formula = formulas.get(self._tex, looks, is_display=True)
        self.waits_for_formula = self._formula is None
        self._source: TextPiece | None = None
        self.scroll = 0.0
        if not isinstance(self._formula, Formula):
            source = Paragraph((Span(f"$${self._tex}$$", Style.CODE),))
            self._source = TextPiece(Leaf(source), looks, formulas)

    @property
    def units(self) -> int:
        return 1

    @property
    def text(self) -> str:
        return OBJECT

    @property
    def natural_width(self) -> float:
        return self._formula.width if isinstance(self._formula, Formula) else self.width

    def lay_out(self, width: float) -> None:
        self.width = width
        if self._source is not None:
            self._source.lay_out(width)
            self.height = self._source.height
        elif isinstance(self._formula, Formula):
            shrink = min(1.0, width / max(self._formula.width, 1))
            self.height = self._formula.height * shrink + 2 * self.looks.theme.metrics.space_1

    def paint(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        for mark in marks[:1]:
            painter.fillRect(QRectF(0, 0, self.width, self.height), mark.format.background())
        if self._source is not None:
            self._source.paint(painter, ())
        elif isinstance(self._formula, Formula):
            shrink = min(1.0, self.width / max(self._formula.width, 1))
            width, height = self._formula.width * shrink, self._formula.height * shrink
            top = self.looks.theme.metrics.space_1
            self._formula.draw(painter, QRectF((self.width - width) / 2, top, width, height), self.looks)

    def position_at(self, point: QPointF) -> int:
        return int(point.x() > self.width / 2)

    def slice(self, start: int, end: int) -> str:
        return f"$$\n{self._tex}\n$$" if end > start else ""

    def word_at(self, position: int) -> tuple[int, int]:
        return 0, 1


class RulePiece(Piece):
    def lay_out(self, width: float) -> None:
        self.width, self.height = width, float(self.looks.theme.metrics.space_2)

    def paint(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        painter.setPen(QPen(self.looks.color("line"), 1))
        middle = round(self.height / 2) + 0.5
        painter.drawLine(QPointF(0, middle), QPointF(self.width, middle))


def paint_side(painter: QPainter, piece: Piece, looks: Looks, column: float, gap: float) -> None:
    """Quote bars and the marker beside a piece. The origin is the column's left edge at the piece's top."""
    step, leaf = looks.sizes.step, piece.leaf
    left = 0.0
    for inside in leaf.inside:
        if inside is Inside.QUOTE:
            x = column - left - 3 if piece.is_rtl else left
            painter.fillRect(QRectF(x, -gap, 3, piece.height + gap), looks.color("edge"))
            left += step * 2 / 3
        else:
            left += step
    if leaf.marker:
        painter.setFont(looks.body)
        painter.setPen(QColor(looks.colours.muted))
        first = piece.rect_of(0)
        height = min(first.height(), looks.sizes.line) or looks.sizes.line
        width = step * 2
        x = column - left + 6 if piece.is_rtl else left - width - 7
        aligned = Qt.AlignmentFlag.AlignLeft if piece.is_rtl else Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(x, first.top(), width, height), aligned | Qt.AlignmentFlag.AlignVCenter, leaf.marker)


def indent_of(leaf: Leaf, looks: Looks) -> float:
    step = looks.sizes.step
    return sum(step * 2 / 3 if inside is Inside.QUOTE else step for inside in leaf.inside)
