"""Erased records and the ERASURE records that name them: layout, writing and judging (docs/ledger-format.md).

Part of the ledger's format: stdlib only. An erased record is an ENTRY whose 128 bytes gave way to its number and the
word "erased"; its chain hash stays, so that the chain before and behind it still holds.
"""

import bisect
import struct
from collections.abc import Iterator, Sequence

_ERASED_TYPE, _ERASURE_TYPE = 5, 6  # of RecordType (ledger_format.py)
RANGES_IN_A_RECORD = 8
_RANGE = struct.Struct("<QI")
#  number, time_ns | type, reserved, ranges here, reserved | records erased by this one | first and count, 8 times
ERASURE = struct.Struct("<QQBxH4xQ96s")
ERASURE_HEAD_BYTES = 32
_ERASED = struct.Struct("<QQB111x")
Range = tuple[int, int]  # first record, how many
MAX_COUNT = 2**32 - 1


def erased_body(number: int) -> bytes:
    """What is left of record `number`, without its chain hash."""
    return _ERASED.pack(number, 0, _ERASED_TYPE)


def erasure_bodies(ranges: Sequence[Range], number: int, time_ns: int) -> list[bytes]:
    """The ERASURE records that name `ranges` (rising), from `number` on, without their chain hashes."""
    bodies: list[bytes] = []
    for start in range(0, len(ranges), RANGES_IN_A_RECORD):
        few = ranges[start : start + RANGES_IN_A_RECORD]
        packed = b"".join(_RANGE.pack(first, count) for first, count in few)
        total = sum(count for _, count in few)
        bodies.append(ERASURE.pack(number + len(bodies), time_ns, _ERASURE_TYPE, len(few), total, packed))
    return bodies


def erasure_ranges(record: bytes) -> list[Range] | None:
    """What an ERASURE record names, rising and before it; None where it breaks a rule."""
    number, _time_ns, _type, many, total, packed = ERASURE.unpack_from(record)
    if not 1 <= many <= RANGES_IN_A_RECORD or any(packed[many * _RANGE.size :]):
        return None
    ranges = [_RANGE.unpack_from(packed, index * _RANGE.size) for index in range(many)]
    end = 0
    for first, count in ranges:
        if first < end or not count:
            return None
        end = first + count
    if end > number or total != sum(count for _, count in ranges):
        return None
    return ranges


def merged(numbers: Iterator[int]) -> list[Range]:
    """Rising numbers as ranges."""
    ranges: list[Range] = []
    for number in numbers:
        if ranges and sum(ranges[-1]) == number and ranges[-1][1] < MAX_COUNT:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((number, 1))
    return ranges


class Erased:
    """The erased records seen so far, and which of them a later record has named."""

    def __init__(self) -> None:
        self.count = 0
        self.erasures = 0
        self._starts: list[int] = []  # runs of erased records
        self._ends: list[int] = []
        self._named: list[Range] = []

    def add(self, place: int) -> None:
        """The next record is erased."""
        self.count += 1
        if self._ends and self._ends[-1] == place:
            self._ends[-1] = place + 1
        else:
            self._starts.append(place)
            self._ends.append(place + 1)

    def cover(self, record: bytes, place: int) -> tuple[int, str] | None:
        """An ERASURE record stands at `place`. Returns the place of what is wrong, and why; None where nothing is."""
        ranges = erasure_ranges(record)
        if ranges is None:
            return place, f"Record {place} tells of an erasure, and breaks the rules for that."
        for first, count in ranges:
            whole = self._first_whole(first, first + count)
            if whole is not None:
                return whole, f"Record {whole} was to be erased (record {place} says so), and still has its contents."
        self._named += ranges
        self.erasures += 1
        return None

    def first_uncovered(self) -> int | None:
        """The first erased record that no ERASURE record names."""
        named = sorted(self._named)
        index, reached = 0, 0
        for start, end in zip(self._starts, self._ends, strict=True):
            reached = max(reached, start)
            while reached < end:
                while index < len(named) and sum(named[index]) <= reached:
                    index += 1
                if index == len(named) or named[index][0] > reached:
                    return reached
                reached = sum(named[index])
        return None

    def _first_whole(self, start: int, end: int) -> int | None:
        """The first record in start..end-1 that is not erased."""
        at = bisect.bisect_right(self._starts, start) - 1
        if at < 0 or self._ends[at] <= start:
            return start
        return self._ends[at] if self._ends[at] < end else None
