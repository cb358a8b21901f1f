"""Pieces that may be wider than the column and then scroll sideways: code on its panel, and tables."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QPainter,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLayout,
    QTextLength,
    QTextOption,
    QTextTableCellFormat,
    QTextTableFormat,
)

from app.ui.chat.blocks import Code, Table
from app.ui.chat.leaves import Leaf
from app.ui.chat.looks import Looks
from app.ui.chat.maths import Formulas
from app.ui.chat.pieces import WRAPS, DocumentPiece, Mark, write_spans

BAR = 4  # height of the bar that shows how far a panel is scrolled
WIDEST_LINE = 1000  # characters of a line of code before it is broken
BREAK = "\u2028"  # where it is broken; not part of what is copied
_ALIGNMENTS = {"center": Qt.AlignmentFlag.AlignHCenter, "right": Qt.AlignmentFlag.AlignRight}


class WidePiece(DocumentPiece):
    """`content`: the document's own width. `scroll`: pixels to the left of what can be seen."""

    def __init__(self, leaf: Leaf, looks: Looks) -> None:
        super().__init__(leaf, looks)
        self.content = 0.0
        self.scroll = 0.0
        self.margin = 0.0  # on each side of the document

    @property
    def furthest(self) -> float:
        return max(0.0, self.content - (self.width - 2 * self.margin))

    def scroll_to(self, x: float) -> None:
        self.scroll = max(0.0, min(x, self.furthest))

    def bar_rect(self) -> QRectF:
        """Where the bar lies, empty where everything can be seen."""
        if self.furthest <= 0:
            return QRectF()
        seen = self.width - 2 * self.margin
        length = max(24.0, seen * seen / self.content)
        x = self.margin + (seen - length) * self.scroll / self.furthest
        return QRectF(x, self.height - BAR - 2, length, BAR)

    def paint(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        painter.save()
        painter.setClipRect(
            QRectF(self.margin - 2, 0, self.width - 2 * self.margin + 4, self.height), Qt.ClipOperation.IntersectClip
        )
        painter.translate(self.origin.x() - self.scroll, self.origin.y())
        self._draw(painter, marks, QRectF(self.scroll - self.margin, 0, self.width, self.height))
        painter.restore()
        bar = self.bar_rect()
        if not bar.isEmpty():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.looks.color("scroll"))
            painter.drawRoundedRect(bar, BAR / 2, BAR / 2)

    def position_at(self, point: QPointF) -> int:
        return super().position_at(QPointF(point.x() + self.scroll, point.y()))

    def rect_of(self, position: int) -> QRectF:
        return super().rect_of(position).translated(-self.scroll, 0)


class CodePiece(WidePiece):
    """Code, or a part of a long block of it, on a panel with the language and a place to copy it."""

    def __init__(self, leaf: Leaf, looks: Looks) -> None:
        super().__init__(leaf, looks)
        assert isinstance(leaf.block, Code)
        self.code = leaf.block
        self.margin = looks.sizes.padding
        self.document.setDefaultFont(looks.code)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(looks.code_advance * 4)
        self.document.setDefaultTextOption(option)
        cursor = QTextCursor(self.document)
        cursor.setBlockFormat(looks.code_block)
        cursor.insertText(_broken(self.code.text), looks.code_plain)

    def extend(self, leaf: Leaf) -> bool:
        """Take the code of `leaf`, which goes on where this one ends. False where it does not."""
        new = leaf.block
        if not isinstance(new, Code) or not new.text.startswith(self.code.text) or len(new.text) == len(self.code.text):
            return False
        last = self.code.text.rfind("\n") + 1
        if new.text.find("\n", last) - last > WIDEST_LINE or len(new.text) - last > WIDEST_LINE:
            return False
        cursor = QTextCursor(self.document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(_broken(new.text[len(self.code.text) :]), self.looks.code_plain)
        self.leaf, self.code, self._units = leaf, new, None
        return True

    def lay_out(self, width: float) -> None:
        sizes = self.looks.sizes
        size = self.document.size()
        self.width, self.content = width, size.width()
        above = sizes.caption if self.code.is_first else 0
        bar = BAR + 4 if self.content > width - 2 * self.margin else 0
        self.origin = QPointF(self.margin, above)
        self.height = above + size.height() + (max(sizes.padding - 2, bar) if self.code.is_last else 0)
        self.scroll_to(self.scroll)

    def bar_rect(self) -> QRectF:
        return super().bar_rect() if self.code.is_last else QRectF()

    def copy_rect(self) -> QRectF:
        """Where the caption's copy button is; empty in the later parts of a block."""
        if not self.code.is_first:
            return QRectF()
        size = self.looks.sizes.caption
        return QRectF(self.width - size - 2, 0, size, size)

    def slice(self, start: int, end: int) -> str:
        return self._cursor(start, end).selectedText().replace("\u2029", "\n").replace(BREAK, "")

    def colour(self, runs: Sequence[tuple[int, int, str]]) -> None:
        """`runs`: (start, length, name of a colour) in characters of the code."""
        if not self.code.text.isascii() or BREAK in self.document.toRawText():
            runs = _in_units(self.code.text, runs)
        layout_runs = _by_block(self.document, runs, self.looks)
        block = self.document.firstBlock()
        while block.isValid():
            block.layout().setFormats(layout_runs.get(block.blockNumber(), []))
            block = block.next()
        self.document.markContentsDirty(0, self.document.characterCount())


def _broken(text: str) -> str:
    """Lines that are far too long, broken: one line of a megabyte would take seconds to lay out."""
    if len(text) <= WIDEST_LINE:
        return text
    return "\n".join(
        line if len(line) <= WIDEST_LINE else BREAK.join(
            line[at : at + WIDEST_LINE] for at in range(0, len(line), WIDEST_LINE)
        )
        for line in text.split("\n")
    )  # fmt: skip


class TablePiece(WidePiece):
    """As wide as its cells need, the column at most; beyond that it scrolls."""

    def __init__(self, leaf: Leaf, looks: Looks, formulas: Formulas) -> None:
        super().__init__(leaf, looks)
        assert isinstance(leaf.block, Table)
        self.table, self.is_table = leaf.block, True
        option = QTextOption()
        option.setWrapMode(WRAPS)
        self.document.setDefaultTextOption(option)
        self._write(self.table, formulas)

    def _write(self, table: Table, formulas: Formulas) -> None:
        metrics, looks = self.looks.theme.metrics, self.looks
        format_ = QTextTableFormat()
        format_.setCellPadding(metrics.space_2 - 1)
        format_.setCellSpacing(0)
        format_.setBorder(0)
        format_.setBorderCollapse(True)
        format_.setMargin(0)
        if len(table.header) <= 4:
            format_.setColumnWidthConstraints([QTextLength()] * len(table.header))
        made = QTextCursor(self.document).insertTable(1 + len(table.rows), len(table.header), format_)
        line = QTextTableCellFormat()
        line.setBottomBorder(1)
        line.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        line.setBottomBorderBrush(looks.color("line"))
        head = QTextTableCellFormat(line)
        head.setBottomBorderBrush(looks.color("edge"))
        for number, row in enumerate((table.header, *table.rows)):
            for column, spans in enumerate(row):
                cell = made.cellAt(number, column)
                cell.setFormat(line if number else head)
                cursor = cell.firstCursorPosition()
                block = QTextBlockFormat()
                block.setLineHeight(metrics.line_height_percent - 12, 1)
                if alignment := _ALIGNMENTS.get(table.alignments[column]):
                    block.setAlignment(alignment)
                cursor.setBlockFormat(block)
                waits = write_spans(cursor, spans, looks, formulas, [], 4 if number == 0 else 0)
                self.waits_for_formula = self.waits_for_formula or waits

    def lay_out(self, width: float) -> None:
        self.document.setTextWidth(-1)
        natural = self.document.size().width()
        if natural > width:
            self.document.setTextWidth(max(width, min(natural, 72.0 * len(self.table.header))))
        size = self.document.size()
        self.content = size.width()
        self.width = min(width, size.width())
        self.height = size.height() + (BAR + 4 if self.content > self.width else 0)
        self.scroll_to(self.scroll)

    def link_at(self, point: QPointF) -> str:
        return self.document.documentLayout().anchorAt(QPointF(point.x() + self.scroll, point.y()))

    def slice(self, start: int, end: int) -> str:
        """Cells with tabs between, as spreadsheets take them."""
        if start > 0 or end < self.units:
            return super().slice(start, end).strip("\n")
        rows = (self.table.header, *self.table.rows)
        return "\n".join("\t".join("".join(span.text for span in cell) for cell in row) for row in rows)


def _in_units(text: str, runs: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Positions of characters as positions in the document: code units, and breaks."""
    places, unit, column = [], 0, 0
    for character in text:
        if character == "\n":
            column = 0
        elif column and column % WIDEST_LINE == 0:
            unit += 1
        places.append(unit)
        unit += 2 if character > "\uffff" else 1
        column += character != "\n"
    places.append(unit)
    last = len(text)
    return [
        (places[start], places[min(start + length, last)] - places[start], name)
        for start, length, name in runs
        if start < last
    ]


def _by_block(
    document: QTextDocument, runs: Sequence[tuple[int, int, str]], looks: Looks
) -> dict[int, list[QTextLayout.FormatRange]]:
    result: dict[int, list[QTextLayout.FormatRange]] = {}
    block = document.firstBlock()
    for start, length, name in runs:
        while block.isValid() and start >= block.position() + block.length():
            block = block.next()
        inside = block
        while length > 0 and inside.isValid():
            taken = min(length, inside.position() + inside.length() - start)
            made = QTextLayout.FormatRange()
            made.start, made.length, made.format = start - inside.position(), taken, looks.code_format(name)
            result.setdefault(inside.blockNumber(), []).append(made)
            start, length = start + taken, length - taken
            inside = inside.next()
    return result
