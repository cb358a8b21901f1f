"""A data folder in which fine-tuning runs as for a person: a real vault, real jobs, their real processes, and a real
backend of a tiny model. Nothing is scripted; only the trainer checkpoints more often (trainer_process.py)."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from app.core.kept_files import FilesOnDisk
from app.core.notes import NotesChoices
from app.core.services import Report
from app.core.tuning import JobProgress, JobState, TuningJob, TuningSettings, Verdict
from app.core.tuning_jobs import BEST, JobRecord
from app.core.tuning_presets import grouped_plan
from app.core.tuning_services import Place
from app.domain.backend import Backend
from app.domain.notes import NotesSet
from app.main.link import Link, Network
from app.main.tuning import LocalTuning
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.wire.messages import Recipe
from tests.sim.backend_process import BackendProcess
from tests.sim.keyrings import NullKeyring
from tests.sim.trainer_process import HELD, HOLD
from tests.tiny_models import prepare_tiny, tiny_model

PATIENCE_S = 200.0
SETTINGS = TuningSettings(
    grouped_plan(6, 2, 4, device_layers=2),
    Recipe.SVD,
    head_rank=2,
    steps=12,
    learning_rate=2e-2,
    head_learning_rate=2e-2,
    window=24,
    sequences_per_step=2,
    warmup_steps=1,
    evaluate_every=4,
    evaluation_tokens=60,
    device_layers=2,
)
TRAINER = [sys.executable, "-m", "tests.sim.trainer_process"]
OVER = (JobState.FINISHED, JobState.FAILED, JobState.PAUSED)


def tiny_folder(folder: Path, seed: int = 0) -> Path:
    """A prepared tiny model with room for the questions of the verdict."""
    return prepare_tiny(tiny_model("llama", seed=seed, max_position_embeddings=1024), folder)


def tiny_backend(model: Path, folder: Path) -> BackendProcess:
    return BackendProcess(model, folder, "--threads", "1")


def write_notes(folder: Path, extra: str = "") -> Path:
    """Ten notes of some eighty words each, with `extra` in every one."""
    folder.mkdir()
    for number in range(10):
        words = " ".join(f"{place} of {(number * 37 + place * 11) % 97} loaves" for place in range(20))
        (folder / f"{number}.md").write_text(f"# Day {number}\n\n{extra}\n\nWe counted {words}.\n", encoding="utf-8")
    return folder


@contextmanager
def often_checkpointing() -> Iterator[None]:
    """Jobs that are started meanwhile have a checkpoint after every window."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.main.trainer_start.trainer_command", lambda: TRAINER)
        yield


@dataclass(frozen=True)
class Outcome:
    """All that must not depend on what happened on the way. adapter: the numbers in it."""

    progress: tuple[object, ...]
    adapter: bytes
    verdict: Verdict


class TuningHome:
    """Use as a context manager. `backend` and `model_id` are where jobs compute; they may be exchanged."""

    def __init__(self, root: Path, backend: Backend) -> None:
        self.folder = DataFolder(root).create()
        self.backend: Backend | None = backend
        self.model_id: str | None = None  # the backend's first
        self.vault = DataVault(self.folder, NullKeyring())
        assert self.vault.open_without_asking()
        self.shelf = FilesOnDisk(self.folder, self.vault.file_key)
        self.tuning = LocalTuning(
            self.folder,
            self.vault.file_key,
            lambda: Place(self.backend, self.model_id),
            self._link,
            lambda: self.vault.chats,
            self.shelf,
        )

    def __enter__(self) -> "TuningHome":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_trainers()
        self.vault.close()

    @contextmanager
    def _link(self, backend: Backend | None, report: Report) -> Iterator[Link]:
        network = Network(self.folder, report)
        try:
            yield network.link(backend, report)
        finally:
            network.close()

    def read(self, notes: Path, choices: NotesChoices | None = None) -> NotesSet:
        return self.tuning.read_notes([notes], (), choices or NotesChoices(), lambda _: None)

    def start(self, notes: NotesSet, settings: TuningSettings = SETTINGS) -> TuningJob:
        return self.tuning.start(self.tuning.place(), "Bakery", notes, settings, None)

    def record(self, job: TuningJob) -> JobRecord:
        return self.tuning._jobs.record(job.id)

    def hold_at(self, step: int | None) -> None:
        """Jobs wait once they have done that many steps; None: they go on. A later step needs no room on the disk."""
        hold, held = (self.folder.root.parent / name for name in (HOLD, HELD))
        if step is None:
            hold.unlink(missing_ok=True)
        else:
            hold.touch()
            with hold.open("r+") as file:
                file.write(f"{step:4}")
        held.unlink(missing_ok=True)

    def wait_until_held(self, job: TuningJob) -> JobProgress:
        """Until it waits at that step: all is stored, nothing is sent."""
        return self.wait(job, lambda _: (self.folder.root.parent / HELD).exists())

    def outcome(self, job: TuningJob) -> Outcome:
        found, record = self.tuning.job(job.id), self.record(job)
        progress = found.progress
        assert progress.state is JobState.FINISHED, progress
        assert len(progress.points) == job.settings.steps
        assert found.verdict is not None
        told = progress.points, progress.evaluations, progress.sample
        return Outcome(told, numbers(record.files.read(BEST)), replace(found.verdict, seconds=0))

    def wait(self, job: TuningJob, condition: Callable[[JobProgress], bool]) -> JobProgress:
        """As the window sees it. Fails where the job ends without it."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition(progress := self.tuning.job(job.id).progress):
            is_over = progress.state in OVER and not self.record(job).files.is_running
            assert not is_over or condition(self.tuning.job(job.id).progress), progress
            assert time.monotonic() < deadline, f"waited in vain; the job stands at {progress}"
            time.sleep(0.02)
        return progress

    def wait_for_end(self, job: TuningJob) -> JobProgress:
        """Until no process holds the job."""
        files = self.record(job).files
        self.wait(job, lambda _: not files.is_running)
        return self.tuning.job(job.id).progress

    def trainers(self) -> list[psutil.Process]:
        """Of this folder's jobs, whoever started them."""
        found = []
        for process in psutil.process_iter():
            try:
                if any(part.startswith(str(self.folder.tuning)) for part in process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def kill_trainers(self) -> None:
        """SIGKILL, and wait until they are gone."""
        killed = self.trainers()
        for process in killed:
            process.kill()
        psutil.wait_procs(killed, timeout=PATIENCE_S)
        for started in self.tuning._starter._started:  # one that is just ending has no command line any more
            started.wait(PATIENCE_S)
        self.tuning._starter.reap()


def numbers(adapter: bytes) -> bytes:
    """Of a safetensors file: all behind its header, which says when it was made."""
    return adapter[8 + int.from_bytes(adapter[:8], "little") :]
