"""The store of chats: what goes in comes out, nothing is lost but what was asked for."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.conversation import (
    Attachment,
    ChatInfo,
    ChatOptions,
    EndReason,
    Folder,
    Message,
    Role,
    StoredChat,
    Traffic,
)
from app.domain.errors import StorageError
from app.domain.ids import new_chat_id, new_folder_id, new_message_id
from app.domain.sampling import SamplingSettings
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database, check_database
from app.storage.packed_tokens import PackedTokens, pack_tokens
from app.storage.schema import SCHEMA
from app.storage.vault import DataVault
from tests.sim.stored_chats import a_chat, a_message, a_reply, texts

KEY = bytes(range(32))


@pytest.fixture
def store(vault: DataVault) -> EncryptedChatStore:
    return vault.chats


def test_a_chat_comes_back_as_it_was(store: EncryptedChatStore) -> None:
    folder = Folder(new_folder_id(), "Work")
    store.save_folder(folder)
    sampling = SamplingSettings(temperature=0.7, stop=("END", "\n"), seed=3)
    info = ChatInfo(
        new_chat_id(),
        "A title",
        True,
        folder.id,
        True,
        False,
        5,
        0,
        "a draft",
        ChatOptions("Be brief.", sampling, "a.st", strength=120),
    )
    store.save_chat(info)
    asked = replace(a_message("hello"), attachments=(Attachment("a.txt", "one\ntwo"), Attachment("b 😀", "")))
    answered = replace(a_reply("hi", asked.id), traffic=Traffic(1, 2, 3, 4, 5, 6, 7, 0.125, 2.5))
    system = Message(new_message_id(), Role.SYSTEM, "", parent=answered.id)
    for message in (asked, answered, system):
        store.add_message(info.id, message)
    loaded = store.load(info.id)
    assert loaded.messages == (asked, answered, system)
    assert loaded.shown == {None: asked.id, asked.id: answered.id, answered.id: system.id}
    assert replace(loaded.info, changed_at_ms=0) == info
    assert store.folders() == (folder,)


def test_every_end_is_kept(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "hello")
    replies = [replace(a_reply("hi", messages[0].id), end=end) for end in (*EndReason, None)]
    for reply in replies:
        store.add_message(chat, reply)
    assert list(store.load(chat).messages[1:]) == replies


words = st.text(max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words, words, words, st.lists(st.integers(0, 2**32 - 1), max_size=20), words, words)
def test_any_text_and_any_tokens_come_back(
    store: EncryptedChatStore, text: str, name: str, attached: str, tokens: list[int], title: str, draft: str
) -> None:
    info = ChatInfo(new_chat_id(), title, draft=draft)
    store.save_chat(info)
    message = Message(
        new_message_id(),
        Role.ASSISTANT,
        text,
        tuple(tokens),
        attachments=(Attachment(name, attached), Attachment("b", "z")),
    )
    store.add_message(info.id, message)
    loaded = store.load(info.id)
    assert loaded.messages == (message,)
    assert (loaded.info.title, loaded.info.draft) == (title, draft)


def test_half_a_surrogate_pair_is_replaced_not_refused(store: EncryptedChatStore) -> None:
    chat, _ = a_chat(store, "broken \ud83d paste, whole \ud83d\ude00", title="\udc00")
    assert texts(store, chat) == ["broken \ufffd paste, whole 😀"]
    assert store.search("\ud800 paste", 5) != ()


def test_the_list_has_pinned_chats_first_then_the_latest(vault: DataVault) -> None:
    clock = iter(range(1000, 2000))
    store = EncryptedChatStore(vault._database, lambda: next(clock))
    chats = [a_chat(store, f"chat {n}")[0] for n in range(4)]
    store.add_message(chats[1], a_message("again"))
    store.save_chat(replace(store.load(chats[0]).info, is_pinned=True))
    assert [info.id for info in store.chats()] == [chats[0], chats[1], chats[3], chats[2]]


def test_saving_a_chat_again_replaces_what_is_known_and_keeps_its_messages(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "hello", "hi", title="first")
    changed_at_ms = store.load(chat).info.changed_at_ms
    store.save_chat(ChatInfo(chat, "second", draft="half a th"))
    loaded = store.load(chat)
    assert (loaded.info.title, loaded.info.draft) == ("second", "half a th")
    assert loaded.messages == tuple(messages) and loaded.info.changed_at_ms == changed_at_ms
    assert [hit.chat for hit in store.search("second", 5)] == [chat] and not store.search("first", 5)


def test_a_temporary_chat_is_refused(store: EncryptedChatStore) -> None:
    with pytest.raises(StorageError, match="temporary"):
        store.save_chat(ChatInfo(new_chat_id(), is_temporary=True))
    with pytest.raises(StorageError, match="temporary"):
        store.import_chat(StoredChat(ChatInfo(new_chat_id(), is_temporary=True)))
    assert store.chats() == ()


def test_a_growing_reply_is_replaced_in_place(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "hello")
    reply = Message(new_message_id(), Role.ASSISTANT, "", parent=messages[0].id)
    store.add_message(chat, reply)
    for length in range(1, 6):
        grown = replace(reply, text="word " * length, tokens=tuple(range(length)))
        store.grow_reply(grown)
        assert store.load(chat).messages[-1] == grown and grown.can_continue
    assert not store.search("word", 5), "its words are found when it has ended"
    ended = replace(grown, text="the end", end=EndReason.STOPPED, traffic=Traffic(1), model_id="m")
    store.grow_reply(ended)
    assert store.load(chat).messages[-1] == ended
    assert len(store.search("end", 5)) == 1
    store.grow_reply(replace(ended, text="and on", end=None))
    store.grow_reply(replace(ended, text="and on it went"))
    assert not store.search("end", 5) and len(store.search("went", 5)) == 1


def test_words_of_a_reply_that_a_crash_cut_are_found_after_the_next_start(vault: DataVault) -> None:
    chat, messages = a_chat(vault.chats, "hello")
    reply = Message(new_message_id(), Role.ASSISTANT, "unfinished symphony", parent=messages[0].id)
    vault.chats.add_message(chat, reply)
    vault._database.close()
    vault._keys.close()
    vault.open_without_asking()
    assert [hit.message for hit in vault.chats.search("symph", 5)] == [reply.id]


def test_siblings_and_what_is_shown(store: EncryptedChatStore) -> None:
    chat, (asked, first) = a_chat(store, "hello", "one")
    second = a_reply("two", asked.id)
    store.add_message(chat, second)
    assert store.load(chat).shown[asked.id] == second.id
    store.show(chat, asked.id, first.id)
    assert store.load(chat).shown[asked.id] == first.id
    edited = a_message("hello again")
    store.add_message(chat, edited)
    store.show(chat, None, asked.id)
    assert store.load(chat).shown[None] == asked.id
    for parent, child in ((None, first.id), (asked.id, asked.id), (asked.id, new_message_id())):
        with pytest.raises(StorageError):
            store.show(chat, parent, child)


def test_what_does_not_belong_is_refused_and_nothing_is_left_of_it(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "hello")
    other, _ = a_chat(store, "other")
    for bad_chat, message in (
        (new_chat_id(), a_message("x")),
        (chat, a_message("x", new_message_id())),
        (other, a_message("x", messages[0].id)),
        (other, messages[0]),
    ):
        with pytest.raises(StorageError):
            store.add_message(bad_chat, message)
    for attempt in (lambda: store.load(new_chat_id()), lambda: store.grow_reply(a_reply("x", None))):
        with pytest.raises(StorageError, match="not in the history"):
            attempt()
    assert texts(store, chat) == ["hello"] and texts(store, other) == ["other"]


def test_a_deleted_message_takes_what_is_below_with_it_and_brings_it_back(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "a", "b", "c", "d")
    before = store.load(chat)
    store.set_deleted(chat, messages[1].id, is_deleted=True)
    loaded = store.load(chat)
    assert [message.text for message in loaded.messages] == ["a"]
    assert loaded.shown == {None: messages[0].id}
    store.set_deleted(chat, messages[1].id, is_deleted=False)
    assert store.load(chat).messages == before.messages and store.load(chat).shown == before.shown


def test_what_was_deleted_by_itself_stays_deleted_when_what_is_above_comes_back(store: EncryptedChatStore) -> None:
    chat, messages = a_chat(store, "a", "b", "c", "d")
    store.set_deleted(chat, messages[2].id, is_deleted=True)
    store.set_deleted(chat, messages[0].id, is_deleted=True)
    assert texts(store, chat) == []
    store.set_deleted(chat, messages[2].id, is_deleted=False)
    assert texts(store, chat) == [], "one above is deleted still"
    store.set_deleted(chat, messages[2].id, is_deleted=True)
    store.set_deleted(chat, messages[0].id, is_deleted=False)
    assert texts(store, chat) == ["a", "b"]
    late = a_reply("late", messages[2].id)
    store.add_message(chat, late)
    assert texts(store, chat) == ["a", "b"]


def test_a_deleted_chat_is_gone_from_list_and_search_until_it_comes_back(store: EncryptedChatStore) -> None:
    chat, _ = a_chat(store, "hello", title="greeting")
    store.set_deleted(chat, None, is_deleted=True)
    assert store.chats() == () and store.search("hello", 5) == () and store.search("greeting", 5) == ()
    store.set_deleted(chat, None, is_deleted=False)
    assert len(store.chats()) == 1 and len(store.search("hello", 5)) == 1


def test_purging_forgets_what_is_hidden_and_nothing_else(vault: DataVault) -> None:
    store = vault.chats
    chat, messages = a_chat(store, "keep me", "drop me", "drop this too", title="kept")
    gone, _ = a_chat(store, "all of it", "and this", title="gone")
    store.set_deleted(chat, messages[1].id, is_deleted=True)
    store.set_deleted(gone, None, is_deleted=True)
    store.purge()
    store.set_deleted(chat, messages[0].id, is_deleted=False)
    assert texts(store, chat) == ["keep me"]
    with pytest.raises(StorageError):
        store.set_deleted(gone, None, is_deleted=False)
    with vault._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone()[0] == 1
        for table in ("message_words", "title_words"):
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, message_words, row)")
        assert {row[0] for row in connection.execute("SELECT term FROM temp.vocabulary")} == {"keep", "me"}
    store.purge()


def test_a_chat_of_five_thousand_levels_can_be_deleted_restored_and_purged(store: EncryptedChatStore) -> None:
    messages: list[Message] = []
    for n in range(5_000):
        messages.append(a_message(f"level {n}", messages[-1].id if messages else None))
    chat = new_chat_id()
    store.import_chat(StoredChat(ChatInfo(chat), messages))
    store.set_deleted(chat, messages[0].id, is_deleted=True)
    assert texts(store, chat) == []
    store.set_deleted(chat, messages[0].id, is_deleted=False)
    assert len(texts(store, chat)) == 5_000
    store.set_deleted(chat, messages[1].id, is_deleted=True)
    store.purge()
    assert texts(store, chat) == ["level 0"]


def test_an_import_is_whole_or_not_at_all(store: EncryptedChatStore) -> None:
    first = a_message("one")
    second = a_reply("two", first.id)
    whole = StoredChat(
        ChatInfo(new_chat_id(), "in", changed_at_ms=7), (first, second), {None: first.id, first.id: second.id}
    )
    upside_down = StoredChat(ChatInfo(new_chat_id()), (a_reply("x", new_message_id()),))
    with pytest.raises(StorageError):
        store.import_chat(upside_down)
    assert store.chats() == ()
    store.import_chat(whole)
    assert store.load(whole.info.id) == whole
    with pytest.raises(StorageError, match="already"):
        store.import_chat(whole)
    twice = StoredChat(ChatInfo(new_chat_id()), (a_message("new"), first))
    with pytest.raises(StorageError, match="already"):
        store.import_chat(twice)
    assert len(store.chats()) == 1 and len(store.search("new", 5)) == 0


def test_an_imported_reply_that_never_ended_is_found_at_once(store: EncryptedChatStore) -> None:
    reply = replace(a_reply("cut in the middle", None), end=None)
    store.import_chat(StoredChat(ChatInfo(new_chat_id()), (reply,)))
    assert [hit.message for hit in store.search("middle", 5)] == [reply.id]


def test_a_removed_folder_leaves_its_chats(store: EncryptedChatStore) -> None:
    folder = Folder(new_folder_id(), "Work")
    store.save_folder(folder)
    store.save_folder(replace(folder, name="Home"))
    info = ChatInfo(new_chat_id(), folder=folder.id)
    store.save_chat(info)
    assert store.folders() == (replace(folder, name="Home"),)
    store.remove_folder(folder.id)
    assert store.folders() == () and store.load(info.id).info.folder is None


def test_eight_threads_at_once_lose_nothing(vault: DataVault) -> None:
    store, problems = vault.chats, []
    chat, _ = a_chat(store, "hello")

    def work(name: int) -> None:
        try:
            for n in range(25):
                store.add_message(chat, a_message(f"thread {name} message {n}"))
                store.search("thread", 5)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            problems.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(texts(store, chat)) == 1 + 8 * 25


def test_the_references_and_the_index_hold_after_all_of_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    database.open(KEY)
    store = EncryptedChatStore(database)
    chat, messages = a_chat(store, *"abcdef")
    store.set_deleted(chat, messages[3].id, is_deleted=True)
    store.add_message(chat, a_reply("x", messages[2].id))
    store.purge()
    database.close()
    assert check_database(database.path, KEY, SCHEMA.counted)["messages"] == 4


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30))
def test_packed_tokens_are_the_tuple_they_were(tokens: list[int]) -> None:
    packed = pack_tokens(tokens)
    if packed is None:
        assert not tokens
        return
    unpacked = PackedTokens(packed)
    assert unpacked == tuple(tokens) and tuple(tokens) == unpacked and list(unpacked) == tokens
    assert len(unpacked) == len(tokens) and hash(unpacked) == hash(tuple(tokens)) and unpacked[-1] == tokens[-1]
    assert unpacked != (*tokens, 1) and pack_tokens(unpacked) == packed


@pytest.mark.parametrize("packed", [b"", b"\x03ab", b"\x01a", b"\x02abc"])
def test_what_is_no_packed_tokens_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError):
        PackedTokens(packed)
