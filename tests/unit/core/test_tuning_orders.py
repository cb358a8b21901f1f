"""Orders: each reaches the trainer, in whatever state the job is; of a job that is discarded nothing is left."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.tuning import EvalPoint, JobOrder, JobState
from app.core.tuning_jobs import JobsOnDisk
from app.core.tuning_ledgers import JobLedgers
from app.domain.errors import SettingsError, StorageError
from app.privacy.ledger import Ledger
from app.storage import job_files
from app.storage.job_files import JobFiles
from tests.unit.core.test_tuning_jobs import KEY, NOTES, PROGRESS, SETTINGS, Started


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
def jobs(tmp_path: Path, started: Started) -> JobsOnDisk:
    return JobsOnDisk(tmp_path / "tuning", lambda: KEY, started)


@contextmanager
def a_trainer(files: JobFiles, *, takes_orders: bool = True) -> Iterator[list[str]]:
    """Holds the job, and takes what it is told; lets go of it at the end."""
    taken: list[str] = []
    ended = threading.Event()

    def take() -> None:
        while takes_orders and not ended.wait(0.01):
            if word := files.take_order():
                taken.append(word)

    with files.held():
        thread = threading.Thread(target=take, name="a trainer")
        thread.start()
        try:
            yield taken
        finally:
            ended.set()
            thread.join()


def test_orders_reach_a_running_trainer_once(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    with record.files.held():
        record.write_progress(PROGRESS)
        jobs.order(made.id, JobOrder.PAUSE)
        assert record.take_order() is JobOrder.PAUSE
        assert record.take_order() is None
        jobs.order(made.id, JobOrder.PAUSE)
    with a_trainer(record.files) as taken:
        jobs.order(made.id, JobOrder.KEEP_BEST)
        jobs.order(made.id, JobOrder.RESUME)
    assert [word for word in taken if word != "pause"] == ["keep-best", "resume"]
    assert started.jobs == [made.id]
    jobs.order(made.id, JobOrder.RESUME)
    assert started.jobs == [made.id, made.id]


@pytest.mark.parametrize("order", [JobOrder.RESUME, JobOrder.KEEP_BEST], ids=["resume", "keep-best"])
def test_an_order_that_comes_as_the_trainer_ends_starts_the_next_one(
    jobs: JobsOnDisk, started: Started, order: JobOrder
) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    giving = threading.Thread(target=jobs.order, args=(made.id, order), name="orders")
    with a_trainer(record.files, takes_orders=False):
        record.write_progress(replace(PROGRESS, state=JobState.PAUSED))
        giving.start()
        wait_until(lambda: record.files.has_order(order.value))
        assert started.jobs == [made.id]
    giving.join(30)
    assert started.jobs == [made.id, made.id]
    assert record.take_order() is order, "the new one takes it"


def test_a_job_that_is_started_again_is_not_shown_as_it_ended(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    for state in (JobState.PAUSED, JobState.FAILED):
        record.write_progress(replace(PROGRESS, state=state, message="Something was in its way."))
        jobs.order(made.id, JobOrder.RESUME)
        with record.files.held():
            now = jobs.read(made.id).progress
            assert (now.state, now.message, now.points) == (JobState.PREPARING, "", PROGRESS.points)


def test_a_pause_that_nobody_took_does_not_stop_the_next_trainer(jobs: JobsOnDisk) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    with record.files.held():
        jobs.order(made.id, JobOrder.PAUSE)
    jobs.order(made.id, JobOrder.RESUME)
    assert record.take_order() is JobOrder.RESUME
    assert record.take_order() is None
    jobs.order(made.id, JobOrder.PAUSE)
    assert record.take_order() is None, "nobody is there to be told"


def test_a_finished_job_takes_no_order_but_to_be_discarded(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    record.write_progress(replace(PROGRESS, state=JobState.FINISHED))
    for order in (JobOrder.PAUSE, JobOrder.RESUME, JobOrder.KEEP_BEST):
        jobs.order(made.id, order)
        assert record.take_order() is None
    assert started.jobs == [made.id]
    assert jobs.read(made.id).progress.state is JobState.FINISHED
    jobs.order(made.id, JobOrder.DISCARD)
    assert not record.files.folder.exists()


def test_keeping_the_best_of_a_paused_job_starts_it_to_do_so(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    jobs.record(made.id).write_progress(replace(PROGRESS, state=JobState.PAUSED))
    jobs.order(made.id, JobOrder.KEEP_BEST)
    assert started.jobs == [made.id, made.id]
    assert jobs.record(made.id).take_order() is JobOrder.KEEP_BEST


def test_that_the_best_is_to_be_kept_outlasts_the_orders_that_follow_and_the_trainer(jobs: JobsOnDisk) -> None:
    made, other = (jobs.create("Diary", None, "m", NOTES, SETTINGS, None) for _ in range(2))
    record = jobs.record(made.id)
    record.write_progress(replace(PROGRESS, state=JobState.PAUSED))
    assert not record.must_keep_best
    jobs.order(made.id, JobOrder.KEEP_BEST)
    jobs.order(made.id, JobOrder.RESUME)  # no trainer was there to take the first one
    assert record.take_order() is JobOrder.RESUME
    assert jobs.record(made.id).must_keep_best
    assert not jobs.record(other.id).must_keep_best
    jobs.order(made.id, JobOrder.DISCARD)
    assert not record.files.folder.exists()


def test_there_is_no_best_to_keep_before_anything_learned_was_tested(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    for tests in ((), (EvalPoint(0, 3.75),)):  # step 0: the model without it
        record.write_progress(replace(PROGRESS, evaluations=tests))
        with pytest.raises(SettingsError, match="Nothing has been tested yet"):
            jobs.order(made.id, JobOrder.KEEP_BEST)
        assert record.take_order() is None
        assert not record.must_keep_best
    assert started.jobs == [made.id]


def test_a_job_discarded_while_its_trainer_ends_is_gone_at_once_and_its_folder_when_it_has_ended(
    jobs: JobsOnDisk,
) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    Ledger(record.files.ledger).close()
    follow = jobs.follow(made.id)
    with record.files.held():
        jobs.order(made.id, JobOrder.DISCARD)
        assert not (record.files.folder / "key.sealed").exists(), "nobody can read its notes any more"
        assert jobs.list() == []
        assert not JobLedgers(record.files.folder.parent, lambda: KEY).list()
        for order in JobOrder:
            with pytest.raises(SettingsError, match="no longer there"):
                jobs.order(made.id, order)
        with pytest.raises(SettingsError):
            record.write_progress(PROGRESS)
        assert record.take_order() is record.take_order() is JobOrder.DISCARD
        assert record.files.folder.exists()
    record.files.tidy()  # what the trainer does
    assert not record.files.folder.exists()
    assert not record.files.is_running
    assert not record.files.folder.exists(), "looking does not make it again"
    with pytest.raises(SettingsError):
        follow()


def test_what_a_killed_trainer_left_of_a_discarded_job_is_deleted_by_whoever_looks_next(jobs: JobsOnDisk) -> None:
    made, other = (jobs.create("Diary", None, "m", NOTES, SETTINGS, None) for _ in range(2))
    record = jobs.record(made.id)
    with record.files.held():
        jobs.order(made.id, JobOrder.DISCARD)
    assert [job.id for job in jobs.list()] == [other.id]
    assert not record.files.folder.exists()


def test_a_discard_that_an_earlier_version_left_is_carried_out(jobs: JobsOnDisk, started: Started) -> None:
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    folder = jobs.record(made.id).files.folder
    (folder / "order.discard").touch()
    with pytest.raises(SettingsError):
        jobs.order(made.id, JobOrder.RESUME)
    assert started.jobs == [made.id]
    assert jobs.list() == []
    assert not folder.exists()


def test_a_file_that_the_ending_trainer_holds_is_left_to_it(jobs: JobsOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a file that is held cannot be deleted."""
    made = jobs.create("Diary", None, "m", NOTES, SETTINGS, None)
    record = jobs.record(made.id)
    Ledger(record.files.ledger).close()
    unlink = Path.unlink
    is_held = True

    def refuse_the_lock(path: Path, missing_ok: bool = False) -> None:
        if is_held and path.name == "lock":
            raise PermissionError("It is in use.")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse_the_lock)
    with record.files.held():
        jobs.end(record)
        assert "notes.sealed" not in [path.name for path in record.files.folder.iterdir()]
    with pytest.raises(StorageError, match="could not be deleted"):
        record.files.tidy()  # nobody holds it, and still it cannot
    is_held = False
    record.files.tidy()
    assert sorted(path.name for path in record.files.folder.iterdir()) == ["ledger.nhl", "name.kept"]


def test_who_only_looks_is_not_taken_for_a_trainer_by_another_who_looks(
    jobs: JobsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id).files
    other = ExitStack()
    lock = files._lock()

    class SecondLook(type(lock)):  # type: ignore[misc]
        def _acquire(self) -> None:
            super()._acquire()
            if not self.is_locked:
                other.close()  # the other one has seen what it wanted to see

    with other:
        other.enter_context(files.held())
        monkeypatch.setattr(job_files, "FileLock", SecondLook)
        assert not files.is_running


def test_who_only_looks_whether_a_job_runs_keeps_no_trainer_from_it(
    jobs: JobsOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = jobs.record(jobs.create("Diary", None, "m", NOTES, SETTINGS, None).id).files
    monkeypatch.setattr(job_files, "_HOLD_WITHIN_S", 30.0)
    held: list[bool] = []

    def hold() -> None:
        with JobFiles(files.folder, files.key).held():
            held.append(True)

    trainer = threading.Thread(target=hold, name="a trainer")
    with files.held():  # as looking does, for a moment
        trainer.start()
    trainer.join(60)
    assert held
