"""The loss without and with the adapter, each with the interval it lies in with 95 % certainty."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.tuning import Interval, Verdict
from app.ui.theme import Theme
from app.ui.tuning.words import loss_words, tr

ROOM = 0.15  # of the span, beside the outermost bounds


class IntervalBars(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, Interval], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._wear)
        self._wear()

    def show_verdict(self, verdict: Verdict) -> None:
        self._rows = ((tr("Without the adapter"), verdict.before), (tr("With the adapter"), verdict.after))
        said = [self._words(name, interval) for name, interval in self._rows]
        self.setAccessibleName(tr("Loss on held-back notes, lower is better"))
        self.setAccessibleDescription("\n".join(said))
        self.update()

    def _words(self, name: str, interval: Interval) -> str:
        return tr("{name}: {value}, between {low} and {high}").format(
            name=name,
            value=loss_words(interval.value),
            low=loss_words(interval.low),
            high=loss_words(interval.high),
        )

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.column // 2, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        metrics, colours = self._theme.metrics, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.text_font(metrics.caption))
        low = min(interval.low for _, interval in self._rows)
        high = max(interval.high for _, interval in self._rows)
        room = max((high - low) * ROOM, 1e-3)
        low, high = low - room, high + room
        text, across = metrics.caption * 1.6, self.width() - 2.0 * metrics.space_4

        def x(loss: float) -> float:
            return metrics.space_4 + across * (loss - low) / (high - low)

        for place, (name, interval) in enumerate(self._rows):
            top = place * self._line
            painter.setPen(QColor(colours.text))
            words = self._words(name, interval)
            painter.drawText(
                QRectF(metrics.space_4, top, across, text),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(across)),
            )
            middle = top + text + metrics.space_3
            painter.setPen(QPen(QColor(colours.line), metrics.hair))
            painter.drawLine(QPointF(x(low), middle), QPointF(x(high), middle))
            colour = QColor(colours.accent if place else colours.muted)
            painter.setPen(QPen(colour, metrics.space_1, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x(interval.low), middle), QPointF(x(interval.high), middle))
            painter.setPen(QPen(QColor(colours.surface), metrics.ring))
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x(interval.value), middle), metrics.space_2 * 0.9, metrics.space_2 * 0.9)
        painter.setPen(QColor(colours.muted))
        base = QRectF(metrics.space_4, 2 * self._line, across, text)
        painter.drawText(base, int(Qt.AlignmentFlag.AlignLeft), tr("Lower is better"))
        painter.end()

    @property
    def _line(self) -> float:
        metrics = self._theme.metrics
        return metrics.caption * 1.6 + metrics.space_6 + metrics.space_2

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(round(2 * self._line + metrics.caption * 1.6 + metrics.space_1))
        self.update()
