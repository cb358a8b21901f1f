"""Chats in the encrypted database: the ChatStore of core. Every method is one transaction, from any thread.

Nothing is overwritten but what a method says: a deleted message keeps its row, hidden, until `purge`. A reply's words
enter the search index when it ends (or when the store is opened again), not with each of its tokens.
"""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from app.domain.conversation import ChatInfo, Folder, Message, Role, SearchHit, StoredChat
from app.domain.errors import StorageError
from app.domain.ids import ChatId, FolderId, MessageId
from app.storage import chat_search
from app.storage.chat_rows import (
    CHAT_COLUMNS,
    MESSAGE_COLUMNS,
    chat_from_row,
    chat_values,
    message_from_row,
    message_values,
    storable,
)
from app.storage.database import Connection, Database

_ROOT = 0  # the parent of first messages, in `shown`

_SAVE_CHAT_SQL = f"""
    INSERT INTO chats ({CHAT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        title = excluded.title, is_title_chosen = excluded.is_title_chosen, folder = excluded.folder,
        is_pinned = excluded.is_pinned, created_at_ms = excluded.created_at_ms,
        changed_at_ms = max(changed_at_ms, excluded.changed_at_ms), draft = excluded.draft, options = excluded.options
    RETURNING number
"""  # noqa: S608 - column names of our own
_ADD_MESSAGE_SQL = f"""
    INSERT INTO messages ({MESSAGE_COLUMNS}, chat, parent, is_hidden) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING number
"""  # noqa: S608 - as above
_LOAD_SQL = f"""
    SELECT {MESSAGE_COLUMNS}, number, parent FROM messages WHERE chat = ? AND is_hidden = 0 ORDER BY number
"""  # noqa: S608 - as above
_GROW_SQL = """
    UPDATE messages SET text = ?, ended = ?, traffic = ?, model_id = ?, tokens = ? WHERE number = ?
"""
_HIDDEN_SQL = """
    SELECT m.number FROM messages m JOIN chats c ON c.number = m.chat WHERE c.is_deleted = 1
    UNION SELECT number FROM messages WHERE is_hidden = 1 ORDER BY 1 DESC
"""
_HIDDEN_IDS_SQL = f"SELECT id FROM messages WHERE number IN (SELECT number FROM ({_HIDDEN_SQL}))"  # noqa: S608 - as above
_INDEX_SQL = """
    INSERT INTO message_words (rowid, text, attached)
    SELECT number, text, attached FROM messages WHERE number = ? AND is_indexed = 0
"""
_UNINDEX_SQL = """
    INSERT INTO message_words (message_words, rowid, text, attached)
    SELECT 'delete', number, text, attached FROM messages WHERE number = ? AND is_indexed = 1
"""
# Before the chat's id in hex: names in `settings` under which something is kept for each chat.
_STAND_INS = "stand-ins "
_DRAFT_ATTACHMENTS = "draft attachments "
_PURGE_KEPT_SQL = """
    DELETE FROM settings WHERE name IN (
        SELECT 'stand-ins ' || lower(hex(id)) FROM chats WHERE is_deleted = 1
        UNION SELECT 'draft attachments ' || lower(hex(id)) FROM chats WHERE is_deleted = 1
    )
"""
_BELOW_SQL = """
    WITH RECURSIVE below (number) AS (
        SELECT :top UNION ALL
        SELECT m.number FROM messages m JOIN below b ON m.parent = b.number WHERE m.is_deleted = 0
    )
    UPDATE messages SET is_hidden = :is_hidden WHERE number IN below
"""


class EncryptedChatStore:
    """All chats of one database, for as long as that is open; in between, StorageError. What core calls ChatStore."""

    def __init__(self, database: Database, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._database = database
        self._now_ms = now_ms

    def chats(self) -> tuple[ChatInfo, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {CHAT_COLUMNS} FROM chats WHERE is_deleted = 0"  # noqa: S608 - as above
                " ORDER BY is_pinned DESC, changed_at_ms DESC, number DESC"
            )
            return tuple(chat_from_row(row) for row in rows)

    def folders(self) -> tuple[Folder, ...]:
        """By name."""
        with self._database.reading() as connection:
            found = [
                Folder(FolderId(UUID(bytes=id_)), name) for id_, name in connection.execute("SELECT * FROM folders")
            ]
        return tuple(sorted(found, key=lambda folder: (folder.name.casefold(), folder.id.bytes)))

    def load(self, chat: ChatId) -> StoredChat:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {CHAT_COLUMNS}, number FROM chats WHERE id = ?",  # noqa: S608 - as above
                (chat.bytes,),
            ).fetchone()
            if row is None:
                raise _no_chat()
            rows = connection.execute(_LOAD_SQL, (row[-1],)).fetchall()
            shown = connection.execute("SELECT parent, child FROM shown WHERE chat = ?", (row[-1],)).fetchall()
        ids: dict[int | None, MessageId | None] = {None: None}
        messages = []
        for found in rows:
            loaded = message_from_row(found, ids[found[-1]])
            ids[found[-2]] = loaded.id
            messages.append(loaded)
        ids[_ROOT] = None
        visible = {ids[parent]: child_id for parent, child in shown if parent in ids and (child_id := ids.get(child))}
        return StoredChat(chat_from_row(row), tuple(messages), visible)

    def save_chat(self, info: ChatInfo) -> None:
        with self._database.writing() as connection:
            _save_chat(connection, info)

    def save_folder(self, folder: Folder) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO folders (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
                (folder.id.bytes, storable(folder.name)),
            )

    def remove_folder(self, folder: FolderId) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder.bytes,))

    def add_message(self, chat: ChatId, message: Message) -> None:
        with self._database.writing() as connection:
            chat_number = _chat_number(connection, chat)
            parent, is_hidden = _parent(connection, chat_number, message.parent)
            number = _add_message(connection, chat_number, parent, message, is_hidden=is_hidden)
            if message.end is not None or message.role is not Role.ASSISTANT:  # else it is still growing
                _index(connection, [(number,)])
            _show(connection, chat_number, parent, number)
            connection.execute("UPDATE chats SET changed_at_ms = ? WHERE number = ?", (self._now_ms(), chat_number))

    def grow_reply(self, message: Message) -> None:
        """A reply under way outlives a crash of the app, and a power cut from its end or the next durable change on."""
        _, _, text, _, ended, traffic, model_id, _, _, tokens, _ = message_values(message)
        with self._database.writing(is_durable=ended is not None) as connection:
            number = _message_number(connection, message.id)
            _remove_words(connection, [(number,)])
            connection.execute(_GROW_SQL, (text, ended, traffic, model_id, tokens, number))
            if ended is not None:
                _index(connection, [(number,)])

    def show(self, chat: ChatId, parent: MessageId | None, child: MessageId) -> None:
        with self._database.writing() as connection:
            chat_number = _chat_number(connection, chat)
            row = connection.execute(
                "SELECT number, parent FROM messages WHERE id = ? AND chat = ?", (child.bytes, chat_number)
            ).fetchone()
            if row is None or row[1] != _parent(connection, chat_number, parent)[0]:
                raise _no_message()
            _show(connection, chat_number, row[1], row[0])

    def import_chat(self, chat: StoredChat) -> None:
        """Raises StorageError, and adds nothing, where an id is there already or a parent comes after its child."""
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM chats WHERE id = ?", (chat.info.id.bytes,)).fetchone():
                raise StorageError("This chat is in the history already.")
            chat_number = _save_chat(connection, chat.info)
            numbers: dict[MessageId | None, int | None] = {None: None}
            for message in chat.messages:
                if message.parent not in numbers:
                    raise _no_message()
                number = _add_message(connection, chat_number, numbers[message.parent], message)
                numbers[message.id] = number
                _index(connection, [(number,)])
            for parent, child in chat.shown.items():
                place = numbers.get(child)
                if place is not None and parent in numbers:
                    _show(connection, chat_number, numbers[parent], place)

    def set_deleted(self, chat: ChatId, message: MessageId | None, *, is_deleted: bool) -> None:
        with self._database.writing() as connection:
            chat_number = _chat_number(connection, chat)
            if message is None:
                connection.execute("UPDATE chats SET is_deleted = ? WHERE number = ?", (is_deleted, chat_number))
                return
            number = _message_number(connection, message)
            connection.execute("UPDATE messages SET is_deleted = ? WHERE number = ?", (is_deleted, number))
            above = connection.execute(
                "SELECT p.is_hidden FROM messages m JOIN messages p ON p.number = m.parent WHERE m.number = ?",
                (number,),
            ).fetchone()
            is_hidden = is_deleted or (above is not None and bool(above[0]))
            connection.execute(_BELOW_SQL, {"top": number, "is_hidden": is_hidden})

    def deleted(self) -> tuple[tuple[ChatId, ...], tuple[MessageId, ...]]:
        with self._database.reading() as connection:
            chats = connection.execute("SELECT id FROM chats WHERE is_deleted = 1").fetchall()
            messages = connection.execute(_HIDDEN_IDS_SQL).fetchall()
        return (
            tuple(ChatId(UUID(bytes=id_)) for (id_,) in chats),
            tuple(MessageId(UUID(bytes=id_)) for (id_,) in messages),
        )

    def stand_ins(self, chat: ChatId) -> str:
        return self._read(_STAND_INS, chat)

    def save_stand_ins(self, chat: ChatId, stand_ins: str) -> None:
        self._write(_STAND_INS, chat, stand_ins)

    def draft_attachments(self, chat: ChatId) -> str:
        return self._read(_DRAFT_ATTACHMENTS, chat)

    def save_draft_attachments(self, chat: ChatId, saved: str) -> None:
        self._write(_DRAFT_ATTACHMENTS, chat, saved)

    def _read(self, kind: str, chat: ChatId) -> str:
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (_kept_name(kind, chat),)).fetchone()
        return str(row[0]) if row is not None else ""

    def _write(self, kind: str, chat: ChatId, text: str) -> None:
        with self._database.writing() as connection:
            _chat_number(connection, chat)
            name = _kept_name(kind, chat)
            if text:
                values = (name, storable(text))
                connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", values)
            else:
                connection.execute("DELETE FROM settings WHERE name = ?", (name,))

    def purge(self) -> None:
        with self._database.writing() as connection:
            hidden = connection.execute(_HIDDEN_SQL).fetchall()
            chats = connection.execute("SELECT number, title FROM chats WHERE is_deleted = 1").fetchall()
            connection.execute(_PURGE_KEPT_SQL)
            _remove_words(connection, hidden)
            connection.executemany("DELETE FROM shown WHERE child = ?", hidden)
            connection.executemany("DELETE FROM messages WHERE number = ?", hidden)  # children first
            for number, title in chats:
                _remove_title(connection, number, title)
            connection.execute("DELETE FROM chats WHERE is_deleted = 1")
        if hidden or chats:
            self._database.empty_what_was_freed()

    def chat_of(self, message: MessageId) -> ChatId | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT c.id FROM messages m JOIN chats c ON c.number = m.chat"
                " WHERE m.id = ? AND m.is_hidden = 0 AND c.is_deleted = 0",
                (message.bytes,),
            ).fetchone()
        return ChatId(UUID(bytes=row[0])) if row is not None else None

    def search(self, words: str, limit: int) -> tuple[SearchHit, ...]:
        with self._database.reading() as connection:
            return chat_search.search(connection, storable(words), limit)

    def index_the_rest(self) -> None:
        """After opening: make what a crash left without its words findable. Raises StorageError; it can wait."""
        with self._database.reading() as connection:
            numbers = connection.execute("SELECT number FROM messages WHERE is_indexed = 0").fetchall()
        if numbers:
            with self._database.writing() as connection:
                _index(connection, numbers)


def _save_chat(connection: Connection, info: ChatInfo) -> int:
    if info.is_temporary:
        raise StorageError("A temporary chat is never stored.")
    before = connection.execute("SELECT number, title FROM chats WHERE id = ?", (info.id.bytes,)).fetchone()
    row = connection.execute(_SAVE_CHAT_SQL, chat_values(info)).fetchone()
    number, title = int(row[0]), storable(info.title)
    if before is None or before[1] != title:
        if before is not None:
            _remove_title(connection, *before)
        connection.execute("INSERT INTO title_words (rowid, title) VALUES (?, ?)", (number, title))
    return number


def _remove_title(connection: Connection, number: int, title: str) -> None:
    connection.execute("INSERT INTO title_words (title_words, rowid, title) VALUES ('delete', ?, ?)", (number, title))


def _add_message(
    connection: Connection, chat_number: int, parent: int | None, message: Message, *, is_hidden: bool = False
) -> int:
    if connection.execute("SELECT 1 FROM messages WHERE id = ?", (message.id.bytes,)).fetchone():
        raise StorageError("This message is in the history already.")
    values = (*message_values(message), chat_number, parent, is_hidden)
    return int(connection.execute(_ADD_MESSAGE_SQL, values).fetchone()[0])


def _show(connection: Connection, chat_number: int, parent: int | None, child: int) -> None:
    connection.execute(
        "INSERT INTO shown (chat, parent, child) VALUES (?, ?, ?)"
        " ON CONFLICT (chat, parent) DO UPDATE SET child = excluded.child",
        (chat_number, _ROOT if parent is None else parent, child),
    )


def _index(connection: Connection, numbers: Sequence[tuple[int]]) -> None:
    """Add the words of messages that are not in the index yet."""
    connection.executemany(_INDEX_SQL, numbers)
    connection.executemany("UPDATE messages SET is_indexed = 1 WHERE number = ?", numbers)


def _remove_words(connection: Connection, numbers: Sequence[tuple[int]]) -> None:
    """Take the words of messages out of the index; FTS5 must be told what they were."""
    connection.executemany(_UNINDEX_SQL, numbers)
    connection.executemany("UPDATE messages SET is_indexed = 0 WHERE number = ?", numbers)


def _kept_name(kind: str, chat: ChatId) -> str:
    return kind + chat.bytes.hex()


def _chat_number(connection: Connection, chat: ChatId) -> int:
    row = connection.execute("SELECT number FROM chats WHERE id = ?", (chat.bytes,)).fetchone()
    if row is None:
        raise _no_chat()
    return int(row[0])


def _message_number(connection: Connection, message: MessageId) -> int:
    row = connection.execute("SELECT number FROM messages WHERE id = ?", (message.bytes,)).fetchone()
    if row is None:
        raise _no_message()
    return int(row[0])


def _parent(connection: Connection, chat_number: int, parent: MessageId | None) -> tuple[int | None, bool]:
    """(its number, whether it is hidden)."""
    if parent is None:
        return None, False
    row = connection.execute(
        "SELECT number, is_hidden FROM messages WHERE id = ? AND chat = ?", (parent.bytes, chat_number)
    ).fetchone()
    if row is None:
        raise _no_message()
    return int(row[0]), bool(row[1])


def _no_chat() -> StorageError:
    return StorageError("This chat is not in the history any more.")


def _no_message() -> StorageError:
    return StorageError("This message is not in the history any more.")
