"""A WebSocket client by hand, which does only what a test says: it answers no ping, and can stop in mid-message."""

import base64
import os
import socket
import struct

import pytest

from app.wire.errors import ErrorCode, RefusedByPeer
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Opened
from app.wire.plan import ExchangePlan
from app.wire.state import DeviceConnection
from tests.sim.live_server import TOKEN, LiveServer, open_message


class RawDevice:
    """One socket. Close it."""

    def __init__(self, server: LiveServer, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", server.port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.socket.recv(1)
        assert b" 101 " in answer
        self.wire = DeviceConnection(server.engine.hidden_size)

    def close(self) -> None:
        self.socket.close()

    def send(self, payload: bytes) -> None:
        self.send_part(payload, len(payload))

    def send_part(self, payload: bytes, announced: int, *, opcode: int = 2, fin: bool = True) -> None:
        """A WebSocket frame whose head announces `announced` bytes; only `payload` follows."""
        size = struct.pack("!BQ", 0x80 | 127, announced) if announced > 125 else bytes([0x80 | announced])
        first = bytes([opcode | (0x80 if fin else 0)])
        self.socket.sendall(first + size + bytes(4) + payload)  # a mask of zeros changes nothing

    def refused_with(self) -> ErrorCode:
        """The code of the ERROR frame that must come next."""
        with pytest.raises(RefusedByPeer) as refusal:
            self.wire.receive(self.read_message())
        return refusal.value.code

    def read_message(self) -> bytes:
        first, size = self._exactly(2)
        assert first == 0x82, "a binary message"
        if size == 126:
            (size,) = struct.unpack("!H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._exactly(8))
        return self._exactly(size)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self.socket.recv(count - len(data))
            assert chunk, "the server closed"
            data += chunk
        return data

    def open(self, positions: int = 64, plan: ExchangePlan = ExchangePlan()) -> Opened:  # noqa: B008 - frozen
        self.send(self.wire.open(open_message(plan, positions=positions)))
        self.wire.receive(self.read_message())
        assert self.wire.opened is not None
        return self.wire.opened

    def step(self, number: int, rows: int, hidden: int, flags: Flags) -> None:
        fields = {
            "rows": rows,
            "cols": hidden,
            "dtype": Dtype.FP32,
            "flags": flags,
            "payload": bytes(4 * rows * hidden),
        }
        self.send(Frame(Kind.STEP, self.wire.session, number, 0, **fields).encode())  # type: ignore[arg-type]
