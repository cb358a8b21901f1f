"""Screen 4: a job while it runs. Curves, time left, traffic, a sample, and the four orders a person may give."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from app.core.tuning import JobOrder, JobState, TuningJob
from app.core.tuning_services import TuningServices
from app.ui.sentences import in_words
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.tuning.curves import Curves
from app.ui.tuning.desk import ACTIVE
from app.ui.tuning.step import Step
from app.ui.tuning.words import duration, happening, percent_done, progress_words, state_words
from app.ui.words import number, size

BAR = 100
_WARNED = (JobState.TRAINING, JobState.EVALUATING, JobState.PAUSED)  # whose message is one for a person


class WatchPage(Step):
    ordered = Signal()  # look at the job again
    discarded = Signal()

    def __init__(self, theme: Theme, services: TuningServices, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._services = services
        self.job: TuningJob | None = None
        self._told: tuple[JobState, str] | None = None
        self._is_asking = False  # the notice holds a question, which no news may take away
        self._is_saying = False  # it holds a word that only trouble may take away
        self.bar = QProgressBar(self.column)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, BAR)
        self.bar.setAccessibleName(self.tr("Progress of the fine-tuning"))
        Fit(self.bar, theme, lambda metrics: self.bar.setFixedHeight(metrics.space_1))
        self.where = line("", "strong", self.column)
        self.add(self.where)
        self.add(self.bar)
        self.curves = Curves(theme, self.column)
        card = self._measured = self.section()
        card.add(self.curves)
        self.facts = line("", "caption", self.column)
        card.join(_inset(theme, self.facts))
        self._sample_heading = line("", "strong", self.column)
        self.sample = QPlainTextEdit(self.column)
        self.sample.setProperty("kind", "field")
        self.sample.setReadOnly(True)
        self.sample.setTabChangesFocus(True)
        self.sample.setAccessibleName(self.tr("How it goes on from a held-back note"))
        Fit(self.sample, theme, lambda metrics: self.sample.setFixedHeight(metrics.control * 3))
        self.add(self._sample_heading)
        self.add(self.sample)
        self.work = Work(theme, self.column)
        self.add(self.work)
        self.pause = push(self.tr("Pause"), "plain", self)
        self.resume = push(self.tr("Resume"), "primary", self)
        self.keep = push(self.tr("Stop and keep the best"), "plain", self)
        self.discard = push(self.tr("Discard…"), "danger", self)
        self.buttons = Buttons(theme, self.column, self.pause, self.resume, self.keep, self.discard)
        self.add(self.buttons)
        self._goes_on = line(
            self.tr("You may close this window, and Nearhalf too: it goes on by itself, and you find it here."),
            "caption",
            self.column,
        )
        self.add(self._goes_on)
        for button, order in (
            (self.pause, JobOrder.PAUSE),
            (self.resume, JobOrder.RESUME),
            (self.keep, JobOrder.KEEP_BEST),
        ):
            button.clicked.connect(partial(self._order, order))
        self.discard.clicked.connect(self._ask_to_discard)
        self.work.busy_changed.connect(lambda _: self._enable())
        self.notice.dismissed.connect(self._show_trouble_again)

    @property
    def first(self) -> QWidget | None:
        if self.job is not None and self.job.progress.state is JobState.FAILED:
            return self.discard if self.job.is_damaged else self.notice.action
        return self.resume if self.resume.isVisibleTo(self) else self.pause

    def leave(self) -> None:
        self.notice.hide()
        self._is_asking = self._is_saying = False
        self._told = None  # trouble is shown again when it comes back on show

    def end(self) -> None:
        self.work.end()
        self.sample.clear()

    def show_job(self, job: TuningJob) -> None:
        progress = job.progress
        is_another = self.job is None or self.job.id != job.id
        told = progress.state, progress.message
        is_news = is_another or self._told != told
        self._is_asking, self._is_saying = (is_on and not is_another for is_on in (self._is_asking, self._is_saying))
        self.job, self._told = job, told
        self.set_title(self.tr("Fine-tuning: {name}").format(name=job.name))
        self.set_lead("" if job.is_damaged else happening(progress, job.settings.patience))
        is_measured = progress.state not in (JobState.PREPARING, JobState.JUDGING)
        under_way = progress_words(progress) if is_measured else in_words(progress.message)
        self.where.setText(
            self.tr("{state}. {progress}").format(state=state_words(progress.state), progress=under_way).strip()
        )
        for part in (self.where, self.bar, self._measured):  # of a damaged one nothing of this is known
            part.setVisible(not job.is_damaged)
        self.bar.setRange(0, BAR if is_measured else 0)
        if is_measured:
            self.bar.setValue(percent_done(progress))
        self.curves.show_run(progress.points, progress.evaluations, progress.steps)
        self.facts.setText(self._facts(job))
        self._show_sample(job)
        if is_news and not self._is_asking:
            self._show_trouble(job)
        self._enable()
        self.changed.emit()

    def say(self, tone: str, message: str, advice: str = "") -> None:
        """What the person is to know first of the job on show; it stays until it is dismissed or trouble comes."""
        self._is_saying = True
        self.show_notice(tone, message, advice)

    def _facts(self, job: TuningJob) -> str:
        progress = job.progress
        parts = [
            self.tr("Backend: {backend}").format(backend=job.backend or self.tr("on this computer")),
            self.tr("Trained for {time}").format(time=duration(progress.seconds)),
            self.tr("Traffic: {up} up, {down} down, {trips} round trips").format(
                up=size(progress.bytes_up), down=size(progress.bytes_down), trips=number(progress.round_trips)
            ),
        ]
        return "  ·  ".join(parts)

    def _show_sample(self, job: TuningJob) -> None:
        sample = job.progress.sample
        self._sample_heading.setVisible(sample is not None)
        self.sample.setVisible(sample is not None)
        if sample is None:
            return
        self._sample_heading.setText(
            self.tr("At step {step} it goes on from “{prompt}” like this:").format(
                step=number(sample.step), prompt=" ".join(sample.prompt.split())
            )
        )
        text = sample.text.strip()
        if self.sample.toPlainText() != text:
            self.sample.setPlainText(text)

    def _show_trouble(self, job: TuningJob) -> None:
        progress = job.progress
        is_told = self._is_saying
        self._is_saying = False
        if progress.state is JobState.FAILED:
            self.notice.show_words(
                "danger",
                progress.message or self.tr("The fine-tuning stopped."),
                progress.advice,
                "" if job.is_damaged else self.tr("Try again"),
                partial(self._order, JobOrder.RESUME),
                can_dismiss=False,
            )
        elif progress.state is JobState.WAITING:
            self.notice.show_words(
                "warning",
                progress.message or self.tr("The fine-tuning waits."),
                progress.advice or self.tr("It goes on by itself."),
                can_dismiss=False,
            )
        elif progress.state in _WARNED and progress.message:  # it goes on, or could: but not all is well
            self.notice.show_words("warning", progress.message, progress.advice, can_dismiss=False)
        elif is_told:
            self._is_saying = True
        else:
            self.notice.hide()

    def _show_trouble_again(self) -> None:
        """Another question stood in its place."""
        self._is_asking = self._is_saying = False
        if self.job is not None:
            self._show_trouble(self.job)

    def _enable(self) -> None:
        job = self.job
        if job is None:
            return
        state, is_free = job.progress.state, not self.work.is_busy
        is_running = state in ACTIVE and state is not JobState.JUDGING
        has_best = any(test.step > 0 for test in job.progress.evaluations)
        self.pause.setVisible(is_running)
        self._goes_on.setVisible(state in ACTIVE)
        self.resume.setVisible(state is JobState.PAUSED)
        self.keep.setVisible(state is not JobState.JUDGING and not job.is_damaged)
        self.keep.setEnabled(is_free and has_best)
        self.keep.setToolTip("" if has_best else self.tr("Nothing has been tested yet."))
        for button in (self.pause, self.resume, self.discard):
            button.setEnabled(is_free)
        self.buttons.updateGeometry()

    # Orders

    def _order(self, order: JobOrder, _checked: bool = False) -> None:
        self._give(order, self.ordered.emit)

    def _ask_to_discard(self) -> None:
        self._is_asking = True
        self.notice.show_words(
            "warning",
            self.tr("Discard this fine-tuning?"),
            self.tr(
                "Deleted: its copy of your notes, its checkpoints and what it learned. Kept: your own files, your "
                "chats, and adapters that you kept before."
            ),
            self.tr("Discard"),
            self._discard,
        )
        self.bring_into_view(self.notice)
        self.notice.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def _discard(self) -> None:
        self._give(JobOrder.DISCARD, self.discarded.emit)

    def _give(self, order: JobOrder, done: Callable[[], None]) -> None:
        if self.job is None:
            return
        job, services = self.job.id, self._services

        def give(_telling: Telling) -> None:
            services.order(job, order)

        words = {
            JobOrder.PAUSE: self.tr("Pausing after this step"),
            JobOrder.RESUME: self.tr("Going on"),
            JobOrder.KEEP_BEST: self.tr("Stopping, with the best so far"),
            JobOrder.DISCARD: self.tr("Deleting"),
        }[order]
        self.work.run("tuning-order", words, give, lambda _: done())
        self.work.cancel_button.setEnabled(False)


def _inset(theme: Theme, part: QWidget) -> QWidget:
    inset = QWidget()
    layout = QVBoxLayout(inset)
    spaced(inset, theme, layout, "", "space_4", "space_3")
    layout.addWidget(part)
    return inset
