"""What the person does about replies: send, stop, edit, generate again, go on, branch off, try again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.events import ReplyEnded, Role
from app.core.ports import Conversations
from app.domain.ids import ChatId, MessageId
from app.ui.list_desk import ListDesk
from app.ui.notice_board import NoticeBoard
from app.ui.page import ChatPage
from app.ui.shown_chat import ShownChat
from app.ui.writing_desk import WritingDesk

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView


class ReplyDesk(QObject):
    changed = Signal()  # what can be done now may be something else
    open_requested = Signal(object, object)  # ChatId; MessageId or None

    def __init__(
        self,
        conversations: Conversations,
        page: ChatPage,
        shown: ShownChat,
        *,
        chats: ListDesk,
        writing: WritingDesk,
        notices: NoticeBoard,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._page = page
        self._shown = shown
        self._list = chats
        self._writing = writing
        self._notices = notices
        self._failed: tuple[ChatId, MessageId] | None = None
        self._awaits_end = False
        self.is_stopping = self.is_closing = False
        composer = page.composer
        composer.sent.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        composer.edit_cancelled.connect(self.end_edit)
        writing.send_ready.connect(self.send)
        page.when_made(self._offer_adapters)

    def _offer_adapters(self, view: "ChatView") -> None:
        view.offer_adapters(self._conversations.adapters)

    @property
    def is_busy(self) -> bool:
        """Until the end of the reply has been shown, which is a moment after it has ended."""
        return self._awaits_end or self._conversations.busy_chat is not None

    @property
    def has_failed(self) -> bool:
        return self._failed is not None

    def note_end(self, event: ReplyEnded) -> None:
        self.is_stopping = self._awaits_end = False
        self._failed = (event.chat, event.message_id) if event.error is not None else None

    def forget_failure(self) -> None:
        self._failed = None

    # Asking for a reply

    def send(self, text: str) -> None:
        self._ask(lambda: self._writing.send(text))
        self._page.composer.setFocus()

    def ask(self, request: Callable[[], object]) -> None:
        """For another reply."""

        def run() -> bool:
            is_done = self._notices.attempt(request)
            if is_done:
                self._writing.end_edit()
            return is_done

        self._ask(run)

    def _ask(self, run: Callable[[], bool]) -> None:
        if self.is_busy or not self._conversations.is_ready or self.is_closing:
            return
        self._notices.set("error", None)
        self._failed = None
        if run():
            self._awaits_end = True
            self._page.view.follow()
        self.changed.emit()

    def stop(self) -> None:
        """The backend stops at the next token, or the link is cut; until it says so nothing else can be asked."""
        if self.is_busy and not self.is_stopping:
            self.is_stopping = True
            self._conversations.stop()
            self.changed.emit()

    def retry(self) -> None:
        """Go on where the reply broke off, or begin it anew."""
        if self._failed is None:
            return
        (chat, message), self._failed = self._failed, None
        if chat != self._shown.chat:
            self.open_requested.emit(chat, None)
        turn = next((turn for turn in self._conversations.turns(chat) if turn.message.id == message), None)
        if turn is not None and turn.message.can_continue:
            self.ask(lambda: self._conversations.continue_reply(chat, message))
        else:
            self.ask(lambda: self._conversations.regenerate(chat, message if turn is not None else None))

    # One message

    def act(self, name: str, message: MessageId) -> None:
        """An action on one message of the chat on show, by its name in the view."""
        from app.ui.chat.foot import ANSWER_WITH  # which is there: the action comes from it

        chat, turn = self._shown.chat, self._shown.find(message)
        if turn is None or chat is None:
            return
        match name:
            case "edit" if not self.is_busy and turn.message.role is Role.USER:
                self._writing.begin_edit(turn.message)
            case "regenerate":
                self.ask(lambda: self._conversations.regenerate(chat, message))
            case _ if name.startswith(ANSWER_WITH):
                self.ask(lambda: self._conversations.regenerate(chat, message, name.removeprefix(ANSWER_WITH)))
            case "continue":
                self.ask(lambda: self._conversations.continue_reply(chat, message))
            case "fork":
                self._fork(chat, message)
            case "delete":
                self._list.delete(chat, message)
            case "previous" | "next":
                step = 1 if name == "next" else -1
                self._notices.attempt(lambda: self._conversations.show_sibling(chat, message, step))
        self.changed.emit()

    def act_on_last(self, name: str) -> None:
        """On the last message; where that is the person's own, its first reply is generated."""
        if self._shown.turns:
            self.act(name, self._shown.turns[-1].message.id)

    def edit_last(self) -> None:
        own = self._shown.last(Role.USER)
        if own is not None:
            self.act("edit", own.id)

    def end_edit(self) -> None:
        self._writing.end_edit()
        self._page.composer.setFocus()
        self.changed.emit()

    def _fork(self, chat: ChatId, message: MessageId) -> None:
        made: list[ChatId] = []
        if self._notices.attempt(lambda: made.append(self._conversations.fork(chat, message))):
            self.open_requested.emit(made[0], None)
            self._page.toast.show_words(self.tr("This is a new chat with a copy of the conversation up to here"))
