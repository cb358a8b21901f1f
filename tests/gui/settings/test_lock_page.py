"""The lock: the right words open it, wrong ones are answered, a damaged history has a next step, nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from pytestqt.qtbot import QtBot

from app.domain.errors import StorageError, StoreDamaged
from app.domain.vault import VaultState
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.ui.lock_page import LONGEST_WAIT_S, LockPage, wait_after
from app.ui.settings import restore_form
from app.ui.theme import Theme
from tests.gui.settings.conftest import CHEAP, PASSPHRASE, read
from tests.sim.keyrings import MemoryKeyring


@pytest.fixture
def code(vault: DataVault) -> str:
    """The recovery code of a vault that has a passphrase too, and is locked."""
    vault.set_passphrase(PASSPHRASE, ask_at_start=True)
    vault.write_setting("system", "Be a heron.")
    code = vault.new_recovery_code()
    vault.confirm_recovery_code(code)
    vault.lock()
    return code


@pytest.fixture
def page(theme: Theme, vault: DataVault) -> Iterator[LockPage]:
    page = LockPage(theme, vault)
    page.show()
    yield page
    page.end()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def answer(qtbot: QtBot, page: LockPage, secret: str) -> None:
    page._seconds_left = 0  # as if the wait were over
    page.secret.setText(secret)
    qtbot.keyClick(page.secret, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.work.is_busy)


def test_the_passphrase_opens_it(qtbot: QtBot, vault: DataVault, code: str, page: LockPage) -> None:
    with qtbot.waitSignal(page.unlocked):
        page.secret.setText(PASSPHRASE)
        page.unlock_button.click()
    assert vault.read_setting("system") == "Be a heron."
    assert page.secret.text() == ""


def test_the_recovery_code_opens_it_without_hyphens_too(
    qtbot: QtBot, vault: DataVault, code: str, page: LockPage
) -> None:
    with qtbot.waitSignal(page.unlocked):
        page.secret.setText(code.replace("-", "").lower())
        page.unlock_button.click()
    assert vault.state is VaultState.OPEN


@pytest.mark.allow_warning_logs  # each wrong answer is logged, without its words
def test_a_wrong_answer_is_said_and_then_costs_time(
    qtbot: QtBot, vault: DataVault, code: str, page: LockPage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        answer(qtbot, page, "wrong words of mine")
        assert "That does not open it." in page.hint.text()
    assert "Try again in 1 second." in page.hint.text()
    page.secret.setText(PASSPHRASE)
    assert not page.unlock_button.isEnabled()
    qtbot.waitUntil(page.unlock_button.isEnabled)
    assert vault.state is VaultState.LOCKED
    with qtbot.waitSignal(page.unlocked):
        page.unlock_button.click()
    assert "wrong words" not in caplog.text


def test_the_wait_grows_and_ends_somewhere() -> None:
    waits = [wait_after(failures) for failures in range(1, 12)]
    assert waits[:6] == [0, 0, 1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT_S
    assert waits == sorted(waits)


def test_caps_lock_is_noticed_where_letters_come_large_without_shift(qtbot: QtBot, code: str, page: LockPage) -> None:
    qtbot.keyClick(page.secret, "a")
    assert "Caps Lock" not in page.hint.text()
    qtbot.keyClick(page.secret, "A", Qt.KeyboardModifier.ShiftModifier)
    assert "Caps Lock" not in page.hint.text()
    qtbot.keyClick(page.secret, "A")
    assert page.hint.text() == "Caps Lock is on."
    qtbot.keyClick(page.secret, Qt.Key.Key_CapsLock)
    assert page.hint.isHidden()


def test_what_was_typed_does_not_stay_when_the_page_goes(code: str, page: LockPage) -> None:
    page.secret.setText("half a passphrase")
    page.hide()
    assert page.secret.text() == ""


@pytest.mark.allow_warning_logs
def test_a_damaged_history_can_be_set_aside_after_a_question(
    qtbot: QtBot, theme: Theme, vault: DataVault, folder: DataFolder, keyring: MemoryKeyring
) -> None:
    vault.close()
    folder.history.write_bytes(b"not a database" * 500)
    broken = DataVault(folder, keyring, lambda: CHEAP)
    page = LockPage(theme, broken)
    page.show()
    with pytest.raises(StoreDamaged) as caught:
        broken.open_without_asking()
    page.show_error(caught.value)
    assert "Nothing was deleted" in read(page)
    assert not page.secret.isVisible()
    page.anew.click()
    assert not page.work.is_busy  # not before the person is sure
    assert broken.state is VaultState.LOCKED
    with qtbot.waitSignal(page.unlocked):
        page.anew_sure.click()
    assert broken.state is VaultState.OPEN
    kept = [file.read_bytes() for file in folder.root.rglob("*") if file.is_file()]
    assert any(content.startswith(b"not a database") for content in kept)
    page.end()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    broken.close()


def test_what_is_not_damaged_is_not_offered_to_be_set_aside(page: LockPage) -> None:
    page.show_error(StorageError("A newer Nearhalf wrote this history.", "Update the app."))
    words = read(page)
    assert "A newer Nearhalf wrote this history." in words
    assert "Update the app." in words
    assert not page.anew.isVisible()
    assert page.retry.isVisible()
    assert page.restore_button.isVisible()


def test_try_again_opens_what_opens_now(qtbot: QtBot, page: LockPage) -> None:
    page.show_error(StorageError("The disk is full.", "Make room."))
    with qtbot.waitSignal(page.unlocked):
        page.retry.click()


def test_a_backup_is_a_way_in(
    qtbot: QtBot, vault: DataVault, page: LockPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.set_passphrase(PASSPHRASE, ask_at_start=True)
    vault.write_setting("system", "Be a heron.")
    target = tmp_path / "mine.nhb"
    vault.back_up(target)
    vault.set_passphrase("another one, forgotten", ask_at_start=True)
    vault.lock()
    page.show_locked()
    monkeypatch.setattr(restore_form, "choose_to_open", lambda *_: target)
    page.restore_button.click()
    assert not page.secret.isVisible()
    page.restore_form.choose.click()
    page.restore_form.secret.setText(PASSPHRASE)
    with qtbot.waitSignal(page.unlocked):
        page.restore_form.start.click()
    assert vault.read_setting("system") == "Be a heron."


def test_thinking_better_of_a_backup_asks_for_the_passphrase_again(code: str, page: LockPage) -> None:
    page.restore_button.click()
    page.restore_form.cancel.click()
    assert page.secret.isVisible()
    assert page.restore_button.isVisible()
