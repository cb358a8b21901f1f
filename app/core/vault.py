"""The lock on everything that is encrypted, as the window sees it. app/storage builds the real one."""

from pathlib import Path
from typing import Protocol

from app.core.ports import ChatStore
from app.domain.vault import KeyHolder, VaultState

__all__ = ["KeyHolder", "Vault", "VaultState"]


class Vault(Protocol):
    """The key of the data folder, wrapped several times. Raises StorageError; WrongKey where a secret does not fit."""

    @property
    def state(self) -> VaultState: ...

    @property
    def holders(self) -> frozenset[KeyHolder]: ...

    @property
    def notice(self) -> str:
        """What a person should know about how the vault was found (a keyring that lost its key, ...), or ""."""

    def open_without_asking(self) -> bool:
        """NEW: make a key, held by the keyring or, where none works, by a file. LOCKED: try those. False: ask."""

    def unlock(self, secret: str) -> None:
        """Open with the passphrase or the recovery code, whichever it is. About 0.3 s: off the GUI thread."""

    def lock(self) -> None:
        """Close the store and forget the key. Without a passphrase there is nothing to lock: raises StorageError."""

    def set_passphrase(self, passphrase: str | None, *, ask_at_start: bool) -> None:
        """Add, change or (None) remove it. ask_at_start: let go of keyring and file, so nothing opens it unasked."""

    def new_recovery_code(self) -> str:
        """A fresh code to print or write down, in groups; the one before stops working."""

    def confirm_recovery_code(self, code: str) -> None:
        """The person has kept it: a key file that stood in for it goes. Raises WrongKey where it is not the code."""

    @property
    def chats(self) -> ChatStore:
        """One store for as long as the vault lives, through lock and unlock. Raises StorageError unless OPEN."""

    def read_setting(self, name: str) -> str:
        """A setting that may hold a person's words (the system message); "" where there is none."""

    def write_setting(self, name: str, value: str) -> None: ...

    def overwrite_setting(self, name: str, value: str) -> None:
        """As write_setting, and of the value before nothing is left on the disk."""

    def sizes(self) -> dict[str, int]:
        """Bytes on the disk, by what for: "history", "adapters", "tuning", "device packs", "models", "ledger",
        "logs"."""

    def back_up(self, target: Path) -> None:
        """Write one encrypted file that `restore` reads with the passphrase or the recovery code of today."""

    def restore(self, source: Path, secret: str) -> None:
        """Replace history, settings and adapters by the backup's; what was there is kept, and named in `notice`."""

    def start_anew(self) -> None:
        """Where history or keys are damaged: set both aside, named in `notice`, and begin an empty one. OPEN."""

    def delete_everything(self) -> None:
        """History, keys, adapters, fine-tuning jobs, device packs, ledger, logs: gone. The state is NEW afterwards."""

    def close(self) -> None: ...
