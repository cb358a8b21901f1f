"""A small backend for the control channel: models, device packs with ranges, /livez. Plain http.server."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.sim.websocket_peer import TOKEN


@dataclass
class ControlState:
    """What the peer serves; tests change it. `requests` are (path, Range header)."""

    pack: bytes = b""
    announced_sha256: str = ""
    models_body: bytes | None = None
    status: int = 0  # answer everything with this instead
    location: str = ""
    announced_bytes: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)

    def models(self) -> bytes:
        if self.models_body is not None:
            return self.models_body
        model: dict[str, Any] = {
            "format": 2,
            "id": "sim model/1",
            "architecture": "llama",
            "layers": 30,
            "hidden_size": 576,
            "vocab_size": 49_152,
            "max_positions": 8192,
            "backbone_sha256": "ab" * 32,
            "pack_sha256": self.announced_sha256 or hashlib.sha256(self.pack).hexdigest(),
            "pack_bytes": self.announced_bytes or max(len(self.pack), 1),
            "dtype": "bf16",
            "projection_rows": {"q": 576, "k": 192, "v": 192},
            "recipes": [{"name": "svd", "version": 1, "sha256": "cd" * 32, "rank": 128}],
            "limits": {"max_rows": 512, "max_positions": 2048, "idle_timeout_s": 60, "step_timeout_s": 30},
        }
        return json.dumps({"models": [model]}).encode()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is what the tests are about."""


@contextmanager
def control_peer(state: ControlState) -> Iterator[int]:
    """Serve `state`; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            state.requests.append((self.path, self.headers.get("Range", "")))
            if state.status:
                self._answer(state.status, b"no", {"Location": state.location} if state.location else {})
            elif self.path == "/livez":
                self._answer(200, b"{}")
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._answer(401, b"no")
            elif self.path == "/v1/models":
                self._answer(200, state.models())
            else:
                self._pack()

        def _pack(self) -> None:
            asked = self.headers.get("Range", "")
            etag = f'"{hashlib.sha256(state.pack).hexdigest()}"'
            if asked and self.headers.get("If-Range") == etag:
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                total = len(state.pack)
                self._answer(206, state.pack[start:], {"Content-Range": f"bytes {start}-{total - 1}/{total}"})
            else:
                self._answer(200, state.pack, {"ETag": etag, "Accept-Ranges": "bytes"})

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

    server = _QuietServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="control-peer")
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
