"""The data channel: one WebSocket to one backend, on the caller's thread (implements core.ports.Channel).

DESIGN.md section 5. It does not know what a frame means: bytes out, bytes in, one after the other.
One channel is one connection; after a loss, make another.
"""

import secrets
import threading
import time
from collections import deque

from app.domain.backend import Backend
from app.domain.clearance import Gate, Purpose
from app.domain.errors import AppError, ConnectionLost
from app.domain.ids import NO_MESSAGE, MessageId
from app.net.stream import CONNECT_TIMEOUT_S
from app.net.websocket import GatedWebSocket

KEEP_ALIVE_S = 10.0  # how often to call keep_alive: half of the time in which servers usually expect a pong

_PONG_TIMEOUT_S = 10.0
_GOODBYE_TIMEOUT_S = 0.5
_GIVE_UP_TIMEOUT_S = 2.0
_IDLE_S = 0.5  # after so long a silence, what came meanwhile is read before anything is written


class DataChannel:
    """One exchange at a time; `abort` at any time, from any thread.

    Raises SettingsError for an address or a file of authorities that cannot be used.
    """

    def __init__(self, backend: Backend, gate: Gate, *, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._link = GatedWebSocket(backend, gate)
        self._connect_timeout_s = connect_timeout_s
        self._lock = threading.Lock()
        self._early: deque[bytes] = deque()  # messages that came unasked: only ever a reason why the session ends
        self._last_s = 0.0

    def connect(self) -> None:
        """Open the WebSocket. Raises NotCleared, LedgerError, ConnectionLost, BackendRefused, BackendError."""
        with self._lock:
            try:
                self._link.connect(self._connect_timeout_s)
                self._last_s = time.monotonic()
            except BaseException:
                self._link.drop()
                raise

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        """Write one frame and wait for the next message, `timeout_s` seconds in all.

        Where the backend has sent a message of its own accord meanwhile (why it ends the session), that is returned and
        nothing more is written. Raises ConnectionLost, LedgerError, NotCleared; BackendError for an answer too large.
        """
        link = self._link
        with self._lock:
            try:
                link.begin(purpose, message)
                now = time.monotonic()
                if link.has_unread or now - self._last_s > _IDLE_S:
                    self._drain()
                if self._early:
                    return self._early.popleft()
                try:
                    link.write_message(data, timeout_s)
                except ConnectionLost:
                    self._drain()  # a backend that stops reading may have said why
                    if self._early:
                        return self._early.popleft()
                    raise
                answer = link.receive(now + timeout_s)
                self._last_s = time.monotonic()
                return answer
            except BaseException:
                link.drop()
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
        self._link.abort()

    def close(self) -> None:
        """Say goodbye and close; never raises."""
        if not self._lock.acquire(timeout=_GOODBYE_TIMEOUT_S):
            self.abort()
            if not self._lock.acquire(timeout=_GIVE_UP_TIMEOUT_S):
                return  # the thread inside is looking up a name; it finds the channel aborted and lets the socket go
        try:
            self._link.begin(Purpose.CLOSE, NO_MESSAGE)
            self._link.write_close(_GOODBYE_TIMEOUT_S)
            deadline_s = time.monotonic() + _GOODBYE_TIMEOUT_S
            while True:  # until the peer's own close, which raises
                self._link.receive(deadline_s)
        except AppError:
            pass  # the goodbye was answered, or it does not matter any more
        finally:
            self._link.drop()
            self._lock.release()

    def _ping(self, purpose: Purpose, timeout_s: float) -> float:
        link = self._link
        try:
            link.begin(purpose, NO_MESSAGE)
            self._drain()
            if self._early:
                return 0.0  # the backend has ended the session; the next exchange says why
            token = secrets.token_bytes(8)
            started_s = time.monotonic()
            link.write_ping(token, timeout_s)
            while link.pong != token:
                if (message := link.receive_step(started_s + timeout_s)) is not None:
                    self._early.append(message)
            self._last_s = time.monotonic()
            return self._last_s - started_s
        except BaseException:
            link.drop()
            raise

    def _drain(self) -> None:
        """Handle what came meanwhile, without waiting. Raises ConnectionLost, unless a message came that tells more."""
        try:
            while (message := self._link.receive_pending()) is not None:
                self._early.append(message)
        except ConnectionLost:
            self._link.drop()
            if not self._early:
                raise
