"""What the gate remembers in memory, for the panel and the counters: contents of the latest entries, totals a message.

An entry is only noted while its bytes wait to be sent; adding up is done for many entries at once. Nothing of this is
written anywhere. Not safe for several threads; the gate holds the lock.
"""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter

from app.domain.clearance import Clearance, Direction, Purpose
from app.domain.ids import NO_MESSAGE, MessageId
from app.privacy.ledger import Entry

HTTP_PURPOSES = frozenset(
    {
        Purpose.LIST_MODELS,
        Purpose.DEVICE_PACK,
        Purpose.RECIPE,
        Purpose.HEALTH,
        Purpose.UPGRADE,
        Purpose.UPDATE_CHECK,
    }
)
_HTTP_KEPT_BYTES = 16 * 2**10  # of one run: enough for headers and lists; a device pack must not push the frames out
_MESSAGES_COUNTED = 4096
_NOTED = 64  # notes, and they are added up
_BEARER = re.compile(rb"(?i)(authorization:[ \t]*bearer[ \t]+)[^\r\n]*")
_BLANK = rb"\1***"


@dataclass(slots=True)
class Totals:
    """Frames and wire bytes of one message of the chat."""

    frames_up: int = 0
    frames_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


@dataclass(slots=True)
class KeptContent:
    """What one ledger entry carried, kept in memory for the panel. HTTP: its bearer token blanked, its end cut.

    head: the wire bytes before the content (WebSocket's own header; up, the masking key last), so that the whole wire
    bytes, and their hash, can be made again. Empty for HTTP.
    """

    entry: int
    direction: Direction
    purpose: Purpose
    message: MessageId
    content: bytes
    head: bytes = b""


class Kept:
    """A window over the contents of the latest entries: at most `window_bytes`, and what is not yet added up."""

    def __init__(self, window_bytes: int) -> None:
        self._window_bytes = window_bytes
        self._window: deque[tuple[int, Direction, Clearance, bytes, bytes]] = deque()
        self._noted: list[tuple[int, Sequence[Entry]]] = []  # not added up yet
        self._kept_bytes = 0
        self._totals: dict[MessageId, Totals] = {}

    def note(self, first: int, entries: Sequence[Entry]) -> None:
        """Frames were recorded; `first` is the number of the first entry. They are added up later."""
        self._noted.append((first, entries))
        if len(self._noted) >= _NOTED:
            self._add_up()

    def add(self, first: int, entries: Sequence[Entry]) -> None:
        """The same for anything: HTTP's token must not stay."""
        self._noted.append((first, entries))
        self._add_up()

    def totals(self, message: MessageId) -> Totals:
        self._add_up()
        found = self._totals.get(message)
        return Totals(found.frames_up, found.frames_down, found.bytes_up, found.bytes_down) if found else Totals()

    def contents(self) -> tuple[KeptContent, ...]:
        """What the latest entries carried, oldest first, as far back as the window reaches."""
        self._add_up()
        return tuple(
            KeptContent(number, direction, clearance.purpose, clearance.message, content, head)
            for number, direction, clearance, content, head in self._window
        )

    def content(self, entry: int) -> bytes | None:
        """What one entry carried; None where it has gone, or there is none of that number."""
        self._add_up()
        place = bisect_left(self._window, entry, key=itemgetter(0))
        found = self._window[place] if place < len(self._window) else None
        return found[3] if found is not None and found[0] == entry else None

    def first(self) -> int | None:
        """The oldest entry whose content is kept."""
        self._add_up()
        return self._window[0][0] if self._window else None

    def forget(self) -> None:
        """Drop every content; the totals stay."""
        self._add_up()
        self._window.clear()
        self._kept_bytes = 0

    def forget_messages(self, messages: Collection[MessageId]) -> None:
        """Drop contents and totals of these messages."""
        self._add_up()
        self._window = deque(kept for kept in self._window if kept[2].message not in messages)
        self._kept_bytes = sum(len(kept[3]) for kept in self._window)
        for message in messages:
            self._totals.pop(message, None)

    def forget_all(self) -> None:
        """Drop contents and totals."""
        self.forget()
        self._totals.clear()

    def _add_up(self) -> None:
        message, totals = NO_MESSAGE, Totals()  # entries come in runs of one message, and hashing its id is slow
        for first, entries in self._noted:
            for number, (direction, clearance, content, wire, is_frame, _time_ns) in enumerate(entries, first):
                head = wire[: max(len(wire) - len(content), 0)]
                if clearance.purpose in HTTP_PURPOSES:
                    content, head = _BEARER.sub(_BLANK, content[:_HTTP_KEPT_BYTES]), b""
                self._window.append((number, direction, clearance, content, head))
                self._kept_bytes += len(content)
                if clearance.message is NO_MESSAGE:
                    continue
                if clearance.message is not message:
                    message, totals = clearance.message, self._totals_of(clearance.message)
                if direction is Direction.UP:
                    totals.frames_up += is_frame
                    totals.bytes_up += len(wire)
                else:
                    totals.frames_down += is_frame
                    totals.bytes_down += len(wire)
        self._noted.clear()
        while self._kept_bytes > self._window_bytes:
            self._kept_bytes -= len(self._window.popleft()[3])

    def _totals_of(self, message: MessageId) -> Totals:
        totals = self._totals.get(message)
        if totals is None:
            if len(self._totals) >= _MESSAGES_COUNTED:
                del self._totals[next(iter(self._totals))]
            totals = self._totals[message] = Totals()
        return totals
