"""HTTP whose every byte passes the gate: httpx above, httpcore's HTTP/1.1 between, GatedSocket below.

It follows no redirect, reads no environment and knows no routes (control.py does).
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore
import httpx

from app.domain.clearance import Clearance, Gate, Purpose
from app.domain.errors import BackendError, ConnectionLost
from app.net.address import Address
from app.net.stream import GatedSocket
from app.net.trust import Trust

_UNREADABLE = "The backend answered in a form that this app does not know."
_UPDATE = "Check the backend's address, or update the app or the backend."


class GatedStream(httpcore.NetworkStream):
    """One connection of httpcore. What httpcore writes is cleared, what it reads is recorded."""

    def __init__(
        self,
        link: GatedSocket,
        gate: Gate,
        connection: int,
        host: str,
        purpose: Callable[[], Purpose],
        trust: Trust | None,
    ) -> None:
        self._link = link
        self._gate = gate
        self._connection = connection
        self._host = host
        self._purpose = purpose
        self._trust = trust

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._link.read(max_bytes, _limit(timeout))
        if data:
            self._gate.received(data, data, self._clearance())
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self._link.write(self._gate.clear(buffer, buffer, self._clearance()), _limit(timeout))

    def close(self) -> None:
        self._link.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self._trust is None:
            raise RuntimeError("TLS was asked for at an address without it")
        self._link.start_tls(self._trust, server_hostname or "", _limit(timeout))
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._link.is_readable() if info == "is_readable" else None

    def _clearance(self) -> Clearance:
        return Clearance(self._connection, self._host, self._purpose(), is_tls=self._link.is_tls)


class GatedBackend(httpcore.NetworkBackend):
    """Opens httpcore's connections. `purpose` is what the request under way is for."""

    def __init__(self, gate: Gate, address: Address, trust: Trust | None) -> None:
        self._gate = gate
        self._address = address
        self.trust = trust
        self._link: GatedSocket | None = None
        self.purpose = Purpose.HEALTH

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        connection = self._gate.next_connection(self._address.name)
        link = GatedSocket()
        self._link = link
        link.connect(self._address.host, self._address.port, _limit(timeout))
        return GatedStream(link, self._gate, connection, self._address.name, lambda: self.purpose, self.trust)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def abort(self) -> None:
        """Break off the connection in use, from any thread."""
        if self._link is not None:
            self._link.abort()


class GatedTransport(httpx.BaseTransport):
    """httpx on one kept connection through the gate. Raises AppError only."""

    def __init__(self, backend: GatedBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=backend.trust.context if backend.trust is not None else None,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=10.0,
            http2=False,
            retries=0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = self._pool.handle_request(asked)
        except httpcore.ProtocolError as error:
            raise _broken(error) from error
        assert isinstance(answer.stream, Iterable)
        body = _Body(answer.stream)
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        except httpcore.ProtocolError as error:
            raise _broken(error) from error

    def close(self) -> None:
        if hasattr(self._chunks, "close"):
            self._chunks.close()


def _broken(error: httpcore.ProtocolError) -> BackendError:
    text = str(error)
    if "without sending" in text or "closed connection" in text:  # h11's words for an end in the middle
        return ConnectionLost("The backend closed the connection before its answer was whole.", "Try again.")
    return BackendError(_UNREADABLE, _UPDATE)


def _limit(timeout: float | None) -> float:
    return 30.0 if timeout is None else timeout
