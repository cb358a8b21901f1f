"""The ledger's writer: an append-only, hash-chained file of every byte that left or arrived (docs/ledger-format.md).

Each record is handed to the operating system before the bytes it describes are sent, so a crash of the app loses none
(a power cut may lose the last seconds). It never stops a person from starting: what does not chain at the end of the
file is set aside, said in words, and the chain goes on. It does stop sending: once a record cannot be written, every
later `append` fails until `reopen` succeeds. Not safe for several threads; the gate holds the lock.
"""

import hashlib
import os
import secrets
import sys
import time
from pathlib import Path

from app.domain.clearance import Clearance, Direction
from app.domain.errors import LedgerError
from app.domain.ids import NO_MESSAGE, MessageId
from app.privacy.ledger_format import (
    BODY_BYTES,
    CHAIN_BYTES,
    ENTRY,
    FILE_HEADER,
    MAGIC,
    MARK,
    NAME_PIECE_BYTES,
    NAMING,
    RECORD_BYTES,
    VERSION,
    EntryFlags,
    LedgerFormatError,
    MarkEvent,
    RecordType,
    chain_hash,
    first_chain,
    read_file_header,
    record_fits,
)
from app.wire.frames import Frame

_LOOK_BACK_RECORDS = 4096  # how far from its end a damaged file is searched for a record that still chains
_SIBLINGS = 16  # ledgers that may be in use at once, one a process
_ENTRY_TYPE = int(RecordType.ENTRY)
_NO_HASH = bytes(32)


class Ledger:
    """One ledger file, open for appending by this process alone.

    path: the file really used: where another process holds the one asked for, a numbered sibling. notice: what a person
    should know about how it was found, empty where nothing was wrong.
    """

    def __init__(self, path: Path) -> None:
        self._asked_path = path
        self._fd = -1
        self._failure = ""
        self._hosts: dict[str, int] = {}
        self.path = path
        self.notice = ""
        self.records = 0
        self.head = b""
        self._message = NO_MESSAGE
        self._message_bytes = NO_MESSAGE.bytes
        self._waiting = b""  # records that go out with the next one
        try:
            self._open()
        except LedgerError:
            pass  # a ledger never keeps a person from starting; the first append says why nothing is sent

    @property
    def failure(self) -> str:
        """Why nothing can be written; empty while all is well."""
        return self._failure

    def fileno(self) -> int:
        """The open file. Raises LedgerError where there is none."""
        if self._fd < 0:
            raise self._error()
        return self._fd

    def append(
        self,
        direction: Direction,
        clearance: Clearance,
        frame: Frame | None,
        wire: bytes,
        *,
        is_answered_at_once: bool = False,
    ) -> int:
        """Write one entry; return its number. `frame` is the header the gate read, or None. Raises LedgerError.

        is_answered_at_once: it arrived, and the next entry follows within the same step: both are then written
        together, which saves 5 us an exchange. A crash in between loses a record of what arrived, never of what left.
        """
        host = self._hosts.get(clearance.host)
        if host is None:
            host = self._introduce(clearance.host)
        number = self.records
        kind = dtype = side_dtype = step_flags = tap = session = step = position = rows = cols = side_cols = 0
        if frame is not None:
            kind, dtype, side_dtype, step_flags = frame.kind, frame.dtype, frame.side_dtype, frame.flags
            tap, session, step, position = frame.tap, frame.session, frame.step, frame.position
            rows, cols, side_cols = frame.rows, frame.cols, frame.side_cols
        self._write(
            ENTRY.pack(
                number,
                time.time_ns(),
                _ENTRY_TYPE,
                direction,
                clearance.purpose,
                kind,
                dtype,
                side_dtype,
                EntryFlags.TLS if clearance.is_tls else 0,
                step_flags,
                host,
                tap,
                clearance.connection,
                session,
                self._bytes_of(clearance.message),
                step,
                position,
                rows,
                cols,
                side_cols,
                len(clearance.content),
                len(wire),
                hashlib.sha256(wire).digest(),
            ),
            is_last=not is_answered_at_once,
        )
        return number

    def announce_connection(self, host: str) -> int:
        """Record that a socket to `host` is about to be opened; the record's number names the connection."""
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0:
            self._fail("its file was deleted")
        index = self._hosts.get(host)
        if index is None:
            index = self._introduce(host)
        number = self.records
        self._write(NAMING.pack(number, time.time_ns(), RecordType.CONNECTION, index, 0, number, b""))
        return number

    def reopen(self) -> None:
        """Try again after a failure. Raises LedgerError where it still cannot be written."""
        self._release()
        self._open()

    def close(self) -> None:
        """Mark the orderly end and let the file go; never raises. Later appends fail."""
        if self._fd >= 0 and not self._failure:
            try:
                self._mark(MarkEvent.CLOSED)
            except LedgerError:
                pass  # the file ends without the mark, and a reader says so
        self._release()
        self._failure = self._failure or "it was closed"

    def _bytes_of(self, message: MessageId) -> bytes:
        """Entries come in runs of one message: its bytes are made once."""
        if message is not self._message:
            self._message, self._message_bytes = message, message.bytes
        return self._message_bytes

    def _introduce(self, host: str) -> int:
        index = len(self._hosts)
        text = host.encode()
        for start in range(0, len(text), NAME_PIECE_BYTES):
            piece = text[start : start + NAME_PIECE_BYTES]
            self._write(NAMING.pack(self.records, time.time_ns(), RecordType.HOST, index, len(piece), 0, piece))
        self._hosts[host] = index
        return index

    def _mark(self, event: MarkEvent, set_aside: bytes = b"") -> None:
        digest = hashlib.sha256(set_aside).digest() if set_aside else _NO_HASH
        self._write(MARK.pack(self.records, time.time_ns(), RecordType.MARK, event, len(set_aside), digest))

    def _write(self, body: bytes, *, is_last: bool = True) -> None:
        if self._failure:
            raise self._error()
        chain = chain_hash(self.head, body)
        records = self._waiting + body + chain
        if is_last:
            try:
                written = os.write(self._fd, records)
            except OSError as error:
                self._fail(os.strerror(error.errno or 0), error)
            if written != len(records):
                self._fail("the disk is full")
            records = b""
        self._waiting = records
        self.head = chain
        self.records += 1

    def _fail(self, reason: str, cause: Exception | None = None) -> None:
        self._failure = reason
        raise self._error() from cause

    def _error(self) -> LedgerError:
        return LedgerError(
            f"The ledger of what leaves this computer cannot be written ({self._failure}), so nothing more is sent.",
            "Free some disk space or check the folder's permissions, then try again.",
        )

    def _open(self) -> None:
        self._failure = ""
        self._hosts = {}
        self._waiting = b""
        self.notice = ""
        try:
            self._asked_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock_file()
            set_aside = self._find_end()
            self._mark(MarkEvent.OPENED)
            if set_aside:
                self._mark(MarkEvent.SET_ASIDE, set_aside)
        except OSError as error:
            self._release()
            self._fail(os.strerror(error.errno or 0), error)

    def _lock_file(self) -> None:
        """Open the asked path, or the first sibling that no other process holds."""
        stem, suffix = self._asked_path.stem, self._asked_path.suffix
        for n in range(1, _SIBLINGS + 1):
            self.path = self._asked_path if n == 1 else self._asked_path.with_name(f"{stem}-{n}{suffix}")
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
            if _lock(self._fd):
                return
            self._release()
        self._fail(f"{_SIBLINGS} ledgers are in use at once")

    def _find_end(self) -> bytes:
        """Make the file end with a record that chains; return the bytes that were set aside for it."""
        size = os.fstat(self._fd).st_size
        if size == 0:
            self._begin()
            return b""
        with self.path.open("rb") as file:
            try:
                seed = first_chain(read_file_header(file))
            except LedgerFormatError as error:
                return self._start_anew(str(error))
            whole = (size - FILE_HEADER.size) // RECORD_BYTES
            first = max(0, whole - _LOOK_BACK_RECORDS)
            file.seek(FILE_HEADER.size + max(0, first - 1) * RECORD_BYTES)
            before = file.read(RECORD_BYTES)[BODY_BYTES:] if first else seed
            tail = file.read()
        good = _last_that_chains(tail, first, before)
        if good is None and first:
            return self._start_anew("No record near its end chains to the one before it.")
        self.records = first if good is None else first + good + 1
        kept = (self.records - first) * RECORD_BYTES
        self.head = tail[kept - CHAIN_BYTES : kept] if kept else before
        return self._set_aside(tail[kept:])

    def _begin(self) -> None:
        header = FILE_HEADER.pack(MAGIC, VERSION, RECORD_BYTES, 0, secrets.token_bytes(16))
        if os.write(self._fd, header) != len(header):
            self._fail("the disk is full")
        self.head = first_chain(header)
        self.records = 0

    def _set_aside(self, rest: bytes) -> bytes:
        if not rest:
            return b""
        aside = self.path.with_name(f"{self.path.name}.set-aside-{time.time_ns()}")
        aside.write_bytes(rest)
        os.ftruncate(self._fd, FILE_HEADER.size + self.records * RECORD_BYTES)
        self.notice = (
            f"The ledger ended with {len(rest)} bytes that do not fit its chain: a crash, or a change from outside. "
            f"They were moved to {aside.name}, and the chain goes on from record {self.records}."
        )
        return rest

    def _start_anew(self, reason: str) -> bytes:
        aside = self.path.with_name(f"{self.path.name}.set-aside-{time.time_ns()}")
        self._release()  # Windows does not rename an open file
        self.path.rename(aside)
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        if not _lock(self._fd):
            self._fail("another process took it")
        self._begin()
        self.notice = (
            f"The ledger could not be continued: {reason} It was moved to {aside.name}, and a new one was begun."
        )
        return b""

    def _release(self) -> None:
        if self._fd >= 0:
            try:
                os.close(self._fd)
            except OSError:
                pass  # already closed from outside; there is nothing left to let go
            self._fd = -1


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
