"""Which entries of the ledger the panel's list shows: filtered piece by piece, growing with the ledger, grouped.

The work is cut in pieces so that whoever shows it can let the chat paint in between. Knows no widgets.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.panel_filter import Filter, FilterView
from app.core.panel_ledger import LedgerMap, Rows
from app.privacy.ledger_format import RecordType

PIECE = 65_536  # records: some milliseconds
NO_ROWS: Rows = np.empty(0, np.int64)


class FilterRun:
    """One filter over all records, the newest piece first."""

    def __init__(self, ledger: LedgerMap, chosen: Filter, view: FilterView) -> None:
        self._ledger, self._chosen, self._view = ledger, chosen, view
        self.end = self._left = ledger.count
        self._found: list[Rows] = []

    @property
    def is_done(self) -> bool:
        return self._left == 0

    def step(self) -> None:
        start = max(0, self._left - PIECE)
        self._found.append(kept_rows(self._ledger, self._chosen, self._view, start, self._left))
        self._left = start

    def rows(self) -> Rows:
        return np.concatenate(self._found[::-1]) if self._found else NO_ROWS


def kept_rows(ledger: LedgerMap, chosen: Filter, view: FilterView, start: int, stop: int) -> Rows:
    """The entries among the records start..stop that the filter keeps."""
    rows = np.flatnonzero(ledger.records["type"][start:stop] == RecordType.ENTRY) + start
    return rows[chosen.keep(view, rows)] if chosen.says_something else rows


class ShownRows:
    """A growing list of rows: appending is cheap however long it is."""

    def __init__(self) -> None:
        self._room: Rows = np.empty(1024, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Rows:
        return self._room[: self._count]

    def replace(self, rows: Rows) -> None:
        self._room, self._count = rows.copy(), len(rows)

    def add(self, rows: Rows) -> None:
        end = self._count + len(rows)
        if end > len(self._room):
            larger: Rows = np.empty(max(1024, end * 3 // 2), np.int64)
            larger[: self._count] = self.rows
            self._room = larger
        self._room[self._count : end] = rows
        self._count = end


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one message that follow each other in the list: places first..first+size of the shown rows."""

    first: int
    size: int


class Groups:
    """Lines of a list that is grouped by message: a heading for each run of one message, below it its rows if open."""

    def __init__(self, ledger: LedgerMap, rows: Rows, is_open: Callable[[int], bool]) -> None:
        """`is_open`: by the record with which a group begins."""
        records = ledger.records
        first, second = records["message_a"][rows], records["message_b"][rows]
        new = np.ones(len(rows), bool)
        new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
        self._firsts: Rows = np.flatnonzero(new)
        sizes = np.diff(self._firsts, append=len(rows))
        self._sizes: Rows = sizes
        opened = np.fromiter((is_open(int(rows[at])) for at in self._firsts), bool, len(self._firsts))
        shown = 1 + np.where(opened, sizes, 0)
        self._starts: Rows = np.concatenate(([0], np.cumsum(shown)))

    def __len__(self) -> int:
        """Lines."""
        return int(self._starts[-1])

    @property
    def count(self) -> int:
        return len(self._firsts)

    def at(self, line: int) -> tuple[Group, int]:
        """The group of a line, and the place of the line's row among the shown rows; -1 for the heading."""
        group = int(np.searchsorted(self._starts, line, side="right")) - 1
        within = line - int(self._starts[group])
        first = int(self._firsts[group])
        return Group(first, int(self._sizes[group])), first + within - 1 if within else -1

    def heading_of(self, place: int) -> int:
        """The line of the heading above a shown row."""
        return int(self._starts[int(np.searchsorted(self._firsts, place, side="right")) - 1])

    def line_of(self, place: int) -> int:
        """The line of a shown row; its heading's where the group is closed."""
        group = int(np.searchsorted(self._firsts, place, side="right")) - 1
        start = int(self._starts[group])
        is_open = int(self._starts[group + 1]) - start > 1
        return start + 1 + place - int(self._firsts[group]) if is_open else start
