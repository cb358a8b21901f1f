"""A tensor as a picture: a line for each position, a place for each number, colour by value; and its histogram.

Colours go from one end of the palette over the ground to the other, so that zero is quiet. A click, or the arrow keys,
choose one number.
"""

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.frame_tensor import Statistics, Values
from app.ui.theme import Theme

_MOST = 2048  # lines or places of the picture; more are thinned out
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


def palette(low: str, middle: str, high: str) -> np.ndarray:
    """[256] of 0xFFRRGGBB, from `low` over `middle` to `high`."""
    ends = np.array([[QColor(name).red(), QColor(name).green(), QColor(name).blue()] for name in (low, middle, high)])
    at = np.linspace(0, 2, 256)[:, None]
    mixed = np.where(at <= 1, ends[0] + (ends[1] - ends[0]) * at, ends[1] + (ends[2] - ends[1]) * (at - 1))
    red, green, blue = np.round(mixed).astype(np.uint32).T
    colours: np.ndarray = 0xFF000000 | red << 16 | green << 8 | blue
    return colours.astype(np.uint32)


def bound_of(values: Values) -> float:
    """The size that gets the full colour: nearly all numbers lie below it, so that one large one hides none."""
    finite = np.abs(values[np.isfinite(values)])
    return float(np.quantile(finite, 0.995)) or float(finite.max()) or 1.0 if finite.size else 1.0


def picture(values: Values, colours: np.ndarray, bound: float) -> QImage:
    """One pixel for each number; not finite ones in the highest colour."""
    thin = values[:: max(1, -(-values.shape[0] // _MOST)), :: max(1, -(-values.shape[1] // _MOST))]
    scaled = np.nan_to_num(thin.astype(np.float64) / bound, nan=1.0, posinf=1.0, neginf=-1.0)
    places = np.clip(np.round((scaled + 1) * 127.5), 0, 255).astype(np.intp)
    pixels = np.ascontiguousarray(colours[places])
    image = QImage(pixels.tobytes(), pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGB32)
    return image.copy()  # the bytes go


class HeatMap(QWidget):
    number_chosen = Signal(int, int)  # row, column

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: Values | None = None
        self._image = QImage()
        self._chosen: tuple[int, int] | None = None
        self.bound = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("The numbers as a picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._wear)
        self._wear()

    def show_values(self, values: Values | None) -> None:
        self._values, self._chosen = values, None
        self.bound = bound_of(values) if values is not None else 1.0
        self._draw()

    def choose(self, row: int, col: int) -> None:
        """Mark one number, without telling."""
        self._chosen = (row, col)
        if self._values is not None:
            self.setAccessibleDescription(f"{row}, {col}: {self._values[row, col]:.6g}")
        self.update()

    @property
    def chosen(self) -> tuple[int, int] | None:
        return self._chosen

    @property
    def image(self) -> QImage:
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._theme.colours
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._image.width() > area.width())
            painter.drawImage(area, self._image)
        pen = QPen(QColor(colours.accent if self.hasFocus() else colours.line))
        painter.setPen(pen)
        painter.drawRect(area)
        if self._chosen is not None and self._values is not None:
            painter.setPen(QPen(QColor(colours.text), self._theme.metrics.ring))
            painter.drawRect(self._cell(*self._chosen).adjusted(-1, -1, 1, 1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._values is not None and self._values.size:
            rows, cols = self._values.shape
            row = min(max(int(event.position().y() / max(1, self.height()) * rows), 0), rows - 1)
            col = min(max(int(event.position().x() / max(1, self.width()) * cols), 0), cols - 1)
            self._tell(row, col)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _STEPS.get(Qt.Key(event.key()))
        if move is None or self._values is None or not self._values.size:
            super().keyPressEvent(event)
            return
        rows, cols = self._values.shape
        row, col = self._chosen or (0, 0)
        self._tell(min(max(row + move[0], 0), rows - 1), min(max(col + move[1], 0), cols - 1))

    def _tell(self, row: int, col: int) -> None:
        self.choose(row, col)
        self.number_chosen.emit(row, col)

    def _cell(self, row: int, col: int) -> QRectF:
        assert self._values is not None
        rows, cols = self._values.shape
        wide, high = self.width() / cols, self.height() / rows
        least = self._theme.metrics.space_1
        return QRectF(col * wide, row * high, max(wide, least), max(high, least))

    def _draw(self) -> None:
        colours = self._theme.colours
        if self._values is None or not self._values.size:
            self._image = QImage()
        else:
            self._image = picture(self._values, palette(colours.accent, colours.surface, colours.warning), self.bound)
        self.update()

    def _wear(self) -> None:
        self.setMinimumHeight(2 * self._theme.metrics.control)
        self._draw()


class Histogram(QWidget):
    """How often which numbers come, over the colours that the picture gives them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts: Statistics | None = None
        self._bound = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._wear)
        self._wear()

    def show_facts(self, facts: Statistics | None, bound: float) -> None:
        """bound: the size that gets the full colour."""
        self._facts, self._bound = facts, bound
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._facts is None or not self._facts.histogram:
            return
        painter = QPainter(self)
        colours, metrics = self._theme.colours, self._theme.metrics
        bins, most = self._facts.histogram, max(self._facts.histogram) or 1
        painter.setFont(self._theme.text_font(metrics.caption))
        words = painter.fontMetrics().height()
        strip = metrics.space_2
        room = self.height() - words - 2 * metrics.gap - strip
        wide = self.width() / len(bins)
        for place, count in enumerate(bins):
            high = room * count / most
            bar = QRectF(place * wide, room - high, max(1.0, wide - metrics.hair), high)
            painter.fillRect(bar, QColor(colours.accent))
        values = np.linspace(self._facts.low, self._facts.high, _MOST, dtype=np.float32)[None]
        shades = palette(colours.accent, colours.surface, colours.warning)
        scale = QRectF(0.5, room + 0.5, self.width() - 1, strip)
        painter.drawImage(scale, picture(values, shades, self._bound))
        painter.setPen(QColor(colours.line))
        painter.drawRect(scale)
        painter.setPen(QColor(colours.muted))
        line = QRectF(0, room + strip + 2 * metrics.gap, self.width(), words)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), f"{self._facts.low:.4g}")
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), f"{self._facts.high:.4g}")
        painter.end()

    def _wear(self) -> None:
        self.setFixedHeight(2 * self._theme.metrics.control)
