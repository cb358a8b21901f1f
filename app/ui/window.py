"""The chat window. It shows what events tell it and asks the ChatPort for everything else; the port may come later.

States: no port yet (type, but Send waits) -> idle <-> a reply under way -> closing. Only `receive` and the person's own
actions change what is seen.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app.core.events import (
    EndReason,
    LinkChanged,
    LinkState,
    MessageAdded,
    PromptProgressed,
    ReplyEnded,
    Role,
    TextAdded,
    Traffic,
    TrafficChanged,
)
from app.core.ports import ChatPort
from app.domain.errors import AppError
from app.domain.ids import MessageId
from app.ui.assets import application_icon
from app.ui.bridge import Bridge, HistoryReplaced, ShownEvent
from app.ui.job import Job
from app.ui.menu import ActionMenu
from app.ui.page import ChatPage, WindowSettings
from app.ui.theme import Theme
from app.ui.words import reply_facts

__all__ = ["ChatWindow", "WindowSettings"]


class ChatWindow(QMainWindow):
    retry_start_requested = Signal()
    close_requested = Signal()  # the person wants to leave; `finish_closing` is called when nothing runs any more
    closed = Signal()

    def __init__(self, theme: Theme, settings: WindowSettings, chat: ChatPort | None = None) -> None:
        super().__init__()
        self._theme, self._settings = theme, settings
        self._chat: ChatPort | None = None
        self._is_busy = False
        self._is_stopping = False
        self._is_closing = False
        self._is_closed = False
        self._link = LinkChanged(LinkState.STARTING)
        self._editing: MessageId | None = None
        self._closing: Job | None = None
        self.bridge = Bridge(self)
        self.bridge.delivered.connect(self.receive)
        self._build()
        self.receive(self._link)
        if chat is not None:
            self.attach(chat)

    # Parts

    def _build(self) -> None:
        self.setWindowTitle("Nearhalf")
        self.setWindowIcon(application_icon())
        self.resize(960, 720)
        self.setMinimumSize(420, 420)
        self.actions_menu = ActionMenu(self, self._theme)
        self.page = ChatPage(self._theme, self._settings, self.actions_menu, self)
        self.header, self.view, self.banner = self.page.header, self.page.view, self.page.banner
        self.composer, self.traffic = self.page.composer, self.page.traffic
        self.header.set_model(self._settings.model_name(), self._settings.backend_name)
        self.setCentralWidget(self.page)
        self._connect()
        self.composer.setFocus()

    def _connect(self) -> None:
        actions = self.actions_menu
        for signal, act in (
            (actions.open.triggered, self.header.open_menu),
            (actions.new_chat.triggered, self.new_chat),
            (actions.stop.triggered, self._escape),
            (actions.regenerate.triggered, self.regenerate),
            (actions.edit.triggered, self.edit_last),
            (actions.copy_reply.triggered, self.copy_reply),
            (actions.to_end.triggered, self.view.follow),
            (actions.to_input.triggered, self.composer.setFocus),
            (actions.quit.triggered, self.close),
            (self.header.new_chat.clicked, self.new_chat),
            (self.view.foot.copy_requested, self.copy_reply),
            (self.view.foot.regenerate_requested, self.regenerate),
            (self.view.foot.edit_requested, self.edit_last),
            (self.composer.stop_requested, self.stop),
            (self.composer.edit_last_requested, self.edit_last),
            (self.composer.edit_cancelled, self._escape),
        ):
            signal.connect(lambda *_, run=act: run())
        self.composer.sent.connect(self.send)
        self.page.start_page.example_chosen.connect(self.composer.set_text)

    # What the person does

    def attach(self, chat: ChatPort) -> None:
        """The backend is there. Events of the port arrive by the bridge from now on."""
        self._chat = chat
        self._is_busy = chat.is_busy
        self.bridge.read_messages_with(lambda: chat.messages)
        chat.subscribe(self.bridge.post)
        self.header.set_model(self._settings.model_name(), self._settings.backend_name)
        self.bridge.post(LinkChanged(LinkState.READY))  # behind what the start has told and nobody has seen yet
        self.receive(HistoryReplaced(chat.messages))

    def send(self, text: str) -> None:
        editing, sampling = self._editing, self._settings.sampling
        if editing is not None:
            self._ask(lambda chat: chat.edit(editing, text, sampling))
        else:
            self._ask(lambda chat: chat.send(text, sampling))

    def regenerate(self) -> None:
        if self.view.last(Role.USER) is not None:
            self._ask(lambda chat: chat.regenerate(self._settings.sampling), clears_input=False)

    def edit_last(self) -> None:
        own = self.view.last(Role.USER)
        if own is not None and not self._is_busy:
            self._editing = own.id
            self.composer.begin_edit(own.text)

    def stop(self) -> None:
        """The port stops at the next token or cuts the link; until it says so nothing else can be asked."""
        if self._chat is not None and self._is_busy and not self._is_stopping:
            self._is_stopping = True
            self._chat.stop()
            self._refresh()

    def copy_reply(self) -> None:
        reply = self.view.last(Role.ASSISTANT)
        if reply is not None:
            QGuiApplication.clipboard().setText(reply.text.strip())
            self._announce(self.tr("Reply copied"))

    def new_chat(self) -> None:
        """Nothing is stored yet, so leaving a chat asks first."""
        if self._is_busy or self._chat is None or self.view.last(Role.USER) is None:
            return
        self.banner.show_words(
            "warning",
            self.tr("Start a new chat?"),
            self.tr("This one is kept in memory only and will be gone."),
            self.tr("Discard and start new"),
            self._discard,
        )
        self.banner.action.setFocus()

    def _discard(self) -> None:
        if self._chat is not None:
            self._end_edit()
            self._chat.new_chat()
            self.traffic.clear()
            self.composer.setFocus()

    def _escape(self) -> None:
        """One key for whatever is under way: the reply, else an edit, else a banner."""
        if self._is_busy:
            self.stop()
        elif self._editing is not None:
            self._end_edit()
        else:
            self.banner.dismiss()
        self.composer.setFocus()

    def _end_edit(self) -> None:
        if self._editing is not None:
            self._editing = None
            self.composer.end_edit()

    def _ask(self, request: Callable[[ChatPort], None], *, clears_input: bool = True) -> None:
        """Ask for a reply. What was typed is kept where the port refuses."""
        if self._chat is None or self._is_busy or self._is_closing:
            return
        self.banner.dismiss()
        self._is_busy = True
        self._refresh()
        try:
            request(self._chat)
        except AppError as error:
            self._is_busy = False
            self._refresh()
            self._show_error(error)
            return
        if clears_input:
            self._editing = None
            self.composer.end_edit()
        self.view.follow()
        self.composer.setFocus()

    # What is told

    def receive(self, event: ShownEvent) -> None:
        """GUI thread: show one event."""
        match event:
            case LinkChanged():
                self._show_link(event)
            case HistoryReplaced(messages):
                self.view.set_messages(messages)
                if messages and not self._is_busy:
                    self.view.show_foot("", has_reply=messages[-1].role is Role.ASSISTANT)
            case MessageAdded(message):
                self.view.add_message(message)
                if self._is_busy:
                    self.view.set_note(self.tr("Sending…"))
            case PromptProgressed():
                self.traffic.show_progress(event)
                self.view.set_note(self.tr("Reading your message…"))
            case TextAdded(message_id, text):
                self.view.append_text(message_id, text)
                self.view.foot.clear()
            case TrafficChanged(traffic):
                self.traffic.show_traffic(traffic)
            case ReplyEnded(_, reason, traffic, error):
                self._end_reply(reason, traffic, error)
        self._refresh()

    def fail_start(self, error: AppError) -> None:
        """The backend could not be started."""
        self.receive(LinkChanged(LinkState.OFFLINE))
        self.banner.show_words(
            "danger", error.message, error.advice, self.tr("Try again"), self._retry_start, can_dismiss=False
        )
        self._announce(str(error))

    def _retry_start(self) -> None:
        self.receive(LinkChanged(LinkState.STARTING))
        self.composer.setFocus()
        self.retry_start_requested.emit()

    def _show_link(self, event: LinkChanged) -> None:
        if event.state is not self._link.state and event.state in (LinkState.RECONNECTING, LinkState.OFFLINE):
            self._announce(event.detail or event.state.value)
        if event.state is LinkState.RECONNECTING and self._is_busy:
            self.view.set_note(event.detail)
        self._link = event
        self.header.set_link(event.state, event.detail)

    def _end_reply(self, reason: EndReason, traffic: Traffic, error: AppError | None) -> None:
        self._is_busy = self._is_stopping = False
        self.view.finish()
        reply = self.view.last(Role.ASSISTANT)
        self.traffic.show_traffic(traffic)
        self.view.show_foot(reply_facts(reason, traffic), has_reply=reply is not None)
        if error is not None:
            self._show_error(error, can_retry=True)
        elif reply is not None:
            self._announce(reply.text)

    def _show_error(self, error: AppError, *, can_retry: bool = False) -> None:
        if can_retry:
            self.banner.show_words("danger", error.message, error.advice, self.tr("Retry"), self.regenerate)
        else:
            self.banner.show_words("danger", error.message, error.advice)
        self._announce(str(error))

    def _refresh(self) -> None:
        """Everything that follows from the state, in one place."""
        own, reply = self.view.last(Role.USER), self.view.last(Role.ASSISTANT)
        self.page.show_chat(own is not None)
        self.composer.set_state(is_busy=self._is_busy, why_not=self._why_not(), hint=self._hint())
        idle = not self._is_busy and self._chat is not None and not self._is_closing
        actions = self.actions_menu
        actions.new_chat.setEnabled(idle and own is not None)
        self.header.new_chat.setEnabled(idle and own is not None)
        actions.regenerate.setEnabled(idle and own is not None)
        actions.edit.setEnabled(idle and own is not None)
        actions.copy_reply.setEnabled(reply is not None)

    def _why_not(self) -> str:
        """Why a message cannot be sent now; empty where it can."""
        if self._is_closing:
            return self.tr("Closing…")
        if self._chat is not None:
            return ""
        if self._link.state is LinkState.OFFLINE:
            return self.tr("Your message is kept until the backend runs.")
        return self._link.detail or self.tr("The backend is starting. You can write already.")

    def _hint(self) -> str:
        """A quiet word in the composer."""
        if self._is_stopping:
            return self.tr("Stopping…")
        if self._is_busy:
            return self.tr("Esc stops the reply")
        if self._link.state is LinkState.OFFLINE and self._chat is not None:
            return self.tr("Offline: sending tries to connect again.")
        return ""

    def _announce(self, text: str) -> None:
        """For screen readers."""
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closed:
            event.accept()
            return
        event.ignore()
        if not self._is_closing:
            self._is_closing = True
            self._refresh()
            self.close_requested.emit()

    def close_chat(self, done: Callable[[], None]) -> None:
        """Close the port in a thread of its own, so that the window goes on painting; then `done`."""
        chat = self._chat
        if chat is None:
            QTimer.singleShot(0, self, done)
            return
        self._closing = Job("nearhalf-close", chat.close, self)
        self._closing.start(lambda _: done(), lambda _: done())

    def finish_closing(self) -> None:
        self.bridge.close()
        self._is_closed = True
        self.close()
        self.closed.emit()
