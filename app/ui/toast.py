"""A short word over the lower edge of the window that goes by itself: what was done, and a way to take it back."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.ui.assets import icon
from app.ui.theme import Theme

SHOWN_MS = 9_000


class Toast(QFrame):
    """It stays while the pointer or the keyboard is on it."""

    def __init__(self, theme: Theme, parent: QWidget, above: QWidget) -> None:
        """`above`: the part of `parent` that it must not cover."""
        super().__init__(parent)
        self._theme, self._above = theme, above
        self._act: Callable[[], None] | None = None
        self.setObjectName("toast")
        self._words = QLabel(self)
        self._words.setProperty("kind", "body")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self.action = QPushButton(self)
        self.action.setProperty("kind", "plain")
        self.action.setAccessibleName(self.tr("Undo"))
        self.action.clicked.connect(self._run)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.hide)
        self._layout = QHBoxLayout(self)
        for widget in (self._words, self.action, self.close_button):
            self._layout.addWidget(widget)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self._leave)
        above.installEventFilter(self)
        theme.changed.connect(self._wear)
        self._wear()
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def show_words(self, words: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        self._act = act
        self._words.setText(words)
        self.action.setText(action)
        self.action.setAccessibleName(action or self.tr("Undo"))
        self.action.setVisible(bool(action))
        self.setAccessibleName(words)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        self._act = None
        super().hideEvent(event)

    def forget(self) -> None:
        self.hide()
        self._words.clear()
        self.setAccessibleName("")

    def _run(self) -> None:
        act = self._act
        self.hide()
        if act is not None:
            act()

    def _leave(self) -> None:
        if self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self.window()):
            self._timer.start()
        else:
            self.hide()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        metrics = self._theme.metrics
        self.setMaximumWidth(parent.width() - 2 * metrics.space_4)
        self.adjustSize()
        left = (parent.width() - self.width()) // 2
        self.move(left, self._above.y() - self.height() - metrics.space_2)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(metrics.space_4, metrics.space_2, metrics.space_2, metrics.space_2)
        self._layout.setSpacing(metrics.space_3)
        self.close_button.setIcon(icon("close", self._theme.colours.text, metrics.icon_small))
        self.close_button.setIconSize(QSize(metrics.icon_small, metrics.icon_small))
