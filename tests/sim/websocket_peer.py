"""Real-socket peers for the data channel: an echo over the websockets library, and a raw one that plays a script."""

import base64
import hashlib
import http
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

TOKEN = "test-token-7f3a9c"

Handler = Callable[[ServerConnection], None]
Script = Callable[[socket.socket], None]


def echo(connection: ServerConnection) -> None:
    """Send every message back until the peer leaves."""
    try:
        for message in connection:
            connection.send(message)
    except ConnectionClosed:
        pass


def _check_token(connection: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "no\n")
    return None


@contextmanager
def websocket_peer(handler: Handler = echo, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A WebSocket server that wants TOKEN; yields its port."""
    server: Server = serve(
        handler,
        "127.0.0.1",
        0,
        ssl=context,
        compression=None,
        max_size=None,
        ping_interval=None,
        process_request=_check_token,
    )
    thread = threading.Thread(target=server.serve_forever, name="websocket-peer")
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join(5)


@contextmanager
def raw_peer(script: Script, *, upgrade: bool = True) -> Iterator[int]:
    """Accept one connection, answer its upgrade (unless told not to), then play `script`; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def play() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(10)
            try:
                if upgrade:
                    connection.sendall(accept_upgrade(read_request(connection)))
                script(connection)
            except OSError:
                pass

    thread = threading.Thread(target=play, name="raw-peer")
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield port
    finally:
        with socket.socket() as waker:
            waker.connect_ex(("127.0.0.1", port))
        listener.close()
        thread.join(12)


def read_request(connection: socket.socket) -> bytes:
    """Bytes up to the empty line that ends a request."""
    request = b""
    while b"\r\n\r\n" not in request and (data := connection.recv(65_536)):
        request += data
    return request


def accept_upgrade(request: bytes) -> bytes:
    """The 101 answer to an upgrade (RFC 6455, 4.2.2)."""
    key = next(line[19:] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key: "))
    digest = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return head + b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n"


def server_frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """One unmasked WebSocket frame."""
    first = bytes([(0x80 if fin else 0) | opcode])
    if len(payload) < 126:
        return first + bytes([len(payload)]) + payload
    if len(payload) < 65_536:
        return first + b"\x7e" + len(payload).to_bytes(2) + payload
    return first + b"\x7f" + len(payload).to_bytes(8) + payload
