"""The chats themselves: reading and arranging them, with or without a backend. conversations.py adds the replies.

Not used by itself: a Library is one of these.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

from app.core.draft_attachments import read_attachments, saved_attachments
from app.core.erasure import Erasures
from app.core.events import ChatsChanged, Event, HistoryChanged
from app.core.ports import ChatStore
from app.core.reply_under_way import ReplyUnderWay
from app.core.shelf import Shelf, now_ms
from app.core.title import title_of
from app.core.tree import Tree
from app.domain.conversation import (
    ChatInfo,
    ChatOptions,
    DraftAttachment,
    Folder,
    Message,
    Role,
    SearchHit,
    StoredChat,
    Turn,
)
from app.domain.errors import SettingsError
from app.domain.ids import ChatId, FolderId, MessageId, new_chat_id, new_folder_id
from app.transfer.free_ids import with_free_ids


class Chats:
    """The part of Conversations (app/core/ports.py) that needs no backend. One lock guards all of it."""

    def __init__(self, store: ChatStore, erasures: Erasures) -> None:
        """Raises StorageError."""
        self._shelf = Shelf(store, erasures)
        self._under_way: ReplyUnderWay | None = None
        self._listeners: list[Callable[[Event], None]] = []
        self._lock = RLock()

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        with self._lock:
            self._listeners.append(listener)

    @property
    def busy_chat(self) -> ChatId | None:
        under_way = self._under_way
        return under_way.chat if under_way is not None else None

    # Reading

    def chats(self) -> tuple[ChatInfo, ...]:
        with self._lock:
            return self._shelf.chats()

    def chat(self, chat: ChatId) -> ChatInfo:
        with self._lock:
            return self._shelf.info(chat)

    def folders(self) -> tuple[Folder, ...]:
        with self._lock:
            return self._shelf.folders()

    def turns(self, chat: ChatId) -> tuple[Turn, ...]:
        with self._lock:
            return self._tree(chat).turns()

    def show_chat(self, chat: ChatId) -> None:
        with self._lock:
            self._emit(HistoryChanged(chat, self._tree(chat).turns()))

    def whole(self, chat: ChatId) -> StoredChat:
        """Everything of a chat, for an export."""
        with self._lock:
            tree = self._tree(chat)
            messages = tuple(message for message in tree.messages if tree.is_visible(message.id))
            return StoredChat(self._shelf.info(chat), messages, tree.shown)

    def chat_of(self, message: MessageId) -> ChatId | None:
        """The chat that holds a message; None where there is none any more."""
        with self._lock:
            under_way = self._under_way
            if under_way is not None and under_way.id == message:
                return under_way.chat
            return self._shelf.chat_of(message)

    def search(self, words: str, limit: int = 100) -> tuple[SearchHit, ...]:
        return self._shelf.search(words, limit)

    # Arranging

    def new_chat(self, *, is_temporary: bool = False, folder: FolderId | None = None) -> ChatId:
        with self._lock:
            return self._shelf.add(is_temporary=is_temporary, folder=folder)

    def add_chats(self, chats: Sequence[StoredChat], folders: Sequence[Folder] = ()) -> list[ChatId]:
        """Add whole chats (an import), and those of `folders`, which they are in, that are not there yet.

        Returns their ids: others than they came with where those belong to something that was deleted, or is elsewhere.
        """
        added: list[ChatId] = []
        with self._lock:
            hidden = self._shelf.hidden_messages()
            try:
                for folder in folders:
                    if not self._shelf.has_folder(folder.id):
                        self._shelf.put_folder(folder)
                for chat in chats:
                    free = with_free_ids(
                        chat, self._shelf.is_hidden, lambda id_: id_ in hidden or self._shelf.chat_of(id_) is not None
                    )
                    self._shelf.add_whole(free)
                    added.append(free.info.id)
            finally:
                self._emit(ChatsChanged())
        return added

    def rename(self, chat: ChatId, title: str) -> None:
        title = " ".join(title.split())
        with self._lock:
            if title:
                self._change(chat, title=title, is_title_chosen=True)
            else:
                self._change(chat, title=self._automatic_title(chat), is_title_chosen=False)

    def pin(self, chat: ChatId, is_pinned: bool) -> None:
        self._change(chat, is_pinned=is_pinned)

    def move(self, chat: ChatId, folder: FolderId | None) -> None:
        with self._lock:
            if folder is not None and not self._shelf.has_folder(folder):
                raise SettingsError("This folder is no longer there.")
            self._change(chat, folder=folder)

    def save_draft(self, chat: ChatId, text: str) -> None:
        with self._lock:
            info = self._shelf.info(chat)
            if info.draft == text:
                return
            self._shelf.put(replace(info, draft=text))
            if text and not self._shelf.is_listed(chat):
                self._shelf.keep(chat)
                self._emit(ChatsChanged())

    def draft_attachments(self, chat: ChatId) -> tuple[DraftAttachment, ...]:
        with self._lock:
            return read_attachments(self._shelf.store_of(chat).draft_attachments(chat))

    def save_draft_attachments(self, chat: ChatId, attachments: Sequence[DraftAttachment]) -> None:
        saved = saved_attachments(attachments)
        with self._lock:
            if saved and not self._shelf.is_listed(chat):
                self._shelf.keep(chat)
                self._emit(ChatsChanged())
            if self._shelf.is_listed(chat):
                self._shelf.store_of(chat).save_draft_attachments(chat, saved)

    def set_options(self, chat: ChatId, options: ChatOptions) -> None:
        self._change(chat, options=options)

    def add_folder(self, name: str) -> FolderId:
        folder = new_folder_id()
        with self._lock:
            self._put_folder(folder, name)
        return folder

    def rename_folder(self, folder: FolderId, name: str) -> None:
        with self._lock:
            if not self._shelf.has_folder(folder):
                raise SettingsError("This folder is no longer there.")
            self._put_folder(folder, name)

    def remove_folder(self, folder: FolderId) -> None:
        with self._lock:
            self._shelf.remove_folder(folder)
            self._emit(ChatsChanged())

    # Branches

    def show_sibling(self, chat: ChatId, message: MessageId, step: int) -> None:
        with self._lock:
            tree = self._tree(chat)
            self._known(tree, message)
            self._show(chat, tree, tree.sibling(message, step))

    def show_message(self, chat: ChatId, message: MessageId) -> None:
        with self._lock:
            tree = self._tree(chat)
            self._known(tree, message)
            self._show(chat, tree, message)

    def fork(self, chat: ChatId, message: MessageId) -> ChatId:
        with self._lock:
            tree = self._tree(chat)
            self._known(tree, message)
            now = now_ms()
            info = replace(
                self._shelf.info(chat),
                id=new_chat_id(),
                is_pinned=False,
                draft="",
                created_at_ms=now,
                changed_at_ms=now,
            )
            self._shelf.add_whole(StoredChat(info, tree.copy_of_path(message)))
            if stand_ins := self._shelf.store_of(chat).stand_ins(chat):  # its replies' tokens hold them
                self._shelf.store_of(info.id).save_stand_ins(info.id, stand_ins)
            self._emit(ChatsChanged())
            return info.id

    # Under the lock

    def _tree(self, chat: ChatId) -> Tree:
        return self._shelf.tree(chat, self.busy_chat)

    @staticmethod
    def _known(tree: Tree, message: MessageId) -> Message:
        if message not in tree or not tree.is_visible(message):
            raise SettingsError("That message is no longer in this chat.")
        return tree[message]

    def _show(self, chat: ChatId, tree: Tree, message: MessageId) -> None:
        self._shelf.remember_shown(chat, tree.show(message))
        self._emit(HistoryChanged(chat, tree.turns()))

    def _change(self, chat: ChatId, **changes: object) -> None:
        with self._lock:
            self._shelf.put(replace(self._shelf.info(chat), **changes))  # type: ignore[arg-type]
            if self._shelf.is_listed(chat):
                self._emit(ChatsChanged())

    def _put_folder(self, folder: FolderId, name: str) -> None:
        name = " ".join(name.split())
        if not name:
            raise SettingsError("A folder needs a name.")
        self._shelf.put_folder(Folder(folder, name))
        self._emit(ChatsChanged())

    def _automatic_title(self, chat: ChatId) -> str:
        branch = self._tree(chat).branch()
        return next((title_of(message) for message in branch if message.role is Role.USER), "")

    def _emit(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
