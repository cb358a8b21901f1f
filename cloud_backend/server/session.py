"""One data channel: frames in, work to the engine thread, frames out (docs/wire-protocol.md).

Messages come in through `take` and go out through `_post`, on the loop. On our own protocol class the socket calls
`take`, and `_post` writes to it (direct.py). On another host two coroutines stand in between: the reader calls `take`,
all the time, so that a peer that leaves or breaks the order is noticed in the middle of a step; the writer sends what
`_post` put into the outbox. On both they carry what is rare: a peer that leaves or reads slowly, and the close.

Every way out passes `end` (we end it, with a code) or `_peer_left`; both free the cache at once.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from app.wire.errors import ErrorCode, LocalProtocolError, RemoteProtocolError, WireError
from app.wire.frames import Flags, Frame, Kind
from app.wire.messages import Open, Opened
from app.wire.state import CloudConnection, Phase, SessionShape, rows_wanted
from cloud_backend.scheduler.engine_thread import Outcome
from cloud_backend.scheduler.ports import Step
from cloud_backend.server.auth import OWNER_KEY
from cloud_backend.server.compute import SessionCompute
from cloud_backend.server.direct import DIRECT_EXTENSION, DirectSocket
from cloud_backend.server.eventlog import log_event, session_label
from cloud_backend.server.judgement import judge_header
from cloud_backend.server.table import LimitReachedError, Seat, SessionTable
from cloud_backend.server.tuning import SessionTuning

_NEVER_S = float("inf")
_TOO_BIG = 1009
_CLOSE_CODES = {
    ErrorCode.INTERNAL: 1011,
    ErrorCode.DRAINING: 1012,
    ErrorCode.SESSION_EXPIRED: 1001,
    ErrorCode.FRAME_TOO_LARGE: _TOO_BIG,
}
_PEER_FAULT = 1008
_TRAINING_ANSWERS = {
    Kind.TAP: CloudConnection.tap,
    Kind.DELTA_GRADIENT: CloudConnection.delta_gradient,
    Kind.STEP_GRADIENT: CloudConnection.step_gradient,
}


class DataSession:
    """A connection from upgrade to close."""

    def __init__(self, table: SessionTable, scope: Scope, receive: Receive, send: Send) -> None:
        self._table = table
        self._config = table.config
        self._metrics = table.metrics
        self.owner: str = scope[OWNER_KEY]
        self._receive = receive
        self._send = send
        self._direct: DirectSocket | None = scope.get("extensions", {}).get(DIRECT_EXTENSION, {}).get("socket")
        self._wire = CloudConnection(table.limits)
        self._outbox: deque[bytes] = deque()
        self._news: asyncio.Future[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._close_code = 1000
        self._close_reason = ""
        self._over = False
        self._seat: Seat | None = None
        self._shape: SessionShape | None = None
        self._compute: SessionCompute | None = None
        self._tuning: SessionTuning | None = None
        self._opening: Open | None = None
        self._step_frame = Frame(Kind.STEP)
        self._born_s = time.monotonic()
        self._sending_since_s = _NEVER_S
        self._tap_sent_s = 0.0
        self._due_s = self._born_s + self._config.step_timeout_s
        self._due_code = ErrorCode.TOO_SLOW
        self._steps = 0
        self._rows = 0

    # ------------------------------------------------------------------ life

    async def run(self) -> None:
        """Serve until the peer leaves or the session ends."""
        await self._receive()  # websocket.connect
        if self._direct is not None:
            self._direct.attach(self)
        await self._send({"type": "websocket.accept"})
        try:
            self._table.enter(self)
        except LimitReachedError as error:
            self._fail(error)
        reader = asyncio.create_task(self._read())
        self._writer = asyncio.create_task(self._write())
        try:
            await asyncio.wait({self._writer})
        finally:
            self._stop()
            reader.cancel()
            self._writer.cancel()
            self._table.leave(self)
            await asyncio.gather(reader, self._writer, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                if message.get("code") == _TOO_BIG and not self._over:
                    self._metrics.refused.labels(ErrorCode.FRAME_TOO_LARGE.name).inc()
                self._peer_left()
                return
            self.take(message.get("bytes"))

    async def _write(self) -> None:
        try:
            while True:
                while self._outbox:
                    self._sending_since_s = time.monotonic()
                    await self._send({"type": "websocket.send", "bytes": self._outbox.popleft()})
                    self._sending_since_s = _NEVER_S
                if self._over:
                    break
                self._news = asyncio.get_running_loop().create_future()
                await self._news
            self._sending_since_s = time.monotonic()
            await self._send({"type": "websocket.close", "code": self._close_code, "reason": self._close_reason})
        except OSError:  # the peer is gone (uvicorn's ClientDisconnected is one)
            self._peer_left()

    def _post(self, frame: bytes) -> None:
        is_sending = bool(self._outbox) or self._sending_since_s != _NEVER_S
        if self._direct is None or is_sending or not self._direct.write(frame):
            self._outbox.append(frame)
            self._wake_writer()

    def _wake_writer(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def end(self, code: ErrorCode, limit: int = 0) -> None:
        """Send an ERROR frame and close. Harmless where the session is over."""
        if self._over:
            return
        log_event("session_ended", code=code.name, limit=limit, **self._facts())
        self._metrics.refused.labels(code.name).inc()
        self._close_code = _CLOSE_CODES.get(code, _PEER_FAULT)
        self._close_reason = code.name
        self._stop()
        self._post(self._wire.error(code, limit))
        self._wake_writer()  # to close

    def check_deadlines(self, now_s: float) -> None:
        """Called a few times a second."""
        stalled_since_s = self._direct.stalled_since_s if self._direct is not None else _NEVER_S
        if now_s - min(self._sending_since_s, stalled_since_s) > self._config.send_timeout_s:
            if not self._over:
                self._metrics.refused.labels(ErrorCode.TOO_SLOW.name).inc()
                log_event("reader_too_slow", code=ErrorCode.TOO_SLOW.name, **self._facts())
            if self._direct is not None:
                self._direct.abort()  # a close would wait behind what the peer does not read
            self._peer_left()
        elif now_s > self._due_s:
            self.end(self._due_code)
        elif now_s - self._born_s > self._config.max_lifetime_s:
            self.end(ErrorCode.SESSION_EXPIRED)

    def _peer_left(self) -> None:
        if not self._over:
            log_event("session_left", **self._facts())
        self._stop()
        if self._writer is not None:
            self._writer.cancel()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, WireError):
            self.end(error.code, error.limit if isinstance(error, LimitReachedError) else 0)
        else:
            log_event("session_failed", level=logging.ERROR, exception=type(error).__name__, **self._facts())
            self.end(ErrorCode.INTERNAL)

    def _stop(self) -> None:
        """Stop computing and free what the session holds."""
        if self._over:
            return
        self._over = True
        table, seat = self._table, self._seat
        if seat is None:
            return

        def freed(outcome: Outcome) -> None:
            if outcome.error is not None:
                log_event("free_failed", level=logging.ERROR, exception=type(outcome.error).__name__)
            table.give_back(seat)

        if self._session_compute().abandon(freed):
            self._metrics.cancelled.inc()
        if self._tuning is not None:
            self._tuning.abandon(lambda _: table.tuning.give_back(seat.owner))

    def _facts(self) -> dict[str, Any]:
        return {
            "session": session_label(self._wire.session),
            "phase": self._wire.phase.name,
            "steps": self._steps,
            "rows": self._rows,
            "duration_s": round(time.monotonic() - self._born_s, 3),
        }

    # ------------------------------------------------------------------ messages

    def judge(self, untrusted_header: bytes) -> int:
        return judge_header(untrusted_header, self._table.limits, self._wire.phase, self._shape, self._step_frame)

    def take(self, untrusted: bytes | None) -> None:
        if self._over:
            return  # already under way when we ended the session
        try:
            self._take(untrusted)
        except Exception as error:  # noqa: BLE001 - the session loop's border: no session's fault reaches another
            self._fail(error)

    def _take(self, untrusted: bytes | None) -> None:
        """One message. Raises WireError."""
        if untrusted is None:
            raise RemoteProtocolError(ErrorCode.BAD_MAGIC, "a text message")
        frame = self._wire.receive(untrusted)
        self._due_s = _NEVER_S  # the engine works for this session now
        if frame.kind is Kind.OPEN:
            self._open(Open.decode(frame.payload))
        elif frame.kind is Kind.STEP:
            self._step_frame = frame
            if frame.flags & Flags.TRAIN:
                self._train(frame)
                return
            if self._tuning is not None:
                self._tuning.drop()
            self._session_compute().begin(frame)
        elif self._step_frame.flags & Flags.TRAIN:
            self._train(frame)
        else:
            self._session_compute().go_on(frame.payload)
            self._metrics.device_wait_seconds.observe(time.monotonic() - self._tap_sent_s)
            self._metrics.exchanges.inc()

    def _session_compute(self) -> SessionCompute:
        if self._compute is None:
            raise LocalProtocolError(ErrorCode.OUT_OF_ORDER, "no session is open")
        return self._compute

    def _open(self, message: Open) -> None:
        table = self._table
        model = table.find_model(message.model_hash)
        model.engine.check_plan(message.plan, message.recipe, message.recipe_version, message.recipe_hash)
        seat = table.take_seat(self.owner, model, message.positions, message.plan)
        shape = SessionShape(
            model.engine.hidden_size,
            message.plan,
            message.state_dtype,
            message.exchange_dtype,
            message.positions,
            self._config.max_rows,
        )
        compute = SessionCompute(model.engine, table.engine_thread, asyncio.get_running_loop(), self._on_segment)
        self._seat, self._compute = seat, compute

        def allocated(outcome: Outcome) -> None:
            if self._over:
                return
            if outcome.error is not None:
                self._fail(outcome.error)
            else:
                self._grant(shape)

        self._opening = message
        compute.allocate(message, allocated)

    def _train(self, frame: Frame) -> None:
        """A training step, or what follows one. The first takes room for it."""
        table, seat = self._table, self._seat
        assert seat is not None and self._opening is not None
        model = table.find_model(self._opening.model_hash)
        most = table.tuning.most_rows(model)
        if model.tuner is None or not most:
            raise WireError(ErrorCode.TUNING_REFUSED, "this server does not train")
        if frame.kind is Kind.STEP and frame.rows > most:
            raise LimitReachedError(ErrorCode.TUNING_REFUSED, most)
        if self._tuning is None:
            table.tuning.take(seat.owner)
            log_event("tuning_began", session=session_label(self._wire.session))
            self._tuning = SessionTuning(
                model.tuner,
                self._opening,
                table.tuning.bytes_each,
                table.tuning_thread,
                asyncio.get_running_loop(),
                self._on_training,
            )
        self._tuning.take(frame)

    def _on_training(self, outcome: Outcome) -> None:
        if self._over:
            return
        if outcome.error is not None:
            self._fail(outcome.error)
            return
        kind, payload = cast(tuple[Kind, bytes], outcome.value)
        config, frame = self._config, self._step_frame
        try:
            if kind is Kind.STATE:
                data = self._wire.state(payload, frame.rows)
            else:
                data = _TRAINING_ANSWERS[kind](self._wire, payload)
        except Exception as error:  # noqa: BLE001 - the session loop's border, on the tuning thread's side
            self._fail(error)
            return
        self._metrics.tuning_seconds.inc(outcome.seconds)
        if self._wire.phase is Phase.READY:
            self._metrics.tuning_steps.inc()
            self._metrics.tuning_rows.inc(frame.rows)
            self._due_s, self._due_code = time.monotonic() + config.idle_timeout_s, ErrorCode.SESSION_EXPIRED
        else:
            self._due_s, self._due_code = time.monotonic() + config.tuning_timeout_s, ErrorCode.TOO_SLOW
        self._post(data)

    def _grant(self, shape: SessionShape) -> None:
        config = self._config
        idle_s, step_s = (max(1, round(seconds)) for seconds in (config.idle_timeout_s, config.step_timeout_s))
        session = secrets.randbits(63) + 1
        self._shape = shape
        frame = self._wire.opened(session, shape, Opened(shape.positions, shape.max_rows, idle_s, step_s))
        self._metrics.sessions.inc()
        log_event(
            "session_opened", session=session_label(session), positions=shape.positions, taps=len(shape.plan.taps)
        )
        self._due_s, self._due_code = time.monotonic() + config.idle_timeout_s, ErrorCode.SESSION_EXPIRED
        self._post(frame)

    def _on_segment(self, outcome: Outcome) -> None:
        if self._over:
            return
        if outcome.error is not None:
            self._fail(outcome.error)
            return
        step = cast(Step, outcome.value)
        now_s = time.monotonic()
        try:
            frame = self._finish(step) if step.finished else self._wire.tap(step.output)
        except Exception as error:  # noqa: BLE001 - the session loop's border, on the engine's side
            self._fail(error)
            return
        if step.finished:
            self._due_s, self._due_code = now_s + self._config.idle_timeout_s, ErrorCode.SESSION_EXPIRED
        else:
            self._tap_sent_s = now_s
            self._due_s, self._due_code = now_s + self._config.step_timeout_s, ErrorCode.TOO_SLOW
        self._post(frame)
        self._metrics.exchange_seconds.observe(outcome.seconds)

    def _finish(self, step: Step) -> bytes:
        frame = self._step_frame
        self._steps += 1
        self._rows += frame.rows
        self._metrics.steps.inc()
        self._metrics.rows.inc(frame.rows)
        return self._wire.state(step.output, rows_wanted(frame))
