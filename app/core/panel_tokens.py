"""Which positions of the text an entry belongs to, and back.

A STEP, its TAPs and DELTAs carry a row for each of their positions. A STATE with one row belongs to the last position
of its step (docs/wire-protocol.md): the token after that one is chosen from it.
"""

import numpy as np

from app.core.panel_ledger import LedgerMap, Numbers, Rows
from app.wire.frames import Kind

NO_POSITION = -1
_TENSORS = (int(Kind.STEP), int(Kind.TAP), int(Kind.DELTA), int(Kind.STATE))


def spans(ledger: LedgerMap, rows: Rows) -> tuple[Numbers, Numbers]:
    """The first and the last position of each of `rows`; NO_POSITION for those that carry none.

    A STATE's step must be among `rows`, else it counts as a step of one position.
    """
    part = ledger.records[rows]
    kinds = part["kind"]
    first = part["position"].astype(np.int64)
    last = first + part["rows"] - 1
    is_step, is_state = kinds == Kind.STEP, kinds == Kind.STATE
    keys = (part["connection"].astype(np.int64) << 32) | part["step"]
    order = np.argsort(keys[is_step], kind="stable")
    steps, ends = keys[is_step][order], last[is_step][order]
    if len(steps):
        place = np.minimum(np.searchsorted(steps, keys[is_state]), len(steps) - 1)
        known = steps[place] == keys[is_state]
        end = np.where(known, ends[place], first[is_state])
        last[is_state] = end
        first[is_state] = np.where(part["rows"][is_state] > 1, end - part["rows"][is_state] + 1, end)
    has_none = ~np.isin(kinds, _TENSORS) | (last < first)
    first[has_none] = last[has_none] = NO_POSITION
    return first, last


def rows_at(ledger: LedgerMap, rows: Rows, positions: frozenset[int]) -> Rows:
    """Those of `rows` that carry something for one of the positions."""
    first, last = spans(ledger, rows)
    wanted = np.zeros(len(rows), bool)
    for position in positions:
        wanted |= (first <= position) & (last >= position) & (first != NO_POSITION)
    return rows[wanted]


def positions_of(ledger: LedgerMap, rows: Rows, chosen: Rows) -> frozenset[int]:
    """The positions that the `chosen` ones among `rows` carry."""
    first, last = spans(ledger, rows)
    found: set[int] = set()
    for place in np.flatnonzero(np.isin(rows, chosen) & (first != NO_POSITION)):
        found.update(range(int(first[place]), int(last[place]) + 1))
    return frozenset(found)
