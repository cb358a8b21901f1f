"""Which positions of the text an entry belongs to, and back.

A STEP, its TAPs, DELTAs and gradients carry a row for each of their positions. A STATE with one row belongs to the last
position of its step (docs/wire-protocol.md): the token after that one is chosen from it.
"""

from dataclasses import dataclass

import numpy as np

from app.core.panel_feed import PanelFeed
from app.core.panel_ledger import LedgerMap, Numbers, Rows
from app.core.panel_source import MessageTokens
from app.domain.clearance import Direction
from app.wire.frames import HEADER_BYTES, TENSOR_KINDS, Kind

NO_POSITION = -1
_TENSORS = tuple(map(int, TENSOR_KINDS))


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


class BranchRows:
    """The entries of all replies of the branch that the tokens are of: an earlier reply sent what the cache still held.

    Looked for once, until the ledger grows or the tokens are others: 1,000,000 entries take about 0.1 s.
    """

    def __init__(self) -> None:
        self._ledger: LedgerMap | None = None
        self._tokens: MessageTokens | None = None
        self._count = 0
        self._rows: Rows = np.empty(0, np.int64)

    def of(self, feed: PanelFeed, tokens: MessageTokens | None) -> Rows:
        """Where no tokens are known, or only those of another message: the last message's own entries."""
        ledger = feed.ledger
        if ledger is None or tokens is None or not tokens.places or tokens.message != feed.last_message:
            return feed.rows_of(feed.last_message)
        if self._ledger is not ledger or self._count != ledger.count or self._tokens is not tokens:
            low, high = (
                np.array([int.from_bytes(one.bytes[at : at + 8], "little") for one in tokens.places], "<u8")
                for at in (0, 8)
            )
            records = ledger.records[: ledger.count]
            found = np.flatnonzero(np.isin(records["message_a"], low))
            self._rows = found[np.isin(records["message_b"][found], high)]
            self._ledger, self._count, self._tokens = ledger, ledger.count, tokens
        return self._rows

    def forget(self) -> None:
        self._ledger = self._tokens = None
        self._count, self._rows = 0, np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the ledger says of one position. bytes_up: its own rows of the tensors that were sent, without headers."""

    frames: int
    bytes_up: int


def carried_at(ledger: LedgerMap, rows: Rows, position: int) -> Carried:
    found = rows_at(ledger, rows, frozenset({position}))
    part = ledger.records[found]
    sent = part[part["direction"] == Direction.UP]
    rows_bytes = sent["payload_bytes"].astype(np.int64) - HEADER_BYTES
    shares = rows_bytes // np.maximum(sent["rows"].astype(np.int64), 1)
    return Carried(len(found), int(shares.sum()))
