"""Only the newest question is worth an answer."""

import threading

import pytest
from PySide6.QtCore import QThread

from app.domain.errors import AppError
from app.ui.latest import Latest


def test_an_answer_that_came_too_late_is_dropped(qtbot) -> None:
    latest, answers, go_on = Latest("test", 1), [], threading.Event()
    latest.answered.connect(answers.append)
    latest.ask(lambda: go_on.wait(5) and "old")
    qtbot.waitUntil(lambda: latest._job is not None)
    latest.ask(lambda: "newer")
    latest.ask(lambda: "newest")
    go_on.set()
    qtbot.waitUntil(lambda: answers == ["newest"])
    qtbot.wait(30)
    assert answers == ["newest"]


def test_nothing_comes_after_drop(qtbot) -> None:
    latest, answers, go_on = Latest("test", 1), [], threading.Event()
    latest.answered.connect(answers.append)
    latest.ask(lambda: go_on.wait(5))
    qtbot.waitUntil(lambda: latest._job is not None)
    latest.drop()
    go_on.set()
    qtbot.wait(50)
    assert answers == []
    assert not latest.is_waiting


def test_quick_questions_are_asked_once_and_never_on_the_gui_thread(qtbot) -> None:
    latest, asked, answers = Latest("test", 30), [], []
    latest.answered.connect(answers.append)
    for number in range(5):
        latest.ask(lambda number=number: asked.append((number, QThread.currentThread())) or number)
    qtbot.waitUntil(lambda: answers == [4])
    assert [number for number, _ in asked] == [4]
    assert asked[0][1] is not latest.thread()


@pytest.mark.allow_warning_logs
def test_a_failure_is_told_and_the_next_question_still_answered(qtbot) -> None:
    latest, errors, answers = Latest("test", 1), [], []
    latest.answered.connect(answers.append)
    latest.failed.connect(errors.append)

    def refuse() -> None:
        raise AppError("No.")

    latest.ask(refuse)
    qtbot.waitUntil(lambda: bool(errors))
    latest.ask(lambda: 1)
    qtbot.waitUntil(lambda: answers == [1])
    latest.close()
