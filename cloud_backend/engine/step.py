"""A step in progress: one forward pass over new positions of one session, as a state machine over segments.

A step is run as lanes. An ordinary step is one lane of all its rows. A ROWWISE step is one lane a row, run one after
another, so that every number is computed by the kernels of a one-row step: an exact replay. Where there are kernels
made for one row, such a step and a step of one row have `rows` in place of lanes.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from app.wire.frames import Flags, Frame
from cloud_backend.engine.attention import LaneView
from cloud_backend.engine.kv_cache import KVCache
from cloud_backend.engine.plan_state import LayerDelta, PlanState, TapState


@dataclass(slots=True)
class Lane:
    """Rows that are computed together. h: the residual stream; x and qkv: of the layer whose delta is awaited.

    rope: name -> cos and sign-folded sin of these rows. deltas: layer -> what is added to its q, k, v.
    """

    h: Tensor
    view: LaneView
    rope: dict[str, tuple[Tensor, Tensor]]
    x: Tensor | None = None
    qkv: Tensor | None = None
    deltas: dict[int, list[tuple[LayerDelta, Tensor]]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.view.rows

    def take(self, tap: TapState, y: Tensor) -> None:
        """Keep the deltas of `tap` (rows x up_cols) for the layers that it serves."""
        for delta in tap.deltas:
            self.deltas.setdefault(delta.layer, []).append((delta, y[:, delta.columns].contiguous()))


@dataclass(slots=True)
class Row:
    """One row for the kernels of one row (shapes: `one_row_kernels`). All float32 but the slab, which is as stored.

    h: E, the residual stream. slab: L x 2 x N x P x D. cos, sin: R x F. deltas: what is added to q, k, v of layers to
    come, with its columns of y. base: X, q, k, v of the layer whose delta is awaited.
    """

    h: NDArray[np.float32]
    position: int
    slab: NDArray[Any]
    cos: NDArray[np.float32]
    sin: NDArray[np.float32]
    deltas: list[tuple[LayerDelta, NDArray[np.float32]]] = field(default_factory=list)
    base: NDArray[np.float32] | None = None


def _not_set() -> NDArray[np.uint8]:
    return np.zeros(1, np.uint8)


@dataclass(slots=True, eq=False)
class StepState:
    """One step of one session.

    output: bytes of z (rows x r_down, exchange dtype) after a segment that ends at a tap, of the final hidden states
    (state dtype) after the last one. finished: the last segment ran and the positions are committed.
    cancel: may be set from any thread; `run_segment` then stops at the next layer. It lies in memory that compiled code
    reads while it runs.
    """

    frame: Frame
    cache: KVCache
    plan: PlanState
    lanes: list[Lane]
    layer_count: int
    layer: int = 0  # the first layer of the next segment
    taps_done: int = 0  # taps whose y has arrived
    awaiting_delta: bool = False
    output: bytes = b""
    finished: bool = False
    rows: list[Row] = field(default_factory=list)
    cancel_flag: NDArray[np.uint8] = field(default_factory=_not_set)

    @property
    def cancel(self) -> bool:
        return bool(self.cancel_flag[0])

    @cancel.setter
    def cancel(self, value: bool) -> None:
        self.cancel_flag[0] = value

    @property
    def is_rowwise(self) -> bool:
        return bool(self.frame.flags & Flags.ROWWISE)

    @property
    def next_tap(self) -> TapState | None:
        """The tap at which the next segment ends, or None where it ends the step."""
        taps = self.plan.matrices.exchanged
        return taps[self.taps_done] if self.taps_done < len(taps) else None

    @property
    def segment(self) -> tuple[int, int]:
        """First layer of the next segment, and the layer at whose input it stops. Equal pairs may run together."""
        tap = self.next_tap
        return self.layer, self.layer_count if tap is None else tap.layer

    @property
    def output_rows(self) -> int:
        """Rows of the final hidden state that the step asks for."""
        if self.frame.flags & Flags.WANT_ALL:
            return self.frame.rows
        return 1 if self.frame.flags & Flags.WANT_LAST else 0

    def reach_tap(self, z: bytes) -> None:
        """The segment ended at a tap: send z and wait for y."""
        self.output = z
        self.awaiting_delta = True

    def finish(self, states: bytes) -> None:
        """The last segment ended: send the final states asked for, and let the positions count."""
        self.output = states
        self.cache.commit(self.frame.position + self.frame.rows)
        self.finished = True
        self.lanes.clear()
        self.rows.clear()
