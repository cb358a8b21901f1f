"""See what is in a report: exactly that is copied and saved, and nothing else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.report_cleaning import Kind, Section
from app.domain.errors import StorageError
from app.ui import report_window
from app.ui.report_window import ReportWindow
from app.ui.theme import Theme

SECTIONS = (
    Section("versions", "Nearhalf 1"),
    Section("log", "a line\nanother Line", Counter({Kind.HOST: 2, Kind.FOLDER: 1})),
)


@pytest.fixture
def report(qtbot: QtBot, theme: Theme) -> Iterator[ReportWindow]:
    window = ReportWindow(theme, lambda: SECTIONS)
    window.show()
    qtbot.waitUntil(lambda: len(window.boxes) == 2, timeout=30_000)
    yield window
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_whole_text_is_shown_with_what_was_taken_out(report: ReportWindow) -> None:
    assert report.text.toPlainText() == "== versions ==\nNearhalf 1\n\n== log ==\na line\nanother Line\n"
    assert report.removed.text() == "Hosts and addresses: 2\nFolders and files: 1"


def test_what_is_shown_is_what_is_copied_and_saved(
    report: ReportWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.boxes[0].setChecked(False)
    shown = report.text.toPlainText()
    assert shown == "== log ==\na line\nanother Line\n"
    report.copy.click()
    assert QGuiApplication.clipboard().text() == shown
    monkeypatch.setattr(report_window, "choose_to_save", lambda *_: tmp_path / "report.txt")
    report.save.click()
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == shown
    assert report.outcome.text() == "Saved."


def test_unticked_parts_take_their_removals_with_them(report: ReportWindow) -> None:
    report.boxes[1].setChecked(False)
    assert report.removed.text() == "Nothing had to be."
    report.boxes[0].setChecked(False)
    assert report.text.toPlainText() == ""
    assert not report.copy.isEnabled() and not report.save.isEnabled()


def test_it_can_be_searched(qtbot: QtBot, report: ReportWindow) -> None:
    qtbot.keyClicks(report.search, "line")
    assert report.found.text().startswith("2")
    first = report.text.textCursor().position()
    qtbot.keyClick(report.search, Qt.Key.Key_Return)
    assert report.text.textCursor().position() > first
    qtbot.keyClick(report.search, Qt.Key.Key_Return)
    assert report.text.textCursor().position() == first  # from the start again
    report.search.setText("Quillfeather")
    assert report.found.text() == "Not in it"


def test_a_file_that_cannot_be_written_is_said(
    report: ReportWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_window, "choose_to_save", lambda *_: tmp_path / "nowhere" / "report.txt")
    report.save.click()
    assert "could not be saved" in report.outcome.text()


@pytest.mark.allow_warning_logs
def test_a_report_that_cannot_be_made_is_said(qtbot: QtBot, theme: Theme) -> None:
    def fail() -> tuple[Section, ...]:
        raise StorageError("The log cannot be read.", "Try again.")

    window = ReportWindow(theme, fail)
    window.show()
    qtbot.waitUntil(lambda: "cannot be read" in window.outcome.text(), timeout=30_000)
    assert not window.copy.isEnabled()
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
