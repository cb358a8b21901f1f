"""WebSocket messages out of bytes (RFC 6455, section 5), each judged before its payload is here. Sans-I/O.

Why not the library's parser: it buffers a message whole before anyone can look at its header. Data frames are read
here, however they are fragmented; control frames go to the library, which answers them.
At most the frame that its header announced is kept, and nothing at all once the receiver has refused.
"""

import struct
from collections.abc import Callable

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import HEADER_BYTES
from cloud_backend.server.direct import Receiver

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled wheel for this machine
    from websockets.utils import apply_mask

_FIN = 0x80
_RESERVED = 0x70
_MASKED = 0x80
_CONT, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_OPCODES = frozenset({_CONT, _TEXT, _BINARY, _CLOSE, _PING, _PONG})
_LONGEST_CONTROL = 125
_MASK_BYTES = 4
_NOT_JUDGED = -1


def binary_message(payload: bytes) -> bytes:
    """`payload` as one unmasked binary frame, as servers send it."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", _FIN | _BINARY, size) + payload
    if size < 2**16:
        return struct.pack("!BBH", _FIN | _BINARY, 126, size) + payload
    return struct.pack("!BBQ", _FIN | _BINARY, 127, size) + payload


class MessageReader:
    """limit_bytes: of any message. on_control hears each whole control frame; on_fault, that the peer broke the RFC.
    After a CLOSE or a fault nothing more is read."""

    def __init__(
        self,
        receiver: Receiver,
        limit_bytes: int,
        on_control: Callable[[bytes], None],
        on_fault: Callable[[], None],
    ) -> None:
        self._receiver = receiver
        self._limit_bytes = limit_bytes
        self._on_control = on_control
        self._on_fault = on_fault
        self._rest = b""  # a frame's head, or a control frame, that is not whole
        self._left = 0  # payload bytes of the present frame that are still to come
        self._fin = True
        self._mask = bytes(_MASK_BYTES)
        self._in_message = False
        self._message = bytearray()
        self._expected = _NOT_JUDGED  # bytes of the message, by its own header
        self._discarding = False
        self._over = False

    @property
    def held_bytes(self) -> int:
        """Memory that the peer makes us hold."""
        return len(self._rest) + len(self._message)

    def feed(self, data: bytes) -> None:
        """Bytes from the socket, after the upgrade."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        at = 0
        while at < len(data) and not self._over:
            if self._left:
                at += self._take_payload(data[at : at + self._left])
                continue
            size = self._take_head(data, at)
            if not size:
                self._rest = data[at:]
                return
            at += size

    def _take_head(self, data: bytes, at: int) -> int:
        """Bytes of the head (of a control frame: of all of it) at `at`; 0 where they are not all here."""
        here = len(data) - at
        if here < 2:
            return 0
        first, second = data[at], data[at + 1]
        opcode, length = first & 0x0F, second & 0x7F
        if self._breaks_the_rfc(first, second):
            self._over = True
            self._on_fault()
            return here
        extended = {126: 2, 127: 8}.get(length, 0)
        size = 2 + extended + _MASK_BYTES
        if opcode >= _CLOSE:
            size += length
        if here < size:
            return 0
        if opcode >= _CLOSE:
            self._over = opcode == _CLOSE
            self._on_control(data[at : at + size])
            return size
        if extended:
            length = int.from_bytes(data[at + 2 : at + 2 + extended])
        self._mask = data[at + size - _MASK_BYTES : at + size]
        self._fin = bool(first & _FIN)
        self._in_message = True
        self._left = length
        if opcode == _TEXT:
            self._discard()
            self._receiver.take(None)
        self._check_length()
        if not length and self._fin:
            self._end_message(bytes(self._message))
        return size

    def _breaks_the_rfc(self, first: int, second: int) -> bool:
        opcode, length = first & 0x0F, second & 0x7F
        if first & _RESERVED or not second & _MASKED or opcode not in _OPCODES:
            return True
        if opcode >= _CLOSE:
            return length > _LONGEST_CONTROL or not first & _FIN
        return (opcode == _CONT) != self._in_message

    def _take_payload(self, chunk: bytes) -> int:
        taken = len(chunk)
        self._left -= taken
        whole = self._fin and not self._left
        if not self._discarding:
            chunk = apply_mask(chunk, self._mask)
            turn = taken % _MASK_BYTES
            self._mask = self._mask[turn:] + self._mask[:turn]
            if whole and not self._message:  # the common case: one frame, one read
                self._end_message(chunk)
                return taken
            self._message += chunk
            if not whole and self._expected == _NOT_JUDGED and len(self._message) >= HEADER_BYTES:
                self._judge()
        if whole:
            self._end_message(bytes(self._message))
        return taken

    def _judge(self) -> None:
        try:
            self._expected = HEADER_BYTES + self._receiver.judge(bytes(self._message[:HEADER_BYTES]))
        except WireError as error:
            self._refuse(error.code)
        else:
            self._check_length()

    def _check_length(self) -> None:
        """Judge what the present frame's head says about the message's length."""
        if self._discarding:
            return
        announced = len(self._message) + self._left
        if announced > self._limit_bytes:
            self._refuse(ErrorCode.FRAME_TOO_LARGE, max(0, self._limit_bytes - HEADER_BYTES))
        elif self._expected == _NOT_JUDGED:
            return
        elif announced > self._expected:
            self._refuse(ErrorCode.TRAILING_BYTES)
        elif self._fin and announced < self._expected:
            self._refuse(ErrorCode.TRUNCATED)

    def _end_message(self, message: bytes) -> None:
        self._in_message = False
        self._expected = _NOT_JUDGED
        if self._message:
            self._message = bytearray()
        if not self._discarding:
            self._receiver.take(message)

    def _refuse(self, code: ErrorCode, limit: int = 0) -> None:
        self._discard()
        self._receiver.end(code, limit)

    def _discard(self) -> None:
        """Read on, so that the peer can read our refusal, but keep nothing."""
        self._discarding = True
        self._message = bytearray()
