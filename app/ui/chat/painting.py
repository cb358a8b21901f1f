"""Draws the messages that can be seen. The origin is the column's left edge at the first row's top.

Drawing glyphs takes most of a frame, and while a reply streams everything above it only moves. So a part that is at
rest is drawn into a picture once, on its own ground, and the picture is kept while the part is in sight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.ui.chat.characters import shown
from app.ui.chat.finding import Finding
from app.ui.chat.foot import count_words
from app.ui.chat.panels import CodePiece
from app.ui.chat.pictures import pixmap
from app.ui.chat.pieces import Mark, Piece, paint_side
from app.ui.chat.places import Selection
from app.ui.chat.row import Part, Row
from app.ui.chat.rows import Rows

MARGIN = 2  # around a picture: glyphs lean out of their box
KEPT_PIXELS = 16_000_000  # of one picture; a larger part is drawn each time


@dataclass(slots=True)
class State:
    """What is drawn besides the messages. Rows by number, -1 for none."""

    selection: Selection | None = None
    focused: int = -1
    marked: int = -1
    with_foot: tuple[int, ...] = ()
    copied: tuple[int, int] = (-1, -1)  # row and first part of the code that was just copied


class Painting:
    def __init__(
        self, rows: Rows, finding: Finding, scale: float, marks_of: Callable[[int, int, int], list[Mark]]
    ) -> None:
        """marks_of: what else is marked in a row's, part's piece."""
        self._rows, self._finding, self._scale, self._marks_of = rows, finding, scale, marks_of
        self._around = rows.around
        self._looks = rows.around.looks
        self._pictured: list[Part] = []  # parts drawn from a picture, this time

    def paint(self, painter: QPainter, top: float, bottom: float, state: State) -> None:
        """What lies between two offsets."""
        self._pictured = []
        number = self._rows.row_at(top)
        while 0 <= number < len(self._rows) and (start := self._rows.top(number)) < bottom:
            row = self._rows[number]
            if not row.is_hidden and row.parts is not None:
                painter.translate(0, start)
                self._paint_row(painter, number, row, top - start, bottom - start, state)
                painter.translate(0, -start)
            number += 1

    def _paint_row(self, painter: QPainter, number: int, row: Row, top: float, bottom: float, state: State) -> None:
        looks = self._looks
        if number in (state.marked, state.focused):
            self._paint_frame(painter, number, is_marked=number == state.marked)
        if row.is_own:
            painter.setPen(self._edge())
            painter.setBrush(looks.color("panel"))
            painter.drawRoundedRect(row.panel(self._around), looks.sizes.radius, looks.sizes.radius)
        chips = row.shown_chips(self._around)
        if chips is not None:
            left, above = row.chips_rect(self._around)
            painter.translate(left, above)
            chips.paint(painter, self._scale)
            painter.translate(-left, -above)
        left = row.left(self._around)
        parts = row.parts or []
        part = row.part_at(top, self._around) if parts else 0
        painter.translate(left, 0)
        while part < len(parts) and (y := row.part_top(part, self._around)) < bottom:
            painter.translate(0, y)
            self._show_part(painter, (number, part), parts[part], state)
            painter.translate(0, -y)
            part += 1
        painter.translate(-left, 0)
        if row.is_growing and parts and parts[-1].pieces:
            self._paint_caret(painter, row, parts[-1])
        if row.turn.of > 1 and number not in state.with_foot:
            self._paint_count(painter, row)

    def _edge(self) -> QPen:
        """Of panels: grounds alone don't stand out where the person asked for high contrast."""
        theme = self._looks.theme
        return QPen(self._looks.color("edge"), 1) if theme.has_high_contrast else QPen(Qt.PenStyle.NoPen)

    def _paint_frame(self, painter: QPainter, number: int, *, is_marked: bool) -> None:
        """Around the message that the keyboard is at, or that the person was led to."""
        looks, row = self._looks, self._rows[number]
        margin = looks.theme.metrics.space_2
        if row.is_own:
            rect = row.panel(self._around).adjusted(-3, -3, 3, 3)
        else:
            top = looks.sizes.turn_gap - margin / 2
            bottom = row.height(self._around) - looks.sizes.foot
            rect = QRectF(-margin, top, self._around.column + 2 * margin, bottom - top)
        painter.setPen(QPen(looks.color("accent"), 2))
        painter.setBrush(looks.color("accent_soft") if is_marked and not row.is_own else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, looks.sizes.radius, looks.sizes.radius)

    def _show_part(self, painter: QPainter, where: tuple[int, int], part: Part, state: State) -> None:
        row = self._rows[where[0]]
        marks = [self._marks((*where, number), piece, state) for number, piece in enumerate(part.pieces or ())]
        is_copied = state.copied == (where[0], part.code_start)
        is_growing = row.is_growing and row.parts is not None and part is row.parts[-1]
        if any(marks) or is_copied or is_growing or where[0] == state.marked:
            part.picture = None
            self._paint_part(painter, row, part, marks, is_copied=is_copied)
            return
        if part.picture is None:
            part.picture = self._picture(row, part)
        if part.picture is None:
            self._paint_part(painter, row, part, marks, is_copied=False)
            return
        painter.drawPixmap(QPointF(-MARGIN, -MARGIN), part.picture)
        self._pictured.append(part)

    def _picture(self, row: Row, part: Part) -> QPixmap | None:
        scale = self._scale
        width, height = row.panel_content(self._around) + 2 * MARGIN, part.height + 2 * MARGIN
        if width * height * scale * scale > KEPT_PIXELS:
            return None
        picture = QPixmap(round(width * scale + 0.5), round(height * scale + 0.5))
        picture.setDevicePixelRatio(scale)
        picture.fill(self._looks.color("panel" if row.is_own else "page"))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(MARGIN, MARGIN)
        self._paint_part(painter, row, part, [[] for _ in part.pieces or ()], is_copied=False)
        painter.end()
        return picture

    @property
    def pictured(self) -> list[Part]:
        """The parts that were drawn from a picture: the others need none."""
        return self._pictured

    def _paint_part(
        self, painter: QPainter, row: Row, part: Part, marks: Sequence[Sequence[Mark]], *, is_copied: bool
    ) -> None:
        width = row.panel_content(self._around)
        for number, piece in enumerate(part.pieces or ()):
            painter.save()
            painter.translate(0, piece.y)
            gap = self._looks.gap(piece.leaf.gap) if number else 0
            paint_side(painter, piece, self._looks, width, gap)
            painter.translate(piece.x, 0)
            if isinstance(piece, CodePiece):
                ground = "surface" if row.is_own else "panel"
                self._paint_code_ground(painter, piece, ground=ground, is_copied=is_copied)
            painter.setClipRect(QRectF(-2, -2, piece.width + 4, piece.height + 4), Qt.ClipOperation.IntersectClip)
            piece.paint(painter, marks[number])
            painter.restore()

    def _marks(self, where: tuple[int, int, int], piece: Piece, state: State) -> list[Mark]:
        marks = self._marks_of(*where)
        if self._finding.is_on:
            now = self._finding.now()
            for each, (start, end) in enumerate(self._finding.in_text(piece.text)):
                is_now = now is not None and (now[0], now[1].part, now[1].leaf, now[1].number) == (*where, each)
                marks.append(Mark(start, end, self._looks.found_now if is_now else self._looks.found))
        if state.selection is not None and not state.selection.is_empty:
            stretch = state.selection.within(*where, piece.units)
            if stretch is not None:
                marks.append(Mark(*stretch, self._looks.selected))
        return marks

    def _paint_code_ground(self, painter: QPainter, piece: CodePiece, *, ground: str, is_copied: bool) -> None:
        looks, code = self._looks, piece.code
        radius = looks.sizes.radius
        rect = QRectF(0, 0, piece.width, piece.height)
        painter.setPen(self._edge())
        painter.setBrush(looks.color(ground))
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        inset = 0.5 if looks.theme.has_high_contrast else 0  # the edge lies inside
        above, below = -2.0 * radius if not code.is_first else inset, 2.0 * radius if not code.is_last else -inset
        whole = rect.adjusted(inset, above, -inset, below)
        painter.drawRoundedRect(whole, radius, radius)
        painter.restore()
        if not code.is_first:
            return
        button = piece.copy_rect()
        caption = QRectF(looks.sizes.padding, 0, button.left() - looks.sizes.padding, looks.sizes.caption)
        painter.setFont(looks.caption)
        painter.setPen(looks.color("muted"))
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown(code.language))
        side = looks.theme.metrics.icon - 2
        name, colour = ("done", "good") if is_copied else ("copy", "muted")
        picture = pixmap(name, str(getattr(looks.colours, colour)), side, self._scale)
        painter.drawPixmap(QPointF(button.center().x() - side / 2, button.center().y() - side / 2), picture)

    def _paint_caret(self, painter: QPainter, row: Row, part: Part) -> None:
        """Where the next words will stand."""
        pieces = part.pieces or []
        piece = pieces[-1]
        place = piece.rect_of(piece.units)
        top = row.part_top(len(row.parts or ()) - 1, self._around) + piece.y
        height = min(place.height(), self._looks.sizes.line) * 0.7
        x = place.left() - 4 if piece.is_rtl else place.left() + 2
        where = QRectF(piece.x + x, top + place.top() + (place.height() - height) / 2, 2, height)
        if where.left() < self._around.column:
            painter.fillRect(where, self._looks.color("accent"))

    def _paint_count(self, painter: QPainter, row: Row) -> None:
        """Which of its siblings a message is."""
        foot = self._looks.sizes.foot
        rect = QRectF(0, row.height(self._around) - foot, self._around.column, foot)
        side = Qt.AlignmentFlag.AlignRight if row.is_own else Qt.AlignmentFlag.AlignLeft
        painter.setFont(self._looks.caption)
        painter.setPen(self._looks.color("muted"))
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, f"‹ {count_words(row.turn.place, row.turn.of)} ›")
