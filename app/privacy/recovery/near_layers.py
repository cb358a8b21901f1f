"""What enters a layer that the device itself has run up to, computed as it does: from the embeddings that were sent.

The device runs the first K layers for a free tap (docs/adr/0003-layers-on-the-device-for-free-taps.md). They are public
and see nothing but the embeddings, which the cloud gets too: so whoever recorded a session from its first position on
can run them as well, and knows the input of every free tap. app/device/near_states.py does it here, handed in by the
composition root.
Legend: R rows, N rows of all steps, D hidden size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from app.privacy.recovery.recording import SentStep
from app.privacy.recovery.tensors import Floats, decode_rows
from app.wire.frames import Flags

_MOST_POSITIONS = 32_768  # of a session: what is beyond would cost much memory


@dataclass(frozen=True, slots=True)
class SentRows:
    """Embeddings of one step (R x D), as they arrived, from `position` on. one_by_one: R steps of one row at once."""

    position: int
    rows: Floats
    one_by_one: bool


class RunNearLayers(Protocol):
    """Runs the first `layers` layers of the pack in `pack`."""

    def __call__(self, pack: Path, sent: Sequence[SentRows], layers: int, *, narrow: bool) -> Iterator[Floats]:
        """What enters layer `layers` (R x D), for each of `sent` in turn: steps of one session, each of which
        overwrites what stands from its own position on. narrow: in bf16, else in fp32. Raises ModelError."""


class HasNearLayers(Protocol):
    """What of the public weights is needed here."""

    def near_states(self, sent: Sequence[SentRows], layers: int, *, narrow: bool) -> Iterator[Floats]: ...


def can_be_run(step: SentStep) -> bool:
    """Whether every position before it is known."""
    return step.is_whole and step.frame.position < _MOST_POSITIONS


def entering_states(
    steps: Sequence[SentStep], weights: HasNearLayers, layers: int, *, narrow: bool, tell: Callable[[], None]
) -> Floats:
    """What enters layer `layers` at every row of `steps` (N x D), for each of which `can_be_run` holds, in their order.

    tell: called after each step that was run; may raise Cancelled. Raises ModelError.
    """
    found: dict[int, Floats] = {}
    by_session: dict[int, list[SentStep]] = {}
    for step in steps:
        by_session.setdefault(step.frame.session, []).append(step)
    for wanted in by_session.values():
        behind = _with_those_before(wanted)
        states = weights.near_states([_sent(step) for step in behind], layers, narrow=narrow)
        for step, state_RD in zip(behind, states, strict=True):
            found[id(step)] = state_RD
            tell()
    return np.concatenate([found[id(step)] for step in steps])


def _with_those_before(wanted: Sequence[SentStep]) -> list[SentStep]:
    """Those of one session and all that stood in its cache before them, in the order in which they were sent. A step
    that stood before a later one, and was sent before an earlier one, stood before that one too: so each comes once."""
    ordered: list[SentStep] = []
    seen: set[int] = set()
    for step in wanted:
        new: list[SentStep] = []
        at: SentStep | None = step
        while at is not None and id(at) not in seen:
            seen.add(id(at))
            new.append(at)
            at = at.before
        ordered += reversed(new)
    return ordered


def _sent(step: SentStep) -> SentRows:
    frame = step.frame
    rows_RD = np.nan_to_num(decode_rows(frame.payload, frame.rows, frame.cols, frame.dtype), posinf=0.0, neginf=0.0)
    return SentRows(frame.position, rows_RD, bool(frame.flags & Flags.ROWWISE) or frame.rows == 1)
