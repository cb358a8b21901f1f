"""Search: found by every word's beginning, in any case and script; marks stand where the words are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.conversation import Attachment, SearchHit
from app.storage import chat_search
from app.storage.chat_store import EncryptedChatStore
from app.storage.vault import DataVault
from tests.sim.stored_chats import a_chat, a_message


@pytest.fixture
def store(vault: DataVault) -> EncryptedChatStore:
    return vault.chats


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.marks]


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        ("hello", ["Hello"]),
        ("HEL", ["Hel"]),
        ("wor hel", ["Hello"[:3], "wor"]),
        ("strasse", []),
        ("straße", ["Straße"]),
        ("uber", ["Über"]),
        ("ÜBER", ["Über"]),
        ("half-open", ["half-open"]),
        ("half open", ["half", "open"]),
        ("C++", ["C"]),
        ('"quoted"', ["quoted"]),
        ("hello (", ["Hello"]),
        ("hello AND NOT world", []),
        ("ello", []),
        ("-- * ^ : ( ) { }", []),
        ("", []),
        ("\0", []),
        ("hello\0world", ["Hello", "world"]),
    ],
)
def test_every_word_counts_from_its_beginning(store: EncryptedChatStore, words: str, marks: list[str]) -> None:
    a_chat(store, 'Hello world! Über die Straße, "quoted", half-open in C++')
    a_chat(store, "nothing of it")
    hits = store.search(words, 10)
    assert [marked(hit) for hit in hits] == ([marks] if marks else [])


@pytest.mark.parametrize(
    ("words", "mark"), [("天气", "天气"), ("今天", "今天"), ("ภาษา", "ภาษา"), ("GPT 天", "天"), ("て", "て")]
)
def test_scripts_without_spaces_are_found_inside_a_sentence(store: EncryptedChatStore, words: str, mark: str) -> None:
    chat, messages = a_chat(store, "GPT: 今天天气怎么样？ 100% ภาษาไทย はじめて", title="no")
    a_chat(store, "GPT: 昨天", title="other") if words == "今天" else None
    (hit,) = store.search(words, 10)
    assert (hit.chat, hit.message) == (chat, messages[0].id)
    assert mark in marked(hit)
    assert not store.search("天_", 10) and not store.search("天%", 10), "no wildcards"


def test_titles_come_first(store: EncryptedChatStore) -> None:
    told, messages = a_chat(store, "about lichens", title="Walk")
    titled, _ = a_chat(store, "hello", title="Lichens and moss")
    assert [(hit.chat, hit.message) for hit in store.search("liche", 10)] == [(titled, None), (told, messages[0].id)]
    assert [hit.chat for hit in store.search("liche", 1)] == [titled]
    assert store.search("liche", 0) == ()
    assert store.search("liche", 10)[1].title == "Walk"


def test_attachments_are_searched(store: EncryptedChatStore) -> None:
    chat, _ = a_chat(store)
    message = a_message("see the file")
    store.add_message(
        chat,
        message.__class__(
            message.id, message.role, message.text, attachments=(Attachment("a", "x " * 500 + "needle"),)
        ),
    )
    (hit,) = store.search("needle", 10)
    assert hit.message == message.id and marked(hit) == ["needle"]


def test_a_snippet_is_one_line_around_the_hit(store: EncryptedChatStore) -> None:
    a_chat(store, "line\n" * 5000 + "the needle\there" + "\nafter" * 5000)
    (hit,) = store.search("needle", 10)
    assert marked(hit) == ["needle"] and len(hit.snippet) <= 162
    assert hit.snippet.startswith("…") and hit.snippet.endswith("…") and "\n" not in hit.snippet


def test_hidden_messages_do_not_crowd_out_the_others(
    store: EncryptedChatStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_search, "_WINDOW", 3)
    chat, messages = a_chat(store, *["needle"] * 10)
    _, visible = a_chat(store, *["needle once", "needle twice"])
    gone, _ = a_chat(store, *["needle"] * 10)
    store.set_deleted(gone, None, is_deleted=True)
    store.set_deleted(chat, messages[2].id, is_deleted=True)
    found = [hit.message for hit in store.search("needle", 100)]
    assert sorted(found, key=str) == sorted([m.id for m in (*visible, *messages[:2])], key=str)
    assert len(store.search("needle", 3)) == 3


def test_the_better_of_the_latest_comes_first(store: EncryptedChatStore) -> None:
    _, long = a_chat(store, "needle " + "hay " * 300)
    _, short = a_chat(store, "needle needle")
    _, latest = a_chat(store, "hay " * 300 + "needle")
    found = [hit.message for hit in store.search("needle", 10)]
    assert found[0] == short[0].id and set(found) == {long[0].id, short[0].id, latest[0].id}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.text(max_size=60))
def test_no_query_is_an_error_and_every_mark_lies_in_its_snippet(
    store: EncryptedChatStore, words: str, text: str
) -> None:
    a_chat(store, text, title=text[::-1])
    for query in (words, text):
        for hit in store.search(query, 20):
            assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.marks)
