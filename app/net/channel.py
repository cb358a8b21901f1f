"""The data channel: one WebSocket to one backend, on the caller's thread, by a blocking socket and a sans-I/O protocol.

Implements core.ports.Channel (DESIGN.md section 5). It does not know what a frame means: bytes out, bytes in. Every
byte passes the gate once, in stream order: written frames one by one, read bytes in runs cut at the ends of WebSocket
frames. One channel is one connection; after a loss, make another.
"""

import logging
import secrets
import threading
import time
from collections import deque

from websockets.client import ClientProtocol
from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.uri import WebSocketURI
from websockets.utils import apply_mask

from app.domain.backend import Backend
from app.domain.clearance import Clearance, Gate, Purpose
from app.domain.errors import AppError, BackendError, ConnectionLost
from app.domain.ids import NO_MESSAGE, MessageId
from app.net.address import parse_url
from app.net.refusals import loss_by_close, refusal_of_status
from app.net.stream import CONNECT_TIMEOUT_S, GatedSocket, tls_context
from app.wire.frames import HEADER_BYTES
from app.wire.limits import Limits

KEEP_ALIVE_S = 10.0  # how often to call keep_alive: half of the time in which servers usually expect a pong
MAX_MESSAGE_BYTES = HEADER_BYTES + Limits().max_payload_bytes

_PONG_TIMEOUT_S = 10.0
_GOODBYE_TIMEOUT_S = 0.5
_GIVE_UP_TIMEOUT_S = 2.0
_IDLE_S = 0.5  # after so long a silence, what came meanwhile is read before anything is written
_READ_BYTES = 64 * 2**10
_MOST_READ_BYTES = 2**20
_RESPONSE_HEADER_BYTES = 64 * 2**10
_BINARY, _CLOSE, _PING, _PONG = int(Opcode.BINARY), int(Opcode.CLOSE), int(Opcode.PING), int(Opcode.PONG)
_CONTINUED = int(Opcode.CONT)
_CONTROL_PURPOSE = {_PING: Purpose.KEEPALIVE, _PONG: Purpose.KEEPALIVE, _CLOSE: Purpose.CLOSE}
_UNREADABLE = "The backend answered in a form that this app does not know."
_UPDATE = "Check the backend's address, or update the app or the backend."

# websockets logs whole frames and the request with its token at DEBUG: this logger has no parent and never does
_SILENT = logging.Logger("nearhalf.websocket", logging.CRITICAL)


class DataChannel:
    """Implements core.ports.Channel. Safe for several threads: one exchange at a time, `abort` at any time."""

    def __init__(self, backend: Backend, gate: Gate, *, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._backend = backend
        self._address = parse_url(backend.url)
        self._gate = gate
        self._connect_timeout_s = connect_timeout_s
        self._lock = threading.Lock()
        self._socket = GatedSocket()
        self._is_open = False
        self._connection = 0
        self._buffer = bytearray()  # read, not yet cut into frames
        self._fragments: list[bytes] = []
        self._early: deque[bytes] = deque()  # messages that came unasked: only ever a reason why the session ends
        self._pong = b""
        self._last_s = 0.0
        self._purpose = Purpose.UPGRADE
        self._message = NO_MESSAGE
        address = self._address
        self._protocol = ClientProtocol(
            WebSocketURI(address.is_tls, address.host, address.port, f"{address.path}/v1/session", ""),
            max_size=MAX_MESSAGE_BYTES,
            logger=_SILENT,
        )

    def connect(self) -> None:
        """Open the WebSocket. Raises NotCleared, LedgerError, ConnectionLost, BackendRefused, BackendError."""
        with self._lock:
            try:
                self._upgrade()
            except BaseException:
                self._drop()
                raise

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        """Write one frame and wait for the next message, `timeout_s` seconds in all.

        Where the backend has sent a message of its own accord meanwhile (why it ends the session), that is returned and
        nothing is written. Raises ConnectionLost, LedgerError, NotCleared; BackendError for an answer beyond limits.
        """
        with self._lock:
            try:
                self._purpose, self._message = purpose, message
                now = time.monotonic()
                if self._buffer or now - self._last_s > _IDLE_S:
                    self._drain()
                if not self._early:
                    self._check_open()
                    self._protocol.send_binary(data)
                    self._write(self._protocol.data_to_send()[0], data, purpose, message, timeout_s)
                    answer = self._receive(now + timeout_s)
                else:
                    answer = self._early.popleft()
                self._last_s = time.monotonic()
                return answer
            except BaseException:
                self._drop()
                raise

    def keep_alive(self) -> None:
        """Answer the backend's pings and see that the link lives; returns at once while an exchange is under way.

        Raises ConnectionLost where the link is dead, LedgerError.
        """
        if self._lock.acquire(blocking=False):
            try:
                self._ping(Purpose.KEEPALIVE, _PONG_TIMEOUT_S)
            finally:
                self._lock.release()

    def ping(self, timeout_s: float = _PONG_TIMEOUT_S) -> float:
        """Measure one round trip, in seconds. Raises ConnectionLost, LedgerError."""
        with self._lock:
            return self._ping(Purpose.MEASURE, timeout_s)

    def abort(self) -> None:
        """Break off from any thread, for good: a waiting call raises ConnectionLost at once."""
        self._socket.abort()

    def close(self) -> None:
        """Say goodbye and close; never raises."""
        if not self._lock.acquire(timeout=_GOODBYE_TIMEOUT_S):
            self.abort()
            if not self._lock.acquire(timeout=_GIVE_UP_TIMEOUT_S):
                return  # the thread inside is looking up a name; it finds the channel aborted and lets the socket go
        try:
            if self._is_open:
                self._purpose, self._message = Purpose.CLOSE, NO_MESSAGE
                self._protocol.send_close(1000)
                self._flush(_GOODBYE_TIMEOUT_S)
                deadline_s = time.monotonic() + _GOODBYE_TIMEOUT_S
                while True:  # until the peer's own close, which raises
                    self._receive(deadline_s)
        except AppError:
            pass  # the goodbye was answered, or it does not matter any more
        finally:
            self._drop()
            self._lock.release()

    def _upgrade(self) -> None:
        address = self._address
        self._connection = self._gate.next_connection(address.name)
        self._socket.connect(address.host, address.port, self._connect_timeout_s)
        if address.is_tls:
            self._socket.start_tls(tls_context(self._backend.ca_file), address.host, self._connect_timeout_s)
        self._is_open = True
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Bearer {self._backend.token}"
        self._protocol.send_request(request)
        (data,) = self._protocol.data_to_send()
        self._write(data, data, Purpose.UPGRADE, NO_MESSAGE, self._connect_timeout_s)
        self._take_response(time.monotonic() + self._connect_timeout_s)
        self._last_s = time.monotonic()

    def _take_response(self, deadline_s: float) -> None:
        """Read the answer to the upgrade, and leave in the buffer what follows it."""
        while (end := self._buffer.find(b"\r\n\r\n") + 4) < 4:
            if len(self._buffer) > _RESPONSE_HEADER_BYTES:
                raise BackendError(_UNREADABLE, _UPDATE)
            self._fill(deadline_s)
        is_switched = self._buffer.startswith(b"HTTP/1.1 101")
        response: Response | None = None
        while True:
            run = bytes(self._buffer[:end]) if is_switched else bytes(self._buffer)
            del self._buffer[: len(run)]
            self._gate.received(run, self._clearance(Purpose.UPGRADE, run, NO_MESSAGE))
            self._protocol.receive_data(run)
            for event in self._protocol.events_received():
                if isinstance(event, Response):
                    response = event
            if response is not None or self._protocol.handshake_exc is not None:
                break
            self._fill(deadline_s)  # the body of a refusal
        if response is not None and response.status_code != 101:
            raise refusal_of_status(response.status_code)
        if self._protocol.handshake_exc is not None:
            raise BackendError(_UNREADABLE, _UPDATE) from self._protocol.handshake_exc

    def _receive(self, deadline_s: float) -> bytes:
        """The next message; pings are answered on the way."""
        while True:
            run = self._take_run()
            if run is None:
                self._fill(deadline_s)
            elif (message := self._process(run)) is not None:
                return message

    def _take_run(self) -> bytes | None:
        """The bytes of the next WebSocket frame, None while it is not whole; of one too large, what there is."""
        size = frame_bytes(self._buffer)
        if not size or (len(self._buffer) < size <= MAX_MESSAGE_BYTES + 10):
            return None
        run = bytes(self._buffer[:size])
        del self._buffer[:size]
        return run

    def _process(self, run: bytes) -> bytes | None:
        """Record one frame, let the protocol judge and answer it; return the message it completes."""
        self._protocol.receive_data(run)
        events = self._protocol.events_received()
        opcode = run[0] & 0x0F
        content = bytes(events[0].data) if events and isinstance(events[0], WebSocketFrame) else b""
        is_data = opcode in (_BINARY, _CONTINUED)
        is_whole = bool(run[0] & 0x80)
        if is_data and (self._fragments or not is_whole):
            self._fragments.append(content)
            content = b"".join(self._fragments) if is_whole else b""
        purpose = _CONTROL_PURPOSE.get(opcode, self._purpose)
        if opcode == _PONG and self._purpose is Purpose.MEASURE:
            purpose = Purpose.MEASURE
        message = self._message if is_data else NO_MESSAGE
        self._gate.received(run, self._clearance(purpose, content, message))
        if self._protocol.writes:
            self._flush(_PONG_TIMEOUT_S)
        if self._protocol.parser_exc is not None:
            too_big = isinstance(self._protocol.parser_exc, PayloadTooBig)
            words = "The backend sent a message larger than the protocol allows." if too_big else _UNREADABLE
            raise BackendError(words, _UPDATE) from self._protocol.parser_exc
        if opcode == _CLOSE:
            received = self._protocol.close_rcvd
            raise loss_by_close(received.code if received is not None else None)
        if opcode == _PONG:
            self._pong = content
        elif is_data:
            if is_whole:
                self._fragments.clear()
                return content
        elif opcode != _PING:  # text: nothing of ours
            raise BackendError(_UNREADABLE, _UPDATE)
        return None

    def _ping(self, purpose: Purpose, timeout_s: float) -> float:
        try:
            self._purpose, self._message = purpose, NO_MESSAGE
            self._drain()
            if self._early:
                return 0.0  # the backend has ended the session; the next exchange says why
            self._check_open()
            token = secrets.token_bytes(8)
            started_s = time.monotonic()
            self._protocol.send_ping(token)
            self._flush(timeout_s)
            while self._pong != token:
                run = self._take_run()
                if run is None:
                    self._fill(started_s + timeout_s)
                elif (message := self._process(run)) is not None:
                    self._early.append(message)
            self._last_s = time.monotonic()
            return self._last_s - started_s
        except BaseException:
            self._drop()
            raise

    def _drain(self) -> None:
        """Handle what came meanwhile, without waiting. Raises ConnectionLost, unless a message came that tells more."""
        try:
            while self._is_open:
                while (run := self._take_run()) is not None:
                    if (message := self._process(run)) is not None:
                        self._early.append(message)
                if (data := self._socket.read_pending(_READ_BYTES)) is None:
                    break
                self._take(data)
        except ConnectionLost:
            self._drop()
            if not self._early:
                raise

    def _fill(self, deadline_s: float) -> None:
        """Read a byte or more into the buffer. Raises ConnectionLost at the end, or past the deadline."""
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise ConnectionLost("The backend did not answer in time.", "The app connects again.")
        missing = frame_bytes(self._buffer) - len(self._buffer)
        limit_s = max(round(left_s, 2), 0.01)  # rounded, so that the socket's time limit is rarely set anew
        self._take(self._socket.read(min(max(missing, _READ_BYTES), _MOST_READ_BYTES), limit_s))

    def _take(self, data: bytes) -> None:
        if not data:
            raise ConnectionLost("The backend closed the connection without a word.", "The app connects again.")
        self._buffer += data

    def _flush(self, timeout_s: float) -> None:
        """Write the control frames that the protocol wants to send."""
        for data in self._protocol.data_to_send():
            if data:  # empty: the protocol's sign for half-closing
                content = apply_mask(data[6:], data[2:6])
                opcode = data[0] & 0x0F
                is_measure = opcode == _PING and self._purpose is Purpose.MEASURE
                purpose = Purpose.MEASURE if is_measure else _CONTROL_PURPOSE[opcode]
                self._write(data, content, purpose, NO_MESSAGE, timeout_s)

    def _write(self, data: bytes, content: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> None:
        self._socket.write(self._gate.clear(data, self._clearance(purpose, content, message)), timeout_s)

    def _clearance(self, purpose: Purpose, content: bytes, message: MessageId) -> Clearance:
        return Clearance(self._connection, self._address.name, purpose, content, message, self._address.is_tls)

    def _check_open(self) -> None:
        if not self._is_open:
            raise ConnectionLost("There is no connection to the backend.", "The app connects again.")

    def _drop(self) -> None:
        """Close the socket; what arrived and was not yet recorded is recorded first, where that is still possible."""
        if self._is_open:
            self._is_open = False
            try:
                while len(self._buffer) < _MOST_READ_BYTES and (data := self._socket.read_pending(_READ_BYTES)):
                    self._buffer += data
            except AppError:
                pass  # the link is gone
            try:
                if self._buffer:
                    rest = bytes(self._buffer)
                    self._buffer.clear()
                    self._gate.received(rest, self._clearance(self._purpose, b"", NO_MESSAGE))
            except AppError:
                pass  # the reason is being raised already
        self._socket.close()


def frame_bytes(data: bytes | bytearray) -> int:
    """Length of the unmasked WebSocket frame that `data` begins with, 0 while that cannot be told (RFC 6455, 5.2)."""
    if len(data) < 2:
        return 0
    size = data[1] & 0x7F
    if size < 126:
        return 2 + size
    head = 4 if size == 126 else 10
    if len(data) < head:
        return 0
    return head + int.from_bytes(data[2:head])
