"""Orders at awkward moments, over real processes; and a computer that sleeps in the middle of a training."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.core.tuning import JobOrder, JobState, TuningJob
from app.domain.backend import Backend
from app.domain.errors import SettingsError
from tests.sim.tuning_home import PATIENCE_S, SETTINGS, Outcome, TuningHome, tiny_backend, write_notes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.usefixtures("_often_checkpointing")]

sleeping = pytest.mark.skipif(sys.platform == "win32", reason="a process that is stopped by a signal is POSIX's")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "waited in vain"
        time.sleep(0.01)


@contextmanager
def asleep(*processes: psutil.Process) -> Iterator[None]:
    for process in processes:
        process.suspend()
    wait_until(lambda: all(process.status() == psutil.STATUS_STOPPED for process in processes))
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def shown(home: TuningHome, job: TuningJob) -> JobState:
    return home.tuning.job(job.id).progress.state


def test_pauses_and_resumes_in_any_order_lose_nothing(
    tuning_backend: Backend, undisturbed: Outcome, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        home.hold_at(5)
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        with pytest.raises(SettingsError, match="Nothing has been tested yet"):
            home.tuning.order(job.id, JobOrder.KEEP_BEST)
        home.tuning.order(job.id, JobOrder.PAUSE)  # while it prepares
        wait_until(lambda: shown(home, job) is JobState.PAUSED)
        assert home.tuning.job(job.id).progress.step == 0
        home.tuning.order(job.id, JobOrder.RESUME)  # while its process ends
        assert shown(home, job) is not JobState.PAUSED
        home.wait_until_held(job)
        home.tuning.order(job.id, JobOrder.PAUSE)
        home.tuning.order(job.id, JobOrder.RESUME)
        home.hold_at(None)
        assert home.wait_for_end(job).state is JobState.FINISHED
        assert home.outcome(job) == undisturbed


def test_once_the_best_is_to_be_kept_no_later_process_trains_on(tiny_tuning_model: Path, tmp_path: Path) -> None:
    with (
        tiny_backend(tiny_tuning_model, tmp_path / "backend") as backend,
        TuningHome(tmp_path / "home", Backend("tiny", backend.url, backend.token)) as home,
    ):
        home.hold_at(5)  # the first test of anything learned is behind it
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        home.wait_until_held(job)
        backend.kill()
        home.tuning.order(job.id, JobOrder.KEEP_BEST)
        home.hold_at(None)
        home.wait(job, lambda progress: progress.state is JobState.WAITING)
        home.tuning.order(job.id, JobOrder.PAUSE)
        assert home.wait_for_end(job).state is JobState.PAUSED
        home.tuning.order(job.id, JobOrder.RESUME)
        home.wait(job, lambda progress: progress.state is JobState.WAITING)
        home.kill_trainers()
        assert shown(home, job) is JobState.PAUSED
        backend.start()
        home.tuning.order(job.id, JobOrder.RESUME)
        end = home.wait_for_end(job)
        assert (end.state, end.step) == (JobState.FINISHED, 5)
        verdict = home.tuning.job(job.id).verdict
        assert verdict is not None
        assert verdict.kept_step == 4


@sleeping
def test_a_computer_that_sleeps_in_the_middle_of_a_training_changes_nothing(
    tiny_tuning_model: Path, undisturbed: Outcome, tmp_path: Path
) -> None:
    with (
        tiny_backend(tiny_tuning_model, tmp_path / "backend") as backend,
        TuningHome(tmp_path / "home", Backend("tiny", backend.url, backend.token)) as home,
    ):
        home.hold_at(SETTINGS.steps - 1)
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        assert backend._child is not None
        there = psutil.Process(backend._child.pid)
        (here,) = home.trainers()
        for step, processes in ((2, (here, there)), (5, (there,)), (7, (here,))):
            home.wait(job, lambda progress, step=step: progress.step >= step)  # type: ignore[misc]
            with asleep(*processes):
                time.sleep(0.3)
        home.hold_at(None)
        home.wait_for_end(job)
        assert home.outcome(job) == undisturbed


@sleeping
def test_a_job_that_is_discarded_while_its_trainer_sleeps_is_gone_at_once(
    tuning_backend: Backend, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        home.hold_at(1)
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        home.wait_until_held(job)
        folder = home.record(job).files.folder
        (trainer,) = home.trainers()
        with asleep(trainer):
            home.tuning.order(job.id, JobOrder.DISCARD)
            assert not (folder / "key.sealed").exists()
            assert home.tuning.jobs() == []
            with pytest.raises(SettingsError, match="no longer there"):
                home.tuning.order(job.id, JobOrder.RESUME)
            assert folder.exists(), "its trainer holds it"
        wait_until(lambda: not folder.exists())
