"""The boxes of an exported page: text, code, tables, formulas and rules, each of which knows where it may be cut."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QPainter, QTextDocument, QTextTable

from app.ui.chat.looks import Looks
from app.ui.chat.panels import CodePiece, TablePiece
from app.ui.chat.pieces import WRAPS, DocumentPiece, Piece, paint_side

SEAM = 0.5  # that the parts of one panel overlap: readers draw a pale line between edges that only touch
LEAST_LINES = 2  # of a block on either side of a cut
SMALLEST_TABLE = 0.75  # how far a table is made smaller before its cells are wrapped harder
HIGHEST_HEAD = 120.0  # pixels: a header that comes again on each page
TALL_ROW = 300.0  # a row as high as this may be cut
Lines = list[tuple[float, float]]  # upper and lower edge of each


@dataclass(frozen=True, slots=True)
class Ground:
    """A panel behind a box; a long one is several boxes, of which only the first and the last have round corners."""

    colour: str
    width: float
    is_first: bool = True
    is_last: bool = True

    def paint(self, painter: QPainter, looks: Looks, height: float, *, is_begin: bool, is_end: bool) -> None:
        """Where the box is cut, the panel reaches a little into the page's margin, so that no line touches its edge."""
        radius, margin = looks.sizes.radius, looks.sizes.padding
        reach = -SEAM if is_begin and not self.is_first else 0.0 if is_begin else -margin
        rect = QRectF(0, 0, self.width, height).adjusted(0, reach, 0, 0 if is_end else margin)
        above = 0 if is_begin and self.is_first else -2 * radius
        below = 0 if is_end and self.is_last else 2 * radius
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(looks.color(self.colour))
        painter.drawRoundedRect(rect.adjusted(0, above, 0, below), radius, radius)
        painter.restore()


class DocumentBox:
    """A document at `origin` in a box that is `below` higher than it."""

    def __init__(
        self, document: QTextDocument, looks: Looks, *, origin: QPointF | None = None, below: float = 0.0,
        gap: float = 0.0, is_kept: bool = False, ground: Ground | None = None,
    ) -> None:  # fmt: skip
        self._document, self._looks, self._ground = document, looks, ground
        self._origin = origin or QPointF(0, 0)
        self.gap, self.is_kept = gap, is_kept
        self.caption = ""
        self.scale = 1.0
        self.head = 0.0
        self.height = self._origin.y() + document.size().height() + below

    def cuts(self) -> Sequence[float]:
        found = _cuts(self._document)
        return [self._origin.y() + cut * self.scale for cut in found]

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        is_begin, is_end = top <= 0, bottom >= self.height
        if self._ground is not None:
            self._ground.paint(painter, self._looks, bottom - top, is_begin=is_begin, is_end=is_end)
        if self.caption and is_begin:
            painter.setFont(self._looks.caption)
            painter.setPen(self._looks.color("muted"))
            inside = QRectF(self._origin.x(), 0, 1e6, self._looks.sizes.caption)
            painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.caption)
        painter.save()
        if not (is_begin and is_end):
            painter.setClipRect(QRectF(-1e4, 0, 2e4, bottom - top), Qt.ClipOperation.IntersectClip)
        painter.translate(self._origin.x(), self._origin.y() - top)
        painter.scale(self.scale, self.scale)
        context = QAbstractTextDocumentLayout.PaintContext()
        start, end = (top - self._origin.y()) / self.scale, (bottom - self._origin.y()) / self.scale
        # A little inside: lines that only touch the border belong to the other side.
        context.clip = QRectF(-1e4, start + 0.3, 2e4, max(0.1, end - start - 0.6))
        self._document.documentLayout().draw(painter, context)
        painter.restore()


class PieceBox:
    """A piece that is drawn whole: a formula, a rule."""

    def __init__(self, piece: Piece, gap: float) -> None:
        self._piece = piece
        self.gap, self.height, self.is_kept, self.head = gap, piece.height, False, 0.0

    def cuts(self) -> Sequence[float]:
        return ()

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        painter.translate(0, -top)
        self._piece.paint(painter, ())


class LeafBox:
    """A box in lists and quotes: markers and bars at its side."""

    def __init__(
        self, box: DocumentBox | PieceBox, piece: Piece, looks: Looks, column: float, indent: float, bar_gap: float
    ) -> None:
        """bar_gap: how far a quote's bar reaches up to that of the box above."""
        self._bar_gap = bar_gap
        self._box, self._piece, self._looks, self._column = box, piece, looks, column
        self._x = 0.0 if piece.is_rtl else indent
        self.gap, self.height, self.is_kept, self.head = box.gap, box.height, box.is_kept, box.head

    def cuts(self) -> Sequence[float]:
        return self._box.cuts()

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        painter.save()
        above = self._bar_gap if top <= 0 else 0.0
        painter.setClipRect(QRectF(-1e4, -above, 2e4, above + bottom - top), Qt.ClipOperation.IntersectClip)
        painter.translate(0, -top)
        paint_side(painter, self._piece, self._looks, self._column, self._bar_gap)
        painter.restore()
        self._piece.leaf = replace(self._piece.leaf, marker="")  # once
        painter.translate(self._x, 0)
        self._box.paint(painter, top, bottom)


class PaperCode(CodePiece):
    """Code whose long lines go on in the next one: paper cannot be scrolled."""

    def lay_out(self, width: float) -> None:
        option = self.document.defaultTextOption()
        option.setWrapMode(WRAPS)
        self.document.setDefaultTextOption(option)
        sizes = self.looks.sizes
        above = 0.0 if not self.code.is_first else sizes.caption if self.code.language else sizes.padding
        self.origin = QPointF(self.margin, above)
        self.document.setTextWidth(width - 2 * self.margin)
        self.width = width

    def box(self, gap: float) -> DocumentBox:
        code, sizes = self.code, self.looks.sizes
        ground = Ground("panel", self.width, code.is_first, code.is_last)
        below = max(0.0, sizes.padding - 2) if code.is_last else 0.0
        box = DocumentBox(self.document, self.looks, origin=self.origin, below=below, gap=gap, ground=ground)
        box.caption = code.language if code.is_first else ""
        return box


class PaperTable(TablePiece):
    """A table that is too wide becomes smaller, and beyond that its cells break anywhere."""

    def lay_out(self, width: float) -> None:
        self.document.setTextWidth(-1)
        natural = self.document.size().width()
        self.scale = max(SMALLEST_TABLE, min(1.0, width / max(natural, 1.0)))
        if natural * self.scale > width:
            self.document.setTextWidth(width / self.scale)
        size = self.document.size()
        self.width, self.height = size.width() * self.scale, size.height() * self.scale

    def box(self, gap: float) -> DocumentBox:
        box = DocumentBox(self.document, self.looks, gap=gap)
        box.scale, box.height = self.scale, self.height
        tops = _row_tops(self.document, _table(self.document))
        if tops and tops[0] < HIGHEST_HEAD:
            box.head = tops[0] * self.scale
        return box


def text_box(piece: DocumentPiece, gap: float, *, is_kept: bool = False) -> DocumentBox:
    return DocumentBox(piece.document, piece.looks, gap=gap, is_kept=is_kept)


# Cuts


def _cuts(document: QTextDocument) -> list[float]:
    if (table := _table(document)) is not None:
        return _row_cuts(document, table)
    tops = [top for top, _ in _lines(document)]
    return tops[LEAST_LINES : max(LEAST_LINES, len(tops) - LEAST_LINES + 1)]


def _table(document: QTextDocument) -> QTextTable | None:
    return next((frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)), None)


def _row_tops(document: QTextDocument, table: QTextTable | None) -> list[float]:
    """Of each row but the header."""
    if table is None:
        return []
    layout, padding = document.documentLayout(), table.format().toTableFormat().cellPadding()
    return [
        layout.blockBoundingRect(table.cellAt(row, 0).firstCursorPosition().block()).top() - padding
        for row in range(1, table.rows())
    ]


def _lines(document: QTextDocument) -> Iterator[tuple[float, float]]:
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        top = layout.blockBoundingRect(block).top()
        lines = block.layout()
        for number in range(lines.lineCount()):
            line = lines.lineAt(number)
            yield top + line.y(), top + line.y() + line.height()
        block = block.next()


def _row_cuts(document: QTextDocument, table: QTextTable) -> list[float]:
    """Above each row but the first two, so that the header keeps one; and in the rows wherever no line is crossed."""
    rows = _row_tops(document, table)[1:]
    lines: Lines = sorted(_lines(document))
    end = document.size().height()
    tall = [(start, below) for start, below in zip([0.0, *rows], [*rows, end], strict=True) if below - start > TALL_ROW]
    inside = [
        top
        for top, _ in lines
        if any(start < top < below for start, below in tall)
        and not any(start < top - 0.1 and top + 0.1 < stop for start, stop in lines)
    ]
    return sorted({*rows, *inside})
