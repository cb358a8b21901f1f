"""kill -9 of the app, the backend and the trainer, one after the other, at random steps of one fine-tuning: its losses,
its adapter and its verdict are those of one that nobody disturbed."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.tuning import JobOrder, JobState
from app.domain.backend import Backend
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import NoKeyring, TokenStore
from app.storage.settings import Settings, SettingsFile
from tests.sim.backend_process import ROOT, BackendProcess
from tests.sim.trainer_process import HOLD
from tests.sim.tuning_home import SETTINGS, Outcome, TuningHome, tiny_backend, write_notes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def backend(tiny_tuning_model: Path, tmp_path: Path) -> Iterator[BackendProcess]:
    with tiny_backend(tiny_tuning_model, tmp_path / "backend") as process:
        yield process


@contextmanager
def app_that_tunes(folder: DataFolder, notes: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The app's process and the id of the job that was begun in its window. Killed at the end."""
    errors = folder.root.parent / "stderr"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sim.tuning_app_process", str(folder.root), str(notes)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
    try:
        assert process.stdout is not None
        job = process.stdout.readline().strip()
        assert job, errors.read_text()
        yield process, job
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_app_backend_and_trainer_killed_at_random_steps_change_nothing(
    backend: BackendProcess, undisturbed: Outcome, tmp_path: Path, _often_checkpointing: None
) -> None:
    pick = random.Random(20261123)
    folder = DataFolder(tmp_path / "home").create()
    place = Backend("tiny", backend.url, backend.token)
    BackendStore(folder.backends, TokenStore(folder.tokens, NoKeyring())).add(place)
    SettingsFile(folder.settings).save(Settings(backend="tiny", is_first_run_done=True))

    (tmp_path / HOLD).write_text("6")
    with app_that_tunes(folder, write_notes(tmp_path / "notes")) as (app, job_id):
        app.kill()
        app.wait()
    with TuningHome(folder.root, place) as home:
        job = home.tuning.job(job_id)
        assert job.settings == SETTINGS
        files = home.record(job).files
        assert files.is_running, "the app's death ended the training"

        def until_step(least: int, most: int) -> int:
            step = pick.randint(least, most)
            home.wait(job, lambda progress: progress.step >= step)
            return step

        until_step(1, 4)
        backend.kill()
        home.hold_at(None)
        waiting = home.wait(job, lambda progress: progress.state is JobState.WAITING)
        assert "Trying again" in waiting.message
        assert files.is_running
        home.hold_at(SETTINGS.steps - 1)
        backend.start()

        for least, most in ((5, 7), (8, 10)):
            step = until_step(least, most)
            home.kill_trainers()
            stands = home.tuning.job(job.id).progress
            assert stands.state is JobState.PAUSED
            assert step <= stands.step < SETTINGS.steps
            home.tuning.order(job.id, JobOrder.RESUME)
        home.hold_at(None)
        home.wait(job, lambda progress: progress.state is JobState.JUDGING)
        home.kill_trainers()
        home.tuning.order(job.id, JobOrder.RESUME)
        home.wait_for_end(job)
        assert home.outcome(job) == undisturbed
