"""One direction of one connection laid beside its ledger entries: what fits, and what stands between what fits.

Entries in order are the byte stream cut in pieces (docs/ledger-format.md), so a piece is compared where the one before
ended. After a misfit the next place is looked for where both agree again, with the fewest bytes left out on both
sides; places are tried where packets or frames begin, and counted back from the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate, islice

from app.audit.capture.http import Unit
from app.audit.capture.streams import Stream
from app.privacy.ledger_format import LedgerEntry

_PLACES_TRIED = 512
_ENTRIES_TRIED = 512
_LENGTHS_TRIED = 48
_HASHED_BYTES = 2**28  # for looking for places, in one direction of a connection


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes from start to end that no entry describes, and entries that describe none of the bytes there."""

    start: int
    end: int
    entries: tuple[LedgerEntry, ...]


@dataclass(slots=True)
class Alignment:
    """matched: entries with their places. uncaptured: entries whose bytes the capture lacks."""

    matched: list[tuple[LedgerEntry, int]] = field(default_factory=list)
    uncaptured: list[tuple[LedgerEntry, int]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def align(stream: Stream, entries: Sequence[LedgerEntry], cut: Sequence[Unit]) -> Alignment:
    return _Aligner(stream, entries, cut).run()


class _Aligner:
    def __init__(self, stream: Stream, entries: Sequence[LedgerEntry], cut: Sequence[Unit]) -> None:
        self._stream = stream
        self._entries = entries
        self._starts = [unit.start for unit in cut]
        self._gaps = [(gap.start, gap.end) for gap in stream.gaps()]
        self._budget = _HASHED_BYTES

    def run(self) -> Alignment:
        found = Alignment()
        stream, entries = self._stream, self._entries
        place, index = stream.start, 0
        while index < len(entries):
            entry = entries[index]
            if self._fits(entry, place):
                found.matched.append((entry, place))
            elif self._is_uncaptured(place, entry.wire_bytes):
                found.uncaptured.append((entry, place))
            else:
                later = self._agreement(place, index)
                if later is None:
                    break
                found.blocks.append(Block(place, later[1], tuple(entries[index : later[0]])))
                index, place = later
                continue
            place += entry.wire_bytes
            index += 1
        if place < stream.end or index < len(entries):
            found.blocks.append(Block(place, max(stream.end, place), tuple(entries[index:])))
        return found

    def _fits(self, entry: LedgerEntry, place: int) -> bool:
        data = self._stream.take(place, entry.wire_bytes) if entry.wire_bytes else None
        return data is not None and sha256(data).digest() == entry.sha256

    def _is_uncaptured(self, place: int, size: int) -> bool:
        """True where bytes that travelled there are missing in the capture."""
        return (
            any(start < place + size and place < end for start, end in self._gaps) and place + size <= self._stream.end
        )

    def _agreement(self, place: int, index: int) -> tuple[int, int] | None:
        """The entry and the place where both agree again, with the least left out."""
        ahead = self._entries[index : index + _ENTRIES_TRIED]
        by_hash: dict[tuple[int, bytes], int] = {}
        for offset, entry in enumerate(ahead):
            by_hash.setdefault((entry.wire_bytes, entry.sha256), offset)
        lengths = list(dict.fromkeys(entry.wire_bytes for entry in ahead))[:_LENGTHS_TRIED]
        bytes_before = [0, *accumulate(entry.wire_bytes for entry in ahead)]
        best: tuple[int, int, int, int] | None = None  # bytes left out in all, imbalance, entry, place
        for candidate in self._candidates(place, ahead):
            skipped = candidate - place
            if (best is not None and skipped > best[0]) or self._budget <= 0:
                break
            for offset in self._hits(candidate, lengths, by_hash):
                left_out = bytes_before[offset]
                cost = (skipped + left_out, abs(skipped - left_out), index + offset, candidate)
                best = cost if best is None else min(best, cost)
        return None if best is None else (best[2], best[3])

    def _hits(self, place: int, lengths: list[int], by_hash: dict[tuple[int, bytes], int]) -> Iterator[int]:
        for length in lengths:
            data = self._stream.take(place, length) if length else None
            if data is not None and self._budget > 0:
                self._budget -= length
                offset = by_hash.get((length, sha256(data).digest()))
                if offset is not None:
                    yield offset

    def _candidates(self, place: int, ahead: Sequence[LedgerEntry]) -> list[int]:
        """Places at or after `place` where an entry may begin, in order."""
        places = {place}
        places.update(islice((start for start in self._starts if start > place), _PLACES_TRIED))
        places.update(islice((start for start, _time in self._stream.marks() if start > place), _PLACES_TRIED))
        if len(ahead) < _ENTRIES_TRIED:
            left = self._stream.end
            for entry in reversed(ahead):
                left -= entry.wire_bytes
                if left > place:
                    places.add(left)
        if ahead and place + ahead[0].wire_bytes < self._stream.end:
            places.add(place + ahead[0].wire_bytes)
        return sorted(places)[: 2 * _PLACES_TRIED]
