"""Controls that Qt's own look does not give: a switch, a choice, a field for a secret. All are what they look like to a
screen reader: a check box, a combo box, a line edit."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QToolButton, QWidget

from app.ui.assets import icon, pixmap
from app.ui.settings.fit import SHARPEST, Fit
from app.ui.theme import Metrics, Theme


class Switch(QCheckBox):
    """On or off, in force at once."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        Fit(self, theme, lambda metrics: self.setFixedSize(self.sizeHint()))

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.icon_large * 2 + 2 * metrics.ring, metrics.icon_large + 2 * metrics.ring + metrics.gap)

    def hitButton(self, position: object) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        ring = metrics.ring
        track = QRectF(self.rect()).adjusted(ring, ring, -ring, -ring)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.text), ring))
            half = ring / 2
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(half, half, -half, -half), self.height() / 2, self.height() / 2
            )
        is_on = self.isChecked()
        edge = QColor(colours.accent if is_on else colours.edge)
        painter.setPen(QPen(edge, metrics.hair))
        painter.setBrush(edge if is_on else QColor(colours.surface))
        inner = track.adjusted(ring, ring, -ring, -ring) if self.hasFocus() else track.adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
        knob = inner.height() - 2 * metrics.gap - 2 * metrics.hair
        away = (inner.height() - knob) / 2
        left = inner.right() - away - knob if is_on != self.isRightToLeft() else inner.left() + away
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_accent if is_on else colours.edge))
        painter.drawEllipse(QRectF(left, inner.top() + away, knob, knob))
        painter.end()


class Choice(QComboBox):
    """One of several, by value. The wheel scrolls the page unless the choice has the focus."""

    def __init__(self, theme: Theme, options: Sequence[tuple[object, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "choice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value, text in options:
            self.addItem(text, value)

    @property
    def value(self) -> object:
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Show a value without a signal."""
        self.blockSignals(True)
        self.setCurrentIndex(max(0, next((i for i in range(self.count()) if self.itemData(i) == value), 0)))
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        metrics = self._theme.metrics
        size = metrics.icon_small
        picture = pixmap("chevron_down", self._theme.colours.muted, size, max(SHARPEST, self.devicePixelRatioF()))
        left = metrics.space_2 if self.isRightToLeft() else self.width() - size - metrics.space_2
        painter = QPainter(self)
        painter.drawPixmap(left, (self.height() - size) // 2, picture)
        painter.end()


class Number(QDoubleSpinBox):
    """A number with decimals; arrow keys step it. The wheel scrolls the page."""

    def __init__(self, theme: Theme, low: float, high: float, step: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setDecimals(2)
        _plain_number(self, theme)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Count(QSpinBox):
    """A whole number; arrow keys step it. The wheel scrolls the page."""

    def __init__(self, theme: Theme, low: int, high: int, step: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        self.setSingleStep(step)
        _plain_number(self, theme)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _plain_number(box: QSpinBox | QDoubleSpinBox, theme: Theme) -> None:
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setKeyboardTracking(False)
    Fit(box, theme, lambda metrics: box.setFixedWidth(metrics.control * 3))


class SecretField(QLineEdit):
    """A line that shows dots, and its words for as long as its eye is pressed in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.eye = QToolButton(self)
        self.eye.setProperty("kind", "eye")
        self.eye.setCheckable(True)
        self.eye.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.eye.setCursor(Qt.CursorShape.ArrowCursor)
        self.eye.setAccessibleName(self.tr("Show what is typed"))
        self.eye.setToolTip(self.tr("Show what is typed"))
        self.eye.toggled.connect(self._show)

        def apply(metrics: Metrics) -> None:
            self.eye.setIcon(icon("eye", theme.colours.muted, metrics.icon))
            self.eye.setIconSize(QSize(metrics.icon, metrics.icon))
            self.eye.adjustSize()
            self.setTextMargins(0, 0, self.eye.width(), 0)
            self._place()

        Fit(self, theme, apply)

    def clear_secret(self) -> None:
        self.clear()
        self.eye.setChecked(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """At the end of the line, as the language writes."""
        gap = (self.height() - self.eye.height()) // 2
        self.eye.move(gap if self.isRightToLeft() else self.width() - self.eye.width() - gap, gap)

    def _show(self, is_shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
