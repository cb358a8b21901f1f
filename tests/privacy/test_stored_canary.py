"""A secret sentence goes through every door of the vault; no file of the data folder holds it, in any form."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.conversation import Attachment, ChatInfo, ChatOptions, EndReason, Folder, Message, Role, StoredChat
from app.domain.ids import new_chat_id, new_folder_id, new_message_id
from app.storage.encrypted_file import seal_bytes
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.privacy.needles import found_in
from tests.sim.keyrings import MemoryKeyring

SECRET = "the heron nests behind boathouse nineteen"
TOKENS = (30_112, 41_877, 2_345, 17_291, 9_998, 48_123)


def everything_below(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"history.db", "keys.json"} <= {path.name for path in files}
    return b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


def test_the_search_for_the_secret_would_find_it(folder: DataFolder) -> None:
    """The test's own test: what is looked for below is found where it is."""
    (folder.root / "history.db").write_bytes(SECRET.upper().encode("utf-16-le"))
    (folder.root / "keys.json").write_text("nothing")
    assert found_in(everything_below(folder.root).lower(), SECRET, TOKENS)


def test_no_file_ever_holds_a_word_of_it(folder: DataFolder) -> None:
    keyring = MemoryKeyring()
    vault = DataVault(folder, keyring, lambda: PassphraseCost(64, 1, 1))
    looks: list[str] = []

    def look(when: str) -> None:
        looks.extend(f"{when}: {form}" for form in found_in(everything_below(folder.root), SECRET, TOKENS))

    vault.open_without_asking()
    store = vault.chats
    place = Folder(new_folder_id(), SECRET)
    store.save_folder(place)
    info = ChatInfo(new_chat_id(), SECRET, folder=place.id, draft=SECRET, options=ChatOptions(system=SECRET))
    store.save_chat(info)
    asked = Message(new_message_id(), Role.USER, SECRET, attachments=(Attachment(SECRET, SECRET),))
    store.add_message(info.id, asked)
    look("asked")
    reply = Message(new_message_id(), Role.ASSISTANT, "", parent=asked.id)
    store.add_message(info.id, reply)
    for length in range(1, len(TOKENS) + 1):
        store.grow_reply(replace(reply, text=SECRET * length, tokens=TOKENS[:length]))
        look("growing")
    store.grow_reply(replace(reply, text=SECRET, tokens=TOKENS, end=EndReason.END_OF_TEXT))
    assert len(store.search("boathouse", 9)) == 3
    vault.write_setting("system", SECRET)
    many = [Message(new_message_id(), Role.USER, f"{SECRET} {n} " * 30) for n in range(400)]
    store.import_chat(StoredChat(ChatInfo(new_chat_id(), SECRET), many))
    look("imported")
    vault.set_passphrase(SECRET, ask_at_start=False)
    code = vault.new_recovery_code()
    look("passphrase")
    seal_bytes(SECRET.encode() * 1000, folder.adapters / "mine.nhs", vault.file_key(), "mine")
    vault.back_up(folder.backups / "today.backup")
    look("backed up")
    store.set_deleted(info.id, None, is_deleted=True)
    store.purge()
    look("purged")
    vault.restore(folder.backups / "today.backup", code)
    look("restored")
    vault.lock()
    look("locked")
    vault.unlock(SECRET)
    vault.start_anew()
    vault.close()
    look("closed")
    assert looks == []
    kept_by_keyring = "\0".join(keyring.kept.values()).encode()
    assert not found_in(kept_by_keyring, SECRET, TOKENS)
    assert code.replace("-", "").encode() not in everything_below(folder.root).replace(b"-", b"")
