"""A frame as a WebSocket message: judged by its header, and wrapped for the wire (RFC 6455, 5.2 and 5.3).

Part of the gate, which builds every data frame's wire bytes itself: what is masked here is what was judged. It knows no
sockets, no ledger and no purposes.
"""

import secrets
from functools import lru_cache

from app.domain.clearance import NotCleared
from app.wire.errors import RemoteProtocolError
from app.wire.frames import HEADER_BYTES, UP_KINDS, read_header
from app.wire.limits import Limits

_LIMITS = Limits(max_rows=65_536)  # the gate judges form; the session's own limits are the wire's business
_KIND_AT = 4
_START, _END = 8, 26  # of a header: where the bytes end and begin again that its verdict depends on
_KEYS_DRAWN = 1024  # masking keys drawn from the operating system at once: a system call a frame otherwise
_KEY_BYTES = 4
_WHOLE_BINARY, _MASKED = 0x82, 0x80
_LARGE_BYTES = 8192  # from here on numpy's fixed cost is less than what Python's long integers cost a byte


class FrameForms:
    """Judges the headers of frames; of each kind it remembers the form that it judged last.

    `read_header` decides by a header's first 8 bytes (magic to flags) and those from the reserved ones behind the tap
    on (shape and length); session, step, position and tap may be any number. So a frame with the same such bytes has
    the same verdict (held by tests/unit/privacy/test_message.py).
    """

    def __init__(self) -> None:
        self._judged: dict[int, tuple[bytes, bytes, int]] = {}  # kind -> start, end, and the whole frame's length

    def judge_up(self, content: bytes) -> None:
        """Raises NotCleared where `content` is not exactly one frame of a kind that goes up."""
        if len(content) < HEADER_BYTES:
            raise refusal("a frame is too short")
        try:
            frame_bytes = self._frame_bytes(content)
        except RemoteProtocolError as error:
            raise refusal("a frame breaks the protocol") from error
        if content[_KIND_AT] not in UP_KINDS or len(content) != frame_bytes:
            raise refusal("a frame is of a kind that does not go up, or of another length than it says")

    def begins_with_header(self, content: bytes) -> bool:
        """True where `content` begins with a header that keeps the protocol: its facts can go into the ledger."""
        if len(content) < HEADER_BYTES:
            return False
        try:
            self._frame_bytes(content)
        except RemoteProtocolError:
            return False  # what arrived is recorded whatever it is; the wire refuses it
        return True

    def _frame_bytes(self, content: bytes) -> int:
        """How long the frame is that begins with this header. Raises RemoteProtocolError."""
        judged = self._judged.get(content[_KIND_AT])
        if judged is not None:
            start, end, frame_bytes = judged
            if content.startswith(start) and content[_END:HEADER_BYTES] == end:
                return frame_bytes
        frame, payload_bytes = read_header(content, _LIMITS)
        frame_bytes = HEADER_BYTES + payload_bytes
        self._judged[frame.kind] = (content[:_START], content[_END:HEADER_BYTES], frame_bytes)
        return frame_bytes


class Wrapping:
    """Makes WebSocket frames, each with a masking key of its own. One thread at a time."""

    def __init__(self) -> None:
        self._keys = b""
        self._used = 0

    def wrap(self, content: bytes) -> bytes:
        """One whole, masked, binary frame that carries `content`."""
        start = self._used
        if start == len(self._keys):
            self._keys, start = secrets.token_bytes(_KEY_BYTES * _KEYS_DRAWN), 0
        self._used = end = start + _KEY_BYTES
        key = self._keys[start:end]
        size = len(content)
        if size >= _LARGE_BYTES:
            return frame_head(_WHOLE_BINARY, size) + key + _mask_large(content, key)
        head, whole_bytes, ones = _shape(size)
        masked = int.from_bytes(content, "little") ^ int.from_bytes(key, "little") * ones
        return head + key + masked.to_bytes(whole_bytes, "little")[:size]


@lru_cache(maxsize=64)
def _shape(size: int) -> tuple[bytes, int, int]:
    """Of a small frame: its head, its length in whole keys, and a 1 for each key (key * that repeats the key)."""
    keys = -(-size // _KEY_BYTES)
    ones = int.from_bytes(b"\x01\x00\x00\x00" * keys, "little")
    return frame_head(_WHOLE_BINARY, size), _KEY_BYTES * keys, ones


def _mask_large(content: bytes, key: bytes) -> bytes:
    import numpy as np  # nothing is sent while the app starts

    rest = -len(content) % _KEY_BYTES
    numbers = np.frombuffer(content + bytes(rest), np.uint32)
    return (numbers ^ np.frombuffer(key, np.uint32)).tobytes()[: len(content)]


def frame_head(first: int, size: int) -> bytes:
    """What stands before the masking key of a frame whose first byte is `first`."""
    if size < 126:
        return bytes((first, _MASKED | size))
    if size < 65_536:
        return bytes((first, _MASKED | 126)) + size.to_bytes(2)
    return bytes((first, _MASKED | 127)) + size.to_bytes(8)


def carries(data: bytes, content: bytes) -> bool:
    """True where `data` is one masked WebSocket frame whose unmasked payload is `content`."""
    size = len(content)
    head = frame_head(data[0], size) if data else b""
    if not head or data[: len(head)] != head or len(data) != len(head) + _KEY_BYTES + size:
        return False
    key = data[len(head) : len(head) + _KEY_BYTES]
    mask = (key * (size // _KEY_BYTES + 1))[:size]
    masked = int.from_bytes(data[len(head) + _KEY_BYTES :], "little")
    return masked ^ int.from_bytes(mask, "little") == int.from_bytes(content, "little")


def refusal(reason: str) -> NotCleared:
    return NotCleared(
        f"The gate kept bytes from leaving this computer: {reason}.",
        "Nothing was sent. This is a fault of the app; please report it.",
    )
