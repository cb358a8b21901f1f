"""Slow work on a page: what is under way in words, how far it is, a way to stop it, and how it ended."""

import logging
from collections.abc import Callable
from threading import Event as Flag

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import AppError, Cancelled
from app.ui.job import Job, on_gui_thread
from app.ui.sentences import in_words
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.remark import Remark
from app.ui.settings.words import line, push
from app.ui.theme import Theme

log = logging.getLogger(__name__)

SCALE = 1000  # of the progress bar: bytes do not fit into its integers


class Telling:
    """Passed to the work, on its thread. Every call raises Cancelled once the person has stopped it."""

    def __init__(self, said: Callable[[str], None], counted: Callable[[int], None]) -> None:
        """counted: gets thousandths. Both are called on the work's thread."""
        self._stopped = Flag()
        self._said, self._counted = said, counted

    def say(self, sentence: str) -> None:
        self.check()
        self._said(sentence)

    def count(self, done: int, total: int) -> None:
        self.check()
        self._counted(min(SCALE, done * SCALE // max(total, 1)))

    def check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled

    def stop(self) -> None:
        self._stopped.set()


class Work(QWidget):
    """One piece of work at a time. Hidden while there is nothing to say."""

    busy_changed = Signal(bool)
    stop_requested = Signal()  # for what the work waits in, and does not ask `Telling` meanwhile

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._left: list[Job] = []  # abandoned, not ended yet
        self._telling: Telling | None = None
        self._done: Callable[[object], None] = lambda result: None
        self._failed: Callable[[AppError], bool] = lambda error: False
        self._words = line("", "muted", self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        Fit(self._bar, theme, lambda metrics: self._bar.setFixedHeight(metrics.space_1))
        self.cancel_button = push(self.tr("Stop"), "plain", self)
        self.cancel_button.clicked.connect(self.cancel)
        self.outcome = Remark(theme, self)
        top = QHBoxLayout()
        spaced(self, theme, top, "space_3")
        top.addWidget(self._words, 1)
        top.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._running = QWidget(self)
        running = QVBoxLayout(self._running)
        spaced(self, theme, running, "space_2")
        running.addLayout(top)
        running.addWidget(self._bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._running)
        layout.addWidget(self.outcome)
        self.outcome.dismissed.connect(self.hide)
        self.hide()

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    @property
    def words(self) -> str:
        """What can be read now."""
        return self._words.text() if self.is_busy else self.outcome.text

    def run(
        self,
        name: str,
        sentence: str,
        work: Callable[[Telling], object],
        on_success: Callable[..., None],
        on_failure: Callable[[AppError], bool] = lambda error: False,
    ) -> None:
        """Begin, unless something is under way already. `on_failure` may show the error itself and return True."""
        if self.is_busy:
            return
        telling = Telling(on_gui_thread(self, self._tell), on_gui_thread(self, self._count))
        self._telling, self._done, self._failed = telling, on_success, on_failure
        self._words.setText(sentence)
        self._bar.setRange(0, 0)
        self.cancel_button.setEnabled(True)
        self.outcome.hide()
        self._running.show()
        self.show()
        job = Job(f"nearhalf-{name}", lambda: work(telling), self)
        self._job = job
        self.busy_changed.emit(True)
        job.start(lambda result: self._succeed(job, result), lambda error: self._fail(job, error))

    def cancel(self) -> None:
        """It ends at its next word; until then the line says so."""
        if self._telling is not None:
            self._telling.stop()
            self.cancel_button.setEnabled(False)
            self._words.setText(self.tr("Stopping…"))
            self.stop_requested.emit()

    def abandon(self) -> None:
        """The person has gone elsewhere: it is told to stop, its outcome is of no interest, nobody waits for it."""
        self.hide()
        if self._job is not None and self._telling is not None:
            self._telling.stop()
            self.stop_requested.emit()
            self._left.append(self._job)
            self._job, self._telling = None, None
            self.busy_changed.emit(False)

    def say(self, tone: str, message: str, advice: str = "") -> None:
        """How it ended, or something else to know."""
        self._running.hide()
        self.outcome.show_words(tone, message, advice)
        self.show()

    def end(self, timeout_s: float = 15.0) -> None:
        """Stop, and wait until every thread has ended; what they return is dropped."""
        self.abandon()
        ended = [job.wait(timeout_s) for job in self._left]
        if not all(ended):
            log.warning("work on a settings page has not ended in time")
        self._left.clear()

    def _tell(self, sentence: str) -> None:
        self._words.setText(in_words(sentence))

    def _count(self, thousandths: int) -> None:
        self._bar.setRange(0, SCALE)
        self._bar.setValue(thousandths)

    def _succeed(self, job: Job, result: object) -> None:
        if self._settle(job):
            self.hide()
            self._done(result)

    def _fail(self, job: Job, error: AppError) -> None:
        if not self._settle(job):
            return
        if isinstance(error, Cancelled):
            self.say("info", self.tr("Stopped."))
        elif self._failed(error):
            self.setVisible(self.is_busy)  # it may have begun anew
        else:
            self.say("danger", error.message, error.advice)

    def _settle(self, job: Job) -> bool:
        """False where it was abandoned meanwhile."""
        if job is not self._job:
            self._left = [left for left in self._left if left is not job]
            return False
        self._job, self._telling = None, None
        self._running.hide()
        self.busy_changed.emit(False)
        return True
