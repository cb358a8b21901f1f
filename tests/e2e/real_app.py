"""The real app over a data folder: window, vault, chats, backend and model, as a person would meet them."""

from collections.abc import Callable

from app.core.conversations import Library
from app.domain.conversation import Turn
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings
from app.main.desktop import LocalDesktop
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from app.storage.settings import Settings, SettingsFile
from app.ui.preferences import Preferences
from app.ui.session import Session
from app.ui.theme import Theme

SLOW_MS = 90_000


class App:
    """One run of the app over a data folder."""

    def __init__(self, qtbot, theme: Theme, folder: DataFolder) -> None:
        self._qtbot = qtbot
        keeper = SettingsFile(folder.settings)
        settings, _ = keeper.load()
        self.preferences = Preferences(settings, keeper)
        backends = BackendStore(folder.backends, TokenStore(folder.tokens))
        self.desktop = LocalDesktop(folder, self.preferences, backends, lambda notice: None)
        self.session = Session(theme, self.preferences, self.desktop)
        self.window = self.session.window
        self.window.show()
        self.session.begin()

    def until(self, condition: Callable[[], object], timeout_ms: int = SLOW_MS) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=timeout_ms)

    @property
    def library(self) -> Library:
        chats = self.session._chats
        assert isinstance(chats, Library)
        return chats

    @property
    def desk(self):
        assert self.window.desk is not None
        return self.window.desk

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.library.turns(self.desk.chat)

    @property
    def seen(self) -> str:
        assert self.window.page is not None
        return self.window.page.view.plain_text()

    def page(self, kind: type) -> object:
        self.until(lambda: isinstance(self.session._page, kind))
        return self.session._page

    def ready(self) -> None:
        self.until(lambda: self.session._chats is not None and self.library.is_ready)

    def idle(self) -> None:
        self.until(lambda: self.library.busy_chat is None)
        self.until(lambda: not self.desk.situation.is_busy)

    def send(self, text: str) -> None:
        assert self.window.page is not None
        composer = self.window.page.composer
        composer.set_text(text)
        self._qtbot.waitUntil(composer.button.isEnabled, timeout=SLOW_MS)
        composer.button.click()
        self.idle()

    def act(self, name: str, message: MessageId) -> None:
        """As a click in the foot of that message."""
        assert self.window.page is not None
        self.window.page.view.action_requested.emit(name, message)

    def leave(self) -> None:
        with self._qtbot.waitSignal(self.window.closed, timeout=SLOW_MS):
            self.window.close()
        self.desktop.close()
        self.window.deleteLater()


def settle(folder: DataFolder) -> None:
    """As after an earlier start: the introduction is done, replies are short and greedy."""
    SettingsFile(folder.settings).save(Settings(is_first_run_done=True, sampling=SamplingSettings(max_tokens=24)))
