"""Training without a model: hashes behind the Tuner protocol, for tests of the server. Sibling of sim_engine.py.

Every answer is a hash of all that came before it in its step, so a frame lost, swapped or of another session shows.
`gate` holds it within a layer until it is set, and `slices` notes which run each slice was of.
"""

import hashlib
import threading
from collections.abc import Iterator

from app.wire.frames import Frame, Kind
from app.wire.messages import Open
from tests.sim.sim_engine import check_finite, tensor

LAYERS, HIDDEN = 4, 8
ROW_BYTES = 1000  # of memory, as it claims


class SimTuner:
    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.runs: list[SimRun] = []
        self.slices: list[int] = []  # place in `runs`
        self.fault: Exception | None = None

    @property
    def live_runs(self) -> int:
        return sum(not run.is_freed for run in self.runs)

    def most_rows(self, memory_bytes: int) -> int:
        return memory_bytes // ROW_BYTES

    def new_run(self, open_message: Open, memory_bytes: int) -> "SimRun":
        run = SimRun(self, len(self.runs), open_message, memory_bytes)
        self.runs.append(run)
        return run


class SimRun:
    def __init__(self, tuner: SimTuner, place: int, asked: Open, memory_bytes: int) -> None:
        self._tuner, self._place, self._asked = tuner, place, asked
        self.memory_bytes = memory_bytes
        self.holds = False
        self.is_freed = False
        self.output = b""
        self.reached = Kind.STATE
        self._seen = b""
        self._rows = 0
        self._next = 0

    def step(self, frame: Frame) -> Iterator[None]:
        check_finite(frame.payload[: frame.main_bytes], frame.dtype, frame.rows)
        self._seen, self._rows, self._next = b"", frame.rows, 0
        self.holds = True
        yield from self._forward(frame.payload)

    def take_delta(self, payload: bytes) -> Iterator[None]:
        self._next += 1
        yield from self._forward(payload)

    def take_gradient(self, payload: bytes) -> Iterator[None]:
        check_finite(payload, self._asked.state_dtype, self._rows)
        yield from self._backward(payload)

    def take_tap_gradient(self, payload: bytes) -> Iterator[None]:
        check_finite(payload, self._asked.exchange_dtype, self._rows)
        self._next -= 1
        yield from self._backward(payload)

    def drop(self) -> None:
        self.holds = False

    def free(self) -> None:
        self.holds = False
        self.is_freed = True

    def _forward(self, payload: bytes) -> Iterator[None]:
        yield from self._layers(payload)
        taps = self._asked.plan.exchanged_taps
        if self._next < len(taps):
            self._answer(Kind.TAP, taps[self._next].r_down)
        else:
            self._answer(Kind.STATE, HIDDEN)

    def _backward(self, payload: bytes) -> Iterator[None]:
        yield from self._layers(payload)
        if self._next:
            self._answer(Kind.DELTA_GRADIENT, self._asked.plan.exchanged_taps[self._next - 1].up_cols)
        else:
            self._answer(Kind.STEP_GRADIENT, self._asked.plan.free_cols)
            self.holds = False

    def _layers(self, payload: bytes) -> Iterator[None]:
        if self._tuner.fault is not None:
            fault, self._tuner.fault = self._tuner.fault, None
            raise fault
        for _ in range(LAYERS):
            self._tuner.slices.append(self._place)
            assert self._tuner.gate.wait(60)
            yield
        self._seen = hashlib.sha256(self._seen + payload).digest()

    def _answer(self, kind: Kind, cols: int) -> None:
        dtype = self._asked.state_dtype if kind is Kind.STATE else self._asked.exchange_dtype
        digests = [hashlib.sha256(self._seen + bytes([row])).digest() for row in range(self._rows)]
        self.reached, self.output = kind, tensor(digests, cols, dtype) if cols else b""
