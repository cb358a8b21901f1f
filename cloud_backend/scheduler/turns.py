"""A thread for work that can wait: training. It takes turns between sessions, a slice (one layer) each.

Chat goes first: this thread has the lowest priority of the operating system, and it stands still between slices while
the engine thread works: up to three times as long as the slice took, so that training keeps a quarter of its pace
however busy chat is. Priority alone is not enough: caches and the interpreter's lock know none, and outside Linux a
maths library's threads do not inherit it (docs/lab-log.md, "Split training").

Contract of a turn: `work` makes a generator on this thread; each pause of it is the end of a slice. Its end, or its
exception, reaches `on_done` on the loop that submitted it, and `seconds` is what its slices took. A session has at most
one turn here at a time, so each waits for at most one slice of every other. `remove` drops the owner's turn unheard, at
the next pause, and then runs `free`, whose end `on_done` hears. After `stop`, turns are dropped unheard.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

from cloud_backend.scheduler.engine_thread import Outcome, post_outcome
from cloud_backend.scheduler.priority import lower_own_priority

_LONGEST_WAIT = 3.0  # slices
_QUIET_S = 0.02  # between two tokens of a chat the device needs a few milliseconds
_LOOK_S = 0.002


@dataclass(slots=True, eq=False)
class Turn:
    """owner: whose it is, compared by identity."""

    owner: object
    work: Callable[[], Iterator[None]]
    on_done: Callable[[Outcome], None]
    loop: asyncio.AbstractEventLoop
    slices: Iterator[None] | None = None
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(slots=True, eq=False)
class _Removal:
    owner: object
    free: Callable[[], None]
    on_done: Callable[[Outcome], None]
    loop: asyncio.AbstractEventLoop


class TurnsThread:
    """A ring of turns and the one thread that goes round it."""

    def __init__(self, engine_idle_s: Callable[[], float], name: str = "tuning") -> None:
        """engine_idle_s: how long chat has had nothing to compute; any thread."""
        self._queue: SimpleQueue[Turn | _Removal | None] = SimpleQueue()
        self._engine_idle_s = engine_idle_s
        self._ring: deque[Turn] = deque()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, turn: Turn) -> None:
        self._queue.put(turn)

    def remove(
        self,
        owner: object,
        free: Callable[[], None],
        on_done: Callable[[Outcome], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Drop the owner's turn at the next pause of whatever runs, then call `free`."""
        self._queue.put(_Removal(owner, free, on_done, loop))

    def stop(self, timeout_s: float) -> bool:
        """Drop all turns and end the thread; False where a slice was still running after `timeout_s`."""
        self._stopping.set()
        self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        lower_own_priority()
        while not self._stopping.is_set():
            if not self._ring or not self._queue.empty():
                self._take(self._queue.get())
            else:
                started = time.perf_counter()
                self._slice(self._ring.popleft())
                self._wait_for_chat(_LONGEST_WAIT * (time.perf_counter() - started))
        self._ring.clear()

    def _wait_for_chat(self, longest_s: float) -> None:
        until_s = time.perf_counter() + longest_s
        while self._engine_idle_s() < _QUIET_S and time.perf_counter() < until_s and not self._stopping.is_set():
            time.sleep(_LOOK_S)

    def _take(self, item: Turn | _Removal | None) -> None:
        if isinstance(item, Turn):
            self._ring.append(item)
        elif item is not None:
            self._ring = deque(turn for turn in self._ring if turn.owner is not item.owner)
            outcome = Outcome()
            try:
                item.free()
            except Exception as error:  # noqa: BLE001 - judged by the session loop, which alone knows what it means
                outcome.error = error
            post_outcome(item.loop, item.on_done, outcome)

    def _slice(self, turn: Turn) -> None:
        started = time.perf_counter()
        is_done = True
        try:
            if turn.slices is None:
                turn.slices = turn.work()
            next(turn.slices)
            is_done = False
        except StopIteration:
            pass
        except Exception as error:  # noqa: BLE001 - likewise
            turn.outcome.error = error
        turn.outcome.seconds += time.perf_counter() - started
        if not is_done:
            self._ring.append(turn)
            return
        turn.slices = None
        post_outcome(turn.loop, turn.on_done, turn.outcome)
