"""Who may connect. Tokens are kept as SHA-256 hashes, one a line, and compared in constant time.

A token is 256 random bits, so a plain hash suffices: there is nothing to guess. The file is read again when it changes,
so that a token can be added or withdrawn while the server runs; a file that cannot be read admits nobody.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

TOKEN_BYTES = 32
_HASH_CHARS = 64


class TokenFileError(Exception):
    """The token file is missing or malformed. The text is for the operator and quotes no line of the file."""


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def read_hashes(path: Path) -> tuple[str, ...]:
    """Hashes in the file, in order. Raises TokenFileError."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenFileError(f"The token file {path} cannot be read ({type(error).__name__}).") from error
    hashes: list[str] = []
    for number, line in enumerate(lines, 1):
        entry = line.partition("#")[0].strip().lower()
        if not entry:
            continue
        if len(entry) != _HASH_CHARS or any(char not in "0123456789abcdef" for char in entry):
            raise TokenFileError(
                f"Line {number} of the token file {path} is not a SHA-256 in hexadecimal. Tokens themselves do not "
                "belong in this file: `nearhalf-cloud token` writes the hash."
            )
        hashes.append(entry)
    return tuple(hashes)


def add_token(path: Path) -> str:
    """Make a token, append its hash to the file (0600 where it is new) and return the token. Raises OSError."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(hash_token(token).encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return token


class TokenStore:
    """The hashes of one file, or of a fixed list (tests, and hosts that keep tokens elsewhere)."""

    def __init__(self, hashes: tuple[str, ...] = (), *, path: Path | None = None) -> None:
        """Raises TokenFileError where `path` cannot be read now."""
        self._path = path
        self._hashes = hashes
        self._stamp: tuple[int, int] | None = None
        if path is not None:
            self._hashes = read_hashes(path)
            self._stamp = _read_stamp(path)

    def __len__(self) -> int:
        return len(self._hashes)

    def owner(self, untrusted_token: str) -> str | None:
        """The hash that `untrusted_token` answers to, or None. Takes the same time for every token."""
        self._refresh()
        candidate = hash_token(untrusted_token)
        found: str | None = None
        for known in self._hashes:
            if hmac.compare_digest(known, candidate):
                found = known
        return found

    def _refresh(self) -> None:
        stamp = _read_stamp(self._path)
        if self._path is None or stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._hashes = read_hashes(self._path)
        except TokenFileError:
            self._hashes = ()


def _read_stamp(path: Path | None) -> tuple[int, int] | None:
    """Changes whenever the file does. None where there is no file."""
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if status else None
