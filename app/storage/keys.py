"""The data key and everything that can open it: made, found, wrapped anew, forgotten. Knows nothing of the history.

A keyring is never the only way (Signal-Desktop#6962): as long as the person has neither a passphrase nor a recovery
code that they have surely kept, a key file stands in. A holder that fails is told in `notices`, and mended once another
has opened the vault. Not safe for several threads; the vault holds the lock.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.domain.errors import StorageError, StoreDamaged, WrongKey
from app.domain.vault import KeyHolder
from app.storage.key_holders import FileHolder, KeyringHolder
from app.storage.key_wraps import PassphraseCost, derive_key, measured_cost, new_key, unwrap_key, wrap_key
from app.storage.secret_wraps import SECRETS, open_with_code, open_with_secret, wrap_for_new_code, wrap_for_passphrase
from app.storage.wraps_file import VAULT_ID_BYTES, Wrap, Wraps, WrapsFile

_UNASKED = (KeyHolder.KEYRING, KeyHolder.FILE)
_OTHER_KEY = {
    KeyHolder.KEYRING: "The system's keyring gave a key that does not open the history.",
    KeyHolder.FILE: "The key file holds a key that does not open the history.",
}


class Keys:
    """The data key of one data folder, while it is open, and its wraps."""

    def __init__(
        self,
        file: WrapsFile,
        key_file: Path,
        keyring: KeyringHolder,
        cost: Callable[[], PassphraseCost] = measured_cost,
    ) -> None:
        self.notices: list[str] = []
        self._file = file
        self._key_file = FileHolder(key_file)
        self._keyring = keyring
        self._cost = cost
        self._key = bytearray()
        self._wraps: Wraps | None = None
        self._keyring_works = False  # it gave or took a key since the start

    @property
    def is_open(self) -> bool:
        return bool(self._key)

    @property
    def wraps(self) -> Wraps | None:
        """Those on the disk; None where there are none yet. Raises StorageError where they cannot be read."""
        if self._wraps is None:
            self._wraps, notice = self._file.load()
            self._tell(notice)
        return self._wraps

    def derive(self, purpose: str) -> bytes:
        """The key for one purpose. Raises StorageError while locked."""
        return derive_key(self._open_key(), purpose)

    def create(self) -> None:
        """A new data key, held by the keyring where one works, and by the key file until a secret is surely kept."""
        self.adopt(Wraps(secrets.token_bytes(VAULT_ID_BYTES)), bytearray(new_key()))

    def adopt(self, wraps: Wraps, key: bytearray) -> None:
        """Take over these wraps and the key that they open, and write them, with this computer's holders."""
        kept, _ = self._keyring.fetch(wraps.vault_id)
        if kept is not None:  # the same vault's, from before: it stays, because wraps that were set aside need it
            sealed = wrap_key(key, kept, wraps.vault_id, KeyHolder.KEYRING)
            wraps = replace(wraps, by_holder={**wraps.by_holder, KeyHolder.KEYRING: Wrap(sealed)})
        self._wraps, self._key, self._keyring_works = wraps, key, kept is not None
        try:
            self._settle(retry_keyring=kept is None, is_changed=True)
        except StorageError:
            self.reload()
            raise

    def open_unasked(self) -> bool:
        """Try keyring and file. False: a secret is needed. Raises StorageError where nothing is left to ask for."""
        wraps = self._existing()
        reasons: list[str] = []
        for holder in _UNASKED:
            if holder in wraps.by_holder:
                self._key, reason = self._try(holder)
                if self._key:
                    self._opened(reasons)
                    return True
                reasons.append(reason)
        for reason in reasons:
            self._tell(reason)
        if reasons and not any(holder in wraps.by_holder for holder in SECRETS):
            raise StorageError(
                f"{' '.join(reasons)} There is neither a passphrase nor a recovery code.",
                "If the keyring belongs to another desktop or login, start Nearhalf there. Otherwise restore a backup.",
            )
        return False

    def open_with(self, secret: str) -> None:
        """The passphrase or the recovery code. Raises WrongKey; a vault that is open stays so."""
        wraps = self._existing()
        found = open_with_secret(wraps, secret)
        if self._key:
            return
        self._key = found
        is_expected = KeyHolder.KEYRING in wraps.by_holder
        _, reason = self._try(KeyHolder.KEYRING) if is_expected else (b"", "")
        self._opened([reason] if reason else [])

    def set_passphrase(self, passphrase: str | None, *, ask_at_start: bool) -> None:
        wraps, key = self._existing(), self._open_key()
        by_holder = dict(wraps.by_holder)
        by_holder.pop(KeyHolder.PASSPHRASE, None)
        if passphrase is not None:
            by_holder[KeyHolder.PASSPHRASE] = wrap_for_passphrase(key, wraps.vault_id, passphrase, self._cost())
        self._change(Wraps(wraps.vault_id, by_holder, ask_at_start and passphrase is not None))

    def new_recovery_code(self) -> str:
        wraps = self._existing()
        code, wrap = wrap_for_new_code(self._open_key(), wraps.vault_id)
        self._change(replace(wraps, by_holder={**wraps.by_holder, KeyHolder.RECOVERY: wrap}))
        return code

    def confirm_recovery_code(self, code: str) -> None:
        wraps = self._existing()
        self._open_key()
        open_with_code(wraps, code)
        confirmed = replace(wraps.by_holder[KeyHolder.RECOVERY], is_confirmed=True)
        self._change(replace(wraps, by_holder={**wraps.by_holder, KeyHolder.RECOVERY: confirmed}))

    def close(self) -> None:
        """Forget the key: overwritten here; what Python, OpenSSL and SQLCipher copied is left to them to free."""
        self._key[:] = bytes(len(self._key))
        self._key = bytearray()

    def reload(self) -> None:
        """Forget the key, and read the wraps from the disk again when they are needed."""
        self.close()
        self._wraps = None
        self._keyring_works = False

    def forget_all(self) -> None:
        """Remove keys, wraps and holders. Raises OSError."""
        try:
            vault_id = self.wraps.vault_id if self.wraps is not None else None
        except StorageError:  # damaged: which entry of the keyring is ours cannot be known
            vault_id = None
        self.reload()
        for path in (self._file.path, self._file.copy_path):
            path.unlink(missing_ok=True)
        self._key_file.forget()
        if vault_id is not None and not self._keyring.forget(vault_id):
            self._tell("The system's keyring did not answer; what it holds of Nearhalf opens nothing any more.")

    def _existing(self) -> Wraps:
        if self.wraps is None:
            raise StoreDamaged(
                f"The keys of the history, {self._file.path}, are not there any more.",
                "Put the file back, or restore a backup, or start with an empty history: the old one is kept.",
            )
        return self.wraps

    def _open_key(self) -> bytearray:
        if not self._key:
            raise StorageError("The history is locked.", "Unlock it first.")
        return self._key

    def _try(self, holder: KeyHolder) -> tuple[bytearray, str]:
        """(the data key, "") or (nothing, why not: a sentence)."""
        wraps = self._existing()
        fetch = self._keyring.fetch if holder is KeyHolder.KEYRING else self._key_file.fetch
        under, reason = fetch(wraps.vault_id)
        key = bytearray()
        if under is not None:
            try:
                key = unwrap_key(wraps.by_holder[holder].sealed, under, wraps.vault_id, holder)
            except WrongKey:
                reason = _OTHER_KEY[holder]
        if holder is KeyHolder.KEYRING:
            self._keyring_works = bool(key)
        return key, reason

    def _opened(self, reasons: list[str]) -> None:
        """Mend what did not work while the vault was opened, and say so."""
        try:
            self._settle(retry_keyring=bool(reasons) and KeyHolder.KEYRING in self._existing().by_holder)
        except StorageError as error:  # open all the same: the history can be read, and the next start mends it
            self._tell(str(error))
        for reason in reasons:
            self._tell(reason)
        if reasons:
            self._tell("Nothing is lost: the history was opened another way.")
        if reasons and self._keyring_works:
            self._tell("The keyring has been given the key again.")

    def _change(self, wraps: Wraps) -> None:
        before, self._wraps = self._wraps, wraps
        try:
            self._settle(retry_keyring=not self._keyring_works, is_changed=True)
        except StorageError:
            self._wraps = before
            raise

    def _settle(self, *, retry_keyring: bool, is_changed: bool = False) -> None:
        """Bring keyring, key file and keys.json to what the choices ask for: add first, then write, then let go."""
        before = self._existing()
        by_holder = dict(before.by_holder)
        if before.ask_at_start:
            for holder in _UNASKED:
                by_holder.pop(holder, None)
        else:
            if retry_keyring:
                self._add_keyring(before.vault_id, by_holder)
            if not _needs_file(by_holder):
                by_holder.pop(KeyHolder.FILE, None)
            elif KeyHolder.FILE not in by_holder or not self._try(KeyHolder.FILE)[0]:
                self._add_file(before.vault_id, by_holder)
        after = replace(before, by_holder=by_holder)
        if is_changed or after != before or not self._file.is_whole():
            self._file.save(after)
        self._wraps = after
        self._let_go(before, after)

    def _add_keyring(self, vault_id: bytes, by_holder: dict[KeyHolder, Wrap]) -> None:
        under = new_key()
        self._keyring_works = self._keyring.store(vault_id, under)
        if self._keyring_works:
            by_holder[KeyHolder.KEYRING] = Wrap(wrap_key(self._open_key(), under, vault_id, KeyHolder.KEYRING))

    def _add_file(self, vault_id: bytes, by_holder: dict[KeyHolder, Wrap]) -> None:
        under = new_key()
        try:
            self._key_file.store(vault_id, under)
        except OSError as error:
            raise StorageError(
                f"The key file {self._key_file.path} cannot be written: {error.strerror or error}.",
                "Make room on the disk, or make the folder writable.",
            ) from error
        by_holder[KeyHolder.FILE] = Wrap(wrap_key(self._open_key(), under, vault_id, KeyHolder.FILE))

    def _let_go(self, before: Wraps, after: Wraps) -> None:
        """What no wrap needs any more. A keyring that will not forget keeps a key that opens nothing."""
        if KeyHolder.FILE not in after.by_holder:
            try:
                self._key_file.forget()
            except OSError as error:
                self._tell(f"{self._key_file.path} cannot be removed: {error.strerror or error}. It opens nothing now.")
        if KeyHolder.KEYRING in before.by_holder and KeyHolder.KEYRING not in after.by_holder:
            self._keyring.forget(after.vault_id)
            self._keyring_works = False

    def _tell(self, sentence: str) -> None:
        if sentence and sentence not in self.notices:
            self.notices.append(sentence)


def _needs_file(by_holder: dict[KeyHolder, Wrap]) -> bool:
    """Whether nothing else is sure to last, or nothing else opens the vault unasked."""
    recovery = by_holder.get(KeyHolder.RECOVERY)
    has_secret = KeyHolder.PASSPHRASE in by_holder or (recovery is not None and recovery.is_confirmed)
    return not has_secret or KeyHolder.KEYRING not in by_holder
