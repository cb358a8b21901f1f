"""A real backend in a process of its own, on a port that it keeps: it can be killed and started again."""

import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class BackendProcess:
    """Serves `model`; writes logs, cache and temporary files into `folder`. Use as a context manager."""

    def __init__(self, model: Path, folder: Path, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        self._model = model
        self._folder = folder
        self._options = options
        self.token = secrets.token_urlsafe(32)
        self.port = free_port()
        self.log = folder / "backend.log"
        (folder / "tokens").write_text(hashlib.sha256(self.token.encode()).hexdigest() + "\n")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it listens."""
        environment = os.environ | {"HOME": str(self._folder), "TMPDIR": str(self._folder)}
        command = [sys.executable, "-m", "cloud_backend", "serve", "--model", str(self._model)]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*command, "--port", str(self.port), "--token-file", str(self._folder / "tokens"), *self._options],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line, self.log.read_text()
        assert json.loads(line)["event"] == "listening"

    def serve(self, model: Path) -> None:
        """Start again, with another model on the same port."""
        self._model = model
        self.start()

    def kill(self) -> None:
        """SIGKILL, as a crash would: no goodbye, no flush."""
        child, self._child = self._child, None
        if child is not None:
            child.send_signal(signal.SIGKILL)
            child.wait()
            assert child.stdout is not None
            child.stdout.close()
