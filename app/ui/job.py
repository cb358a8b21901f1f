"""Slow work beside the window: a function in a thread, its answer on the GUI thread. Any exception ends here."""

import logging
from collections.abc import Callable
from threading import Thread

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from app.domain.errors import AppError, Cancelled, where_it_failed

log = logging.getLogger(__name__)


class Job(QObject):
    """Exactly one of `succeeded` and `failed` is emitted, once. What is no AppError is logged and becomes one."""

    succeeded = Signal(object)
    failed = Signal(object)  # AppError

    def __init__(self, name: str, work: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._succeeded: Callable[[object], None] = self.succeeded.emit
        self._failed: Callable[[object], None] = self.failed.emit
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self, on_success: Callable[..., None], on_failure: Callable[[AppError], None]) -> None:
        self.succeeded.connect(on_success, Qt.ConnectionType.QueuedConnection)
        self.failed.connect(on_failure, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, timeout_s: float) -> bool:
        """True where the work has ended within the time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            result = self._work()
        except Cancelled as error:
            self._failed(error)
        except AppError as error:
            log.warning("%s: %s", self._thread.name, type(error).__name__)  # its words may quote the person's
            self._failed(error)
        except Exception as error:  # noqa: BLE001  the job runner's border
            log.error("%s: %s", self._thread.name, where_it_failed(error))
            wrapped = AppError(
                QCoreApplication.translate("Job", "Something went wrong inside Nearhalf."),
                QCoreApplication.translate("Job", "Try again. The log says where it failed."),
            )
            wrapped.__cause__ = error
            self._failed(wrapped)
        else:
            self._succeeded(result)
