"""For people who use a keyboard or a screen reader."""

import re

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.core.events import LinkChanged, LinkState
from app.domain.errors import AppError
from app.ui.assets import read_asset
from app.ui.crash import CrashDialog
from app.ui.link_dialog import LinkDialog
from app.ui.shortcut_sheet import ShortcutSheet
from app.ui.theme import TEXT_PAIRS
from tests.gui.acting import press, say, wait_idle
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations


def nameless(root: QWidget) -> list[str]:
    """Widgets that can have the focus but no name that a screen reader would speak."""
    found = []
    for widget in root.findChildren(QWidget):
        if widget.focusPolicy() is Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if spoken is None or not spoken.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


def test_everything_that_can_have_the_focus_has_a_name(qtbot, open_window) -> None:
    window, _ = open_window()
    window.desk.writing.add_paste("word " * 600)
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.desk.writing.add_paste("word " * 600)
    window.desk.replies.edit_last()
    window.fail_start(AppError("It failed.", "Try again."))
    window.open_palette()
    window.desk.reading.open_find()
    window.desk.open_options()
    assert nameless(window) == []


def test_dialogs_have_names_too(theme, open_window, tmp_path) -> None:
    window, _ = open_window()
    for dialog in (
        CrashDialog(theme, tmp_path / "app.log"),
        ShortcutSheet(theme, window.shortcuts, can_change=True, parent=window),
        LinkDialog(theme, "https://example.org/" + "x" * 300, window),
    ):
        assert nameless(dialog) == []
        assert dialog.windowTitle()
        dialog.deleteLater()


def test_tab_reaches_every_visible_control_and_comes_back(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.page.composer.set_text("x")
    wanted = {
        child
        for child in window.page.findChildren(QAbstractButton)
        if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
    } | {window.page.composer.input, window.page.view, window.page.sidebar.tree, window.page.sidebar.search}
    window.page.composer.input.setFocus()
    reached: list[QObject] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert {f"{type(w).__name__} {w.objectName()} {w.accessibleName()}" for w in wanted - set(reached)} == set()
    assert QApplication.focusWidget() is window.page.composer.input


def test_f6_goes_round_the_parts_of_the_window(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    page = window.page
    for expected in (page.sidebar.tree, page.view, page.composer.input):
        press(qtbot, window, Qt.Key.Key_F6)
        assert expected.hasFocus()


def test_the_menu_opens_by_key(qtbot, open_window) -> None:
    window, _ = open_window()
    opened = []
    window.actions_menu.aboutToShow.connect(lambda: opened.append(True))
    press(qtbot, window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: bool(opened))
    window.actions_menu.close()


def test_the_state_is_spoken_with_its_detail(open_window) -> None:
    window, _ = open_window()
    window.receive(LinkChanged(LinkState.RECONNECTING, "Try 2 of 5."))
    assert window.page.header._link.text() == "Reconnecting"
    assert window.page.header._link.accessibleDescription() == "Try 2 of 5."


def test_a_complete_reply_and_an_error_are_announced(qtbot, open_window) -> None:
    window, _ = open_window()
    spoken = []
    window.desk.announced.connect(spoken.append)
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    assert spoken == ["Hello there."]
    window.show_error(AppError("It failed.", "Try again."))
    assert spoken[-1] == "It failed. Try again."


def test_nothing_is_cut_off_in_a_small_window(qtbot, open_window) -> None:
    window, _ = open_window()
    window.resize(window.minimumSize())
    window.fail_start(AppError("The model could not be fetched.", "Check the network, then try again, please. " * 2))
    qtbot.wait(20)
    assert window.width() == window.minimumSize().width()
    for button in (window.page.composer.button, window.page.banner.action, window.page.header.menu):
        corner = button.mapTo(window, button.rect().bottomRight())
        assert window.rect().contains(corner)


@pytest.mark.parametrize("percent", [50, 200, 300])
def test_the_window_works_at_every_size(qtbot, open_window, theme, percent: int) -> None:
    window, _ = open_window()
    theme.set_zoom(percent)
    window.resize(2400, 1600)
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.desk.writing.add_paste("word " * 600)
    assert "Hello there." in shown(window)
    corner = window.page.composer.button.mapTo(window, window.page.composer.button.rect().bottomRight())
    assert window.rect().contains(corner)
    theme.set_zoom(100)


def test_read_from_the_right_the_list_stands_at_the_right(qtbot, qapp, open_window) -> None:
    chats = ScriptedConversations()
    chats.seeded("שלום", "שלום", title="שלום")
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        window, _ = open_window(chats=chats)
        qtbot.wait(20)
        assert window.page.sidebar.mapTo(window, window.page.sidebar.rect().topLeft()).x() > window.width() / 2
        field = window.page.composer.input
        assert field.cursorRect().x() > field.width() * 0.9
        field.setPlainText("latin")
        assert field.cursorRect().x() < field.width() * 0.1
        field.setPlainText("123 שלום")
        assert field.document().firstBlock().layout().lineAt(0).naturalTextRect().x() > field.width() * 0.5
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_windows_own_style_uses_checked_pairs_and_names_no_colour() -> None:
    style = read_asset("window.qss")
    assert set(re.findall(r"[ {;]color: \$\{(\w+)\}", style)) <= {text for text, _ in TEXT_PAIRS}
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\w*\s*[\[:,{ .])", style)
