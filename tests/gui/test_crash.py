"""A bug anywhere: one designed dialog, and the app goes on. And the trap of one version of the binding."""

import sys
import threading
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel

from app.core.report_cleaning import Section
from app.ui.crash import CrashHook
from app.ui.report_window import ReportWindow


@pytest.mark.allow_warning_logs
@pytest.mark.parametrize("where", ["gui", "thread"])
def test_a_bug_anywhere_shows_one_designed_dialog_and_no_traceback(
    qtbot, open_window, theme, tmp_path, caplog, where: str
) -> None:
    window, _ = open_window()
    hook = CrashHook(theme, tmp_path / "app.log", window)
    try:
        error = ValueError("canary sentence")
        if where == "gui":
            sys.excepthook(ValueError, error, None)
            sys.excepthook(ValueError, error, None)
        else:
            arguments = (ValueError, error, None, threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(arguments))
        qtbot.waitUntil(lambda: hook.dialog is not None)
        dialog = hook.dialog
        assert dialog is not None
        words = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert "Something went wrong" in words
        assert "app.log" in words
        assert "canary" not in words + caplog.text
        dialog.accept()
        qtbot.waitUntil(lambda: hook.dialog is None)
    finally:
        hook.remove()


@pytest.mark.allow_warning_logs
def test_a_report_on_it_holds_the_places_and_not_the_words(qtbot, open_window, theme, tmp_path) -> None:
    window, _ = open_window()
    asked: list[str] = []

    def make(crash: str, facts: Sequence[str]) -> tuple[Section, ...]:
        asked.append(crash)
        return (Section("crash", crash), Section("system", "\n".join(facts)))

    hook = CrashHook(theme, tmp_path / "app.log", window, make)
    try:
        try:
            raise ValueError("canary sentence")
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
        qtbot.waitUntil(lambda: hook.dialog is not None)
        dialog = hook.dialog
        dialog.report.click()
        (report,) = dialog.findChildren(ReportWindow)
        qtbot.waitUntil(lambda: len(report.boxes) == 2, timeout=30_000)
        assert "ValueError" in asked[0] and "test_crash.py" in asked[0]
        assert "canary" not in report.text.toPlainText()
        assert "Qt " in report.text.toPlainText()
        report.close()
        dialog.accept()
        qtbot.waitUntil(lambda: hook.dialog is None)
    finally:
        hook.remove()


def test_starting_timers_leaves_the_reference_count_of_none_alone(qapp: QApplication) -> None:
    """PySide6 6.12.0 lost one reference a call on Python 3.11 and died of it (FACTS.md)."""
    timer = QTimer()
    timer.start(1000)
    before = sys.getrefcount(None)
    for _ in range(300):
        timer.start(1000)
    timer.stop()
    assert abs(sys.getrefcount(None) - before) < 100
