"""The tables of history.db, and the steps from each version of them to the next. Data only; docs/storage.md, "Tables".

A version that was released is never edited: a change is one more step, and CREATE_SQL becomes its result.
"""

from dataclasses import dataclass, field

APPLICATION_ID = 0x4E48_4442  # "NHDB"

_CREATE_SQL = (
    """CREATE TABLE folders (id BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE chats (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        title TEXT NOT NULL,
        is_title_chosen INTEGER NOT NULL,
        folder BLOB REFERENCES folders (id) ON DELETE SET NULL,
        is_pinned INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        changed_at_ms INTEGER NOT NULL,
        draft TEXT NOT NULL,
        options TEXT NOT NULL,
        is_deleted INTEGER NOT NULL DEFAULT 0
    )""",
    # A message's number is above its parent's: read in this order, parents come before children.
    # is_deleted: the person deleted this one. is_hidden: this one or one above it. No cascade along `parent`: SQLite's
    # stop at a depth of 1,000, and a chat goes deeper.
    """CREATE TABLE messages (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        chat INTEGER NOT NULL REFERENCES chats (number),
        parent INTEGER REFERENCES messages (number),
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        ended TEXT,
        traffic BLOB,
        model_id TEXT NOT NULL,
        attachment_names TEXT NOT NULL DEFAULT '',
        attached TEXT NOT NULL DEFAULT '',
        is_deleted INTEGER NOT NULL DEFAULT 0,
        is_hidden INTEGER NOT NULL DEFAULT 0,
        is_indexed INTEGER NOT NULL DEFAULT 0,
        tokens BLOB,
        adapter TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE INDEX messages_by_chat ON messages (chat)""",
    """CREATE INDEX messages_by_parent ON messages (parent) WHERE parent IS NOT NULL""",
    """CREATE INDEX messages_not_indexed ON messages (number) WHERE is_indexed = 0""",
    """CREATE INDEX messages_hidden ON messages (chat) WHERE is_hidden = 1""",
    """CREATE TABLE shown (
        chat INTEGER NOT NULL REFERENCES chats (number),
        parent INTEGER NOT NULL,
        child INTEGER NOT NULL REFERENCES messages (number),
        PRIMARY KEY (chat, parent)
    ) WITHOUT ROWID""",
    """CREATE INDEX shown_by_child ON shown (child)""",
    """CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE VIRTUAL TABLE message_words USING fts5 (
        text, attached, content = 'messages', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
    )""",
    """CREATE VIRTUAL TABLE title_words USING fts5 (
        title, content = 'chats', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
    )""",
    # Words of what was deleted leave the index at once, not with a later merge.
    """INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1)""",
    """INSERT INTO title_words (title_words, rank) VALUES ('secure-delete', 1)""",
)


@dataclass(frozen=True, slots=True)
class Schema:
    """version: what `create` makes. steps: version -> the statements that lead from it to the next.

    counted: the tables whose rows a migration must not change in number.
    """

    version: int
    create: tuple[str, ...]
    steps: dict[int, tuple[str, ...]] = field(default_factory=dict)
    counted: tuple[str, ...] = ("folders", "chats", "messages", "shown", "settings")


SCHEMA = Schema(2, _CREATE_SQL, {1: ("ALTER TABLE messages ADD COLUMN adapter TEXT NOT NULL DEFAULT ''",)})
