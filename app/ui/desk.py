"""Joins one Conversations with the chat page: shows what events tell, and asks for what the person does.

Only `receive` and the person's own actions change what is seen. A chat is opened by asking for its HistoryChanged, so
that text of a reply under way is neither lost nor shown twice. What is slow runs elsewhere (latest.py, job.py).
"""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.core.events import (
    ChatsChanged,
    Event,
    HistoryChanged,
    LinkChanged,
    LinkState,
    MessageAdded,
    PromptProgressed,
    ReplyEnded,
    Role,
    TextAdded,
    TrafficChanged,
)
from app.core.ports import Conversations
from app.domain.conversation import ChatOptions, Turn
from app.domain.errors import AppError
from app.domain.ids import ChatId, FolderId, MessageId
from app.ui.actions import Situation
from app.ui.backend_facts import BackendFacts
from app.ui.bridge import Bridge
from app.ui.list_desk import ListDesk
from app.ui.notice_board import NoticeBoard
from app.ui.notices import Step, notice_of_link, notice_of_start
from app.ui.page import ChatPage
from app.ui.preferences import Preferences
from app.ui.reading_desk import ReadingDesk
from app.ui.reply_desk import ReplyDesk
from app.ui.sentences import in_words
from app.ui.shown_chat import ShownChat
from app.ui.words import chat_title, link_words, reply_facts
from app.ui.writing_desk import WritingDesk


class Desk(QObject):
    situation_changed = Signal(object)  # Situation
    announced = Signal(str)  # for a screen reader
    step_requested = Signal(object)  # Step: what the window, or whoever made it, has to do
    export_requested = Signal(object)  # ChatId
    reply_ended = Signal()
    chat_shown = Signal(object)  # ChatId

    def __init__(
        self, preferences: Preferences, conversations: Conversations, page: ChatPage, link: LinkChanged, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._conversations = conversations
        self._page = page
        self._link = link
        self.situation = Situation()
        self._go_to: MessageId | None = None
        self.shown = ShownChat()
        self.bridge = Bridge(self)
        self.bridge.delivered.connect(self.receive)
        self.notices = NoticeBoard(page.banner, self)
        self.list = ListDesk(conversations, page.sidebar, page.toast, self.notices.attempt, self)
        self.writing = WritingDesk(conversations, page.composer, self.notices.attempt, self)
        self.reading = ReadingDesk(conversations, page, self.shown, self)
        self.replies = ReplyDesk(
            conversations,
            page,
            self.shown,
            chats=self.list,
            writing=self.writing,
            notices=self.notices,
            parent=self,
        )
        self._connect()
        conversations.subscribe(self.bridge.post)
        self._show_link(link)
        self.new_chat()

    def _connect(self) -> None:
        page = self._page
        self.list.open_requested.connect(self.open_chat)
        self.list.new_chat_requested.connect(lambda folder: self.new_chat(folder=folder))
        self.list.gone.connect(self._leave_deleted)
        self.list.returned.connect(lambda chat: self.open_chat(chat, None))
        self.list.export_requested.connect(self.export_requested)
        self.list.said.connect(self.announced)
        self.reading.said.connect(self.announced)
        self.reading.asked.connect(self.replies.act)
        self.writing.counted.connect(self._note_count)
        self.writing.failed.connect(self.notices.show_error)
        self.replies.changed.connect(self.refresh)
        self.replies.open_requested.connect(self.open_chat)
        self.notices.said.connect(self.announced)
        page.composer.input.textChanged.connect(self.refresh)
        page.start_page.example_chosen.connect(self._take_example)
        self.notices.step_requested.connect(self._take_step)
        page.header.title.renamed.connect(self._rename)
        page.header.title.rename_requested.connect(self.rename)
        page.options.options_chosen.connect(self._set_options)

    @property
    def chat(self) -> ChatId:
        assert self.shown.chat is not None
        return self.shown.chat

    # Which chat

    def new_chat(self, *, is_temporary: bool = False, folder: FolderId | None = None) -> None:
        """An empty chat; the one on show, where that is empty and of the same kind."""
        if self.shown.chat is not None and not self.shown.turns and not self.list.is_listed(self.shown.chat):
            now = self._conversations.chat(self.chat)
            if now.is_temporary == is_temporary and now.folder == folder:
                self._page.composer.setFocus()
                return
        self.open_chat(self._conversations.new_chat(is_temporary=is_temporary, folder=folder), None)

    def open_chat(self, chat: ChatId, message: MessageId | None) -> None:
        """Show a chat, and in it a message: the branch that holds it is shown."""
        try:
            info = self._conversations.chat(chat)
            if chat != self.shown.chat:
                self.reading.leave()
                self.shown.begin(chat)
                self._page.traffic.clear()
                self.list.show_chat(chat)
                self._show_title()
                self._page.start_page.set_temporary(info.is_temporary)
                self.writing.open_chat(chat, info.draft)
                self.chat_shown.emit(chat)
            self._go_to = message
            if message is not None:
                self._conversations.show_message(chat, message)
            else:
                self._conversations.show_chat(chat)
        except AppError as error:
            self.notices.show_error(error)
        if message is None:
            self._page.composer.setFocus()
        self.refresh()

    def step_chat(self, step: int) -> None:
        chat = self.list.neighbour(step)
        if chat is not None:
            self.open_chat(chat, None)

    def _leave_deleted(self, chat: ChatId) -> None:
        if chat == self.shown.chat:
            self.shown.begin(None)
            self.writing.forget_chat()
            chats = [info for info in self._conversations.chats() if not info.is_temporary]
            if chats:
                self.open_chat(max(chats, key=lambda info: info.changed_at_ms).id, None)
            else:
                self.new_chat()

    def rename(self) -> None:
        """In the list where its row can be seen, else above the chat."""
        if not self.list.rename_in_place(self.chat):
            self._page.header.title.begin(self._conversations.chat(self.chat).title)

    def _rename(self, title: str) -> None:
        self.notices.attempt(lambda: self._conversations.rename(self.chat, title))
        self._page.composer.setFocus()

    # Writing

    def send(self, text: str) -> None:
        """As if it had been typed: for whoever drives the window by program."""
        self.replies.send(text)

    def _take_example(self, text: str) -> None:
        self._page.composer.set_text(text)
        self._page.composer.setFocus()

    def _move_to_new_chat(self) -> None:
        text, sheet = self.writing.take_over()
        self.new_chat(is_temporary=self._conversations.chat(self.chat).is_temporary)
        self.writing.put_down(text, sheet)

    def _set_options(self, options: ChatOptions) -> None:
        self.notices.attempt(lambda: self._conversations.set_options(self.chat, options))
        self._page.header.set_has_options(options != ChatOptions())
        self.writing.count()

    def set_redacts(self, is_on: bool) -> None:
        """Replace names and numbers in this chat from now on, or send them as they are."""
        self._set_options(replace(self._conversations.chat(self.chat).options, redacts=is_on))

    def open_options(self) -> None:
        options = self._conversations.chat(self.chat).options
        adapters, settings = self._conversations.adapters(), self._preferences.settings.sampling
        self._page.options.open_below(self._page.header.options, options, settings, adapters)

    # What is told

    def receive(self, event: Event) -> None:
        """GUI thread: show one event."""
        page, traffic = self._page, self._page.traffic
        is_busy_here = self._conversations.busy_chat in (None, self.shown.chat)
        match event:
            case LinkChanged():
                self._show_link(event)
            case ChatsChanged():
                self.list.refresh()
                self._show_title()
            case HistoryChanged(chat, turns) if chat == self.shown.chat:
                self._show_history(turns)
            case MessageAdded(chat, turn):
                if chat == self.shown.chat and self.shown.find(turn.message.id) is None:
                    self.shown.add(turn)
                    page.view.add_turn(turn)
                    if turn.message.role is Role.ASSISTANT:
                        page.view.set_note(self.tr("Sending…"))
                self.list.refresh_marks()
            case TextAdded(message, text):
                if self.shown.append_text(message, text):
                    page.view.set_note("")
                    page.view.append_text(message, text)
                return
            case PromptProgressed() if is_busy_here:
                traffic.show_progress(event)
                page.view.set_note(self.tr("Reading your message…"))
                return
            case TrafficChanged(counts) if is_busy_here:
                traffic.show_traffic(counts)
                return
            case ReplyEnded():
                self._end_reply(event)
        self.refresh()

    def _show_history(self, turns: tuple[Turn, ...]) -> None:
        self.shown.replace_all(turns)
        if turns or self._page.has_view:
            self._page.view.set_turns(turns)
        reply = self.shown.last(Role.ASSISTANT)
        if reply is not None and reply.traffic is not None:
            self._page.traffic.show_traffic(reply.traffic)
        self._page.show_chat(bool(turns))
        if self._go_to is not None:
            if turns:
                self._page.view.show_message(self._go_to)
            self._go_to = None
        self.reading.search_again()
        self.writing.has_history = bool(turns)
        self.writing.count()

    def _end_reply(self, event: ReplyEnded) -> None:
        self.replies.note_end(event)
        self.list.note_reply(event.chat)
        if event.chat == self.shown.chat:
            facts = reply_facts(event.message) if event.message is not None else ""
            if event.message is not None:
                self.shown.end(event.message_id, event.message)
            self._page.view.set_note("")
            self._page.view.end_reply(event.message_id, event.message, facts)
            self._page.traffic.show_traffic(event.traffic)
            self.reading.search_again()
        self.writing.has_history = bool(self.shown.turns)
        self.writing.count()
        self.reply_ended.emit()
        if event.error is not None:
            self.notices.show_error(event.error, can_retry=True)
        elif event.message is not None:
            self.announced.emit(self._spoken_end(event))

    def _spoken_end(self, event: ReplyEnded) -> str:
        if event.chat == self.shown.chat and event.message is not None:
            return event.message.text
        return self.tr("A reply in “{title}” is complete").format(
            title=chat_title(self._conversations.chat(event.chat))
        )

    def _show_link(self, event: LinkChanged) -> None:
        if event.state is not self._link.state and event.state in (LinkState.RECONNECTING, LinkState.OFFLINE):
            self.announced.emit(in_words(event.detail) or link_words(event.state))
        if event.state is LinkState.READY and self._link.state is not LinkState.READY:
            self.writing.count()
        self._link = event
        self._page.header.set_link(event.state, event.detail)
        if event.state is LinkState.STARTING and not self._conversations.is_ready:
            self.notices.set("error", None)
            self.notices.set("link", notice_of_start(event))
        else:
            self.notices.set("link", notice_of_link(event))

    # Notices

    def fail_start(self, error: AppError) -> None:
        """The backend could not be started."""
        self.replies.forget_failure()
        self._show_link(LinkChanged(LinkState.OFFLINE))
        self.notices.show_error(error, can_retry=True, can_dismiss=False)
        self.refresh()

    def _note_count(self) -> None:
        was_full, notice = self.notices.has("full"), self.writing.notice
        self.notices.set("full", notice)
        if notice is not None and not was_full:
            self.announced.emit(f"{notice.message} {notice.advice}")
        self.refresh()

    def _take_step(self, step: Step) -> None:
        if step is Step.NEW_CHAT:
            self._move_to_new_chat()
        elif step is Step.RETRY and self.replies.has_failed:
            self.replies.retry()
        else:
            self.step_requested.emit(step)

    # All that follows from the state

    def refresh(self) -> None:
        composer = self._page.composer
        has_turns = bool(self.shown.turns)
        self._page.show_chat(has_turns)
        composer.set_state(is_busy=self.replies.is_busy, why_not=self._why_not(), hint=self._hint())
        reply = self.shown.last(Role.ASSISTANT)
        situation = Situation(
            has_chats=not self.replies.is_closing,
            is_stored=self.list.is_listed(self.shown.chat),
            has_own=self.shown.last(Role.USER) is not None,
            has_reply=reply is not None and bool(reply.text),
            has_code=self.shown.has_code,
            has_siblings=self.shown.last_with_siblings is not None,
            can_continue=reply is not None and reply.can_continue,
            is_busy=self.replies.is_busy,
            is_ready=self._conversations.is_ready,
            can_undo=self.list.can_undo,
            is_editing=self.writing.editing is not None,
        )
        if situation != self.situation:
            self.situation = situation
            self.situation_changed.emit(situation)

    def _show_title(self) -> None:
        if self.shown.chat is not None:
            info = self._conversations.chat(self.shown.chat)
            self._page.header.set_title(chat_title(info), is_temporary=info.is_temporary)
            self._page.header.set_has_options(info.options != ChatOptions())

    def set_backend(self, facts: BackendFacts) -> None:
        page = self._page
        page.header.set_model(facts.model_name, facts.backend_name)
        page.start_page.set_backend(is_on_this_computer=facts.is_on_this_computer)
        page.traffic.set_backend(facts.backend_name, is_on_this_computer=facts.is_on_this_computer)

    def _why_not(self) -> str:
        """Why a message cannot be sent now; empty where it can."""
        if self.replies.is_closing:
            return self.tr("Closing…")
        if not self._conversations.is_ready:
            if self._link.state is LinkState.OFFLINE:
                return self.tr("Your message is kept until the backend runs.")
            return self.tr("You can write already; sending waits until the backend is ready.")
        if self.writing.notice is not None:
            return self.tr("Too long for the model")
        return ""

    def _hint(self) -> str:
        """A quiet word in the composer."""
        if self.replies.is_stopping:
            return self.tr("Stopping…")
        if self.replies.is_busy and self._conversations.busy_chat != self.shown.chat:
            return self.tr("A reply is being written in another chat; Esc stops it")
        if self.replies.is_busy:
            return self.tr("Esc stops the reply")
        if self._link.state is LinkState.OFFLINE:
            return self.tr("Offline: sending tries to connect again.")
        return ""

    # The end

    def begin_closing(self) -> None:
        self.replies.is_closing = True
        self.writing.save_draft()
        self.refresh()

    def forget(self) -> None:
        """Let go of every text; nothing is shown and no event is heard after this."""
        self.bridge.close()
        self.writing.save_draft()
        self.writing.forget()
        self.list.forget()
        self.reading.forget()
        self.shown.begin(None)
        self.notices.forget()
        self._page.toast.forget()
        self._page.options.forget()
        self._page.palette_panel.close_palette()
        self._page.header.set_title("", is_temporary=False)
        self._page.header.title.field.clear()
