"""The two holders that open the vault unasked: the system's keyring, and a file beside the data.

Each keeps 32 random bytes under which the data key is wrapped, never the data key itself: taking the wrap out of
keys.json is enough to let go of one, even where a keyring refuses to forget.
"""

import base64
import hashlib
import logging
import os
from pathlib import Path

from app.storage.json_file import write_atomically
from app.storage.key_wraps import KEY_BYTES
from app.storage.secrets import SERVICE, Keyring, system_keyring

log = logging.getLogger(__name__)

_KEYRING_VERSION = "1"
_FILE_MAGIC = b"NHKEYF"
_FILE_VERSION = 1
_CHECK_BYTES = 8


class KeyringHolder:
    """The system's keyring: it may be missing, locked, exchanged by a desktop update, or a stub that keeps nothing."""

    def __init__(self, keyring: Keyring | None = None) -> None:
        self._keyring = keyring

    def store(self, vault_id: bytes, key: bytes) -> bool:
        """Whether the keyring took the key and gave it back."""
        text = f"{_KEYRING_VERSION}:{base64.b64encode(key).decode()}"
        try:
            keyring = self._open()
            keyring.set_password(SERVICE, _account(vault_id), text)
            return keyring.get_password(SERVICE, _account(vault_id)) == text
        except Exception as error:  # noqa: BLE001 - keyrings are plug-ins (D-Bus, desktop services) and raise anything
            log.info("the keyring did not keep a key: %s", type(error).__name__)
            return False

    def fetch(self, vault_id: bytes) -> tuple[bytes | None, str]:
        """(the key, "") or (None, why not: a sentence)."""
        try:
            text = self._open().get_password(SERVICE, _account(vault_id))
        except Exception as error:  # noqa: BLE001 - as above
            log.info("the keyring did not answer: %s", type(error).__name__)
            return None, "The system's keyring did not answer."
        if text is None:
            return None, "The system's keyring no longer has the key of the history."
        version, _, encoded = text.partition(":") if isinstance(text, str) else ("", "", "")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if version != _KEYRING_VERSION or len(key) != KEY_BYTES:
            return None, "The system's keyring gave something that is not the key of the history."
        return key, ""

    def forget(self, vault_id: bytes) -> bool:
        """Whether the key is surely not in the keyring any more."""
        try:
            keyring = self._open()
            if keyring.get_password(SERVICE, _account(vault_id)) is not None:
                keyring.delete_password(SERVICE, _account(vault_id))
            return keyring.get_password(SERVICE, _account(vault_id)) is None
        except Exception as error:  # noqa: BLE001 - as above
            log.info("the keyring did not forget: %s", type(error).__name__)
            return False

    def _open(self) -> Keyring:
        if self._keyring is None:
            self._keyring = system_keyring()
        return self._keyring


class FileHolder:
    """history.key, readable by its owner alone (0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def store(self, vault_id: bytes, key: bytes) -> None:
        """Raises OSError."""
        body = _FILE_MAGIC + bytes([_FILE_VERSION]) + vault_id + key
        write_atomically(self.path, body + hashlib.sha256(body).digest()[:_CHECK_BYTES])

    def fetch(self, vault_id: bytes) -> tuple[bytes | None, str]:
        """(the key, "") or (None, why not: a sentence)."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None, f"The key file {self.path} is not there any more."
        except OSError as error:
            return None, f"The key file {self.path} cannot be read: {error.strerror or error}."
        body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
        head = _FILE_MAGIC + bytes([_FILE_VERSION]) + vault_id
        is_whole = len(body) == len(head) + KEY_BYTES and hashlib.sha256(body).digest()[:_CHECK_BYTES] == check
        if not is_whole or not body.startswith(head):
            return None, f"The key file {self.path} is damaged, or belongs to another history."
        return body[len(head) :], ""

    def forget(self) -> None:
        """Overwrite and remove it. What a disk or its snapshots still keep of it, no program can promise. OSError."""
        try:
            with self.path.open("r+b") as file:
                file.write(bytes(self.path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            return
        self.path.unlink(missing_ok=True)


def _account(vault_id: bytes) -> str:
    return f"history {vault_id.hex()}"
