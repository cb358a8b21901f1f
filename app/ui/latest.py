"""Questions whose answers are only worth something while nothing newer was asked: search as typed, the token meter.

One thread at a time. A question that comes meanwhile waits, and takes the place of one that waits already; of answers
only the newest question's is delivered.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import AppError
from app.ui.job import Job


class Latest(QObject):
    """`ask` after `delay_ms` without another one; the answer comes on the GUI thread."""

    answered = Signal(object)
    failed = Signal(object)  # AppError

    def __init__(self, name: str, delay_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._question: Callable[[], Any] | None = None
        self._job: Job | None = None
        self._is_wanted = False
        self._delay = QTimer(self, singleShot=True, interval=delay_ms)
        self._delay.timeout.connect(self._begin)

    def ask(self, question: Callable[[], Any]) -> None:
        self._question, self._is_wanted = question, False
        self._delay.start()

    def drop(self) -> None:
        """Nothing is awaited any more: no answer comes after this."""
        self._delay.stop()
        self._question, self._is_wanted = None, False

    def close(self, timeout_s: float = 2.0) -> None:
        """Drop, and wait for the thread."""
        self.drop()
        if self._job is not None:
            self._job.wait(timeout_s)

    @property
    def is_waiting(self) -> bool:
        return self._question is not None or self._is_wanted

    def _begin(self) -> None:
        if self._question is None or self._job is not None:
            return
        question, self._question = self._question, None
        self._is_wanted = True
        self._job = Job(self._name, question, self)
        self._job.start(self._take, self._fail)

    def _take(self, answer: object) -> None:
        is_wanted = self._end()
        if is_wanted:
            self.answered.emit(answer)

    def _fail(self, error: AppError) -> None:
        is_wanted = self._end()
        if is_wanted:
            self.failed.emit(error)

    def _end(self) -> bool:
        """Let go of the thread; whether its answer is still wanted."""
        self._job = None
        is_wanted, self._is_wanted = self._is_wanted, False
        if self._question is not None and not self._delay.isActive():
            self._begin()
        return is_wanted
