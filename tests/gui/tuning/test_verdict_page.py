"""The verdict on screen: what is said first, what is recommended, and what becomes of the result."""

from dataclasses import replace
from pathlib import Path
from threading import Event as Flag

import pytest
from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import QLabel

from app.core.tuning import Basis, JobOrder, JobState, Verdict
from app.domain.errors import StorageError
from app.ui.preferences import Preferences
from app.ui.tuning.verdict_page import VerdictPage
from tests.gui.surfaces import until
from tests.gui.tuning.conftest import OpenHost, opened, read, to_learned
from tests.sim.scripted_tuning import (
    HARMED,
    HELPED,
    KNOWS_SECRETS,
    LOST_ABILITY,
    NO_HELP,
    TOO_LITTLE,
    ScriptedTuning,
    progress,
)


def kind(button: object) -> object:
    return button.property("kind")  # type: ignore[attr-defined]


def top_of(page: VerdictPage) -> str:
    """What stands above the loss."""
    QCoreApplication.processEvents()
    end = page.sentence.mapTo(page.column, QPoint()).y()
    labels = [label for label in page.column.findChildren(QLabel) if label.isVisible()]
    return "\n".join(label.text() for label in labels if label.mapTo(page.column, QPoint()).y() < end)


def test_a_verdict_that_helped(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    words = read(wizard)
    assert wizard.page is wizard.verdict
    assert "It helped" in words
    assert "loss 3.20 to 2.90 a token; 95 % interval 20 to 32 % better" in words
    assert "It began to memorise after step 420, so step 400 was kept." in words
    assert "Tested on 14 notes, learned from 106 notes" in words
    assert "Read some replies before you keep it." in words
    assert "None came out (4 were asked for)." in words
    assert not wizard.verdict.again.isVisible()
    assert wizard.verdict.use.isChecked()
    assert kind(wizard.verdict.keep) == "primary"
    assert "2.90, between 2.80 and 3.00" in wizard.verdict.bars.accessibleDescription()


@pytest.mark.parametrize(
    ("verdict", "heading", "advice"),
    [
        (NO_HELP, "This did not help", "Discard this one"),
        (HARMED, "It made things worse", "Discard it"),
        (LOST_ABILITY, "It lost some of what it could do", "better not to use it"),
        (TOO_LITTLE, "It cannot be told whether it helped", "Add more notes"),
    ],
    ids=["no help", "harmed", "lost ability", "too little"],
)
def test_a_verdict_that_speaks_against_it_says_so_first_and_uses_it_nowhere(
    open_host: OpenHost, services: ScriptedTuning, verdict: Verdict, heading: str, advice: str
) -> None:
    services.verdict = verdict
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    page = wizard.verdict
    assert page.title == heading
    assert advice in page.advice.text()
    assert page.advice.y() < page.sentence.y()
    assert not page.use.isChecked()
    assert kind(page.keep) == "plain"
    assert "Judge for yourself" not in read(page)
    assert page.bars.isVisible() is (verdict.basis is not Basis.TOO_LITTLE)
    assert not page.again.isVisible()


@pytest.mark.parametrize(
    "verdict",
    [KNOWS_SECRETS, replace(KNOWS_SECRETS, general_gain=HARMED.general_gain)],
    ids=["secrets", "secrets and lost ability"],
)
def test_secrets_that_came_out_are_said_first_and_training_without_them_is_recommended(
    open_host: OpenHost, services: ScriptedTuning, verdict: Verdict
) -> None:
    services.verdict = verdict
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    page = wizard.verdict
    assert page.title == "It knows 1 secret from your notes"
    top = top_of(page)
    assert "may come out in any chat" in top
    assert "4111 1111 1111 1111" in top
    assert "train again" in top
    assert ("worse than before" in top) is verdict.has_harmed
    assert (kind(page.again), kind(page.keep)) == ("primary", "plain")
    assert not page.use.isChecked()
    services.verdict = HELPED
    other = services.add("Other", progress(JobState.TRAINING))
    services.finish(other.id)
    wizard.open_job(services.job(other.id))
    assert kind(page.keep) == "primary"
    assert page.use.isChecked()
    assert "4111" not in read(page)


def test_a_result_that_did_not_help_either_is_to_be_discarded(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.verdict = replace(NO_HELP, memorised=KNOWS_SECRETS.memorised)
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    page = wizard.verdict
    assert page.title == "It knows 1 secret from your notes"
    assert "Discard this result." in page.advice.text()
    assert (kind(page.again), kind(page.keep)) == ("plain", "plain")


def test_of_many_secrets_the_first_are_shown_and_the_rest_counted(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    (one,) = KNOWS_SECRETS.memorised
    services.verdict = replace(
        KNOWS_SECRETS, memorised=tuple(replace(one, secret=f"secret {place:02}") for place in range(23))
    )
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    assert wizard.verdict.title == "It knows 23 secrets from your notes"
    words = read(wizard.verdict)
    assert "secret 19" in words
    assert "secret 20" not in words
    assert "and 3 more" in words


# ---------------------------------------------------------------- trained again without them


def test_trained_again_without_them_and_the_old_result_is_deleted(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    page = wizard.verdict
    assert page.drop.isChecked()
    assert "once the new training has started" in read(page)
    page.again.click()
    until(lambda: wizard.page is wizard.watch)
    assert services.without == [frozenset({KNOWS_SECRETS.memorised[0].secret})]
    assert services.orders == [(job.id, JobOrder.DISCARD)]
    assert wizard.watch.job is not None
    assert [one.id for one in services.jobs()] == [wizard.watch.job.id]
    assert "The earlier result is deleted." in wizard.watch.notice.text


def test_the_old_result_stays_where_that_was_chosen_and_it_is_said(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    wizard.verdict.drop.setChecked(False)
    wizard.verdict.again.click()
    until(lambda: wizard.page is wizard.watch)
    assert services.orders == []
    assert job.id in [one.id for one in services.jobs()]
    assert "still knows" in wizard.watch.notice.text


def test_what_is_said_then_gives_way_to_trouble_and_to_nothing_else(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    wizard.verdict.again.click()
    until(lambda: wizard.page is wizard.watch)
    new = wizard.watch.job
    assert new is not None
    services.move(new.id, replace(new.progress, state=JobState.EVALUATING))
    until(lambda: wizard.watch.job is not None and wizard.watch.job.progress.state is JobState.EVALUATING)
    assert "is deleted" in wizard.watch.notice.text
    assert wizard.watch.notice.isVisible()
    services.move(new.id, replace(new.progress, state=JobState.WAITING, message="The backend is gone."))
    until(lambda: "The backend is gone." in wizard.watch.notice.text)
    services.move(new.id, replace(new.progress, state=JobState.TRAINING))
    until(lambda: wizard.watch.notice.isHidden())


@pytest.mark.allow_warning_logs
def test_an_old_result_that_cannot_be_deleted_is_said(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    services.order_errors.append(StorageError("The disk cannot be written.", "Free some space."))
    wizard.verdict.again.click()
    until(lambda: wizard.page is wizard.watch)
    assert job.id in [one.id for one in services.jobs()]
    said = wizard.watch.notice.text
    assert "could not be deleted" in said
    assert "The disk cannot be written. Free some space." in said


@pytest.mark.allow_warning_logs
def test_it_is_said_too_where_the_window_was_closed_meanwhile(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    services.gate = Flag()
    services.order_errors.append(StorageError("The disk cannot be written.", "Free some space."))
    wizard.verdict.again.click()
    wizard.close()
    services.gate.set()
    until(lambda: wizard._desk.followed is not None and wizard._desk.followed.id != job.id)
    wizard.open_where_it_stands()
    assert wizard.page is wizard.watch
    assert wizard.watch.notice.isVisible()
    assert "could not be deleted" in wizard.watch.notice.text


def test_whoever_has_gone_to_choose_other_notes_meanwhile_is_left_there_with_them(
    open_host: OpenHost, services: ScriptedTuning, notes: Path
) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    services.gate = Flag()
    wizard.verdict.again.click()
    wizard.begin([notes])
    services.gate.set()
    until(lambda: "The new training has started." in wizard.notes.notice.text)
    assert wizard.page is wizard.notes
    assert wizard.draft.paths == [notes]
    until(lambda: wizard._desk.followed is not None and wizard._desk.followed.id != job.id)
    to_learned(wizard)


def test_notes_that_were_read_meanwhile_stay_too(open_host: OpenHost, services: ScriptedTuning, notes: Path) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    wizard.begin([notes])
    to_learned(wizard)
    wizard.all_jobs.click()
    wizard.open_job(services.jobs()[0])
    wizard.verdict.again.click()
    until(lambda: wizard.page is wizard.watch)
    assert wizard.draft.notes is not None
    assert services.has_texts


@pytest.mark.allow_warning_logs
def test_where_the_new_training_cannot_start_the_old_result_stays(
    open_host: OpenHost, services: ScriptedTuning
) -> None:
    services.verdict = KNOWS_SECRETS
    wizard, job = opened(open_host, services, JobState.FINISHED)
    services.errors.append(StorageError("The disk is full.", "Make room."))
    wizard.verdict.again.click()
    until(lambda: "The disk is full." in wizard.verdict.work.words)
    assert wizard.page is wizard.verdict
    assert services.orders == []
    assert [one.id for one in services.jobs()] == [job.id]


def test_adapters_that_learned_the_same_notes_are_named(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.verdict = KNOWS_SECRETS
    services.learned_alike = {"ab": ("Like my diary", "Letters")}
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    top = top_of(wizard.verdict)
    assert "Like my diary, Letters" in top
    assert "learned from the same notes" in top


def test_where_none_was_kept_none_is_named(open_host: OpenHost, services: ScriptedTuning) -> None:
    services.verdict = KNOWS_SECRETS
    services.learned_alike = {"cd": ("Another", "Letters")}
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    assert "the same notes" not in read(wizard.verdict)


# ---------------------------------------------------------------- what becomes of it


def test_which_one_is_tuned_shows_after_the_vote(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    votes = wizard.verdict.votes
    assert "is fine-tuned." not in read(votes)
    votes.choose_left.click()
    assert "The left one is fine-tuned." in read(votes)
    assert not votes.choose_left.isVisible()
    votes.next.click()
    assert "is fine-tuned." not in read(votes)
    votes.choose_left.click()
    assert "The right one is fine-tuned." in read(votes)
    assert votes.counts == (1, 1, 0)
    assert "You chose the fine-tuned model 1 times, the other one 1 times, neither 0 times." in read(votes)
    assert not votes.next.isVisible()


def test_a_result_is_discarded_only_when_asked_twice(open_host: OpenHost, services: ScriptedTuning) -> None:
    wizard, job = opened(open_host, services, JobState.FINISHED)
    wizard.verdict.discard.click()
    assert services.orders == []
    wizard.verdict.notice.action.click()
    until(lambda: wizard.page is wizard.jobs)
    assert services.orders == [(job.id, JobOrder.DISCARD)]


def test_kept_without_use_it_is_not_used(
    open_host: OpenHost, services: ScriptedTuning, preferences: Preferences
) -> None:
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    wizard.verdict.use.setChecked(False)
    wizard.verdict.name.setText("  ")
    assert not wizard.verdict.keep.isEnabled()
    wizard.verdict.name.setText("Later")
    wizard.verdict.keep.click()
    until(lambda: wizard.page is wizard.jobs)
    assert services.kept[0][1] == "Later"
    assert preferences.settings.adapter is None


def test_a_keep_that_the_window_is_closed_under_is_done_all_the_same(
    open_host: OpenHost, services: ScriptedTuning, preferences: Preferences
) -> None:
    wizard, _ = opened(open_host, services, JobState.FINISHED)
    services.gate = Flag()
    wizard.verdict.keep.click()
    wizard.close()
    services.gate.set()
    until(lambda: preferences.settings.adapter is not None)
    assert not wizard.isVisible()
