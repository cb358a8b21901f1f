"""The one door between threads and Qt: events come in on any thread, and go out on the GUI thread, in order.

A reply may bring hundreds of events a second. They wait in a queue, and the window is told at most UPDATES_PER_S times
a second: neighbouring pieces of text become one, and of counters only the latest is kept. The first event after a pause
is delivered at once.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.core.events import Event, HistoryChanged, Message, PromptProgressed, TextAdded, TrafficChanged

UPDATES_PER_S = 30


@dataclass(frozen=True, slots=True)
class HistoryReplaced:
    """HistoryChanged with the messages as they were then, so that text which comes later isn't counted twice."""

    messages: tuple[Message, ...]


ShownEvent = Event | HistoryReplaced


def merged(events: Iterable[ShownEvent]) -> list[ShownEvent]:
    """The same story in fewer events: neighbouring texts of a message joined, a counter replaced by its next value."""
    result: list[ShownEvent] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, TextAdded) and isinstance(last, TextAdded) and last.message_id == event.message_id:
            result[-1] = replace(last, text=last.text + event.text)
        elif isinstance(event, TrafficChanged | PromptProgressed) and type(last) is type(event):
            result[-1] = event
        elif isinstance(event, TextAdded) and isinstance(last, TrafficChanged) and _joins(result, event):
            earlier = result[-2]
            assert isinstance(earlier, TextAdded)
            result[-2] = replace(earlier, text=earlier.text + event.text)
        else:
            result.append(event)
    return result


def _joins(result: list[ShownEvent], event: TextAdded) -> bool:
    """A counter between two pieces of the same text keeps them apart only in time."""
    earlier = result[-2] if len(result) > 1 else None
    return isinstance(earlier, TextAdded) and earlier.message_id == event.message_id


class Bridge(QObject):
    """`post` from any thread; `delivered` on the thread that made the bridge. After `close` nothing is delivered."""

    delivered = Signal(object)  # ShownEvent
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[ShownEvent] = deque()
        self._lock = Lock()
        self._is_woken = False
        self._is_closed = False
        self._read_messages: Callable[[], tuple[Message, ...]] | None = None
        self._last_delivery_s = 0.0
        self._pause = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._deliver)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def read_messages_with(self, read: Callable[[], tuple[Message, ...]]) -> None:
        """How to read the history at the moment when it changes, on the thread that changed it."""
        self._read_messages = read

    def post(self, event: Event) -> None:
        """Any thread. Never blocks, never raises."""
        shown: ShownEvent = event
        if isinstance(event, HistoryChanged) and self._read_messages is not None:
            shown = HistoryReplaced(self._read_messages())
        with self._lock:
            if self._is_closed:
                return
            self._waiting.append(shown)
            must_wake, self._is_woken = not self._is_woken, True
        if must_wake:
            self._woken.emit()

    def close(self) -> None:
        """GUI thread. What still waits is dropped, and the timer stops."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
        self._pause.stop()

    @Slot()
    def _wake(self) -> None:
        wait_s = self._last_delivery_s + 1 / UPDATES_PER_S - time.monotonic()
        if wait_s <= 0:
            self._deliver()
        elif not self._is_closed:
            self._pause.start(max(1, round(wait_s * 1000)))

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            events, self._is_woken = merged(self._waiting), False
            self._waiting.clear()
        self._last_delivery_s = time.monotonic()
        for event in events:
            self.delivered.emit(event)
