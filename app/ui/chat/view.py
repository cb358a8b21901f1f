"""The conversation: a column of messages of which only those in sight are laid out. This is what the window uses.

It is built up in steps: app/ui/chat/anchored.py knows where the view stands, selectable.py what is selected, copied and
found, this file what is shown and what can be done with it. What a message holds is untrusted: nothing is fetched, and
a link only says that it was clicked.
"""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.domain.conversation import AdapterUse, Message, Role, Turn
from app.domain.ids import MessageId
from app.ui.assets import icon
from app.ui.chat import access
from app.ui.chat.colouring import Colouring
from app.ui.chat.foot import LEFT, Foot, MenuEntry
from app.ui.chat.keys import Keys
from app.ui.chat.looks import Looks
from app.ui.chat.maths import Formulas
from app.ui.chat.painting import Painting, State
from app.ui.chat.pointer import Pointer
from app.ui.chat.row import Part, Surroundings
from app.ui.chat.selectable import SelectableArea
from app.ui.chat.tokens import ChatTokens
from app.ui.chat.worker import Worker
from app.ui.theme import Theme
from app.ui.words import reply_facts

UPDATES_PER_S = 40  # of text that streams in; the bridge brings it 30 times a second
REST_SHARE = 3  # after an update, so many times what it took are left to everything else


class ChatView(SelectableArea):
    is_ready = False  # while it is being made, screen readers ask already
    action_requested = Signal(str, object)  # what (the words stand in app/ui/chat/foot.py), MessageId
    link_requested = Signal(str)  # an address, checked to be of the web or mail

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, facts_of: Callable[[Message], str] = reply_facts
    ) -> None:
        worker = Worker()
        formulas, colouring = Formulas(worker), Colouring(worker)
        around = Surroundings(Looks(theme), formulas, colouring, float(theme.metrics.column))
        access.install()
        super().__init__(theme, around, parent)
        self._worker, self._formulas, self._colouring = worker, formulas, colouring
        for each in (worker, formulas, colouring):
            each.setParent(self)
        self.tokens = ChatTokens(self, theme)
        self.pointer = Pointer(self)
        self.keys = Keys(self)
        self._facts_of = facts_of
        self._note = ""
        self._waiting: dict[MessageId, str] = {}  # text that is not shown yet
        self._rests_until_s = 0.0
        self._hovered = -1
        self._pictured: list[Part] = []
        self._make_parts()
        self._formulas.drawn.connect(self._redraw_formulas)
        self._colouring.ready.connect(self._recolour)
        theme.changed.connect(self._wear)
        self.destroyed.connect(self._worker.close)
        self._wear()
        self.is_ready = True

    def _make_parts(self) -> None:
        self.setObjectName("chat")
        self.setAccessibleName(self.tr("Conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.last_foot = Foot(self._theme, self)
        self.active_foot = Foot(self._theme, self)
        for foot in (self.last_foot, self.active_foot):
            foot.action_requested.connect(self._act)
        self.jump = QPushButton(self)
        self.jump.setObjectName("jump")
        self.jump.setAccessibleName(self.tr("Jump to the latest message"))
        self.jump.setToolTip(self.tr("Jump to the latest message"))
        self.jump.clicked.connect(self.follow)
        self.jump.hide()
        self._flush_timer = QTimer(self, singleShot=True)
        self._flush_timer.timeout.connect(self._flush)

    def offer_adapters(self, adapters: Callable[[], Sequence[AdapterUse]]) -> None:
        """What another answer can be made with; asked whenever a menu opens."""
        self.last_foot.adapters = self.active_foot.adapters = adapters

    # What is shown

    def set_turns(self, turns: Sequence[Turn]) -> None:
        """The branch that is on show now. Where messages of it were on show already, the view stays with them."""
        self._flush()
        anchor_id = self.rows[self._anchor[0]].id if self._anchor[0] < len(self.rows) else None
        self.state = State()
        self.rows.replace(turns)
        for number in range(len(self.rows)):
            row = self.rows[number]
            if row.message.role is Role.ASSISTANT and row.message.traffic is not None and not row.facts:
                row.facts = self._facts_of(row.message)
        self._hovered = -1
        stays = self.rows.number_of(anchor_id) if anchor_id is not None else -1
        if self.finding.is_on:
            self.finding.begin(self.rows, self.finding.words, 0)
        if stays < 0:
            self.follow()
            return
        self._anchor = (stays, *self._anchor[1:])
        self._arrange()

    def add_turn(self, turn: Turn) -> None:
        """A turn at the end. An empty reply can be seen from its first piece of text on."""
        if turn.message.role is Role.SYSTEM:
            return
        known = self.rows.number_of(turn.message.id)
        if known >= 0:
            self.rows.set_text(known, turn)
        else:
            known = self.rows.add(turn)
            self.rows[known].is_growing = turn.message.role is Role.ASSISTANT and turn.message.end is None
        if self.finding.is_on:
            self.finding.look_at(self.rows, known)
        if turn.message.role is Role.USER:
            self._follows = True
        self._arrange()

    def append_text(self, message_id: MessageId, text: str) -> None:
        """The next piece of a reply; it is shown as soon as there is time for it."""
        self._waiting[message_id] = self._waiting.get(message_id, "") + text
        rest_s = self._rests_until_s - time.monotonic()
        if rest_s <= 0:
            self._flush()
        elif not self._flush_timer.isActive():
            self._flush_timer.start(max(1, round(rest_s * 1000)))

    def _flush(self) -> None:
        if not self._waiting:
            return
        start_s = time.monotonic()
        waiting, self._waiting = self._waiting, {}
        for message_id, text in waiting.items():
            number = self.rows.number_of(message_id)
            if number < 0:
                number = self.rows.add(Turn(Message(message_id, Role.ASSISTANT, "")))
            self.rows.grow(number, text)
            if self.finding.is_on:
                self.finding.look_at(self.rows, number)
        self._arrange()
        now_s = time.monotonic()
        self._rests_until_s = start_s + max(1 / UPDATES_PER_S, REST_SHARE * (now_s - start_s))

    def end_reply(self, message_id: MessageId, message: Message | None, facts: str = "") -> None:
        """Nothing more comes. `message`: the reply as it is stored, None where there is none."""
        self._flush()
        number = self.rows.number_of(message_id)
        if number < 0:
            return
        row = self.rows[number]
        if message is None and not row.text and number == len(self.rows) - 1:
            self.rows.remove_last()
        else:
            self.rows.finish(number)
            if message is not None:
                old = row.turn
                self.rows.set_text(number, Turn(message, old.place, old.of))
                row.facts = facts or self._facts_of(message)
            row.facts = facts or row.facts
        self._arrange()

    def set_note(self, text: str) -> None:
        """A quiet line below the last message while nothing can be read yet."""
        self._note = text
        self._arrange()

    @property
    def note(self) -> str:
        return self._note

    def clear(self) -> None:
        """Drop every text, and what was drawn of it."""
        self._waiting.clear()
        self._flush_timer.stop()
        self._copied_timer.stop()
        self._worker.forget()
        self._formulas.clear()
        self._colouring.clear()
        self.pointer.stop()
        self.tokens.show_places({})
        self.end_find()
        self.state = State()
        self._note, self._hovered, self._anchor = "", -1, (0, 0, 0.0)
        self.rows.clear()
        self.follow()

    def show_message(self, message_id: MessageId) -> None:
        """Bring a message to the upper edge, and mark it until the person does something else."""
        number = self.rows.number_of(message_id)
        if number >= 0:
            self.state.marked = number
            self.go_to(number, 0, -float(self._theme.metrics.space_6))

    def _below(self) -> float:
        return float(self.rows.around.looks.sizes.foot) if self._note else 0.0

    # Buttons

    def _place_parts(self) -> None:
        last = len(self.rows) - 1
        while last >= 0 and self.rows[last].is_hidden:
            last -= 1
        is_busy = (last >= 0 and self.rows[last].is_growing) or last < len(self.rows) - 1 or bool(self._note)
        shown_last = -1 if is_busy else last
        active = self.state.focused if self.state.focused >= 0 else self._hovered
        if active == shown_last or (0 <= active < len(self.rows) and self.rows[active].is_growing):
            active = -1
        self.state.with_foot = (shown_last, active)
        self._place_foot(self.last_foot, shown_last)
        self._place_foot(self.active_foot, active)
        size = self.jump.sizeHint()
        self.jump.setGeometry(
            (self.width() - size.width()) // 2,
            self.height() - size.height() - self._theme.metrics.space_3,
            size.width(),
            size.height(),
        )
        self.jump.setVisible(not self._follows and self.verticalScrollBar().maximum() > 0)

    def _place_foot(self, foot: Foot, number: int) -> None:
        around = self.rows.around
        if not 0 <= number < len(self.rows):
            foot.show_row(None, self._menu_entries)
            return
        top = self.rows.top(number) + self.rows.height(number) - around.looks.sizes.foot - self._offset
        if top < -around.looks.sizes.foot or top > self.viewport().height():
            foot.show_row(None, self._menu_entries)
            return
        row = self.rows[number]
        foot.show_row(row, self._menu_entries)
        width = round(around.column) + LEFT
        left = self.column_left - LEFT
        if row.is_own:
            width = foot.sizeHint().width()
            left = round(self.column_left + around.column - width)
        foot.setGeometry(left, round(top), width, round(around.looks.sizes.foot))

    def _menu_entries(self, message_id: MessageId) -> list[MenuEntry]:
        return self.keys.menu_entries(message_id)

    def _act(self, action: str, message_id: object) -> None:
        self.action_requested.emit(action, message_id)

    def hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self._place_parts()
            self.viewport().update()

    def focus_row(self, number: int) -> None:
        """The row that the keyboard is at; -1 for none."""
        if number != self.state.focused:
            self.state.focused = number
            self._place_parts()
            access.tell_focus(self)
            self.viewport().update()

    def fold(self, row: int, attachment: int) -> None:
        self.select_nothing()
        self._follows = False
        self.rows.fold(row, attachment)
        self._arrange()

    # Looks

    def _wear(self) -> None:
        self.jump.setIcon(icon("down", self._theme.colours.text, self._theme.metrics.icon))
        self.last_foot.wear()
        self.active_foot.wear()
        self.rows.around.looks = Looks(self._theme, self.devicePixelRatioF())
        self._renew()

    def _redraw_formulas(self) -> None:
        self.rows.refresh_formulas()
        self._arrange()

    def _recolour(self) -> None:
        self.rows.recolour()
        self.viewport().update()

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.column_left, -self._offset)
        area = event.rect()
        top, bottom = area.top() + self._offset, area.bottom() + 1 + self._offset
        painting = Painting(self.rows, self.finding, self.devicePixelRatioF(), self.tokens.marks)
        painting.paint(painter, top, bottom, self.state)
        self._keep_pictures(painting.pictured, event.rect().height())
        if self._note:
            looks = self.rows.around.looks
            painter.setFont(looks.small)
            painter.setPen(looks.color("muted"))
            rect = QRectF(0, self.rows.total, self.rows.around.column, looks.sizes.foot)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._note)
        painter.end()

    def _keep_pictures(self, pictured: list[Part], height: int) -> None:
        """Parts out of sight give their pictures back."""
        if height < self.viewport().height():
            self._pictured += pictured
            return
        kept = {id(part) for part in pictured}
        for part in self._pictured:
            if id(part) not in kept:
                part.picture = None
        self._pictured = pictured

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.keys.enter()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.isAncestorOf(self.window().focusWidget() or self.window()):
            self.focus_row(-1)

    def viewportEvent(self, event: QEvent) -> bool:
        return (self.is_ready and self.pointer.take(event)) or super().viewportEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._wear()
