"""Where a message is written: the field, what goes with it, what sending will do, and the button that sends or stops.

Knows how it looks and what was asked for; app/ui/writing.py keeps drafts, attachments and estimates.
"""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.domain.conversation import Attachment
from app.ui.assets import icon
from app.ui.attachments import AttachmentStrip
from app.ui.elided import Elided
from app.ui.input import Input, local_files
from app.ui.redaction.strip import RedactionStrip
from app.ui.theme import Theme


class Composer(QFrame):
    sent = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    edit_cancelled = Signal()
    attach_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._why_not = self._given_hint = self._estimate = ""
        self._is_busy = self._is_empty_sendable = False
        self._drawn: tuple[str, str, int, str] | None = None
        self.setObjectName("composer")
        self.setAcceptDrops(True)
        self.input = Input(self)
        self.input.setAcceptDrops(False)  # the whole composer takes them
        self.input.setAccessibleName(self.tr("Message"))
        self.input.setPlaceholderText(self.tr("Write a message"))
        self.input.send_requested.connect(self._send)
        self.input.edit_last_requested.connect(self.edit_last_requested)
        self.input.focused.connect(self._show_focus)
        self.input.textChanged.connect(self._update)
        self.attachments = AttachmentStrip(theme, self)
        self.redaction = RedactionStrip(theme, self)
        self.hint = Elided(self)
        self.hint.setProperty("kind", "caption")
        self.meter = QLabel(self)
        self.meter.setObjectName("meter")
        self.attach = QToolButton(self)
        self.attach.setProperty("kind", "quiet")
        self.attach.setObjectName("attach")
        self.attach.setAccessibleName(self.tr("Attach text files"))
        self.attach.setToolTip(self.tr("Attach text files"))
        self.attach.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.attach.clicked.connect(self.attach_requested)
        self.button = QPushButton(self)
        self.button.setProperty("kind", "round")
        self.button.clicked.connect(self._press)
        self._editing = self._editing_strip()
        self._row = QHBoxLayout()
        self._row.addWidget(self.attach, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.meter, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._editing)
        self._layout.addWidget(self.attachments)
        self._layout.addWidget(self.input)
        self._layout.addWidget(self.redaction)
        self._layout.addLayout(self._row)
        self.setFocusProxy(self.input)
        theme.changed.connect(self._wear)
        self._wear()

    # What is shown

    def set_state(self, *, is_busy: bool, why_not: str, hint: str) -> None:
        """`why_not` says why a message cannot be sent now; empty where it can. `hint` takes the place of our own."""
        if (is_busy, why_not, hint) != (self._is_busy, self._why_not, self._given_hint):
            self._is_busy, self._why_not, self._given_hint = is_busy, why_not, hint
            self._update()

    def set_send_key(self, *, with_ctrl: bool) -> None:
        self.input.sends_with_ctrl = with_ctrl
        self._update()

    def set_estimate(self, sentence: str, meter: str, tone: str) -> None:
        """What sending will do, and how full the context will be. tone: "" or "warning" or "danger"."""
        self._estimate = sentence
        self.meter.setText(meter)
        self.meter.setVisible(bool(meter))
        if self.meter.property("tone") != tone:
            self.meter.setProperty("tone", tone)
            self.meter.style().polish(self.meter)
        self._update()

    def set_attachments(self, attachments: Sequence[Attachment], pastes: frozenset[str]) -> None:
        self.attachments.show_attachments(attachments, pastes)
        self.attachments.order_tabs(self.input)
        self._is_empty_sendable = bool(attachments)
        self._update()

    def begin_edit(self, text: str) -> None:
        self._editing.show()
        self.input.setPlainText(text)
        self.input.selectAll()
        self.input.setFocus()
        self._update()

    def end_edit(self) -> None:
        self._editing.hide()
        self._update()

    @property
    def is_editing(self) -> bool:
        return self._editing.isVisibleTo(self)

    def set_text(self, text: str) -> None:
        self.input.setPlainText(text)
        self.input.moveCursor(self.input.textCursor().MoveOperation.End)

    @property
    def text(self) -> str:
        return self.input.toPlainText()

    # Files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()
            self.show_ring(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.show_ring(self.input.hasFocus())

    def dropEvent(self, event: QDropEvent) -> None:
        self.show_ring(self.input.hasFocus())
        if local_files(event.mimeData()) or event.mimeData().hasText():
            self.input.insertFromMimeData(event.mimeData())
            event.acceptProposedAction()

    # How it works

    def _can_send(self) -> bool:
        return not self._why_not and (bool(self.text.strip()) or self._is_empty_sendable)

    def _send(self) -> None:
        if not self._is_busy and self._can_send():
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
        self.button.setEnabled(self._is_busy or self._can_send())
        name = self.tr("Stop the reply") if self._is_busy else self.tr("Send")
        self.button.setAccessibleName(name)
        self.button.setAccessibleDescription(self._why_not)
        key = self.tr("Send (Ctrl+Enter)") if self.input.sends_with_ctrl else self.tr("Send (Enter)")
        self.button.setToolTip(self.tr("Stop the reply (Esc)") if self._is_busy else self._why_not or key)
        self.hint.set_whole(self._hint())

    def _hint(self) -> str:
        if self._why_not or self._given_hint:
            return self._why_not or self._given_hint
        if self._estimate:
            return self._estimate
        if not self.text:
            return ""
        if self.input.sends_with_ctrl:
            return self.tr("Ctrl+Enter sends, Enter starts a new line")
        return self.tr("Enter sends, Shift+Enter starts a new line")

    def _show_focus(self, has_focus: bool) -> None:
        self.show_ring(has_focus)

    def show_ring(self, is_on: bool) -> None:
        self.setProperty("focused", is_on)
        self.style().polish(self)

    def _editing_strip(self) -> QWidget:
        strip = QWidget(self)
        strip.setObjectName("editing")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        label = QLabel(self.tr("Editing: the message and its reply so far are kept as another version"), strip)
        label.setProperty("kind", "body")
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        self.cancel = QToolButton(strip)
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setProperty("kind", "quiet")
        self.cancel.setAccessibleName(self.tr("Cancel editing"))
        self.cancel.setToolTip(self.tr("Cancel editing (Esc)"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cancel.clicked.connect(self.edit_cancelled)
        self._strip_row = QHBoxLayout(strip)
        self._strip_row.addWidget(label, 1)
        self._strip_row.addWidget(self.cancel)
        strip.hide()
        return strip

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(metrics.space_4, metrics.space_3, metrics.space_2, metrics.space_2)
        self._layout.setSpacing(metrics.space_2)
        self._row.setSpacing(metrics.space_2)
        self._strip_row.setContentsMargins(metrics.space_2, metrics.gap, metrics.gap, metrics.gap)
        self.attach.setIcon(icon("attach", self._theme.colours.muted, metrics.icon))
        self.attach.setIconSize(QSize(metrics.icon, metrics.icon))
        self._update()
