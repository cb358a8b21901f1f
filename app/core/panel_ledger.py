"""The ledger file as columns for the privacy panel: mapped into memory, never loaded, growing while it is written.

docs/ledger-format.md. A million entries are 160 MB on the disk and a few pages in memory: numpy reads the columns that
are asked for out of the mapping. Judges nothing: `nearhalf audit verify` does that. Knows no chats and no widgets.

Only records that were there at the last `refresh` are touched, so the zeros behind them may be cut off at any time.
"""

import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.clearance import Direction
from app.privacy.ledger_format import (
    FILE_HEADER,
    NAMING,
    RECORD_BYTES,
    LedgerFormatError,
    MarkEvent,
    RecordType,
    read_file_header,
    used_bytes,
)
from app.wire.frames import Kind

Records = NDArray[np.void]
Rows = NDArray[np.int64]  # places of records in the file
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

#  An ENTRY as columns: (name, type, offset). A UUID is two halves, a hash is bytes.
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("number", "<u8", 0),
    ("time_ns", "<u8", 8),
    ("type", "u1", 16),
    ("direction", "u1", 17),
    ("purpose", "u1", 18),
    ("kind", "u1", 19),
    ("dtype", "u1", 20),
    ("side_dtype", "u1", 21),
    ("flags", "u1", 22),
    ("step_flags", "u1", 23),
    ("host", "<u2", 24),
    ("tap", "<u2", 26),
    ("connection", "<u4", 28),
    ("session", "<u8", 32),
    ("message_a", "<u8", 40),
    ("message_b", "<u8", 48),
    ("step", "<u4", 56),
    ("position", "<u4", 60),
    ("rows", "<u4", 64),
    ("cols", "<u4", 68),
    ("side_cols", "<u4", 72),
    ("payload_bytes", "<u4", 76),
    ("wire_bytes", "<u4", 80),
    ("sha256", "V32", 96),
)
RECORD = np.dtype(
    {
        "names": [name for name, _, _ in _COLUMNS],
        "formats": [form for _, form, _ in _COLUMNS],
        "offsets": [offset for _, _, offset in _COLUMNS],
        "itemsize": RECORD_BYTES,
    }
)
NO_LATENCY = -1
_LOOK_BACK = 256  # records before a row in which its question is searched for
_ANSWERS = frozenset(Kind) - {Kind.OPEN, Kind.STEP}


@dataclass(slots=True)
class _Era:
    """What host indexes mean from one opening of the ledger to the next."""

    first: int
    names: dict[int, str] = field(default_factory=dict)


class LedgerMap:
    """One ledger file. Raises LedgerFormatError where it is none, OSError where it cannot be read.

    id: the 16 random bytes of its header, which tell one ledger from another. others: records so far that are no
    entries; where it grows, entries before may have been erased.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.id = read_file_header(file)[16:]
            facts = os.fstat(file.fileno())
            self._inode = facts.st_ino
            used = used_bytes(file)
        self.count = 0
        self.others = 0
        self._mapped = 0
        self._all: Records = np.empty(0, RECORD)
        self._eras = [_Era(0)]
        self._take(max(0, used - FILE_HEADER.size) // RECORD_BYTES)

    @property
    def records(self) -> Records:
        """All records, entries and others, in order; a record's place is its number."""
        return self._all[: self.count]

    def refresh(self) -> bool:
        """Take in what was written since. True where the file is another one now: make a new LedgerMap.

        Raises OSError where it cannot be read.
        """
        facts = self.path.stat()
        whole = (facts.st_size - FILE_HEADER.size) // RECORD_BYTES
        if facts.st_ino != self._inode or whole < self.count or self._read_id() != self.id:
            return True  # an inode's number may be given to the next file
        if whole > self.count:
            if whole > self._mapped:
                self._map()
            room = min(whole, self._mapped)
            kinds = self._all["type"][self.count : room]
            unused = np.flatnonzero(kinds == 0)
            self._learn(self.count + (int(unused[0]) if len(unused) else len(kinds)))
        return False

    def _read_id(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(FILE_HEADER.size)[16:]

    def entry(self, row: int) -> Any:
        """One record: `entry(row)["kind"]`."""
        return self._all[row]

    def body(self, row: int) -> bytes:
        return bytes(self._all[row].tobytes())

    def host(self, row: int) -> str:
        return self._names_at(row).get(int(self._all["host"][row]), "")

    def hosts(self) -> tuple[str, ...]:
        """Every host that was ever named, in order."""
        return tuple(dict.fromkeys(name for era in self._eras for name in era.names.values()))

    def of_hosts(self, rows: Rows, is_meant: Callable[[str], bool]) -> Mask:
        """Which of `rows` (rising) went to a host that is meant."""
        found: Mask = np.zeros(len(rows), bool)
        firsts = np.array([era.first for era in self._eras])
        cuts = [*np.searchsorted(rows, firsts), len(rows)]
        for place, era in enumerate(self._eras):
            part = slice(cuts[place], cuts[place + 1])
            meant = [index for index, name in era.names.items() if is_meant(name)]
            if meant and part.start < part.stop:
                found[part] = np.isin(self._all["host"][rows[part]], meant)
        return found

    def latency_ns(self, rows: Rows) -> Numbers:
        """How long each of `rows` (rising) took to answer the entry before it on its connection; NO_LATENCY: no answer.

        Down: the way there and back, and the backend's work. A DELTA: this computer's own work.
        """
        if not len(rows):
            return np.empty(0, np.int64)
        start = max(0, int(rows[0]) - _LOOK_BACK)
        part = self._all[start : int(rows[-1]) + 1]
        places = np.flatnonzero(part["type"] == RecordType.ENTRY)
        order = places[np.argsort(part["connection"][places], kind="stable")]
        question, answer = order[:-1], order[1:]
        kinds, directions = part["kind"], part["direction"]
        is_answer = np.isin(kinds, list(_ANSWERS)) | ((kinds == 0) & (directions == Direction.DOWN))
        pairs = (part["connection"][question] == part["connection"][answer]) & is_answer[answer]
        pairs &= directions[question] != directions[answer]
        found: Numbers = np.full(len(part), NO_LATENCY, np.int64)
        times = part["time_ns"].astype(np.int64)
        found[answer[pairs]] = np.maximum(times[answer[pairs]] - times[question[pairs]], 0)
        return found[rows - start]

    def latency_of(self, row: int) -> int:
        """The same for one, quickly where its question stands just before it, as nearly always."""
        if row > 0:
            entry, before = self._all[row], self._all[row - 1]
            is_near = before["connection"] == entry["connection"] and before["type"] == RecordType.ENTRY
            if is_near and before["direction"] != entry["direction"] and int(entry["kind"]) in _ANSWERS:
                return max(int(entry["time_ns"]) - int(before["time_ns"]), 0)
        return int(self.latency_ns(np.array([row], np.int64))[0])

    def _names_at(self, row: int) -> dict[int, str]:
        return next(era.names for era in reversed(self._eras) if era.first <= row)

    def _take(self, count: int) -> None:
        if count:
            self._map()
            self._learn(min(count, self._mapped))

    def _map(self) -> None:
        with self.path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._mapped = max(0, size - FILE_HEADER.size) // RECORD_BYTES
            if self._mapped:  # the mapping goes with the last array that looks into it
                mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._all = np.frombuffer(mapping, RECORD, self._mapped, FILE_HEADER.size)

    def _learn(self, count: int) -> None:
        """The records up to `count` are there; take in the names among the new ones."""
        new = self._all["type"][self.count : count]
        others = np.flatnonzero(new != RecordType.ENTRY) + self.count
        self.others += len(others)
        for place in np.flatnonzero((new == RecordType.HOST) | (new == RecordType.MARK)) + self.count:
            self._take_name(int(place))
        self.count = count

    def _take_name(self, row: int) -> None:
        kind = int(self._all["type"][row])
        if kind == RecordType.MARK and int(self._all["direction"][row]) == MarkEvent.OPENED:
            self._eras.append(_Era(row))
        elif kind == RecordType.HOST:
            *_, index, size, _connection, text = NAMING.unpack_from(self.body(row))
            names = self._eras[-1].names
            names[index] = names.get(index, "") + text[:size].decode("utf-8", "replace")


def open_ledger(path: Path) -> LedgerMap | None:
    """None where there is no ledger that can be read."""
    try:
        return LedgerMap(path)
    except (OSError, ValueError, LedgerFormatError):
        return None
