"""Which chats there are, where each is kept, and their trees as far as they are in use.

Stored chats live in the store the Library was given, temporary ones in memory; an empty chat lives nowhere until it has
a message or a draft. Not for several threads: the Library's lock guards it. Emits nothing.
"""

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, replace

from app.core.erasure import Erasures
from app.core.memory_store import MemoryStore, in_list_order
from app.core.ports import ChatStore
from app.core.tree import Choice, Tree
from app.domain.conversation import ChatInfo, Folder, Message, SearchHit, StoredChat
from app.domain.errors import SettingsError, StorageError, where_it_failed
from app.domain.ids import ChatId, FolderId, MessageId, new_chat_id

log = logging.getLogger(__name__)

TREES_KEPT = 8  # chats whose messages stay in memory; others are read again


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class _Owed:
    chat: ChatId
    reply: Message
    is_stored: bool  # an earlier state of it


class Shelf:
    def __init__(self, store: ChatStore, erasures: Erasures) -> None:
        """Forgets what was deleted before. Raises StorageError."""
        self._store = store
        self._erasures = erasures
        self._memory = MemoryStore()
        self._purge(store)
        self._infos = {info.id: info for info in store.chats()}
        self._folders = {folder.id: folder for folder in store.folders()}
        self._new: dict[ChatId, ChatInfo] = {}  # empty ones, not stored and not listed
        self._hidden: dict[ChatId, ChatInfo] = {}
        self._hidden_new: dict[ChatId, ChatInfo] = {}
        self._trees: OrderedDict[ChatId, Tree] = OrderedDict()
        self._owed: dict[MessageId, _Owed] = {}  # what could not be stored when it should have been

    # Chats

    def chats(self) -> tuple[ChatInfo, ...]:
        return in_list_order(self._infos.values())

    def info(self, chat: ChatId) -> ChatInfo:
        for infos in (self._infos, self._new, self._hidden, self._hidden_new):
            if chat in infos:
                return infos[chat]
        raise SettingsError("This chat is no longer there.")

    def is_listed(self, chat: ChatId) -> bool:
        return chat in self._infos

    def is_hidden(self, chat: ChatId) -> bool:
        """Deleted, and not forgotten yet."""
        return chat in self._hidden

    def add(self, *, is_temporary: bool, folder: FolderId | None) -> ChatId:
        now = now_ms()
        info = ChatInfo(new_chat_id(), folder=folder, is_temporary=is_temporary, created_at_ms=now, changed_at_ms=now)
        self._new[info.id] = info
        return info.id

    def keep(self, chat: ChatId) -> None:
        """From now on it is stored and listed. Raises StorageError."""
        if chat in self._new:
            self.store_of(chat).save_chat(self._new[chat])
            self._infos[chat] = self._new.pop(chat)

    def put(self, info: ChatInfo) -> None:
        """Replace what is known of a chat. Raises StorageError."""
        for infos in (self._new, self._hidden_new):
            if info.id in infos:
                infos[info.id] = info
                return
        self.store_of(info.id).save_chat(info)
        (self._hidden if info.id in self._hidden else self._infos)[info.id] = info

    def add_whole(self, chat: StoredChat) -> None:
        (self._memory if chat.info.is_temporary else self._store).import_chat(chat)
        self._infos[chat.info.id] = chat.info
        self._trees.pop(chat.info.id, None)

    def hide(self, chat: ChatId) -> None:
        if chat in self._infos:
            self.store_of(chat).set_deleted(chat, None, is_deleted=True)
            self._hidden[chat] = self._infos.pop(chat)
        elif chat in self._new:
            self._hidden_new[chat] = self._new.pop(chat)

    def unhide(self, chat: ChatId) -> None:
        if chat in self._hidden:
            self.store_of(chat).set_deleted(chat, None, is_deleted=False)
            self._infos[chat] = self._hidden.pop(chat)
        elif chat in self._hidden_new:
            self._new[chat] = self._hidden_new.pop(chat)

    # Folders

    def folders(self) -> tuple[Folder, ...]:
        return tuple(sorted(self._folders.values(), key=lambda folder: folder.name.casefold()))

    def put_folder(self, folder: Folder) -> None:
        self._store.save_folder(folder)
        self._folders[folder.id] = folder

    def has_folder(self, folder: FolderId) -> bool:
        return folder in self._folders

    def remove_folder(self, folder: FolderId) -> None:
        """Its chats stay, in no folder."""
        self._store.remove_folder(folder)
        self._folders.pop(folder, None)
        for infos in (self._infos, self._new, self._hidden, self._hidden_new):
            for info in [info for info in infos.values() if info.folder == folder]:
                infos[info.id] = replace(info, folder=None)

    # Messages

    def store_of(self, chat: ChatId) -> ChatStore:
        return self._memory if self.info(chat).is_temporary else self._store

    def hidden_messages(self) -> frozenset[MessageId]:
        """Those that were deleted, and are not forgotten yet. Raises StorageError."""
        return frozenset((*self._memory.deleted()[1], *self._store.deleted()[1]))

    def chat_of(self, message: MessageId) -> ChatId | None:
        return self._memory.chat_of(message) or self._store.chat_of(message)

    def tree(self, chat: ChatId, in_use: ChatId | None = None) -> Tree:
        """The chat's messages; read anew where they are not in memory. `in_use`: one that must stay in memory."""
        info = self.info(chat)
        if chat not in self._trees:
            is_stored = chat in self._infos
            stored = self.store_of(chat).load(chat) if is_stored else StoredChat(info)
            self._trees[chat] = Tree(stored.messages, stored.shown)
        self._trees.move_to_end(chat)
        for old in list(self._trees)[: max(len(self._trees) - TREES_KEPT, 0)]:
            if old not in (in_use, chat) and old in self._infos and not self._owes(old):
                del self._trees[old]
        return self._trees[chat]

    def add_message(self, chat: ChatId, message: Message) -> None:
        """Store one, and before it what is still owed. Raises StorageError; nothing has changed then."""
        self.keep(chat)
        self.pay()
        self.store_of(chat).add_message(chat, message)

    def set_deleted(self, chat: ChatId, message: MessageId, *, is_deleted: bool) -> None:
        self.store_of(chat).set_deleted(chat, message, is_deleted=is_deleted)

    def touch(self, chat: ChatId) -> None:
        """It has a new message: the store knows that already."""
        for infos in (self._infos, self._hidden):
            if chat in infos:
                infos[chat] = replace(infos[chat], changed_at_ms=now_ms())

    def remember_shown(self, chat: ChatId, choices: tuple[Choice, ...]) -> None:
        """What is on show is worth no error: where it cannot be stored, another branch is shown next time."""
        if chat not in self._infos:
            return
        try:
            for parent, child in choices:
                self.store_of(chat).show(chat, parent, child)
        except StorageError as error:
            log.info("what is shown could not be stored: %s", where_it_failed(error))

    def owe(self, chat: ChatId, reply: Message, *, is_stored: bool) -> None:
        """A reply that could not be stored, or not all of it. It stays in memory until it can: see `pay`."""
        self._owed[reply.id] = _Owed(chat, reply, is_stored)

    def begun(self, chat: ChatId, reply: MessageId) -> None:
        """It is about to be asked for: its traces are to be found when the chat is deleted."""
        self._erasures.begun(chat, reply, is_temporary=self.info(chat).is_temporary)

    def stored(self, chat: ChatId, reply: MessageId) -> None:
        self._erasures.stored(chat, reply)

    def pay(self) -> None:
        """Store what is owed. Raises StorageError."""
        for owed in list(self._owed.values()):
            store = self.store_of(owed.chat)
            if owed.is_stored:
                store.grow_reply(owed.reply)
            else:
                store.add_message(owed.chat, owed.reply)
            del self._owed[owed.reply.id]

    def search(self, words: str, limit: int) -> tuple[SearchHit, ...]:
        return (*self._store.search(words, limit), *self._memory.search(words, limit))[:limit]

    def close(self) -> None:
        """Store what is owed, forget what is deleted and whatever is in memory. Never raises."""
        try:
            self.pay()
        except StorageError as error:
            log.info("a reply could not be stored: %s", where_it_failed(error))
        self._purge(self._store)
        self._erasures.close()
        self._memory = MemoryStore()
        for held in (self._infos, self._new, self._hidden, self._hidden_new, self._folders, self._trees, self._owed):
            held.clear()

    def _owes(self, chat: ChatId) -> bool:
        return any(owed.chat == chat for owed in self._owed.values())

    def _purge(self, store: ChatStore) -> None:
        """Where it fails, what is hidden stays hidden, and the next start tries again.

        The ledger comes first: once the store has forgotten the ids, nobody could say what to erase.
        """
        try:
            self._erasures.erase(*store.deleted())
            store.purge()
        except StorageError as error:
            log.info("what is deleted could not be forgotten: %s", where_it_failed(error))
