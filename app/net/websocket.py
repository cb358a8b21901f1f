"""One WebSocket through the gate: a blocking socket below, a sans-I/O protocol beside.

It cuts the byte stream into runs, has every run recorded, answers pings, and turns every fault into an AppError. One
thread at a time; `abort` from any. When to write, wait or give up is channel.py's business.
"""

import logging
import time

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
from app.net.stream import GatedSocket
from app.net.trust import trust_in
from app.wire.frames import HEADER_BYTES
from app.wire.limits import Limits

MAX_MESSAGE_BYTES = HEADER_BYTES + Limits().max_payload_bytes

_CONTROL_WRITE_S = 10.0  # for a pong or a close
_READ_BYTES = 64 * 2**10
_MOST_READ_BYTES = 2**20
_RESPONSE_HEADER_BYTES = 64 * 2**10
_BINARY, _CLOSE, _PING, _PONG = int(Opcode.BINARY), int(Opcode.CLOSE), int(Opcode.PING), int(Opcode.PONG)
_CONTINUED = int(Opcode.CONT)
_WHOLE_BINARY, _MASKED = 0x80 | _BINARY, 0x80  # first byte of an unfragmented binary frame; mask bit of the second
_CONTROL_PURPOSE = {_PING: Purpose.KEEPALIVE, _PONG: Purpose.KEEPALIVE, _CLOSE: Purpose.CLOSE}
_UNREADABLE = "The backend answered in a form that this app does not know."
_UPDATE = "Check the backend's address, or update the app or the backend."

# websockets logs whole frames and the request with its token at DEBUG: this logger has no parent and never does
_SILENT = logging.Logger("nearhalf.websocket", logging.CRITICAL)


class GatedWebSocket:
    """A client's end. pong: content of the last pong that came."""

    def __init__(self, backend: Backend, gate: Gate) -> None:
        address = parse_url(backend.url)
        self._address = address
        self._host = address.name
        self._token = backend.token
        self._trust = trust_in(backend) if address.is_tls else None
        self._gate = gate
        self._socket = GatedSocket()
        self._connection = 0
        self._buffer = bytearray()  # read, not yet cut into frames
        self._fragments: list[bytes] = []
        self.is_open = False
        self._purpose = Purpose.UPGRADE
        self._message = NO_MESSAGE
        self._run = self._clearance(Purpose.UPGRADE, NO_MESSAGE)  # what data frames under way are for
        self.pong = b""
        self._protocol = ClientProtocol(
            WebSocketURI(address.is_tls, address.host, address.port, f"{address.path}/v1/session", ""),
            max_size=MAX_MESSAGE_BYTES,
            logger=_SILENT,
        )

    @property
    def has_unread(self) -> bool:
        """True where bytes were read that no message has used."""
        return bool(self._buffer)

    def connect(self, timeout_s: float) -> None:
        """Connect and upgrade. Raises NotCleared, LedgerError, ConnectionLost, BackendRefused, BackendError."""
        address = self._address
        self._connection = self._gate.next_connection(address.name)
        self._run = self._clearance(self._purpose, self._message)
        self._socket.connect(address.host, address.port, timeout_s)
        if self._trust is not None:
            self._socket.start_tls(self._trust, address.host, timeout_s)
        self.is_open = True
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Bearer {self._token}"
        self._protocol.send_request(request)
        (data,) = self._protocol.data_to_send()
        self._write(data, data, Purpose.UPGRADE, NO_MESSAGE, timeout_s)
        self._take_response(time.monotonic() + timeout_s)

    def begin(self, purpose: Purpose, message: MessageId) -> None:
        """Say what the bytes are for that travel from now on."""
        if purpose is not self._purpose or message is not self._message:
            self._purpose, self._message = purpose, message
            self._run = self._clearance(purpose, message)

    def write_message(self, data: bytes, timeout_s: float) -> None:
        """Write one binary message, wrapped by the gate. Raises ConnectionLost, LedgerError, NotCleared."""
        self._check_open()
        self._socket.write(self._gate.clear_message(data, self._run), timeout_s)

    def write_ping(self, content: bytes, timeout_s: float) -> None:
        """Write a ping. Raises ConnectionLost, LedgerError."""
        self._check_open()
        self._protocol.send_ping(content)
        self._flush(timeout_s)

    def write_close(self, timeout_s: float) -> None:
        """Say goodbye. Raises ConnectionLost, LedgerError."""
        self._check_open()
        self._protocol.send_close(1000)
        self._flush(timeout_s)

    def receive(self, deadline_s: float) -> bytes:
        """The next message; pings are answered on the way. Raises ConnectionLost, LedgerError, BackendError."""
        while (message := self.receive_step(deadline_s)) is None:
            pass
        return message

    def receive_step(self, deadline_s: float) -> bytes | None:
        """Handle the next frame, or wait for more bytes; return the message it completes."""
        run = self._take_run()
        if run is None:
            self._fill(deadline_s)
            return None
        return self._process(run)

    def receive_pending(self) -> bytes | None:
        """The next message that is there already, None where there is none. Raises as `receive` does."""
        while self.is_open:
            while (run := self._take_run()) is not None:
                if (message := self._process(run)) is not None:
                    return message
            if (data := self._socket.read_pending(_READ_BYTES)) is None:
                break
            self._take(data)
        return None

    def abort(self) -> None:
        """Break off from any thread, for good."""
        self._socket.abort()

    def drop(self) -> None:
        """Close the socket; what arrived and was not yet recorded is recorded first, where that is still possible."""
        if self.is_open:
            self.is_open = False
            try:
                while len(self._buffer) < _MOST_READ_BYTES and (data := self._socket.read_pending(_READ_BYTES)):
                    self._buffer += data
            except AppError:
                pass  # the link is gone
            try:
                if self._buffer:
                    rest = bytes(self._buffer)
                    self._buffer.clear()
                    self._gate.received(rest, b"", self._clearance(self._purpose, NO_MESSAGE))
            except AppError:
                pass  # the reason is being raised already
        self._socket.close()

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
            self._gate.received(run, run, self._clearance(Purpose.UPGRADE, NO_MESSAGE))
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

    def _take_run(self) -> bytes | None:
        """The bytes of the next WebSocket frame, None while it is not whole; of one too large, what there is."""
        size = frame_bytes(self._buffer)
        if not size or (len(self._buffer) < size <= MAX_MESSAGE_BYTES + 10):
            return None
        run = bytes(self._buffer[:size])
        del self._buffer[:size]
        return run

    def _process(self, run: bytes) -> bytes | None:
        """Record one frame, let the protocol judge and answer it; return the message it completes.

        A binary message in one frame, as every answer of a backend is, needs no judging beyond the cut that `_take_run`
        made: the protocol stands between two frames before it and after it.
        """
        if run[0] == _WHOLE_BINARY and run[1] < _MASKED and not self._fragments and len(run) == frame_bytes(run):
            content = run[2 if run[1] < 126 else 4 if run[1] == 126 else 10 :]
            self._gate.received(run, content, self._run)
            return content
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
        clearance = self._run if is_data else self._clearance(purpose, NO_MESSAGE)
        self._gate.received(run, content, clearance)
        if self._protocol.writes:
            self._flush(_CONTROL_WRITE_S)
        if self._protocol.parser_exc is not None:
            too_big = isinstance(self._protocol.parser_exc, PayloadTooBig)
            words = "The backend sent a message larger than the protocol allows." if too_big else _UNREADABLE
            raise BackendError(words, _UPDATE) from self._protocol.parser_exc
        if opcode == _CLOSE:
            received = self._protocol.close_rcvd
            raise loss_by_close(received.code if received is not None else None)
        if opcode == _PONG:
            self.pong = content
        elif is_data:
            if is_whole:
                self._fragments.clear()
                return content
        elif opcode != _PING:  # text: nothing of ours
            raise BackendError(_UNREADABLE, _UPDATE)
        return None

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
        self._socket.write(self._gate.clear(data, content, self._clearance(purpose, message)), timeout_s)

    def _clearance(self, purpose: Purpose, message: MessageId) -> Clearance:
        return Clearance(self._connection, self._host, purpose, message, self._address.is_tls)

    def _check_open(self) -> None:
        if not self.is_open:
            raise ConnectionLost("There is no connection to the backend.", "The app connects again.")


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
