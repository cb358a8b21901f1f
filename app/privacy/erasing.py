"""Erasing in a ledger's bytes: finding the entries of messages, blanking records, finishing what a crash broke off.

Works on a file that the caller holds (ledger_file.py), or on one that nobody goes on with (`blot`). Raises OSError.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from app.privacy.ledger_erasure import Range, erased_body, erasure_ranges, merged
from app.privacy.ledger_format import BODY_BYTES, FILE_HEADER, MAGIC, RECORD_BYTES, RecordType, is_erased

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BLOCK_RECORDS = 2**15  # 5 MiB: one read
_TYPE_AT, _MESSAGE_AT, _MESSAGE_BYTES = 16, 40, 16


def entries_of(fd: int, records: int, messages: Collection[UUID], first_record: int = FILE_HEADER.size) -> list[Range]:
    """Where the entries of `messages` stand among `records` records, the first of which begins at `first_record`."""
    import numpy as np  # 0.1 s that the app's start need not wait for

    wanted = {message.bytes for message in messages if message.int}
    firsts = np.array(sorted({int.from_bytes(each[:8], "little") for each in wanted}), np.uint64)

    def places() -> Iterator[int]:
        for start in range(0, records, _BLOCK_RECORDS):
            block = _read_records(fd, start, min(_BLOCK_RECORDS, records - start), first_record)
            for index in _candidates(block, firsts):
                at = index * RECORD_BYTES + _MESSAGE_AT
                if block[at : at + _MESSAGE_BYTES] in wanted:
                    yield start + index

    return merged(places()) if wanted else []


def _candidates(block: bytes, firsts: "npt.NDArray[np.uint64]") -> list[int]:
    """Entries whose message id may be one that begins with `firsts` (read as numbers)."""
    import numpy as np

    table = np.frombuffer(block, np.uint8).reshape(-1, RECORD_BYTES)
    begun = np.ascontiguousarray(table[:, _MESSAGE_AT : _MESSAGE_AT + 8]).view(np.uint64)[:, 0]
    found: list[int] = np.flatnonzero((table[:, _TYPE_AT] == RecordType.ENTRY) & np.isin(begun, firsts)).tolist()
    return found


def blank(fd: int, ranges: Sequence[Range]) -> None:
    """Leave nothing of these records but their places and chain hashes. To do it again changes nothing."""
    for first, count in ranges:
        for start in range(first, first + count, _BLOCK_RECORDS):
            block = bytearray(_read_records(fd, start, min(_BLOCK_RECORDS, first + count - start)))
            for index in range(len(block) // RECORD_BYTES):
                at = index * RECORD_BYTES
                block[at : at + BODY_BYTES] = erased_body(start + index)
            _write_at(fd, FILE_HEADER.size + start * RECORD_BYTES, block)


def unfinished(fd: int, records: int) -> list[Range]:
    """What the ERASURE records at the very end name and is not erased yet: a crash came in between.

    Only the end needs a look: nothing is appended before an erasure is through.
    """
    ranges: list[Range] = []
    for place in range(records - 1, -1, -1):
        record = _read_records(fd, place, 1)
        if record[_TYPE_AT] != RecordType.ERASURE:
            break
        ranges += erasure_ranges(record) or []
    return [(first, count) for first, count in sorted(ranges) if not _all_erased(fd, first, count)]


def blot(path: Path, messages: Collection[UUID]) -> None:
    """Zero every record of `messages` in a file that was set aside: no chain any more, so it gets no tombstone."""
    with path.open("r+b") as file:
        start = _first_record(file)
        for first, count in _entries_in(file, messages):
            file.seek(start + first * RECORD_BYTES)
            file.write(bytes(count * RECORD_BYTES))
        file.flush()
        os.fsync(file.fileno())


def holds_any(path: Path, messages: Collection[UUID]) -> bool:
    """True where a record of the file is an entry of one of them. The file may be a ledger, or what was cut off one."""
    with path.open("rb") as file:
        return bool(_entries_in(file, messages))


def _entries_in(file: BinaryIO, messages: Collection[UUID]) -> list[Range]:
    start = _first_record(file)
    records = (file.seek(0, os.SEEK_END) - start) // RECORD_BYTES
    return entries_of(file.fileno(), records, messages, start)


def _first_record(file: BinaryIO) -> int:
    """Behind the header; what was set aside of a ledger's end has none."""
    file.seek(0)
    return FILE_HEADER.size if file.read(len(MAGIC)) == MAGIC else 0


def _all_erased(fd: int, first: int, count: int) -> bool:
    for start in range(first, first + count, _BLOCK_RECORDS):
        block = _read_records(fd, start, min(_BLOCK_RECORDS, first + count - start))
        for index in range(len(block) // RECORD_BYTES):
            if not is_erased(block[index * RECORD_BYTES : (index + 1) * RECORD_BYTES], start + index):
                return False
    return True


def _read_records(fd: int, first: int, count: int, first_record: int = FILE_HEADER.size) -> bytes:
    os.lseek(fd, first_record + first * RECORD_BYTES, os.SEEK_SET)
    block = os.read(fd, count * RECORD_BYTES)
    if len(block) != count * RECORD_BYTES:
        raise OSError("the ledger was cut by another program")
    return block


def _write_at(fd: int, place: int, data: bytes | bytearray) -> None:
    os.lseek(fd, place, os.SEEK_SET)
    if os.write(fd, data) != len(data):
        raise OSError("not all of an erasure could be written")
