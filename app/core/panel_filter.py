"""The panel's filter language: what it means for the ledger's columns. Reading it is panel_query.py.

A filter is a tree of terms. `keep` answers for many rows at once; "and" asks each further term only about the rows that
are left, so a million entries take milliseconds a term.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.core.panel_ledger import LedgerMap, Mask, Rows
from app.privacy.ledger_format import EntryFlags


@dataclass(frozen=True, slots=True)
class FilterView:
    """What the terms look into. Callables are asked once for each piece of the ledger."""

    ledger: LedgerMap
    chat_messages: Callable[[], Set[bytes]] = frozenset  # messages of the chat on show, as 16 bytes
    last_message: Callable[[], bytes] = bytes  # the latest reply's; b"" for none
    first_kept: Callable[[], int | None] = lambda: None  # entries from here on still have their contents
    marked: Callable[[], Set[int]] = frozenset
    noted: Callable[[], Set[int]] = frozenset


class Filter(Protocol):
    @property
    def says_something(self) -> bool:
        """False where it keeps everything."""

    def keep(self, view: FilterView, rows: Rows) -> Mask: ...


class _Term:
    says_something = True


@dataclass(frozen=True, slots=True)
class Everything:
    says_something = False

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return np.ones(len(rows), bool)


@dataclass(frozen=True)
class All(_Term):
    terms: Sequence[Filter]

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        kept: Mask = np.zeros(len(rows), bool)
        left = np.arange(len(rows))
        for term in self.terms:
            left = left[term.keep(view, rows[left])]
        kept[left] = True
        return kept


@dataclass(frozen=True)
class Any(_Term):
    terms: Sequence[Filter]

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        kept: Mask = np.zeros(len(rows), bool)
        for term in self.terms:
            left = np.flatnonzero(~kept)
            kept[left] = term.keep(view, rows[left])
        return kept


@dataclass(frozen=True)
class Not(_Term):
    term: Filter

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return ~self.term.keep(view, rows)


@dataclass(frozen=True)
class Between(_Term):
    """A column's number from `low` to `high`, both included; None: no bound."""

    column: str
    low: int | None = None
    high: int | None = None
    only_frames: bool = False  # the column says nothing of bytes that carry no frame
    only_kinds: tuple[int, ...] = ()  # nor of other kinds of frames

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        records = view.ledger.records
        values = records[self.column][rows]
        kept = np.ones(len(rows), bool)
        if self.low is not None:
            kept &= _at_least(values, self.low)
        if self.high is not None:
            kept &= ~_at_least(values, self.high + 1)
        if self.only_kinds:
            kept &= np.isin(records["kind"][rows], self.only_kinds)
        elif self.only_frames:
            kept &= records["kind"][rows] != 0
        return kept


def _at_least(values: np.ndarray, limit: int) -> Mask:
    """`values` >= `limit`, also for a limit that the column's type cannot hold."""
    if limit > int(np.iinfo(values.dtype).max):
        return np.zeros(len(values), bool)
    result: Mask = values >= max(limit, 0)
    return result


@dataclass(frozen=True)
class OneOf(_Term):
    column: str
    values: tuple[int, ...]

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        column = view.ledger.records[self.column][rows]
        if len(self.values) == 1:
            result: Mask = column == self.values[0]
            return result
        return np.isin(column, self.values)


@dataclass(frozen=True)
class HostHas(_Term):
    texts: tuple[str, ...]  # in small letters

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return view.ledger.of_hosts(rows, lambda name: any(text in name.lower() for text in self.texts))


@dataclass(frozen=True)
class Latency(_Term):
    low_ns: int | None = None
    high_ns: int | None = None

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        taken = view.ledger.latency_ns(rows)
        kept: Mask = taken >= max(0, self.low_ns or 0)
        if self.high_ns is not None:
            kept &= taken <= self.high_ns
        return kept


@dataclass(frozen=True)
class OfMessages(_Term):
    """Entries of messages that are named when the filter runs: a chat grows."""

    messages: Callable[[FilterView], Set[bytes]]

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return _of_messages(view, rows, self.messages(view).__contains__)


@dataclass(frozen=True)
class MessageBegins(_Term):
    start: str  # hex

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return _of_messages(view, rows, lambda message: message.hex().startswith(self.start))


def _of_messages(view: FilterView, rows: Rows, is_meant: Callable[[bytes], bool]) -> Mask:
    """Entries come in runs of one message, so only the first of each run is asked about."""
    if not len(rows):
        return np.zeros(0, bool)
    records = view.ledger.records
    a, b = records["message_a"][rows], records["message_b"][rows]
    begins = np.ones(len(rows), bool)
    begins[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    firsts = np.flatnonzero(begins)
    meant = [is_meant(int(a[at]).to_bytes(8, "little") + int(b[at]).to_bytes(8, "little")) for at in firsts]
    return np.repeat(np.array(meant, bool), np.diff(firsts, append=len(rows)))


@dataclass(frozen=True)
class HashBegins(_Term):
    start: str  # hex

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        whole = bytes.fromhex(self.start[: len(self.start) // 2 * 2])
        hashes = np.frombuffer(view.ledger.records["sha256"][rows].tobytes(), np.uint8).reshape(len(rows), 32)
        kept: Mask = np.ones(len(rows), bool)
        for place, value in enumerate(whole):
            kept &= hashes[:, place] == value
        if len(self.start) % 2:
            kept &= hashes[:, len(whole)] >> 4 == int(self.start[-1], 16)
        return kept


@dataclass(frozen=True)
class IsNumbered(_Term):
    """Entries whose numbers stand in a set: marked ones, noted ones."""

    numbers: Callable[[FilterView], Set[int]]

    def keep(self, view: FilterView, rows: Rows) -> Mask:
        return np.isin(rows, np.fromiter(self.numbers(view), np.int64))


@dataclass(frozen=True)
class IsKept(_Term):
    def keep(self, view: FilterView, rows: Rows) -> Mask:
        first = view.first_kept()
        result: Mask = rows >= first if first is not None else np.zeros(len(rows), bool)
        return result


@dataclass(frozen=True)
class IsTls(_Term):
    def keep(self, view: FilterView, rows: Rows) -> Mask:
        result: Mask = (view.ledger.records["flags"][rows] & EntryFlags.TLS) != 0
        return result
