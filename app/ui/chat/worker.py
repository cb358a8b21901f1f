"""One thread for what is too slow for a frame and belongs to what is on show: formulas, colours of code.

It begins with the first question and ends when none is left, so that nothing is left behind at close.
"""

import logging
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread

from PySide6.QtCore import QObject, Signal

from app.domain.errors import where_it_failed

log = logging.getLogger(__name__)


class Worker(QObject):
    done = Signal(object)  # what a question's function returned; connect it queued

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._questions: deque[Callable[[], object]] = deque()
        self._thread: Thread | None = None
        self._is_closed = False

    def ask(self, question: Callable[[], object]) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._questions.append(question)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="nearhalf-drawing", daemon=True)
                self._thread.start()

    def forget(self) -> None:
        """What has not begun is not done."""
        with self._lock:
            self._questions.clear()

    def close(self) -> None:
        """The same for good; waits for what has begun."""
        with self._lock:
            self._questions.clear()
            self._is_closed = True
            thread = self._thread
        if thread is not None:
            thread.join(2)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._questions:
                    self._thread = None
                    return
                question = self._questions.popleft()
            try:
                answer = question()
            except Exception as error:  # noqa: BLE001  a question that fails has no answer; the next one may
                log.warning("A drawing failed: %s", where_it_failed(error))
                continue
            try:
                self.done.emit(answer)
            except RuntimeError:  # the view is gone
                return
