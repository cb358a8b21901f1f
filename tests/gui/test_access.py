"""For people who use a keyboard or a screen reader."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.core.events import LinkChanged, LinkState
from app.domain.errors import AppError
from app.ui.crash import CrashDialog
from tests.gui.test_chatting import press, say, wait_idle


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
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.edit_last()
    window.fail_start(AppError("It failed.", "Try again."))
    assert nameless(window) == []


def test_the_crash_dialog_has_names_too(theme, tmp_path) -> None:
    dialog = CrashDialog(theme, tmp_path / "app.log")
    assert nameless(dialog) == []
    dialog.deleteLater()


def test_tab_reaches_every_visible_control_and_comes_back(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    wanted = {
        child
        for child in window.findChildren(QWidget)
        if isinstance(child, QAbstractButton) and child.isVisible() and child.isEnabled()
    } | {window.composer.input, window.view}
    window.composer.input.setFocus()
    reached: list[QObject] = []
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert wanted <= set(reached)
    assert QApplication.focusWidget() is window.composer.input


def test_tab_goes_round_in_the_order_of_reading(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    foot = window.view.foot
    window.header.menu.setFocus()
    for expected in (window.view, foot.copy, foot.regenerate, foot.edit):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is expected


def test_every_action_has_a_key_and_no_key_has_two(open_window) -> None:
    window, _ = open_window()
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
    assert all(action.shortcuts() for action in window.actions())
    assert len(keys) == len(set(keys))


def test_the_menu_opens_by_key(qtbot, open_window) -> None:
    window, _ = open_window()
    opened = []
    window.actions_menu.aboutToShow.connect(lambda: opened.append(True))
    press(qtbot, window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: bool(opened))
    window.actions_menu.close()


def test_the_state_is_spoken_with_its_detail(qtbot, open_window) -> None:
    window, _ = open_window()
    window.receive(LinkChanged(LinkState.RECONNECTING, "Try 2 of 5."))
    assert window.header._link.text() == "Reconnecting"
    assert window.header._link.accessibleDescription() == "Try 2 of 5."


def test_nothing_is_cut_off_in_a_small_window(qtbot, open_window) -> None:
    window, _ = open_window()
    window.resize(window.minimumSize())
    window.fail_start(AppError("The model could not be fetched.", "Check the network, then try again, please. " * 2))
    qtbot.wait(20)
    assert window.width() == window.minimumSize().width()
    for button in (window.composer.button, window.banner.action, window.header.menu):
        corner = button.mapTo(window, button.rect().bottomRight())
        assert window.rect().contains(corner)
