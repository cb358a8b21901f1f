"""Keeps the person's limit on recovery: measures after each reply, and refuses the next message above the limit.

Only where the backend in use has a limit (the built-in one has none: its operator is the person). Measuring runs in a
thread of its own, well under a second for an ordinary message; whoever sends meanwhile is asked to wait a moment. What
cannot be measured counts as above the limit: the person wanted to be sure. What was measured holds for the way in which
that message was made ready (as it is, or with names and numbers replaced), so that switching redaction on begins anew.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from app.core.events import Event, ReplyEnded
from app.domain.backend import Backend
from app.domain.errors import AppError
from app.domain.ids import ChatId, MessageId
from app.privacy.recovery.limit import RecoveryGuard, SendingRefused, StillMeasuring

Measure = Callable[[MessageId], float | None]
"""The share (0 to 1) of the words of the message behind a reply that its frames give away; None: it cannot be said."""

WayOf = Callable[[ChatId], Hashable]
"""What is replaced in a chat before anything is sent; None: nothing. Quick; may be called with the Library's lock."""


@dataclass(frozen=True, slots=True)
class _Ended:
    reply: MessageId
    asked: MessageId | None  # the person's message that it answers
    way: Hashable


class RecoveryWatch:
    """`hear` is a listener of Conversations, `check` what the Library asks before anything is sent. Any thread."""

    def __init__(self, measure: Measure, *, in_place: bool = False, way_of: WayOf = lambda chat: None) -> None:
        """in_place: measure on the thread that brings the end of a reply, where the next message comes at once."""
        self._measure = measure
        self._in_place = in_place
        self._way_of = way_of
        self._guard = RecoveryGuard()
        self._lock = threading.Lock()
        self._backend: Backend | None = None
        self._sent: tuple[ChatId, Hashable] | None = None  # what is under way, and how it was made ready
        self._last: _Ended | None = None
        self._asked: MessageId | None = None  # the person's message that was measured last
        self._share = 0.0
        self._thread: threading.Thread | None = None

    @property
    def backend(self) -> Backend | None:
        """The one in use; None: the built-in one."""
        return self._backend

    @property
    def limit_percent(self) -> int | None:
        return self._guard.limit_percent

    def use(self, backend: Backend | None) -> None:
        """Another backend from now on (None: the built-in one), or another limit for it: then the last message counts
        at once, also where it was sent before there was a limit."""
        before, self._backend = self._backend, backend
        had_limit = self._guard.limit_percent is not None
        self._guard.set_limit(backend.recovery_limit_percent if backend is not None else None)
        if backend is None or before is None or (before.name, before.url) != (backend.name, backend.url):
            self.start_anew()
            return
        with self._lock:
            last = self._last
        if last is not None and not had_limit and self._guard.limit_percent is not None:
            self._begin(last)

    def start_anew(self) -> None:
        """What is sent goes elsewhere, or is made differently from now on: what was measured says nothing."""
        with self._lock:
            self._asked = self._last = self._sent = None
        self._guard.start_anew()

    def hear(self, event: Event) -> None:
        """Returns at once, unless it measures in place."""
        if not isinstance(event, ReplyEnded):
            return
        asked = event.message.parent if event.message is not None else None
        with self._lock:
            sent, self._sent = self._sent, None
        way = sent[1] if sent is not None and sent[0] == event.chat else self._way_of(event.chat)
        ended = _Ended(event.message_id, asked, way)
        with self._lock:
            self._last = ended
        if self._guard.limit_percent is not None:
            self._begin(ended)

    def check(self, chat: ChatId) -> None:
        """Raises SendingRefused where the next message of this chat may not be sent. Returns at once."""
        way = self._way_of(chat)
        refused = self._refusal(way)
        if refused is not None:
            raise refused
        with self._lock:
            self._sent = chat, way

    def refusal(self, chat: ChatId | None) -> SendingRefused | None:
        """What `check` would say, once nothing is being measured; None as a chat: one that replaces nothing."""
        if self._guard.limit_percent is None:
            return None
        return self._guard.refusal(self._way_of(chat) if chat is not None else None)

    def close(self) -> None:
        """Wait for a measurement under way."""
        if self._thread is not None:
            self._thread.join()

    def _refusal(self, way: Hashable) -> SendingRefused | None:
        if self._guard.limit_percent is not None and self._thread is not None and self._thread.is_alive():
            return StillMeasuring()
        return self._guard.refusal(way)

    def _begin(self, ended: _Ended) -> None:
        if self._in_place:
            self._run(ended)
            return
        thread = threading.Thread(target=self._run, args=(ended,), name="nearhalf-recovery")
        self._thread = thread
        thread.start()

    def _run(self, ended: _Ended) -> None:
        try:
            share = self._measure(ended.reply)
        except AppError:
            share = None
        with self._lock:
            if self._last != ended:  # another backend meanwhile
                return
            if share is not None and ended.asked is not None and ended.asked == self._asked:
                share = max(share, self._share)  # another reply to it, for which little of it had to be sent again
            self._asked, self._share = ended.asked, share or 0.0
            self._guard.measured(share, ended.way)
