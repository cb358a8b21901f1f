"""The vault: who opens it, what survives which loss, and that a wrong secret is an answer."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from app.core.ports import ChatStore
from app.core.vault import Vault
from app.domain.errors import StorageError, StoreDamaged, WrongKey
from app.domain.vault import KeyHolder, VaultState
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.storage.work_folder import work_folder
from tests.sim.keyrings import LyingKeyring, MemoryKeyring, NullKeyring, StubbornKeyring
from tests.sim.stored_chats import a_chat, a_message, texts
from tests.unit.storage.conftest import MakeVault

KEYRING, FILE, PASSPHRASE, RECOVERY = KeyHolder.KEYRING, KeyHolder.FILE, KeyHolder.PASSPHRASE, KeyHolder.RECOVERY


def test_it_is_what_the_window_and_core_expect(vault: DataVault) -> None:
    as_window: Vault = vault
    as_core: ChatStore = vault.chats
    assert as_window.chats is as_core


def test_a_first_start_needs_nobody(make_vault: MakeVault, folder: DataFolder) -> None:
    vault = make_vault()
    assert vault.state is VaultState.NEW and vault.holders == frozenset()
    assert vault.open_without_asking()
    assert vault.state is VaultState.OPEN and vault.notice == ""
    assert vault.holders == {KEYRING, FILE}
    if sys.platform != "win32":
        for path in (folder.history, folder.keys, folder.key_file, folder.history.with_name("history.db-wal")):
            assert path.stat().st_mode & 0o077 == 0, path


def test_what_was_said_is_there_at_the_next_start(make_vault: MakeVault, vault: DataVault) -> None:
    chat, _ = a_chat(vault.chats, "hello", "hi")
    vault.write_setting("system", "Be brief.")
    again = make_vault()
    assert again.state is VaultState.LOCKED
    assert again.open_without_asking() and again.notice == ""
    assert texts(again.chats, chat) == ["hello", "hi"]
    assert again.read_setting("system") == "Be brief." and again.read_setting("other") == ""


@pytest.mark.parametrize(
    "keyring",
    [MemoryKeyring(NoKeyringError()), MemoryKeyring(RuntimeError("D-Bus")), NullKeyring(), LyingKeyring()],
    ids=["none", "dies", "keeps nothing", "lies"],
)
def test_without_a_keyring_that_works_a_file_opens_it(make_vault: MakeVault, keyring: MemoryKeyring) -> None:
    vault = make_vault(keyring)
    vault.open_without_asking()
    assert vault.holders == {FILE}
    chat, _ = a_chat(vault.chats, "hello")
    again = make_vault(keyring)
    assert again.open_without_asking() and again.notice == ""
    assert texts(again.chats, chat) == ["hello"]


def test_without_a_keyring_a_passphrase_that_is_not_asked_for_leaves_the_file(make_vault: MakeVault) -> None:
    keyring = NullKeyring()
    vault = make_vault(keyring)
    vault.open_without_asking()
    vault.set_passphrase("four words or more", ask_at_start=False)
    assert vault.holders == {FILE, PASSPHRASE}
    assert make_vault(keyring).open_without_asking()


def _forgotten(keyring: MemoryKeyring) -> None:
    keyring.kept.clear()


def _locked(keyring: MemoryKeyring) -> None:
    keyring.error = KeyringLocked()


def _another_key(keyring: MemoryKeyring) -> None:
    other = MemoryKeyring()
    other.set_password("a", "b", "1:" + "A" * 43 + "=")
    keyring.change_all(lambda _: other.kept["a", "b"])


def _rubbish(keyring: MemoryKeyring) -> None:
    keyring.change_all(lambda _: "not a key at all")


MISHAPS = [_forgotten, _locked, _another_key, _rubbish]


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_keyring_that_fails_later_loses_nothing(
    make_vault: MakeVault, vault: DataVault, keyring: MemoryKeyring, mishap: object
) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    vault.close()
    mishap(keyring)  # type: ignore[operator]
    again = make_vault()
    assert again.open_without_asking()
    assert texts(again.chats, chat) == ["hello"]
    assert "keyring" in again.notice and "Nothing is lost" in again.notice
    is_mended = keyring.error is None
    assert ("given the key again" in again.notice) is is_mended
    keyring.error = None
    third = make_vault()
    assert third.open_without_asking() and third.notice == ""


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("kind", ["passphrase", "recovery code"])
def test_where_the_file_has_gone_too_the_secret_opens_it_and_mends_the_keyring(
    make_vault: MakeVault, vault: DataVault, keyring: MemoryKeyring, folder: DataFolder, mishap: object, kind: str
) -> None:
    if kind == "passphrase":
        secret = "four words or more"
        vault.set_passphrase(secret, ask_at_start=False)
    else:
        secret = vault.new_recovery_code()
        vault.confirm_recovery_code(secret)
    assert FILE not in vault.holders and not folder.key_file.exists()
    chat, _ = a_chat(vault.chats, "hello")
    vault.close()
    mishap(keyring)  # type: ignore[operator]
    again = make_vault()
    assert not again.open_without_asking()
    assert again.state is VaultState.LOCKED and "keyring" in again.notice
    again.unlock(secret)
    assert texts(again.chats, chat) == ["hello"]
    assert not folder.key_file.exists(), "a keyring that is away must not put the key on the disk"
    keyring.error = None
    third = make_vault()
    assert third.open_without_asking() and third.notice == ""


def test_with_nothing_left_to_ask_for_the_words_say_what_helps(
    make_vault: MakeVault, vault: DataVault, keyring: MemoryKeyring, folder: DataFolder
) -> None:
    vault.close()
    keyring.error = KeyringLocked()
    folder.key_file.unlink()
    again = make_vault()
    with pytest.raises(StorageError, match=r"did not answer.*is not there any more.*neither"):
        again.open_without_asking()
    keyring.error = None
    assert again.open_without_asking()


def test_the_file_stays_until_the_code_is_confirmed(vault: DataVault, folder: DataFolder) -> None:
    first = vault.new_recovery_code()
    assert folder.key_file.exists()
    vault.confirm_recovery_code(first.lower().replace("-", " "))
    assert not folder.key_file.exists() and vault.holders == {KEYRING, RECOVERY}
    second = vault.new_recovery_code()
    assert folder.key_file.exists(), "nobody has kept the second code yet"
    with pytest.raises(WrongKey, match="not the one of this history"):
        vault.confirm_recovery_code(first)
    assert folder.key_file.exists()
    vault.confirm_recovery_code(second)
    assert not folder.key_file.exists()


def test_asking_at_the_start_lets_go_of_keyring_and_file(
    make_vault: MakeVault, vault: DataVault, keyring: MemoryKeyring, folder: DataFolder
) -> None:
    stolen = dict(keyring.kept), folder.key_file.read_bytes()
    vault.set_passphrase("four words or more", ask_at_start=True)
    assert vault.holders == {PASSPHRASE} and not keyring.kept and not folder.key_file.exists()
    keyring.kept, _ = stolen
    folder.key_file.write_bytes(stolen[1])
    again = make_vault()
    assert not again.open_without_asking(), "what was let go of opens nothing, even where somebody kept it"
    again.unlock("four words or more")
    assert again.state is VaultState.OPEN


def test_a_keyring_that_will_not_forget_opens_nothing_all_the_same(make_vault: MakeVault) -> None:
    keyring = StubbornKeyring()
    vault = make_vault(keyring)
    vault.open_without_asking()
    vault.set_passphrase("four words or more", ask_at_start=True)
    assert keyring.kept
    assert not make_vault(keyring).open_without_asking()


def test_without_the_passphrase_the_keyring_and_the_file_are_back(make_vault: MakeVault, vault: DataVault) -> None:
    vault.set_passphrase("four words or more", ask_at_start=True)
    vault.set_passphrase(None, ask_at_start=True)
    assert vault.holders == {KEYRING, FILE}
    assert make_vault().open_without_asking()


def test_a_wrong_secret_is_an_answer(make_vault: MakeVault, vault: DataVault) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    code = vault.new_recovery_code()
    newer = vault.new_recovery_code()
    vault.set_passphrase("four words or more", ask_at_start=True)
    again = make_vault()
    for wrong, words in (
        ("four words", "passphrase does not open"),
        ("", "passphrase does not open"),
        (code, "typed correctly, but it is not the one"),
        (newer[:-1] + ("A" if newer[-1] != "A" else "B"), "typing mistake"),
    ):
        with pytest.raises(WrongKey, match=words):
            again.unlock(wrong)
        assert again.state is VaultState.LOCKED
    again.unlock(newer.lower())
    assert texts(again.chats, chat) == ["hello"]


def test_a_changed_passphrase_replaces_the_old_one(make_vault: MakeVault, vault: DataVault) -> None:
    vault.set_passphrase("the old one", ask_at_start=True)
    vault.set_passphrase("the new one", ask_at_start=True)
    again = make_vault()
    with pytest.raises(WrongKey):
        again.unlock("the old one")
    again.unlock("the new one")


def test_locking_closes_the_store_and_forgets_the_key(vault: DataVault) -> None:
    with pytest.raises(StorageError, match="nothing to lock"):
        vault.lock()
    vault.set_passphrase("four words or more", ask_at_start=False)
    chats = vault.chats
    chat, _ = a_chat(chats, "hello")
    key = vault._keys._key
    vault.lock()
    assert vault.state is VaultState.LOCKED
    assert bytes(key) == b"" or not any(key)
    for use in (lambda: vault.chats, lambda: chats.load(chat), vault.file_key, lambda: vault.read_setting("system")):
        with pytest.raises(StorageError, match="locked"):
            use()
    assert not vault.open_without_asking(), "who locked it wants to be asked, whatever the keyring holds"
    vault.unlock("four words or more")
    assert texts(chats, chat) == ["hello"], "a store that was handed out lives on"


def test_checking_a_secret_of_an_open_vault_leaves_it_open(vault: DataVault) -> None:
    vault.set_passphrase("four words or more", ask_at_start=False)
    vault.unlock("four words or more")
    with pytest.raises(WrongKey):
        vault.unlock("others")
    assert vault.state is VaultState.OPEN
    a_chat(vault.chats, "hello")


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b'{"version": 1}', b"\xff" * 500])
@pytest.mark.parametrize("which", ["keys.json", "keys.copy.json"])
def test_one_damaged_list_of_keys_costs_nothing(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, which: str, damage: bytes
) -> None:
    chat, _ = a_chat(vault.chats, "hello")
    vault.close()
    (folder.root / which).write_bytes(damage)
    again = make_vault()
    assert again.open_without_asking()
    assert texts(again.chats, chat) == ["hello"]
    assert folder.keys.read_bytes() == (folder.root / "keys.copy.json").read_bytes() != damage
    assert ("copy" in again.notice) is (which == "keys.json")
    damaged = [path for path in folder.root.iterdir() if "damaged" in path.name]
    assert [path.read_bytes() for path in damaged] == [damage]


def test_with_both_damaged_nothing_is_overwritten_and_start_anew_keeps_all(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder
) -> None:
    a_chat(vault.chats, "hello")
    vault.close()
    whole = {name: (folder.root / name).read_bytes() for name in ("keys.json", "history.db", "history.key")}
    for name in ("keys.json", "keys.copy.json"):
        (folder.root / name).write_bytes(b"damage")
    again = make_vault()
    assert again.state is VaultState.LOCKED and again.holders == frozenset()
    for attempt in (again.open_without_asking, lambda: again.unlock("x")):
        with pytest.raises(StoreDamaged, match="damaged") as caught:
            attempt()
        assert caught.value.advice
    assert folder.keys.read_bytes() == b"damage" and folder.history.read_bytes() == whole["history.db"]
    again.start_anew()
    assert again.state is VaultState.OPEN and again.chats.chats() == ()
    kept = folder.root / "damaged-1"
    assert str(kept) in again.notice
    assert (kept / "history.db").read_bytes() == whole["history.db"]
    # the kept folder is a data folder: with the list of keys mended, it opens
    (kept / "keys.json").write_bytes(whole["keys.json"])
    other = make_vault(own_folder=DataFolder(kept))
    assert other.open_without_asking()
    assert len(other.chats.chats()) == 1


def test_a_history_without_its_keys_is_not_written_over(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder
) -> None:
    vault.close()
    before = folder.history.read_bytes()
    for path in folder.root.glob("keys*.json"):
        path.unlink()
    again = make_vault()
    assert again.state is VaultState.LOCKED
    with pytest.raises(StoreDamaged, match="not there any more"):
        again.open_without_asking()
    assert folder.history.read_bytes() == before and not folder.keys.exists()


def test_keys_of_a_newer_version_are_left_alone(make_vault: MakeVault, vault: DataVault, folder: DataFolder) -> None:
    vault.close()
    newer = folder.keys.read_bytes().replace(b'"version": 1', b'"version": 2')
    folder.keys.write_bytes(newer)
    with pytest.raises(StorageError, match="newer Nearhalf"):
        make_vault().open_without_asking()
    assert folder.keys.read_bytes() == newer


def test_a_history_that_is_gone_is_said(make_vault: MakeVault, vault: DataVault, folder: DataFolder) -> None:
    vault.close()
    folder.history.unlink()
    again = make_vault()
    assert again.open_without_asking()
    assert "was not there" in again.notice


def test_the_folder_belongs_to_the_first_that_opens_it(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, keyring: MemoryKeyring
) -> None:
    second = DataVault(folder, keyring)
    with pytest.raises(StorageError, match="Another Nearhalf"):
        second.open_without_asking()
    with pytest.raises(StorageError, match="Another Nearhalf"):
        second.delete_everything()
    script = (
        "import sys; from pathlib import Path\n"
        "from app.storage.paths import DataFolder; from app.storage.vault import DataVault\n"
        "from app.domain.errors import StorageError\n"
        "try: DataVault(DataFolder(Path(sys.argv[1]))).open_without_asking()\n"
        "except StorageError as error: print(error.message)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, folder.root], capture_output=True, text=True, cwd=Path.cwd())
    assert "Another Nearhalf has this history open." in ran.stdout, ran.stderr
    vault.close()
    assert second.open_without_asking()
    second.close()


def test_what_a_killed_process_left_is_gone_at_the_next_start(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, keyring: MemoryKeyring
) -> None:
    with work_folder(folder) as work:
        (work / "half").write_bytes(b"of a backup")
        other = DataVault(folder, keyring)
        with pytest.raises(StorageError, match="Another Nearhalf"):
            other.open_without_asking()
        assert vault.open_without_asking()
        assert (work / "half").read_bytes() == b"of a backup"  # in use
        left = folder.root / f"{work.name}-killed"
        shutil.copytree(work, left)
    assert left.exists()
    make_vault().open_without_asking()
    assert not list(folder.root.glob(".work-*"))


def test_deleting_everything_leaves_no_key_and_a_new_vault(
    make_vault: MakeVault, vault: DataVault, folder: DataFolder, keyring: MemoryKeyring
) -> None:
    a_chat(vault.chats, "hello")
    for path in (folder.adapters / "mine.safetensors", folder.packs / "p", folder.logs / "app.log", folder.ledger):
        path.write_bytes(b"x" * 10)
    (folder.models / "base").write_bytes(b"x" * 10)
    for job, name in (("running", "notes.sealed"), ("running", "ledger.nhl"), ("ended", "ledger.nhl")):
        (folder.tuning / job).mkdir(parents=True, exist_ok=True)
        (folder.tuning / job / name).write_bytes(b"x" * 10)
    assert vault.sizes() | {"history": 0} == {
        "history": 0,
        "adapters": 10,
        "tuning": 10,
        "device packs": 10,
        "models": 10,
        "ledger": 30,
        "logs": 10,
    }
    assert vault.sizes()["history"] > 10_000
    vault.delete_everything()
    assert vault.state is VaultState.NEW and not keyring.kept
    left = sorted(path.name for path in folder.root.rglob("*") if path.is_file())
    assert left == ["base", "history.lock"]
    assert vault.open_without_asking() and vault.chats.chats() == ()


def test_a_keyring_entry_of_another_vault_is_not_touched(
    make_vault: MakeVault, vault: DataVault, keyring: MemoryKeyring, tmp_path: Path
) -> None:
    other = DataVault(DataFolder(tmp_path / "other").create(), keyring)
    other.open_without_asking()
    chat, _ = a_chat(other.chats, "hello")
    vault.delete_everything()
    other.close()
    again = DataVault(DataFolder(tmp_path / "other"), keyring)
    assert again.open_without_asking() and again.notice == ""
    again.chats.add_message(chat, a_message("still here"))
    again.close()


def test_a_portable_history_opens_on_another_computer(tmp_path: Path) -> None:
    """Its key is in no keyring, however well that works."""
    here, there = MemoryKeyring(), MemoryKeyring()
    folder = DataFolder(tmp_path / "portable", is_portable=True).create()
    vault = DataVault(folder, here, lambda: PassphraseCost(64, 1, 1))
    assert vault.open_without_asking()
    assert vault.holders == {KeyHolder.FILE}
    vault.write_setting("system", "Quillfeather")
    vault.close()
    shutil.copytree(folder.root, tmp_path / "stick")
    again = DataVault(DataFolder(tmp_path / "stick", is_portable=True), there, lambda: PassphraseCost(64, 1, 1))
    assert again.open_without_asking()
    assert again.read_setting("system") == "Quillfeather"
    again.set_passphrase("four words of mine", ask_at_start=True)
    again.close()
    asked = DataVault(DataFolder(tmp_path / "stick", is_portable=True), there, lambda: PassphraseCost(64, 1, 1))
    assert not asked.open_without_asking()
    asked.close()
