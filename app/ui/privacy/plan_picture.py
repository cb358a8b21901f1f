"""A picture of the plan: this computer, the backend, and between them an arrow for all that went one way at one place.

The thicker, the more bytes. Up and Down choose an arrow, Enter (or a click) filters the list by it.
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.core.panel_plan import Arrow
from app.ui.theme import Theme
from app.ui.words import counted, size
from app.wire.frames import Kind
from app.wire.plan import ExchangePlan


class PlanPicture(QWidget):
    arrow_chosen = Signal(object)  # Arrow

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._arrows: tuple[Arrow, ...] = ()
        self._plan: ExchangePlan | None = None
        self._others = (0, 0)
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("What went which way"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        return self._arrows

    def show_arrows(self, arrows: Sequence[Arrow], plan: ExchangePlan | None, others: tuple[int, int]) -> None:
        if (tuple(arrows), plan, others) != (self._arrows, self._plan, self._others):
            self._arrows, self._plan, self._others = tuple(arrows), plan, others
            self._at = min(self._at, len(self._arrows) - 1)
            self.setAccessibleDescription("\n".join(self.words(arrow) for arrow in self._arrows))
            self.updateGeometry()
            self.setFixedHeight(self.sizeHint().height())
            self.update()

    def words(self, arrow: Arrow) -> str:
        """Embeddings: 41 frames, 63 kB"""
        frames = counted(arrow.frames, self.tr("1 frame"), self.tr("%n frames"))
        return f"{self._name(arrow)}: {frames}, {size(arrow.bytes)}"

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.sidebar, self._top + max(1, len(self._arrows) + 1) * self._line + self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, metrics = self._theme.colours, self._theme.metrics
        side = min(self.width() * 0.2, metrics.sidebar * 0.5)
        height = self._top + len(self._arrows) * self._line + metrics.space_2
        left = QRectF(0.5, 0.5, side, height)
        right = QRectF(self.width() - side - 0.5, 0.5, side, height)
        for box, words in ((left, self.tr("This computer")), (right, self.tr("Backend"))):
            painter.setPen(QPen(QColor(colours.edge)))
            painter.setBrush(QColor(colours.surface))
            painter.drawRoundedRect(box, metrics.radius_small, metrics.radius_small)
            painter.setFont(self._theme.text_font(metrics.caption))
            painter.setPen(QColor(colours.text))
            inside = box.adjusted(metrics.space_1, metrics.space_1, -metrics.space_1, 0)
            painter.drawText(inside, int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap), words)
        for place, arrow in enumerate(self._arrows):
            self._paint_arrow(painter, place, arrow, left.right(), right)
            self._paint_ends(painter, place, arrow, left, right)
        if not self._arrows:
            painter.setPen(QColor(colours.muted))
            middle = QRectF(left.right(), 0, right.left() - left.right(), height)
            painter.drawText(middle, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._nothing())
        elif any(self._others):
            words = self.tr("Beside these: {up} up, {down} down, with no numbers in them.")
            painter.setPen(QColor(colours.muted))
            line = QRectF(0, height + metrics.gap, self.width(), self._line)
            painter.drawText(
                line,
                int(Qt.AlignmentFlag.AlignCenter),
                words.format(up=size(self._others[0]), down=size(self._others[1])),
            )
        painter.end()

    def _paint_arrow(self, painter: QPainter, place: int, arrow: Arrow, start: float, right: QRectF) -> None:
        colours, metrics = self._theme.colours, self._theme.metrics
        gap = metrics.space_2
        top = self._top + place * self._line
        line = QRectF(start + gap, top, right.left() - start - 2 * gap, self._line)
        if place == self._at:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(line, metrics.space_1, metrics.space_1)
        painter.setFont(self._theme.text_font(metrics.caption))
        painter.setPen(QColor(colours.text))
        words = painter.fontMetrics().elidedText(self.words(arrow), Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line.adjusted(0, 0, 0, -metrics.space_2), int(Qt.AlignmentFlag.AlignCenter), words)
        colour = QColor(colours.warning if arrow.is_up else colours.good)
        base = line.bottom() - metrics.space_1
        thick = max(metrics.hair, min(metrics.space_1, math.log10(max(arrow.bytes, 10)) - 1))
        ends = (line.left(), line.right()) if arrow.is_up else (line.right(), line.left())
        painter.setPen(QPen(colour, thick, c=Qt.PenCapStyle.FlatCap))
        head = metrics.space_2 if arrow.is_up else -metrics.space_2
        painter.drawLine(QPointF(ends[0], base), QPointF(ends[1] - head, base))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        half = metrics.space_1
        tip = [QPointF(ends[1], base), QPointF(ends[1] - head, base - half), QPointF(ends[1] - head, base + half)]
        painter.drawPolygon(QPolygonF(tip))

    def _paint_ends(self, painter: QPainter, place: int, arrow: Arrow, left: QRectF, right: QRectF) -> None:
        """What the numbers come from, and what they are for."""
        metrics = self._theme.metrics
        painter.setPen(QColor(self._theme.colours.muted))
        for box, words in ((left, self._here(arrow)), (right, self._there(arrow))):
            line = QRectF(box.left(), self._top + place * self._line, box.width(), self._line)
            line.adjust(metrics.space_1, 0, -metrics.space_1, 0)
            fitted = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(line.width()))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom), fitted)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int((event.position().y() - self._top) // self._line)
        if 0 <= place < len(self._arrows):
            self._at = place
            self.update()
            self.arrow_chosen.emit(self._arrows[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self._arrows:
            self._at = min(max(self._at + step, 0), len(self._arrows) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.arrow_chosen.emit(self._arrows[self._at])
        else:
            super().keyPressEvent(event)

    def _name(self, arrow: Arrow) -> str:
        if arrow.kind is Kind.STEP:
            if self._plan is None or not self._plan.free_taps:
                return self.tr("Embeddings")
            return self.tr("Embeddings and y for {layers}").format(layers=self._served(0))
        if arrow.kind is Kind.STATE:
            return self.tr("Hidden states of the last layer")
        words = self.tr("z of layer {layer}") if arrow.kind is Kind.TAP else self.tr("y for {layers}")
        return words.format(layer=arrow.tap, layers=self._served(arrow.tap))

    def _here(self, arrow: Arrow) -> str:
        if arrow.kind is Kind.STEP:
            return self.tr("Your tokens")
        return self.tr("Next token") if arrow.kind is Kind.STATE else self.tr("Your adapter")

    def _there(self, arrow: Arrow) -> str:
        if arrow.kind is Kind.STEP:
            return self.tr("Layer 0")
        if arrow.kind is Kind.STATE:
            return self.tr("Last layer")
        layers = (
            self._served(arrow.tap) if arrow.kind is Kind.DELTA else self.tr("layer {layer}").format(layer=arrow.tap)
        )
        return layers[:1].upper() + layers[1:]

    def _served(self, tap: int) -> str:
        """The layers that a tap serves, where the plan is known; else the tap's own."""
        found = next((one for one in self._plan.taps if one.layer == tap), None) if self._plan is not None else None
        layers = sorted({target.layer for target in found.targets}) if found is not None else [tap]
        if len(layers) == 1:
            return self.tr("layer {layer}").format(layer=layers[0])
        return self.tr("layers {first} to {last}").format(first=layers[0], last=layers[-1])

    def _nothing(self) -> str:
        return self.tr("Nothing has gone either way for a message yet.")

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._line = metrics.space_8 + metrics.space_1
        self._top = metrics.space_8
        self.setFixedHeight(self.sizeHint().height())
        self.update()


class PlanView(QScrollArea):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("steps")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("steps-body")
        self.picture = PlanPicture(theme, body)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, theme.metrics.space_2, 0, 0)
        layout.addWidget(self.picture)
        layout.addStretch(1)
        self.setWidget(body)
