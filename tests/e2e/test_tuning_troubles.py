"""What may happen to a fine-tuning and is nobody's fault: the disk fills up, the notes vanish, the vault is locked, the
backend comes back with another model. A person reads what happened and what to do, in the terminal and in the window,
and nothing is lost: in the end there is what an undisturbed job gives."""

import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.cli import run
from app.cli.terminal import Terminal
from app.core.tuning import JobOrder, TuningJob
from app.core.tuning_jobs import CHECKPOINT
from app.domain.backend import Backend
from app.domain.errors import StorageError
from app.main.tuning import LocalTuning
from app.ui.theme import Theme
from app.ui.tuning.desk import TuningDesk
from app.ui.tuning.window import TuningWindow
from tests.sim.small_disk import fill, small_disk
from tests.sim.tuning_home import (
    PATIENCE_S,
    Outcome,
    TuningHome,
    tiny_backend,
    tiny_folder,
    write_notes,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.usefixtures("_often_checkpointing")]


@pytest.fixture
def home(tuning_backend: Backend, tmp_path: Path) -> Iterator[TuningHome]:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        yield home


class Shown:
    """The wizard's window over the real services, at one job, or at its first screen."""

    def __init__(self, qtbot: Any, theme: Theme, tuning: LocalTuning, job: TuningJob | None) -> None:
        self._qtbot = qtbot
        self._desk = TuningDesk(tuning)
        self._window = TuningWindow(theme, self._desk, tuple)
        if job is not None:
            self._window.open_job(job)

    def said_of(self, notes: Path) -> str:
        """What the first screen says where these notes cannot be read."""
        page = self._window.notes
        self._window.begin([notes])
        self._window.next.click()
        self._qtbot.waitUntil(lambda: bool(page.work.words) and not page.work.is_busy)
        return page.work.words

    def look(self) -> None:
        """As after an order: it is read again."""
        self._desk.read_now()

    def says(self, *words: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        notice = self._window.watch.notice

        def is_said() -> bool:
            meanwhile()
            return not notice.isHidden() and all(word in notice.text for word in words)

        self._qtbot.waitUntil(is_said, timeout=120_000)

    def has_nothing_to_say(self) -> None:
        self._qtbot.waitUntil(self._window.watch.notice.isHidden)

    def close(self) -> None:
        self._window.end()
        self._desk.close()
        self._window.deleteLater()
        self._desk.deleteLater()


@pytest.fixture
def show(qtbot: Any, qapp: QApplication) -> Iterator["Show"]:
    """To be closed before the home."""
    theme = Theme(qapp)
    yield lambda home, job: Shown(qtbot, theme, home.tuning, job)
    theme.deleteLater()


Show = Callable[[TuningHome, TuningJob | None], Shown]


class Command:
    """`nearhalf tune ...` over a home, in a thread: its exit status and all that it said."""

    def __init__(self, home: TuningHome, *arguments: str) -> None:
        @contextmanager
        def open_tuning(*_: object) -> Iterator[LocalTuning]:
            yield home.tuning

        services: Any = SimpleNamespace(open_tuning=open_tuning, backends=None)
        self._said = io.StringIO()
        terminal = Terminal(io.StringIO(), self._said, self._said, {})
        self.status: int | None = None

        def work() -> None:
            self.status = run(["tune", *arguments], services, terminal)

        self._thread = threading.Thread(target=work, name="nearhalf tune")
        self._thread.start()

    @property
    def said(self) -> str:
        return self._said.getvalue()

    def wait(self) -> str:
        self._thread.join(120)
        assert not self._thread.is_alive(), self.said
        return self.said


def test_a_full_disk_is_said_and_waited_for_and_costs_nothing(
    tuning_backend: Backend, undisturbed: Outcome, tmp_path: Path, qtbot: Any, show: Show
) -> None:
    notes = write_notes(tmp_path / "notes")
    with small_disk(tmp_path / "disk", 24) as disk, TuningHome(disk / "home", tuning_backend) as home:
        home.hold_at(3)
        learned = home.read(notes)
        job = home.start(learned)
        home.wait_until_held(job)
        filler = fill(disk)
        home.hold_at(5)  # not to its end: the ledger may have room for that
        command = Command(home, "--resume", job.id)
        with closing(show(home, job)) as shown:
            shown.says("disk is full", "Make room on the disk", "goes on by itself", meanwhile=lambda: fill(disk))
            qtbot.waitUntil(lambda: "Warning: The disk is full" in command.said and "Make room" in command.said)
            assert home.record(job).files.is_running
            with pytest.raises(StorageError, match="disk is full") as refused:
                home.start(learned)
            assert "Make room" in refused.value.advice
            assert [one.id for one in home.tuning.jobs()] == [job.id], "nothing is left of the one that was not begun"

            home.tuning.order(job.id, JobOrder.PAUSE)  # there is room for that
            shown.says("disk was full", "resume")
            command.wait()
            assert "Warning: The disk was full" in command.said
            assert f"--resume {job.id}" in command.said
            filler.unlink()
            home.hold_at(7)
            home.tuning.order(job.id, JobOrder.RESUME)
            home.wait_until_held(job)
            filler = fill(disk)
            home.hold_at(None)
            shown.look()
            shown.says("disk is full", "goes on by itself", meanwhile=lambda: fill(disk))
            filler.unlink()
            shown.has_nothing_to_say()
        home.wait_for_end(job)
        assert home.outcome(job) == undisturbed


@pytest.mark.allow_warning_logs
def test_notes_that_vanish_are_said_and_read_again_when_they_are_back(
    home: TuningHome, tmp_path: Path, show: Show
) -> None:
    notes = write_notes(tmp_path / "notes")
    learned = home.read(notes)
    home.tuning.forget_notes()
    shutil.rmtree(notes)
    with closing(show(home, None)) as shown:
        assert f"{notes} is no longer there. Bring it back" in shown.said_of(notes)
    said = Command(home, str(notes)).wait()
    assert f"There is nothing at {notes}" in said
    assert "Check the path" in said
    notes.mkdir()
    assert "too little to learn from" in Command(home, str(notes)).wait()
    notes.rmdir()
    write_notes(notes)
    assert home.read(notes).data_hash == learned.data_hash


def test_notes_that_vanish_and_a_vault_that_is_locked_meanwhile_stop_no_training(
    home: TuningHome, undisturbed: Outcome, tmp_path: Path
) -> None:
    home.vault.set_passphrase("four words of mine", ask_at_start=True)
    notes = write_notes(tmp_path / "notes")
    learned = home.read(notes)
    shutil.rmtree(notes)
    home.hold_at(4)
    job = home.start(learned)  # from what was read
    files = home.record(job).files
    home.wait_until_held(job)
    home.vault.lock()
    home.hold_at(None)
    asked: dict[str, Callable[[], object]] = {
        "start": lambda: home.start(learned),
        "list": home.tuning.jobs,
        "look": lambda: home.tuning.job(job.id),
        "pause": lambda: home.tuning.order(job.id, JobOrder.PAUSE),
        "keep": lambda: home.tuning.keep_adapter(job.id, "Bakery"),
        "discard": lambda: home.tuning.order(job.id, JobOrder.DISCARD),
    }
    for name, ask in asked.items():
        with pytest.raises(StorageError, match="locked") as refused:
            ask()
        assert "Unlock" in refused.value.advice, name
    said = Command(home, "--resume", job.id).wait()
    assert "locked" in said
    assert "Unlock" in said
    wait_until(lambda: not files.is_running, home)
    assert len(list(home.folder.tuning.iterdir())) == 1
    home.vault.unlock("four words of mine")
    assert home.outcome(job) == undisturbed
    assert home.tuning.keep_adapter(job.id, "Bakery").is_file()


def test_a_backend_that_comes_back_with_another_model_is_said_and_the_job_goes_on_when_it_is_right_again(
    tiny_tuning_model: Path, undisturbed: Outcome, tmp_path: Path, show: Show
) -> None:
    other = tiny_folder(tmp_path / "other", seed=1)
    with (
        tiny_backend(tiny_tuning_model, tmp_path / "backend") as backend,
        TuningHome(tmp_path / "home", Backend("tiny", backend.url, backend.token)) as home,
    ):
        home.hold_at(4)
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        home.wait_until_held(job)
        command = Command(home, "--resume", job.id)
        with closing(show(home, job)) as shown:
            backend.kill()
            backend.serve(other)
            home.hold_at(None)
            shown.says("another model", "Resume it when that model is back", "Nothing was lost")
        assert "another model" in command.wait()
        assert command.status == 1
        assert f"Resume it with: nearhalf tune --resume {job.id}" in command.said
        assert home.record(job).files.has(CHECKPOINT)
        wait_until(lambda: not home.record(job).files.is_running, home)

        backend.kill()
        backend.serve(tiny_tuning_model)
        home.tuning.order(job.id, JobOrder.RESUME)
        home.wait_for_end(job)
        assert home.outcome(job) == undisturbed


def wait_until(condition: Callable[[], bool], home: TuningHome) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    home.tuning._starter.reap()
