"""The conversation: a column of messages of which only those in sight are laid out (app/ui/chat/rows.py).

The view stands at an anchor: a part of a message, and how far above the upper edge it begins. Heights that turn out
otherwise than estimated move the scroll bar, never the text. While the person is at the end, the view follows it.
What a message holds is untrusted: nothing is fetched, and a link only says that it was clicked.
"""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QPushButton, QWidget

from app.domain.conversation import Message, Role, Turn
from app.domain.ids import MessageId
from app.ui.assets import icon
from app.ui.chat import access
from app.ui.chat.colouring import Colouring
from app.ui.chat.finding import Finding
from app.ui.chat.foot import LEFT, Foot, MenuEntry
from app.ui.chat.keys import Keys
from app.ui.chat.looks import Looks
from app.ui.chat.maths import Formulas
from app.ui.chat.painting import Painting, State
from app.ui.chat.places import Place, Selection, is_end, message_plain, selected_text
from app.ui.chat.pointer import Pointer
from app.ui.chat.row import Part, Surroundings
from app.ui.chat.rows import Rows
from app.ui.chat.worker import Worker
from app.ui.theme import Theme
from app.ui.words import reply_facts

AT_END_PIXELS = 12  # this near to the end counts as at the end
UPDATES_PER_S = 40  # of text that streams in; the bridge brings it 30 times a second
REST_SHARE = 3  # after an update, so many times what it took are left to everything else
COPIED_MS = 1500
MARKDOWN_TYPE = "text/markdown"


class ChatView(QAbstractScrollArea):
    is_ready = False  # while it is being made, screen readers ask already
    action_requested = Signal(str, object)  # what (the words stand in app/ui/chat/foot.py), MessageId
    link_requested = Signal(str)  # an address, checked to be of the web or mail

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, facts_of: Callable[[Message], str] = reply_facts
    ) -> None:
        super().__init__(parent)
        access.install()
        self.pointer = Pointer(self)
        self.keys = Keys(self)
        self._theme, self._facts_of = theme, facts_of
        self._worker = Worker(self)
        self._formulas = Formulas(self._worker, self)
        self._colouring = Colouring(self._worker, self)
        looks = Looks(theme, self.devicePixelRatioF())
        self.rows = Rows(Surroundings(looks, self._formulas, self._colouring, float(theme.metrics.column)))
        self.finding = Finding()
        self.state = State()
        self._anchor = (0, 0, 0.0)  # row, part, pixels from the part's top to the view's upper edge
        self._follows = True
        self._is_adjusting = False
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
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # text must not shift when it appears
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
        self._copied_timer = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied_timer.timeout.connect(self._forget_copied)
        self.verticalScrollBar().valueChanged.connect(self._take_scroll)

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
        self.end_find()
        self.state = State()
        self._note, self._hovered, self._anchor = "", -1, (0, 0, 0.0)
        self.rows.clear()
        self.follow()

    # Going somewhere

    def follow(self) -> None:
        """Go to the end, and stay there as it moves."""
        self._follows = True
        self._arrange()

    @property
    def is_following(self) -> bool:
        return self._follows

    def show_message(self, message_id: MessageId) -> None:
        """Bring a message to the upper edge, and mark it until the person does something else."""
        number = self.rows.number_of(message_id)
        if number >= 0:
            self.state.marked = number
            self.go_to(number, 0, -float(self._theme.metrics.space_6))

    def go_to(self, row: int, part: int, offset: float) -> None:
        """Put a place of a part, in pixels from its top, at the view's upper edge."""
        self._follows = False
        self._anchor = (row, part, offset)
        self._arrange()

    def scroll_by(self, pixels: float) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(round(bar.value() + pixels))

    def reveal(self, place: Place) -> None:
        """Scroll as little as needed for a character to be in sight."""
        rect = self.rect_of(place)
        margin = float(self.rows.around.looks.sizes.line)
        bottom = self.viewport().height() - margin
        if margin <= rect.top() and rect.bottom() <= bottom:
            return
        self.rows.pieces(place.row, place.part)
        inside = rect.top() + self._offset - self.rows.part_top(place.row, place.part)
        distance = self.viewport().height() / 3 if not 0 <= rect.top() <= bottom * 1.5 else (
            margin if rect.top() < margin else bottom - rect.height()
        )  # fmt: skip
        self.go_to(place.row, place.part, inside - distance)

    def rect_of(self, place: Place) -> QRectF:
        """Where a character is, in the viewport."""
        pieces = self.rows.pieces(place.row, place.part)
        row = self.rows[place.row]
        top = self.rows.part_top(place.row, place.part) - self._offset
        if not pieces:
            return QRectF(self.column_left, top, 1, row.height(self.rows.around))
        piece = pieces[min(place.piece, len(pieces) - 1)]
        left = self.column_left + row.left(self.rows.around) + piece.x
        return piece.rect_of(place.unit).translated(left, top + piece.y)

    # Find

    def find(self, words: str) -> int:  # type: ignore[override]  # QWidget.find looks up window ids
        """Highlight the words everywhere and go to the first hit from here on. How many there are."""
        self._flush()
        total = self.finding.begin(self.rows, words, max(0, self.rows.row_at(self._offset)))
        self._show_hit()
        return total

    def find_step(self, by: int) -> tuple[int, int]:
        """To the next (+1) or previous (-1) hit: which one that is, from 1, and of how many."""
        place = self.finding.step(self.rows, by)
        self._show_hit()
        return place

    @property
    def find_place(self) -> tuple[int, int]:
        return self.finding.place

    def end_find(self) -> None:
        self.finding = Finding()
        self.viewport().update()

    def _show_hit(self) -> None:
        now = self.finding.now()
        if now is not None:
            row, hit = now
            pieces = self.rows.pieces(row, hit.part)
            found = self.finding.in_text(pieces[hit.leaf].text) if hit.leaf < len(pieces) else []
            unit = found[min(hit.number, len(found) - 1)][0] if found else 0
            self.reveal(Place(row, hit.part, hit.leaf, unit))
        self.viewport().update()

    # Selection and copies

    @property
    def selection(self) -> Selection | None:
        return self.state.selection

    def select(self, anchor: Place, head: Place) -> None:
        self.state.selection = Selection(anchor, head)
        self.viewport().update()

    def select_nothing(self) -> None:
        self.state.selection = None
        self.viewport().update()

    def select_all(self) -> None:
        if len(self.rows):
            self.select(self.start_of(0), self.end_of(len(self.rows) - 1))

    def start_of(self, row: int) -> Place:
        return Place(row, 0, 0, 0)

    def end_of(self, row: int) -> Place:
        self.rows.open(row)
        part = len(self.rows[row].parts or ()) - 1
        if part < 0:
            return self.start_of(row)
        pieces = self.rows.pieces(row, part)
        return Place(row, part, max(0, len(pieces) - 1), pieces[-1].units if pieces else 0)

    def selected_text(self, *, as_markdown: bool = False) -> str:
        if self.selection is None or self.selection.is_empty:
            return ""
        return selected_text(self.rows, self.selection, as_markdown=as_markdown)

    def copy_selection(self, as_markdown: bool = False) -> None:
        """Both flavours go to the clipboard; `as_markdown`: programs that take plain text get Markdown too."""
        markdown = self.selected_text(as_markdown=True)
        if markdown:
            self.copy(markdown if as_markdown else self.selected_text(), markdown)

    def copy(self, text: str, markdown: str = "") -> None:
        data = QMimeData()
        data.setText(text)
        if markdown:
            data.setData(MARKDOWN_TYPE, markdown.encode())
        QGuiApplication.clipboard().setMimeData(data)

    def copy_code(self, row: int, start: int) -> None:
        """A whole block of code, whose first part has that number."""
        self.copy(self.rows[row].code_of(start)[1])
        self.state.copied = (row, start)
        self._copied_timer.start()
        self.viewport().update()

    def copy_last_code(self) -> bool:
        """The last block of code of the conversation. False where there is none."""
        for number in reversed(range(len(self.rows))):
            if "```" not in self.rows[number].text and "~~~" not in self.rows[number].text:
                continue
            self.rows.open(number)
            starts = [part.code_start for part in self.rows[number].parts or [] if part.code_start >= 0]
            if starts and not self.rows[number].is_own:
                self.copy_code(number, starts[-1])
                return True
        return False

    def _forget_copied(self) -> None:
        self.state.copied = (-1, -1)
        self.viewport().update()

    def plain_text(self) -> str:
        """All of it as it is read."""
        self._flush()
        rows = (self.rows[number] for number in range(len(self.rows)))
        return "\n".join(message_plain(row) for row in rows if not row.is_hidden)

    def is_selection_whole(self) -> bool:
        """Whether everything is selected."""
        if self.selection is None:
            return False
        first, last = self.selection.ends
        return first == self.start_of(0) and last.row == len(self.rows) - 1 and is_end(self.rows, last)

    # Geometry

    @property
    def column_left(self) -> int:
        """The text is centred on the whole view: the scroll bar doesn't count."""
        return max(self._theme.metrics.space_8, (self.width() - self._theme.metrics.column) // 2)

    @property
    def _offset(self) -> float:
        """Of the view's upper edge, from the first row's top."""
        return self.verticalScrollBar().value() - float(self._theme.metrics.space_4)

    @property
    def offset(self) -> float:
        return self._offset

    def _content_height(self) -> float:
        metrics = self._theme.metrics
        note = self.rows.around.looks.sizes.foot if self._note else 0
        return self.rows.total + note + metrics.space_4 + metrics.space_2

    def _arrange(self) -> None:
        """Lay out what can be seen, put the scroll bar where the anchor is, and place the buttons."""
        height = float(self.viewport().height())
        for _ in range(8):
            top = self._wanted_offset(height)
            if not self.rows.lay_out(top, top + height):
                break
        self._set_bar(self._wanted_offset(height), height)
        self.rows.trim()
        self._keep_anchor()
        self._place_parts()
        self.viewport().update()

    def _wanted_offset(self, height: float) -> float:
        above = float(self._theme.metrics.space_4)
        highest = max(-above, self._content_height() - height - above)
        if self._follows or not len(self.rows):
            return highest
        row, part, inside = self._anchor
        row = min(row, len(self.rows) - 1)
        parts = self.rows[row].parts
        part = min(part, len(parts) - 1) if parts else 0
        return max(-above, min(self.rows.part_top(row, part) + inside, highest))

    def _set_bar(self, offset: float, height: float) -> None:
        bar = self.verticalScrollBar()
        highest = max(0, round(self._content_height() - height))
        self._is_adjusting = True
        bar.setRange(0, highest)
        bar.setPageStep(round(height))
        bar.setSingleStep(round(self.rows.around.looks.sizes.line * 2))
        bar.setValue(round(offset + self._theme.metrics.space_4))
        self._is_adjusting = False
        if bar.property("idle") != (highest == 0):
            bar.setProperty("idle", highest == 0)  # the style sheet hides the handle then
            bar.style().polish(bar)

    def _keep_anchor(self) -> None:
        row = self.rows.row_at(self._offset)
        if row < 0:
            self._anchor = (0, 0, 0.0)
            return
        part = 0
        if self.rows[row].parts:
            part = self.rows[row].part_at(self._offset - self.rows.top(row), self.rows.around)
        row, part = self.rows.laid_out_from(row, part, self._offset + self.viewport().height())
        self._anchor = (row, part, self._offset - self.rows.part_top(row, part))

    def _take_scroll(self, value: int) -> None:
        if self._is_adjusting:
            return
        self._follows = value >= self.verticalScrollBar().maximum() - AT_END_PIXELS
        self._keep_anchor()
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Everything is drawn anew: shifting pixels would shift the buttons too."""

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

    def _renew(self) -> None:
        """Lay everything out anew, at the same place of the same part."""
        row, part, inside = self._anchor
        before = self.rows[row].parts if row < len(self.rows) else None
        share = inside / max(before[part].height, 1) if before and part < len(before) else 0.0
        self.rows.around.column = float(max(120, self.width() - 2 * self.column_left))
        self.rows.forget_layouts()
        if not self._follows and before:
            pieces = self.rows.pieces(row, min(part, len(before) - 1))
            parts = self.rows[row].parts or []
            if pieces and part < len(parts) and inside > 0:
                self._anchor = (row, part, share * parts[part].height)
        self._arrange()

    def _redraw_formulas(self) -> None:
        self.rows.refresh_formulas()
        self._arrange()

    def _recolour(self) -> None:
        self.rows.recolour()
        self.viewport().update()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        column = float(max(120, self.width() - 2 * self.column_left))
        if column != self.rows.around.column:
            self._renew()
        else:
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.column_left, -self._offset)
        area = event.rect()
        top, bottom = area.top() + self._offset, area.bottom() + 1 + self._offset
        painting = Painting(self.rows, self.finding, self.devicePixelRatioF())
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
        return self.pointer.take(event) or super().viewportEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._wear()
