"""The real app, clicked through: window, vault, chats, backend and model; from the first start to a restore."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.audit.verify import verify_export
from app.core.vault import KeyHolder, VaultState
from app.domain.conversation import EndReason, Role
from app.domain.sampling import SamplingSettings
from app.domain.spelling import OWN_SPELLINGS
from app.storage.paths import DataFolder
from app.storage.settings import SettingsFile
from app.ui.first_run.first_run import FirstRun
from app.ui.lock_page import LockPage
from tests.e2e.real_app import App, settle

CANARY = "Zanzibar-7391"
SLOW_MS = 60_000


def texts(app: App) -> list[str]:
    return [turn.message.text for turn in app.turns]


def marked(app: App) -> list[str]:
    """Words with a wavy line in the composer."""
    assert app.window.page is not None
    return [one.cursor.selectedText() for one in app.window.page.composer.input.extraSelections()]


def test_a_first_start_tells_what_leaves_and_then_chats(start_app: Callable[[], App], app_folder: DataFolder) -> None:
    app = start_app()
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
    assert SettingsFile(app_folder.settings).load()[0].is_first_run_done


def test_alternatives_are_kept_and_a_stopped_reply_goes_on(
    start_app: Callable[[], App], app_folder: DataFolder
) -> None:
    settle(app_folder)
    app = start_app()
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
def test_found_locked_unlocked_and_there_after_a_restart(start_app: Callable[[], App], app_folder: DataFolder) -> None:
    settle(app_folder)
    app = start_app()
    app.ready()
    app.send(f"Remember the word {CANARY}.")
    assert [hit.title for hit in app.library.search("zanzibar")]
    app.desktop.spelling.learn(CANARY)
    app.window.page.composer.set_text("a zanzibarr and end")
    app.until(lambda: marked(app) == ["zanzibarr"])
    app.desktop.vault.set_passphrase("correct horse", ask_at_start=True)
    put_away: list[bool] = []
    app.session.chats_put_away.connect(lambda: put_away.append(True))
    app.session.lock()
    page = app.page(LockPage)
    assert put_away == [True]
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

    for path in app_folder.root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.parent.parent != app_folder.models:
            assert CANARY.encode() not in path.read_bytes(), path

    again = start_app()
    page = again.page(LockPage)
    assert isinstance(page, LockPage)
    page.secret.setText("correct horse")
    page.unlock_button.click()
    again.ready()
    chat = again.library.chats()[0].id
    again.desk.open_chat(chat, None)
    again.until(lambda: CANARY in again.seen)
    again.leave()


def test_exported_backed_up_lost_and_restored(
    start_app: Callable[[], App], app_folder: DataFolder, tmp_path: Path
) -> None:
    settle(app_folder)
    app = start_app()
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

    again = start_app()
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
