"""What every test stands on: no screen, no keyring, no hub, a data folder of its own; and nothing left behind.

A test fails when it logs a warning that nobody expected, or leaves a thread, a child process or a running QTimer.
While a test of the window runs no garbage is collected, but after it, on the main thread: app/ui/collector.py says why.
"""

import gc
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from setup_console import one_at_a_time
from setup_model import is_prepared, prepare_default_model
from setup_steps import Place, data_folder

ROOT = Path(__file__).resolve().parent.parent
# for threads and processes that are ending already
PATIENCE_S = float(os.environ.get("NEARHALF_TEST_PATIENCE_S", "20"))

_own_data_folder = data_folder()  # the person's, read before the tests get theirs
_test_home = Path(tempfile.mkdtemp(prefix="nearhalf-tests-"))
os.environ |= {
    "NEARHALF_HOME": str(_test_home),
    "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR") or str(ROOT / ".pytest_cache" / "kernels"),  # compiled once
    "QT_QPA_PLATFORM": "offscreen",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def pytest_unconfigure() -> None:
    shutil.rmtree(_test_home, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # thousands of tests and all modules: without them, a full collection takes 5 ms instead of 200


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    if _uses_qt(item):
        gc.disable()
    elif not gc.isenabled():
        gc.collect()  # Qt's objects may be in it: not on a thread of the next test
        gc.enable()
    yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """After every fixture; what is said about the garbage is still said about this test."""
    yield
    if _uses_qt(item):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def _uses_qt(item: pytest.Item) -> bool:
    """A QObject needs no application."""
    return "qapp" in getattr(item, "fixturenames", ()) or "gui" in item.path.parts


@pytest.fixture(scope="session")
def smollm2_folder() -> Path:
    """The prepared default model: NEARHALF_TEST_MODEL, else the one that start.py keeps, prepared now if it must be."""
    if given := os.environ.get("NEARHALF_TEST_MODEL"):
        assert is_prepared(Path(given)), f"NEARHALF_TEST_MODEL={given} holds no prepared model"
        return Path(given)
    _own_data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with one_at_a_time(_own_data_folder / "setup.lock"):
        return prepare_default_model(Place(ROOT, Path(sys.prefix), _own_data_folder))


class PatientBot(QtBot):
    """pytest-qt's bot, which waits as long as a loaded machine may need (its own default is 5 s)."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 60_000) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = 60_000, **how: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **how)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


class _WarningRecords(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_warning_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    handler = _WarningRecords()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.records and request.node.get_closest_marker("allow_warning_logs") is None:
        lines = [f"{record.name} {record.levelname}: {record.getMessage()}" for record in handler.records]
        pytest.fail("unexpected log records (marker allow_warning_logs expects them):\n" + "\n".join(lines))


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    uses_qt = _uses_qt(request.node)
    threads, processes = _threads(), _child_processes()
    timers = _running_timers() if uses_qt else {}
    yield
    if request.node.get_closest_marker("allow_leaks") is not None:
        return
    left = _left_over(_threads, threads) + _left_over(_child_processes, processes)
    if uses_qt:
        left += [text for key, text in _running_timers().items() if key not in timers]
    if left:
        pytest.fail("left running: " + "; ".join(left))


def _left_over(look: Callable[[], dict[Any, str]], before: dict[Any, str]) -> list[str]:
    """What `look` finds beyond `before`, after some patience with what is ending."""
    deadline = time.monotonic() + PATIENCE_S
    while left := [text for key, text in look().items() if key not in before]:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.02)
    return []


def _threads() -> dict[Any, str]:
    """Every Python thread but those that libraries keep for the whole process."""
    return {
        thread: f"thread {thread.name} ({_work_of(thread)})"
        for thread in threading.enumerate()
        if type(thread).__name__ != "TMonitor"  # tqdm's
    }


def _work_of(thread: threading.Thread) -> str:
    """Its function by name: the method's object may be Qt's, and deleted already, and then has no text of its own."""
    return getattr(getattr(thread, "_target", None) or type(thread), "__qualname__", "?")


def _child_processes() -> dict[Any, str]:
    children: dict[Any, str] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:  # it has ended meanwhile
            continue
        if "multiprocessing.resource_tracker" not in command:  # one for the whole process
            children[process.pid] = f"process {process.pid} ({command[:200] or 'ended, not waited for'})"
    return children


def _running_timers() -> dict[Any, str]:
    from PySide6.QtCore import QTimer

    return {
        id(found): f"QTimer of {found.parent()!r}, every {found.interval()} ms"
        for found in gc.get_objects()
        if type(found) is QTimer and _is_alive(found) and found.isActive()
    }


def _is_alive(qt_object: object) -> bool:
    from shiboken6 import isValid

    return bool(isValid(qt_object))
