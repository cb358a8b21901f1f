"""The real app, clicked through: window, vault, chats, backend and model; from the first start to a restore."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.audit.verify import verify_export
from app.core.conversations import Library
from app.core.vault import KeyHolder, VaultState
from app.domain.conversation import EndReason, Role, Turn
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings
from app.domain.spelling import OWN_SPELLINGS
from app.main import BUILT_IN_MODEL
from app.main.desktop import LocalDesktop
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from app.storage.settings import Settings, SettingsFile
from app.ui.first_run.first_run import FirstRun
from app.ui.lock_page import LockPage
from app.ui.preferences import Preferences
from app.ui.session import Session
from app.ui.theme import Theme

CANARY = "Zanzibar-7391"
SLOW_MS = 60_000


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

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=SLOW_MS)

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


@pytest.fixture
def folder(tmp_path: Path, smollm2_folder: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(smollm2_folder)
    return folder


@pytest.fixture
def start(qtbot, qapp: QApplication, folder: DataFolder) -> Iterator[Callable[[], App]]:
    qapp.setQuitOnLastWindowClosed(False)
    theme = Theme(qapp)
    yield lambda: App(qtbot, theme, folder)
    theme.deleteLater()


def settle(folder: DataFolder) -> None:
    """As after an earlier start: the introduction is done, replies are short and greedy."""
    SettingsFile(folder.settings).save(Settings(is_first_run_done=True, sampling=SamplingSettings(max_tokens=24)))


def texts(app: App) -> list[str]:
    return [turn.message.text for turn in app.turns]


def marked(app: App) -> list[str]:
    """Words with a wavy line in the composer."""
    assert app.window.page is not None
    return [one.cursor.selectedText() for one in app.window.page.composer.input.extraSelections()]


def test_a_first_start_tells_what_leaves_and_then_chats(start: Callable[[], App], folder: DataFolder) -> None:
    app = start()
    page = app.page(FirstRun)
    assert isinstance(page, FirstRun)
    for _ in range(len(page.screens)):
        page.next.click()
    app.ready()
    app.preferences.update(sampling=SamplingSettings(max_tokens=24))
    app.send("What is the capital of France?")
    app.until(lambda: "Paris" in app.seen)
    reply = app.turns[-1].message
    assert reply.traffic is not None
    assert reply.traffic.bytes_up > 0
    app.leave()
    assert SettingsFile(folder.settings).load()[0].is_first_run_done


def test_alternatives_are_kept_and_a_stopped_reply_goes_on(start: Callable[[], App], folder: DataFolder) -> None:
    settle(folder)
    app = start()
    app.ready()
    app.send("Name a colour.")
    own, reply = app.turns[-2].message, app.turns[-1].message
    app.act("regenerate", reply.id)
    app.idle()
    assert (app.turns[-1].place, app.turns[-1].of) == (2, 2)
    app.act("edit", own.id)
    app.send("Name an animal.")
    assert (app.turns[0].place, app.turns[0].of) == (2, 2)
    app.act("previous", app.turns[0].message.id)
    assert texts(app)[0] == "Name a colour."
    assert (app.turns[-1].place, app.turns[-1].of) == (2, 2)

    app.preferences.update(sampling=SamplingSettings(max_tokens=400))
    app.desk.new_chat()
    assert app.window.page is not None
    app.window.page.composer.set_text("Count from one to two hundred.")
    app.window.page.composer.button.click()
    app.until(lambda: len(texts(app)[-1]) > 10)
    app.window._run("stop")
    app.idle()
    stopped = app.turns[-1].message
    assert stopped.end is EndReason.STOPPED
    app.preferences.update(sampling=SamplingSettings(max_tokens=len(stopped.tokens) + 12))
    app.act("continue", stopped.id)
    app.idle()
    assert app.turns[-1].message.id == stopped.id
    assert app.turns[-1].message.text.startswith(stopped.text)
    assert len(app.turns[-1].message.tokens) > len(stopped.tokens)
    app.leave()


@pytest.mark.allow_warning_logs  # the wrong passphrase is told in the log, not what it was
def test_found_locked_unlocked_and_there_after_a_restart(start: Callable[[], App], folder: DataFolder) -> None:
    settle(folder)
    app = start()
    app.ready()
    app.send(f"Remember the word {CANARY}.")
    assert [hit.title for hit in app.library.search("zanzibar")]
    app.desktop.spelling.learn(CANARY)
    app.window.page.composer.set_text("a zanzibarr and end")
    app.until(lambda: marked(app) == ["zanzibarr"])
    app.desktop.vault.set_passphrase("correct horse", ask_at_start=True)
    app.session.lock()
    page = app.page(LockPage)
    assert isinstance(page, LockPage)
    app.until(lambda: app.desktop.vault.state is VaultState.LOCKED)
    assert app.window.page is None  # every text has gone with its widgets
    page.secret.setText("wrong horse")
    page.unlock_button.click()
    app.until(lambda: "does not open" in page.hint.text())
    page.secret.setText("correct horse")
    page.unlock_button.click()
    app.ready()
    assert [hit.title for hit in app.library.search("zanzibar")]
    app.desk.open_chat(app.library.chats()[0].id, None)
    app.window.page.composer.set_text("recieve the end")
    app.until(lambda: marked(app) == ["recieve"])
    assert app.desktop.vault.read_setting(OWN_SPELLINGS) == CANARY
    app.leave()

    for path in folder.root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.parent.parent != folder.models:
            assert CANARY.encode() not in path.read_bytes(), path

    again = start()
    page = again.page(LockPage)
    assert isinstance(page, LockPage)
    page.secret.setText("correct horse")
    page.unlock_button.click()
    again.ready()
    chat = again.library.chats()[0].id
    again.desk.open_chat(chat, None)
    again.until(lambda: CANARY in again.seen)
    again.leave()


def test_exported_backed_up_lost_and_restored(start: Callable[[], App], folder: DataFolder, tmp_path: Path) -> None:
    settle(folder)
    app = start()
    app.ready()
    app.send(f"Say {CANARY}.")
    code = app.desktop.vault.new_recovery_code()
    assert KeyHolder.RECOVERY in app.desktop.vault.holders
    app.desktop.vault.back_up(tmp_path / "backup")
    assert CANARY.encode() not in (tmp_path / "backup").read_bytes()

    audit = tmp_path / "audit.zip"
    app.session._transfer.export_ledger_to(audit, app.desktop.export_ledger)
    app.until(lambda: app.session._transfer._job is None)
    assert verify_export(audit).is_good

    files = app.desktop.chat_files
    exported = tmp_path / "chats.json"
    app.session._transfer.export_to(files, None, exported)
    app.until(lambda: exported.exists() and app.session._transfer._job is None)
    kept = json.loads(exported.read_text())
    assert CANARY in json.dumps(kept)

    chat = app.desk.chat
    before = app.library.whole(chat)
    app.desk.list.delete(chat)
    app.leave()

    again = start()
    again.ready()
    assert again.library.chats() == ()
    again.session._transfer.import_from(again.desktop.chat_files, exported)
    again.until(lambda: again.library.chats())
    assert again.library.whole(chat).messages == before.messages
    assert before.messages[-1].role is Role.ASSISTANT

    again.desktop.vault.restore(tmp_path / "backup", code)
    again.session._reopen()
    again.until(lambda: again.session._chats is not None)
    again.ready()
    assert again.library.whole(chat).messages == before.messages
    again.leave()
