"""A fine-tuning's ledger in the panel: chosen beside the app's own, with the same list, details and totals."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.clearance import Direction
from app.privacy.ledger_format import read_entries
from app.ui.privacy import panel_desk
from app.ui.privacy.columns import Column
from app.ui.words import size
from tests.gui.privacy.conftest import Stage
from tests.sim.scripted_panel import job_ledger


@pytest.fixture
def ends():
    made: list[Callable[[], object]] = []
    yield made
    for end in made:
        end()


@pytest.fixture
def tuned(qtbot, make_stage: Callable[..., Stage], tmp_path: Path, ends: list, monkeypatch) -> Stage:
    """The panel is open, and there is one fine-tuning."""
    monkeypatch.setattr(panel_desk, "LEDGERS_EVERY_S", 0.0)
    stage = make_stage()
    stage.source.jobs = [job_ledger(tmp_path, ends)]
    stage.window.shortcuts["privacy_panel"].trigger()
    qtbot.waitUntil(lambda: "100" in stage.panel.summary.recovery.text(), timeout=30_000)
    return stage


def choose(stage: Stage, at: int) -> None:
    choice = stage.panel.entries.ledger
    choice.setCurrentIndex(at)
    choice.activated.emit(at)
    stage.panel.entries.finish()


def kinds(stage: Stage) -> list[str]:
    model = stage.panel.entries.model
    return [str(model.index(line, Column.PURPOSE).data()) for line in range(model.rowCount())]


def test_there_is_no_choice_where_nothing_was_trained(stage: Stage) -> None:
    assert not stage.panel.entries.ledger.isVisible()


def test_every_byte_of_a_fine_tuning_stands_in_the_list_and_in_the_sum(tuned: Stage) -> None:
    choice = tuned.panel.entries.ledger
    assert choice.isVisible()
    assert "0123" in choice.itemText(1)
    before = tuned.panel.entries.model.rowCount()
    choose(tuned, 1)
    entries = list(read_entries(tuned.source.jobs[0].path))
    assert len(entries) == tuned.panel.entries.model.rowCount() != before
    assert "Fine-tuning" in kinds(tuned)
    assert "Reply" not in kinds(tuned)
    words = tuned.panel.summary.sentence.text()
    for direction, way in ((Direction.UP, "up"), (Direction.DOWN, "down")):
        own = sum(entry.wire_bytes for entry in entries if entry.direction == direction)
        assert f"{size(own)} {way}" in words
    assert "rebuild the notes" in tuned.panel.summary.recovery.text()
    assert not tuned.panel.summary.measure.isVisible()
    assert tuned.source.asked == [(tuned.message, ("embeddings",))], "a job's frames are not measured as a message's"


def test_an_entry_of_a_fine_tuning_shows_its_hash_and_never_another_ledgers_content(tuned: Stage) -> None:
    choose(tuned, 1)
    entry = list(read_entries(tuned.source.jobs[0].path))[-1]
    tuned.panel.entries.list.go_to(entry.number)
    assert tuned.source.content(entry.number) is not None, "the app has an entry of this number too"
    said = tuned.panel.detail._gone.text().replace(" ", "")
    assert entry.sha256.hex() in said


def test_a_chat_goes_on_while_a_fine_tuning_is_on_show_and_is_there_again_after_it(qtbot, tuned: Stage) -> None:
    choose(tuned, 1)
    shown = tuned.panel.entries.model.rowCount()
    tuned.source.record_reply(tuned.message, prompt=2, tokens=2, start=9)
    qtbot.waitUntil(lambda: tuned.panel.entries.ledger.currentIndex() == 1, timeout=30_000)
    assert tuned.panel.entries.model.rowCount() == shown
    choose(tuned, 0)
    assert tuned.panel.entries.model.rowCount() == len(list(read_entries(tuned.source.ledger_path)))
    assert "Your last message" in tuned.panel.summary.sentence.text()
    qtbot.waitUntil(lambda: "100" in tuned.panel.summary.recovery.text(), timeout=30_000)


def test_a_job_that_is_discarded_gives_way_to_the_apps_own_ledger(qtbot, tuned: Stage) -> None:
    choose(tuned, 1)
    tuned.source.jobs = []
    qtbot.waitUntil(lambda: not tuned.panel.entries.ledger.isVisible(), timeout=30_000)
    qtbot.waitUntil(lambda: "Reply" in kinds(tuned), timeout=30_000)
    assert "Your last message" in tuned.panel.summary.sentence.text()


def test_export_means_the_ledger_on_show(qtbot, tuned: Stage) -> None:
    with qtbot.waitSignal(tuned.window.ledger_export_requested) as asked:
        tuned.panel.export.click()
    assert asked.args == [None]
    choose(tuned, 1)
    with qtbot.waitSignal(tuned.window.ledger_export_requested) as asked:
        tuned.panel.export.click()
    assert asked.args == [tuned.source.jobs[0]]


def test_a_note_on_a_fine_tunings_entry_stays_with_its_ledger(tuned: Stage) -> None:
    choose(tuned, 1)
    feed = tuned.window.privacy.desk.feed
    feed.set_note(4, "the first window")
    choose(tuned, 0)
    assert tuned.window.privacy.desk.feed.notes.texts == {}
    choose(tuned, 1)
    assert tuned.window.privacy.desk.feed.notes.texts == {4: "the first window"}
