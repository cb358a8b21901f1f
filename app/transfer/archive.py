"""The texts in a file that a person picked: the file itself, or what belongs to a history in a ZIP file.

A ZIP is read in place. Nothing is unpacked onto the disk, so no name in it can lead anywhere, and no more is read than
the limits below, whatever its directory claims.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from app.domain.errors import SettingsError
from app.transfer.json_stream import TOO_DEEP, damaged

BROKEN_ZIP = "This ZIP file is damaged."
LIMIT_BYTES = 4 * 2**30  # read in all, unpacked
LIMIT_MEMBERS = 200_000
MOST_TIMES_SMALLER = 200  # real histories pack to a fifth or a tenth
UNSUSPICIOUS_BYTES = 2**26  # a small file may pack as well as it likes

_HISTORY = re.compile(r"(conversations|chats|nearhalf)[^/]*\.jsonl?$", re.IGNORECASE)
_OTHERS = {"user.json", "users.json", "projects.json", "memories.json", "message_feedback.json"} | {
    "model_comparisons.json", "shared_conversations.json", "group_chats.json", "shopping.json", "sora.json",
    "manifest.json", "export_manifest.json", "user_settings.json",
}  # fmt: skip


class Meter(io.RawIOBase):
    """Counts what is read of one file, and stops at the limits."""

    def __init__(self, source: BinaryIO, packed_bytes: int | None, budget: "Budget") -> None:
        super().__init__()
        self._source = source
        self._packed_bytes = packed_bytes
        self._budget = budget
        self._read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: "memoryview") -> int:  # type: ignore[override]
        try:
            data = self._source.read(len(target))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise damaged(BROKEN_ZIP) from error
        target[: len(data)] = data
        self._read_bytes += len(data)
        self._budget.spend(len(data))
        if self._packed_bytes is not None and self._read_bytes > max(
            UNSUSPICIOUS_BYTES, self._packed_bytes * MOST_TIMES_SMALLER
        ):
            raise too_large()
        return len(data)


class Budget:
    """Bytes that may still be read."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.spent_bytes = 0

    def spend(self, count: int) -> None:
        self.spent_bytes += count
        if self.spent_bytes > self._limit_bytes:
            raise too_large()


def too_large() -> SettingsError:
    return SettingsError(
        "This file unpacks to far more than a history of chats.", "Check that it is the file the service sent you."
    )


def texts(path: Path, budget: Budget) -> Generator[TextIO, None, None]:
    """Each JSON text in the file, to be used before the next is asked for, inside `errors_in_words`."""
    if not path.is_file():
        raise SettingsError(f"There is no file {path}.", "Pick the file that you downloaded.")
    with path.open("rb") as file:
        if file.peek(4)[:2] == b"PK":
            yield from _texts_in_zip(file, budget)
        else:
            with _text(file, None, budget) as text:
                yield text


@contextmanager
def errors_in_words(path: Path) -> Iterator[None]:
    """What reading may raise, as SettingsError."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"The file {path} cannot be read: {error.strerror or 'input error'}.", "Check its permissions and the disk."
        ) from error
    except UnicodeError as error:
        raise SettingsError(
            "This file is no text.", "Pick a conversations.json, a Nearhalf export, or the ZIP file it came in."
        ) from error
    except (RecursionError, MemoryError) as error:
        raise damaged(TOO_DEEP) from error


def _texts_in_zip(file: BinaryIO, budget: Budget) -> Iterator[TextIO]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise damaged(BROKEN_ZIP) from error
    with archive:
        members = _histories(archive.infolist())
        if not members:
            raise SettingsError(
                "There is no conversations.json in this ZIP file.",
                "Pick the ZIP file that ChatGPT or Claude sent you, or a Nearhalf export.",
            )
        for member in members:
            if member.flag_bits & 1:
                raise SettingsError("This ZIP file is locked with a password.", "Unpack it, and pick the file in it.")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # LZMA lets the archive choose how much memory it takes
                raise SettingsError("This ZIP file is packed in an unusual way.", "Unpack it, and pick the file in it.")
            try:
                source = archive.open(member)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
                raise damaged(BROKEN_ZIP) from error
            with source, _text(source, member.compress_size, budget) as text:  # type: ignore[arg-type]
                yield text


def _histories(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """What belongs to the history: conversations.json and its parts, or else every JSON file of a name unknown."""
    if len(members) > LIMIT_MEMBERS:
        raise too_large()
    files = {member.filename: member for member in members if not member.is_dir()}
    by_name = sorted(files, key=str.lower)
    named = [name for name in by_name if _HISTORY.match(name.rsplit("/", 1)[-1])]
    others = [name for name in by_name if name.lower().endswith((".json", ".jsonl"))]
    chosen = named or [name for name in others if name.rsplit("/", 1)[-1].lower() not in _OTHERS]
    return [files[name] for name in chosen]


@contextmanager
def _text(source: BinaryIO, packed_bytes: int | None, budget: Budget) -> Iterator[TextIO]:
    buffered = io.BufferedReader(Meter(source, packed_bytes, budget), 2**20)
    encoding = json.detect_encoding(buffered.peek(4)[:4])
    with io.TextIOWrapper(buffered, encoding=encoding) as text:
        yield text
