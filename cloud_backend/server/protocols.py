"""uvicorn's protocol classes with what it leaves to us: TCP_NODELAY, limits on heads, and peers that do not read.

- TCP_NODELAY is set on accept and read back: uvicorn loses it with several workers or a socket bound before (FACTS.md).
- A request head must be whole within `header_timeout_s`, and sockets are counted, strangers' too.
- A socket whose peer reads nothing is dropped, never closed politely: a close waits behind the unread bytes for ever.
- `send` returns once the peer has taken what was sent, so that the session's send timeout sees a slow reader at once.
- A session that asks for it (direct.py) is called from `data_received` and writes to the transport itself; messages are
  then judged by their headers (framing.py) before their payloads are here.
"""

import asyncio
import socket
import time
from asyncio.transports import BaseTransport
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from cloud_backend.server.config import ServerConfig
from cloud_backend.server.direct import DIRECT_EXTENSION, Receiver
from cloud_backend.server.framing import MessageReader, binary_message

_LINGER_S = 3.0  # for the peer's answer to our close frame
_QUIET_S = 0.3  # without another byte: the peer has stopped sending what we discard
_PROTOCOL_FAULT = 1002
_NEVER_S = float("inf")


def disable_nagle(transport: BaseTransport) -> None:
    """Send small frames at once: waiting for the peer's ACK cost 44 ms a request. Raises OSError."""
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY):
        raise OSError("TCP_NODELAY did not take")


class ControlProtocol(H11Protocol):
    """HTTP. `settings` is set on a subclass by `protocols_for`."""

    settings: ServerConfig
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.settings.max_connections:
            transport.abort()
            return
        disable_nagle(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        """Run the timer exactly while a request's head is being waited for."""
        if self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.settings.header_timeout_s, self.transport.abort)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class DataProtocol(WebSocketsSansIOProtocol):
    """WebSocket. A DirectSocket for a session that attaches itself."""

    _reader: MessageReader | None = None
    _linger_timer: asyncio.TimerHandle | None = None
    _quiet_timer: asyncio.TimerHandle | None = None
    stalled_since_s = _NEVER_S

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        disable_nagle(transport)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # the app's task exists, and first runs after this
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[DIRECT_EXTENSION] = {"socket": self}

    def data_received(self, data: bytes) -> None:
        if self._quiet_timer is not None:
            self._close_when_quiet()
        elif not self.handshake_initiated:
            super().data_received(data)
        elif not self.handshake_complete:
            self.transport.abort()  # it spoke before the answer to its upgrade
        elif self._reader is None:
            super().data_received(data)
        elif not self.transport.is_closing():
            self._reader.feed(data)

    def attach(self, receiver: Receiver) -> None:
        self._reader = MessageReader(receiver, self.config.ws_max_size, super().data_received, self._fail)

    def write(self, message: bytes) -> bool:
        if self.conn.state is not State.OPEN or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(binary_message(message))
        return True

    def abort(self) -> None:
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled_since_s = time.monotonic()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalled_since_s = _NEVER_S

    def _fail(self) -> None:
        self.conn.fail(_PROTOCOL_FAULT)
        self.handle_parser_exception()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.send":
            await self.writable.wait()
        elif message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # refused before the upgrade: uvicorn would log that as a fault of the app

    def handle_parser_exception(self) -> None:
        """Say why, then read on and discard for a moment: closing on unread bytes resets the connection, and the peer
        would never see it."""
        close = self.conn.close_sent
        code = close.code if close is not None else _PROTOCOL_FAULT
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(_LINGER_S, self.transport.abort)
        self._close_when_quiet()

    def _close_when_quiet(self) -> None:
        if self._quiet_timer is not None:
            self._quiet_timer.cancel()
        self._quiet_timer = self.loop.call_later(_QUIET_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.disconnected:
            self._linger_timer = self.loop.call_later(_LINGER_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._linger_timer, self._quiet_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)


def protocols_for(config: ServerConfig) -> tuple[type[ControlProtocol], type[DataProtocol]]:
    """uvicorn makes protocol objects itself, so the limits travel on a class made for this server."""
    return type("ControlProtocol", (ControlProtocol,), {"settings": config}), DataProtocol
