"""One thread computes for all sessions, first come first served (FACTS.md, Transport).

Why a thread of our own: `run_in_executor` costs 109 us an exchange, this queue 2-50 us. Why first come first served
is fair: a session has at most one item in the queue, so with n sessions each waits for at most n - 1 others.

Contract of an item: `call` runs on the engine thread. Its result (or its exception) reaches `on_done` on the loop that
submitted it. Only then `after` runs on the engine thread; where `after` fails, `on_done` hears of that too, as a second
call with the exception. Urgent items (freeing a cache) run before all waiting ones. After `stop`, items are dropped
unheard: the sessions that wait for them are being closed.

Each item names the segment it waits at, so that a later scheduler can run together all items that wait at the same one.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

NO_SEGMENT = -1  # opening and freeing a cache belong to no segment


@dataclass(slots=True)
class Outcome:
    """What became of an item: `error` is None where `call` returned. seconds: time on the engine thread."""

    value: object = None
    error: Exception | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class WorkItem:
    """One piece of work. segment: index of the tap it runs up to, or NO_SEGMENT."""

    call: Callable[[], object]
    on_done: Callable[[Outcome], None]
    loop: asyncio.AbstractEventLoop
    after: Callable[[], None] | None = None
    segment: int = NO_SEGMENT


class EngineThread:
    """A queue and the one thread that empties it."""

    def __init__(self, name: str = "engine") -> None:
        self._queue: SimpleQueue[WorkItem | None] = SimpleQueue()
        self._urgent: deque[WorkItem] = deque()
        self._stopping = False
        self._is_working = False
        self._worked_s = 0.0  # when work last ended, time.perf_counter
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Items in the queue, about."""
        return self._queue.qsize()

    def idle_s(self) -> float:
        """Seconds since work last ended; 0 while there is some. About, and from any thread."""
        return 0.0 if self._is_working else time.perf_counter() - self._worked_s

    def start(self) -> None:
        self._thread.start()

    def submit(self, item: WorkItem) -> None:
        """Queue an item behind all others."""
        self._queue.put(item)

    def submit_urgent(self, item: WorkItem) -> None:
        """Run an item before all that wait."""
        self._urgent.append(item)
        self._queue.put(None)

    def stop(self, timeout_s: float) -> bool:
        """Drop what waits and end the thread; False where it was still computing after `timeout_s`."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            item = self._queue.get()
            while self._urgent:
                self._work(self._urgent.popleft())
            if self._stopping:
                return
            if item is not None:
                self._work(item)

    def _work(self, item: WorkItem) -> None:
        self._is_working = True
        started = time.perf_counter()
        outcome = Outcome()
        try:
            outcome.value = item.call()
        except Exception as error:  # noqa: BLE001 - judged by the session loop, which alone knows what it means
            outcome.error = error
        outcome.seconds = time.perf_counter() - started
        post_outcome(item.loop, item.on_done, outcome)
        if item.after is not None and outcome.error is None:
            try:
                item.after()
            except Exception as error:  # noqa: BLE001 - likewise
                post_outcome(item.loop, item.on_done, Outcome(error=error))
        self._worked_s = time.perf_counter()
        self._is_working = False


def post_outcome(loop: asyncio.AbstractEventLoop, on_done: Callable[[Outcome], None], outcome: Outcome) -> None:
    """Hand `outcome` to its loop. A loop that has closed has no session left to tell."""
    try:
        loop.call_soon_threadsafe(on_done, outcome)
    except RuntimeError:
        if not loop.is_closed():
            raise
