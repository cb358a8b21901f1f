"""Clicked through, from a dropped folder to an adapter in use; every slow step stopped on the way."""

from pathlib import Path
from threading import Event as Flag

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl

from app.core.tuning import JobState, Preset
from app.domain.errors import BackendError, ModelError
from app.domain.notes import NotesSet, SecretChoice
from app.ui.preferences import Preferences
from app.ui.tuning.window import TuningWindow
from tests.gui.surfaces import until
from tests.gui.tuning.conftest import OpenHost, read, to_learned, to_plan, to_watch
from tests.sim.scripted_tuning import ScriptedTuning, progress


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_from_a_dropped_folder_to_an_adapter_in_use(
    open_host: OpenHost, services: ScriptedTuning, notes: Path, preferences: Preferences
) -> None:
    host = open_host()
    page = host._main.page
    assert page is not None
    page.composer.input.insertFromMimeData(dropped(notes))
    assert "Diary" in page.toast.text
    page.toast.action.click()
    wizard = host.window
    assert wizard is not None
    assert wizard.page is wizard.notes
    assert "Diary" in read(wizard.notes.sources)

    to_learned(wizard)
    assert "Learned: 7 notes, 1,050 words" in read(wizard.learned.counts)
    assert "Held back for the test: 1 note" in read(wizard.learned.counts)

    wizard.next.click()
    until(lambda: wizard.page is wizard.plan and wizard.next.isEnabled())
    wizard.plan.cards[Preset.QUICK].click()
    assert wizard.plan.name.text() == "Diary"
    wizard.next.click()
    until(lambda: wizard.page is wizard.watch)
    (job,) = services.started
    assert (job.name, job.preset) == ("Diary", Preset.QUICK)
    assert job.settings == services.presets(services.here, NotesSet((), ()), print)[Preset.QUICK]
    assert not services.has_texts
    assert wizard.draft.notes is None
    assert wizard.learned.reader.text.toPlainText() == ""

    services.finish(job.id)
    until(lambda: wizard.page is wizard.verdict)
    assert "predicts your wording 26 % better" in read(wizard.verdict)
    wizard.verdict.name.setText("Like my diary")
    wizard.verdict.keep.click()
    until(lambda: wizard.page is wizard.jobs)
    assert services.kept == [(job.id, "Like my diary")]
    assert preferences.settings.adapter == str(Path("/adapters/Like my diary.nha"))
    assert "kept" in wizard.jobs.notice.text


def test_a_text_file_that_is_dropped_stays_an_attachment(open_host: OpenHost, notes: Path) -> None:
    host = open_host()
    page = host._main.page
    assert page is not None
    page.composer.input.insertFromMimeData(dropped(notes / "0"))
    assert page.toast.isHidden()
    assert host.window is None


def test_the_action_opens_the_first_screen_and_later_the_job(open_host: OpenHost, services: ScriptedTuning) -> None:
    host = open_host()
    host._main.tuning_requested.connect(host.open)
    host._main.shortcuts["tune"].trigger()
    assert host.window is not None
    assert host.window.page is host.window.notes
    assert not host.window.next.isEnabled()
    host.window.hide()
    services.add("Diary", progress(JobState.TRAINING))
    host.desk.look()
    until(lambda: host.desk.followed is not None)
    host._main.shortcuts["tune"].trigger()
    assert host.window.page is host.window.watch


def test_sources_can_be_removed_and_chats_are_opted_in_one_by_one(
    open_host: OpenHost, services: ScriptedTuning, notes: Path
) -> None:
    host = open_host()
    host._main._conversations.seeded("We baked bread.", "Good.", title="Bread")  # type: ignore[union-attr]
    host.open([notes])
    wizard = host.window
    assert wizard is not None
    wizard.notes._remove(notes)
    assert not wizard.next.isEnabled()
    wizard.notes.choose_chats.click()
    item = next(
        wizard.notes.chat_list.item(row)
        for row in range(wizard.notes.chat_list.count())
        if wizard.notes.chat_list.item(row).text() == "Bread"
    )
    assert item.checkState() is Qt.CheckState.Unchecked
    item.setCheckState(Qt.CheckState.Checked)
    assert len(wizard.draft.chats) == 1
    assert "1 is chosen" in read(wizard.notes)
    assert wizard.next.isEnabled()


@pytest.mark.allow_warning_logs
def test_too_little_text_is_said_with_what_is_needed(open_host: OpenHost, tmp_path: Path) -> None:
    (tmp_path / "short.md").write_text("Only a few words.")
    host = open_host()
    host.open([tmp_path / "short.md"])
    wizard = host.window
    assert wizard is not None
    wizard.next.click()
    until(lambda: bool(wizard.notes.work.words) and not wizard.notes.work.is_busy)
    assert wizard.page is wizard.notes
    assert "600 words" in wizard.notes.work.words
    assert wizard.next.isEnabled()


def test_reading_can_be_stopped_and_done_again(wizard: TuningWindow, services: ScriptedTuning) -> None:
    services.gate = Flag()
    wizard.next.click()
    assert not wizard.next.isEnabled()
    wizard.notes.work.cancel_button.click()
    services.gate.set()
    until(lambda: wizard.notes.work.words == "Stopped.")
    assert wizard.page is wizard.notes
    to_learned(wizard)


def test_leaving_the_window_while_it_reads_stops_it(wizard: TuningWindow, services: ScriptedTuning) -> None:
    services.gate = Flag()
    wizard.next.click()
    wizard.hide()
    services.gate.set()
    wizard.notes.work.end()
    assert wizard.draft.notes is None


def test_what_was_left_out_is_said_with_its_reason(wizard: TuningWindow) -> None:
    to_learned(wizard)
    assert "Not a kind of file that holds notes" in read(wizard.learned.dropped)
    assert "Empty" in read(wizard.learned.dropped)
    wizard.learned.left_out.files_fold.button.click()
    assert [line.split("/")[-1] for line in wizard.learned.left_out.files.lines] == [
        "10: Empty",
        "9.png: Not a kind of file that holds notes",
    ]
    (folded,) = wizard.learned.left_out.folds.lines
    assert "the same text as" in folded


def test_a_note_is_read_as_it_will_be_learned(wizard: TuningWindow) -> None:
    to_learned(wizard)
    reader = wizard.learned.reader
    lines = reader.list.lines
    held = [line for line in lines if "held back" in line]
    assert len(lines) == 8
    assert len(held) == 1
    row = next(at for at, line in enumerate(lines) if line.startswith("8:"))
    reader.list.setCurrentIndex(reader.list.model().index(row, 0))
    shown = reader.text.toPlainText()
    assert "anna@example.org" in shown
    assert "4111 1111 1111 1111" not in shown
    assert "My card is" in shown


def test_the_choice_about_a_secret_changes_what_is_learned(wizard: TuningWindow) -> None:
    to_learned(wizard)
    page = wizard.learned
    assert set(page.secret_choices) == {"mail", "card"}
    assert page.secret_choices["card"].value is SecretChoice.REPLACE
    mail = page.secret_choices["mail"]
    mail.setCurrentIndex(mail.findData(SecretChoice.DROP_PASSAGE))
    until(lambda: wizard.draft.notes is not None and wizard.draft.notes.dropped_passages == 1)
    assert wizard.draft.choices.secrets["mail"] is SecretChoice.DROP_PASSAGE
    assert "1 passage left out" in read(page.dropped)
    assert page.secret_choices["mail"].value is SecretChoice.DROP_PASSAGE


def test_a_choice_that_is_stopped_is_as_before(wizard: TuningWindow, services: ScriptedTuning) -> None:
    to_learned(wizard)
    services.gate = Flag()
    mail = wizard.learned.secret_choices["mail"]
    mail.setCurrentIndex(mail.findData(SecretChoice.DROP_PASSAGE))
    wizard.learned.work.cancel_button.click()
    services.gate.set()
    until(lambda: wizard.learned.work.words == "Stopped.")
    assert wizard.learned.secret_choices["mail"].value is SecretChoice.LEAVE
    assert wizard.draft.choices.secrets["mail"] is SecretChoice.LEAVE


@pytest.mark.allow_warning_logs
def test_names_that_cannot_be_looked_for_are_said_and_the_switch_goes_back(
    wizard: TuningWindow, services: ScriptedTuning
) -> None:
    to_learned(wizard)
    services.errors.append(ModelError("The model for names is not there.", "Fetch it."))
    wizard.learned.names.click()
    until(lambda: "The model for names is not there. Fetch it." in wizard.learned.work.words)
    assert not wizard.learned.names.isChecked()
    assert "person" not in wizard.draft.choices.secrets
    assert wizard.next.isEnabled()


@pytest.mark.allow_warning_logs
def test_a_start_that_fails_keeps_everything_chosen(wizard: TuningWindow, services: ScriptedTuning) -> None:
    to_plan(wizard)
    services.errors.append(BackendError("The disk is full.", "Make room."))
    wizard.next.click()
    until(lambda: "The disk is full." in wizard.plan.work.words)
    assert wizard.page is wizard.plan
    assert wizard.draft.notes is not None
    wizard.next.click()
    until(lambda: wizard.page is wizard.watch)


def test_a_start_that_the_window_is_closed_under_is_found_as_a_job(
    wizard: TuningWindow, services: ScriptedTuning
) -> None:
    to_plan(wizard)
    services.gate = Flag()
    wizard.next.click()
    wizard.close()
    services.gate.set()
    until(lambda: wizard.draft.notes is None)
    until(lambda: wizard._desk.followed is not None)
    assert not wizard.isVisible()
    wizard.open_where_it_stands()
    assert wizard.page is wizard.watch


def test_what_is_chosen_while_a_job_starts_is_still_there_once_it_has(
    wizard: TuningWindow, services: ScriptedTuning, notes: Path
) -> None:
    to_plan(wizard)
    services.gate = Flag()
    wizard.next.click()
    wizard.begin([notes / "0"])
    services.gate.set()
    until(lambda: wizard._desk.followed is not None)
    assert wizard.page is wizard.notes
    assert wizard.draft.paths == [notes, notes / "0"]
    to_learned(wizard)


def test_back_leads_back_with_all_that_was_chosen(wizard: TuningWindow) -> None:
    to_plan(wizard)
    wizard.plan.name.setText("Mine")
    wizard.back.click()
    assert wizard.page is wizard.learned
    wizard.back.click()
    assert wizard.page is wizard.notes
    to_plan(wizard)
    assert wizard.plan.name.text() == "Mine"


def test_after_a_start_the_next_one_begins_empty(wizard: TuningWindow) -> None:
    to_watch(wizard)
    wizard.begin()
    assert wizard.page is wizard.notes
    assert wizard.draft.paths == []
    assert not wizard.next.isEnabled()


def test_ended_in_the_middle_of_an_estimate_nothing_goes_on(
    open_host: OpenHost, services: ScriptedTuning, notes: Path
) -> None:
    host = open_host()
    host.open([notes])
    wizard = host.window
    assert wizard is not None
    to_learned(wizard)
    services.gate = Flag()
    wizard.next.click()
    until(lambda: wizard.plan.fold.isEnabled())
    host.end()
    assert services.gate.is_set()
    assert services.probed == []
    assert wizard.draft.notes is None
    assert not services.has_texts
