"""The short way between a session and its socket, which our own WebSocket protocol class offers in the ASGI scope.

ASGI's way costs a queue and a task switch each way for every message; here both are plain calls on the loop. A host
without the extension is served through ASGI all the same (session.py).
"""

from typing import Protocol

from app.wire.errors import ErrorCode

DIRECT_EXTENSION = "nearhalf.direct"  # key in scope["extensions"]; its "socket" is a DirectSocket


class Receiver(Protocol):
    """Whom a socket tells what the peer sends."""

    def judge(self, untrusted_header: bytes) -> int:
        """The header of a message that is still under way: its payload's length. Raises WireError to refuse it."""

    def take(self, untrusted: bytes | None) -> None:
        """A whole message, None for a text. Raises nothing."""

    def end(self, code: ErrorCode, limit: int = 0) -> None:
        """The message under way was refused: tell the peer."""


class DirectSocket(Protocol):
    """A socket without ASGI in between. Closing goes through ASGI."""

    @property
    def stalled_since_s(self) -> float:
        """Since when (time.monotonic) the peer has left what we wrote unread; infinity where it reads."""

    def attach(self, receiver: Receiver) -> None:
        """From now on `receiver` hears every message. Before the upgrade is accepted."""

    def write(self, message: bytes) -> bool:
        """Write one binary message now; False, and nothing is written, where earlier bytes wait or the peer is gone."""

    def abort(self) -> None:
        """Drop the socket without flushing."""
