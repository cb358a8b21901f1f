"""A window with a privacy panel over a real gate and ledger."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.events import LinkChanged, LinkState
from app.core.panel_source import MessageTokens, Recovered
from app.domain.ids import ChatId, MessageId
from app.ui.preferences import Preferences
from app.ui.privacy.panel import PrivacyPanel
from app.ui.theme import Theme
from app.ui.window import ChatWindow
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply
from tests.sim.scripted_panel import RecordedSource

QUESTION, ANSWER = "Why did it fall?", "It was ripe."
TEXTS = ("Why", " did", " it", " fall", "?", " It", " was", " ripe", ".")
WHOLE = Recovered("embeddings", "Looking up", "Each row is looked up.", 1.0, QUESTION, QUESTION, 0.5)


@dataclass
class Stage:
    """`message`: the reply whose frames are recorded: 5 positions of a prompt, 4 tokens."""

    window: ChatWindow
    source: RecordedSource
    conversations: ScriptedConversations
    chat: ChatId
    message: MessageId

    @property
    def panel(self) -> PrivacyPanel:
        panel = self.window.privacy.panel
        assert panel is not None
        return panel


@pytest.fixture
def make_stage(qtbot, theme: Theme, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(*replies: ScriptedReply, is_recorded: bool = True, preferences: Preferences | None = None) -> Stage:
        conversations = ScriptedConversations(replies or (ScriptedReply(),))
        folder = tmp_path / str(len(made))
        folder.mkdir()
        source = RecordedSource(folder, conversations)
        chat = conversations.seeded(QUESTION, ANSWER, title="The fall")
        message = conversations.turns(chat)[1].message.id
        source.recovered = {"embeddings": WHOLE}
        source.tokens[message] = MessageTokens(message, TEXTS, 5)
        if is_recorded:
            source.open_session()
            source.record_reply(message, prompt=5, tokens=4)
        window = ChatWindow(theme, preferences or Preferences())
        window.set_panel_source(source)
        window.resize(1400, 800)
        window.show()
        window.open_chats(conversations)
        window.open_chat(chat)
        window.post(LinkChanged(LinkState.READY))
        qtbot.waitUntil(window.isActiveWindow)
        stage = Stage(window, source, conversations, chat, message)
        made.append(stage)
        return stage

    yield make
    for stage in made:
        desk = stage.window.privacy.desk
        if desk is not None:
            desk.wait(5.0)
        stage.conversations.close()
        stage.window.finish_closing()
        stage.window.deleteLater()
        stage.source.close()


@pytest.fixture
def stage(qtbot, make_stage: Callable[..., Stage]) -> Stage:
    """With the panel open beside the chat, and the last message measured."""
    stage = make_stage()
    stage.window.shortcuts["privacy_panel"].trigger()
    qtbot.waitUntil(lambda: "100" in stage.panel.summary.recovery.text())
    qtbot.waitUntil(lambda: stage.panel.detail.tokens.tokens is not None)
    return stage
