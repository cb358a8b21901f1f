"""The file under the ledger: held by one process, mapped into memory, grown in pieces, repaired when it is opened.

A record is stored by a copy into the mapping, which is in the operating system's hands at once: a process that is
killed loses none. A write call for each would cost ten times as much with cold caches (docs/lab-log.md). Room is made
in advance by writing zeros, so a full disk is an error of `write` and not a signal in the middle of a copy. What was
not used is cut off at closing; after a crash it stays, and readers know it (docs/ledger-format.md).
"""

import errno
import mmap
import os
import secrets
import shutil
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from app.privacy.erasing import blank, entries_of, unfinished
from app.privacy.ledger_erasure import Range
from app.privacy.ledger_format import (
    BODY_BYTES,
    CHAIN_BYTES,
    FILE_HEADER,
    MAGIC,
    RECORD_BYTES,
    VERSION,
    LedgerFormatError,
    first_chain,
    read_file_header,
    record_fits,
    used_bytes,
)

GROWTH_BYTES = 2**19  # 3276 records: about 50 tokens with an exchange at each of 30 layers
# A file system that copies on write needs room again when a mapped page is written, and answers its lack with SIGBUS,
# which ends the app: so growth stops while there is still this much.
SPARE_BYTES = 4 * 2**20
_LOOK_BACK_RECORDS = 4096  # how far from its end a damaged file is searched for a record that still chains
SIBLINGS = 16  # ledgers that may be in use at once, one a process


class LedgerFile:
    """`path`: the file really used. As it was found: `records` that chain, `head` (chain hash of the last of them),
    `notice` for a person, `set_aside` (bytes at the end that did not chain and were moved away).

    Every method but `close` raises OSError where the disk does not do it.
    """

    def __init__(self, asked_path: Path, siblings: int = SIBLINGS) -> None:
        """`siblings`: how many names to try where other processes hold the first."""
        self.path = asked_path
        self.notice = ""
        self.set_aside = b""
        self.records = 0
        self.head = b""
        self._fd = -1
        self._map: mmap.mmap | None = None
        self._map_end = 0  # place in the file
        self._room = 0  # bytes of the mapping that are not used yet
        self._end = 0  # behind the last record, while nothing is mapped
        try:
            asked_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._hold(asked_path, siblings)
            self._find_end()
            if interrupted := unfinished(self._fd, self.records):
                self.erase(interrupted)
        except BaseException:
            self.close()
            raise

    def write(self, records: bytes) -> None:
        """Store whole records behind the last one: all of them, or none."""
        if len(records) > self._room:
            self._grow(len(records))
        assert self._map is not None
        self._map.write(records)
        self._room -= len(records)

    def entries_of(self, messages: Collection[UUID], records: int) -> list[Range]:
        """Where the entries of these messages stand among the first `records` records."""
        return entries_of(self._fd, records, messages)

    def flush(self) -> None:
        """Wait until the disk has what was written: an erasure must not overtake the record that tells of it."""
        if self._map is not None:
            self._map.flush()
        os.fsync(self._fd)

    def erase(self, ranges: Sequence[Range]) -> None:
        """Take their contents from records that an ERASURE record names."""
        self.flush()
        blank(self._fd, ranges)
        self.flush()

    def check(self) -> None:
        """Raises OSError where the file was deleted or cut from outside: what is mapped would lead nowhere."""
        facts = os.fstat(self._fd)
        if facts.st_nlink == 0:
            raise OSError(errno.ENOENT, "its file was deleted")
        if facts.st_size < max(self._map_end, self._end):
            raise OSError(errno.EIO, "its file was cut by another program")

    def close(self) -> None:
        """Cut the unused end off and let the file go; never raises."""
        if self._map is not None:
            self._unmap()
            try:
                if os.fstat(self._fd).st_size > self._end:
                    os.ftruncate(self._fd, self._end)
            except OSError:
                pass  # zeros stay, as after a crash
        if self._fd >= 0:
            try:
                os.close(self._fd)
            except OSError:
                pass  # already closed from outside; there is nothing left to let go
            self._fd = -1

    def _grow(self, more_bytes: int) -> None:
        """Map room for `more_bytes` and some more behind the last record."""
        if self._fd < 0:
            raise OSError(errno.EBADF, "it is closed")
        self.check()
        self._unmap()
        start = self._end - self._end % mmap.ALLOCATIONGRANULARITY
        end = -(-(self._end + more_bytes) // GROWTH_BYTES) * GROWTH_BYTES
        if shutil.disk_usage(self.path.parent).free < SPARE_BYTES + end - start:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        try:
            _write_all(self._fd, bytes(end - self._end), self._end)
            self._map = mmap.mmap(self._fd, end - start, offset=start)
        except (OSError, ValueError) as error:
            os.ftruncate(self._fd, self._end)
            raise error if isinstance(error, OSError) else OSError(errno.EIO, str(error)) from error
        self._map.seek(self._end - start)
        self._map_end = end
        self._room = self._map_end - self._end

    def _unmap(self) -> None:
        if self._map is not None:
            self._end = self._map_end - self._room
            self._map.close()  # Windows cuts no mapped file
            self._map, self._map_end, self._room = None, 0, 0

    def _hold(self, asked_path: Path, siblings: int) -> None:
        """Open the asked path, or the first sibling that no other process holds."""
        for n in range(1, siblings + 1):
            self.path = sibling(asked_path, n)
            if self._open():
                return
            os.close(self._fd)
        self._fd = -1
        raise OSError(errno.EBUSY, f"{siblings} ledgers are in use at once")

    def _open(self) -> bool:
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        return _lock(self._fd)

    def _find_end(self) -> None:
        """Make the file end with a record that chains."""
        with self.path.open("rb") as file:
            used = used_bytes(file)
            if used == 0:
                return self._begin()
            file.seek(0)
            try:
                seed = first_chain(read_file_header(file, (VERSION,)))
            except LedgerFormatError as error:
                return self._start_anew(str(error))
            whole = (used - FILE_HEADER.size) // RECORD_BYTES
            first = max(0, whole - _LOOK_BACK_RECORDS)
            start = FILE_HEADER.size + max(0, first - 1) * RECORD_BYTES
            file.seek(start)
            tail = file.read(used - start)
            before = tail[BODY_BYTES:RECORD_BYTES] if first else seed
            tail = tail[RECORD_BYTES:] if first else tail
        good = _last_that_chains(tail, first, before)
        if good is None and first:
            return self._start_anew("No record near its end chains to the one before it.")
        self.records = first if good is None else first + good + 1
        kept = (self.records - first) * RECORD_BYTES
        self.head = tail[kept - CHAIN_BYTES : kept] if kept else before
        self._end = FILE_HEADER.size + self.records * RECORD_BYTES
        self._move_aside(tail[kept:])
        os.ftruncate(self._fd, self._end)
        return None

    def _begin(self) -> None:
        header = FILE_HEADER.pack(MAGIC, VERSION, RECORD_BYTES, 0, secrets.token_bytes(16))
        _write_all(self._fd, header, 0)
        self.head = first_chain(header)
        self._end = len(header)

    def _move_aside(self, rest: bytes) -> None:
        if rest:
            aside = self.path.with_name(f"{self.path.name}.set-aside-{time.time_ns()}")
            aside.write_bytes(rest)
            self.set_aside = rest
            self.notice = (
                f"The ledger ended with {len(rest)} bytes that do not fit its chain: a crash, or a change from outside."
                f" They were moved to {aside.name}, and the chain goes on from record {self.records}."
            )

    def _start_anew(self, reason: str) -> None:
        aside = self.path.with_name(f"{self.path.name}.set-aside-{time.time_ns()}")
        os.close(self._fd)  # Windows does not rename an open file
        self._fd = -1
        self.path.rename(aside)
        if not self._open():
            raise OSError(errno.EBUSY, "another process took it")
        self._begin()
        self.notice = (
            f"The ledger could not be continued: {reason} It was moved to {aside.name}, and a new one was begun."
        )


def sibling(asked_path: Path, n: int) -> Path:
    """The n-th name for a ledger; the first is the asked one."""
    return asked_path if n == 1 else asked_path.with_name(f"{asked_path.stem}-{n}{asked_path.suffix}")


def _write_all(fd: int, data: bytes, place: int) -> None:
    """Write `data` at `place`. Raises OSError where not all of it fits."""
    os.lseek(fd, place, os.SEEK_SET)
    if os.write(fd, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _last_that_chains(tail: bytes, first: int, before: bytes) -> int | None:
    """Index in `tail` of the last record that stands in its place and chains; None where there is none."""
    for index in range(len(tail) // RECORD_BYTES - 1, -1, -1):
        offset = index * RECORD_BYTES
        previous = tail[offset - CHAIN_BYTES : offset] if index else before
        if record_fits(tail[offset : offset + RECORD_BYTES], first + index, previous):
            return index
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> bool:
        """Hold the file for this process until it is closed; False where another process has it."""
        os.lseek(fd, 1 << 40, os.SEEK_SET)  # a byte far behind the end: locks on Windows also keep readers out
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(fd: int) -> bool:
        """Hold the file for this process until it is closed; False where another process has it."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
