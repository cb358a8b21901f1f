"""Lays boxes one below the other on pages, and cuts those that do not fit between two of their lines.

What is drawn leaves at once, so that a chat of any length needs one box in memory, and those that must stay with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPdfWriter

from app.ui.pdf_paper import Sheet


class Box(Protocol):
    """A block with its ground and what stands at its side. Offsets from its upper edge, in pixels."""

    gap: float  # above it, but not at the top of a page
    height: float
    is_kept: bool  # on the page of what follows
    head: float  # height of what comes again on each further page: a table's header

    def cuts(self) -> Sequence[float]:
        """Where it may be cut, from above; nothing is drawn across these."""

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """The part between `top` and `bottom`, its upper edge at the painter's origin."""


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands at the foot of each page, beside its number."""

    text: str
    font: QFont
    color: QColor


class Pages:
    """`tell` is called with each page, and may raise to stop."""

    def __init__(
        self, writer: QPdfWriter, painter: QPainter, sheet: Sheet, foot: Foot, tell: Callable[[], None]
    ) -> None:
        self._writer, self._painter, self._sheet, self._foot, self._tell = writer, painter, sheet, foot, tell
        self._y = 0.0  # of the next box, from the top of the text
        self._kept: list[Box] = []
        self.count = 1
        self._paint_foot()

    def add(self, box: Box) -> None:
        if box.is_kept:
            self._kept.append(box)
            return
        together, self._kept = [*self._kept, box], []
        cuts = box.cuts()
        least = min(cuts[0] if cuts else box.height, self._sheet.height)
        needed = sum(each.gap + each.height for each in together[:-1]) + box.gap + least
        if self._y and self._y + needed > self._sheet.height:
            self._turn()
        for each in together:
            self._place(each)

    def end(self) -> None:
        for box in self._kept:
            self._place(box)
        self._kept = []

    def _place(self, box: Box) -> None:
        self._y += box.gap if self._y else 0
        cuts, top, is_fresh = box.cuts(), 0.0, not self._y
        while box.height - top > self._sheet.height - self._y + 0.01:
            bottom = self._cut(cuts, top, is_fresh=is_fresh)
            if bottom > top:
                self._paint(box, top, bottom)
            self._turn()
            top, is_fresh = bottom, True
            if top and box.head:
                self._paint(box, 0.0, box.head)
        self._paint(box, top, box.height)

    def _cut(self, cuts: Sequence[float], top: float, *, is_fresh: bool) -> float:
        """The last place to cut the box on this page; `top`: not here at all. `is_fresh`: nothing else stands here."""
        room = self._sheet.height - self._y
        fitting = [cut for cut in cuts if top < cut <= top + room]
        if fitting:
            return fitting[-1]
        return top + room if is_fresh else top  # higher than a page, and nowhere to be cut

    def _paint(self, box: Box, top: float, bottom: float) -> None:
        painter = self._painter
        painter.save()
        painter.translate(self._sheet.left, self._sheet.top + self._y)
        box.paint(painter, top, bottom)
        painter.restore()
        self._y += bottom - top

    def _turn(self) -> None:
        self._tell()
        self._writer.newPage()
        self._y = 0.0
        self.count += 1
        self._paint_foot()

    def _paint_foot(self) -> None:
        painter, sheet = self._painter, self._sheet
        height = QFontMetricsF(self._foot.font).height() * 1.2
        line = QRectF(sheet.left, sheet.foot - height / 2, sheet.width, height)
        painter.setFont(self._foot.font)
        painter.setPen(self._foot.color)
        number, metrics = str(self.count), QFontMetricsF(self._foot.font)
        room = sheet.width - metrics.horizontalAdvance(number + "    ")
        title = metrics.elidedText(self._foot.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
