"""What went over each arrow of the exchange plan for one message, counted from the ledger alone."""

from dataclasses import dataclass

import numpy as np

from app.core.panel_ledger import LedgerMap, Rows
from app.domain.clearance import Direction
from app.wire.frames import Kind


@dataclass(frozen=True, slots=True)
class Arrow:
    """All frames of one kind at one tap. tap: 0 where the kind has none."""

    kind: Kind
    tap: int
    frames: int
    bytes: int

    @property
    def is_up(self) -> bool:
        return self.kind in (Kind.STEP, Kind.DELTA)


def arrows(ledger: LedgerMap, rows: Rows) -> tuple[Arrow, ...]:
    """In the order of a step: embeddings, then z and y of each tap, then hidden states."""
    part = ledger.records[rows]
    found: list[Arrow] = []

    def add(kind: Kind, tap: int | None = None) -> None:
        own = part["kind"] == kind
        if tap is not None:
            own &= part["tap"] == tap
        if own.any():
            found.append(Arrow(kind, tap or 0, int(own.sum()), int(part["wire_bytes"][own].astype(np.int64).sum())))

    add(Kind.STEP)
    taps = np.unique(part["tap"][np.isin(part["kind"], (int(Kind.TAP), int(Kind.DELTA)))])
    for tap in taps:
        add(Kind.TAP, int(tap))
        add(Kind.DELTA, int(tap))
    add(Kind.STATE)
    return tuple(found)


def other_bytes(ledger: LedgerMap, rows: Rows) -> tuple[int, int]:
    """(up, down) bytes of entries that no arrow stands for."""
    part = ledger.records[rows]
    others = ~np.isin(part["kind"], (int(Kind.STEP), int(Kind.TAP), int(Kind.DELTA), int(Kind.STATE)))
    wire, is_up = part["wire_bytes"].astype(np.int64), part["direction"] == Direction.UP
    return int(wire[others & is_up].sum()), int(wire[others & ~is_up].sum())
