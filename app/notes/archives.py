"""ZIP files, read in place: nothing is unpacked onto the disk or whole into memory, a ZIP inside one included.

A member's directory says how large it is; zipfile reads no more than that, so judging what is claimed is enough. A ZIP
inside is read through its packed stream, which costs some passes over it and no room. Its files are visited in the
order in which they lie there, or each would start the stream anew.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import BinaryIO

from app.domain.notes import FileKind, FileReport, Unread
from app.notes.entries import Entry, NotRead, is_skipped, shown_name
from app.notes.limits import LIMITS, Limits

_DIRECTORY_BYTES = 2**24  # of one archive: some 150,000 files
_SAYS_UTF8 = 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class Budget:
    """Bytes that all of one dropped archive may still unpack to."""

    def __init__(self, limit_bytes: int) -> None:
        self._left_bytes = limit_bytes

    def spend(self, count: int) -> None:
        if count > self._left_bytes:
            raise NotRead(Unread.UNPACKS_TOO_LARGE)
        self._left_bytes -= count


def members(archive: Entry, budget: Budget, limits: Limits = LIMITS, depth: int = 0) -> Iterator[Entry | FileReport]:
    """What lies in it. An entry is to be read before the next is asked for. Raises NotRead, OSError."""
    with archive.open() as file, closing(_opened(file)) as opened:
        infos = [one for one in opened.infolist() if one.filename and not one.filename.endswith("/")]
        if not infos:
            raise NotRead(Unread.EMPTY)
        if len(infos) > limits.archive_members:
            raise NotRead(Unread.TOO_MANY_FILES)
        for info in sorted(infos, key=lambda one: one.header_offset):
            shown = shown_name(f"{archive.path}/{_name(info)}".replace("\\", "/"), limits.name_characters)
            why = _refusal(info, limits)
            if why is not None:
                yield FileReport(shown, FileKind.OTHER, error=why)
                continue
            entry = Entry(shown, info.file_size, _day(info), lambda one=info: _member(opened, one, budget))  # type: ignore[misc]
            if not info.filename.lower().endswith(".zip"):
                yield entry
            elif depth >= limits.archives_inside:
                yield FileReport(shown, FileKind.ZIP, error=Unread.TOO_DEEP)
            else:
                try:
                    yield from members(entry, budget, limits, depth + 1)
                except NotRead as error:
                    yield FileReport(shown, FileKind.ZIP, error=error.why)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(SmallReads(file))
    except _BROKEN as error:
        raise NotRead(Unread.BROKEN) from error


def _name(info: zipfile.ZipInfo) -> str:
    """As it was meant: many packers write UTF-8 and do not say so, and zipfile then takes it for cp437."""
    if info.flag_bits & _SAYS_UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _refusal(info: zipfile.ZipInfo, limits: Limits) -> Unread | None:
    parts = info.filename.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":"):
        return Unread.UNSAFE_NAME
    if any(is_skipped(part, is_folder=True) for part in parts[:-1]) or is_skipped(parts[-1], is_folder=False):
        return Unread.SKIPPED_FOLDER
    if stat.S_ISLNK(info.external_attr >> 16):
        return Unread.SYMLINK
    if len(parts) > limits.folders_deep:
        return Unread.TOO_DEEP
    if info.flag_bits & 1:
        return Unread.ENCRYPTED
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Unread.BROKEN  # LZMA lets the archive choose how much memory it takes
    if info.file_size > max(limits.unsuspicious_bytes, info.compress_size * limits.most_times_smaller):
        return Unread.UNPACKS_TOO_LARGE
    return None


def _member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    budget.spend(info.file_size)
    try:
        return io.BufferedReader(_Member(opened.open(info)), 2**16)
    except _BROKEN as error:
        raise NotRead(Unread.BROKEN) from error


def _day(info: zipfile.ZipInfo) -> date | None:
    try:
        day = date(*info.date_time[:3])
    except ValueError:
        return None
    return day if day.year > 1980 else None  # 1980-01-01 stands for "not known"


class _Member(io.RawIOBase):
    """A member's stream; what is wrong with it is a NotRead."""

    def __init__(self, source: object) -> None:
        super().__init__()
        self._source: zipfile.ZipExtFile = source  # type: ignore[assignment]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(len(target))
        except _BROKEN as error:
            raise NotRead(Unread.BROKEN) from error
        target[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._source.seek(offset, whence)
        except _BROKEN as error:
            raise NotRead(Unread.BROKEN) from error

    def tell(self) -> int:
        return self._source.tell()

    def close(self) -> None:
        self._source.close()
        super().close()


class SmallReads:
    """The archive's file, without the one read in which a ZIP's whole directory comes, where that is enormous."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek, self.tell, self.seekable = source.seek, source.tell, source.seekable

    def read(self, count: int = -1) -> bytes:
        if count > _DIRECTORY_BYTES:
            raise NotRead(Unread.TOO_MANY_FILES)
        return self._source.read(count if count >= 0 else _DIRECTORY_BYTES)
