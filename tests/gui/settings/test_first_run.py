"""The first start: four screens, each skippable, honest words, and a vault that is protected as the person chose."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import UntrustedCertificate, WrongKey
from app.domain.vault import KeyHolder, VaultState
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.ui.first_run.first_run import FirstRun
from app.ui.first_run.screens import BackendScreen, ProtectionScreen
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.gui.settings.conftest import CHEAP, PASSPHRASE, read
from tests.sim.keyrings import NullKeyring
from tests.sim.scripted_settings import ScriptedSettings

FINGERPRINT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.fixture
def first_run(
    theme: Theme, preferences: Preferences, vault: DataVault, services: ScriptedSettings
) -> Iterator[FirstRun]:
    page = FirstRun(theme, preferences, vault, services)
    page.show()
    yield page
    page.end()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def backend_screen(page: FirstRun) -> BackendScreen:
    page.go_to(1)
    screen = page.screens[1]
    assert isinstance(screen, BackendScreen)
    return screen


def protection_screen(page: FirstRun) -> ProtectionScreen:
    page.go_to(2)
    screen = page.screens[2]
    assert isinstance(screen, ProtectionScreen)
    return screen


def test_it_says_what_stays_what_leaves_and_who_could_read_it(first_run: FirstRun) -> None:
    words = read(first_run)
    assert "What stays on this computer" in words
    assert "Numbers, once a token" in words
    assert "can rebuild your text from the numbers" in words
    for never in ("anonymous", "unreadable", "zero-knowledge", "cannot see", "encrypted"):
        assert never not in words


def test_four_screens_by_the_enter_key_and_it_is_done(
    qtbot: QtBot, first_run: FirstRun, preferences: Preferences
) -> None:
    assert len(first_run.screens) == 4
    qtbot.waitUntil(lambda: QApplication.focusWidget() is first_run.next)
    for place in range(1, 4):
        assert f"{place} of 4" in read(first_run)
        qtbot.keyClick(first_run.next, Qt.Key.Key_Return)
    assert first_run.next.text() == "Start chatting"
    assert not preferences.settings.is_first_run_done
    with qtbot.waitSignal(first_run.finished):
        qtbot.keyClick(first_run.next, Qt.Key.Key_Return)
    assert preferences.settings.is_first_run_done


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_screen_can_be_skipped(
    qtbot: QtBot, first_run: FirstRun, preferences: Preferences, vault: DataVault, place: int
) -> None:
    first_run.go_to(place)
    with qtbot.waitSignal(first_run.finished):
        first_run.skip.click()
    assert preferences.settings.is_first_run_done
    assert vault.state is VaultState.OPEN
    assert preferences.settings.backend is None


def test_a_backend_of_ones_own_with_its_certificate(
    qtbot: QtBot, first_run: FirstRun, services: ScriptedSettings, preferences: Preferences
) -> None:
    screen = backend_screen(first_run)
    assert screen.built_in.isChecked()
    screen.own.click()
    screen.form.name.setText("lab")
    screen.form.url.setText("https://lab.example.org")
    screen.form.token.setText("only-for-tests-5f2")
    screen.form.save.click()
    qtbot.waitUntil(lambda: preferences.settings.backend == "lab")
    assert "lab is added and will be used." in read(screen)
    first_run.go_to(3)
    assert "lab: whoever runs it could rebuild your text" in read(first_run)


@pytest.mark.allow_warning_logs
def test_an_untrusted_certificate_is_decided_here_too(
    qtbot: QtBot, first_run: FirstRun, services: ScriptedSettings
) -> None:
    screen = backend_screen(first_run)
    screen.own.click()
    screen.form.name.setText("lab")
    screen.form.url.setText("https://lab.example.org")
    screen.form.token.setText("only-for-tests-5f2")
    services.errors = [UntrustedCertificate("Not trusted.", "x", fingerprint=FINGERPRINT)]
    screen.form.save.click()
    qtbot.waitUntil(screen.form.certificate.isVisible)
    screen.form.certificate.trust.click()
    qtbot.waitUntil(lambda: bool(services.backends.list()[0]))
    assert services.backends.find("lab").fingerprint == FINGERPRINT


def test_going_on_in_the_middle_of_the_form_uses_the_built_in(first_run: FirstRun, preferences: Preferences) -> None:
    screen = backend_screen(first_run)
    screen.own.click()
    screen.form.token.setText("only-for-tests-5f2")
    first_run.next.click()
    assert screen.form.token.text() == ""
    first_run.back.click()
    assert screen.built_in.isChecked()
    assert screen.form.isHidden()
    assert preferences.settings.backend is None


def test_a_passphrase_and_a_recovery_code_protect_the_history(
    qtbot: QtBot, first_run: FirstRun, vault: DataVault
) -> None:
    screen = protection_screen(first_run)
    assert "keyring holds the key" in read(screen)
    screen.set_button.click()
    screen.form.first.setText(PASSPHRASE)
    screen.form.second.setText(PASSPHRASE)
    screen.form.save.click()
    qtbot.waitUntil(lambda: "Passphrase: set" in read(screen))
    screen.code_button.click()
    qtbot.waitUntil(lambda: bool(screen.recovery.code))
    code = screen.recovery.code
    assert code in read(screen)
    screen.recovery.kept_button.click()
    assert code not in read(screen)
    vault.lock()
    with pytest.raises(WrongKey):
        vault.unlock("another passphrase")
    vault.unlock(code)
    first_run.go_to(3)
    assert "your passphrase, the recovery code" in read(first_run)


def test_a_code_does_not_stay_on_a_screen_that_is_left(qtbot: QtBot, first_run: FirstRun) -> None:
    screen = protection_screen(first_run)
    screen.code_button.click()
    qtbot.waitUntil(lambda: bool(screen.recovery.code))
    first_run.next.click()
    assert screen.recovery.code == ""


def test_no_keyring_is_a_way_of_its_own(
    theme: Theme, preferences: Preferences, services: ScriptedSettings, folder: DataFolder
) -> None:
    vault = DataVault(folder, NullKeyring(), lambda: CHEAP)
    assert vault.open_without_asking()
    assert KeyHolder.FILE in vault.holders
    page = FirstRun(theme, preferences, vault, services)
    page.show()
    screen = protection_screen(page)
    assert "no keyring that lasts" in read(screen)
    assert screen.set_button.isEnabled()
    page.end()
    page.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    vault.close()
