"""The ledger's writer: an append-only, hash-chained record of every byte that left or arrived (docs/ledger-format.md).

Each record is handed to the operating system before the bytes it describes are sent, so a crash of the app loses none
(a power cut may lose the last seconds). It never stops a person from starting: what does not chain at the end of the
file is set aside, said in words, and the chain goes on (ledger_file.py). It does stop sending: once a record cannot be
written, every later `append` fails until `reopen` succeeds. Not safe for several threads; the gate holds the lock.

`erase` takes the contents of entries away and leaves a tombstone: first the ERASURE record that names them, then the
contents. Where a crash comes in between, the next opening finishes it.
"""

import time
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from app.domain.clearance import Clearance, Direction
from app.domain.errors import LedgerError
from app.privacy.erasing import blot, holds_any
from app.privacy.ledger_erasure import erasure_bodies
from app.privacy.ledger_file import SIBLINGS, LedgerFile, sibling
from app.privacy.ledger_format import (
    ENTRY_IN_RUNS,
    HEADER_RUNS,
    MARK,
    NAME_PIECE_BYTES,
    NAMING,
    EntryFlags,
    MarkEvent,
    RecordType,
)

_NO_HASH = bytes(32)
_NO_HEADER = HEADER_RUNS.unpack(bytes(HEADER_RUNS.size))
#  What an entry is made of: direction, what the bytes are for, what they carry, the bytes themselves, whether the
#  content begins with a frame's header (judged by the caller) whose facts are copied, and nanoseconds since 1970
Entry = tuple[Direction, Clearance, bytes, bytes, bool, int]


class Ledger:
    """One ledger file, open for appending by this process alone.

    path: the file really used: where another process holds the one asked for, a numbered sibling. notice: what a person
    should know about how it was found, empty where nothing was wrong.
    """

    def __init__(self, path: Path, siblings: int = SIBLINGS) -> None:
        """`siblings`: how many names to try where other processes hold the first."""
        self._asked_path = path
        self._siblings = siblings
        self._file: LedgerFile | None = None
        self._failure = ""
        self._hosts: dict[str, int] = {}
        self.path = path
        self.notice = ""
        self.records = 0
        self.head = b""
        self._unwritten = b""
        # what entries of one run share, ready to be packed; a run's entries come with the same object
        self._run: Clearance | None = None
        self._shared: tuple[tuple[bytes, ...], int, bytes, bytes, bytes] = ((), 0, b"", b"", b"")
        try:
            self._open()
        except LedgerError:
            pass  # a ledger never keeps a person from starting; the first append says why nothing is sent

    @property
    def failure(self) -> str:
        """Why nothing can be written; empty while all is well."""
        return self._failure

    def append(self, entries: Sequence[Entry]) -> int:
        """Write entries, all in one; return the number of the first, which the others follow. Raises LedgerError."""
        for entry in entries:
            if entry[1].host not in self._hosts:
                self._introduce(entry[1].host)
        first = self.records
        for direction, clearance, content, wire, has_frame, time_ns in entries:
            if clearance is not self._run:
                self._begin_run(clearance)
            heads, flags, host, connection, message = self._shared
            kinds, step_flags, session, steps, tap, shape = (
                HEADER_RUNS.unpack_from(content) if has_frame else _NO_HEADER
            )
            body = ENTRY_IN_RUNS.pack(
                self.records,
                time_ns,
                heads[direction],
                kinds,
                flags,
                step_flags,
                host,
                tap,
                connection,
                session,
                message,
                steps,
                shape,
                len(content),
                len(wire),
                sha256(wire).digest(),
            )
            self.head = chain = sha256(self.head + body).digest()
            self.records += 1
            self._unwritten += body + chain
        self._write()
        return first

    def announce_connection(self, host: str) -> int:
        """Record that a socket to `host` is about to be opened; the record's number names the connection."""
        if self._file is not None and not self._failure:
            try:
                self._file.check()
            except OSError as error:
                self._fail(error)
        index = self._hosts.get(host)
        if index is None:
            index = self._introduce(host)
        number = self.records
        self._add(NAMING.pack(number, time.time_ns(), RecordType.CONNECTION, index, 0, number, b""))
        self._write()
        return number

    def erase(self, messages: Collection[UUID]) -> int:
        """Take away what the entries of `messages` say, here only; return how many there were. Raises LedgerError.

        Where it fails in the middle, nothing more is sent until `reopen` has finished it.
        """
        if self._failure or self._file is None:
            raise self._error()
        try:
            ranges = self._file.entries_of(messages, self.records)
            if not ranges:
                return 0
            for body in erasure_bodies(ranges, self.records, time.time_ns()):
                self._add(body)
            self._write()
            self._file.erase(ranges)
        except OSError as error:
            self._fail(error)
        return sum(count for _, count in ranges)

    def erase_beside(self, messages: Collection[UUID]) -> int:
        """The same in the folder's other ledgers (of processes that ran beside this one) and in what was set aside.

        Raises LedgerError, after the rest, where another process holds one of them that tells of `messages`.
        """
        messages = {message for message in messages if message.int}  # 0: bytes of no message, which are in every file
        erased, held = 0, ""
        for path in self._others():
            try:
                if not holds_any(path, messages):
                    continue
                if ".set-aside-" in path.name:
                    blot(path, messages)
                    continue
            except FileNotFoundError:
                continue
            except OSError as error:
                held = error.strerror or type(error).__name__
                continue
            other = Ledger(path, siblings=1)
            held = held or other.failure
            erased += 0 if other.failure else other.erase(messages)
            other.close()
        if held:
            raise LedgerError(
                f"What was deleted could not be erased from every ledger ({held}).",
                "It is tried again when the app starts. Close other windows of Nearhalf, then start it again.",
            )
        return erased

    def begin_anew(self) -> None:
        """Go on with a fresh file, the old one being gone. Raises LedgerError."""
        self._release()
        self._open()

    def let_go(self) -> None:
        """Close the file, with no mark, so that it can be deleted. Later appends fail until `begin_anew`."""
        self._release()
        self._failure = "it is being deleted"

    def reopen(self) -> None:
        """Try again after a failure. Raises LedgerError where it still cannot be written."""
        self._release()
        self._open()

    def close(self) -> None:
        """Mark the orderly end and let the file go; never raises. Later appends fail."""
        if self._file is not None and not self._failure:
            try:
                self._mark(MarkEvent.CLOSED)
            except LedgerError:
                pass  # the file ends without the mark, and a reader says so
        self._release()
        self._failure = self._failure or "it was closed"

    def _others(self) -> list[Path]:
        names = [sibling(self._asked_path, n) for n in range(1, SIBLINGS + 1)]
        aside = (self._asked_path.parent.glob(f"{name.name}.set-aside-*") for name in names)
        return [path for path in (*names, *(each for few in aside for each in few)) if path != self.path]

    def _begin_run(self, clearance: Clearance) -> None:
        kind, purpose = RecordType.ENTRY, clearance.purpose
        self._shared = (
            tuple(bytes((kind, direction, purpose)) for direction in (0, Direction.UP, Direction.DOWN)),
            EntryFlags.TLS if clearance.is_tls else 0,
            self._hosts[clearance.host].to_bytes(2, "little"),
            clearance.connection.to_bytes(4, "little"),
            clearance.message.bytes,
        )
        self._run = clearance

    def _introduce(self, host: str) -> int:
        """Write the name of a host; return the number that stands for it from now on."""
        index = len(self._hosts)
        text = host.encode()
        for start in range(0, len(text), NAME_PIECE_BYTES):
            piece = text[start : start + NAME_PIECE_BYTES]
            self._add(NAMING.pack(self.records, time.time_ns(), RecordType.HOST, index, len(piece), 0, piece))
        self._hosts[host] = index
        return index

    def _mark(self, event: MarkEvent, set_aside: bytes = b"") -> None:
        digest = sha256(set_aside).digest() if set_aside else _NO_HASH
        self._add(MARK.pack(self.records, time.time_ns(), RecordType.MARK, event, len(set_aside), digest))
        self._write()

    def _add(self, body: bytes) -> None:
        """Chain a record; `_write` stores it."""
        self.head = chain = sha256(self.head + body).digest()
        self.records += 1
        self._unwritten += body + chain

    def _write(self) -> None:
        if self._failure or self._file is None:
            raise self._error()
        try:
            self._file.write(self._unwritten)
        except OSError as error:
            self._fail(error)
        self._unwritten = b""

    def _fail(self, cause: OSError) -> None:
        self._failure = cause.strerror or type(cause).__name__
        raise self._error() from cause

    def _error(self) -> LedgerError:
        return LedgerError(
            f"The ledger of what leaves this computer cannot be written ({self._failure}), so nothing more is sent.",
            "Free some disk space or check the folder's permissions, then try again.",
        )

    def _open(self) -> None:
        self._failure = ""
        self._hosts = {}
        self._run = None
        self._unwritten = b""
        self.notice = ""
        try:
            self._file = LedgerFile(self._asked_path, self._siblings)
        except OSError as error:
            self._fail(error)
        assert self._file is not None
        self.path, self.notice = self._file.path, self._file.notice
        self.records, self.head = self._file.records, self._file.head
        self._mark(MarkEvent.OPENED)
        if self._file.set_aside:
            self._mark(MarkEvent.SET_ASIDE, self._file.set_aside)

    def _release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
