"""Garbage is collected on the GUI thread only, and what takes time only when nothing else goes on."""

import gc
import weakref
from collections.abc import Iterator
from threading import Thread, get_ident

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui import collector as rules
from app.ui.collector import Collector


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Rounds:
    """A collector whose seconds pass at once, and what each of them collects."""

    def __init__(self, parent: QObject, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clock = Clock()
        self.collector = Collector(parent, self._clock)
        self.done: list[str] = []
        monkeypatch.setattr(gc, "get_count", lambda: (self.young, 0, 0))
        monkeypatch.setattr(
            gc, "collect", lambda generation=2: self.done.append("young" if generation == 0 else "full")
        )
        monkeypatch.setattr(gc, "unfreeze", lambda: self.done.append("unfreeze"))
        monkeypatch.setattr(gc, "freeze", lambda: self.done.append("freeze"))
        self.young = 0

    def sleep(self, seconds: float) -> None:
        self._clock.now_s += seconds

    def seconds(self, count: int, *, turns: int, young: int) -> list[str]:
        """What is collected in so many seconds with so many turns of the event loop and new objects in each."""
        self.done.clear()
        for _ in range(count):
            self._clock.now_s += 1.0
            self.young = young
            for _ in range(turns):
                self.collector.note_turn()
            self.collector.look()
        return list(self.done)


@pytest.fixture
def automatic() -> Iterator[None]:
    """As Python starts: a collection wherever an allocation calls for one; and as it was, afterwards."""
    was_on = gc.isenabled()
    gc.enable()
    yield
    if was_on:
        gc.enable()
    else:
        gc.disable()


@pytest.fixture
def rounds(qapp: QApplication, automatic: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rounds]:
    made = Rounds(qapp, monkeypatch)
    yield made
    made.collector.deleteLater()


def test_a_qt_object_in_a_cycle_dies_on_the_gui_thread_whoever_allocates(
    qtbot: QtBot, qapp: QApplication, automatic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "EVERY_MS", 10)
    died_on: list[int] = []
    monkeypatch.setattr(rules, "FULL_AT_LATEST_S", 0.0)
    collector = Collector(qapp)
    collector.start()
    timer = QTimer()
    cycle: list[object] = [timer]
    cycle.append(cycle)
    watch = weakref.ref(timer, lambda _: died_on.append(get_ident()))
    del timer, cycle

    def allocate() -> None:
        kept = [[number] for number in range(100_000)]  # a hundred times what sets Python's own collector off
        kept.clear()

    busy = Thread(target=allocate)
    busy.start()
    busy.join()
    assert died_on == []
    assert watch() is not None
    young = [[number] for number in range(2 * rules.YOUNG_OBJECTS)]
    try:
        qtbot.waitUntil(lambda: bool(died_on))
    finally:
        collector.stop()
        collector.deleteLater()
    assert died_on == [get_ident()]
    del young


def test_automatic_collection_is_off(rounds: Rounds) -> None:
    assert not gc.isenabled()


def test_while_a_reply_streams_only_young_objects_are_collected(rounds: Rounds) -> None:
    assert rounds.seconds(300, turns=60, young=1000) == ["young"] * 300
    assert rounds.seconds(100, turns=60, young=50) == []


def test_a_pause_is_enough_for_what_came_since_the_start(rounds: Rounds) -> None:
    rounds.seconds(20, turns=60, young=1000)
    assert rounds.seconds(1, turns=3, young=0) == []
    assert rounds.seconds(1, turns=3, young=0) == ["full"]
    assert rounds.seconds(5, turns=3, young=0) == []


def test_once_the_person_is_away_everything_is_collected_once(rounds: Rounds) -> None:
    rounds.seconds(1, turns=60, young=0)
    assert rounds.seconds(600, turns=3, young=0) == ["unfreeze", "full", "freeze"]
    rounds.seconds(1, turns=60, young=0)
    assert rounds.seconds(29, turns=3, young=0) == []
    assert rounds.seconds(1, turns=3, young=0) == ["unfreeze", "full", "freeze"]


def test_what_a_lock_leaves_is_collected_at_once(rounds: Rounds) -> None:
    rounds.collector.ask_for_all()
    assert rounds.seconds(5, turns=60, young=0) == ["unfreeze", "full", "freeze"]


def test_it_never_waits_for_longer_than_ten_minutes(rounds: Rounds) -> None:
    assert rounds.seconds(1200, turns=60, young=1000).count("full") == 2


def test_a_computer_that_slept_has_not_been_quiet(rounds: Rounds) -> None:
    rounds.seconds(5, turns=60, young=0)
    rounds.sleep(8 * 3600.0)
    assert rounds.seconds(1, turns=3, young=0) == []


def test_nothing_is_collected_in_the_middle_of_a_test_with_a_window(qapp: QApplication) -> None:
    """tests/conftest.py does it between tests; without that, test processes died."""
    assert not gc.isenabled()
