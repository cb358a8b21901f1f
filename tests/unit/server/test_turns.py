"""The tuning thread: turns slice by slice, removal at the next pause, an end that is heard exactly once."""

import asyncio
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from cloud_backend.scheduler.engine_thread import Outcome
from cloud_backend.scheduler.turns import Turn, TurnsThread

LONG_S = 30.0


class Ring:
    """A TurnsThread on a running loop; `log` is what its slices wrote."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.engine_idle_s = math.inf
        self.asked = 0  # times that the engine was looked at
        self.thread = TurnsThread(self._look)
        self.loop = asyncio.get_running_loop()

    def _look(self) -> float:
        self.asked += 1
        return self.engine_idle_s

    def slices(self, name: str, count: int, fault: Exception | None = None) -> Callable[[], Iterator[None]]:
        def work() -> Iterator[None]:
            try:
                for number in range(count):
                    self.log.append(f"{name}{number}")
                    yield
                if fault is not None:
                    raise fault
            except GeneratorExit:
                self.log.append(f"{name} closed")

        return work

    def submit(self, owner: object, work: Callable[[], Iterator[None]]) -> asyncio.Future[Outcome]:
        done: asyncio.Future[Outcome] = self.loop.create_future()
        self.thread.submit(Turn(owner, work, done.set_result, self.loop))
        return done

    def remove(self, owner: object, free: Callable[[], None]) -> asyncio.Future[Outcome]:
        done: asyncio.Future[Outcome] = self.loop.create_future()
        self.thread.remove(owner, free, done.set_result, self.loop)
        return done


def on_a_ring(test: Callable[[Ring], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        async def whole() -> None:
            ring = Ring()
            try:
                await asyncio.wait_for(test(ring), LONG_S)
            finally:
                assert ring.thread.stop(LONG_S)

        asyncio.run(whole())

    run.__name__ = test.__name__
    return run


@on_a_ring
async def test_turns_go_round(ring: Ring) -> None:
    both = [ring.submit(1, ring.slices("a", 3)), ring.submit(2, ring.slices("b", 2))]
    ring.thread.start()
    outcomes = await asyncio.gather(*both)
    assert ring.log == ["a0", "b0", "a1", "b1", "a2"]
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert ring.asked >= 5, "after every slice"


@on_a_ring
async def test_training_stands_still_while_chat_computes_but_not_for_ever(ring: Ring) -> None:
    ring.engine_idle_s = 0.0

    def work() -> Iterator[None]:
        for _ in range(3):
            time.sleep(0.02)
            yield

    ring.thread.start()
    assert (await ring.submit(1, work)).error is None
    assert ring.asked > 3, "it looked again and again"


@on_a_ring
async def test_a_fault_reaches_its_owner_alone(ring: Ring) -> None:
    fault = ValueError("mine")
    both = [ring.submit(1, ring.slices("a", 1, fault)), ring.submit(2, ring.slices("b", 3))]
    ring.thread.start()
    first, second = await asyncio.gather(*both)
    assert (first.error, second.error) == (fault, None)
    assert "b2" in ring.log


@on_a_ring
async def test_removal_drops_the_turn_unheard_and_then_frees(ring: Ring) -> None:
    reached, go = threading.Event(), threading.Event()

    def work() -> Iterator[None]:
        try:
            reached.set()
            assert go.wait(LONG_S)
            yield
            ring.log.append("went on")
        finally:
            ring.log.append("closed")

    ring.thread.start()
    heard = ring.submit(1, work)
    await asyncio.to_thread(reached.wait, LONG_S)
    freed = ring.remove(1, lambda: ring.log.append("freed"))
    go.set()
    assert (await freed).error is None
    assert ring.log == ["closed", "freed"]
    assert not heard.done()


@on_a_ring
async def test_a_fault_while_freeing_is_heard(ring: Ring) -> None:
    def free() -> None:
        raise ValueError("stuck")

    ring.thread.start()
    assert isinstance((await ring.remove(1, free)).error, ValueError)


@on_a_ring
async def test_stop_drops_what_waits(ring: Ring) -> None:
    endless = ring.submit(1, ring.slices("a", 10**9))
    ring.thread.start()
    while not ring.log:
        await asyncio.sleep(0.001)
    assert ring.thread.stop(LONG_S)
    assert not endless.done()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a thread's priority")
def test_work_runs_with_the_lowest_priority() -> None:
    found: list[int] = []

    @on_a_ring
    async def look(ring: Ring) -> None:
        def work() -> Iterator[None]:
            found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            yield

        ring.thread.start()
        await ring.submit(1, work)

    look()
    assert found == [19]
