"""Attachments of a message as chips: name and size. A click unfolds the text."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app.domain.conversation import Attachment
from app.ui.chat.characters import shown
from app.ui.chat.looks import Looks
from app.ui.chat.pictures import pixmap
from app.ui.words import size

WIDEST = 280.0


class Chips:
    """Laid out in lines no wider than `width`. Offsets are from the upper left corner of the first."""

    def __init__(self, attachments: Sequence[Attachment], unfolded: frozenset[int], looks: Looks, width: float) -> None:
        self._looks = looks
        self._unfolded = unfolded
        self._metrics = QFontMetricsF(looks.small)
        metrics = looks.theme.metrics
        self._space = metrics.space_2
        self._icon = metrics.icon - 2
        self.labels: list[tuple[str, str]] = []
        self.rects: list[QRectF] = []
        x = y = 0.0
        tall = metrics.control - metrics.space_1
        for attachment in attachments:
            words = size(len(attachment.text.encode("utf-8", "replace")))
            room = min(WIDEST, width) - self._icon - 4 * self._space - self._metrics.horizontalAdvance(words)
            name = self._metrics.elidedText(
                shown(attachment.name).replace("\n", " "), Qt.TextElideMode.ElideMiddle, room
            )
            across = (
                self._icon
                + 4 * self._space
                + self._metrics.horizontalAdvance(name)
                + self._metrics.horizontalAdvance(words)
            )
            if x and x + across > width:
                x, y = 0.0, y + tall + metrics.space_1
            self.rects.append(QRectF(x, y, across, tall))
            self.labels.append((name, words))
            x += across + metrics.space_1
        self.width = max((rect.right() for rect in self.rects), default=0.0)
        self.height = y + tall + self._space if self.rects else 0.0

    def paint(self, painter: QPainter, scale: float) -> None:
        looks, space = self._looks, self._space
        painter.setFont(looks.small)
        for number, (rect, (name, words)) in enumerate(zip(self.rects, self.labels, strict=True)):
            painter.setPen(QPen(looks.color("accent" if number in self._unfolded else "edge"), 1))
            painter.setBrush(looks.color("surface"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), space, space)
            top = rect.top() + (rect.height() - self._icon) / 2
            picture = pixmap("text_file", looks.colours.muted, self._icon, scale)
            painter.drawPixmap(QPointF(rect.left() + space, top), picture)
            left = rect.left() + self._icon + 2 * space
            painter.setPen(looks.color("text"))
            painter.drawText(rect.adjusted(left - rect.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
            left += self._metrics.horizontalAdvance(name) + space
            painter.setPen(looks.color("muted"))
            painter.drawText(rect.adjusted(left - rect.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)

    def chip_at(self, point: QPointF) -> int:
        """Number of the attachment, -1 for none."""
        return next((number for number, rect in enumerate(self.rects) if rect.contains(point)), -1)
