"""A ChatStore in memory: temporary chats, the terminal's chats, and tests. Nothing of it ever reaches the disk."""

import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.domain.conversation import ChatInfo, Folder, Message, SearchHit, StoredChat
from app.domain.errors import StorageError
from app.domain.ids import ChatId, FolderId, MessageId

_SNIPPET_CHARS = 120
_BEFORE_HIT_CHARS = 40


@dataclass(slots=True)
class _Kept:
    info: ChatInfo
    messages: dict[MessageId, Message] = field(default_factory=dict)
    shown: dict[MessageId | None, MessageId] = field(default_factory=dict)
    deleted: set[MessageId] = field(default_factory=set)
    is_deleted: bool = False
    stand_ins: str = ""
    draft_attachments: str = ""

    def living(self) -> list[Message]:
        """Messages that are not deleted, and whose ancestors are not."""
        gone: set[MessageId] = set()
        result: list[Message] = []
        for message in self.messages.values():
            if message.id in self.deleted or message.parent in gone:
                gone.add(message.id)
            else:
                result.append(message)
        return result


class MemoryStore:
    """Implements ChatStore (app/core/ports.py)."""

    def __init__(self) -> None:
        self._chats: dict[ChatId, _Kept] = {}
        self._folders: dict[FolderId, Folder] = {}
        self._lock = threading.Lock()

    def chats(self) -> tuple[ChatInfo, ...]:
        with self._lock:
            return in_list_order(kept.info for kept in self._chats.values() if not kept.is_deleted)

    def folders(self) -> tuple[Folder, ...]:
        with self._lock:
            return tuple(self._folders.values())

    def load(self, chat: ChatId) -> StoredChat:
        with self._lock:
            kept = self._of(chat)
            return StoredChat(kept.info, tuple(kept.living()), dict(kept.shown))

    def save_chat(self, info: ChatInfo) -> None:
        with self._lock:
            if info.id in self._chats:
                self._chats[info.id].info = info
            else:
                self._chats[info.id] = _Kept(info)

    def save_folder(self, folder: Folder) -> None:
        with self._lock:
            self._folders[folder.id] = folder

    def remove_folder(self, folder: FolderId) -> None:
        with self._lock:
            self._folders.pop(folder, None)
            for kept in self._chats.values():
                if kept.info.folder == folder:
                    kept.info = replace(kept.info, folder=None)

    def add_message(self, chat: ChatId, message: Message) -> None:
        with self._lock:
            kept = self._of(chat)
            if message.parent is not None and message.parent not in kept.messages:
                raise StorageError("The message that this one answers is not stored.")
            kept.messages[message.id] = message
            kept.shown[message.parent] = message.id
            kept.info = replace(kept.info, changed_at_ms=time.time_ns() // 1_000_000)

    def grow_reply(self, message: Message) -> None:
        with self._lock:
            for kept in self._chats.values():
                if message.id in kept.messages:
                    kept.messages[message.id] = message
                    return
        raise StorageError("This reply is no longer stored.")

    def show(self, chat: ChatId, parent: MessageId | None, child: MessageId) -> None:
        with self._lock:
            self._of(chat).shown[parent] = child

    def import_chat(self, chat: StoredChat) -> None:
        with self._lock:
            if chat.info.id in self._chats:
                raise StorageError("This chat is in the history already.")
            messages = {message.id: message for message in chat.messages}
            self._chats[chat.info.id] = _Kept(chat.info, messages, dict(chat.shown))

    def set_deleted(self, chat: ChatId, message: MessageId | None, *, is_deleted: bool) -> None:
        with self._lock:
            kept = self._of(chat)
            if message is None:
                kept.is_deleted = is_deleted
            elif message not in kept.messages:
                raise StorageError("This message is no longer stored.")
            elif is_deleted:
                kept.deleted.add(message)
            else:
                kept.deleted.discard(message)

    def deleted(self) -> tuple[tuple[ChatId, ...], tuple[MessageId, ...]]:
        with self._lock:
            chats = tuple(chat for chat, kept in self._chats.items() if kept.is_deleted)
            messages: list[MessageId] = []
            for kept in self._chats.values():
                living = {message.id for message in kept.living()} if not kept.is_deleted else set()
                messages += [message for message in kept.messages if message not in living]
            return chats, tuple(messages)

    def stand_ins(self, chat: ChatId) -> str:
        with self._lock:
            return self._chats[chat].stand_ins if chat in self._chats else ""

    def save_stand_ins(self, chat: ChatId, stand_ins: str) -> None:
        with self._lock:
            self._of(chat).stand_ins = stand_ins

    def draft_attachments(self, chat: ChatId) -> str:
        with self._lock:
            return self._chats[chat].draft_attachments if chat in self._chats else ""

    def save_draft_attachments(self, chat: ChatId, saved: str) -> None:
        with self._lock:
            self._of(chat).draft_attachments = saved

    def purge(self) -> None:
        with self._lock:
            self._chats = {chat: kept for chat, kept in self._chats.items() if not kept.is_deleted}
            for kept in self._chats.values():
                kept.messages = {message.id: message for message in kept.living()}
                kept.deleted.clear()

    def chat_of(self, message: MessageId) -> ChatId | None:
        with self._lock:
            return next(
                (chat for chat, kept in self._chats.items() if message in kept.messages and not kept.is_deleted), None
            )

    def search(self, words: str, limit: int) -> tuple[SearchHit, ...]:
        wanted = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in re.findall(r"\w+", words)]
        if not wanted:
            return ()
        hits: list[SearchHit] = []
        with self._lock:
            for info in in_list_order(kept.info for kept in self._chats.values() if not kept.is_deleted):
                if all(word.search(info.title) for word in wanted):
                    hits.append(_hit(info, None, info.title, wanted))
                for message in self._chats[info.id].living():
                    if all(word.search(message.text) for word in wanted):
                        hits.append(_hit(info, message.id, message.text, wanted))
        return tuple(hits[:limit])

    def _of(self, chat: ChatId) -> _Kept:
        if chat not in self._chats:
            raise StorageError("This chat is no longer there.")
        return self._chats[chat]


def in_list_order(infos: Iterable[ChatInfo]) -> tuple[ChatInfo, ...]:
    """Pinned ones first, then the latest changed."""
    return tuple(sorted(infos, key=lambda info: (not info.is_pinned, -info.changed_at_ms)))


def _hit(info: ChatInfo, message: MessageId | None, text: str, words: Sequence[re.Pattern[str]]) -> SearchHit:
    first = min(found.start() for word in words if (found := word.search(text)))
    start = max(first - _BEFORE_HIT_CHARS, 0)
    snippet = text[start : start + _SNIPPET_CHARS]
    marks = sorted({found.span() for word in words for found in word.finditer(snippet)})
    return SearchHit(info.id, message, info.title, snippet, tuple(marks))
