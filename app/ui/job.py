"""Slow work beside the window: a function in a thread, its answer on the GUI thread. Any exception ends here.

A job is no QObject, and what it holds (the work, whoever asked) is let go of on the GUI thread only, after its own
thread has ended. As a QObject it was a child of whoever asked, and its work held that parent. Where that was the last
reference, deleting the job took down the parent, which deleted the job once more (docs/lab-log.md, 2026-11-23).
"""

import logging
from collections.abc import Callable
from functools import cache, partial
from threading import Thread

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from shiboken6 import isValid

from app.domain.errors import AppError, Cancelled, where_it_failed

log = logging.getLogger(__name__)


class _Courier(QObject):
    """Lives on the GUI thread, as long as the process: no other thread ever uses a QObject that may be deleted."""

    brought = Signal(object)  # a function without arguments

    def __init__(self) -> None:
        super().__init__()
        self.brought.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def _call(self, function: Callable[[], None]) -> None:
        function()


@cache
def _courier() -> _Courier:
    return _Courier()


def on_gui_thread(owner: QObject, call: Callable[..., None]) -> Callable[..., None]:
    """`call` for the work of a job: soon, on the GUI thread, and not at all where Qt has deleted `owner` by then."""
    brought = _courier().brought

    def deliver(*told: object) -> None:
        if isValid(owner):
            call(*told)

    return lambda *told: brought.emit(partial(deliver, *told))


class Job:
    """One of the two functions given to `start` is called, once; neither where Qt has deleted `owner` meanwhile.

    What is no AppError is logged and becomes one. On the GUI thread, all but the work itself.
    """

    def __init__(self, name: str, work: Callable[[], object], owner: QObject) -> None:
        self._courier = _courier()
        self._owner: QObject | None = owner
        self._work: Callable[[], object] | None = work
        self._on_success: Callable[..., None] | None = None
        self._on_failure: Callable[[AppError], None] | None = None
        self._result: object = None
        self._error: AppError | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self, on_success: Callable[..., None], on_failure: Callable[[AppError], None]) -> None:
        self._on_success, self._on_failure = on_success, on_failure
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, timeout_s: float) -> bool:
        """True where the work has ended within the time; its answer may still be on its way."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def deliver(self) -> None:
        """The courier has come. The thread's last line was to send it: there is nothing to wait for."""
        self._thread.join()
        owner, on_success, on_failure = self._owner, self._on_success, self._on_failure
        result, error = self._result, self._error
        self._owner = self._work = self._on_success = self._on_failure = self._result = self._error = None
        assert on_success is not None
        assert on_failure is not None
        if not isValid(owner):
            return
        if error is None:
            on_success(result)
        else:
            on_failure(error)

    def _run(self) -> None:
        assert self._work is not None
        try:
            self._result = self._work()
        except AppError as error:
            if not isinstance(error, Cancelled):
                log.warning("%s: %s", self._thread.name, type(error).__name__)  # its words may quote the person's
            self._error = error
        except Exception as error:  # noqa: BLE001  the job runner's border
            log.error("%s: %s", self._thread.name, where_it_failed(error))
            self._error = AppError(
                QCoreApplication.translate("Job", "Something went wrong inside Nearhalf."),
                QCoreApplication.translate("Job", "Try again. The log says where it failed."),
            )
            self._error.__cause__ = error
        self._courier.brought.emit(self.deliver)
