"""A line that ends in … where there is no room, and says itself whole in its tool tip and to a screen reader."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

Mode = Qt.TextElideMode


class Elided(QLabel):
    """`is_greedy`: takes whatever room there is; else as much as its words need, or less."""

    def __init__(self, parent: QWidget, *, is_greedy: bool = True, mode: Mode = Mode.ElideRight) -> None:
        super().__init__(parent)
        self._whole, self._mode = "", mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        wide = QSizePolicy.Policy.Ignored if is_greedy else QSizePolicy.Policy.Preferred
        self.setSizePolicy(wide, QSizePolicy.Policy.Preferred)

    @property
    def whole(self) -> str:
        return self._whole

    def set_whole(self, text: str) -> None:
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        fitted = self.fontMetrics().elidedText(self._whole, self._mode, self.width())
        self.setText(fitted)
        self.setToolTip(self._whole if fitted != self._whole else "")


class ElidedButton(QPushButton):
    """A button of one line, as narrow as it must be."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.whole = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - (super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text()))
        fitted = self.fontMetrics().elidedText(self.whole, Mode.ElideRight, max(room, 0))
        if fitted != self.text():
            self.setText(fitted)
        self.setToolTip(self.whole if fitted != self.whole else "")
