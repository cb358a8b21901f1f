"""Looking for a new version from the settings: what it says before, that only a press asks, and what it tells then."""

from threading import Event as Flag

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.updates import Release
from app.domain.errors import FeedError
from app.ui.link_dialog import LinkDialog
from app.ui.preferences import Preferences
from app.ui.release_dialog import ReleaseDialog
from app.ui.settings import updates
from app.ui.settings.general import GeneralPage
from app.ui.settings.updates import UpdatesPart
from app.ui.settings.window import SettingsWindow
from tests.gui.settings.conftest import read
from tests.sim.scripted_settings import ScriptedSettings

FEED = "https://feed.example/releases.json"


@pytest.fixture
def part(window: SettingsWindow) -> UpdatesPart:
    page = window.page("general")
    assert isinstance(page, GeneralPage)
    return page.updates


def choose(part: UpdatesPart, preferences: Preferences) -> None:
    preferences.update(release_feed=FEED)
    assert part.address.text() == FEED


def test_nothing_is_asked_until_there_is_an_address_and_a_press(
    part: UpdatesPart, window: SettingsWindow, services: ScriptedSettings
) -> None:
    assert not part.look.isEnabled() and not part.daily.isEnabled() and not part.daily.isChecked()
    assert "nothing is ever asked" in read(window)
    assert "None is published yet" in read(window)
    assert services.asked_feeds == []


def test_what_leaves_is_said_before(
    qtbot: QtBot, part: UpdatesPart, window: SettingsWindow, preferences: Preferences, services: ScriptedSettings
) -> None:
    part.address.setFocus()
    qtbot.keyClicks(part.address, FEED)
    qtbot.keyClick(part.address, Qt.Key.Key_Return)
    assert preferences.settings.release_feed == FEED
    assert "One request goes to feed.example" in read(window)
    assert "neither your version nor who you are" in read(window)
    assert services.asked_feeds == []


def test_a_newer_version_is_told_with_its_notes_and_a_link_that_asks(
    qtbot: QtBot, part: UpdatesPart, window: SettingsWindow, preferences: Preferences, services: ScriptedSettings
) -> None:
    services.release = Release("99.0", "https://example.org/99", "<b>Faster</b>\nSmaller")
    choose(part, preferences)
    part.look.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(ReleaseDialog)), timeout=30_000)
    (dialog,) = window.findChildren(ReleaseDialog)
    assert services.asked_feeds == [FEED]
    assert dialog.notes.toPlainText() == "<b>Faster</b>\nSmaller"  # as plain text
    assert "Version 99.0 is out" in part.work.words
    dialog.page.click()
    (asking,) = dialog.findChildren(LinkDialog)
    assert "model" not in read(asking) and "https://" in read(asking)
    asking.reject()
    dialog.accept()


def test_no_newer_version(
    qtbot: QtBot, part: UpdatesPart, preferences: Preferences, services: ScriptedSettings
) -> None:
    services.release = Release("0.0.1", "https://example.org")
    choose(part, preferences)
    part.look.click()
    qtbot.waitUntil(lambda: "no newer version" in part.work.words, timeout=30_000)


@pytest.mark.allow_warning_logs
def test_a_feed_that_fails_is_one_sentence(
    qtbot: QtBot, part: UpdatesPart, preferences: Preferences, services: ScriptedSettings
) -> None:
    services.errors.append(FeedError("There is no release feed at this address.", "Check it."))
    choose(part, preferences)
    part.look.click()
    qtbot.waitUntil(lambda: "no release feed" in part.work.words, timeout=30_000)
    assert part.look.isEnabled()


def test_the_packages_own_address_is_filled_in(
    part: UpdatesPart, preferences: Preferences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "packaged_feed", lambda: FEED)
    preferences.changed.emit()
    assert part.address.text() == FEED and part.look.isEnabled()
    part.address.editingFinished.emit()
    assert preferences.settings.release_feed == ""  # so that a newer package's address is followed


def test_leaving_stops_the_question(
    qtbot: QtBot, part: UpdatesPart, preferences: Preferences, services: ScriptedSettings
) -> None:
    services.gate = Flag()
    choose(part, preferences)
    part.look.click()
    qtbot.waitUntil(lambda: services.asked_feeds == [FEED], timeout=30_000)
    services.gate.set()
    part.end()
    assert not part.work.is_busy
