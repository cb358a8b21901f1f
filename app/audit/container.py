"""The files of an export, in a ZIP or in a folder. Everything in it is untrusted: names, sizes, sums, compression.

Nothing is ever unpacked to a name that the export chose. Whatever is wrong is an AuditError, in words.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from app.audit.layout import FILE_LIMITS, FILES, FRAME_BYTES, FRAME_NAME, TOTAL_BYTES, AuditError

_RATIO, _RATIO_FROM_BYTES = 200, 2**20  # ledgers shrink to a half, lines to a fifth
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    IndexError,
    KeyError,
    AssertionError,
    OverflowError,
    MemoryError,
)  # of zipfile, for files that were made to break it


class Container(Protocol):
    """names: every file, none twice, all of them names that belong into an export; with their sizes."""

    names: dict[str, int]

    def open(self, name: str) -> IO[bytes]: ...

    def close(self) -> None: ...


def open_container(path: Path) -> Container:
    """Raises AuditError where it is no export, or breaks a limit."""
    with _in_words(path.name):
        return _Folder(path) if path.is_dir() else _Zip(path)


def read_small(container: Container, name: str) -> bytes:
    """A whole file. Raises AuditError where it is missing or damaged."""
    return b"".join(pieces(container, name))


def pieces(container: Container, name: str, piece_bytes: int = 2**20) -> Iterator[bytes]:
    """A file, piece by piece, as long as it says. Raises AuditError where it is missing or damaged."""
    if name not in container.names:
        raise AuditError(f"{name} is missing.")
    left = container.names[name]
    with _in_words(name), container.open(name) as file:
        while piece := file.read(piece_bytes):
            left -= len(piece)
            if left < 0:
                break
            yield piece
    if left:
        raise AuditError(f"{name} is not as long as it says.")


def _limit(name: str) -> int | None:
    """How long a file of this name may be; None where no such file belongs into an export."""
    return FRAME_BYTES if FRAME_NAME.fullmatch(name) else FILE_LIMITS.get(name)


def _add(names: dict[str, int], name: str, size: int) -> None:
    limit = _limit(name)
    if limit is None:
        raise AuditError(f"It holds {_shown(name)}, which is no part of an export.")
    if name in names:
        raise AuditError(f"It holds {name} twice.")
    if not 0 <= size <= limit:
        raise AuditError(f"{name} is too large: {size} bytes.")
    if len(names) >= FILES:
        raise AuditError(f"It holds more than {FILES} files.")
    names[name] = size


def _judge_total(names: dict[str, int]) -> None:
    total = sum(names.values())
    if total > TOTAL_BYTES:
        raise AuditError(f"Its files are too large together: {total} bytes.")


def _shown(name: str) -> str:
    """A name from outside, for a terminal: no control characters, not long."""
    text = "".join(character if character.isprintable() else "?" for character in name[:80])
    return f'"{text}{"..." if len(name) > 80 else ""}"'


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: dict[str, int] = {}
        for file in [*path.iterdir(), *(path / "frames").glob("*")]:
            if file.name == "frames" and file.is_dir() and not file.is_symlink():
                continue
            facts = file.lstat()
            if not stat.S_ISREG(facts.st_mode):
                raise AuditError(f"{_shown(file.name)} is no ordinary file.")
            _add(self.names, file.relative_to(path).as_posix(), facts.st_size)
        _judge_total(self.names)

    def open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb")

    def close(self) -> None:
        pass


class _Zip:
    def __init__(self, path: Path) -> None:
        self.names: dict[str, int] = {}
        self._zip = zipfile.ZipFile(path)
        try:
            for info in self._zip.infolist():
                if info.is_dir() and info.filename == "frames/" and not info.file_size:
                    continue
                self._judge(info)
            _judge_total(self.names)
        except BaseException:
            self._zip.close()
            raise

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(name)

    def close(self) -> None:
        self._zip.close()

    def _judge(self, info: zipfile.ZipInfo) -> None:
        _add(self.names, info.filename, info.file_size)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise AuditError(f"{info.filename} is packed in a way that exports never are.")
        if info.file_size > max(_RATIO_FROM_BYTES, info.compress_size * _RATIO):
            raise AuditError(f"{info.filename} would grow from {info.compress_size} to {info.file_size} bytes.")


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except AuditError:
        raise
    except FileNotFoundError as error:
        raise AuditError(f"{_shown(name)} is not there.", "Check the name.") from error
    except zipfile.BadZipFile as error:
        raise AuditError(f"{_shown(name)} is damaged or cut, or no export.") from error
    except _BROKEN as error:
        raise AuditError(f"{_shown(name)} cannot be read ({type(error).__name__}).") from error
