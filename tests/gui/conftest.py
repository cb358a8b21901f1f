"""A window over scripted conversations. What is tested is what the person then sees."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.storage.settings import Settings
from app.ui.preferences import Preferences
from app.ui.theme import Appearance, Theme
from app.ui.window import ChatWindow
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

OpenWindow = Callable[..., tuple[ChatWindow, ScriptedConversations]]


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    qapp.setQuitOnLastWindowClosed(False)
    theme = Theme(qapp, Appearance.LIGHT)
    yield theme
    theme.deleteLater()


@pytest.fixture
def open_window(qtbot, theme: Theme) -> Iterator[OpenWindow]:
    """`open_window(*replies)`: a shown window whose conversations play these replies.

    settings: the person's choices; chats: conversations made before, instead of `replies`.
    """
    opened: list[tuple[ChatWindow, ScriptedConversations]] = []

    def open_one(
        *replies: ScriptedReply, settings: Settings | None = None, chats: ScriptedConversations | None = None
    ) -> tuple[ChatWindow, ScriptedConversations]:
        conversations = chats or ScriptedConversations(replies or (ScriptedReply(),))
        window = ChatWindow(theme, Preferences(settings), conversations)
        window.show()
        qtbot.waitUntil(window.isActiveWindow)
        opened.append((window, conversations))
        return window, conversations

    yield open_one
    for window, conversations in opened:
        conversations.close()
        window.finish_closing()
        window.deleteLater()


def shown(window: ChatWindow) -> str:
    """The conversation as it can be read."""
    assert window.page is not None
    return window.page.view.plain_text().strip()
