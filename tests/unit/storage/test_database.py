"""The database file: older, newer, damaged, under another key. Whatever it is, it is said in words and kept."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from app.domain.conversation import AdapterUse
from app.domain.errors import StorageError, StoreDamaged
from app.domain.ids import new_message_id
from app.storage import migration
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database, check_database, connect
from app.storage.migration import drop_old_schemas, migrate
from app.storage.schema import SCHEMA, Schema
from tests.sim.stored_chats import a_chat, a_message, texts

KEY, OTHER_KEY = bytes(range(32)), bytes(32)

# The next version, as somebody may write it one day.
NEXT = Schema(
    SCHEMA.version + 1,
    SCHEMA.create,
    {
        **SCHEMA.steps,
        SCHEMA.version: (
            "ALTER TABLE chats ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'",
            "UPDATE chats SET colour = 'blue'",
        ),
    },
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A history of this version, its last words still in the log."""
    database = Database(path)
    assert database.open(KEY) is True
    a_chat(EncryptedChatStore(database), "hello", "hi", title="first")
    database.close()
    assert database.open(KEY) is False
    database.close()
    return path


def names(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


def test_nothing_of_the_file_can_be_read_without_the_key(filled: Path) -> None:
    data = filled.read_bytes()
    assert not data.startswith(b"SQLite format 3") and b"hello" not in data and b"messages" not in data
    plain = sqlcipher.connect(filled)
    with pytest.raises(sqlcipher.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM messages")
    plain.close()


def test_another_key_is_told_in_words_and_changes_nothing(filled: Path) -> None:
    before = filled.read_bytes()
    with pytest.raises(StoreDamaged) as caught:
        Database(filled).open(OTHER_KEY)
    assert "damaged" in caught.value.message and caught.value.advice
    assert filled.read_bytes() == before


def test_the_settings_that_keep_data_safe_are_on(filled: Path) -> None:
    database = Database(filled)
    database.open(KEY)
    with database.reading() as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
        }
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
            "temp_store": 2,
        }
    with database.writing(is_durable=False) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1
    with database.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    database.close()


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_works(filled: Path) -> None:
    database = Database(filled)
    database.open(KEY)

    def fail() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO settings VALUES ('a', 'b')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.writing() as connection:
        assert connection.execute("SELECT count(*) FROM settings").fetchone()[0] == 0
    database.close()


def test_an_older_history_is_brought_up_on_a_copy_and_kept(filled: Path) -> None:
    before = filled.read_bytes()
    told = migrate(filled, KEY, NEXT)
    assert f"history.schema-{SCHEMA.version}.db" in told
    assert names(filled) == ["history.db", f"history.schema-{SCHEMA.version}.db"]
    kept = filled.with_name(f"history.schema-{SCHEMA.version}.db")
    assert kept.read_bytes() == before and kept.stat().st_mode & 0o077 == 0
    database = Database(filled, NEXT)
    assert database.open(KEY) is False
    with database.reading() as connection:
        assert connection.execute("SELECT colour, title FROM chats").fetchall() == [("blue", "first")]
        assert connection.execute("SELECT count(*) FROM messages").fetchone()[0] == 2
    assert len(EncryptedChatStore(database).search("hello", 5)) == 1
    database.close()
    assert migrate(filled, KEY, NEXT) == ""


def test_words_that_are_only_in_the_log_are_migrated_too(path: Path) -> None:
    database = Database(path)
    database.open(KEY)
    chat, _ = a_chat(EncryptedChatStore(database), "hello")
    files = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    database.close()
    for name, data in files.items():  # as after a crash: nothing was written back
        path.with_name(name).write_bytes(data)
    assert len(files["history.db-wal"]) > 0
    migrate(path, KEY, NEXT)
    after = Database(path, NEXT)
    after.open(KEY)
    assert texts(EncryptedChatStore(after), chat) == ["hello"]
    after.close()


FAILS = {
    "a step that cannot be taken": replace(NEXT, steps={SCHEMA.version: ("ALTER TABLE nothing ADD COLUMN x",)}),
    "a step that loses rows": replace(
        NEXT, steps={SCHEMA.version: ("DELETE FROM shown", "DELETE FROM messages WHERE number = 2")}
    ),
    "a step that breaks references": replace(
        NEXT, steps={SCHEMA.version: ("UPDATE messages SET parent = 99 WHERE number = 2",)}
    ),
}


@pytest.mark.parametrize("schema", FAILS.values(), ids=FAILS.keys())
def test_a_migration_that_fails_leaves_the_history_as_it_was(filled: Path, schema: Schema) -> None:
    before = filled.read_bytes()
    with pytest.raises(StorageError) as caught:
        migrate(filled, KEY, schema)
    assert caught.value.message and caught.value.advice
    assert filled.read_bytes() == before and names(filled) == ["history.db"]
    assert Database(filled).open(KEY) is False


@pytest.mark.parametrize("where", ["copy_database", "check_database", "_give_second_name"])
def test_a_full_disk_during_a_migration_leaves_the_history_as_it_was(
    filled: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migration, where, full)
    with pytest.raises(StorageError, match="No space left"):
        migrate(filled, KEY, NEXT)
    assert filled.read_bytes() == before and names(filled) == ["history.db"]


def test_a_crash_between_the_steps_of_the_exchange_is_mended_by_the_next_start(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        migrate(filled, KEY, NEXT)
    monkeypatch.undo()
    assert check_database(filled, KEY, SCHEMA.counted)["messages"] == 2
    assert f"history.schema-{SCHEMA.version}.db" in migrate(filled, KEY, NEXT)
    assert check_database(filled.with_name(f"history.schema-{SCHEMA.version}.db"), KEY, SCHEMA.counted)["messages"] == 2


def test_a_history_from_before_adapters_could_be_chosen_keeps_every_message(filled: Path) -> None:
    connection = connect(filled, KEY)
    connection.execute("ALTER TABLE messages DROP COLUMN adapter")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert "history.schema-1.db" in migrate(filled, KEY)
    assert check_database(filled.with_name("history.schema-1.db"), KEY, SCHEMA.counted)["messages"] == 2
    database = Database(filled)
    database.open(KEY)
    store = EncryptedChatStore(database)
    (chat,) = store.chats()
    first, second = store.load(chat.id).messages
    assert (first.text, second.text, first.adapter, second.adapter) == ("hello", "hi", None, None)
    made = replace(second, id=new_message_id(), parent=first.id, adapter=AdapterUse("a.sealed", 50, "Mine"))
    store.add_message(chat.id, made)
    kept = store.load(chat.id).messages[-1].adapter
    assert kept is not None and (kept.file, kept.strength, kept.name) == ("a.sealed", 50, "Mine")
    database.close()


def test_a_newer_history_is_refused_and_left_alone(filled: Path) -> None:
    migrate(filled, KEY, NEXT)
    before = filled.read_bytes()
    for attempt in (lambda: migrate(filled, KEY), lambda: Database(filled).open(KEY)):
        with pytest.raises(StorageError, match="newer Nearhalf") as caught:
            attempt()
        assert not isinstance(caught.value, StoreDamaged)
    assert filled.read_bytes() == before


def test_what_a_migration_kept_goes_after_a_month(filled: Path) -> None:
    migrate(filled, KEY, NEXT)
    kept = filled.with_name(f"history.schema-{SCHEMA.version}.db")
    made_s = kept.stat().st_mtime
    drop_old_schemas(filled, made_s + 29 * 86_400)
    assert kept.exists()
    drop_old_schemas(filled, made_s + 31 * 86_400)
    assert not kept.exists() and filled.exists()


DAMAGES = {
    "zeros at its head": lambda data: bytes(4096) + data[4096:],
    "one wrong byte on the first page": lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
    "noise": lambda data: os.urandom(len(data)),
    "text": lambda data: b"this is not a database " * 1000,
    "another database": lambda data: b"SQLite format 3\0" + data[16:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_said_and_left_alone(filled: Path, damage: object) -> None:
    damaged = damage(filled.read_bytes())  # type: ignore[operator]
    filled.write_bytes(damaged)
    for attempt in (lambda: migrate(filled, KEY), lambda: Database(filled).open(KEY)):
        with pytest.raises(StoreDamaged) as caught:
            attempt()
        assert "Restore a backup" in caught.value.advice
    assert filled.read_bytes() == damaged


def test_a_damaged_page_inside_is_said_where_it_is_read_and_the_rest_is_readable(path: Path) -> None:
    database = Database(path)
    database.open(KEY)
    store = EncryptedChatStore(database)
    chats = [a_chat(store, *(f"{n} {'word ' * 400}" for _ in range(40)))[0] for n in range(3)]
    database.close()
    data = bytearray(path.read_bytes())
    page = 8192
    for start in range(40 * page, 44 * page, page):
        data[start + 50] ^= 1
    path.write_bytes(data)
    database.open(KEY)
    outcomes = []
    for chat in chats:
        try:
            outcomes.append(len(texts(store, chat)) == 40)
        except StoreDamaged as error:
            assert "damaged" in error.message
            outcomes.append(False)
    database.close()
    assert True in outcomes and False in outcomes
    with pytest.raises(StoreDamaged):
        check_database(path, KEY, SCHEMA.counted)


@pytest.mark.parametrize("damage", ["cut", "noise", "zeros", "gone"])
def test_a_damaged_log_costs_at_most_what_was_only_in_it(path: Path, damage: str) -> None:
    database = Database(path)
    database.open(KEY)
    store = EncryptedChatStore(database)
    chat, messages = a_chat(store, "written back")
    database.empty_what_was_freed()
    store.add_message(chat, a_message("only in the log", messages[0].id))
    files = {name: path.with_name(name).read_bytes() for name in ("history.db", "history.db-wal")}
    database.close()
    path.write_bytes(files["history.db"])
    log = files["history.db-wal"]
    wrong = {"cut": log[: len(log) // 2 + 7], "noise": os.urandom(len(log)), "zeros": bytes(len(log)), "gone": b""}
    path.with_name("history.db-wal").write_bytes(wrong[damage])
    assert database.open(KEY) is False
    assert texts(store, chat) == ["written back"]
    store.add_message(chat, a_message("goes on", messages[0].id))
    database.close()
    assert check_database(path, KEY, SCHEMA.counted)["messages"] == 2


def test_another_program_on_the_file_is_said(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.database._BUSY_TIMEOUT_S", 0.05)
    database = Database(filled)
    database.open(KEY)
    other = connect(filled, KEY)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="Another program"), database.writing():
        pass
    other.execute("ROLLBACK")
    other.close()
    with database.writing() as connection:
        connection.execute("INSERT INTO settings VALUES ('a', 'b')")
    database.close()
