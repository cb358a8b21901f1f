"""The order of messages, for both sides. Sans-I/O: bytes in, messages out; no sockets, no clock, no tensors.

    device:  NEW -open-> OPENING -OPENED-> READY -step-> WAITING -TAP-> OWING -delta-> WAITING -STATE-> READY
    cloud:   NEW -OPEN-> OPENING -opened-> READY -STEP-> WORKING -tap-> AWAITING -DELTA-> WORKING -state-> READY

A TRAIN step whose plan has taps goes on after STATE, the taps falling; a STEP from HOLDING drops what was kept:

    device:  HOLDING -gradient-> UNWINDING -DELTA_GRADIENT-> REPAYING -tap_gradient-> UNWINDING -STEP_GRADIENT-> READY
    cloud:   HOLDING -GRADIENT-> UNWINDING -delta_gradient-> REPAYING -TAP_GRADIENT-> UNWINDING -step_gradient-> READY

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
    HOLDING = auto()  # a training step's STATE was sent; its gradient or another step is awaited
    UNWINDING = auto()  # the cloud computes backwards
    REPAYING = auto()  # a DELTA_GRADIENT was sent, dz is owed by the device
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


def rows_wanted(step: Frame) -> int:
    """Rows of the STATE that answers `step`."""
    if step.flags & Flags.WANT_ALL:
        return step.rows
    return 1 if step.flags & Flags.WANT_LAST else 0


def is_held(step: Frame, plan: ExchangePlan) -> bool:
    """True where a backward pass may follow the STATE of `step`: without taps there is nothing to send back."""
    return bool(step.flags & Flags.TRAIN) and bool(plan.taps)


def check_tensor(frame: Frame, rows: int, cols: int, dtype: Dtype) -> None:
    """Raises RemoteProtocolError where `frame` is not one tensor of this shape and dtype."""
    if (frame.rows, frame.cols, frame.side_cols) != (rows, cols, 0):
        raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"{frame.kind.name} of {frame.rows} x {frame.cols}")
    if cols and frame.dtype is not dtype:
        raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, frame.dtype.name)


def check_exchange(frame: Frame, rows: int, layer: int, cols: int, dtype: Dtype) -> None:
    """Raises RemoteProtocolError where `frame` is not the tensor that belongs to the tap at `layer`."""
    if frame.tap != layer:
        raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"tap {frame.tap} instead of {layer}")
    check_tensor(frame, rows, cols, dtype)


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
        self._expect(Phase.READY, Phase.HOLDING)
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
        tap = self._taps[self._next_tap]
        self._next_tap += 1
        self.phase = Phase.WAITING
        return self._exchange(Kind.DELTA, tap.layer, tap.up_cols, payload)

    def gradient(self, payload: bytes) -> bytes:
        """Answer the STATE of a training step: the loss's gradient by the final states (rows x hidden, state dtype)."""
        self._expect(Phase.HOLDING)
        assert self._step is not None and self._asked is not None
        self.phase = Phase.UNWINDING
        step, cols, dtype = self._step, self._hidden_size, self._asked.state_dtype
        return Frame(
            Kind.GRADIENT, self.session, step.step, step.position, 0, step.rows, cols, dtype, payload=payload
        ).encode()

    def tap_gradient(self, payload: bytes) -> bytes:
        """Answer the DELTA_GRADIENT just received: dz (rows x r_down, exchange dtype)."""
        self._expect(Phase.REPAYING)
        self._next_tap -= 1
        tap = self._taps[self._next_tap]
        self.phase = Phase.UNWINDING
        return self._exchange(Kind.TAP_GRADIENT, tap.layer, tap.r_down, payload)

    def _exchange(self, kind: Kind, layer: int, cols: int, payload: bytes) -> bytes:
        assert self._step is not None and self._asked is not None
        step, dtype = self._step, self._asked.exchange_dtype
        return Frame(
            kind, self.session, step.step, step.position, layer, step.rows, cols, dtype, payload=payload
        ).encode()

    def receive(self, untrusted: bytes) -> Frame:
        """One message from the cloud, checked against what was asked.

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
                tap = self._taps[self._next_tap]
                self._check_exchange(frame, tap.layer, tap.r_down)
                self.phase = Phase.OWING
            elif self.phase is Phase.WAITING and frame.kind is Kind.STATE and self._next_tap == len(self._taps):
                self._check_state(frame)
                self.phase = Phase.HOLDING if self._holds() else Phase.READY
            elif self.phase is Phase.UNWINDING and frame.kind is Kind.DELTA_GRADIENT and self._next_tap:
                tap = self._taps[self._next_tap - 1]
                self._check_exchange(frame, tap.layer, tap.up_cols)
                self.phase = Phase.REPAYING
            elif self.phase is Phase.UNWINDING and frame.kind is Kind.STEP_GRADIENT and not self._next_tap:
                self._check_step_gradient(frame)
                self.phase = Phase.READY
            else:
                raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} while {self.phase.name}")
        except (RemoteProtocolError, RefusedByPeer) as error:
            self.phase = Phase.ENDED
            if isinstance(error, RemoteProtocolError) and error.code is ErrorCode.VERSION_UNSUPPORTED:
                raise RefusedByPeer(error.code, str(untrusted[MAJOR_OFFSET])) from error
            raise
        return frame

    def _holds(self) -> bool:
        assert self._step is not None and self._asked is not None
        return is_held(self._step, self._asked.plan)

    def _check_exchange(self, frame: Frame, layer: int, cols: int) -> None:
        assert self._step is not None and self._asked is not None
        self._check_step_fields(frame)
        check_exchange(frame, self._step.rows, layer, cols, self._asked.exchange_dtype)

    def _check_step_gradient(self, frame: Frame) -> None:
        assert self._step is not None and self._asked is not None
        self._check_step_fields(frame)
        cols = self._asked.plan.free_cols
        check_exchange(frame, self._step.rows if cols else 0, 0, cols, self._asked.exchange_dtype)

    def _check_state(self, frame: Frame) -> None:
        assert self._step is not None and self._asked is not None
        self._check_step_fields(frame)
        wanted = rows_wanted(self._step)
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

    def _expect(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise LocalProtocolError(ErrorCode.OUT_OF_ORDER, f"{self.phase.name}, not {phases[0].name}")


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
        """One message from the device, judged against limits and order.

        A step that starts before the committed length rolls the cache back to its position, unless it is a training
        step. The last step may be repeated; it is computed again. Raises RemoteProtocolError; the session is over then.
        """
        try:
            frame = decode(untrusted, self._limits)
            if frame.kind not in UP_KINDS:
                raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} comes from the cloud only")
            if self.phase is Phase.NEW and frame.kind is Kind.OPEN:
                self.phase = Phase.OPENING
            elif self.phase in (Phase.READY, Phase.HOLDING) and frame.kind is Kind.STEP:
                self._begin_step(frame)
            elif self.phase is Phase.AWAITING and frame.kind is Kind.DELTA:
                tap = self._taps[self._next_tap]
                self._check_exchange(frame, tap.layer, tap.up_cols)
                self._next_tap += 1
                self.phase = Phase.WORKING
            elif self.phase is Phase.HOLDING and frame.kind is Kind.GRADIENT:
                self._check_gradient(frame)
                self.phase = Phase.UNWINDING
            elif self.phase is Phase.REPAYING and frame.kind is Kind.TAP_GRADIENT:
                tap = self._taps[self._next_tap - 1]
                self._check_exchange(frame, tap.layer, tap.r_down)
                self._next_tap -= 1
                self.phase = Phase.UNWINDING
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
        tap = self._taps[self._next_tap]
        self.phase = Phase.AWAITING
        return self._exchange(Kind.TAP, tap.layer, tap.r_down, payload)

    def delta_gradient(self, payload: bytes) -> bytes:
        """Send dy of the highest tap not yet sent back; its dz is awaited."""
        self._expect(Phase.UNWINDING)
        tap = self._taps[self._next_tap - 1]
        self.phase = Phase.REPAYING
        return self._exchange(Kind.DELTA_GRADIENT, tap.layer, tap.up_cols, payload)

    def step_gradient(self, payload: bytes) -> bytes:
        """End a training step: dy of the free taps."""
        self._expect(Phase.UNWINDING)
        assert self._shape is not None
        self.phase = Phase.READY
        return self._exchange(Kind.STEP_GRADIENT, 0, self._shape.plan.free_cols, payload)

    def _exchange(self, kind: Kind, layer: int, cols: int, payload: bytes) -> bytes:
        assert self._step is not None and self._shape is not None
        step, dtype = self._step, self._shape.exchange_dtype if cols else Dtype.NONE
        rows = step.rows if cols else 0
        return Frame(kind, self.session, step.step, step.position, layer, rows, cols, dtype, payload=payload).encode()

    @property
    def gradients_due(self) -> int:
        """Exchanged taps whose dy was not answered yet: 0 where STEP_GRADIENT is next."""
        return self._next_tap

    def state(self, payload: bytes, rows: int) -> bytes:
        """End the forward pass: `rows` final hidden states go down. Positions are committed, but of a training step."""
        self._expect(Phase.WORKING)
        assert self._step is not None and self._shape is not None
        if not self._step.flags & Flags.TRAIN:
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
        self.phase = Phase.HOLDING if is_held(self._step, self._shape.plan) else Phase.READY
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
        if frame.flags & Flags.TRAIN and frame.position:
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, f"a training step from {frame.position}")
        if frame.position > self.length:
            raise RemoteProtocolError(ErrorCode.POSITION_GAP, f"{frame.position} after {self.length}")
        if frame.position + frame.rows > shape.positions:
            raise RemoteProtocolError(ErrorCode.OUT_OF_POSITIONS, f"{frame.position + frame.rows} of {shape.positions}")
        if not frame.flags & Flags.TRAIN:
            self.length = frame.position
        self._step = frame
        self._next_tap = 0
        self.phase = Phase.WORKING

    def _check_gradient(self, frame: Frame) -> None:
        assert self._step is not None and self._shape is not None
        self._check_step_fields(frame)
        check_tensor(frame, self._step.rows, self._shape.hidden_size, self._shape.state_dtype)

    def _check_exchange(self, frame: Frame, layer: int, cols: int) -> None:
        assert self._step is not None and self._shape is not None
        self._check_step_fields(frame)
        check_exchange(frame, self._step.rows, layer, cols, self._shape.exchange_dtype)

    def _check_step_fields(self, frame: Frame) -> None:
        assert self._step is not None
        if frame.session != self.session:
            raise RemoteProtocolError(ErrorCode.WRONG_SESSION)
        if (frame.step, frame.position) != (self._step.step, self._step.position):
            raise RemoteProtocolError(ErrorCode.STALE_STEP, f"{frame.kind.name} for step {frame.step}")

    def _expect(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise LocalProtocolError(ErrorCode.OUT_OF_ORDER, f"{self.phase.name}, not {phases[0].name}")
