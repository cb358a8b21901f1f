"""What a person does with a window, for the tests: type, press, send, wait."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.ui.window import ChatWindow


def write(qtbot, window: ChatWindow, text: str) -> None:
    qtbot.keyClicks(window.page.composer.input, text)


def press(qtbot, window: ChatWindow, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the keyboard is."""
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)


def say(qtbot, window: ChatWindow, text: str) -> None:
    write(qtbot, window, text)
    qtbot.keyClick(window.page.composer.input, Qt.Key.Key_Return)


def wait_idle(qtbot, window: ChatWindow) -> None:
    """Until the reply has ended, here and in the window's queue."""
    qtbot.waitUntil(
        lambda: not window.desk.replies.is_busy and window.desk.situation.has_own and not window.desk.situation.is_busy
    )


def titles(window: ChatWindow) -> dict[str, list[str]]:
    """The list as it can be read: group -> titles."""
    model = window.page.sidebar.model
    return {
        model.index(row, 0).data(): [
            model.index(at, 0, model.index(row, 0)).data() for at in range(model.rowCount(model.index(row, 0)))
        ]
        for row in range(model.rowCount())
    }
