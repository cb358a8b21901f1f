"""All fine-tuning jobs of one person: what the window and the terminal read of them, and the orders they leave.

A job's process outlives the window (app/main/trainer.py). Both sides meet in the job's folder only (JobFiles): the
trainer writes `progress` about once a second, the window leaves orders of one word.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.core.tuning import (
    JobOrder,
    JobProgress,
    JobState,
    Preset,
    TuningJob,
    TuningSettings,
    Verdict,
)
from app.core.tuning_ledgers import began_at
from app.domain.backend import Backend
from app.domain.errors import AppError, SettingsError, StorageError, StoreDamaged
from app.domain.notes import NotesSet
from app.storage.job_files import JobFiles, job_folders, left_folders
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan

JOB, NOTES, CHECKPOINT, BEST, PROGRESS, VERDICT = "job", "notes", "checkpoint", "best", "progress", "verdict"
BACKEND, MODEL = "backend", "model"

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_Value = TypeVar("_Value")
_FORMS: "dict[str, TypeAdapter[Any]]" = {}  # by the name of the kind
NOT_STORED = (  # of a training that stopped meanwhile
    "The disk was full when this training stopped, so its last steps are not stored.",
    "Make room on the disk, then resume: the same steps are done again, to the same result.",
)
TAKEN_WITHIN_S = 10.0  # an order; the trainer looks more than once a second
_ENDED = (JobState.FINISHED, JobState.FAILED, JobState.PAUSED)


@dataclass(frozen=True, slots=True)
class _Place:
    backend: Backend | None


StartTrainer = Callable[[JobFiles], None]
"""Starts the job's process and hands it the job's key; returns once it holds the job. Raises AppError."""


class JobRecord:
    """What one job has written, read and written whole. For the window, the terminal and the trainer."""

    def __init__(self, files: JobFiles) -> None:
        self.files = files

    def job(self) -> TuningJob:
        """Without its progress. Raises StorageError."""
        return _read(TuningJob, self.files, JOB)

    def progress(self) -> JobProgress:
        """As the trainer wrote it last; a trainer that was killed has left the job paused."""
        if not self.files.has(PROGRESS):
            return JobProgress(JobState.PREPARING, 0)
        is_running = self.files.is_running  # looked at first: the trainer lets go of the job behind its last word
        progress = _read(JobProgress, self.files, PROGRESS)
        if self.files.is_full:  # what was written last is old
            return _on_a_full_disk(progress, is_running)
        if progress.state in _ENDED or is_running:
            return progress
        return replace(progress, state=JobState.PAUSED, seconds_left=None, message="", advice="")

    def notes(self) -> NotesSet:
        return _read(NotesSet, self.files, NOTES)

    def verdict(self) -> Verdict | None:
        return _read(Verdict, self.files, VERDICT) if self.files.has(VERDICT) else None

    def write_progress(self, progress: JobProgress) -> None:
        self.files.write(PROGRESS, _json(progress))

    def write_verdict(self, verdict: Verdict) -> None:
        self.files.write(VERDICT, _json(verdict))

    def whole(self) -> TuningJob:
        """Raises StorageError: not just now; SettingsError: gone. A damaged one is a job too."""
        try:
            return replace(self.job(), progress=self.progress(), verdict=self.verdict())
        except StoreDamaged as error:
            return self.damaged(error)

    def damaged(self, error: AppError) -> TuningJob:
        """What can be shown of it where `error` keeps a file from being read. Raises it where the job is gone."""
        if not self.files.is_there:
            raise error
        try:
            job = self.job()
        except AppError:
            job = _unknown(self.files.folder.name)
        failed = JobProgress(JobState.FAILED, job.settings.steps, message=error.message, advice=error.advice)
        return replace(job, progress=failed, is_damaged=True)

    @property
    def must_keep_best(self) -> bool:
        """Whether that was ordered once: no later process trains on."""
        return self.files.is_for_good(JobOrder.KEEP_BEST.value)

    def take_order(self) -> JobOrder | None:
        word = self.files.take_order()
        return JobOrder(word) if word in [order.value for order in JobOrder] else None


class JobsOnDisk:
    """The jobs of one data folder. file_key: the vault's; it raises StorageError while the vault is locked."""

    def __init__(self, root: Path, file_key: Callable[[], bytes], start_trainer: StartTrainer) -> None:
        self._root = root
        self._file_key = file_key
        self._start_trainer = start_trainer

    def list(self) -> Sequence[TuningJob]:
        """Newest first. One that cannot be read is a failed one, which can be discarded; one of another vault is left
        out; one whose making or deleting was broken off is deleted."""
        for folder in left_folders(self._root):
            with suppress(StorageError):
                JobFiles(folder, b"").tidy()
        key = self._file_key()
        jobs: list[TuningJob] = []
        for folder in job_folders(self._root):
            with suppress(AppError):
                found = _listed(JobRecord(JobFiles.open(folder, key)))
                jobs += [found] if found is not None else []
        return jobs

    def read(self, job: str) -> TuningJob:
        return self.record(job).whole()

    def follow(self, job: str) -> Callable[[], TuningJob]:
        """`read` for one job, with its own key in memory: it goes on once the vault is locked."""
        record = self.record(job)

        def read() -> TuningJob:
            try:
                return record.whole()
            except AppError:
                self._folder(job)  # raises where it was deleted, or its adapter kept, meanwhile
                raise

        return read

    def record(self, job: str) -> JobRecord:
        """Raises SettingsError where there is no such job."""
        return JobRecord(JobFiles.open(self._folder(job), self._file_key()))

    def create(
        self,
        name: str,
        backend: Backend | None,
        model: str,
        notes: NotesSet,
        settings: TuningSettings,
        preset: Preset | None,
    ) -> TuningJob:
        """Store what the job is and its notes, encrypted, and start its process. Nothing is left where that fails.
        Of notes set aside nothing is stored: nobody reads them again.

        backend: with its token; None: the built-in one. model: its id, "" for the backend's first.
        """
        now = datetime.now(UTC)
        job_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        created = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        name_of_backend = backend.name if backend else ""
        job = TuningJob(job_id, name, created, name_of_backend, model, preset, settings, notes.data_hash)
        with JobFiles.made(self._root / job_id, self._file_key()) as files:
            files.write(NOTES, _json(replace(notes, aside=())))
            files.write(BACKEND, _json(_Place(backend)))
            files.write(PROGRESS, _json(JobProgress(JobState.PREPARING, settings.steps)))
            files.write(JOB, _json(job))  # last: without it, it never was
        try:
            self._start_trainer(files)
        except BaseException:
            files.discard()
            raise
        return job

    def again(self, record: JobRecord, job: TuningJob, notes: NotesSet) -> TuningJob:
        """A new job with everything of `job`, which stays, but other notes."""
        backend = read_backend(record.files)
        return self.create(job.name, backend, job.model, notes, job.settings, job.preset)

    def end(self, record: JobRecord) -> None:
        """Its adapter is kept: delete the job but for its ledger."""
        record.files.end(self._file_key(), record.job().name)

    def order(self, job: str, order: JobOrder) -> None:
        """Once it returns, a discarded job can be read by nobody. RESUME and KEEP_BEST wait until the trainer has taken
        them, and start it where there is none, or it ended without. KEEP_BEST is for good: paused or killed on its way,
        the job goes on with its verdict. A finished job takes no order but DISCARD.

        Raises SettingsError where there is no such job, or nothing to keep yet.
        """
        record = self.record(job)
        files = record.files
        if order is JobOrder.DISCARD:
            files.discard()
            return
        progress = record.progress()
        if progress.state is JobState.FINISHED:
            return
        if order is JobOrder.KEEP_BEST and not any(point.step for point in progress.evaluations):
            raise SettingsError(
                "Nothing has been tested yet, so there is no best to keep.",
                "Let it train until its first test, or discard the job.",
            )
        if order is JobOrder.PAUSE:
            if files.is_running:
                files.leave_order(order.value)
            return
        files.leave_order(order.value, for_good=order is JobOrder.KEEP_BEST)  # instead of one that nobody took, too
        if not _is_taken(files, order):
            self._go_on(record, progress)

    def _go_on(self, record: JobRecord, progress: JobProgress) -> None:
        """Start its trainer. Nobody must take what the last one wrote for the state it is in now."""
        with suppress(StorageError):  # on a full disk it can be started too: it says so itself
            record.write_progress(replace(progress, state=JobState.PREPARING, seconds_left=None, message="", advice=""))
        self._start_trainer(record.files)

    def _folder(self, job: str) -> Path:
        for folder in job_folders(self._root):
            if folder.name == job:
                return folder
        raise SettingsError("This fine-tuning job is no longer there.", "Choose another one, or start a new one.")


def _listed(record: JobRecord) -> TuningJob | None:
    """None for one whose making is under way, or was broken off: that is deleted."""
    if not record.files.has(JOB):
        if not record.files.is_running:
            record.files.discard()
        return None
    try:
        return record.whole()
    except StorageError as error:
        return record.damaged(error)


def _unknown(job: str) -> TuningJob:
    """Of which nothing can be read but its folder's name."""
    began = began_at(job)
    created = began.isoformat().replace("+00:00", "Z") if began is not None else ""
    settings = TuningSettings(ExchangePlan(), Recipe.SVD, 0, 0, 0.0, 0.0)
    return TuningJob(job, job, created, "", "", None, settings, "")


def _is_taken(files: JobFiles, order: JobOrder) -> bool:
    """Whether a trainer took it, or one that is suspended will; False once none holds the job."""
    deadline_s = time.monotonic() + TAKEN_WITHIN_S
    while files.has_order(order.value):
        if not files.is_running:
            return False
        if time.monotonic() > deadline_s:
            break
        time.sleep(0.02)
    return True


def _on_a_full_disk(progress: JobProgress, is_running: bool) -> JobProgress:
    if is_running:
        return replace(
            progress,
            state=JobState.WAITING,
            seconds_left=None,
            message="The disk is full, so nothing of the training can be stored.",
            advice="Make room on the disk: it goes on by itself. Nothing is lost.",
        )
    return replace(
        progress,
        state=JobState.PAUSED,
        seconds_left=None,
        message=NOT_STORED[0],
        advice=NOT_STORED[1],
    )


def read_backend(files: JobFiles) -> Backend | None:
    """Where the job computes, with its token; None: the built-in backend."""
    return _read(_Place, files, BACKEND).backend


def _json(value: object) -> bytes:
    return bytes(_form(type(value)).dump_json(value))


def _read(kind: type[_Value], files: JobFiles, name: str) -> _Value:
    from pydantic import ValidationError

    try:
        found: _Value = _form(kind).validate_json(files.read(name))
    except StoreDamaged as error:
        raise StoreDamaged(
            "A file of this fine-tuning job is damaged.", "Discard the job, then begin a new one with your notes."
        ) from error
    except ValidationError as error:
        raise StoreDamaged(
            "This fine-tuning job was written by another version of Nearhalf.",
            "Use that version, or discard the job.",
        ) from error
    return found


def _form(kind: type) -> "TypeAdapter[Any]":
    """Values as JSON. pydantic takes 0.2 s to import: the window's start need not wait for it."""
    if kind.__name__ not in _FORMS:
        from pydantic import TypeAdapter

        _FORMS[kind.__name__] = TypeAdapter(kind)
    return _FORMS[kind.__name__]
