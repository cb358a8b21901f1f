"""The one gate: every byte that leaves or reaches this computer passes here, and is in the ledger before it goes on.

DESIGN.md section 4, "One gate". It opens no socket and starts nothing. What it lets out:
- HTTP: a GET of one of the app's own routes, with no query and no body, whose headers all have a known name and a value
  of that header's form. There is no place in it for words.
- WebSocket: a Nearhalf frame of a kind that goes up, which the gate itself masks and wraps (message.py); or a ping, a
  pong or a close that carries exactly the content it was told.
- To hosts on its list, and only while the ledger can be written. To the address of a release feed: only the request
  for it, without a token, where the person asked for an update check.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path

from app.domain.clearance import Clearance, ClearedPayload, Direction, NotCleared, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import MessageId
from app.privacy.guard import grant_connection
from app.privacy.kept import HTTP_PURPOSES, Kept, KeptContent, Totals
from app.privacy.ledger import Entry, Ledger
from app.privacy.message import FrameForms, Wrapping, carries, refusal
from app.privacy.request import is_known_request
from app.wire.frames import Kind

WINDOW_BYTES = 32 * 2**20
_HTTP_REQUEST_BYTES = 16 * 2**10
_CONTROL_CONTENT_BYTES = 125  # RFC 6455, 5.5: of a ping, a pong or a close

_FRAME_PURPOSES = frozenset({Purpose.SESSION, Purpose.GENERATE, Purpose.REPLAY, Purpose.MEASURE, Purpose.TUNE})
_CLOSE, _PING, _PONG = 0x88, 0x89, 0x8A  # first byte of a whole WebSocket frame
_CONTROL_PURPOSES = {
    _CLOSE: frozenset({Purpose.CLOSE}),
    _PING: frozenset({Purpose.KEEPALIVE, Purpose.MEASURE}),
    _PONG: frozenset({Purpose.KEEPALIVE}),
}
_KIND_AT, _TAP = 4, int(Kind.TAP)  # where a frame's header has its kind
_UP, _DOWN = Direction.UP, Direction.DOWN


class PrivacyGate:
    """Implements domain.clearance.Gate over one ledger. Safe for several threads."""

    def __init__(self, ledger: Ledger, *, window_bytes: int = WINDOW_BYTES) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._allowed: dict[str, str] = {}  # host:port -> the path that its routes begin with
        self._feed = ("", "")  # host:port and path of the release feed: one request, and nothing else, may go there
        self._kept = Kept(window_bytes)
        self._forms = FrameForms()
        self._wrapping = Wrapping()
        # taps that arrived: recorded with their answers, when all of this code is in the processor's caches once more,
        # which costs a third of recording each by itself (docs/lab-log.md)
        self._taps: deque[Entry] = deque()
        self._run: Clearance | None = None  # what the last frame was for: its host is allowed, its purpose a frame's

    def allow(self, host: str, base_path: str = "") -> None:
        """Let bytes go to `host` (host:port), to routes under `base_path`: the person chose this backend."""
        with self._lock:
            self._allowed = self._allowed | {host: base_path}

    def allow_feed(self, host: str, path: str) -> None:
        """Let update checks go to this one address, and nothing but them: the person asked for it."""
        with self._lock:
            self._feed = (host, path)

    def disallow(self, host: str) -> None:
        """Refuse `host` from now on, open connections included."""
        with self._lock:
            self._allowed = {name: path for name, path in self._allowed.items() if name != host}
            self._run = None

    def next_connection(self, host: str) -> int:
        """A number for a socket about to be opened. Raises NotCleared, LedgerError.

        A ledger that failed is tried again here: a new connection is what a person asks for after freeing the disk.
        """
        if host != self._feed[0]:
            self._base_path(host)
        with self._lock:
            if self._ledger.failure:
                self._ledger.reopen()
            self._record_taps()
            number = self._ledger.announce_connection(host)
        name, _, port = host.rpartition(":")
        grant_connection(name, int(port))
        return number

    def clear_message(self, content: bytes, clearance: Clearance) -> ClearedPayload:
        """Judge, wrap and record a frame that is about to leave. Raises NotCleared, LedgerError."""
        with self._lock:
            if clearance is not self._run:
                self._judge_run(clearance)
            self._forms.judge_up(content)
            data = self._wrapping.wrap(content)
            entries: list[Entry] = [(_UP, clearance, content, data, True, time.time_ns())]
            if self._taps:
                entries.insert(0, self._taps.popleft())
            first = self._ledger.append(entries)
            self._kept.note(first, entries)
            return ClearedPayload(data, first + len(entries) - 1)

    def clear(self, data: bytes, content: bytes, clearance: Clearance) -> ClearedPayload:
        """Judge and record a request or a control frame that is about to leave. Raises NotCleared, LedgerError."""
        _judge(data, content, clearance, self._base_path(clearance.host, clearance.purpose))
        with self._lock:
            self._record_taps()
            return ClearedPayload(data, self._record((_UP, clearance, content, data, False, time.time_ns())))

    def received(self, data: bytes, content: bytes, clearance: Clearance) -> None:
        """Record bytes that arrived: the next run of the connection's byte stream. Raises LedgerError."""
        is_frame = clearance.purpose in _FRAME_PURPOSES and self._forms.begins_with_header(content)
        entry = (_DOWN, clearance, content, data, is_frame, time.time_ns())
        if is_frame and content[_KIND_AT] == _TAP and not self._taps:
            self._taps.append(entry)
            return
        with self._lock:
            self._record_taps()
            self._record(entry)

    def totals(self, message: MessageId) -> Totals:
        """Frames and wire bytes of one message so far."""
        with self._lock:
            return self._kept.totals(message)

    def kept(self) -> tuple[KeptContent, ...]:
        """What the latest entries carried, oldest first, as far back as the window reaches."""
        with self._lock:
            return self._kept.contents()

    def content(self, entry: int) -> bytes | None:
        """What one entry of the ledger carried; None where its content is no longer kept."""
        with self._lock:
            return self._kept.content(entry)

    def first_kept(self) -> int | None:
        """The oldest entry whose content is still kept; all later ones have theirs."""
        with self._lock:
            return self._kept.first()

    @property
    def ledger_path(self) -> Path:
        """The file really used."""
        return self._ledger.path

    @property
    def ledger_failure(self) -> str:
        """Why nothing can be written to the ledger, and so nothing is sent; empty while all is well."""
        return self._ledger.failure

    def forget(self) -> None:
        """Drop every kept content: the app was locked, or the person wants it gone."""
        with self._lock:
            self._kept.forget()

    def erase(self, messages: Collection[MessageId]) -> int:
        """Forget what these messages of a chat sent: kept contents, totals, and what the ledgers say of them.

        A tombstone stays (docs/ledger-format.md, "Erasure"). Returns how many entries were erased. Raises LedgerError
        where not all of it could be; to try again is harmless.
        """
        with self._lock:
            if not self._ledger.failure:
                self._record_taps()
            self._kept.forget_messages(messages)
            if self._ledger.failure:
                self._ledger.reopen()
            return self._ledger.erase(messages) + self._ledger.erase_beside(messages)

    def begin_anew(self, delete: Callable[[], None]) -> None:
        """Let go of the ledger while `delete` takes it away with all the rest, and begin a fresh one.

        Nothing can leave meanwhile. Raises what `delete` raises; the next send says where no ledger could be begun.
        """
        with self._lock:
            self._taps.clear()
            self._kept.forget_all()
            self._ledger.let_go()
            try:
                delete()
            finally:
                try:
                    self._ledger.begin_anew()
                except LedgerError:
                    pass

    def close(self) -> None:
        """Close the ledger and forget the contents: nothing is sent after this."""
        with self._lock:
            if not self._ledger.failure:
                self._record_taps()
            self._taps.clear()
            self._kept.forget()
            self._ledger.close()

    def _base_path(self, host: str, purpose: Purpose | None = None) -> str:
        """The path under which its routes lie. Raises NotCleared."""
        feed_host, feed_path = self._feed
        if purpose is Purpose.UPDATE_CHECK and host == feed_host:
            return feed_path
        base_path = self._allowed.get(host) if purpose is not Purpose.UPDATE_CHECK else None
        if base_path is None:
            raise NotCleared(
                f"Nothing was sent to {host}: it is not a backend of this app.",
                "Add it first, with `nearhalf backend add`.",
            )
        return base_path

    def _judge_run(self, clearance: Clearance) -> None:
        """Raises NotCleared where no frame may leave for this."""
        self._base_path(clearance.host)
        if clearance.purpose not in _FRAME_PURPOSES:
            raise refusal("a frame was said to be something else")
        self._run = clearance

    def _record_taps(self) -> None:
        while self._taps:
            self._record(self._taps.popleft())

    def _record(self, entry: Entry) -> int:
        number = self._ledger.append((entry,))
        self._kept.add(number, (entry,))
        return number


def _judge(data: bytes, content: bytes, clearance: Clearance, base_path: str) -> None:
    """Raises NotCleared where `data` is neither a request nor a control frame that may leave."""
    purpose = clearance.purpose
    first = data[0] if data else 0
    if first in _CONTROL_PURPOSES and purpose in _CONTROL_PURPOSES[first]:
        if len(content) > _CONTROL_CONTENT_BYTES:
            raise refusal("a control frame is too long")
        if not carries(data, content):
            raise refusal("the bytes do not carry what they were said to carry")
    elif data.startswith(b"GET /") and purpose in HTTP_PURPOSES:
        if len(data) > _HTTP_REQUEST_BYTES or data.find(b"\r\n\r\n") != len(data) - 4 or content != data:
            raise refusal("a request carries more than its headers")
        if not is_known_request(data, purpose, clearance.host, base_path):
            raise refusal("a request is none of those that this app makes")
    else:
        raise refusal("they are neither a request nor a control frame of the protocol")
