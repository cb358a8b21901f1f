"""Privacy, lock and storage pages over a real vault: what is set there is what opens the history afterwards."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.domain.backend import Backend
from app.domain.errors import WrongKey
from app.domain.vault import KeyHolder, VaultState
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.ui.preferences import Preferences
from app.ui.settings import recovery_code, restore_form, storage
from app.ui.settings.protection import ProtectionPage
from app.ui.settings.storage import StoragePage
from app.ui.settings.window import SettingsWindow
from tests.gui.settings.conftest import CHEAP, PASSPHRASE, read
from tests.sim.keyrings import MemoryKeyring
from tests.sim.scripted_settings import ScriptedSettings


def protection(window: SettingsWindow) -> ProtectionPage:
    window.show_page("privacy")
    page = window.page("privacy")
    assert isinstance(page, ProtectionPage)
    return page


def storage_page(qtbot: QtBot, window: SettingsWindow) -> StoragePage:
    window.show_page("storage")
    page = window.page("storage")
    assert isinstance(page, StoragePage)
    qtbot.waitUntil(lambda: not page.sizing.is_busy)
    return page


def set_passphrase(qtbot: QtBot, page: ProtectionPage, *, asks: bool = False) -> None:
    page.set_button.click()
    page.form.first.setText(PASSPHRASE)
    page.form.second.setText(PASSPHRASE)
    page.form.ask.setChecked(asks)
    page.form.save.click()
    qtbot.waitUntil(lambda: not page.work.is_busy)


def test_the_page_says_what_must_be_said(window: SettingsWindow) -> None:
    words = read(protection(window))
    assert "An operator who records the traffic and has the same public model can rebuild your text" in words
    for never in ("anonymous", "unreadable", "zero-knowledge", "cannot see"):
        assert never not in words


def test_without_a_passphrase_there_is_nothing_to_lock(window: SettingsWindow) -> None:
    page = protection(window)
    assert "This account's keyring" in read(page)
    assert not page.lock_now.isEnabled()
    assert "Locking needs a passphrase." in read(page)


def test_a_passphrase_that_is_set_opens_the_history(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, preferences: Preferences
) -> None:
    page = protection(window)
    set_passphrase(qtbot, page)
    assert "The passphrase is set." in read(page)
    assert page.form.first.text() == page.form.second.text() == ""
    with qtbot.waitSignal(window.lock_requested):
        page.lock_now.click()
    vault.lock()
    with pytest.raises(WrongKey):
        vault.unlock("something else")
    vault.unlock(PASSPHRASE)
    assert vault.state is VaultState.OPEN
    page.after.setCurrentIndex(2)
    assert preferences.settings.lock_after_minutes == 5


def test_asking_at_every_start_lets_go_of_the_keyring(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, folder: DataFolder, keyring: MemoryKeyring
) -> None:
    page = protection(window)
    set_passphrase(qtbot, page, asks=True)
    assert page.ask.isChecked()
    assert "Nothing on this computer opens it without you." in read(page)
    vault.close()
    again = DataVault(folder, keyring, lambda: CHEAP)
    assert not again.open_without_asking()
    again.unlock(PASSPHRASE)
    again.close()


def test_removing_the_passphrase_asks_first_and_ends_the_lock(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, preferences: Preferences
) -> None:
    page = protection(window)
    set_passphrase(qtbot, page)
    page.after.setCurrentIndex(1)
    page.remove_button.click()
    assert "Remove the passphrase?" in read(page)
    assert KeyHolder.PASSPHRASE in vault.holders
    page.notice.action.click()
    qtbot.waitUntil(lambda: KeyHolder.PASSPHRASE not in vault.holders and not page.work.is_busy)
    assert preferences.settings.lock_after_minutes == 0
    assert vault.open_without_asking()


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "Too short"),
        (PASSPHRASE, "", "Type it again"),
        (PASSPHRASE, "four words of min", "not the same yet"),
    ],
)
def test_a_passphrase_that_will_not_do_is_not_taken(
    window: SettingsWindow, vault: DataVault, first: str, second: str, words: str
) -> None:
    page = protection(window)
    page.set_button.click()
    page.form.first.setText(first)
    page.form.second.setText(second)
    assert words in page.form.words
    page.form.second.returnPressed.emit()
    assert not page.form.save.isEnabled()
    assert KeyHolder.PASSPHRASE not in vault.holders


def test_a_recovery_code_opens_the_history_and_leaves_the_screen(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = protection(window)
    set_passphrase(qtbot, page)
    page.new_code.click()
    qtbot.waitUntil(lambda: bool(page.recovery.code))
    code = page.recovery.code
    assert code in read(page)
    page.recovery.copy_button.click()
    assert QGuiApplication.clipboard().text() == code
    assert "Other programs can read the clipboard" in page.recovery.state
    monkeypatch.setattr(recovery_code, "choose_to_save", lambda *_: tmp_path / "code.txt")
    page.recovery.save_button.click()
    saved = tmp_path / "code.txt"
    assert code in saved.read_text()
    assert saved.stat().st_mode & 0o077 == 0
    page.recovery.kept_button.click()
    assert code not in read(page)
    assert page.recovery.code == ""
    vault.lock()
    vault.unlock(code)
    assert vault.state is VaultState.OPEN


def test_a_code_does_not_stay_on_a_page_that_is_left(qtbot: QtBot, window: SettingsWindow) -> None:
    page = protection(window)
    page.new_code.click()
    qtbot.waitUntil(lambda: bool(page.recovery.code))
    code = page.recovery.code
    window.show_page("general")
    assert page.recovery.code == ""
    assert code not in read(protection(window))


def test_another_recovery_code_asks_first(qtbot: QtBot, window: SettingsWindow) -> None:
    page = protection(window)
    page.new_code.click()
    qtbot.waitUntil(lambda: bool(page.recovery.code))
    page.recovery.kept_button.click()
    page.new_code.click()
    assert "The one you have stops working" in read(page)
    assert page.recovery.code == ""


def test_sizes_are_shown_by_what_they_are_for(qtbot: QtBot, window: SettingsWindow, folder: DataFolder) -> None:
    job = folder.tuning / "20261123-101112-1a2b3c"
    job.mkdir(parents=True)
    (job / "notes.sealed").write_bytes(bytes(7_000_000))
    page = storage_page(qtbot, window)
    assert "History" in page.bar.text
    assert "Fine-tuning jobs, with their notes 7.0 MB" in page.bar.text
    assert "on this disk" in read(page)
    assert page.bar.accessibleName() == page.bar.text


def test_a_backup_is_written_and_brought_back(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_passphrase(qtbot, protection(window))
    vault.write_setting("system", "Be a heron.")
    page = storage_page(qtbot, window)
    target = tmp_path / "mine.nhb"
    monkeypatch.setattr(storage, "choose_to_save", lambda *_: target)
    page.back_up.click()
    qtbot.waitUntil(lambda: "The backup is written" in page.work.words)
    vault.write_setting("system", "Be an eel.")
    monkeypatch.setattr(restore_form, "choose_to_open", lambda *_: target)
    page.restore.click()
    form = page.restore_form
    form.choose.click()
    assert not form.start.isEnabled()  # a secret is needed
    form.secret.setText(PASSPHRASE)
    with qtbot.waitSignal(window.restored):
        form.start.click()
    assert vault.read_setting("system") == "Be a heron."
    assert form.secret.text() == ""
    qtbot.waitUntil(lambda: not page.sizing.is_busy)


@pytest.mark.allow_warning_logs
def test_a_wrong_secret_restores_nothing_and_says_so(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_passphrase(qtbot, protection(window))
    target = tmp_path / "mine.nhb"
    vault.back_up(target)
    vault.write_setting("system", "Be an eel.")
    page = storage_page(qtbot, window)
    monkeypatch.setattr(restore_form, "choose_to_open", lambda *_: target)
    page.restore.click()
    page.restore_form.choose.click()
    page.restore_form.secret.setText("wrong words of mine")
    page.restore_form.start.click()
    qtbot.waitUntil(lambda: not page.restore_form.work.is_busy)
    assert page.restore_form.work.words
    assert vault.read_setting("system") == "Be an eel."


@pytest.mark.allow_warning_logs
def test_a_backup_that_nothing_could_open_is_refused_with_advice(
    qtbot: QtBot, window: SettingsWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = storage_page(qtbot, window)
    monkeypatch.setattr(storage, "choose_to_save", lambda *_: tmp_path / "mine.nhb")
    page.back_up.click()
    qtbot.waitUntil(lambda: not page.work.is_busy)
    assert "Make one of them first" in page.work.words


def test_all_chats_are_exported_in_the_form_that_was_chosen(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = storage_page(qtbot, window)
    monkeypatch.setattr(storage, "choose_folder", lambda *_: tmp_path)
    page.form.setCurrentIndex(1)
    page.export.click()
    qtbot.waitUntil(lambda: "2 chats are in" in page.work.words)
    assert services.exported == [(tmp_path, "json")]


def test_everything_is_deleted_only_after_the_word_is_typed(
    qtbot: QtBot, window: SettingsWindow, vault: DataVault, services: ScriptedSettings, preferences: Preferences
) -> None:
    services.backends.add(Backend("lab", "https://lab.example.org", "only-for-tests-5f2"))
    preferences.update(backend="lab")
    page = storage_page(qtbot, window)
    assert not page.delete.isEnabled()
    page.typed.setText("delet")
    assert not page.delete.isEnabled()
    page.typed.setText(" Delete ")
    with qtbot.waitSignal(window.everything_deleted):
        page.delete.click()
    assert vault.state is VaultState.NEW
    assert services.backends.list()[0] == ()
    assert preferences.settings.backend is None
    assert page.typed.text() == ""
