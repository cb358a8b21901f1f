import asyncio
import threading
import time
from collections.abc import Callable

from cloud_backend.scheduler.engine_thread import EngineThread, Outcome, WorkItem


def _run(scenario: Callable[[EngineThread, list[str]], object]) -> list[str]:
    """Let `scenario` submit items while the engine is held back; the order in which things then happened."""

    async def main() -> list[str]:
        thread = EngineThread()
        heard: list[str] = []
        gate = threading.Event()
        loop = asyncio.get_running_loop()
        thread.start()
        thread.submit(WorkItem(lambda: gate.wait(5), lambda outcome: None, loop))
        scenario(thread, heard)
        done = loop.create_future()
        thread.submit(WorkItem(lambda: None, lambda outcome: done.set_result(None), loop))
        gate.set()
        await done
        await asyncio.sleep(0)
        assert thread.stop(5)
        return heard

    return asyncio.run(main())


def _item(heard: list[str], name: str, *, after: str = "", fails: bool = False, after_fails: bool = False) -> WorkItem:
    def call() -> str:
        heard.append(f"{name} runs in {threading.current_thread().name}")
        if fails:
            raise ValueError(name)
        return name

    def finish() -> None:
        heard.append(after)
        if after_fails:
            raise KeyError(name)

    def on_done(outcome: Outcome) -> None:
        assert threading.current_thread() is threading.main_thread()
        heard.append(f"{name} gave {outcome.value or type(outcome.error).__name__}")

    return WorkItem(call, on_done, asyncio.get_running_loop(), finish if after else None)


def _runs(heard: list[str]) -> list[str]:
    return [line.split()[0] for line in heard if " runs " in line]


def test_first_come_first_served_and_urgent_before_all() -> None:
    def scenario(thread: EngineThread, heard: list[str]) -> None:
        for name in ("a", "b", "c"):
            thread.submit(_item(heard, name))
        thread.submit_urgent(_item(heard, "free"))

    heard = _run(scenario)
    assert _runs(heard) == ["free", "a", "b", "c"]
    assert all("in engine" in line for line in heard if " runs " in line)


def test_error_reaches_its_own_item_and_the_thread_goes_on() -> None:
    def scenario(thread: EngineThread, heard: list[str]) -> None:
        thread.submit(_item(heard, "bad", fails=True, after="never"))
        thread.submit(_item(heard, "good"))

    heard = _run(scenario)
    assert "bad gave ValueError" in heard
    assert "good gave good" in heard
    assert "never" not in heard


def test_overlap_runs_once_the_result_is_on_its_way_and_its_error_is_heard() -> None:
    def scenario(thread: EngineThread, heard: list[str]) -> None:
        thread.submit(_item(heard, "z", after="overlap", after_fails=True))

    heard = _run(scenario)
    assert [line for line in heard if line.startswith("z gave")] == ["z gave z", "z gave KeyError"]


def test_result_does_not_wait_for_the_overlap() -> None:
    async def main() -> float:
        thread = EngineThread()
        thread.start()
        loop = asyncio.get_running_loop()
        heard = loop.create_future()
        started = time.monotonic()
        thread.submit(
            WorkItem(lambda: 1, lambda outcome: heard.set_result(time.monotonic()), loop, after=lambda: time.sleep(0.5))
        )
        waited = await heard - started
        thread.stop(5)
        return float(waited)

    assert asyncio.run(main()) < 0.4


def test_result_for_a_loop_that_has_closed_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    thread = EngineThread()
    loop.close()
    thread.start()
    thread.submit(WorkItem(lambda: 1, lambda outcome: None, loop))
    time.sleep(0.05)
    assert thread.is_alive
    assert thread.stop(5)
