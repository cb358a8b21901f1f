"""Backups: one file that brings everything back, and changes nothing where it cannot."""

import threading
from pathlib import Path

import pytest

from app.domain.errors import StorageError, StoreDamaged, WrongKey
from app.domain.vault import KeyHolder, VaultState
from app.storage import backup
from app.storage.encrypted_file import open_bytes, seal_bytes
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import MemoryKeyring
from tests.sim.stored_chats import a_chat, a_message, texts
from tests.unit.storage.conftest import MakeVault

PASSPHRASE = "four words or more"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "nearhalf.backup"


@pytest.fixture
def other_folder(tmp_path: Path) -> DataFolder:
    """Another computer's."""
    return DataFolder(tmp_path / "other").create()


def work_left(folder: DataFolder) -> list[Path]:
    return list(folder.root.glob(".work*"))


@pytest.mark.parametrize("kind", ["passphrase", "code"])
def test_a_new_computer_gets_everything_back(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, other_folder: DataFolder, target: Path, kind: str
) -> None:
    chat, _ = a_chat(vault.chats, "hello", "hi", title="first")
    vault.write_setting("system", "Be brief.")
    (folder.adapters / "mine").mkdir()
    (folder.adapters / "mine" / "a.safetensors").write_bytes(b"weights" * 200_000)
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    code = vault.new_recovery_code()
    vault.back_up(target)
    assert target.stat().st_mode & 0o077 == 0
    new = make_vault(MemoryKeyring(), other_folder)
    new.restore(target, PASSPHRASE if kind == "passphrase" else code)
    assert new.state is VaultState.OPEN and new.notice == ""
    assert texts(new.chats, chat) == ["hello", "hi"] and len(new.chats.search("hel", 5)) == 1
    assert new.read_setting("system") == "Be brief."
    assert (other_folder.adapters / "mine" / "a.safetensors").read_bytes() == b"weights" * 200_000
    assert new.holders == {KeyHolder.KEYRING, KeyHolder.PASSPHRASE, KeyHolder.RECOVERY}
    assert not work_left(folder) and not work_left(other_folder)
    new.lock()
    new.unlock(code)


def test_what_was_there_is_kept_and_opens(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, target: Path, keyring: MemoryKeyring
) -> None:
    old, _ = a_chat(vault.chats, "in the backup")
    vault.set_passphrase(PASSPHRASE, ask_at_start=True)
    vault.back_up(target)
    new, _ = a_chat(vault.chats, "after the backup")
    (folder.adapters / "late.safetensors").write_bytes(b"late")
    vault.set_passphrase("changed since", ask_at_start=True)
    chats = vault.chats
    vault.restore(target, PASSPHRASE)
    assert [info.id for info in chats.chats()] == [old], "a store that was handed out shows the restored chats"
    assert list(folder.adapters.iterdir()) == []
    kept = folder.root / "before-restore-1"
    assert str(kept) in vault.notice
    assert (kept / "adapters" / "late.safetensors").read_bytes() == b"late"
    assert sorted(path.name for path in kept.iterdir()) == ["adapters", "history.db"], (
        "its key is today's: none lies there"
    )
    (kept / "keys.json").write_bytes(folder.keys.read_bytes())
    before = make_vault(own_folder=DataFolder(kept))
    before.unlock(PASSPHRASE)
    assert {info.id for info in before.chats.chats()} == {old, new}
    again = make_vault()
    assert not again.open_without_asking(), "the backup was of a vault that asks"
    again.unlock(PASSPHRASE)


def test_a_backup_of_another_history_leaves_the_old_one_with_its_own_keys(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, other_folder: DataFolder, target: Path
) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    vault.back_up(target)
    other = make_vault(own_folder=other_folder)
    other.open_without_asking()
    chat, _ = a_chat(other.chats, "the other's")
    other.restore(target, PASSPHRASE)
    assert other.chats.chats() == ()
    before = make_vault(own_folder=DataFolder(other_folder.root / "before-restore-1"))
    assert before.open_without_asking() and before.notice == ""
    assert texts(before.chats, chat) == ["the other's"]


def test_without_a_secret_there_is_no_backup_that_could_be_opened(vault: DataVault, target: Path) -> None:
    with pytest.raises(StorageError, match="neither"):
        vault.back_up(target)
    assert not target.exists()


def test_a_wrong_secret_changes_nothing(vault: DataVault, folder: DataFolder, target: Path) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    code = vault.new_recovery_code()
    vault.back_up(target)
    newer = vault.new_recovery_code()
    for wrong, words in ((newer, "not the one"), (code[:-1] + "!", "No recovery code contains"), ("abc", "30 letters")):
        with pytest.raises(WrongKey, match=words):
            vault.restore(target, wrong)
    assert texts(vault.chats, chat) == ["hello"] and not work_left(folder)
    vault.restore(target, code)
    assert texts(vault.chats, chat) == ["hello"]


def test_a_backup_that_is_cut_or_changed_anywhere_changes_nothing(
    vault: DataVault, folder: DataFolder, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    vault.back_up(target)
    whole = target.read_bytes()
    files = sorted(path.name for path in folder.root.iterdir())
    places = [0, 8, 9, 12, 60, 200, 420, *range(500, len(whole), len(whole) // 12), len(whole) - 1]
    for place in places:
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]):
            target.write_bytes(damaged)
            with pytest.raises(StorageError) as caught:
                vault.restore(target, PASSPHRASE)
            assert caught.value.message
            assert texts(vault.chats, chat) == ["hello"]
            assert sorted(path.name for path in folder.root.iterdir()) == files
    target.write_bytes(whole + b"more")
    with pytest.raises(StoreDamaged, match="damaged or cut short"):
        vault.restore(target, PASSPHRASE)
    target.write_bytes(whole)
    vault.restore(target, PASSPHRASE)


def test_files_that_are_no_backup_are_said_to_be_none(vault: DataVault, target: Path) -> None:
    target.parent.mkdir()
    for data in (b"", b"PK\x03\x04 a zip", b"NHBACKUX" + bytes(100)):
        target.write_bytes(data)
        with pytest.raises(StorageError, match="not a backup"):
            vault.restore(target, "x")
    with pytest.raises(StorageError, match="cannot be read"):
        vault.restore(target.with_name("nothing"), "x")


def test_a_newer_backup_is_refused(vault: DataVault, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    with monkeypatch.context() as newer:
        newer.setattr(backup, "VERSION", 2)
        vault.back_up(target)
    with pytest.raises(StorageError, match="newer Nearhalf"):
        vault.restore(target, PASSPHRASE)


@pytest.mark.parametrize(
    "name", ["../evil", "adapters/../../evil", "/etc/evil", "keys.json", "adapters\\..\\evil", "C:/x", ""]
)
def test_a_backup_writes_nowhere_but_into_its_own_places(name: str) -> None:
    with pytest.raises(ValueError):
        backup._safe_path(name)


def test_it_is_consistent_while_a_chat_is_written(
    make_vault: MakeVault, vault: DataVault, other_folder: DataFolder, target: Path
) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    chat, messages = a_chat(vault.chats, "hello")
    stop, problems, written = threading.Event(), [], []

    def write() -> None:
        try:
            while not stop.is_set():
                message = a_message(f"message {len(written)}", messages[0].id)
                vault.chats.add_message(chat, message)
                written.append(message.text)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            problems.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            at_least = len(written)
            vault.back_up(target)
    finally:
        stop.set()
        writer.join()
    assert not problems and texts(vault.chats, chat) == ["hello", *written]
    new = make_vault(MemoryKeyring(), other_folder)
    new.restore(target, PASSPHRASE)
    restored = texts(new.chats, chat)
    assert restored == ["hello", *written[: len(restored) - 1]] and len(restored) > at_least


def test_a_backup_that_cannot_be_written_leaves_the_one_from_before(
    vault: DataVault, folder: DataFolder, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    vault.back_up(target)
    before = target.read_bytes()
    with monkeypatch.context() as broken:

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr("app.storage.whole_file.os.fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            vault.back_up(target)
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == [target.name] and not work_left(folder)


def test_a_damaged_history_is_not_backed_up_over_a_good_backup(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, target: Path
) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    a_chat(vault.chats, *("word " * 500 for _ in range(60)))
    vault.back_up(target)
    before = target.read_bytes()
    vault.close()
    data = bytearray(folder.history.read_bytes())
    data[len(data) // 2] ^= 1
    folder.history.write_bytes(data)
    again = make_vault()
    again.open_without_asking()
    with pytest.raises(StoreDamaged):
        again.back_up(target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("failing", ["adapters", "history.db", "keys"])
def test_a_restore_that_fails_half_way_puts_everything_back(
    make_vault: MakeVault,
    vault: DataVault,
    folder: DataFolder,
    target: Path,
    failing: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder.adapters / "early.safetensors").write_bytes(b"early")
    vault.set_passphrase(PASSPHRASE, ask_at_start=False)
    vault.back_up(target)
    chat, _ = a_chat(vault.chats, "after the backup")
    (folder.adapters / "late.safetensors").write_bytes(b"late")
    before = sorted(
        str(path.relative_to(folder.root)) for path in folder.root.rglob("*") if "history.db-" not in path.name
    )
    real = Path.replace

    def replace(path: Path, to: Path) -> Path:
        is_restored = path.parent.name.startswith(".work-") and path.name == failing
        if is_restored or (failing == "keys" and Path(to).name == "keys.copy.json" and path.parent == folder.root):
            raise OSError(28, "No space left on device")
        return real(path, to)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(StorageError, match="No space left"):
        vault.restore(target, PASSPHRASE)
    monkeypatch.undo()
    assert vault.state is VaultState.LOCKED
    assert sorted(str(path.relative_to(folder.root)) for path in folder.root.rglob("*")) == before
    again = make_vault()
    assert again.open_without_asking()
    assert texts(again.chats, chat) == ["after the backup"]


@pytest.mark.parametrize("way", ["restore", "start anew"])
def test_a_damaged_history_is_left_behind_by_restoring_or_starting_anew(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, target: Path, way: str
) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    code = vault.new_recovery_code()
    vault.back_up(target)
    seal_bytes(b"weights", folder.adapters / "mine", vault.file_key(), "mine")
    vault.close()
    folder.history.write_bytes(b"\0" * 50_000)
    again = make_vault()
    for attempt in (again.open_without_asking, lambda: again.unlock(code)):
        with pytest.raises(StoreDamaged, match="damaged"):
            attempt()
        assert again.state is VaultState.LOCKED
    if way == "restore":
        again.restore(target, code)
        assert texts(again.chats, chat) == ["hello"]
    else:
        again.start_anew()
        assert again.chats.chats() == ()
        assert open_bytes(folder.adapters / "mine", again.file_key(), "mine") == b"weights", "the keys were not damaged"
        again.confirm_recovery_code(code)
    (kept,) = [path for path in folder.root.iterdir() if path.is_dir() and path.name.endswith("-1")]
    assert str(kept) in again.notice and (kept / "history.db").read_bytes() == b"\0" * 50_000
