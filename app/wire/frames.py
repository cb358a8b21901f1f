"""One frame: a fixed 48-byte little-endian header, then raw tensor bytes (docs/wire-protocol.md, "Byte layout").

Rules of this file: it knows no order of messages (that is state.py) and no sockets; whatever bytes come in, it returns
frames or raises RemoteProtocolError, nothing else. A header is judged as soon as it is whole.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.limits import CONTROL_PAYLOAD_BYTES, MAX_COLS, Limits

MAGIC = b"NH"
MAJOR = 1
MINOR = 1

#  magic major minor kind dtype side_dtype flags | session | step position | tap reserved | rows cols side_cols
#  payload_bytes reserved
_HEADER = struct.Struct("<2sBBBBBBQIIHHIIIII")
HEADER_BYTES = _HEADER.size
assert HEADER_BYTES == 48


class Kind(IntEnum):
    """What a frame is. 1-15 go up (device to cloud), 16-31 come down. Numbers are never reused."""

    OPEN = 1  # ask for a session: model, recipe, plan, positions, dtypes
    STEP = 2  # embeddings of 1..n new positions, and the deltas of free taps
    DELTA = 3  # y = M z, the answer to a TAP
    GRADIENT = 4  # of the loss by the final hidden states; answers the STATE of a TRAIN step
    TAP_GRADIENT = 5  # dz = M^T dy, the answer to a DELTA_GRADIENT
    OPENED = 16  # the session exists
    TAP = 17  # z = A x
    STATE = 18  # final hidden states; ends a step. No rows where none were wanted
    ERROR = 19  # a code and a number; ends the session
    DELTA_GRADIENT = 20  # dy of an exchanged tap
    STEP_GRADIENT = 21  # dy of the free taps; ends a TRAIN step. No rows where there is none


UP_KINDS = frozenset({Kind.OPEN, Kind.STEP, Kind.DELTA, Kind.GRADIENT, Kind.TAP_GRADIENT})
TAP_KINDS = frozenset({Kind.TAP, Kind.DELTA, Kind.DELTA_GRADIENT, Kind.TAP_GRADIENT})  # these name a tap
TENSOR_KINDS = TAP_KINDS | {Kind.STEP, Kind.STATE, Kind.GRADIENT, Kind.STEP_GRADIENT}
_CONTROL_KINDS = frozenset({Kind.OPEN, Kind.OPENED, Kind.ERROR})


class Dtype(IntEnum):
    """How a tensor's numbers are written. INT8 is preceded by one fp32 scale per row (value = scale * int8)."""

    NONE = 0
    FP32 = 1
    FP16 = 2
    BF16 = 3
    INT8 = 4


_ITEM_BYTES = {Dtype.NONE: 0, Dtype.FP32: 4, Dtype.FP16: 2, Dtype.BF16: 2, Dtype.INT8: 1}
_KINDS = {int(kind): kind for kind in Kind}
_DTYPES = {int(dtype): dtype for dtype in Dtype}


class Flags(IntFlag):
    """Flags of a STEP. Without WANT_LAST or WANT_ALL the answering STATE has no rows."""

    NONE = 0
    WANT_LAST = 1  # the final hidden state of the last position
    WANT_ALL = 2  # of every position of the step
    ROWWISE = 4  # compute each position with the arithmetic of a one-position step: an exact replay
    TRAIN = 8  # rows are a sequence by itself, the cache is left alone; backward may follow. With WANT_ALL, position 0


_FLAG_BITS = 15
_FLAGS = {bits: Flags(bits) for bits in range(_FLAG_BITS + 1)}


def tensor_bytes(dtype: Dtype, rows: int, cols: int) -> int:
    """Bytes of a rows x cols tensor on the wire, scales included."""
    scales = 4 * rows if dtype is Dtype.INT8 and cols else 0
    return rows * cols * _ITEM_BYTES[dtype] + scales


@dataclass(slots=True)
class Frame:
    """One frame, treated as a value. `payload` is the main tensor (rows x cols, dtype), then the side tensor
    (rows x side_cols, side_dtype). Control kinds carry a small struct instead (messages.py)."""

    kind: Kind
    session: int = 0
    step: int = 0
    position: int = 0
    tap: int = 0
    rows: int = 0
    cols: int = 0
    dtype: Dtype = Dtype.NONE
    side_cols: int = 0
    side_dtype: Dtype = Dtype.NONE
    flags: Flags = Flags.NONE
    payload: bytes = b""

    @property
    def main_bytes(self) -> int:
        """Length of the main tensor inside the payload."""
        return tensor_bytes(self.dtype, self.rows, self.cols)

    def encode(self) -> bytes:
        """Header and payload as one run of bytes: one write on the socket."""
        return (
            _HEADER.pack(
                MAGIC,
                MAJOR,
                MINOR,
                self.kind,
                self.dtype,
                self.side_dtype,
                self.flags,
                self.session,
                self.step,
                self.position,
                self.tap,
                0,
                self.rows,
                self.cols,
                self.side_cols,
                len(self.payload),
                0,
            )
            + self.payload
        )


def read_header(untrusted: bytes | bytearray | memoryview, limits: Limits) -> tuple[Frame, int]:
    """Judge the first HEADER_BYTES of `untrusted`; return the frame without its payload, and the payload's length.

    Raises RemoteProtocolError with the code of the first rule broken.
    """
    (
        magic,
        major,
        _minor,
        kind_number,
        dtype_number,
        side_dtype_number,
        flag_bits,
        session,
        step,
        position,
        tap,
        reserved_a,
        rows,
        cols,
        side_cols,
        payload_bytes,
        reserved_b,
    ) = _HEADER.unpack_from(untrusted)
    if magic != MAGIC:
        raise RemoteProtocolError(ErrorCode.BAD_MAGIC)
    if major != MAJOR:
        raise RemoteProtocolError(ErrorCode.VERSION_UNSUPPORTED, f"the peer speaks version {major}, this side {MAJOR}")
    kind = _KINDS.get(kind_number)
    if kind is None:
        raise RemoteProtocolError(ErrorCode.UNKNOWN_KIND, str(kind_number))
    dtype = _DTYPES.get(dtype_number)
    side_dtype = _DTYPES.get(side_dtype_number)
    if dtype is None or side_dtype is None:
        raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, f"{dtype_number}, {side_dtype_number}")
    if reserved_a or reserved_b or flag_bits > _FLAG_BITS or (flag_bits and kind is not Kind.STEP):
        raise RemoteProtocolError(ErrorCode.BAD_HEADER, "reserved bits are set")
    if flag_bits & 3 == 3:
        raise RemoteProtocolError(ErrorCode.BAD_HEADER, "last and all cannot both be wanted")
    if flag_bits & 8 and flag_bits != 8 | 2:
        raise RemoteProtocolError(ErrorCode.BAD_HEADER, "a training step wants all rows, and not row by row")
    if kind in _CONTROL_KINDS:
        if rows or cols or side_cols or dtype or side_dtype:
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, f"{kind.name} carries no tensor")
        if payload_bytes > CONTROL_PAYLOAD_BYTES:
            raise RemoteProtocolError(ErrorCode.FRAME_TOO_LARGE, f"{payload_bytes} bytes")
    else:
        if rows > limits.max_rows:
            raise RemoteProtocolError(ErrorCode.TOO_MANY_ROWS, f"{rows} rows, {limits.max_rows} at most")
        if cols > MAX_COLS or side_cols > MAX_COLS or payload_bytes > limits.max_payload_bytes:
            raise RemoteProtocolError(ErrorCode.FRAME_TOO_LARGE, f"{payload_bytes} bytes")
        if (cols > 0) != (dtype is not Dtype.NONE) or (side_cols > 0) != (side_dtype is not Dtype.NONE):
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, "columns and dtype disagree")
        if payload_bytes != tensor_bytes(dtype, rows, cols) + tensor_bytes(side_dtype, rows, side_cols):
            raise RemoteProtocolError(
                ErrorCode.WRONG_SHAPE, f"{payload_bytes} bytes for {rows} x ({cols} + {side_cols})"
            )
    frame = Frame(kind, session, step, position, tap, rows, cols, dtype, side_cols, side_dtype, _FLAGS[flag_bits], b"")
    return frame, payload_bytes


def decode(untrusted: bytes, limits: Limits) -> Frame:
    """One whole message, as a WebSocket delivers it. Raises RemoteProtocolError where it is not exactly one frame."""
    if len(untrusted) < HEADER_BYTES:
        raise RemoteProtocolError(ErrorCode.TRUNCATED, f"{len(untrusted)} bytes")
    frame, payload_bytes = read_header(untrusted, limits)
    if len(untrusted) < HEADER_BYTES + payload_bytes:
        raise RemoteProtocolError(ErrorCode.TRUNCATED, f"{payload_bytes} bytes were announced")
    if len(untrusted) > HEADER_BYTES + payload_bytes:
        raise RemoteProtocolError(ErrorCode.TRAILING_BYTES)
    frame.payload = untrusted[HEADER_BYTES:]
    return frame


class FrameReader:
    """Cut a stream of bytes into frames, however it is chunked: for captures and for tests of the parser."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._pending: tuple[Frame, int] | None = None

    def feed(self, untrusted: bytes) -> list[Frame]:
        """Take bytes; return the frames they complete. Raises RemoteProtocolError as `read_header` does, at once."""
        self._buffer += untrusted
        frames: list[Frame] = []
        while True:
            if self._pending is None:
                if len(self._buffer) < HEADER_BYTES:
                    return frames
                self._pending = read_header(self._buffer, self._limits)
            frame, payload_bytes = self._pending
            if len(self._buffer) < HEADER_BYTES + payload_bytes:
                return frames
            frame.payload = bytes(self._buffer[HEADER_BYTES : HEADER_BYTES + payload_bytes])
            del self._buffer[: HEADER_BYTES + payload_bytes]
            self._pending = None
            frames.append(frame)

    def end(self) -> None:
        """The stream is over. Raises RemoteProtocolError(TRUNCATED) inside a frame."""
        if self._buffer:
            raise RemoteProtocolError(ErrorCode.TRUNCATED, f"{len(self._buffer)} bytes of a frame")
