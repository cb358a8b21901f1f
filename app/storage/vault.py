"""The lock on everything that is encrypted: keys, history and backups of one data folder, as one state machine.

NEW (no keys yet) -> OPEN <-> LOCKED. What the window sees of it is app/core/vault.py; how keys and files hang together
is docs/storage.md. Any thread; one call at a time. The folder is used by one process: the first to open it holds a
lock until `close`.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.errors import StorageError, StoreDamaged
from app.domain.vault import KeyHolder, VaultState
from app.storage.backup import HISTORY_KEY_PURPOSE, KEY_PURPOSE, read_backup, write_backup
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database
from app.storage.key_holders import KeyringHolder
from app.storage.key_wraps import PassphraseCost, measured_cost
from app.storage.keys import Keys
from app.storage.migration import drop_old_schemas, migrate
from app.storage.paths import DataFolder
from app.storage.secrets import Keyring, NoKeyring
from app.storage.set_aside import delete_all, drop_kept_keys, kept_folders, set_aside, sizes
from app.storage.work_folder import sweep_work
from app.storage.wraps_file import WrapsFile


class DataVault:
    """The vault of one data folder (app/core/vault.py: Vault). keyring: None is the system's."""

    def __init__(
        self,
        folder: DataFolder,
        keyring: Keyring | None = None,
        cost: Callable[[], PassphraseCost] = measured_cost,
        around_deletion: Callable[[Callable[[], None]], None] = lambda delete: delete(),
    ) -> None:
        """`around_deletion` is called with what deletes the files: who has some of them open lets go meanwhile."""
        self._folder = folder
        if folder.is_portable:
            keyring = NoKeyring()
        self._keys = Keys(WrapsFile(folder.keys), folder.key_file, KeyringHolder(keyring), cost)
        self._database = Database(folder.history)
        self._chats = EncryptedChatStore(self._database)
        self._process_lock = FileLock(folder.history_lock, timeout=0, thread_local=False)
        self._around_deletion = around_deletion
        self._lock = threading.RLock()
        self._notices: list[str] = []
        self._is_locked_by_hand = False

    @property
    def state(self) -> VaultState:
        if self._database.is_open:
            return VaultState.OPEN
        is_new = not WrapsFile(self._folder.keys).exists and not self._folder.history.exists()
        return VaultState.NEW if is_new else VaultState.LOCKED

    @property
    def holders(self) -> frozenset[KeyHolder]:
        try:
            wraps = self._keys.wraps
        except StorageError:  # said by every way to open it
            return frozenset()
        return frozenset(wraps.by_holder) if wraps is not None else frozenset()

    @property
    def notice(self) -> str:
        return " ".join([*self._keys.notices, *self._notices])

    @property
    def chats(self) -> EncryptedChatStore:
        if not self._database.is_open:
            raise StorageError("The history is locked.", "Unlock it first.")
        return self._chats

    def open_without_asking(self) -> bool:
        """After `lock` the answer is False: who locked it wants to be asked."""
        with self._lock:
            if self._database.is_open:
                return True
            self._hold_folder()
            if self.state is VaultState.NEW:
                self._keys.create()
                self._open_history(is_new=True)
                if kept := kept_folders(self._folder):
                    self._notices.append(f"An older history is kept in {kept[-1]}.")
                return True
            if self._is_locked_by_hand or not self._keys.open_unasked():
                return False
            self._open_history()
            return True

    def unlock(self, secret: str) -> None:
        """On an open vault: only check the secret."""
        with self._lock:
            self._hold_folder()
            self._keys.open_with(secret)
            if not self._database.is_open:
                self._open_history()

    def lock(self) -> None:
        with self._lock:
            if KeyHolder.PASSPHRASE not in self.holders:
                raise StorageError("There is no passphrase, so there is nothing to lock.", "Set one first.")
            self._database.close()
            self._keys.close()
            self._is_locked_by_hand = True

    def set_passphrase(self, passphrase: str | None, *, ask_at_start: bool) -> None:
        with self._lock:
            self._keys.set_passphrase(passphrase, ask_at_start=ask_at_start)

    def new_recovery_code(self) -> str:
        with self._lock:
            return self._keys.new_recovery_code()

    def confirm_recovery_code(self, code: str) -> None:
        with self._lock:
            self._keys.confirm_recovery_code(code)

    def read_setting(self, name: str) -> str:
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row is not None else ""

    def write_setting(self, name: str, value: str) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def overwrite_setting(self, name: str, value: str) -> None:
        self.write_setting(name, value)
        self._database.empty_what_was_freed()

    def sizes(self) -> dict[str, int]:
        return sizes(self._folder)

    def file_key(self) -> bytes:
        """For encrypted_file.py: adapters and other files of this device. Raises StorageError while locked."""
        with self._lock:
            if not self._database.is_open:
                raise StorageError("The history is locked.", "Unlock it first.")
            return self._keys.derive("files")

    def back_up(self, target: Path) -> None:
        with self._lock:
            wraps, backup_key = self._keys.wraps, self._keys.derive(KEY_PURPOSE)
            history_key = self._keys.derive(HISTORY_KEY_PURPOSE)
        if wraps is None or not {KeyHolder.PASSPHRASE, KeyHolder.RECOVERY} & set(wraps.by_holder):
            raise StorageError(
                "A backup is opened with a passphrase or a recovery code, and there is neither.",
                "Make one of them first, then the backup.",
            )
        write_backup(target, self._folder, self._database, wraps, backup_key, history_key)

    def restore(self, source: Path, secret: str) -> None:
        with self._lock:
            self._hold_folder()
            with read_backup(source, secret, self._folder) as restored:
                self._database.close()
                is_same_key = self._vault_id() == restored.wraps.vault_id
                with set_aside(self._folder, "before-restore") as kept:
                    self._keys.reload()
                    self._keys.adopt(restored.wraps, bytearray(restored.key))
                    restored.move_into(self._folder)
            self._open_history()
            if kept is not None:
                self._notices.append(f"What was there before the backup was restored is kept in {kept}.")
                if is_same_key:
                    drop_kept_keys(kept)

    def start_anew(self) -> None:
        with self._lock:
            self._hold_folder()
            self._database.close()
            has_key = self._keys.is_open  # only the history is damaged: keys, secrets and adapters stay
            with set_aside(self._folder, "damaged", only_history=has_key) as kept:
                if not has_key:
                    self._keys.reload()
                    self._keys.create()
            self._open_history(is_new=True)
            if kept is not None:
                what = "The old history is" if has_key else "The old history, its keys and its adapters are"
                self._notices.append(f"{what} kept in {kept}.")

    def delete_everything(self) -> None:
        with self._lock:
            self._hold_folder()
            self._database.close()
            self._notices.clear()
            self._keys.notices.clear()
            self._around_deletion(lambda: delete_all(self._folder, self._keys))
            self._is_locked_by_hand = False

    def close(self) -> None:
        with self._lock:
            self._database.close()
            self._keys.close()
            self._process_lock.release()

    def _open_history(self, *, is_new: bool = False) -> None:
        """With the key at hand. What fails leaves the vault locked; the key stays for `start_anew` where that helps."""
        try:
            key = self._keys.derive(HISTORY_KEY_PURPOSE)
            self._folder.history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if told := migrate(self._folder.history, key):
                self._notices.append(told)
            was_made = self._database.open(key)
            with suppress(StorageError):  # a full disk keeps nobody from reading; the next start tries again
                self._chats.index_the_rest()
            drop_old_schemas(self._folder.history)
        except BaseException as error:
            self._database.close()
            if not isinstance(error, StoreDamaged):
                self._keys.close()
            raise
        self._is_locked_by_hand = False
        if was_made and not is_new:
            self._notices.append(f"The history {self._folder.history} was not there; a new, empty one was begun.")

    def _vault_id(self) -> bytes | None:
        try:
            return self._keys.wraps.vault_id if self._keys.wraps is not None else None
        except StorageError:  # damaged
            return None

    def _hold_folder(self) -> None:
        """And remove what killed processes left. Raises StorageError where another has it, or it cannot be written."""
        if self._process_lock.is_locked:
            return
        try:
            self._folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._process_lock.acquire()
        except Timeout as error:
            raise StorageError(
                "Another Nearhalf has this history open.", "Use its window, or close it and try again."
            ) from error
        except OSError as error:
            raise StorageError(
                f"The data folder {self._folder.root} cannot be written: {error.strerror or error}.",
                "Make it writable, or name another folder in the environment variable NEARHALF_HOME.",
            ) from error
        sweep_work(self._folder)
