"""A job's files: encrypted, whole or not at all, gone when discarded; a killed trainer leaves it paused. Orders:
test_tuning_orders.py."""

import json
import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from app.core.secret_free import without_secrets
from app.core.tuning import (
    EvalPoint,
    Interval,
    JobOrder,
    JobProgress,
    JobState,
    Memorised,
    Preset,
    Sample,
    TrainPoint,
    TuningSettings,
    Verdict,
)
from app.core.tuning_jobs import JobRecord, JobsOnDisk, read_backend
from app.core.tuning_ledgers import JobLedgers
from app.domain.backend import Backend
from app.domain.errors import AppError, SettingsError, StorageError, StoreDamaged
from app.domain.notes import Note, NotesSet
from app.privacy.ledger import Ledger
from app.storage.job_files import JobFiles
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import grouped

KEY = bytes(range(32))
GPU = Backend("gpu", "https://gpu.example.org", "a token of mine")
NOTE = Note("id", "A title", "notes/a.md", "The needle is in the hay.", "ab" * 32, ("tag",), date(2026, 11, 1))
NOTES = NotesSet((NOTE,), (replace(NOTE, id="other"),), data_hash="cd" * 32)
SETTINGS = TuningSettings(grouped(6, 2, 8), Recipe.SVD, 4, 100, 5e-3, 5e-3, exchange_dtype=Dtype.INT8)
PROGRESS = JobProgress(
    JobState.TRAINING,
    100,
    (TrainPoint(1, 3.5, 1e-3, 0.5, 512), TrainPoint(2, 3.25, 2e-3, 0.25, 1024)),
    (EvalPoint(0, 3.75), EvalPoint(2, 3.5)),
    Sample(2, "Once", " upon"),
    10,
    20,
    30,
    1.5,
    60.0,
)


class Started:
    """Stands in for the starting of a process: notes who was started."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.fails = False

    def __call__(self, files: JobFiles) -> None:
        if self.fails:
            raise StorageError("No process.")
        self.jobs.append(files.folder.name)


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "tuning"


@pytest.fixture
def jobs(root: Path, started: Started) -> JobsOnDisk:
    return JobsOnDisk(root, lambda: KEY, started)


def test_a_job_comes_back_as_it_was_stored(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", GPU, "smollm2", NOTES, SETTINGS, Preset.QUICK)
    assert started.jobs == [made.id]
    record = jobs.record(made.id)
    assert record.notes() == NOTES
    assert read_backend(record.files) == GPU
    assert jobs.read(made.id) == replace(made, progress=JobProgress(JobState.PAUSED, 100))
    with record.files.held():
        record.write_progress(PROGRESS)
        assert jobs.read(made.id).progress == PROGRESS
    assert jobs.read(made.id).progress.state is JobState.PAUSED, "its process was killed"
    assert [job.id for job in jobs.list()] == [made.id]


def test_of_notes_that_are_neither_learned_nor_tested_no_job_has_a_copy_not_even_one_of_a_job_that_had(
    jobs: JobsOnDisk,
) -> None:
    aside = replace(NOTE, id="aside", text="Nobody reads this any more: 0176 4821 9937.")
    old = jobs.create("Diary", None, "m", replace(NOTES, aside=(aside,)), SETTINGS, None)
    assert jobs.record(old.id).notes() == NOTES
    record = jobs.record(old.id)
    record.files.write("notes", TypeAdapter(NotesSet).dump_json(replace(NOTES, aside=(aside,))))  # as jobs were stored
    assert record.notes().aside == (aside,), "it can be read as ever"
    again = jobs.again(record, old, without_secrets(record.notes(), ["0176 4821 9937"]))
    assert b"4821" not in jobs.record(again.id).files.read("notes")


def test_a_job_that_ends_while_it_is_read_is_not_taken_for_a_paused_one(
    jobs: JobsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id)
    trainer = ExitStack()
    read = JobFiles.read

    def end_behind(files: JobFiles, name: str) -> bytes:
        found = read(files, name)
        if name == "progress":
            record.write_progress(replace(PROGRESS, state=JobState.FINISHED))
            trainer.close()
        return found

    with trainer:
        trainer.enter_context(record.files.held())
        record.write_progress(PROGRESS)
        monkeypatch.setattr(JobFiles, "read", end_behind)
        assert record.progress().state is JobState.TRAINING, "so whoever follows it looks again"
    assert record.progress().state is JobState.FINISHED


def test_a_job_is_read_that_was_begun_when_there_was_a_weight_decay(jobs: JobsOnDisk) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    stored = json.loads(record.files.read("job"))
    stored["settings"]["weight_decay"] = 0.0
    record.files.write("job", json.dumps(stored).encode())
    assert record.job() == made


def test_a_verdict_comes_back_as_it_was_stored(jobs: JobsOnDisk) -> None:
    record = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id)
    verdict = Verdict(
        Interval(3.5, 3.4, 3.6),
        Interval(3.0, 2.9, 3.1),
        Interval(0.5, 0.25, 0.75),
        *(80, 100, None, 0.5, 0.5, 3),
        memorised=(Memorised("key", "My key is ", "sk-0", "Keys"),),
    )
    record.write_verdict(verdict)
    assert record.verdict() == verdict
    assert verdict.has_helped


def test_nothing_of_the_notes_stands_on_the_disk_in_clear(jobs: JobsOnDisk, tmp_path: Path) -> None:
    jobs.create("Diary of Ann", None, "m", NOTES, SETTINGS, None)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"needle" not in path.read_bytes()
            assert b"Diary of Ann" not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0 or os.name != "posix" or path.name == "lock"


def test_a_job_whose_process_does_not_start_leaves_nothing(jobs: JobsOnDisk, started: Started, tmp_path: Path) -> None:
    started.fails = True
    with pytest.raises(AppError, match="No process"):
        jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    assert not list((tmp_path / "tuning").iterdir())


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "A file of this fine-tuning job is damaged."), (b'{"form": 3}', "by another version of Nearhalf")],
    ids=["damaged", "another version"],
)
@pytest.mark.parametrize("name", ["job", "progress", "verdict"])
def test_a_job_with_a_file_that_cannot_be_read_is_listed_so_that_it_can_be_discarded(
    jobs: JobsOnDisk, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    made, other = (jobs.create("Diary", None, "m", NOTES, SETTINGS, None) for _ in range(2))
    record = jobs.record(made.id)
    if content is None:
        (record.files.folder / f"{name}.sealed").write_bytes(b"NHSEALED and then nothing")
    else:
        record.files.write(name, content)
    listed = {job.id: job for job in jobs.list()}
    assert set(listed) == {made.id, other.id}
    assert not listed[other.id].is_damaged
    found = listed[made.id]
    assert found.is_damaged
    assert found.progress.state is JobState.FAILED
    assert words in found.progress.message
    assert "iscard the job" in found.progress.advice
    assert (found.name, found.created) == (made.id if name == "job" else "Diary", made.created)
    assert jobs.read(made.id) == jobs.follow(made.id)() == found
    jobs.order(made.id, JobOrder.DISCARD)
    assert [job.id for job in jobs.list()] == [other.id]
    assert not record.files.folder.exists()


def test_one_that_cannot_be_read_just_now_is_listed_too(jobs: JobsOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)

    def refuse(_files: JobFiles, _name: str) -> bytes:
        raise StorageError("It may not be read.", "Look at its permissions.")

    with monkeypatch.context() as patch:
        patch.setattr(JobFiles, "read", refuse)
        (found,) = jobs.list()
        assert (found.id, found.progress.state, found.progress.message) == (
            made.id,
            JobState.FAILED,
            "It may not be read.",
        )
        with pytest.raises(StorageError, match="may not be read"):
            jobs.read(made.id)  # whoever follows it asks again
    assert jobs.list()[0].progress.state is JobState.PAUSED


def test_another_vault_cannot_read_a_job(jobs: JobsOnDisk, tmp_path: Path, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    stranger = JobsOnDisk(tmp_path / "tuning", lambda: bytes(32), started)
    with pytest.raises(StoreDamaged):
        stranger.read(made.id)
    assert stranger.list() == []


def test_a_file_of_one_job_cannot_stand_in_for_another_jobs(jobs: JobsOnDisk) -> None:
    first = jobs.record(jobs.create("One", None, "m", NOTES, SETTINGS, None).id)
    second = JobFiles(first.files.folder.with_name("other"), first.files.key)
    second.folder.mkdir()
    (second.folder / "job.sealed").write_bytes((first.files.folder / "job.sealed").read_bytes())
    with pytest.raises(StoreDamaged):
        JobRecord(second).job()


def test_only_one_trainer_holds_a_job(jobs: JobsOnDisk) -> None:
    files = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id).files
    with files.held(), pytest.raises(StorageError, match="already running"), JobFiles(files.folder, files.key).held():
        pass


def test_of_a_job_whose_adapter_was_kept_the_ledger_is_left_and_its_name_sealed(jobs: JobsOnDisk, root: Path) -> None:
    made = jobs.create("Diary of Ann", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    Ledger(record.files.ledger).close()
    ledgers = JobLedgers(root, lambda: KEY)
    before = ledgers.list()
    assert [(one.path, one.job, one.name) for one in before] == [(record.files.ledger, made.id, "Diary of Ann")]
    assert before[0].began_at is not None
    assert before[0].began_at.isoformat().replace("+00:00", "Z") == made.created

    jobs.end(record)
    assert jobs.list() == []
    assert sorted(path.name for path in record.files.folder.iterdir()) == ["ledger.nhl", "name.kept"]
    assert b"Ann" not in (record.files.folder / "name.kept").read_bytes()
    assert JobLedgers(root, lambda: KEY).list() == before
    with pytest.raises(SettingsError):
        record.write_progress(PROGRESS)

    def locked() -> bytes:
        raise StorageError("It is locked.")

    assert [one.name for one in JobLedgers(root, locked).list()] == [""]


def test_a_job_that_never_sent_anything_leaves_nothing(jobs: JobsOnDisk, root: Path) -> None:
    record = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id)
    jobs.end(record)
    assert not record.files.folder.exists()


def test_a_discarded_job_is_gone_and_does_not_come_back(jobs: JobsOnDisk, tmp_path: Path) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    Ledger(record.files.ledger).close()
    jobs.order(made.id, JobOrder.DISCARD)
    assert not (tmp_path / "tuning" / made.id).exists()
    with pytest.raises(SettingsError):
        jobs.read(made.id)
    with pytest.raises(SettingsError):
        record.write_progress(PROGRESS)
    assert not (tmp_path / "tuning" / made.id).exists()


def test_a_job_whose_making_was_broken_off_is_deleted_and_one_that_is_being_made_is_not(
    jobs: JobsOnDisk, tmp_path: Path
) -> None:
    folder = tmp_path / "tuning" / "20261123-101112-abcdef"
    with JobFiles.made(folder, KEY) as files:
        files.write("notes", b"words")
        assert jobs.list() == []
        assert files.has("notes")
    assert jobs.list() == []  # as after a kill: nobody holds it, and it never got as far as a job
    assert not folder.exists()


@pytest.mark.parametrize("name", ["notes", "backend", "progress", "job"])
def test_a_job_that_finds_no_room_leaves_nothing(
    jobs: JobsOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write = JobFiles.write

    def fail(files: JobFiles, written: str, data: bytes) -> None:
        if written == name:
            raise StorageError("The disk is full.")
        write(files, written, data)

    monkeypatch.setattr(JobFiles, "write", fail)
    with pytest.raises(StorageError, match="full"):
        jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    assert not list((tmp_path / "tuning").iterdir())
