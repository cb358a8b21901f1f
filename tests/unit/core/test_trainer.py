"""What the trainer does where the disk or a checkpoint fails it. Whole jobs: tests/e2e/test_tuning_troubles.py."""

from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.tuning import JobProgress, JobState
from app.core.tuning_jobs import CHECKPOINT, JobRecord, JobsOnDisk
from app.domain.errors import StorageError, StoreDamaged
from app.main.trainer import Trainer
from app.storage.job_files import JobFiles
from app.storage.paths import DataFolder
from tests.unit.core.test_tuning_jobs import KEY, NOTES, SETTINGS


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
    assert trainer.run() is False
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
