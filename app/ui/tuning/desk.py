"""Looks after the jobs for everything on screen: reads them in a thread, says what changed. Knows no widgets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.tuning import JobState, TuningJob
from app.domain.errors import SettingsError
from app.ui.latest import Latest

if TYPE_CHECKING:
    from app.core.tuning_services import TuningServices

NEAR_MS = 1_000  # somebody looks at the job
FAR_MS = 5_000  # only the line in the list of chats does
READS_AFTER_ORDER = 30  # however a job stands: its process may take a while to obey
ACTIVE = (JobState.PREPARING, JobState.TRAINING, JobState.EVALUATING, JobState.WAITING, JobState.JUDGING)


def most_urgent(jobs: Sequence[TuningJob]) -> TuningJob | None:
    """The one that runs, else the newest."""
    return next((job for job in jobs if job.progress.state in ACTIVE), jobs[0] if jobs else None)


class TuningDesk(QObject):
    """`followed` is read again and again while it runs; `jobs` when somebody asks."""

    listed = Signal()  # `jobs` was read
    changed = Signal(object)  # TuningJob | None: the followed one
    failed = Signal(object)  # AppError

    def __init__(self, services: "TuningServices", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.jobs: tuple[TuningJob, ...] = ()
        self.followed: TuningJob | None = None
        self._list = Latest("nearhalf-tuning-jobs", 0, self)
        self._one = Latest("nearhalf-tuning-job", 0, self)
        self._timer = QTimer(self, interval=FAR_MS)
        self._reads_left = 0
        self._must_choose = False  # nobody looks at a certain job any more
        self._list.answered.connect(self._take_list)
        self._list.failed.connect(self.failed)
        self._one.answered.connect(self._take)
        self._one.failed.connect(self.failed)
        self._timer.timeout.connect(self._read)

    def look(self) -> None:
        """Read the list; without a job to follow, follow the most urgent one."""
        self._list.ask(self.services.jobs)

    def follow(self, job: TuningJob | None) -> None:
        self._must_choose = False
        self._one.drop()
        self.followed = job
        self.changed.emit(job)
        self._keep_reading()

    def read_now(self) -> None:
        """An order was given: see what became of it."""
        self._reads_left = READS_AFTER_ORDER
        if self.followed is not None:
            self._timer.start()
            self._read()

    def set_near(self, is_near: bool) -> None:
        self._timer.setInterval(NEAR_MS if is_near else FAR_MS)
        if not is_near:
            self._must_choose = True
            self.look()

    def close(self) -> None:
        self._timer.stop()
        self._list.close(15.0)
        self._one.close(15.0)

    def _read(self) -> None:
        if self.followed is not None and not self._one.is_waiting:
            job = self.followed.id
            self._one.ask(lambda: self._job(job))

    def _job(self, job: str) -> TuningJob | None:
        """None: it was discarded, or kept as an adapter."""
        try:
            return self.services.job(job)
        except SettingsError:
            return None

    def _take_list(self, jobs: Sequence[TuningJob]) -> None:
        self.jobs = tuple(jobs)
        if self.followed is None or self._must_choose or self.followed.id not in [job.id for job in jobs]:
            self.follow(most_urgent(jobs))
        self.listed.emit()

    def _take(self, job: TuningJob | None) -> None:
        if job is None:
            self._must_choose = True
            self.look()
        elif self.followed is not None and job.id == self.followed.id:
            self.followed = job
            self.jobs = tuple(job if one.id == job.id else one for one in self.jobs)
            self.changed.emit(job)
            self._keep_reading()

    def _keep_reading(self) -> None:
        self._reads_left = max(0, self._reads_left - 1)
        is_wanted = self.followed is not None and (self.followed.progress.state in ACTIVE or self._reads_left > 0)
        if is_wanted:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()
