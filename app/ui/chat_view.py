"""The conversation: selectable text in a centred column, following its end only while the person is there.

Kept small for the virtualised view to come: set_messages, add_message, append_text, finish, set_note, show_foot.
"""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QResizeEvent, QTextBlock, QTextOption
from PySide6.QtWidgets import QFrame, QPushButton, QTextEdit, QWidget

from app.core.events import Message, Role
from app.domain.ids import MessageId
from app.ui.assets import icon
from app.ui.reply_foot import ReplyFoot
from app.ui.theme import Theme
from app.ui.transcript import PADDING, PANEL, Entry, Transcript, spoken_role

AT_END_PIXELS = 12  # this near to the end counts as at the end


class ChatView(QTextEdit):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._follows = True
        self._is_adjusting = False
        self.setObjectName("chat")
        self.setAccessibleName(self.tr("Conversation"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # text must not shift when it appears
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._transcript = Transcript(self.document(), theme)
        self.foot = ReplyFoot(theme, self.viewport())
        self._jump = QPushButton(self)
        self._jump.setObjectName("jump")
        self._jump.setAccessibleName(self.tr("Jump to the latest message"))
        self._jump.setToolTip(self.tr("Jump to the latest message"))
        self._jump.clicked.connect(self.follow)
        self._jump.hide()
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._notice_scroll)
        bar.rangeChanged.connect(self._take_range)
        self.document().documentLayout().documentSizeChanged.connect(self._place)
        theme.changed.connect(self._wear)
        self._wear()

    # What is shown

    def set_messages(self, messages: Sequence[Message]) -> None:
        self._transcript.set_messages(messages)
        self.foot.clear()
        self.follow()

    def add_message(self, message: Message) -> None:
        """An empty reply is only announced: it is shown from its first piece of text on."""
        if message.role is Role.ASSISTANT and not message.text:
            return
        self._transcript.add_message(message)
        if message.role is Role.USER:
            self.follow()

    def append_text(self, message_id: MessageId, text: str) -> None:
        self._transcript.append_text(message_id, text)

    def finish(self) -> None:
        self._transcript.finish()

    def set_note(self, text: str) -> None:
        """A quiet line below the last message while nothing can be read yet."""
        self.foot.show_note(text)
        self._place()

    def show_foot(self, facts: str, *, has_reply: bool) -> None:
        """What is known about the finished reply, and what can be done with it."""
        self.foot.show_actions(facts, has_reply=has_reply)
        self._place()

    def last(self, role: Role) -> Entry | None:
        return next((entry for entry in reversed(self._transcript.entries) if entry.role is role), None)

    # Following the end

    def follow(self) -> None:
        """Go to the end, and stay there as it moves."""
        self._follows = True
        self._keep_end()
        self._jump.hide()

    def _notice_scroll(self, value: int) -> None:
        if not self._is_adjusting:
            self._follows = value >= self.verticalScrollBar().maximum() - AT_END_PIXELS
            self._jump.setVisible(not self._follows)
        self._place()

    def _take_range(self, _: int, highest: int) -> None:
        bar = self.verticalScrollBar()
        if bar.property("idle") != (highest == 0):
            bar.setProperty("idle", highest == 0)  # the style sheet hides the handle then
            bar.style().polish(bar)
        self._keep_end()

    def _keep_end(self) -> None:
        if self._follows:
            self._is_adjusting = True
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
            self._is_adjusting = False
        self._place()

    # Geometry and drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        left, right = self._column()
        root = self.document().rootFrame()
        frame_format = root.frameFormat()
        if (frame_format.leftMargin(), frame_format.rightMargin()) != (left, self.viewport().width() - right):
            frame_format.setLeftMargin(left)
            frame_format.setRightMargin(self.viewport().width() - right)
            frame_format.setTopMargin(self._theme.metrics.space_6)
            root.setFrameFormat(frame_format)
        self._transcript.set_column(right - left)
        super().resizeEvent(event)
        self._keep_end()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.panel))
        for panel in self._visible_panels():
            painter.drawRoundedRect(panel, self._theme.metrics.radius, self._theme.metrics.radius)
        painter.end()
        super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setCursorWidth(
            1 if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) else 0
        )

    def createMimeDataFromSelection(self) -> QMimeData:
        """Plain text only. A selection over several messages says who wrote what."""
        cursor = self.textCursor()
        parts: list[tuple[Entry | None, str]] = []
        block = self.document().findBlock(cursor.selectionStart())
        while block.isValid() and block.position() <= cursor.selectionEnd():
            start = max(cursor.selectionStart(), block.position()) - block.position()
            text = block.text()[start : cursor.selectionEnd() - block.position()]
            entry = self._transcript.entry_of(block.position())
            if parts and parts[-1][0] is entry:
                parts[-1] = (entry, f"{parts[-1][1]}\n{text}")
            else:
                parts.append((entry, text))
            block = block.next()
        spoken = [(entry, text) for entry, text in parts if entry is not None]
        data = QMimeData()
        if len(spoken) == 1:
            data.setText(spoken[0][1])
        else:
            data.setText("\n\n".join(f"{spoken_role(entry.role)}:\n{text}" for entry, text in spoken))
        return data

    def _column(self) -> tuple[int, int]:
        """Left and right edge of the text, centred on the whole view: the scroll bar doesn't count."""
        metrics = self._theme.metrics
        left = max(metrics.space_8, (self.width() - metrics.column) // 2)
        return left, max(self.width() - left, left + 1)

    def _top(self, block: QTextBlock) -> float:
        return self.document().documentLayout().blockBoundingRect(block).top() - self.verticalScrollBar().value()

    def _visible_panels(self) -> Iterator[QRectF]:
        """Rounded grounds of code and of the person's messages, as far as they can be seen."""
        layout = self.document().documentLayout()
        height = self.viewport().height()
        column_left, right = self._column()
        shift = QPointF(0, -self.verticalScrollBar().value())
        block = self.cursorForPosition(self.viewport().rect().topLeft()).block()
        open_number, panel = None, QRectF()
        while block.isValid():
            rect = layout.blockBoundingRect(block).translated(shift)
            block_format = block.blockFormat()
            number = block_format.property(PANEL)
            if number != open_number:
                if open_number is not None:
                    yield panel
                left = column_left + block_format.leftMargin() - PADDING
                begins_above = (
                    number is not None
                    and block.previous().isValid()
                    and block.previous().blockFormat().property(PANEL) == number
                )
                top = -4.0 * PADDING if begins_above else rect.top() - PADDING + 2
                panel = QRectF(QPointF(left, top), QPointF(right, top))
                open_number = number
            if rect.top() > height + PADDING:
                break
            panel.setBottom(rect.bottom() + PADDING - 2)
            block = block.next()
        if open_number is not None:
            yield panel

    def _place(self) -> None:
        """Put the foot below the last message, and the jump button above the lower edge."""
        left, right = self._column()
        self.foot.setGeometry(
            left - 6, round(self._top(self._transcript.foot())), right - left + 6, self.foot.sizeHint().height()
        )
        size = self._jump.sizeHint()
        self._jump.setGeometry(
            (self.width() - size.width()) // 2,
            self.height() - size.height() - self._theme.metrics.space_3,
            size.width(),
            size.height(),
        )

    def _wear(self) -> None:
        self._jump.setIcon(icon("down", self._theme.colours.text, self._theme.metrics.icon))
        scroll, follows = self.verticalScrollBar().value(), self._follows
        self._transcript.rebuild()  # empties the document on the way, which looks like scrolling to the end
        if not follows:
            self.verticalScrollBar().setValue(scroll)
            self._notice_scroll(self.verticalScrollBar().value())
