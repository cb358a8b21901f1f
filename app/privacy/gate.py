"""The one gate: every byte that leaves or reaches this computer passes here, and is in the ledger before it goes on.

DESIGN.md section 4, "One gate". It opens no socket and starts nothing. What it lets out:
- HTTP: a GET of one of the app's own routes, with no query and no body, whose headers all have a known name and a value
  of that header's form. There is no place in it for words.
- WebSocket: one masked frame that carries exactly the content it was told: a Nearhalf frame of a kind that goes up, a
  ping, a pong, or a close.
- To hosts on its list, and only while the ledger can be written.
"""

import re
import threading
from collections import deque
from dataclasses import dataclass

from app.domain.clearance import Clearance, ClearedPayload, Direction, NotCleared, Purpose
from app.domain.ids import NO_MESSAGE, MessageId
from app.privacy.ledger import Ledger
from app.privacy.request import is_known_request
from app.wire.errors import RemoteProtocolError
from app.wire.frames import HEADER_BYTES, UP_KINDS, Frame, Kind, read_header
from app.wire.limits import Limits

WINDOW_BYTES = 32 * 2**20
_HTTP_KEPT_BYTES = 16 * 2**10  # of one run: enough for headers and lists; a device pack must not push the frames out
_HTTP_REQUEST_BYTES = 16 * 2**10
_CONTROL_CONTENT_BYTES = 125  # RFC 6455, 5.5: of a ping, a pong or a close
_MESSAGES_COUNTED = 4096
_LIMITS = Limits(max_rows=65_536)  # the gate judges form; the session's own limits are the wire's business

_HTTP_PURPOSES = frozenset({Purpose.LIST_MODELS, Purpose.DEVICE_PACK, Purpose.HEALTH, Purpose.UPGRADE})
_FRAME_PURPOSES = frozenset({Purpose.SESSION, Purpose.GENERATE, Purpose.REPLAY, Purpose.MEASURE})
_BINARY, _CLOSE, _PING, _PONG = 0x82, 0x88, 0x89, 0x8A  # first byte of a whole WebSocket frame
_CONTROL_PURPOSES = {
    _CLOSE: frozenset({Purpose.CLOSE}),
    _PING: frozenset({Purpose.KEEPALIVE, Purpose.MEASURE}),
    _PONG: frozenset({Purpose.KEEPALIVE}),
}
_BEARER = re.compile(rb"(?i)(authorization:[ \t]*bearer[ \t]+)[^\r\n]*")
_BLANK = rb"\1***"


@dataclass(slots=True)
class Totals:
    """Frames and wire bytes of one message of the chat."""

    frames_up: int = 0
    frames_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


@dataclass(slots=True)
class KeptContent:
    """What one ledger entry carried, kept in memory for the panel. HTTP: its bearer token blanked, its end cut."""

    entry: int
    direction: Direction
    purpose: Purpose
    message: MessageId
    content: bytes


class PrivacyGate:
    """Implements domain.clearance.Gate over one ledger. Safe for several threads."""

    def __init__(self, ledger: Ledger, *, window_bytes: int = WINDOW_BYTES) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._allowed: dict[str, str] = {}  # host:port -> the path that its routes begin with
        self._window_bytes = window_bytes
        self._window: deque[tuple[int, Direction, Purpose, MessageId, bytes]] = deque()  # fields of KeptContent
        self._kept_bytes = 0
        self._totals: dict[MessageId, Totals] = {}
        self._message = NO_MESSAGE
        self._message_totals = Totals()

    def allow(self, host: str, base_path: str = "") -> None:
        """Let bytes go to `host` (host:port), to routes under `base_path`: the person chose this backend."""
        with self._lock:
            self._allowed = self._allowed | {host: base_path}

    def disallow(self, host: str) -> None:
        """Refuse `host` from now on, open connections included."""
        with self._lock:
            self._allowed = {name: path for name, path in self._allowed.items() if name != host}

    def next_connection(self, host: str) -> int:
        """A number for a socket about to be opened. Raises NotCleared, LedgerError.

        A ledger that failed is tried again here: a new connection is what a person asks for after freeing the disk.
        """
        self._check_host(host)
        with self._lock:
            if self._ledger.failure:
                self._ledger.reopen()
            return self._ledger.announce_connection(host)

    def clear(self, data: bytes, clearance: Clearance) -> ClearedPayload:
        """Judge and record bytes that are about to leave. Raises NotCleared, LedgerError."""
        frame = _judge(data, clearance, self._check_host(clearance.host))
        with self._lock:
            return ClearedPayload(data, self._record(Direction.UP, data, clearance, frame))

    def received(self, data: bytes, clearance: Clearance) -> None:
        """Record bytes that arrived: the next run of the connection's byte stream. Raises LedgerError."""
        frame = None
        content = clearance.content
        if clearance.purpose in _FRAME_PURPOSES and len(content) >= HEADER_BYTES:
            try:
                frame, _ = read_header(content, _LIMITS)
            except RemoteProtocolError:
                pass  # what arrived is recorded whatever it is; the wire refuses it
        with self._lock:
            self._record(Direction.DOWN, data, clearance, frame)

    def totals(self, message: MessageId) -> Totals:
        """Frames and wire bytes of one message so far."""
        with self._lock:
            found = self._totals.get(message)
            return Totals(found.frames_up, found.frames_down, found.bytes_up, found.bytes_down) if found else Totals()

    def kept(self) -> tuple[KeptContent, ...]:
        """What the latest entries carried, oldest first, as far back as the window reaches."""
        with self._lock:
            return tuple(KeptContent(*fields) for fields in self._window)

    def forget(self) -> None:
        """Drop every kept content: the app was locked, or the person wants it gone."""
        with self._lock:
            self._window.clear()
            self._kept_bytes = 0

    def close(self) -> None:
        """Forget the contents and close the ledger: nothing is sent after this."""
        self.forget()
        with self._lock:
            self._ledger.close()

    def _check_host(self, host: str) -> str:
        """The path under which its routes lie."""
        base_path = self._allowed.get(host)
        if base_path is None:
            raise NotCleared(
                f"Nothing was sent to {host}: it is not a backend of this app.",
                "Add it first, with `nearhalf backend add`.",
            )
        return base_path

    def _record(self, direction: Direction, data: bytes, clearance: Clearance, frame: Frame | None) -> int:
        is_tap = frame is not None and frame.kind is Kind.TAP
        number = self._ledger.append(direction, clearance, frame, data, is_answered_at_once=is_tap)
        if clearance.message is not NO_MESSAGE:
            self._count(direction, clearance.message, frame is not None, len(data))
        content = clearance.content
        if frame is None and clearance.purpose in _HTTP_PURPOSES:
            content = _BEARER.sub(_BLANK, content[:_HTTP_KEPT_BYTES])
        self._window.append((number, direction, clearance.purpose, clearance.message, content))
        self._kept_bytes += len(content)
        while self._kept_bytes > self._window_bytes:
            self._kept_bytes -= len(self._window.popleft()[4])
        return number

    def _count(self, direction: Direction, message: MessageId, is_frame: bool, wire_bytes: int) -> None:
        if message is not self._message:  # entries come in runs of one message, and hashing its id is slow
            self._message, self._message_totals = message, self._totals_of(message)
        totals = self._message_totals
        if direction is Direction.UP:
            totals.frames_up += is_frame
            totals.bytes_up += wire_bytes
        else:
            totals.frames_down += is_frame
            totals.bytes_down += wire_bytes

    def _totals_of(self, message: MessageId) -> Totals:
        totals = self._totals.get(message)
        if totals is None:
            if len(self._totals) >= _MESSAGES_COUNTED:
                del self._totals[next(iter(self._totals))]
            totals = self._totals[message] = Totals()
        return totals


def _judge(data: bytes, clearance: Clearance, base_path: str) -> Frame | None:
    """The header of a frame that may leave, None for HTTP and WebSocket control frames. Raises NotCleared."""
    purpose, content = clearance.purpose, clearance.content
    first = data[0] if data else 0
    if first == _BINARY and purpose in _FRAME_PURPOSES:
        frame = _up_frame(content)
    elif first in _CONTROL_PURPOSES and purpose in _CONTROL_PURPOSES[first]:
        if len(content) > _CONTROL_CONTENT_BYTES:
            raise _refusal("a control frame is too long")
        frame = None
    elif data.startswith(b"GET /") and purpose in _HTTP_PURPOSES:
        if len(data) > _HTTP_REQUEST_BYTES or data.find(b"\r\n\r\n") != len(data) - 4 or content != data:
            raise _refusal("a request carries more than its headers")
        if not is_known_request(data, purpose, clearance.host, base_path):
            raise _refusal("a request is none of those that this app makes")
        return None
    else:
        raise _refusal("they are neither a request nor a frame of the protocol")
    if not _carries(data, content):
        raise _refusal("the bytes do not carry what they were said to carry")
    return frame


def _up_frame(content: bytes) -> Frame:
    if len(content) < HEADER_BYTES:
        raise _refusal("a frame is too short")
    try:
        frame, payload_bytes = read_header(content, _LIMITS)
    except RemoteProtocolError as error:
        raise _refusal("a frame breaks the protocol") from error
    if frame.kind not in UP_KINDS or len(content) != HEADER_BYTES + payload_bytes:
        raise _refusal("a frame is of a kind that does not go up, or of another length than it says")
    return frame


def _carries(data: bytes, content: bytes) -> bool:
    """True where `data` is one masked WebSocket frame whose unmasked payload is `content` (RFC 6455, 5.2 and 5.3)."""
    size = len(content)
    if size < 126:
        head = 2
        announced = size
    elif size < 65_536:
        head = 4
        announced = 126
    else:
        head = 10
        announced = 127
    if len(data) != head + 4 + size or data[1] != 0x80 | announced:
        return False
    if head > 2 and int.from_bytes(data[2:head]) != size:
        return False
    mask = data[head : head + 4] * (size // 4 + 1)
    masked = int.from_bytes(data[head + 4 :], "little")
    return masked ^ int.from_bytes(mask[:size], "little") == int.from_bytes(content, "little")


def _refusal(reason: str) -> NotCleared:
    return NotCleared(
        f"The gate kept bytes from leaving this computer: {reason}.",
        "Nothing was sent. This is a fault of the app; please report it.",
    )
