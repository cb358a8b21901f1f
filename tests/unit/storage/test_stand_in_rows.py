"""A chat's map of stand-ins: kept with the chat, and gone with it for good."""

import pytest

from app.domain.errors import StorageError
from app.domain.ids import new_chat_id
from app.storage.vault import DataVault
from tests.sim.stored_chats import a_chat


def test_the_map_comes_back_and_goes_when_its_chat_is_purged(vault: DataVault) -> None:
    store = vault.chats
    (one, _), (other, _) = a_chat(store, "hello"), a_chat(store, "hi")
    for chat in (one, other):
        assert store.stand_ins(chat) == ""
        store.save_stand_ins(chat, f"map of {chat} \ud800")
    store.save_stand_ins(one, "changed")
    assert store.stand_ins(one) == "changed"
    store.set_deleted(one, None, is_deleted=True)
    store.purge()
    assert store.stand_ins(one) == "" and store.stand_ins(other).startswith("map of")
    with pytest.raises(StorageError):
        store.save_stand_ins(new_chat_id(), "of no chat")


def test_the_map_is_on_the_disk_only_encrypted(vault: DataVault) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    vault.chats.save_stand_ins(chat, "Quillfeather")
    files = [path for path in vault._folder.root.rglob("*") if path.is_file()]
    assert files and not any(b"Quillfeather" in path.read_bytes() for path in files)
