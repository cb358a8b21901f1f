"""What the trainer does where the disk or a checkpoint fails it, and with an order at any moment. Whole jobs:
tests/e2e/test_tuning_troubles.py, test_tuning_orders.py."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.tuning import JobOrder, JobProgress, JobState
from app.core.tuning_jobs import CHECKPOINT, JobRecord, JobsOnDisk
from app.domain.errors import Cancelled, ConnectionLost, StorageError, StoreDamaged
from app.main import trainer as trainer_module
from app.main.trainer import Trainer
from app.storage.job_files import JobFiles
from app.storage.paths import DataFolder
from tests.unit.core.test_tuning_jobs import KEY, NOTES, SETTINGS
from tests.unit.core.test_tuning_orders import wait_until


class Disk:
    """Takes nothing while `is_full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        write = JobFiles.write

        def fail_or_write(files: JobFiles, name: str, data: bytes) -> None:
            if self.is_full:
                raise StorageError("The disk is full.", "Make room.")
            write(files, name, data)

        monkeypatch.setattr(JobFiles, "write", fail_or_write)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def trainer(tmp_path: Path, disk: Disk) -> Trainer:
    folder = DataFolder(tmp_path / "home").create()
    jobs = JobsOnDisk(folder.tuning, lambda: KEY, lambda _: None)
    return Trainer(jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id), folder)


def a_run(**methods: Any) -> Any:
    return SimpleNamespace(checkpoint=lambda: b"where it stands", **methods)


def test_a_checkpoint_that_finds_no_room_is_kept_and_stored_before_anything_else_is_done(
    trainer: Trainer, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[bool] = []
    monkeypatch.setattr(trainer, "_work", lambda _: worked.append(trainer._record.files.has(CHECKPOINT)))
    disk.is_full = True
    trainer._save(a_run())
    assert trainer._try() is False
    assert worked == [], "nothing is trained that could not be stored"
    assert trainer._record.progress().state is JobState.PAUSED, "its lock is not held in this test"
    assert "disk was full" in trainer._record.progress().message
    disk.is_full = False
    assert trainer._try() is True
    assert worked == [True]
    assert trainer._record.files.read(CHECKPOINT) == b"where it stands"


def test_a_checkpoint_that_cannot_be_read_begins_anew_and_says_so(trainer: Trainer) -> None:
    def refuse(_: bytes) -> None:
        raise StoreDamaged("It cannot be read.")

    trainer._record.files.write(CHECKPOINT, b"nonsense")
    trainer._restore(a_run(restore=refuse))
    assert "begins anew, with the same notes" in trainer._progress.message


def test_damaged_notes_are_no_reason_to_wait(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: ExitStack) -> None:
        raise StoreDamaged("The notes are damaged.", "Begin anew.")

    monkeypatch.setattr(trainer, "_work", fail)
    trainer.run()
    progress = trainer._record.progress()
    assert (progress.state, progress.message, progress.advice) == (
        JobState.FAILED,
        "The notes are damaged.",
        "Begin anew.",
    )


def test_that_the_disk_is_full_is_said_though_nothing_can_be_written_and_taken_back(
    trainer: Trainer, disk: Disk
) -> None:
    record: JobRecord = trainer._record
    with record.files.held():
        trainer._tell(JobProgress(JobState.TRAINING, 100), now=True)
        assert record.progress().state is JobState.TRAINING
        disk.is_full = True
        trainer._tell(JobProgress(JobState.TRAINING, 100), now=True)
        told = record.progress()
        assert told.state is JobState.WAITING
        assert "disk is full" in told.message
        assert "goes on by itself" in told.advice
        disk.is_full = False
        trainer._tell(JobProgress(JobState.TRAINING, 100), now=True)
        assert record.progress() == JobProgress(JobState.TRAINING, 100)


# ---------------------------------------------------------------- orders


class Worked:
    """Stands in for one work after the other; each is asked to leave, or goes on, as the trainer says."""

    def __init__(self, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, *works: Callable[[], None]) -> None:
        self._works = list(works)
        self.begun = 0
        monkeypatch.setattr(trainer_module, "ORDERS_EVERY_S", 0.01)
        monkeypatch.setattr(trainer, "_work", self._work)

    def _work(self, _: ExitStack) -> None:
        self.begun += 1
        self._works.pop(0)()


def order(trainer: Trainer, word: JobOrder) -> None:
    """And wait until it is taken."""
    files = trainer._record.files
    files.leave_order(word.value)
    wait_until(lambda: not files.has_order(word.value))


def prepare_for_ever(trainer: Trainer) -> None:
    while True:
        trainer._note("Preparing.")
        time.sleep(0.005)


def state(trainer: Trainer) -> JobState:
    with trainer._record.files.held():
        return trainer._record.progress().state


@pytest.mark.parametrize("how", ["order", "signal"])
def test_a_pause_while_it_prepares_is_obeyed_at_once(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def prepare() -> None:
        if how == "signal":
            trainer.terminate()
        else:
            trainer._record.files.leave_order("pause")
        prepare_for_ever(trainer)

    worked = Worked(trainer, monkeypatch, prepare)
    trainer.run()
    assert worked.begun == 1
    assert state(trainer) is JobState.PAUSED


@pytest.mark.parametrize("later", [JobOrder.RESUME, JobOrder.KEEP_BEST], ids=["resume", "keep-best"])
def test_a_pause_that_is_taken_back_before_it_is_told_is_none(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch, later: JobOrder
) -> None:
    def be_paused() -> None:
        order(trainer, JobOrder.PAUSE)
        wait_until(lambda: trainer._must_leave)
        order(trainer, later)
        wait_until(lambda: not trainer._must_leave)
        raise Cancelled  # as a run does that has obeyed the pause

    worked = Worked(trainer, monkeypatch, be_paused, lambda: None)
    trainer.run()
    assert worked.begun == 2
    assert state(trainer) is JobState.FINISHED


def test_a_system_that_shuts_down_is_not_asked_to_go_on(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut_down() -> None:
        trainer.terminate()
        wait_until(lambda: trainer._must_leave)
        trainer._record.files.leave_order("resume")
        raise Cancelled

    Worked(trainer, monkeypatch, shut_down)
    trainer.run()
    assert state(trainer) is JobState.PAUSED
    assert trainer._record.files.has_order("resume"), "it is for the next one"


def test_a_discard_ends_the_work_and_leaves_nothing_behind(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    files = trainer._record.files

    def be_discarded() -> None:
        files.discard()
        prepare_for_ever(trainer)

    worked = Worked(trainer, monkeypatch, be_discarded)
    with files.held():
        trainer.run()
        assert worked.begun == 1
        assert files.folder.exists(), "its trainer holds it"
    files.tidy()
    assert not files.folder.exists()


def test_each_order_reaches_the_run_as_what_it_means(trainer: Trainer) -> None:
    heard: list[str] = []
    names = ("pause", "stop", "go_on", "cancel")
    trainer._run = a_run(**{name: lambda name=name: heard.append(name) for name in names})
    trainer._progress = JobProgress(JobState.TRAINING, 100)
    for one in (JobOrder.RESUME, JobOrder.PAUSE, JobOrder.RESUME, JobOrder.KEEP_BEST):
        trainer.obey(one)
    assert heard == ["go_on", "pause", "go_on", "stop"]
    heard.clear()
    trainer._progress = JobProgress(JobState.WAITING, 100)
    for one in (JobOrder.RESUME, JobOrder.KEEP_BEST, JobOrder.PAUSE):
        trainer.obey(one)
    assert heard == ["go_on", "stop", "cancel"], "who waits for a backend need not wait longer to be paused"
    heard.clear()
    for one in (JobOrder.DISCARD, JobOrder.RESUME, JobOrder.PAUSE):
        trainer.obey(one)
    assert heard == ["cancel"], "a discard is for good"


def test_a_pause_just_before_the_backend_is_lost_is_not_forgotten(trainer: Trainer) -> None:
    trainer.obey(JobOrder.PAUSE)
    with pytest.raises(Cancelled):
        trainer._tell(JobProgress(JobState.WAITING, 100, message="The backend is gone."))


def test_going_on_tries_again_at_once_where_it_waits(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_the_backend() -> None:
        trainer._record.files.leave_order("resume")
        raise ConnectionLost("The backend is gone.")

    monkeypatch.setattr(trainer_module, "TRY_AGAIN_S", 1000.0)
    worked = Worked(trainer, monkeypatch, lose_the_backend, lambda: None)
    trainer.run()
    assert worked.begun == 2
    assert state(trainer) is JobState.FINISHED
