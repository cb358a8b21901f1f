"""Run the app under uvicorn: the limits that uvicorn has, a graceful stop, and one line that says where it listens."""

import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cloud_backend.server.config import ServerConfig
from cloud_backend.server.hosted import largest_message_bytes
from cloud_backend.server.listener import url_of
from cloud_backend.server.protocols import protocols_for
from cloud_backend.server.table import SessionTable

MADE_BY_PARENT = "backend-*.hash"
_REQUEST_HEAD_BYTES = 16 * 1024
_KEEP_ALIVE_S = 20
_GRACE_S = 2
_HARD_STOP_S = 3.0


class BackendServer(uvicorn.Server):
    """uvicorn, except that sessions hear DRAINING before their sockets close, and a stop asked for is exit code 0."""

    def __init__(self, config: uvicorn.Config, table: SessionTable, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._table = table
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._table.drain()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: graceful. A second Ctrl+C: at once."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def make_server(
    app: FastAPI, sock: socket.socket, *, tls: ssl.SSLContext | None = None, announce: Callable[[], None] = lambda: None
) -> BackendServer:
    """A server for `app`, to be run with `sockets=[sock]`."""
    table: SessionTable = app.state.table
    config: ServerConfig = table.config
    http, websocket = protocols_for(config)
    return BackendServer(
        uvicorn.Config(
            app,
            http=http,
            ws=websocket,
            ws_max_size=largest_message_bytes(table.limits),
            ws_max_queue=2,
            ws_ping_interval=config.ping_interval_s,
            ws_ping_timeout=config.ping_timeout_s,
            ws_per_message_deflate=False,
            h11_max_incomplete_event_size=_REQUEST_HEAD_BYTES,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
            ssl_context_factory=(lambda _config, _default: tls) if tls else None,
            access_log=False,
            log_config=None,
            log_level=None,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
        ),
        table,
        announce,
    )


def announce_on_stdout(sock: socket.socket, *, has_tls: bool) -> None:
    """The line that the desktop app waits for."""
    print(json.dumps({"event": "listening", "url": url_of(sock, has_tls=has_tls)}), flush=True)


class ParentWatch:
    """Stop when standard input ends: the parent has gone, however it went (`--stop-with-parent`).

    A parent that was killed could not delete the token file that it made for this process: that is done here. Only a
    file with the name that the app gives such files is deleted; an operator's own is never touched.
    """

    def __init__(self, token_file: Path) -> None:
        self._server: BackendServer | None = None
        self._token_file = token_file
        threading.Thread(target=self._watch, name="parent-watch", daemon=True).start()

    def stop_gracefully(self, server: BackendServer) -> None:
        """From now on there is a server to stop first."""
        self._server = server

    def _watch(self) -> None:
        try:
            # not sys.stdin.buffer: a thread that holds its lock at exit aborts the interpreter
            while sys.stdin is not None and os.read(sys.stdin.fileno(), 4096):
                pass
        except (OSError, ValueError):
            pass  # a closed stdin ended too
        if fnmatch(self._token_file.name, MADE_BY_PARENT):
            with suppress(OSError):
                self._token_file.unlink(missing_ok=True)
        if self._server is not None:
            self._server.should_exit = True
            time.sleep(_HARD_STOP_S)
        os._exit(0)
