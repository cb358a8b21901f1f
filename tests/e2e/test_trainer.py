"""A fine-tuning job in its own process, on the real model through a real backend: to its verdict, killed and resumed,
paused, discarded; and what it says where something is in its way."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.core.tuning import JobOrder, JobProgress, JobState, TuningJob, TuningSettings
from app.core.tuning_jobs import BEST, CHECKPOINT, JobRecord, JobsOnDisk
from app.domain.backend import Backend
from app.domain.notes import Note, NotesSet
from app.main.trainer_start import TrainerStarter
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import grouped
from tests.sim.backend_process import BackendProcess

KEY = bytes(range(32))
PATIENCE_S = 200.0
SETTINGS = TuningSettings(
    grouped(30, 15, 8),
    Recipe.SVD,
    head_rank=8,
    steps=6,
    learning_rate=5e-3,
    head_learning_rate=5e-3,
    window=20,
    sequences_per_step=2,
    warmup_steps=1,
    evaluate_every=3,
    evaluation_tokens=40,
)
SENTENCES = [
    "The old mill by the river grinds rye on Mondays and wheat on Thursdays.",
    "Ann wrote that the third bridge was closed after the flood of last spring.",
    "Every loaf that leaves the oven before seven goes to the school on the hill.",
    "The miller's cat sleeps on the warm sacks and wakes when the wheel stops.",
    "In autumn the road is full of carts, and nobody finds a place to turn.",
    "The baker keeps a list of who paid with eggs, who with wood and who not at all.",
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def numbers(adapter: bytes) -> bytes:
    """Of a safetensors file: all behind its header, which says when it was made."""
    return adapter[8 + int.from_bytes(adapter[:8], "little") :]


def note(number: int) -> Note:
    text = " ".join(SENTENCES[(number + offset) % len(SENTENCES)] for offset in range(3))
    return Note(f"id{number}", f"Note {number}", f"notes/{number}.md", text, f"{number:064x}")


NOTES = NotesSet(tuple(map(note, range(4))), (note(4), note(5)), data_hash="ab" * 32)


@pytest.fixture(scope="module")
def backend(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with BackendProcess(smollm2_folder, tmp_path_factory.mktemp("backend")) as process:
        yield Backend("bench", process.url, process.token)


class Jobs:
    """Jobs in a data folder, with the processes that run them."""

    def __init__(self, folder: DataFolder, backend: Backend) -> None:
        self.starter = TrainerStarter(folder.root, folder.logs / "trainer.log")
        self.on_disk = JobsOnDisk(folder.tuning, lambda: KEY, self.starter)
        self._backend = backend

    def start(self, settings: TuningSettings = SETTINGS) -> TuningJob:
        return self.on_disk.create("Mill", self._backend, "", NOTES, settings, None)

    def record(self, job: TuningJob) -> JobRecord:
        return self.on_disk.record(job.id)

    def wait(self, job: TuningJob, condition: Callable[[JobProgress], bool]) -> JobProgress:
        deadline = time.monotonic() + PATIENCE_S
        while not condition(progress := self.on_disk.read(job.id).progress):
            has_ended = progress.state in (JobState.FAILED, JobState.FINISHED)
            is_over = has_ended and not self.record(job).files.is_running
            assert not is_over or condition(self.on_disk.read(job.id).progress), progress
            assert time.monotonic() < deadline, f"waited in vain; the job stands at {progress}"
            time.sleep(0.05)
        return progress

    def wait_for_end(self, job: TuningJob) -> JobProgress:
        """Until no process holds the job."""
        record = self.record(job)
        self.wait(job, lambda _: not record.files.is_running)
        return record.progress()

    def kill(self) -> None:
        for process in self.starter._started:
            process.kill()
            process.wait()


@pytest.fixture
def jobs(tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    folder = DataFolder(tmp_path / "home").create()
    jobs = Jobs(folder, backend)
    yield jobs
    jobs.kill()


def test_a_job_runs_to_its_verdict_without_us_and_again_after_kills_to_the_same_end(jobs: Jobs) -> None:
    whole = jobs.start()
    end = jobs.wait_for_end(whole)
    assert end.state is JobState.FINISHED, end
    assert end.step == SETTINGS.steps
    assert [point.step for point in end.evaluations] == [0, 3, 6]
    assert end.evaluations[-1].loss < end.evaluations[0].loss
    assert end.bytes_up > 0
    assert end.bytes_down > 0
    assert end.sample is not None
    verdict = jobs.record(whole).verdict()
    assert verdict is not None
    assert verdict.before.value > verdict.after.value
    assert verdict.general_questions == 60  # the model as it is prepared, asked by the job's own process
    assert verdict.seconds > 0
    assert jobs.record(whole).files.ledger.stat().st_size > 1000

    killed = jobs.start()
    jobs.wait(killed, lambda progress: progress.step >= 2)
    jobs.kill()
    assert jobs.on_disk.read(killed.id).progress.state is JobState.PAUSED
    step_at_kill = jobs.on_disk.read(killed.id).progress.step  # until the new process has got as far, it is on show
    jobs.on_disk.order(killed.id, JobOrder.RESUME)
    jobs.wait(killed, lambda progress: progress.step > step_at_kill)
    (process,) = [one for one in jobs.starter._started if one.poll() is None]
    os.kill(process.pid, signal.SIGTERM)  # as a system that shuts down: it takes a checkpoint first
    assert jobs.wait_for_end(killed).state is JobState.PAUSED
    assert jobs.record(killed).files.has(CHECKPOINT)
    jobs.on_disk.order(killed.id, JobOrder.RESUME)
    again = jobs.wait_for_end(killed)
    assert again.state is JobState.FINISHED
    assert [point.loss for point in again.points] == [point.loss for point in end.points]
    assert again.evaluations == end.evaluations
    assert numbers(jobs.record(killed).files.read(BEST)) == numbers(jobs.record(whole).files.read(BEST))


def test_pause_and_keep_best_and_discard(jobs: Jobs) -> None:
    job = jobs.start(replace(SETTINGS, steps=4000, evaluate_every=2))
    jobs.wait(job, lambda progress: any(point.step for point in progress.evaluations))
    jobs.on_disk.order(job.id, JobOrder.PAUSE)
    paused = jobs.wait_for_end(job)
    assert paused.state is JobState.PAUSED
    jobs.on_disk.order(job.id, JobOrder.KEEP_BEST)
    kept = jobs.wait_for_end(job)
    assert kept.state is JobState.FINISHED
    assert jobs.record(job).files.has(BEST)
    assert jobs.on_disk.read(job.id).verdict is not None

    other = jobs.start(replace(SETTINGS, steps=4000))
    folder = jobs.record(other).files.folder
    jobs.wait(other, lambda progress: progress.step >= 1)
    jobs.on_disk.order(other.id, JobOrder.DISCARD)
    deadline = time.monotonic() + PATIENCE_S
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_a_backend_that_is_gone_is_waited_for_and_the_job_can_be_paused_meanwhile(jobs: Jobs) -> None:
    jobs._backend = Backend("gone", "http://127.0.0.1:9", "token")
    job = jobs.start()
    waiting = jobs.wait(job, lambda progress: progress.state is JobState.WAITING)
    assert waiting.message
    jobs.on_disk.order(job.id, JobOrder.PAUSE)
    assert jobs.wait_for_end(job).state is JobState.PAUSED


def test_a_job_begun_on_another_model_is_not_gone_on_with(jobs: Jobs) -> None:
    job = jobs.start(replace(SETTINGS, steps=4000))
    jobs.wait(job, lambda progress: progress.step >= 1)
    jobs.kill()
    jobs.record(job).files.write("model", b"another")
    jobs.on_disk.order(job.id, JobOrder.RESUME)
    failed = jobs.wait_for_end(job)
    assert failed.state is JobState.FAILED
    assert "another model" in failed.message
    assert "Nothing was lost" in failed.advice


def test_the_process_gets_the_jobs_key_through_a_pipe_and_knows_no_other_secret(jobs: Jobs) -> None:
    job = jobs.start(replace(SETTINGS, steps=4000))
    key = jobs.record(job).files.key.hex()
    (process,) = [one for one in jobs.starter._started if one.poll() is None]
    seen = psutil.Process(process.pid)
    assert key not in " ".join(seen.cmdline())
    assert key not in str(seen.environ())
    assert KEY.hex() not in str(seen.environ())
