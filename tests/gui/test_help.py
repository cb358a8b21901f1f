"""Help without a network: the guides that come with the app, readable, and nothing else to be done with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from pytestqt.qtbot import QtBot

from app.ui.help_window import GUIDES, HelpWindow, unwrapped
from app.ui.link_dialog import LinkDialog
from app.ui.theme import Theme


@pytest.fixture
def window(theme: Theme) -> Iterator[HelpWindow]:
    window = HelpWindow(theme)
    window.show()
    yield window
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_every_guide_in_the_list_came_with_the_app(window: HelpWindow) -> None:
    assert set(window._files) == set(window._titles())
    assert all((GUIDES / name).stat().st_size < 200_000 for name in window._files)


def test_pages_are_shown_from_their_beginning(qtbot: QtBot, window: HelpWindow) -> None:
    assert window.view.plain_text().startswith("Help\n")
    window.list.setFocus()
    qtbot.keyClick(window.list, Qt.Key.Key_Down)
    assert window.view.plain_text().startswith("What leaves your device\n")
    assert window.view.verticalScrollBar().value() == 0
    assert not window.view.last_foot.isVisible() and not window.view.jump.isVisible()


def test_words_are_found_in_a_page(qtbot: QtBot, window: HelpWindow) -> None:
    qtbot.keyClicks(window.search, "redaction")
    assert window.found.text().startswith("1 of ")
    qtbot.keyClicks(window.search, "xyz")
    assert window.found.text() == "Not in it"
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    assert window.isVisible()


def test_a_link_asks_first(window: HelpWindow) -> None:
    window.view.link_requested.emit("https://example.org")
    (asking,) = window.findChildren(LinkDialog)
    asking.reject()


def test_a_copy_without_guides_says_so(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    window = HelpWindow(theme, folder=tmp_path)
    assert "did not come with this copy" in window.view.plain_text()
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_help_is_an_action_with_a_key(qtbot: QtBot, open_window) -> None:
    window, _ = open_window()
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(window.findChildren(HelpWindow)), timeout=30_000)
    (shown,) = window.findChildren(HelpWindow)
    shown.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc\nd", "a b\n\nc d"),
        ("# a\nb\nc", "# a\nb c"),
        ("- a\n  b\n- c", "- a b\n- c"),
        ("1. a\n   b\n2. c", "1. a b\n2. c"),
        ("| a |\n|---|\n| b |\nc", "| a |\n|---|\n| b |\nc"),
        ("a\n\n    x\n    y\n\nb\nc", "a\n\n    x\n    y\n\nb c"),
        ("```\nx\ny\n```\na\nb", "```\nx\ny\n```\na b"),
        ("> a\n> b", "> a\n> b"),
    ],
)
def test_paragraphs_become_one_line_and_the_rest_stays(text: str, expected: str) -> None:
    assert unwrapped(text) == expected
