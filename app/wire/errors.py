"""What can go wrong on the data channel, as codes. The cloud sends a code; the device owns the words.

`WireError` is raised by the side that detects a fault. Its `code` is what travels in an ERROR frame; its `detail` is
for that side's log only and never holds payload.
"""

from enum import IntEnum


class ErrorCode(IntEnum):
    """Reasons a frame or a session is refused. Numbers are never reused."""

    BAD_MAGIC = 1  # the bytes are not a Nearhalf frame
    VERSION_UNSUPPORTED = 2  # unknown major version
    UNKNOWN_KIND = 3
    BAD_HEADER = 4  # a field is out of its range, or reserved bytes are not zero
    FRAME_TOO_LARGE = 5
    TRUNCATED = 6  # the message ended before the payload its header announces
    TRAILING_BYTES = 7
    OUT_OF_ORDER = 8  # this kind is not allowed now; also a second frame in flight
    WRONG_SHAPE = 9
    WRONG_DTYPE = 10
    NOT_FINITE = 11  # NaN or infinity in a payload
    POSITION_GAP = 12  # a step starts past the end of the cache
    STALE_STEP = 13  # a step number older than the last one
    TOO_MANY_ROWS = 14
    OUT_OF_POSITIONS = 15  # a step ends past what the session reserved
    WRONG_SESSION = 16
    SESSION_EXPIRED = 17  # idle, or older than the server allows
    SESSIONS_FULL = 18
    TOKEN_SESSIONS_FULL = 19  # this token's own limit
    KV_FULL = 20
    MODEL_UNKNOWN = 21
    PLAN_REFUSED = 22
    RECIPE_UNKNOWN = 23
    TOO_SLOW = 24  # the peer did not read, or did not answer, in time
    DRAINING = 25  # the server is shutting down
    INTERNAL = 26
    TUNING_REFUSED = 27  # a TRAIN step to a server that does not train, is full, or whose memory these rows exceed


class WireError(Exception):
    """A rule of the protocol was broken. `code` may be sent to the peer."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(f"{code.name}: {detail}" if detail else code.name)
        self.code = code
        self.detail = detail


class LocalProtocolError(WireError):
    """We tried to do what the protocol does not allow now: a bug on this side."""


class RemoteProtocolError(WireError):
    """The peer broke the protocol."""


class RefusedByPeer(WireError):
    """The peer sent an ERROR frame with this code."""
