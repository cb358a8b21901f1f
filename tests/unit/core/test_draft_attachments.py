"""What waits beside a draft: kept with it, emptied by sending, bounded."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversations import Library
from app.core.draft_attachments import KEPT_CHARACTERS, read_attachments, saved_attachments
from app.core.memory_store import MemoryStore
from app.domain.conversation import Attachment, DraftAttachment
from app.domain.errors import SettingsError
from app.domain.ids import new_chat_id
from app.domain.sampling import SamplingSettings
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import MemoryKeyring
from tests.sim.scripted_conversations import ScriptedConversations
from tests.sim.stored_chats import a_chat

FILE = DraftAttachment(Attachment("notes.txt", "the heron Quillfeather\n\ud800 \0 ü"))
PASTE = DraftAttachment(Attachment("Pasted text 1", "def f():\n    pass\n"), is_paste=True)


def open_vault(folder: Path) -> DataVault:
    vault = DataVault(DataFolder(folder).create(), MemoryKeyring(), lambda: PassphraseCost(64, 1, 1))
    assert vault.open_without_asking()
    return vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[DataVault]:
    vault = open_vault(tmp_path)
    yield vault
    vault.close()


def library(store: object) -> Library:
    return Library(store, sampling=SamplingSettings, system=str)  # type: ignore[arg-type]


def test_they_come_back_as_they_were() -> None:
    assert read_attachments(saved_attachments([FILE, PASTE])) == (FILE, PASTE)
    assert saved_attachments([]) == ""
    assert read_attachments("") == ()


@pytest.mark.parametrize("saved", ["no", "3", "{}", "[[1]]", '[["a", 2, true]]', "[" * 9_000, "null", '{"v": 2}'])
def test_another_form_is_nothing(saved: str) -> None:
    assert read_attachments(saved) == ()


def test_too_much_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match="too long"):
        saved_attachments([DraftAttachment(Attachment("a", "x" * (KEPT_CHARACTERS + 1)))])


def test_they_are_there_after_a_restart_and_nowhere_in_the_clear(vault: DataVault, tmp_path: Path) -> None:
    chats = library(vault.chats)
    chat = chats.new_chat()
    assert chats.draft_attachments(chat) == ()
    chats.save_draft_attachments(chat, [FILE, PASTE])
    chats.close()
    again = library(vault.chats)
    assert [info.id for info in again.chats()] == [chat]
    kept = again.draft_attachments(chat)
    assert [one.is_paste for one in kept] == [False, True]
    assert kept[1] == PASTE and kept[0].attachment.text.startswith("the heron Quillfeather\n")
    again.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not any(b"Quillfeather" in path.read_bytes() for path in files)


def test_they_go_with_their_chat(vault: DataVault) -> None:
    store = vault.chats
    (one, _), (other, _) = a_chat(store, "hello"), a_chat(store, "hi")
    for chat in (one, other):
        store.save_draft_attachments(chat, json.dumps([["a", "b", False]]))
        store.save_stand_ins(chat, "map")
    store.set_deleted(one, None, is_deleted=True)
    store.purge()
    assert store.draft_attachments(one) == "" == store.stand_ins(one)
    assert store.draft_attachments(other) and store.stand_ins(other)
    store.save_draft_attachments(other, "")
    assert store.draft_attachments(other) == ""


def test_sending_empties_them_and_editing_does_not() -> None:
    chats = ScriptedConversations()
    try:
        chat = chats.new_chat()
        chats.save_draft_attachments(chat, [FILE])
        chats.send(chat, "read this", [FILE.attachment])
        assert chats.draft_attachments(chat) == ()
    finally:
        chats.close()


def test_an_empty_chat_is_not_stored_for_nothing() -> None:
    store = MemoryStore()
    chats = library(store)
    chat = chats.new_chat()
    chats.save_draft_attachments(chat, [])
    assert store.chats() == ()
    temporary = chats.new_chat(is_temporary=True)
    chats.save_draft_attachments(temporary, [PASTE])
    assert chats.draft_attachments(temporary) == (PASTE,)
    assert store.chats() == () and store.draft_attachments(new_chat_id()) == ""
    chats.close()
