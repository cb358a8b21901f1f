"""Where a message is typed. Enter sends, Shift+Enter breaks the line; while a reply streams its button stops it."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.assets import icon
from app.ui.theme import Theme

MAX_LINES = 8


class Input(QPlainTextEdit):
    """Plain text that grows with its lines. An input method that is composing keeps its Enter."""

    send_requested = Signal()
    edit_last_requested = Signal()
    focused = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_composing = False
        self.setObjectName("input")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not self._is_composing and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_requested.emit()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.edit_last_requested.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._grow()

    def _grow(self) -> None:
        lines = max(1, min(MAX_LINES, round(self.document().size().height())))  # of a plain text layout: in lines
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2)


class Composer(QFrame):
    sent = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    edit_cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._why_not = self._given_hint = ""
        self._is_busy = False
        self._drawn: tuple[str, str, int, str] | None = None
        self.setObjectName("composer")
        metrics = theme.metrics
        self.input = Input(self)
        self.input.setAccessibleName(self.tr("Message"))
        self.input.setPlaceholderText(self.tr("Write a message"))
        self.input.send_requested.connect(self._send)
        self.input.edit_last_requested.connect(self.edit_last_requested)
        self.input.focused.connect(self._show_focus)
        self.input.textChanged.connect(self._update)
        self.hint = QLabel(self)
        self.hint.setProperty("kind", "caption")
        self.button = QPushButton(self)
        self.button.setProperty("kind", "round")
        self.button.clicked.connect(self._press)
        self._editing = self._editing_strip()
        row = QHBoxLayout()
        row.setSpacing(metrics.space_2)
        row.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(metrics.space_4, metrics.space_3, metrics.space_2, metrics.space_2)
        layout.setSpacing(metrics.space_1)
        layout.addWidget(self._editing)
        layout.addWidget(self.input)
        layout.addLayout(row)
        self.setFocusProxy(self.input)
        theme.changed.connect(self._update)
        self._update()

    def set_state(self, *, is_busy: bool, why_not: str, hint: str) -> None:
        """`why_not` says why a message cannot be sent now; empty where it can. `hint` takes the place of our own."""
        self._is_busy, self._why_not, self._given_hint = is_busy, why_not, hint
        self._update()

    def begin_edit(self, text: str) -> None:
        self._editing.show()
        self.input.setPlainText(text)
        self.input.selectAll()
        self.input.setFocus()

    def end_edit(self) -> None:
        self._editing.hide()
        self.input.clear()

    @property
    def is_editing(self) -> bool:
        return self._editing.isVisibleTo(self)

    def set_text(self, text: str) -> None:
        self.input.setPlainText(text)
        self.input.moveCursor(self.input.textCursor().MoveOperation.End)
        self.input.setFocus()

    @property
    def text(self) -> str:
        return self.input.toPlainText()

    def _send(self) -> None:
        if not self._is_busy and not self._why_not and self.text.strip():
            self.sent.emit(self.text.strip())

    def _press(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
            self.input.setFocus()
        else:
            self._send()

    def _update(self) -> None:
        colours, size = self._theme.colours, self._theme.metrics.icon
        drawn = ("stop" if self._is_busy else "send", colours.on_accent, size, colours.muted)
        if drawn != self._drawn:  # drawing it takes 1.3 ms, and a streaming reply updates 30 times a second
            self._drawn = drawn
            self.button.setIcon(icon(*drawn))
            self.button.setIconSize(QSize(size, size))
        self.button.setEnabled(self._is_busy or (not self._why_not and bool(self.text.strip())))
        name = self.tr("Stop the reply") if self._is_busy else self.tr("Send")
        self.button.setAccessibleName(name)
        self.button.setAccessibleDescription(self._why_not)
        self.button.setToolTip(
            self.tr("Stop the reply (Esc)") if self._is_busy else self._why_not or self.tr("Send (Enter)")
        )
        self.hint.setText(self._hint())

    def _hint(self) -> str:
        if self._why_not or self._given_hint:
            return self._why_not or self._given_hint
        return self.tr("Enter sends, Shift+Enter starts a new line") if self.text else ""

    def _show_focus(self, has_focus: bool) -> None:
        self.setProperty("focused", has_focus)
        self.style().polish(self)

    def _editing_strip(self) -> QWidget:
        strip = QWidget(self)
        strip.setObjectName("editing")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        label = QLabel(self.tr("Editing your last message: the reply to it will be replaced"), strip)
        label.setProperty("kind", "body")
        self.cancel = QToolButton(strip)
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setProperty("kind", "quiet")
        self.cancel.setAccessibleName(self.tr("Cancel editing"))
        self.cancel.setToolTip(self.tr("Cancel editing (Esc)"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cancel.clicked.connect(self.edit_cancelled)
        layout = QHBoxLayout(strip)
        layout.setContentsMargins(self._theme.metrics.space_2, 2, 2, 2)
        layout.addWidget(label, 1)
        layout.addWidget(self.cancel)
        strip.hide()
        return strip
