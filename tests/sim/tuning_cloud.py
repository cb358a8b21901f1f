"""The real engine and the real trainer behind channels of memory: what a backend does for tuning, without a socket.

Faults to order: exchanges, counted over all channels, at which the connection breaks before or after the cloud has
done its part.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.domain.backend import ModelInfo
from app.domain.clearance import Purpose
from app.domain.errors import ConnectionLost
from app.domain.ids import MessageId
from app.wire.errors import WireError
from app.wire.frames import Flags, Frame, Kind, decode
from app.wire.limits import Limits
from app.wire.messages import Open, Opened
from app.wire.state import CloudConnection, SessionShape
from cloud_backend.engine.backbone import Backbone
from cloud_backend.tuning.tuner import Tuner
from tests.sim.cloud_simulator import Totals

MEMORY_BYTES = 2**28


@dataclass
class TuningCloud:
    """`log` holds (kind, purpose) of every frame that went up. max_rows: of one step."""

    backbone: Backbone
    cut_before: set[int] = field(default_factory=set)
    cut_after: set[int] = field(default_factory=set)
    on_exchange: Callable[[int], None] = lambda number: None
    max_rows: int = 64
    exchanges: int = 0
    connects: int = 0
    log: list[tuple[Kind, Purpose]] = field(default_factory=list)
    totals_of: dict[MessageId, Totals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tuner = Tuner(self.backbone)
        config, manifest = self.backbone.config, self.backbone.manifest
        self.model = ModelInfo(
            "tiny", "tiny", config.layers, config.hidden_size, 320, config.max_positions, self.max_rows,
            manifest.backbone_sha256, "11" * 32, 1, "fp32", (), tuning_rows=self.max_rows,
        )  # fmt: skip

    def open_channel(self, is_cancelled: Callable[[], bool] = lambda: False) -> "TuningChannel":
        return TuningChannel(self)

    def totals(self, message: MessageId) -> Totals:
        return replace(self.totals_of.get(message, Totals()))


class TuningChannel:
    """Implements app.core.ports.Channel."""

    def __init__(self, cloud: TuningCloud) -> None:
        self._cloud = cloud
        self._connection = CloudConnection(Limits())
        self._is_cut = threading.Event()
        self._step = Frame(Kind.STEP)

    def connect(self) -> None:
        self._cloud.connects += 1

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        cloud = self._cloud
        number = cloud.exchanges
        cloud.exchanges += 1
        cloud.on_exchange(number)
        if number in cloud.cut_before or self._is_cut.is_set():
            self._cut()
        cloud.log.append((decode(data, Limits()).kind, purpose))
        try:
            answer = self._answer(data)
        except WireError as error:
            answer = self._connection.error(error.code)
        if number in cloud.cut_after:
            self._cut()
        totals = cloud.totals_of.setdefault(message, Totals())
        totals.frames_up += 1
        totals.frames_down += 1
        totals.bytes_up += len(data)
        totals.bytes_down += len(answer)
        return answer

    def keep_alive(self) -> None:
        if self._is_cut.is_set():
            raise ConnectionLost("The connection was cut.")

    def abort(self) -> None:
        self._is_cut.set()

    def close(self) -> None:
        self._is_cut.set()

    def _cut(self) -> None:
        self._is_cut.set()
        raise ConnectionLost("The connection was cut.")

    def _answer(self, data: bytes) -> bytes:
        backbone, connection = self._cloud.backbone, self._connection
        frame = connection.receive(data)
        if frame.kind is Kind.OPEN:
            asked = Open.decode(frame.payload)
            self._plan_state, self._cache = backbone.new_plan_state(asked), backbone.new_cache(asked.positions)
            self._run = self._cloud.tuner.new_run(asked, MEMORY_BYTES)
            rows = self._cloud.max_rows
            shape = SessionShape(
                backbone.hidden_size, asked.plan, asked.state_dtype, asked.exchange_dtype, asked.positions, rows
            )
            return connection.opened(7, shape, Opened(asked.positions, rows, 600, 30))
        if frame.kind is Kind.STEP:
            self._step = frame
        if self._step.flags & Flags.TRAIN:
            return self._train(frame)
        if frame.kind is Kind.STEP:
            self._state = backbone.begin_step(self._cache, self._plan_state, frame)
        else:
            backbone.take_delta(self._state, frame.payload)
        backbone.run_segment([self._state])
        if not self._state.finished:
            return connection.tap(self._state.output)
        return connection.state(self._state.output, self._state.output_rows)

    def _train(self, frame: Frame) -> bytes:
        run, connection = self._run, self._connection
        work: Iterator[None] = {
            Kind.STEP: lambda: run.step(frame),
            Kind.DELTA: lambda: run.take_delta(frame.payload),
            Kind.GRADIENT: lambda: run.take_gradient(frame.payload),
            Kind.TAP_GRADIENT: lambda: run.take_tap_gradient(frame.payload),
        }[frame.kind]()
        for _ in work:
            pass
        if run.reached is Kind.STATE:
            return connection.state(run.output, self._step.rows)
        send = {
            Kind.TAP: connection.tap,
            Kind.DELTA_GRADIENT: connection.delta_gradient,
            Kind.STEP_GRADIENT: connection.step_gradient,
        }[run.reached]
        return send(run.output)
