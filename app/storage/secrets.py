"""Backend tokens: in the system's keyring, or in a file of the owner's alone (0600) where there is none that works.

A keyring is never the only way: it may be missing, locked, exchanged by a desktop update, or a stub that keeps nothing.
So a token is read back after it was stored, and reading tries the file first: the file holds a token only when the
keyring failed at the time of storing, so what it holds is the newer one.
"""

import logging
from pathlib import Path
from typing import Protocol

from app.domain.errors import SettingsError
from app.storage.json_file import JsonFile

log = logging.getLogger(__name__)

SERVICE = "nearhalf"
VERSION = 1


class Keyring(Protocol):
    """The part of the `keyring` module that is used."""

    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...

    def delete_password(self, service_name: str, username: str) -> None: ...


class NoKeyring:
    """For data that go from computer to computer: whatever keyring is here would keep the key on this one."""

    def get_password(self, service_name: str, username: str) -> str | None:
        raise LookupError

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise LookupError

    def delete_password(self, service_name: str, username: str) -> None:
        raise LookupError


def system_keyring() -> Keyring:
    """The `keyring` module; imported only when a token is needed, because it is slow to import."""
    import keyring

    return keyring


def checked_token(token: str) -> str:
    """The token without spaces around it. Raises SettingsError where it could not stand in an HTTP header."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(
            "This is not a token.", "Paste the token as the backend's operator gave it to you, on one line."
        )
    return token


class TokenStore:
    """Tokens by account, a string that names one backend at one address."""

    def __init__(self, path: Path, keyring: Keyring | None = None) -> None:
        self._file = JsonFile(path, VERSION, "The token file")
        self._keyring = keyring

    def save(self, account: str, token: str) -> str:
        """Store a token. Returns a warning for the person where it went into the file, else "". SettingsError."""
        token = checked_token(token)
        kept, warning = self._read_file()
        if self._save_in_keyring(account, token):
            if kept.pop(account, None) is not None:
                self._file.write({"tokens": kept})
            return warning
        self._file.write({"tokens": kept | {account: token}})
        no_keyring = f"No working keyring was found, so the token is kept in {self._file.path}, readable by you alone."
        return f"{warning} {no_keyring}".strip()

    def load(self, account: str) -> str | None:
        """The token, or None where neither the file nor the keyring has it. Raises SettingsError for a damaged file."""
        kept, warning = self._read_file()
        if account in kept:
            return kept[account]
        token = None
        try:
            token = self._open_keyring().get_password(SERVICE, account)
        except Exception as error:  # noqa: BLE001 - keyrings are plug-ins (D-Bus, desktop services) and raise anything
            log.info("the keyring did not answer: %s", type(error).__name__)
        if token is None and warning:
            raise SettingsError(warning, "Add the backend again, with its token.")
        return token

    def remove(self, account: str) -> str:
        """Forget a token, in both places. Returns a warning for the person where the keyring would not, else ""."""
        kept, warning = self._read_file()
        in_file = kept.pop(account, None) is not None
        if in_file:
            self._file.write({"tokens": kept})
        try:
            keyring = self._open_keyring()
            if keyring.get_password(SERVICE, account) is not None:
                keyring.delete_password(SERVICE, account)
        except Exception as error:  # noqa: BLE001 - as above
            log.info("the keyring did not forget: %s", type(error).__name__)
            if not in_file:
                still = f"The keyring did not answer, so a token may still be in it, under {SERVICE!r}."
                warning = f"{warning} {still}".strip()
        return warning

    def _save_in_keyring(self, account: str, token: str) -> bool:
        try:
            keyring = self._open_keyring()
            keyring.set_password(SERVICE, account, token)
            return (
                keyring.get_password(SERVICE, account) == token
            )  # the "null" keyring takes everything and keeps nothing
        except Exception as error:  # noqa: BLE001 - as above
            log.info("the keyring did not keep a token: %s", type(error).__name__)
            return False

    def _open_keyring(self) -> Keyring:
        if self._keyring is None:
            self._keyring = system_keyring()
        return self._keyring

    def _read_file(self) -> tuple[dict[str, str], str]:
        values, warning = self._file.read()
        tokens = values.get("tokens", {})
        if not isinstance(tokens, dict) or not all(isinstance(token, str) for token in tokens.values()):
            return {}, self._file.set_aside("damaged")
        return dict(tokens), warning
