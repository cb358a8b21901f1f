"""A choice is in force and on the disk at once; where the disk will not have it, it holds for this run and says so."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import SettingsError
from app.storage.settings import Settings, SettingsFile
from app.ui.preferences import Preferences


def test_a_change_is_told_and_saved(qtbot: QtBot, tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    preferences = Preferences(keeper=file)
    with qtbot.waitSignal(preferences.changed):
        preferences.update(appearance="dark", shows_tray=True)
    assert preferences.settings == Settings(appearance="dark", shows_tray=True)
    assert file.load() == (preferences.settings, "")


def test_the_same_value_again_is_no_change(qtbot: QtBot) -> None:
    preferences = Preferences(Settings(zoom_percent=125))
    with qtbot.assertNotEmitted(preferences.changed):
        preferences.update(zoom_percent=125)


def test_a_wrong_value_changes_nothing(qtbot: QtBot) -> None:
    preferences = Preferences()
    with qtbot.assertNotEmitted(preferences.changed), pytest.raises(SettingsError):
        preferences.update(zoom_percent=1000)
    assert preferences.settings == Settings()


def test_a_disk_that_refuses_is_said_and_the_choice_holds_until_the_end(qtbot: QtBot) -> None:
    class Full:
        def save(self, settings: Settings) -> None:
            raise SettingsError("The settings file cannot be written.", "Make room.")

    preferences = Preferences(keeper=Full())
    with qtbot.waitSignal(preferences.save_failed) as caught:
        preferences.update(language="de")
    assert isinstance(caught.args[0], SettingsError)
    assert preferences.settings.language == "de"


@pytest.mark.parametrize(
    ("now", "steps", "then"),
    [(100, 1, 110), (100, -1, 90), (300, 1, 300), (50, -1, 50), (105, 1, 110), (105, -1, 100), (240, 0, 100)],
)
def test_zoom_goes_in_steps(qtbot: QtBot, now: int, steps: int, then: int) -> None:
    preferences = Preferences(Settings(zoom_percent=now))
    preferences.zoom_by(steps)
    assert preferences.settings.zoom_percent == then
