"""A window with a scripted port. What is tested is what the person then sees."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.application import make_application
from app.ui.page import WindowSettings
from app.ui.theme import Appearance, Theme
from app.ui.window import ChatWindow
from tests.sim.scripted_chat import ScriptedChat, ScriptedReply

OpenWindow = Callable[..., tuple[ChatWindow, ScriptedChat]]


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    _, theme = make_application(Appearance.LIGHT)
    yield theme
    theme.deleteLater()


@pytest.fixture
def open_window(qtbot, theme: Theme) -> Iterator[OpenWindow]:
    """`open_window(*replies)`: a shown window with a port that plays these replies."""
    opened: list[tuple[ChatWindow, ScriptedChat]] = []

    def open_one(*replies: ScriptedReply, settings: WindowSettings | None = None) -> tuple[ChatWindow, ScriptedChat]:
        chat = ScriptedChat(replies or (ScriptedReply(),))
        window = ChatWindow(theme, settings or WindowSettings(lambda: "SmolLM2", "built-in backend"), chat)
        window.show()
        qtbot.waitUntil(window.isActiveWindow)
        opened.append((window, chat))
        return window, chat

    yield open_one
    for window, chat in opened:
        chat.close()
        window.bridge.close()
        window.finish_closing()
        window.deleteLater()


def shown(window: ChatWindow) -> str:
    """The conversation as it can be read."""
    return window.view.toPlainText().strip()
