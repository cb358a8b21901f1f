"""What the person does with the text on show: copy it, find in it, follow a link. Asks for the rest by name."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.core.events import Role
from app.core.ports import Conversations
from app.domain.conversation import StoredChat
from app.domain.ids import MessageId
from app.ui.link_dialog import LinkDialog, is_openable
from app.ui.page import ChatPage
from app.ui.shown_chat import ShownChat
from app.ui.words import chat_title

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView


class ReadingDesk(QObject):
    asked = Signal(str, object)  # an action on a message that changes the chat: its name, MessageId
    said = Signal(str)  # for a screen reader
    excerpt_chosen = Signal(object)  # StoredChat: what is selected, to be exported

    def __init__(self, conversations: Conversations, page: ChatPage, shown: ShownChat, parent: QObject) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._page = page
        self._shown = shown
        page.when_made(self._listen)
        page.find_bar.changed.connect(self._find)
        page.find_bar.stepped.connect(self.step_find)
        page.find_bar.closed.connect(self._end_find)

    def _listen(self, view: "ChatView") -> None:
        view.action_requested.connect(self._act)
        view.link_requested.connect(self._follow)

    def leave(self) -> None:
        """Another chat comes."""
        self._page.find_bar.close_bar()

    def forget(self) -> None:
        self._page.find_bar.forget()
        if self._page.has_view:
            self._page.view.clear()

    # Copying

    def copy_reply(self) -> None:
        reply = self._shown.last(Role.ASSISTANT)
        if reply is not None:
            self._copy(reply.text.strip(), self.tr("Reply copied"))

    def copy_code(self) -> None:
        code = self._shown.last_code()
        if code:
            self._copy(code, self.tr("Code copied"))

    def _act(self, name: str, message: MessageId) -> None:
        turn = self._shown.find(message)
        if turn is not None and name in ("copy", "copy_markdown"):
            self._copy(turn.message.text.strip(), self.tr("Copied"))
        elif name == "export_selection":
            self.export_selection()
        elif turn is not None:
            self.asked.emit(name, message)

    def _copy(self, text: str, words: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(words)

    # Exporting

    def export_selection(self) -> None:
        messages = self._page.view.selected_messages()
        if not messages or self._shown.chat is None:
            self._page.toast.show_words(self.tr("Nothing is selected in the conversation."))
            return
        info = self._conversations.chat(self._shown.chat)
        title = self.tr("{title} (selection)").format(title=chat_title(info))
        self.excerpt_chosen.emit(StoredChat(replace(info, title=title), messages))

    # Versions

    def step_sibling(self, step: int) -> None:
        """The last message with several versions shows another one."""
        turn = self._shown.last_with_siblings
        if turn is not None and 1 <= turn.place + step <= turn.of:
            self.asked.emit("next" if step > 0 else "previous", turn.message.id)

    def act_on_last(self, name: str, role: Role | None = None) -> None:
        turns = [turn for turn in self._shown.turns if role is None or turn.message.role is role]
        if turns:
            self._act(name, turns[-1].message.id)

    # Finding

    def open_find(self) -> None:
        self._page.find_bar.open_bar()

    def search_again(self) -> None:
        """The text has changed while the bar is open."""
        if not self._page.find_bar.isHidden():
            self._find(self._page.find_bar.field.text())

    def step_find(self, step: int) -> None:
        if self._page.find_bar.isHidden():
            self.open_find()
        elif self._page.find_bar.field.text():
            self._page.find_bar.show_count(*self._page.view.find_step(step))

    def _find(self, words: str) -> None:
        if words:
            self._page.find_bar.show_count(0, self._page.view.find(words))
        else:
            self._end_search()
            self._page.find_bar.show_count(0, 0)

    def _end_search(self) -> None:
        if self._page.has_view:
            self._page.view.end_find()

    def _end_find(self) -> None:
        self._end_search()
        self._page.composer.setFocus()

    # Links

    def _follow(self, address: str) -> None:
        if is_openable(address):
            LinkDialog(self._page.theme, address, self._page.window()).open()
