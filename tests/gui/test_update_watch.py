"""Once a day, at the start, and only where it was ticked."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.core.updates import Release
from app.domain.errors import FeedError
from app.storage.settings import Settings
from app.ui.preferences import Preferences
from app.ui.update_watch import UpdateWatch
from tests.sim.scripted_settings import ScriptedSettings

FEED = "https://feed.example/releases.json"
TODAY = date(2026, 11, 23)
TICKED = Settings(looks_for_updates=True, release_feed=FEED)


@pytest.fixture
def services(tmp_path: Path) -> ScriptedSettings:
    return ScriptedSettings(tmp_path, release=Release("99.0", "https://example.org"))


@pytest.fixture
def watches(qapp: object) -> Iterator[list[UpdateWatch]]:
    made: list[UpdateWatch] = []
    yield made
    for watch in made:
        watch.end()


def watch_of(settings: Settings, services: ScriptedSettings, watches: list[UpdateWatch]) -> UpdateWatch:
    watch = UpdateWatch(Preferences(settings), services, today=lambda: TODAY)
    watches.append(watch)
    return watch


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(release_feed=FEED),
        Settings(looks_for_updates=True),
        Settings(looks_for_updates=True, release_feed=FEED, update_looked_on="2026-11-23"),
    ],
    ids=["as it comes", "not ticked", "no address", "looked today"],
)
def test_it_does_not_ask(settings: Settings, services: ScriptedSettings, watches: list[UpdateWatch]) -> None:
    watch = watch_of(settings, services, watches)
    watch.look_if_due()
    watch.end()
    assert services.asked_feeds == []


def test_it_asks_once_a_day_and_tells(qtbot: QtBot, services: ScriptedSettings, watches: list[UpdateWatch]) -> None:
    watch = watch_of(TICKED, services, watches)
    with qtbot.waitSignal(watch.found, timeout=30_000) as told:
        watch.look_if_due()
    watch.look_if_due()
    assert told.args is not None and told.args[0].version == "99.0"
    assert services.asked_feeds == [FEED]


@pytest.mark.allow_warning_logs
def test_a_failure_is_not_told_and_not_tried_again(
    qtbot: QtBot, services: ScriptedSettings, watches: list[UpdateWatch]
) -> None:
    services.errors.append(FeedError("no"))
    watch = watch_of(TICKED, services, watches)
    with qtbot.assertNotEmitted(watch.found):
        watch.look_if_due()
        qtbot.waitUntil(lambda: services.asked_feeds == [FEED] and not services.errors, timeout=30_000)
        watch.end()
        watch.look_if_due()
    assert services.asked_feeds == [FEED]
