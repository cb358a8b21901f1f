"""The ledger's layout, its reader and its verifier (docs/ledger-format.md). Stdlib and the domain's words only.

A file header of 32 bytes, then records of 160 bytes: a body of 128 bytes and a chain hash of 32,
`chain = SHA-256(previous chain || body)`. The first record chains to SHA-256 of the file header. An erased record keeps
its chain hash and its place; a later ERASURE record names it (ledger_erasure.py).
The writer is ledger.py; app/audit judges with this file alone.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID

from app.privacy.ledger_erasure import ERASURE, Erased, erased_body

MAGIC = b"NHLEDGER"
VERSION = 3  # 1 had no unused end, 2 no erasures; their records are the same
READABLE_VERSIONS = (1, 2, 3)

#  magic, version, record bytes, reserved, 16 random bytes that tell one ledger from another
FILE_HEADER = struct.Struct("<8sHHI16s")
#  number, time_ns | type direction purpose kind dtype side_dtype flags step_flags | host tap connection | session |
#  message | step position rows cols side_cols payload_bytes wire_bytes | reserved | SHA-256 of the wire bytes
ENTRY = struct.Struct("<QQBBBBBBBBHHIQ16sIIIIIII12x32s")
#  The same for a writer, which copies runs of bytes out of the frame's own header (app/wire/frames.py):
#  ... direction purpose | kind dtype side_dtype | flags | step_flags | host | tap | connection | session | message |
#  step position | rows cols side_cols | payload_bytes wire_bytes | ...
ENTRY_IN_RUNS = struct.Struct("<QQ3s3sBs2s2s4s8s16s8s12sII12x32s")
HEADER_RUNS = struct.Struct("<4x3ss8s8s2s2x12s")  # of a frame: kinds, flags, session, step and position, tap, shape
#  number, time_ns | type, reserved | host index, bytes of text in this record, connection | text
NAMING = struct.Struct("<QQB7xHHI96s")
#  number, time_ns | type event reserved | bytes set aside | reserved | SHA-256 of the bytes set aside
MARK = struct.Struct("<QQBB6xQ64x32s")
BODY_BYTES = 128
CHAIN_BYTES = 32
RECORD_BYTES = BODY_BYTES + CHAIN_BYTES
NAME_PIECE_BYTES = 96
assert ENTRY.size == ENTRY_IN_RUNS.size == NAMING.size == MARK.size == ERASURE.size == BODY_BYTES
assert FILE_HEADER.size == 32

_COMMON = struct.Struct("<QQB")
_READ_RECORDS = 4096  # records read at once: 640 KiB
_SEARCH_BYTES = 2**20


class RecordType(IntEnum):
    """What a record is. Numbers are never reused."""

    ENTRY = 1  # bytes that left or arrived
    HOST = 2  # a piece of the name behind a host index
    CONNECTION = 3  # a socket is about to be opened; its own number names the connection
    MARK = 4  # the ledger was opened, closed or repaired
    ERASED = 5  # was an ENTRY: its number and its chain hash are left, and nothing else
    ERASURE = 6  # names records before it that were erased


class MarkEvent(IntEnum):
    OPENED = 1  # host indexes begin anew
    CLOSED = 2  # an orderly end: a file that ends otherwise was in use, crashed or was cut
    SET_ASIDE = 3  # bytes at the end that did not chain were moved to a file beside this one


class EntryFlags(IntEnum):
    TLS = 1  # the wire bytes are those inside TLS


class LedgerFormatError(Exception):
    """The file is not a ledger of this version, or a record cannot be read."""


class LedgerEntry(NamedTuple):
    """One ENTRY record. Enum fields are plain numbers, so that a newer ledger stays readable; kind 0 is no frame."""

    number: int
    time_ns: int
    connection: int
    host: str
    direction: int
    purpose: int
    session: int
    message: UUID
    kind: int
    tap: int
    rows: int
    cols: int
    side_cols: int
    dtype: int
    side_dtype: int
    step_flags: int
    step: int
    position: int
    payload_bytes: int
    wire_bytes: int
    sha256: bytes
    is_tls: bool
    chain: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. first_bad is the place (from 0) of the first record that is wrong, None where all is well.

    head: chain hash of the last good record; an auditor compares it with one kept elsewhere. is_closed: the last record
    says that the ledger was closed in order. repairs: how often bytes that did not chain were set aside at an opening.
    erased: records that were erased, as `erasures` (ERASURE records) name them.
    """

    records: int
    entries: int
    first_bad: int | None
    reason: str
    head: bytes
    is_closed: bool
    repairs: int
    erased: int = 0
    erasures: int = 0

    @property
    def is_good(self) -> bool:
        return self.first_bad is None


def chain_hash(previous: bytes, body: bytes) -> bytes:
    """SHA-256(previous chain hash || record without its chain hash)."""
    return hashlib.sha256(previous + body).digest()


def first_chain(header: bytes) -> bytes:
    """What the first record chains to."""
    return hashlib.sha256(header).digest()


def read_file_header(untrusted: BinaryIO, versions: tuple[int, ...] = READABLE_VERSIONS) -> bytes:
    """The file header, judged. Raises LedgerFormatError."""
    header = untrusted.read(FILE_HEADER.size)
    if len(header) < FILE_HEADER.size:
        raise LedgerFormatError("The file is too short to be a ledger.")
    magic, version, record_bytes, _reserved, _random = FILE_HEADER.unpack(header)
    if magic != MAGIC:
        raise LedgerFormatError("The file is not a ledger.")
    if version not in versions or record_bytes != RECORD_BYTES:
        raise LedgerFormatError(f"The ledger has version {version}; this program writes version {VERSION}.")
    return header


def used_bytes(file: BinaryIO) -> int:
    """Where the unused end begins: zeros behind the last record, room for the next ones.

    The last record reaches at least to the file's last byte that is not zero; where less than a whole record is there,
    to the end of the file.
    """
    end = file.seek(0, os.SEEK_END)
    block_end = end
    while block_end > FILE_HEADER.size:
        start = max(FILE_HEADER.size, block_end - _SEARCH_BYTES)
        file.seek(start)
        rest = file.read(block_end - start).rstrip(b"\0")
        if rest:
            records = -(-(start + len(rest) - FILE_HEADER.size) // RECORD_BYTES)
            return min(end, FILE_HEADER.size + records * RECORD_BYTES)
        block_end = start
    return min(end, FILE_HEADER.size)


def read_entries(path: Path) -> Iterator[LedgerEntry]:
    """Every ENTRY record in order, without judging the chain. An unfinished record at the end is left out.

    Raises LedgerFormatError where the file is no ledger, or an entry's host was never named.
    """
    hosts = _HostTable()
    with path.open("rb") as file:
        read_file_header(file)
        for record in _records(file, used_bytes(file)):
            if record[16] == RecordType.ENTRY:
                yield _entry(record, hosts)
            elif not hosts.take(record):
                raise LedgerFormatError("A host's name is not whole.")


def verify(path: Path, *, head: bytes | None = None) -> Verdict:
    """Check every number, chain hash, host index and erasure; name the first record that is wrong.

    `head`: the chain hash that the ledger must end with, where the caller has it from elsewhere; without it nobody can
    see that whole records are missing at the end, except by `is_closed`. A file that is no ledger is a verdict too, not
    an exception.
    """
    walk = _Walk()
    try:
        with path.open("rb") as file:
            walk.chain = first_chain(read_file_header(file))
            used = used_bytes(file)
            for record in _records(file, used):
                walk.take(record)
                if walk.reason:
                    break
            if not walk.reason and (used - FILE_HEADER.size) % RECORD_BYTES:
                walk.reason = f"The file ends inside record {walk.place}."
    except (OSError, LedgerFormatError) as error:
        walk.reason = str(error)
    return walk.verdict(head)


class _Walk:
    """What has been seen of a ledger up to `place`, and why it stops there (`reason`)."""

    def __init__(self) -> None:
        self.place = self.entries = self.repairs = 0
        self.chain = b""
        self.reason = ""
        self._is_closed = False
        self._hosts = _HostTable()
        self._erased = Erased()

    def take(self, record: bytes) -> None:
        """Judge the next record; it counts where nothing is wrong."""
        self.reason = _fault(record, self.place, self.chain, self._hosts)
        record_type = record[16]
        if self.reason:
            return
        self._is_closed = False
        if record_type == RecordType.ENTRY:
            self.entries += 1
        elif record_type == RecordType.MARK:
            self._is_closed = record[17] == MarkEvent.CLOSED
            self.repairs += record[17] == MarkEvent.SET_ASIDE
        elif record_type == RecordType.ERASED:
            self._erased.add(self.place)
        elif record_type == RecordType.ERASURE and (fault := self._erased.cover(record, self.place)):
            self.place, self.reason = fault
            return
        self.chain = record[BODY_BYTES:]
        self.place += 1

    def verdict(self, head: bytes | None) -> Verdict:
        place, reason = self.place, self.reason
        if not reason and (uncovered := self._erased.first_uncovered()) is not None:
            place, reason = uncovered, f"Record {uncovered} is erased, and no later record says that it was."
        if not reason and head is not None and head != self.chain:
            reason = f"Records are missing at the end: the chain stops at {place}."
        return Verdict(
            self.place,
            self.entries,
            place if reason else None,
            reason,
            self.chain,
            self._is_closed,
            self.repairs,
            self._erased.count,
            self._erased.erasures,
        )


def record_fits(record: bytes, place: int, previous_chain: bytes) -> bool:
    """True where `record` stands at its own place and chains to `previous_chain`."""
    number: int = _COMMON.unpack_from(record)[0]
    if number != place:
        return False
    return is_erased(record, place) or chain_hash(previous_chain, record[:BODY_BYTES]) == record[BODY_BYTES:]


def is_erased(record: bytes, place: int) -> bool:
    """True where nothing of `record` is left but its place and its chain hash."""
    return record[:BODY_BYTES] == erased_body(place)


def _fault(record: bytes, place: int, chain: bytes, hosts: "_HostTable") -> str:
    number, _time_ns, record_type = _COMMON.unpack_from(record)
    if number != place:
        return f"Record {place} is missing or out of place: number {number} stands there."
    if record_type == RecordType.ERASED:
        return "" if is_erased(record, place) else f"Record {place} is marked as erased, and still says something."
    if chain_hash(chain, record[:BODY_BYTES]) != record[BODY_BYTES:]:
        return f"Record {place} was altered, or the one before it: its chain hash does not fit."
    if record_type == RecordType.ENTRY:
        if int.from_bytes(record[24:26], "little") not in hosts.names:
            return f"Record {place} names a host that was never introduced."
    elif not hosts.take(record):
        return f"Record {place} continues the name of a host that was never begun."
    return ""


def _records(file: BinaryIO, used: int) -> Iterator[bytes]:
    """The whole records among the first `used` bytes."""
    file.seek(FILE_HEADER.size)
    left = (used - FILE_HEADER.size) // RECORD_BYTES
    while left:
        block = file.read(RECORD_BYTES * min(left, _READ_RECORDS))
        if len(block) < RECORD_BYTES:
            return  # it was cut meanwhile
        for offset in range(0, len(block) - RECORD_BYTES + 1, RECORD_BYTES):
            yield block[offset : offset + RECORD_BYTES]
        left -= len(block) // RECORD_BYTES


class _HostTable:
    """Host indexes since the ledger was last opened."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def take(self, record: bytes) -> bool:
        """Learn from a record that is no entry; False where a host index was never begun."""
        if record[16] == RecordType.MARK and record[17] == MarkEvent.OPENED:
            self.names.clear()
        elif record[16] in (RecordType.HOST, RecordType.CONNECTION):
            *_, index, size, _connection, text = NAMING.unpack_from(record)
            if record[16] == RecordType.CONNECTION:
                return index in self.names
            if index > len(self.names) or size > NAME_PIECE_BYTES:
                return False
            self.names[index] = self.names.get(index, "") + text[:size].decode("utf-8", "replace")
        return True


def _entry(record: bytes, hosts: _HostTable) -> LedgerEntry:
    (
        number,
        time_ns,
        _type,
        direction,
        purpose,
        kind,
        dtype,
        side_dtype,
        flags,
        step_flags,
        host,
        tap,
        connection,
        session,
        message,
        step,
        position,
        rows,
        cols,
        side_cols,
        payload_bytes,
        wire_bytes,
        sha256,
    ) = ENTRY.unpack_from(record)
    name = hosts.names.get(host)
    if name is None:
        raise LedgerFormatError(f"Record {number} names a host that was never introduced.")
    return LedgerEntry(  # by place: with names it takes twice as long, and there are millions
        number,
        time_ns,
        connection,
        name,
        direction,
        purpose,
        session,
        _uuid(message),
        kind,
        tap,
        rows,
        cols,
        side_cols,
        dtype,
        side_dtype,
        step_flags,
        step,
        position,
        payload_bytes,
        wire_bytes,
        sha256,
        bool(flags & EntryFlags.TLS),
        record[BODY_BYTES:],
    )


@lru_cache(maxsize=64)
def _uuid(data: bytes) -> UUID:
    return UUID(bytes=data)
