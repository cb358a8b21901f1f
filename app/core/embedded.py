"""The built-in backend: the same program that an operator runs, as a child process on loopback (DESIGN.md section 7).

Contract: `start` gives a backend that answers, with a fresh token and port each time the child starts, or raises. It
may be called again at any time, and starts the child anew where it has died. The child ends with us, however we end: it
holds the read end of a pipe on its standard input and takes that pipe's end as its sign to stop. `stop` returns when no
process or thread of ours is left.
"""

import contextlib
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO
from urllib.parse import urlsplit

import app
from app.core.services import Report
from app.device.pack_facts import check_format
from app.domain.backend import Backend
from app.domain.errors import BackendError, Cancelled, ModelError, SettingsError
from app.privacy.guard import granted_child
from app.storage.backends import checked_url, is_loopback
from app.storage.bounded_log import BoundedLog

NAME = "built-in"
START_TIMEOUT_S = 120.0
STOP_GRACE_S = 3.0
_REPORT_EVERY_S = 2.0
_LINE_LIMIT_BYTES = 65_536

ROOT = Path(app.__file__).resolve().parent.parent  # where `cloud_backend` lies beside `app`


def backend_command() -> list[str]:
    """The program that serves a model, without arguments. In a frozen app it is a second program beside the first."""
    if getattr(sys, "frozen", False):
        own = Path(sys.executable)
        return [str(own.with_name("nearhalf-cloud" + own.suffix))]
    return [sys.executable, "-m", "cloud_backend"]


class EmbeddedBackend:
    """One child process serving one model folder. May be used from any thread."""

    def __init__(
        self,
        model: Path,
        *,
        log: Path,
        command: Callable[[], Sequence[str]] = backend_command,
        start_timeout_s: float = START_TIMEOUT_S,
        kernels: Path | None = None,
    ) -> None:
        """`log` is where the child's own words go (bounded); the token's hash lies beside it while the child runs.

        kernels: where the child keeps machine code that it compiled; None leaves that to the child.
        """
        self._model = model.absolute()
        self._log = log.absolute()
        self._command = command
        self._start_timeout_s = start_timeout_s
        self._kernels = kernels
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._child: _Child | None = None
        self._backend: Backend | None = None

    @property
    def is_running(self) -> bool:
        child = self._child
        return child is not None and child.is_alive

    def start(
        self, report: Report = lambda sentence: None, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Backend:
        """The running backend; started first where it is not running. `report` gets a sentence every two seconds.

        Raises ModelError where there is no prepared model, BackendError where the child ends or stays silent, and
        Cancelled where `stop` is called or `is_cancelled` says so meanwhile.
        """
        with self._lock:
            if self._backend is not None and self.is_running:
                return self._backend
            self._end_child()
            _check_model(self._model / "manifest.json")
            token = secrets.token_urlsafe(32)
            self._child = _Child(self._command(), self._model, token, self._log, self._kernels)
            try:
                url = self._wait_until_it_listens(self._child, report, is_cancelled)
            except BaseException:
                self._end_child()
                raise
            self._backend = Backend(NAME, url, token)
            return self._backend

    def stop(self) -> None:
        """End the child: close its standard input, wait, terminate, kill. Never raises; harmless where nothing runs."""
        self._stopping.set()
        try:
            with self._lock:
                self._end_child()
        finally:
            self._stopping.clear()

    def _end_child(self) -> None:
        child, self._child, self._backend = self._child, None, None
        if child is not None:
            child.end()

    def _wait_until_it_listens(self, child: "_Child", report: Report, is_cancelled: Callable[[], bool]) -> str:
        began_s = time.monotonic()
        next_report_s = 0.0
        while True:
            waited_s = time.monotonic() - began_s
            if self._stopping.is_set() or is_cancelled():
                raise Cancelled
            if waited_s > self._start_timeout_s:
                raise self._failure(f"The built-in backend did not answer within {self._start_timeout_s:.0f} s.")
            if waited_s >= next_report_s:
                report(f"Starting the built-in backend: loading the model ({waited_s:.0f} s).")
                next_report_s += _REPORT_EVERY_S
            alive = child.is_alive  # asked first: what a child wrote before it ended is in the queue afterwards
            try:
                return self._checked(child.lines.get(timeout=0.1))
            except Empty:
                if not alive:
                    raise self._failure(
                        f"The built-in backend ended while it was starting (status {child.status})."
                    ) from None

    def _checked(self, untrusted_url: str) -> str:
        try:
            url = checked_url(untrusted_url)
        except SettingsError as error:
            raise self._failure("The built-in backend named an address that is not one.") from error
        if not is_loopback(urlsplit(url).hostname or ""):
            raise self._failure("The built-in backend listens beyond this computer, which it must not.")
        return url

    def _failure(self, message: str) -> BackendError:
        return BackendError(message, f"Try again; its log may say why: {self._log}")


def _check_model(manifest: Path) -> None:
    """Raises ModelError where there is no prepared model, or one that another version prepared. Whether it is whole is
    for the child to say."""
    advice = "Run start.py again; it fetches and converts the model."
    if not manifest.is_file():
        raise ModelError(f"There is no prepared model in {manifest.parent}.", advice)
    try:
        check_format(int(json.loads(manifest.read_text(encoding="utf-8"))["format"]))
    except ModelError as error:
        raise ModelError(error.message, advice) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return


class _Child:
    """The process, its token file, and the two threads that read what it writes."""

    def __init__(self, command: Sequence[str], model: Path, token: str, log: Path, kernels: Path | None) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()  # the addresses that it says it listens on
        self._token_file = _write_hash(token, log.parent)
        serve = ["serve", "--model", str(model), "--host", "127.0.0.1", "--port", "0"]
        arguments = [*command, *serve, "--token-file", str(self._token_file), "--stop-with-parent"]
        environment = {name: value for name, value in os.environ.items() if name != "NEARHALF_TOKEN"}
        if kernels is not None:
            environment.setdefault("NUMBA_CACHE_DIR", str(kernels.absolute()))
        try:
            self._process = _start(arguments, environment)
        except OSError as error:
            self._token_file.unlink(missing_ok=True)
            raise BackendError(
                f"The built-in backend cannot be started: {error.strerror or error}.",
                "The installation seems incomplete: run start.py again.",
            ) from error
        self._threads = (
            threading.Thread(target=self._read_lines, args=(self._process.stdout,), name="backend stdout", daemon=True),
            threading.Thread(
                target=_copy, args=(self._process.stderr, BoundedLog(log)), name="backend log", daemon=True
            ),
        )
        for thread in self._threads:
            thread.start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        return self._process.poll()

    def end(self) -> None:
        """Ask, then insist. Returns when the process is gone and the threads have read its last words."""
        _close(self._process.stdin)
        for insist in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(STOP_GRACE_S)
                break
            except subprocess.TimeoutExpired:
                insist()
        self._process.wait()
        for thread in self._threads:
            thread.join(STOP_GRACE_S)
        _close(self._process.stdout)
        _close(self._process.stderr)
        with contextlib.suppress(OSError):
            self._token_file.unlink(missing_ok=True)

    def _read_lines(self, stream: IO[bytes]) -> None:
        """Read to the end, so that the child never waits for a full pipe."""
        while line := stream.readline(_LINE_LIMIT_BYTES):
            try:
                event = json.loads(line)
                if event["event"] == "listening":
                    self.lines.put(str(event["url"]))
            except (ValueError, TypeError, KeyError):
                continue


def _start(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start in a group of its own: Ctrl+C in the terminal is for the app, and would end the backend with its reply.

    Not in a session of its own: there Linux would forget how nice we are (app/main/low_priority.py)."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        flags = 0
    with granted_child():
        return subprocess.Popen(
            arguments,
            cwd=ROOT,  # `-m` looks there first, and the person's own folder may hold a file called torch.py
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=flags,
            process_group=0 if os.name == "posix" else None,
        )


def _write_hash(token: str, folder: Path) -> Path:
    """The token's SHA-256 in a 0600 file. It stays while the child runs: a file that is gone would admit nobody."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="backend-", suffix=".hash", dir=folder)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(hashlib.sha256(token.encode()).hexdigest() + "\n")
    return Path(name)


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.close()


def _copy(stream: IO[bytes], log: BoundedLog) -> None:
    while line := stream.readline(_LINE_LIMIT_BYTES):
        log.write(line)
