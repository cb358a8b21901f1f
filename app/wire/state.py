"""The order of messages, for both sides. Sans-I/O: bytes in, messages out; no sockets, no clock, no tensors.

    device:  NEW -open-> OPENING -OPENED-> READY -step-> WAITING -TAP-> OWING -delta-> WAITING -STATE-> READY
    cloud:   NEW -OPEN-> OPENING -opened-> READY -STEP-> WORKING -tap-> AWAITING -DELTA-> WORKING -state-> READY

Each side sends one frame and waits for the answer. Anything else is OUT_OF_ORDER, and every error ends the session:
the device holds the truth and can open another and replay.
"""

from dataclasses import dataclass
from enum import Enum, auto

from app.wire.errors import ErrorCode, LocalProtocolError, RefusedByPeer, RemoteProtocolError
from app.wire.frames import UP_KINDS, Dtype, Flags, Frame, Kind, decode
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Refusal
from app.wire.plan import ExchangePlan, Tap

MAJOR_OFFSET = 2  # of the major version in a header of any version


class Phase(Enum):
    """Where a connection stands."""

    NEW = auto()
    OPENING = auto()
    READY = auto()
    WAITING = auto()  # device: a step is with the cloud
    OWING = auto()  # device: a TAP arrived, y is owed
    WORKING = auto()  # cloud: computes
    AWAITING = auto()  # cloud: z was sent, y is awaited
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class SessionShape:
    """What both sides agreed on when the session opened."""

    hidden_size: int
    plan: ExchangePlan
    state_dtype: Dtype
    exchange_dtype: Dtype
    positions: int
    max_rows: int


class DeviceConnection:
    """The device's side. Methods named for what is sent return the bytes to write."""

    def __init__(self, hidden_size: int, limits: Limits | None = None) -> None:
        self._hidden_size = hidden_size
        self._limits = limits or Limits()
        self._asked: Open | None = None
        self._step: Frame | None = None
        self._next_tap = 0
        self._taps: tuple[Tap, ...] = ()
        self.phase = Phase.NEW
        self.session = 0
        self.opened: Opened | None = None

    def open(self, message: Open) -> bytes:
        """Ask for a session."""
        self._expect(Phase.NEW)
        self._asked = message
        self._taps = message.plan.exchanged_taps
        self.phase = Phase.OPENING
        return Frame(Kind.OPEN, payload=message.encode()).encode()

    def step(self, *, number: int, position: int, rows: int, flags: Flags, payload: bytes) -> bytes:
        """Send a step of `rows` positions from `position`; `payload` is the embeddings, then the free taps' deltas."""
        self._expect(Phase.READY)
        assert self._asked is not None
        side_cols = self._asked.plan.free_cols
        frame = Frame(
            Kind.STEP,
            self.session,
            number,
            position,
            rows=rows,
            cols=self._hidden_size,
            dtype=self._asked.state_dtype,
            side_cols=side_cols,
            side_dtype=self._asked.exchange_dtype if side_cols else Dtype.NONE,
            flags=flags,
            payload=payload,
        )
        self._step = frame
        self._next_tap = 0
        self.phase = Phase.WAITING
        return frame.encode()

    def delta(self, payload: bytes) -> bytes:
        """Answer the TAP just received."""
        self._expect(Phase.OWING)
        assert self._step is not None and self._asked is not None
        tap = self._taps[self._next_tap]
        frame = Frame(
            Kind.DELTA,
            self.session,
            self._step.step,
            self._step.position,
            tap.layer,
            self._step.rows,
            tap.up_cols,
            self._asked.exchange_dtype,
            payload=payload,
        )
        self._next_tap += 1
        self.phase = Phase.WAITING
        return frame.encode()

    def receive(self, untrusted: bytes) -> Frame:
        """One message from the cloud: OPENED, TAP or STATE, checked against what was asked.

        Raises RefusedByPeer for an ERROR frame, RemoteProtocolError for anything the protocol does not allow now. A
        frame of another major version counts as that refusal, its detail being the peer's version: the header up to
        there is the same in all versions, and what follows cannot be read.
        """
        try:
            frame = decode(untrusted, self._limits)
            if frame.kind is Kind.ERROR:
                refusal = Refusal.decode(frame.payload)
                raise RefusedByPeer(refusal.code, str(refusal.limit) if refusal.limit else "")
            if self.phase is Phase.OPENING and frame.kind is Kind.OPENED:
                self.opened = Opened.decode(frame.payload)
                self.session = frame.session
                self.phase = Phase.READY
            elif self.phase is Phase.WAITING and frame.kind is Kind.TAP and self._next_tap < len(self._taps):
                self._check_tap(frame)
                self.phase = Phase.OWING
            elif self.phase is Phase.WAITING and frame.kind is Kind.STATE and self._next_tap == len(self._taps):
                self._check_state(frame)
                self.phase = Phase.READY
            else:
                raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} while {self.phase.name}")
        except (RemoteProtocolError, RefusedByPeer) as error:
            self.phase = Phase.ENDED
            if isinstance(error, RemoteProtocolError) and error.code is ErrorCode.VERSION_UNSUPPORTED:
                raise RefusedByPeer(error.code, str(untrusted[MAJOR_OFFSET])) from error
            raise
        return frame

    def _check_tap(self, frame: Frame) -> None:
        assert self._step is not None and self._asked is not None
        tap = self._taps[self._next_tap]
        self._check_step_fields(frame)
        if frame.tap != tap.layer:
            raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"tap {frame.tap} instead of {tap.layer}")
        if (frame.rows, frame.cols, frame.side_cols) != (self._step.rows, tap.r_down, 0):
            raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"z of {frame.rows} x {frame.cols}")
        if frame.dtype is not self._asked.exchange_dtype:
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, frame.dtype.name)

    def _check_state(self, frame: Frame) -> None:
        assert self._step is not None and self._asked is not None
        self._check_step_fields(frame)
        wanted = {Flags.WANT_LAST: 1, Flags.WANT_ALL: self._step.rows}.get(self._step.flags & ~Flags.ROWWISE, 0)
        if (frame.rows, frame.side_cols) != (wanted, 0) or (wanted and frame.cols != self._hidden_size):
            raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"a state of {frame.rows} x {frame.cols}")
        if wanted and frame.dtype is not self._asked.state_dtype:
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, frame.dtype.name)

    def _check_step_fields(self, frame: Frame) -> None:
        assert self._step is not None
        if frame.session != self.session:
            raise RemoteProtocolError(ErrorCode.WRONG_SESSION)
        if (frame.step, frame.position) != (self._step.step, self._step.position):
            raise RemoteProtocolError(ErrorCode.STALE_STEP, f"an answer to step {frame.step}")

    def _expect(self, phase: Phase) -> None:
        if self.phase is not phase:
            raise LocalProtocolError(ErrorCode.OUT_OF_ORDER, f"{self.phase.name}, not {phase.name}")


class CloudConnection:
    """The cloud's side. It also keeps the session's committed length: positions commit when a step ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._step: Frame | None = None
        self._last_step = -1
        self._next_tap = 0
        self._shape: SessionShape | None = None
        self._taps: tuple[Tap, ...] = ()
        self.phase = Phase.NEW
        self.session = 0
        self.length = 0  # committed positions

    def receive(self, untrusted: bytes) -> Frame:
        """One message from the device: OPEN, STEP or DELTA, judged against limits and order.

        A step that starts before the committed length rolls the cache back to its position. The last step may be
        repeated; it is computed again. Raises RemoteProtocolError; the session is over then.
        """
        try:
            frame = decode(untrusted, self._limits)
            if frame.kind not in UP_KINDS:
                raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} comes from the cloud only")
            if self.phase is Phase.NEW and frame.kind is Kind.OPEN:
                self.phase = Phase.OPENING
            elif self.phase is Phase.READY and frame.kind is Kind.STEP:
                self._begin_step(frame)
            elif self.phase is Phase.AWAITING and frame.kind is Kind.DELTA:
                self._check_delta(frame)
                self._next_tap += 1
                self.phase = Phase.WORKING
            else:
                raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} while {self.phase.name}")
        except RemoteProtocolError:
            self.phase = Phase.ENDED
            raise
        return frame

    def opened(self, session: int, shape: SessionShape, message: Opened) -> bytes:
        """Grant the session."""
        self._expect(Phase.OPENING)
        self.session = session
        self._shape = shape
        self._taps = shape.plan.exchanged_taps
        self.phase = Phase.READY
        return Frame(Kind.OPENED, session, payload=message.encode()).encode()

    def tap(self, payload: bytes) -> bytes:
        """Send z of the next tap; its y is awaited."""
        self._expect(Phase.WORKING)
        assert self._step is not None and self._shape is not None
        tap = self._taps[self._next_tap]
        frame = Frame(
            Kind.TAP,
            self.session,
            self._step.step,
            self._step.position,
            tap.layer,
            self._step.rows,
            tap.r_down,
            self._shape.exchange_dtype,
            payload=payload,
        )
        self.phase = Phase.AWAITING
        return frame.encode()

    def state(self, payload: bytes, rows: int) -> bytes:
        """End the step: its positions are committed, and `rows` final hidden states go down."""
        self._expect(Phase.WORKING)
        assert self._step is not None and self._shape is not None
        self.length = self._step.position + self._step.rows
        self._last_step = self._step.step
        frame = Frame(
            Kind.STATE,
            self.session,
            self._step.step,
            self._step.position,
            rows=rows,
            cols=self._shape.hidden_size if rows else 0,
            dtype=self._shape.state_dtype if rows else Dtype.NONE,
            payload=payload,
        )
        self.phase = Phase.READY
        return frame.encode()

    def error(self, code: ErrorCode, limit: int = 0) -> bytes:
        """Refuse, and end the session."""
        self.phase = Phase.ENDED
        return Frame(Kind.ERROR, self.session, payload=Refusal(code, limit).encode()).encode()

    def _begin_step(self, frame: Frame) -> None:
        shape = self._shape
        assert shape is not None
        if frame.session != self.session:
            raise RemoteProtocolError(ErrorCode.WRONG_SESSION)
        if frame.step < self._last_step:
            raise RemoteProtocolError(ErrorCode.STALE_STEP, f"step {frame.step} after {self._last_step}")
        if frame.rows == 0 or frame.cols != shape.hidden_size or frame.side_cols != shape.plan.free_cols:
            raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"{frame.rows} x ({frame.cols} + {frame.side_cols})")
        if frame.rows > shape.max_rows:
            raise RemoteProtocolError(ErrorCode.TOO_MANY_ROWS, str(frame.rows))
        if frame.dtype is not shape.state_dtype or (frame.side_cols and frame.side_dtype is not shape.exchange_dtype):
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, f"{frame.dtype.name}, {frame.side_dtype.name}")
        if frame.position > self.length:
            raise RemoteProtocolError(ErrorCode.POSITION_GAP, f"{frame.position} after {self.length}")
        if frame.position + frame.rows > shape.positions:
            raise RemoteProtocolError(ErrorCode.OUT_OF_POSITIONS, f"{frame.position + frame.rows} of {shape.positions}")
        self.length = frame.position
        self._step = frame
        self._next_tap = 0
        self.phase = Phase.WORKING

    def _check_delta(self, frame: Frame) -> None:
        assert self._step is not None and self._shape is not None
        tap = self._taps[self._next_tap]
        if frame.session != self.session:
            raise RemoteProtocolError(ErrorCode.WRONG_SESSION)
        if (frame.step, frame.position) != (self._step.step, self._step.position):
            raise RemoteProtocolError(ErrorCode.STALE_STEP, f"a delta for step {frame.step}")
        if frame.tap != tap.layer:
            raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"tap {frame.tap} instead of {tap.layer}")
        if (frame.rows, frame.cols, frame.side_cols) != (self._step.rows, tap.up_cols, 0):
            raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"y of {frame.rows} x {frame.cols}")
        if frame.dtype is not self._shape.exchange_dtype:
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, frame.dtype.name)

    def _expect(self, phase: Phase) -> None:
        if self.phase is not phase:
            raise LocalProtocolError(ErrorCode.OUT_OF_ORDER, f"{self.phase.name}, not {phase.name}")
