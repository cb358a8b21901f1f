"""Room for training, and what one session has on the tuning thread.

Rules as in table.py: room is taken before anything is allocated and given back when the memory is really free; who does
not fit is refused by code. A session takes its room with its first training step and keeps it until it ends. Used on
the event loop only.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Frame, Kind
from app.wire.messages import Open
from cloud_backend.scheduler.engine_thread import Outcome
from cloud_backend.scheduler.ports import Tuner, TuningRun
from cloud_backend.scheduler.turns import Turn, TurnsThread
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.hosted import HostedModel
from cloud_backend.server.metrics import Metrics

_LEAST_ROWS = 2  # one token to read and one to predict


class TuningRoom:
    """How many sessions may train, in all and per token, and how much memory each may use."""

    def __init__(self, config: ServerConfig, metrics: Metrics) -> None:
        self._config = config
        self._metrics = metrics
        self._taken: Counter[str] = Counter()

    @property
    def bytes_each(self) -> int:
        """Memory for activations of one session's step."""
        return self._config.max_tuning_bytes // max(1, self._config.max_tuning_sessions)

    def most_rows(self, model: HostedModel) -> int:
        """Rows of a training step; 0 where this server does not train this model."""
        if model.tuner is None or not self._config.max_tuning_sessions:
            return 0
        rows = min(self._config.max_rows, model.max_positions(self._config), model.tuner.most_rows(self.bytes_each))
        return rows if rows >= _LEAST_ROWS else 0

    def take(self, owner: str) -> None:
        """Raises WireError(TUNING_REFUSED)."""
        config = self._config
        if self._taken.total() >= config.max_tuning_sessions:
            raise WireError(ErrorCode.TUNING_REFUSED, "all places are taken")
        if self._taken[owner] >= config.max_tuning_sessions_per_token:
            raise WireError(ErrorCode.TUNING_REFUSED, "all places of this token are taken")
        self._taken[owner] += 1
        self._show()

    def give_back(self, owner: str) -> None:
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
        self._show()

    def _show(self) -> None:
        self._metrics.tuning_sessions_active.set(self._taken.total())
        self._metrics.tuning_reserved_bytes.set(self._taken.total() * self.bytes_each)


class SessionTuning:
    """The tuning thread's side of one session. `on_reached` hears (kind, payload) in `Outcome.value`, or the error."""

    def __init__(
        self,
        tuner: Tuner,
        opening: Open,
        memory_bytes: int,
        thread: TurnsThread,
        loop: asyncio.AbstractEventLoop,
        on_reached: Callable[[Outcome], None],
    ) -> None:
        self._tuner = tuner
        self._opening = opening
        self._memory_bytes = memory_bytes
        self._thread = thread
        self._loop = loop
        self._on_reached = on_reached
        self._run: TuningRun | None = None

    def take(self, frame: Frame) -> None:
        """A STEP with TRAIN or what follows it; the order was judged by CloudConnection."""

        def work() -> Iterator[None]:
            run = self._run
            if run is None:
                run = self._run = self._tuner.new_run(self._opening, self._memory_bytes)
                yield
            if frame.kind is Kind.STEP:
                yield from run.step(frame)
            elif frame.kind is Kind.DELTA:
                yield from run.take_delta(frame.payload)
            elif frame.kind is Kind.GRADIENT:
                yield from run.take_gradient(frame.payload)
            else:
                yield from run.take_tap_gradient(frame.payload)
            turn.outcome.value = run.reached, run.output

        turn = Turn(self, work, self._on_reached, self._loop)
        self._thread.submit(turn)

    def drop(self) -> None:
        """No gradient will come for the last step: forget what it kept."""
        self._thread.remove(self, self._drop, lambda _: None, self._loop)

    def abandon(self, on_freed: Callable[[Outcome], None]) -> None:
        """Stop at the next layer and free everything; `on_freed` hears when the memory is free. Call it once."""
        self._thread.remove(self, self._free, on_freed, self._loop)

    def _drop(self) -> None:
        if self._run is not None:
            self._run.drop()

    def _free(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.free()
