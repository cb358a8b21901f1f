"""Find in the chat on show. Enter goes on, Shift+Enter goes back, Esc closes."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.ui.assets import icon
from app.ui.theme import Theme
from app.ui.words import counted, number


class FindField(QLineEdit):
    stepped = Signal(int)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FindBar(QWidget):
    changed = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("find")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = FindField(self)
        self.field.setObjectName("search")
        self.field.setAccessibleName(self.tr("Find in this chat"))
        self.field.setPlaceholderText(self.tr("Find"))
        self.field.textChanged.connect(self.changed)
        self.field.stepped.connect(self.stepped)
        self.field.left.connect(self.close_bar)
        self._count = QLabel(self)
        self._count.setProperty("kind", "muted")
        self.back = self._button(self.tr("Previous"), self.tr("Shift+Enter"))
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.on = self._button(self.tr("Next"), self.tr("Enter"))
        self.on.clicked.connect(lambda: self.stepped.emit(1))
        self.close_button = self._button(self.tr("Close"), "Esc")
        self.close_button.clicked.connect(self.close_bar)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self.field, 1)
        for widget in (self._count, self.back, self.on, self.close_button):
            self._layout.addWidget(widget)
        theme.changed.connect(self._wear)
        self._wear()
        self.hide()

    @property
    def count_text(self) -> str:
        return self._count.text()

    def open_bar(self) -> None:
        self.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.field.text():
            self.changed.emit(self.field.text())

    def close_bar(self) -> None:
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def forget(self) -> None:
        self.field.clear()
        self.close_bar()

    def show_count(self, place: int, of: int) -> None:
        """`place` from 1; 0 while none is stepped to."""
        if not self.field.text():
            self._count.clear()
        elif not of:
            self._count.setText(self.tr("Not found"))
        elif place:
            self._count.setText(self.tr("{place} of {of}").format(place=number(place), of=number(of)))
        else:
            self._count.setText(counted(of, self.tr("1 hit"), self.tr("%n hits")))
        for button in (self.back, self.on):
            button.setEnabled(of > 0)

    def _button(self, name: str, key: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        self._layout.setContentsMargins(metrics.space_4, metrics.space_2, metrics.space_3, metrics.space_2)
        self._layout.setSpacing(metrics.space_2)
        for button, name in ((self.back, "chevron_up"), (self.on, "chevron_down"), (self.close_button, "close")):
            button.setIcon(icon(name, colours.text, metrics.icon_small))
            button.setIconSize(QSize(metrics.icon_small, metrics.icon_small))
