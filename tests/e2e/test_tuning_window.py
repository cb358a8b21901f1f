"""Fine-tuning by clicks on the real model: from a dropped folder to a chat with the adapter."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from app.core.tuning import JobState, Preset, TuningSettings
from app.domain.clearance import Purpose
from app.domain.conversation import Role
from app.privacy.ledger_format import read_entries, verify
from app.storage.paths import DataFolder
from tests.e2e.real_app import App, settle

SENTENCES = (
    "The old mill by the river grinds rye on Mondays and wheat on Thursdays, and nobody remembers why.",
    "Ann wrote in the margin that the third bridge was closed after the flood of the last spring.",
    "Every loaf that leaves the oven before seven goes to the school on the hill, still warm.",
    "The miller's cat sleeps on the sacks and wakes when the wheel stops, whatever the hour.",
    "In autumn the road is full of carts, and nobody finds a place to turn before the market.",
    "The baker keeps a list of who paid with eggs, who with wood and who has not paid at all.",
    "A letter came from the coast with sand in its folds and a drawing of a boat without a sail.",
)


def write_notes(folder: Path) -> None:
    folder.mkdir()
    for number in range(8):
        chosen = [SENTENCES[(number * 3 + offset * offset) % len(SENTENCES)] for offset in range(6)]
        own = f"Entry {number} was written on day {number * 7 + 1} beside the window of room {number + 20}."
        (folder / f"{number}.md").write_text(f"# Day {number}\n\n{own}\n\n" + " ".join(chosen))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_from_a_dropped_folder_to_a_chat_with_the_adapter(
    start_app: Callable[[], App], app_folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(settings: TuningSettings, _preset: Preset, _tokens: int) -> TuningSettings:
        return replace(
            settings, steps=4, window=48, sequences_per_step=1, evaluate_every=2, warmup_steps=1, evaluation_tokens=96
        )

    monkeypatch.setattr("app.main.tuning.for_notes", short)
    notes = tmp_path / "Diary"
    write_notes(notes)
    settle(app_folder)
    app = start_app()
    app.ready()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(notes))])
    page = app.window.page
    assert page is not None
    page.composer.input.insertFromMimeData(data)
    page.toast.action.click()
    host = app.session.extras.tuning
    assert host is not None
    wizard = host.window
    assert wizard is not None
    assert wizard.page is wizard.notes
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.learned and wizard.next.isEnabled())
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.plan and wizard.next.isEnabled())
    wizard.plan.cards[Preset.QUICK].click()
    wizard.next.click()
    app.until(lambda: wizard.page is wizard.watch)
    (job,) = app.desktop.tuning.jobs()
    app.until(lambda: app.desktop.tuning.job(job.id).progress.state in (JobState.FINISHED, JobState.FAILED))
    done = app.desktop.tuning.job(job.id)
    assert done.progress.state is JobState.FINISHED, done.progress
    assert [point.step for point in done.progress.evaluations] == [0, 2, 4]
    app.until(lambda: wizard.page is wizard.verdict)
    wizard.verdict.name.setText("Like my diary")
    wizard.verdict.use.setChecked(True)  # four steps need not have helped
    wizard.verdict.keep.click()
    app.until(lambda: wizard.page is wizard.jobs)
    used = app.preferences.settings.adapter
    assert used is not None
    assert Path(used).parent == app_folder.adapters
    left = {path.name for path in app_folder.tuning.rglob("*") if path.is_file()}
    assert left == {"ledger.nhl", "name.kept"}, "the copy of the notes is gone with the job, what left is on record"
    (ledger,) = app.desktop.panel.job_ledgers()
    assert (ledger.job, ledger.name) == (job.id, "Diary")
    entries = list(read_entries(ledger.path))
    assert verify(ledger.path).is_good
    assert sum(entry.wire_bytes for entry in entries if entry.purpose == Purpose.TUNE) > 100_000
    app.ready()
    app.send("What does the mill do on Mondays?")
    assert [turn.message.role for turn in app.turns] == [Role.USER, Role.ASSISTANT]
    reply = app.turns[-1].message
    assert reply.text
    assert app.library._writer is not None
    assert app.library._writer.adapter is not None
    assert app.library._writer.adapter.file == Path(used).name
    app.leave()
