"""The remote backends that the person has added: names and addresses in backends.json, tokens in secrets.py.

A token belongs to a name at an address: whoever changes the address in the file does not get the token sent there.
"""

import ipaddress
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.domain.backend import Backend
from app.domain.errors import SettingsError
from app.storage.json_file import JsonFile
from app.storage.secrets import TokenStore, checked_token

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def is_url(text: str) -> bool:
    """True where a person meant an address rather than a name."""
    return "://" in text


def checked_name(name: str) -> str:
    """Raises SettingsError where it is not a name."""
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} cannot be a backend's name.",
            "Use up to 40 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit.",
        )
    return name


def checked_url(url: str) -> str:
    """`scheme://host[:port]`, in lower case. https anywhere; http only to this computer, where nobody can listen in.

    Raises SettingsError with the rule that was broken.
    """
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in url):
        raise SettingsError("The address holds a space or a control character.", _URL_ADVICE)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SettingsError(f"{url!r} is not an address.", _URL_ADVICE) from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise SettingsError(f"{url!r} is not an address.", _URL_ADVICE)
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The address holds a user name or a password.", "Leave it out; the token says who you are.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise SettingsError(f"{url!r} goes on after the host and port.", _URL_ADVICE)
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            "http:// would send your token and the model's numbers readable by everyone on the way.",
            "Use https://. http:// is for a backend on this computer only (127.0.0.1).",
        )
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}" + (f":{port}" if port is not None else "")


_URL_ADVICE = "Give it as https://host or https://host:port."


def is_loopback(host: str) -> bool:
    """True for this computer by a name or number that cannot mean another."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_ca_file(path: str | None) -> str | None:
    """The absolute path of a PEM file with a certificate in it. Raises SettingsError."""
    if path is None:
        return None
    full = Path(path).expanduser().absolute()
    try:
        with full.open("rb") as file:
            data = file.read(2**20)
    except OSError as error:
        raise SettingsError(
            f"The certificate file {full} cannot be read: {error.strerror or error}.",
            "Check the path and its permissions.",
        ) from error
    if b"-----BEGIN CERTIFICATE-----" not in data:
        raise SettingsError(f"{full} holds no certificate.", "Give a PEM file (-----BEGIN CERTIFICATE-----).")
    return str(full)


def checked_fingerprint(text: str | None) -> str | None:
    """A certificate's SHA-256 as 64 hexadecimal digits; colons and spaces may stand between. Raises SettingsError."""
    if text is None:
        return None
    digits = re.sub(r"[:\s]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise SettingsError("This is not a certificate's fingerprint.", "Give its SHA-256: 64 hexadecimal digits.")
    return digits


def checked_limit(percent: object) -> int | None:
    """A limit on recovery: 0 to 100 percent, or None for none. Raises SettingsError."""
    if percent is None:
        return None
    if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise SettingsError("The limit on recovery is no percentage.", "Give a whole number from 0 to 100, or none.")
    return percent


class BackendStore:
    """backends.json and the tokens that belong to it."""

    def __init__(self, path: Path, tokens: TokenStore) -> None:
        self._file = JsonFile(path, VERSION, "The list of backends")
        self._tokens = tokens

    def list(self) -> tuple[tuple[Backend, ...], str]:
        """All, by name, without their tokens; and a warning, or "". Raises SettingsError."""
        kept, warning = self._read()
        return tuple(kept[name] for name in sorted(kept)), warning

    def add(self, backend: Backend) -> str:
        """Add one, or replace the one of that name, with its token. Returns a warning or "". Raises SettingsError."""
        checked = Backend(
            checked_name(backend.name),
            checked_url(backend.url),
            "",
            checked_ca_file(backend.ca_file),
            checked_fingerprint(backend.fingerprint),
        )
        kept, warning = self._read()
        old = kept.get(checked.name)
        limit = backend.recovery_limit_percent
        if limit is None and old is not None and old.url == checked.url:  # whoever changes a token keeps the limit
            limit = old.recovery_limit_percent
        checked = replace(checked, recovery_limit_percent=checked_limit(limit))
        warnings = [warning, self._tokens.save(_account(checked), backend.token)]
        self._write(kept | {checked.name: checked})
        if old is not None and old.url != checked.url:
            warnings.append(self._tokens.remove(_account(old)))
        return " ".join(filter(None, warnings))

    def limit_recovery(self, name: str, percent: int | None) -> str:
        """Above this share of a message's words nothing more is sent to it; None: no limit. Returns a warning or "".

        Raises SettingsError for a name that is not there, or what is no percentage.
        """
        kept, warning = self._read()
        backend = replace(_named(kept, warning, name), recovery_limit_percent=checked_limit(percent))
        self._write(kept | {name: backend})
        return warning

    def remove(self, name: str) -> str:
        """Forget one, and its token. Returns a warning or "". Raises SettingsError for a name that is not there."""
        kept, warning = self._read()
        backend = _named(kept, warning, name)
        del kept[name]
        self._write(kept)
        return f"{warning} {self._tokens.remove(_account(backend))}".strip()

    def find(self, name: str) -> Backend:
        """One with its token. Raises SettingsError where the name or its token is not there."""
        backend = _named(*self._read(), name)
        token = self._tokens.load(_account(backend))
        if token is None:
            raise SettingsError(
                f"The token of backend {name!r} is not there any more: the keyring was changed or is locked.",
                f"Unlock the keyring, or give it again: nearhalf backend add {name} {backend.url}",
            )
        return replace(backend, token=token)

    def at(self, url: str, token: str | None, ca_file: str | None) -> Backend:
        """The backend at `url`, saved or not: what is given counts, else what is saved for that very address.

        Raises SettingsError where there is no token.
        """
        url = checked_url(url)
        kept, warning = self._read()
        saved = next((backend for backend in kept.values() if backend.url == url), None)
        ca_file = checked_ca_file(ca_file) or (saved.ca_file if saved else None)
        if token is not None:
            name, token = urlsplit(url).netloc, checked_token(token)
            return replace(saved or Backend(name, url, ""), name=name, url=url, token=token, ca_file=ca_file)
        if saved is None:
            raise SettingsError(
                f"{warning} There is no token for {url}.".strip(),
                f"Put it into NEARHALF_TOKEN or a file (--token-file), or keep it: nearhalf backend add NAME {url}",
            )
        return replace(self.find(saved.name), ca_file=ca_file)

    def _read(self) -> tuple[dict[str, Backend], str]:
        values, warning = self._file.read()
        entries = values.get("backends", [])
        try:
            found = [_backend(entry) for entry in entries]
        except (SettingsError, TypeError, KeyError, AttributeError):  # written by hand, and wrongly
            return {}, self._file.set_aside("damaged")
        return {backend.name: backend for backend in found}, warning

    def _write(self, kept: dict[str, Backend]) -> None:
        entries = [
            {
                "name": b.name,
                "url": b.url,
                "ca_file": b.ca_file,
                "fingerprint": b.fingerprint,
                "recovery_limit_percent": b.recovery_limit_percent,
            }
            for _, b in sorted(kept.items())
        ]
        self._file.write({"backends": entries})


def _named(kept: dict[str, Backend], warning: str, name: str) -> Backend:
    if name not in kept:
        known = ", ".join(sorted(kept)) or "none yet"
        raise SettingsError(
            f"{warning} There is no backend called {name!r}.".strip(),
            f"Known: {known}. Add one: nearhalf backend add NAME URL",
        )
    return kept[name]


def _backend(entry: Any) -> Backend:
    name, url, ca_file = entry["name"], entry["url"], entry["ca_file"]
    if not (isinstance(name, str) and isinstance(url, str) and isinstance(ca_file, str | None)):
        raise TypeError("a backend's entry")
    fingerprint = entry.get("fingerprint")  # not there in an older version's file
    if not isinstance(fingerprint, str | None):
        raise TypeError("a backend's fingerprint")
    limit = checked_limit(entry.get("recovery_limit_percent"))  # nor is this
    return Backend(checked_name(name), checked_url(url), "", ca_file, checked_fingerprint(fingerprint), limit)


def _account(backend: Backend) -> str:
    return f"{backend.name} at {backend.url}"
