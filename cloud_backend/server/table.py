"""Who has a session, and how much may be held: sessions in all and per token, data sockets, positions, memory.

Rules: room is taken before anything is allocated, and given back only when the memory is really free. Nothing waits for
room: a session that does not fit is refused by code, with the number it ran into. Used on the event loop only.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from app.wire.errors import ErrorCode, WireError
from app.wire.limits import Limits
from app.wire.plan import ExchangePlan
from cloud_backend.scheduler.engine_thread import EngineThread
from cloud_backend.scheduler.turns import TurnsThread
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.eventlog import log_event
from cloud_backend.server.hosted import HostedModel, wire_limits
from cloud_backend.server.metrics import Metrics
from cloud_backend.server.tuning import TuningRoom

_DRAIN_S = 1.0
_SLOWEST_SWEEP_S = 0.25


class LimitReachedError(WireError):
    """A limit of this server. `limit` is the number, and travels to the peer beside the code."""

    def __init__(self, code: ErrorCode, limit: int) -> None:
        super().__init__(code, str(limit))
        self.limit = limit


@dataclass(slots=True)
class Seat:
    """Room that one session holds."""

    owner: str  # hash of its token
    held_bytes: int  # its cache and its plan's matrices, as if it shared them with none


class Occupant(Protocol):
    """A connection, as the table sees it."""

    @property
    def owner(self) -> str:
        """Hash of its token."""

    def check_deadlines(self, now_s: float) -> None: ...

    def end(self, code: ErrorCode, limit: int = 0) -> None: ...


class SessionTable:
    """The server's state: models, seats, connections, and the engine thread that all share."""

    def __init__(self, models: list[HostedModel], config: ServerConfig) -> None:
        self.config = config
        self.models = {model.id: model for model in models}
        self.limits: Limits = wire_limits(models, config)
        self.engine_thread = EngineThread()
        self.metrics = Metrics(lambda: float(self.engine_thread.waiting))
        self.tuning_thread = TurnsThread(self.engine_thread.idle_s)
        self.tuning = TuningRoom(config, self.metrics)
        self.draining = False
        self._by_hash = {model.backbone_hash: model for model in models}
        self._occupants: set[Occupant] = set()
        self._emptied = asyncio.Event()
        self._seats: Counter[str] = Counter()
        self._held_bytes = 0

    @property
    def is_ready(self) -> bool:
        return self.engine_thread.is_alive and not self.draining

    def find_model(self, backbone_hash: bytes) -> HostedModel:
        """Raises WireError(MODEL_UNKNOWN)."""
        model = self._by_hash.get(backbone_hash)
        if model is None:
            raise WireError(ErrorCode.MODEL_UNKNOWN)
        return model

    def take_seat(self, owner: str, model: HostedModel, positions: int, plan: ExchangePlan) -> Seat:
        """Room for a session of `positions` with a plan that was checked, or LimitReachedError with the first limit it
        breaks."""
        config = self.config
        if self.draining:
            raise WireError(ErrorCode.DRAINING)
        most = model.max_positions(config)
        if not 0 < positions <= most:
            raise LimitReachedError(ErrorCode.OUT_OF_POSITIONS, most)
        if self._seats.total() >= config.max_sessions:
            raise LimitReachedError(ErrorCode.SESSIONS_FULL, config.max_sessions)
        if self._seats[owner] >= config.max_sessions_per_token:
            raise LimitReachedError(ErrorCode.TOKEN_SESSIONS_FULL, config.max_sessions_per_token)
        held_bytes = positions * model.engine.kv_bytes_per_position + model.engine.plan_bytes(plan)
        if self._held_bytes + held_bytes > config.max_kv_bytes:
            raise LimitReachedError(ErrorCode.KV_FULL, config.max_kv_bytes)
        self._seats[owner] += 1
        self._held_bytes += held_bytes
        self._show()
        return Seat(owner, held_bytes)

    def give_back(self, seat: Seat) -> None:
        """The session's memory is free again."""
        self._seats[seat.owner] -= 1
        if not self._seats[seat.owner]:
            del self._seats[seat.owner]
        self._held_bytes -= seat.held_bytes
        self._show()

    def enter(self, occupant: Occupant) -> None:
        """A socket is there, with a session or without. Raises LimitReachedError where its token has too many."""
        most = self.config.max_connections_per_token
        if sum(other.owner == occupant.owner for other in self._occupants) >= most:
            raise LimitReachedError(ErrorCode.TOKEN_SESSIONS_FULL, most)
        self._occupants.add(occupant)

    def leave(self, occupant: Occupant) -> None:
        self._occupants.discard(occupant)
        if not self._occupants:
            self._emptied.set()

    async def sweep(self) -> None:
        """Judge deadlines until cancelled: one timer for all sessions instead of one for each exchange."""
        config = self.config
        shortest = min(config.idle_timeout_s, config.step_timeout_s, config.send_timeout_s, config.max_lifetime_s)
        interval_s = min(_SLOWEST_SWEEP_S, shortest / 4)
        while True:
            await asyncio.sleep(interval_s)
            now_s = time.monotonic()
            for occupant in list(self._occupants):
                occupant.check_deadlines(now_s)

    async def drain(self) -> None:
        """Refuse new sessions, tell the present ones DRAINING, and wait a moment for them to go."""
        self.draining = True
        log_event("draining", sessions=len(self._occupants))
        for occupant in list(self._occupants):
            occupant.end(ErrorCode.DRAINING)
        if self._occupants:
            self._emptied.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), _DRAIN_S)

    def _show(self) -> None:
        self.metrics.sessions_active.set(self._seats.total())
        self.metrics.kv_reserved_bytes.set(self._held_bytes)
