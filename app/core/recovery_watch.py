"""Keeps the person's limit on recovery: measures after each reply, and refuses the next message above the limit.

Only where the backend in use has a limit (the built-in one has none: its operator is the person). Measuring runs in a
thread of its own, well under a second for an ordinary message; whoever sends meanwhile is asked to wait a moment. What
cannot be measured counts as above the limit: the person wanted to be sure.
"""

import threading
from collections.abc import Callable

from app.core.events import Event, ReplyEnded
from app.domain.backend import Backend
from app.domain.errors import AppError, SettingsError
from app.domain.ids import MessageId
from app.privacy.recovery.limit import RecoveryGuard

Measure = Callable[[MessageId], float | None]
"""The share (0 to 1) of the words of the message behind a reply that its frames give away; None: it cannot be said."""


class RecoveryWatch:
    """`hear` is a listener of Conversations, `check` what the Library asks before anything is sent. Any thread."""

    def __init__(self, measure: Measure, *, in_place: bool = False) -> None:
        """in_place: measure on the thread that brings the end of a reply, where the next message comes at once."""
        self._measure = measure
        self._in_place = in_place
        self._guard = RecoveryGuard()
        self._lock = threading.Lock()
        self._asked: MessageId | None = None  # the person's message that was measured last
        self._share = 0.0
        self._thread: threading.Thread | None = None

    def use(self, backend: Backend | None) -> None:
        """Another backend from now on (None: the built-in one), or another limit for it."""
        self._guard.set_limit(backend.recovery_limit_percent if backend is not None else None)
        self.start_anew()

    def start_anew(self) -> None:
        """What is sent is made differently from now on (redaction was switched on): what was measured says nothing."""
        with self._lock:
            self._asked = None
        self._guard.start_anew()

    def hear(self, event: Event) -> None:
        """Returns at once, unless it measures in place."""
        if not isinstance(event, ReplyEnded) or self._guard.limit_percent is None:
            return
        asked = event.message.parent if event.message is not None else None
        if self._in_place:
            self._run(event.message_id, asked)
            return
        thread = threading.Thread(target=self._run, args=(event.message_id, asked), name="nearhalf-recovery")
        self._thread = thread
        thread.start()

    def check(self) -> None:
        """Raises SettingsError where the next message may not be sent. Returns at once."""
        if self._guard.limit_percent is not None and self._thread is not None and self._thread.is_alive():
            raise SettingsError(
                "How much of your last message could be rebuilt is still being measured, and you have set a limit.",
                "Send again in a moment.",
            )
        self._guard.check()

    def close(self) -> None:
        """Wait for a measurement under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, reply: MessageId, asked: MessageId | None) -> None:
        try:
            share = self._measure(reply)
        except AppError:
            share = None
        with self._lock:
            if share is not None and asked is not None and asked == self._asked:
                share = max(share, self._share)  # another reply to it, for which little of it had to be sent again
            self._asked, self._share = asked, share or 0.0
        self._guard.measured(share)
