"""All jobs: those that run, those that wait for a decision. A kept adapter is among the adapters, not here."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.tuning import JobState, TuningJob
from app.ui.settings.parts import Row
from app.ui.settings.words import push
from app.ui.theme import Theme
from app.ui.tuning.step import Step
from app.ui.tuning.words import created_words, preset_words, progress_words, state_words


class JobsPage(Step):
    chosen = Signal(object)  # TuningJob
    new_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Fine-tunings"))
        self.set_lead(self.tr("Those that run, and those you have not decided on. What you keep is an adapter."))
        self.card = self.section()
        self._shown: list[tuple[str, bool]] = []
        self._jobs: dict[str, TuningJob] = {}
        self._rows: dict[str, Row] = {}

    @property
    def next_text(self) -> str:
        return self.tr("New fine-tuning")

    def go_on(self) -> None:
        self.new_requested.emit()

    def show_jobs(self, jobs: Sequence[TuningJob]) -> None:
        """The same jobs as before keep their rows, and a button that has the focus keeps it."""
        shown = [(job.id, job.progress.state is JobState.FINISHED) for job in jobs]
        if shown == self._shown and not self.card.is_empty:
            for job in jobs:
                self._jobs[job.id] = job
                self._rows[job.id].explain(self._facts(job))
            return
        self._shown = shown
        self._jobs = {job.id: job for job in jobs}
        self.card.clear()
        for job, (_, is_done) in zip(jobs, shown, strict=True):
            words = self.tr("See the result") if is_done else self.tr("Open")
            button = push(words, "plain", self.card, self.tr("Open {name}").format(name=job.name))
            button.clicked.connect(partial(self._choose, job.id))
            self._rows[job.id] = self.card.row(job.name, self._facts(job), button)
        if not jobs:
            self.card.row(self.tr("None yet"), self.tr("Choose some notes, and let the model learn from them."))

    def _facts(self, job: TuningJob) -> str:
        progress = job.progress
        if job.is_damaged or progress.state in (JobState.FINISHED, JobState.JUDGING, JobState.PREPARING):
            words = self.tr("{state}. {preset}, started {when}")
            return words.format(
                state=state_words(progress.state), preset=preset_words(job.preset), when=created_words(job)
            )
        words = self.tr("{state}: {progress}. {preset}, started {when}")
        return words.format(
            state=state_words(progress.state),
            progress=progress_words(progress),
            preset=preset_words(job.preset),
            when=created_words(job),
        )

    def _choose(self, job: str, _checked: bool = False) -> None:
        self.chosen.emit(self._jobs[job])
