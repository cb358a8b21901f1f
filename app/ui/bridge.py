"""The one door between threads and Qt: events come in on any thread, and go out on the GUI thread, in order.

A reply may bring hundreds of events a second. They wait in a queue, and the window is told at most UPDATES_PER_S times
a second: neighbouring pieces of text become one, and of counters only the latest is kept. The first event after a pause
is delivered at once.
"""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.core.events import ChatsChanged, Event, PromptProgressed, TextAdded, TrafficChanged

UPDATES_PER_S = 30


def merged(events: Iterable[Event]) -> list[Event]:
    """The same story in fewer events: neighbouring texts of a message joined, a counter replaced by its next value."""
    result: list[Event] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, TextAdded) and isinstance(last, TextAdded) and last.message_id == event.message_id:
            result[-1] = replace(last, text=last.text + event.text)
        elif isinstance(event, TrafficChanged | PromptProgressed | ChatsChanged) and type(last) is type(event):
            result[-1] = event
        elif isinstance(event, TextAdded) and isinstance(last, TrafficChanged) and _joins(result, event):
            earlier = result[-2]
            assert isinstance(earlier, TextAdded)
            result[-2] = replace(earlier, text=earlier.text + event.text)
        else:
            result.append(event)
    return result


def _joins(result: list[Event], event: TextAdded) -> bool:
    """A counter between two pieces of the same text keeps them apart only in time."""
    earlier = result[-2] if len(result) > 1 else None
    return isinstance(earlier, TextAdded) and earlier.message_id == event.message_id


class Bridge(QObject):
    """`post` from any thread; `delivered` on the thread that made the bridge. After `close` nothing is delivered."""

    delivered = Signal(object)  # Event
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Event] = deque()
        self._lock = Lock()
        self._is_woken = False
        self._is_closed = False
        self._last_delivery_s = 0.0
        self._pause = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._deliver)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        """Any thread. Never blocks, never raises."""
        with self._lock:
            if self._is_closed:
                return
            self._waiting.append(event)
            must_wake, self._is_woken = not self._is_woken, True
            if must_wake:  # under the lock: `close` may be followed by the end of this object
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
            if not self._is_closed:  # an event may have led to the lock
                self.delivered.emit(event)
