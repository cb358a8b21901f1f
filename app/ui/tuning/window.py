"""The wizard's window: five screens and the list of jobs. Closing it hides it; jobs go on without it.

When the vault locks, whoever locked it calls `end` and deletes the window: it shows a person's words.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.tuning import JobState, TuningJob
from app.domain.conversation import ChatInfo
from app.domain.errors import AppError
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.words import line, push
from app.ui.theme import Metrics, Theme
from app.ui.tuning.desk import ACTIVE, TuningDesk
from app.ui.tuning.draft import Draft
from app.ui.tuning.jobs_page import JobsPage
from app.ui.tuning.learned_page import LearnedPage
from app.ui.tuning.notes_page import NotesPage
from app.ui.tuning.plan_page import PlanPage
from app.ui.tuning.step import STEPS, Step, StepBar
from app.ui.tuning.verdict_page import Restart, VerdictPage
from app.ui.tuning.watch_page import WatchPage


class TuningWindow(QDialog):
    adapter_kept = Signal(object, bool)  # Path, whether chats are to use it from now on
    left_running = Signal()  # it was closed while a job goes on

    def __init__(
        self,
        theme: Theme,
        desk: TuningDesk,
        chats: Callable[[], Sequence[ChatInfo]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._desk = theme, desk
        self._is_ended = False
        self.draft = Draft()
        self.setObjectName("settings")
        self.setWindowTitle(self.tr("Fine-tune on your notes"))
        self.setModal(False)
        services = desk.services
        self.notes = NotesPage(theme, self.draft, services, chats, self)
        self.learned = LearnedPage(theme, self.draft, services, self)
        self.plan = PlanPage(theme, self.draft, services, self)
        self.watch = WatchPage(theme, services, self)
        self.verdict = VerdictPage(theme, services, self)
        self.jobs = JobsPage(theme, self)
        self.steps: tuple[Step, ...] = (self.notes, self.learned, self.plan, self.watch, self.verdict)
        assert len(self.steps) == STEPS
        self._stack = QStackedWidget(self)
        for page in (*self.steps, self.jobs):
            self._stack.addWidget(page)
            page.changed.connect(self._show_buttons)
        self._where = line("", "caption", self)
        self.bar = StepBar(theme, self)
        self.all_jobs = push(self.tr("All fine-tunings"), "quiet", self)
        self.back = push(self.tr("Back"), "plain", self)
        self.next = push("", "primary", self)
        self._lay_out()
        self._connect()
        self._turn_to(self.notes)
        Fit(self, theme, self._size)

    def _lay_out(self) -> None:
        top, foot = QWidget(self), QWidget(self)
        above, below = QVBoxLayout(top), QHBoxLayout(foot)
        spaced(top, self._theme, above, "space_1", "space_6", "space_4", "space_6", "")
        above.addWidget(self._where)
        above.addWidget(self.bar)
        spaced(foot, self._theme, below, "space_2", "space_6", "space_3")
        below.addWidget(self.all_jobs)
        below.addStretch(1)
        below.addWidget(self.back)
        below.addWidget(self.next)
        Fit(self.bar, self._theme, lambda metrics: self.bar.setMaximumWidth(metrics.column))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addWidget(self._stack, 1)
        layout.addWidget(foot)

    def _connect(self) -> None:
        self.notes.finished.connect(lambda: self._turn_to(self.learned))
        self.learned.finished.connect(lambda: self._turn_to(self.plan))
        self.plan.started.connect(self._begin_job)
        self.watch.ordered.connect(self._desk.read_now)
        self.watch.discarded.connect(self._leave_job)
        self.verdict.restarted.connect(self._begin_again)
        self.verdict.discarded.connect(self._leave_job)
        self.verdict.kept.connect(self._keep)
        self.jobs.chosen.connect(self.open_job)
        self.jobs.new_requested.connect(self.begin)
        self.all_jobs.clicked.connect(self.open_jobs)
        self.back.clicked.connect(self._go_back)
        self.next.clicked.connect(lambda: self.page.go_on())
        self._desk.changed.connect(self._follow)
        self._desk.listed.connect(self._show_list)
        self._desk.failed.connect(self._show_error)

    @property
    def page(self) -> Step:
        page = self._stack.currentWidget()
        assert isinstance(page, Step)
        return page

    # Where to begin

    def begin(self, paths: Sequence[Path] = ()) -> None:
        """The first screen; what was chosen before is still there, and these are added."""
        self.notes.add_paths(list(paths))
        self._turn_to(self.notes)
        self._come_up()

    def open_job(self, job: TuningJob) -> None:
        self._desk.follow(job)
        self._show_job(job)
        self._desk.read_now()
        self._come_up()

    def open_jobs(self) -> None:
        self.jobs.show_jobs(self._desk.jobs)
        self._turn_to(self.jobs)
        self._desk.look()
        self._come_up()

    def open_where_it_stands(self) -> None:
        """At the job that runs or has something to say; else where the person left off."""
        job = self._desk.followed
        if job is not None and self.draft.notes is None:
            self.open_job(job)
        else:
            self._come_up()

    def end(self) -> None:
        """Stop what is under way, wait for it, and let go of every text."""
        self._is_ended = True
        self.hide()
        for page in (*self.steps, self.jobs):
            page.end()
        self.draft.forget()
        self._desk.services.forget_notes()

    # Jobs

    def _begin_job(self, job: TuningJob, is_all: bool) -> None:
        """The texts are in the job's own folder now. is_all: false where the person chose other notes meanwhile."""
        if is_all:
            self.draft.forget()
            self.learned.forget()
            self.plan.forget()
            self._desk.services.forget_notes()
        if self.isVisible() and is_all:
            self.open_job(job)
        else:
            self._desk.follow(job)
        self._desk.look()

    def _begin_again(self, restart: Restart) -> None:
        """Whoever has gone on to another page meanwhile stays there, and is told there; so does what was chosen."""
        self.verdict.forget()
        page, say = self.page, self.watch.say
        if not self.isVisible():
            self.watch.show_job(restart.job)  # to be read later
        elif page is self.verdict:
            self.open_job(restart.job)
        elif page is not self.watch:  # that shows another job, which goes on
            self._desk.follow(restart.job)
            say = page.show_notice
        self._desk.look()
        if restart.problem is not None:
            say(
                "warning",
                self.tr("The new training has started, but the earlier result could not be deleted."),
                f"{restart.problem.message} {restart.problem.advice}",
            )
        elif restart.is_old_gone:
            say("info", self.tr("The new training has started. The earlier result is deleted."))
        else:
            say(
                "info",
                self.tr("The new training has started."),
                self.tr("The earlier result still knows what came out. You find it under All fine-tunings."),
            )

    def _show_list(self) -> None:
        """The job on show may have gone meanwhile: discarded in a terminal, say."""
        self.jobs.show_jobs(self._desk.jobs)
        page, known = self.page, [job.id for job in self._desk.jobs]
        if isinstance(page, WatchPage | VerdictPage) and page.job is not None and page.job.id not in known:
            self._turn_to(self.jobs)

    def _follow(self, job: TuningJob | None) -> None:
        self.jobs.show_jobs(self._desk.jobs)
        if job is None or not self.isVisible():
            return
        if self.page is self.watch and (self.watch.job is None or self.watch.job.id == job.id):
            self._show_job(job)

    def _show_job(self, job: TuningJob) -> None:
        is_judged = job.progress.state is JobState.FINISHED and job.verdict is not None
        page: WatchPage | VerdictPage = self.verdict if is_judged else self.watch
        page.show_job(job)
        if self.page is not page:
            self._turn_to(page)
        self._show_buttons()

    def _leave_job(self) -> None:
        """It is no more."""
        self.watch.job = None
        self.verdict.forget()
        self._desk.follow(None)
        if self.isVisible():
            self.open_jobs()
        else:
            self._turn_to(self.jobs)
            self._desk.look()

    def _keep(self, path: Path, is_used: bool) -> None:
        self._leave_job()
        self.adapter_kept.emit(path, is_used)
        self.jobs.show_notice(
            "info",
            self.tr("The adapter is kept, on this computer only."),
            self.tr("Chats use it from now on.") if is_used else self.tr("The settings switch it on."),
        )

    def _show_error(self, error: AppError) -> None:
        if self.isVisible() and self.page in (self.watch, self.jobs):
            self.page.show_notice("danger", error.message, error.advice)

    # Turning pages

    def _turn_to(self, page: Step) -> None:
        before = self.page
        if before is not page:
            before.leave()
            self._stack.setCurrentWidget(page)
        page.enter()
        if self.isVisible() and before is not page:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, page.title))
        page.verticalScrollBar().setValue(0)
        self._show_buttons()
        (page.first or self.next).setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_back(self) -> None:
        place = self.steps.index(self.page)
        self._turn_to(self.steps[place - 1])

    def _show_buttons(self) -> None:
        page = self.page
        place = self.steps.index(page) + 1 if page in self.steps else 0
        self.bar.show_step(place)
        self.bar.setVisible(place > 0)
        self._where.setVisible(place > 0)
        self._where.setText(self.tr("Step {place} of {of}").format(place=place, of=STEPS))
        self.back.setVisible(page in (self.learned, self.plan))
        self.next.setVisible(bool(page.next_text))
        self.next.setText(page.next_text)
        self.next.setAccessibleName(page.next_text)
        self.next.setEnabled(page.is_ready)
        self.all_jobs.setVisible(page is not self.jobs)

    def _come_up(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._desk.set_near(True)
            if self.page is self.plan and self.draft.notes is not None:
                self.plan.enter()  # what was being asked was given up as the window closed

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if event.spontaneous() or self._is_ended:
            return
        job = self._desk.followed
        self.page.leave()
        if job is not None and job.progress.state in ACTIVE:
            self.left_running.emit()
        self._desk.set_near(False)

    def _size(self, metrics: Metrics) -> None:
        room = self.screen().availableSize()
        self.setMinimumSize(
            min(metrics.column * 3 // 5, room.width() // 2), min(metrics.control * 12, room.height() // 2)
        )
        if not self.isVisible():
            self.resize(
                min(metrics.column + metrics.space_6 * 2 + metrics.space_3, room.width()),
                min(metrics.column, room.height()),
            )
