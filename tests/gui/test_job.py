"""Work in a thread: what it holds is let go of on the GUI thread, and nobody is called who is gone."""

import threading
import weakref

import pytest
import shiboken6
from PySide6.QtCore import QObject

from app.domain.errors import AppError, Cancelled
from app.ui.job import Job, on_gui_thread
from app.ui.latest import Latest


class Holder:
    """Python alone; says on which thread it ended."""

    def __init__(self, ended_on: list[threading.Thread]) -> None:
        self._ended_on = ended_on

    def answer(self) -> int:
        return 7

    def __del__(self) -> None:
        self._ended_on.append(threading.current_thread())


def test_the_answer_comes_on_the_gui_thread_when_the_thread_has_ended(qtbot) -> None:
    owner, told = QObject(), []
    job = Job("test", lambda: threading.current_thread(), owner)
    job.start(lambda thread: told.append((thread, threading.current_thread(), job.is_running)), told.append)
    qtbot.waitUntil(lambda: bool(told))
    worker, teller, was_running = told[0]
    assert teller is threading.main_thread()
    assert worker is not teller
    assert not was_running


@pytest.mark.allow_warning_logs
@pytest.mark.parametrize("raised", [AppError("No."), Cancelled(), ValueError("no")])
def test_any_exception_ends_as_an_error_in_words(qtbot, raised: Exception) -> None:
    def refuse() -> None:
        raise raised

    errors, owner = [], QObject()
    Job("test", refuse, owner).start(lambda _: errors.append(None), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    (error,) = errors
    assert isinstance(error, AppError)
    assert raised in (error, error.__cause__)


def test_the_work_tells_the_gui_thread_how_far_it_is(qtbot) -> None:
    owner, told = QObject(), []

    def hear(*words: object) -> None:
        told.append((*words, threading.current_thread()))

    tell = on_gui_thread(owner, hear)

    def work() -> str:
        for number in range(3):
            tell(number, "of 3")
        return "done"

    Job("test", work, owner).start(hear, hear)
    qtbot.waitUntil(lambda: len(told) == 4)
    gui = threading.main_thread()
    assert told == [(0, "of 3", gui), (1, "of 3", gui), (2, "of 3", gui), ("done", gui)]


def test_nobody_hears_of_the_work_or_its_end_whose_owner_is_gone(qtbot) -> None:
    owner, told, go_on = QObject(), [], threading.Event()
    tell = on_gui_thread(owner, told.append)
    job = Job("test", lambda: go_on.wait(30) and tell("a word"), owner)
    job.start(told.append, told.append)
    shiboken6.delete(owner)
    go_on.set()
    assert job.wait(30)
    qtbot.wait(20)
    assert told == []


def test_what_the_work_holds_is_let_go_of_on_the_gui_thread(qtbot) -> None:
    """Widgets may hang on it: with the last reference they end where it ends."""
    owner, told, ended_on = QObject(), [], []
    Job("test", Holder(ended_on).answer, owner).start(told.append, told.append)
    qtbot.waitUntil(lambda: bool(ended_on))
    assert told == [7]
    assert ended_on == [threading.main_thread()]


def test_a_question_may_hold_the_last_reference_to_whoever_asked(qtbot) -> None:
    """This once deleted the job, its parents with it, and with them the job once more: a segmentation fault."""

    class Asking(QObject):
        def __init__(self) -> None:
            super().__init__()
            self._latest = Latest("test", 0, self)

        def ask(self) -> None:
            self._latest.ask(lambda: self and go_on.wait(5))

    go_on = threading.Event()
    asking = Asking()
    asking.ask()
    ended = weakref.ref(asking)
    qtbot.waitUntil(lambda: ended()._latest._job is not None)
    del asking
    assert ended() is not None
    go_on.set()
    qtbot.waitUntil(lambda: ended() is None)
