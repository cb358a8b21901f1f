"""May this message go on arriving? Judged from its header alone, while its payload is still with the peer.

CloudConnection judges every whole message again, with the finer rules (numbers of steps and positions). What is judged
here is all that bounds memory: the kind, and the bytes that the session's shape gives it.
"""

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.frames import Frame, Kind, read_header
from app.wire.limits import Limits
from app.wire.state import Phase, SessionShape

_EXPECTED = {
    Phase.NEW: (Kind.OPEN,),
    Phase.READY: (Kind.STEP,),
    Phase.AWAITING: (Kind.DELTA,),
    Phase.HOLDING: (Kind.GRADIENT, Kind.STEP),
    Phase.REPAYING: (Kind.TAP_GRADIENT,),
}


def judge_header(
    untrusted: bytes, limits: Limits, phase: Phase, shape: SessionShape | None = None, step: Frame | None = None
) -> int:
    """Payload bytes of the message whose header this is. Raises RemoteProtocolError.

    shape: None before the session opened. step: the one under way, whose rows an answer within it must have.
    """
    frame, payload_bytes = read_header(untrusted, limits)
    if frame.kind not in _EXPECTED.get(phase, ()):
        raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"{frame.kind.name} while {phase.name}")
    if shape is None:
        return payload_bytes
    if frame.kind is Kind.STEP:
        if frame.rows > shape.max_rows:
            raise RemoteProtocolError(ErrorCode.TOO_MANY_ROWS, str(frame.rows))
        if frame.rows > shape.positions:
            raise RemoteProtocolError(ErrorCode.OUT_OF_POSITIONS, f"{frame.rows} of {shape.positions}")
        _check_shape(frame, (frame.rows, shape.hidden_size, shape.plan.free_cols))
        dtypes = shape.state_dtype, shape.exchange_dtype
    elif step is not None and frame.kind is Kind.GRADIENT:
        _check_shape(frame, (step.rows, shape.hidden_size, 0))
        dtypes = shape.state_dtype, frame.side_dtype
    else:
        tap = next((tap for tap in shape.plan.exchanged_taps if tap.layer == frame.tap), None)
        if tap is None or step is None:
            raise RemoteProtocolError(ErrorCode.OUT_OF_ORDER, f"tap {frame.tap}")
        _check_shape(frame, (step.rows, tap.up_cols if frame.kind is Kind.DELTA else tap.r_down, 0))
        dtypes = shape.exchange_dtype, frame.side_dtype
    if frame.dtype is not dtypes[0] or (frame.side_cols and frame.side_dtype is not dtypes[1]):
        raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, f"{frame.dtype.name}, {frame.side_dtype.name}")
    return payload_bytes


def _check_shape(frame: Frame, shape: tuple[int, int, int]) -> None:
    if (frame.rows, frame.cols, frame.side_cols) != shape:
        raise RemoteProtocolError(ErrorCode.WRONG_SHAPE, f"{frame.rows} x ({frame.cols} + {frame.side_cols})")
