"""Python's cyclic garbage, collected on the GUI thread only, and between events.

Python's own collector runs in whichever thread happens to allocate, and in the middle of whatever that is. In a process
with a window both are wrong. A thread that colours code destroyed text documents and widgets: their destructors give up
the interpreter's lock, and the GUI thread went on with objects half taken down (a segmentation fault inside
`processEvents`; docs/lab-log.md, 2026-11-23). And Qt may be in the middle of an event of the window that is collected.

So it is switched off, and a timer does its work. Young objects each second: below 1 ms while a reply streams. All that
came after the start when nothing else goes on: 20 ms for a chat with 10,000 messages. What the start left (most of it
torch's and Qt's modules) is frozen, and looked at only when the person has been away for a while, for it takes 0.2 s.
"""

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer

EVERY_MS = 1000
YOUNG_OBJECTS = 700  # fewer are not worth a round: Python's own threshold
QUIET_TURNS = 8  # of the event loop in a round, at most: this timer and a blinking caret make 5, a reply 30
FULL_AFTER_ROUNDS = 10
FULL_QUIET_S = 2.0
FULL_AT_LATEST_S = 600.0  # where it is never quiet
ALL_QUIET_S = 30.0


class Collector(QObject):
    """Automatic collection ends when this is made; `start` begins the rounds. On the GUI thread."""

    def __init__(self, parent: QObject, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        super().__init__(parent)
        gc.disable()
        self._clock = clock
        self._turns = 0
        self._rounds = 0  # since the last full collection
        self._has_changed = True  # since the last of everything
        self._is_asked = False
        self._looked_at = self._full_at = clock()
        self._quiet_s = 0.0
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """The window stands: what is there now stays, nearly all of it."""
        gc.freeze()
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None
        dispatcher.awake.connect(self.note_turn)
        self._looked_at = self._full_at = self._clock()
        self._timer.start()

    def stop(self) -> None:
        """No more rounds; automatic collection stays off, for other threads may still run."""
        self._timer.stop()
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is not None:
            dispatcher.awake.disconnect(self.note_turn)

    def note_turn(self) -> None:
        """The event loop has something to do."""
        self._turns += 1

    def ask_for_all(self) -> None:
        """Everything in the next round: what was let go of must not wait in memory until the person is away."""
        self._is_asked = True

    def look(self) -> None:
        """One round: collect what is worth it now."""
        now = self._clock()
        passed_s, self._looked_at = now - self._looked_at, now
        is_late = passed_s > 2 * EVERY_MS / 1000  # the GUI thread was busy, or the computer asleep
        is_quiet = self._turns <= QUIET_TURNS and not is_late
        self._turns = 0
        self._quiet_s = self._quiet_s + passed_s if is_quiet else 0.0
        self._has_changed |= not is_quiet
        if gc.get_count()[0] > YOUNG_OBJECTS:
            gc.collect(0)
            self._rounds += 1
        if self._is_asked or (self._has_changed and self._quiet_s >= ALL_QUIET_S):
            self.collect_all()
        elif self._rounds and self._is_full_due(now):
            gc.collect()
            self._note_full()

    def collect_all(self) -> None:
        """The frozen too: nothing that was let go of is left. Takes up to 0.3 s."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._has_changed = self._is_asked = False
        self._note_full()

    def _is_full_due(self, now: float) -> bool:
        is_time = self._rounds >= FULL_AFTER_ROUNDS and self._quiet_s >= FULL_QUIET_S
        return is_time or now - self._full_at >= FULL_AT_LATEST_S

    def _note_full(self) -> None:
        self._rounds, self._full_at = 0, self._clock()
