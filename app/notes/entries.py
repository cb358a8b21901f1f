"""One file to be read, wherever it lies; and the ways in which it refuses."""

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from app.domain.notes import Unread

_CHUNK_BYTES = 2**18
_SKIPPED = {"node_modules", "__pycache__", "__macosx", "$recycle.bin", "system volume information", "logseq"}
_SKIPPED_FILES = {"thumbs.db", "desktop.ini", "icon\r"}
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe would be waited for, and a device may act when it is opened
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class NotRead(Exception):
    """A file, or what is left of it, is not read. Ends in its report."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Entry:
    """path: as it is shown, "/" between its parts. open: raises NotRead, OSError. file: on the disk, for what lies in
    an archive that of the archive; root: what the person picked."""

    path: str
    size_bytes: int
    day: date | None
    open: Callable[[], BinaryIO]
    file: Path | None = None
    root: Path | None = None

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix.lower()


def file_entry(path: Path, shown: str, found: os.stat_result) -> Entry:
    return Entry(shown, found.st_size, day_of(found.st_mtime), lambda: open_plain(path), path)


def day_of(unix_s: float) -> date | None:
    try:
        return datetime.fromtimestamp(unix_s, UTC).date() if unix_s > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def open_plain(path: Path) -> BinaryIO:
    """Opens an ordinary file and nothing else, even where it was exchanged since somebody looked."""
    handle = os.open(path, os.O_RDONLY | _NO_WAIT | _NO_LINK | _BINARY)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRead(Unread.SPECIAL)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_whole(entry: Entry, limit_bytes: int) -> bytes:
    """All of it; once more where it changed meanwhile. Raises NotRead, OSError."""
    if entry.size_bytes > limit_bytes:
        raise NotRead(Unread.TOO_LARGE)
    for _ in range(2):
        with entry.open() as file:
            before = _state(file)
            data = bytearray()
            while chunk := file.read(_CHUNK_BYTES):
                data += chunk
                if len(data) > limit_bytes:
                    raise NotRead(Unread.TOO_LARGE)
            if _state(file) == before:
                return bytes(data)
    raise NotRead(Unread.CHANGED)


@contextmanager
def opened(entry: Entry, limit_bytes: int) -> Iterator[BinaryIO]:
    """To be read as a stream. Raises NotRead: TOO_LARGE at once; CHANGED at the end, what was read stays read."""
    if entry.size_bytes > limit_bytes:
        raise NotRead(Unread.TOO_LARGE)
    with entry.open() as file:
        before = _state(file)
        yield file
        if _state(file) != before:
            raise NotRead(Unread.CHANGED)


def _state(file: BinaryIO) -> tuple[int, int] | None:
    """Size and time of a file on the disk; None for what lies in an archive."""
    try:
        found = os.fstat(file.fileno())
    except (OSError, AttributeError):
        return None
    return found.st_size, found.st_mtime_ns


def why_of(error: OSError) -> Unread:
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ESTALE:
        return Unread.VANISHED
    if isinstance(error, PermissionError):
        return Unread.NO_PERMISSION
    if error.errno == errno.ELOOP:
        return Unread.SYMLINK
    if error.errno in (errno.ENXIO, errno.ENODEV, errno.EWOULDBLOCK) or isinstance(error, IsADirectoryError):
        return Unread.SPECIAL
    return Unread.INPUT_ERROR


def shown_name(untrusted: str, limit: int) -> str:
    """One line that any screen and file can hold: no control or direction characters, no lone surrogates; composed, as
    texts are, so that links find it (macOS takes letters apart)."""
    name = unicodedata.normalize("NFC", untrusted.encode("utf-8", "replace").decode())
    name = "".join(sign if sign.isprintable() or sign == "\u3000" else "\ufffd" for sign in name)
    return name if len(name) <= limit else "…" + name[1 - limit :]


def is_skipped(name: str, *, is_folder: bool) -> bool:
    """Obsidian's .obsidian and .trash, version control, caches, what systems leave in folders."""
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower in (_SKIPPED if is_folder else _SKIPPED_FILES)
