"""Screen 5: what speaks against the result, whether it helped, in words and as a picture; then keep it or not.

The recommended button is the primary one: training again where secrets came out, keeping where nothing speaks against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.tuning import Basis, JobOrder, TuningJob
from app.core.tuning_services import TuningServices
from app.domain.errors import AppError
from app.ui.settings.controls import Switch
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.tuning.curves import Curves
from app.ui.tuning.interval_bars import IntervalBars
from app.ui.tuning.plan_page import LONGEST_NAME
from app.ui.tuning.step import Fold, Step
from app.ui.tuning.verdict_words import (
    advice_words,
    alike_words,
    came_out_words,
    general_words,
    headline,
    secrets_words,
    trust_words,
    verdict_words,
)
from app.ui.tuning.votes import Votes
from app.ui.tuning.words import form_words, notes_words


@dataclass(frozen=True, slots=True)
class Restart:
    """Trained again without the secrets. is_old_gone: the result that knows them; problem: why it is not."""

    job: TuningJob
    is_old_gone: bool
    problem: AppError | None = None


class VerdictPage(Step):
    kept = Signal(object, bool)  # Path, whether chats are to use it from now on
    discarded = Signal()
    restarted = Signal(object)  # Restart

    def __init__(self, theme: Theme, services: TuningServices, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._services = services
        self.job: TuningJob | None = None
        self.advice = line("", "strong", self.column)
        self.add(self.advice)
        self._lay_out_secrets()
        self.sentence = line("", "body", self.column)
        self.add(self.sentence)
        card = self.section()
        self.bars, self.curves = IntervalBars(theme, card), Curves(theme, card)
        self._test = card.row("", "")
        card.join(self.bars)
        self.curves_fold = Fold(theme, self.tr("Show the curves"), self.curves, self.column)
        self.add(self.curves_fold)
        self.votes = Votes(theme, self.column)
        self._votes_heading = self.heading(
            self.tr("Judge for yourself"), self.tr("Which of the two is fine-tuned shows after your choice.")
        )
        self._votes_card = self.section()
        self._votes_card.add(self.votes)
        checks = self.section(self.tr("What else changed"))
        self._secrets = checks.row(self.tr("Secrets of your notes"))
        self._general = checks.row(self.tr("General questions"))
        keeping = self.section(self.tr("Keep it?"))
        self.name = QLineEdit(self.column)
        self.name.setMaxLength(LONGEST_NAME)
        Fit(self.name, theme, lambda metrics: self.name.setMinimumWidth(metrics.sidebar))
        keeping.row(self.tr("Name of the adapter"), "", self.name)
        self.use = Switch(theme)
        keeping.row(self.tr("Use it in chats from now on"), self.tr("The settings change it at any time."), self.use)
        self._form = line("", "caption", self.column)
        self.add(self._form)
        self.work = Work(theme, self.column)
        self.add(self.work)
        self.keep = push(self.tr("Keep"), "primary", self)
        self.discard = push(self.tr("Discard…"), "danger", self)
        self.add(Buttons(theme, self.column, self.keep, self.discard))
        self.keep.clicked.connect(self._keep)
        self.discard.clicked.connect(self._ask_to_discard)
        self.name.textChanged.connect(lambda _: self._enable())
        self.work.busy_changed.connect(lambda _: self._enable())

    def _lay_out_secrets(self) -> None:
        """What came out, and a new training without it. Shown only where something did."""
        self._out = self.section()
        self._came_out = self._out.row(self.tr("What it knows"))
        self._alike = line("", "body", self._out)
        self._alike_part = beside = QWidget(self._out)
        spaced(beside, self.theme, over := QVBoxLayout(beside), "", "space_4", "", "space_4", "space_3")
        over.addWidget(self._alike)
        self._out.join(beside)
        self.drop = Switch(self.theme)
        self._out.row(
            self.tr("Delete this result once the new training has started"),
            self.tr(
                "It knows what came out, and its copy of your notes holds it. Your own files and adapters that you "
                "kept stay."
            ),
            self.drop,
        )
        self.again = push(self.tr("Take it out and train again"), "primary", self)
        self.again.clicked.connect(self._train_again)
        below = QWidget(self._out)
        spaced(below, self.theme, layout := QVBoxLayout(below), "", "space_4", "", "space_4", "space_4")
        layout.addWidget(Buttons(self.theme, below, self.again))
        self._out.join(below)

    @property
    def first(self) -> QWidget | None:
        return self.again if self.again.isVisibleTo(self) else self.curves_fold.button

    def leave(self) -> None:
        self.notice.hide()

    def end(self) -> None:
        self.work.end()
        self.forget()

    def forget(self) -> None:
        self.job = None
        self.votes.forget()
        self._came_out.explain("")

    def show_job(self, job: TuningJob) -> None:
        """A finished one, with its verdict."""
        verdict = job.verdict
        if verdict is None or (self.job is not None and self.job.id == job.id):
            return
        self.job = job
        self.set_title(headline(verdict))
        self.sentence.setText(verdict_words(verdict))
        self.bars.show_verdict(verdict)
        self.bars.setVisible(verdict.basis is not Basis.TOO_LITTLE)  # they would look as if they said something
        self._test.label.setText(
            self.tr("Tested on {held}, learned from {train}").format(
                held=notes_words(verdict.held_out_notes), train=notes_words(verdict.train_notes)
            )
        )
        self._test.explain(trust_words(verdict))
        self.curves.show_run(job.progress.points, job.progress.evaluations, job.progress.steps)
        self.advice.setText(advice_words(verdict))
        self.advice.setVisible(bool(self.advice.text()))
        self.votes.show_pairs(verdict.pairs)
        for part in (self._votes_heading, self._votes_card):
            part.setVisible(bool(verdict.pairs))
        self._secrets.explain(secrets_words(verdict))
        self._came_out.explain(came_out_words(verdict))
        self._out.setVisible(bool(verdict.memorised))
        self.drop.setChecked(True)
        self._show_alike(job)
        self._general.explain(general_words(verdict))
        self._form.setText(form_words(job.settings))
        self.name.setText(job.name)
        self.use.setChecked(verdict.is_advised)
        for button, is_best in ((self.keep, verdict.is_advised), (self.again, verdict.has_helped)):
            button.setProperty("kind", "primary" if is_best else "plain")
            button.style().polish(button)
        self._enable()
        self.changed.emit()

    def _show_alike(self, job: TuningJob) -> None:
        try:
            names = self._services.learned_from(job.data_sha256)
        except AppError:  # the vault is locked: this page is about to go
            names = ()
        self._alike.setText(alike_words(names))
        self._alike_part.setVisible(bool(names))

    def _enable(self) -> None:
        is_free = not self.work.is_busy
        self.keep.setEnabled(is_free and bool(self.name.text().strip()))
        for button in (self.discard, self.again):
            button.setEnabled(is_free)

    # What becomes of it

    def _keep(self) -> None:
        name, is_used = self.name.text().strip(), self.use.isChecked()

        def keep(services: TuningServices, job: str) -> Path:
            return services.keep_adapter(job, name)

        self._run("keep-adapter", self.tr("Keeping the adapter"), keep, lambda path: self.kept.emit(path, is_used))

    def _train_again(self) -> None:
        assert self.job is not None and self.job.verdict is not None
        secrets = frozenset(one.secret for one in self.job.verdict.memorised)
        is_old_dropped = self.drop.isChecked()

        def train(services: TuningServices, job: str) -> Restart:
            new = services.train_again(job, secrets)
            if not is_old_dropped:
                return Restart(new, False)
            try:
                services.order(job, JobOrder.DISCARD)
            except AppError as error:  # the new one runs all the same
                return Restart(new, False, error)
            return Restart(new, True)

        self._run("train-again", self.tr("Taking it out, and starting again"), train, self.restarted.emit)

    def _ask_to_discard(self) -> None:
        self.notice.show_words(
            "warning",
            self.tr("Discard this result?"),
            self.tr(
                "Deleted: the adapter, its copy of your notes and its checkpoints. Kept: your own files, your chats, "
                "and adapters that you kept before."
            ),
            self.tr("Discard"),
            self._discard,
        )
        self.bring_into_view(self.notice)
        self.notice.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def _discard(self) -> None:
        def discard(services: TuningServices, job: str) -> None:
            services.order(job, JobOrder.DISCARD)

        self._run("discard-tuning", self.tr("Deleting"), discard, lambda _: self.discarded.emit())

    def _run(
        self, name: str, words: str, work: Callable[[TuningServices, str], object], done: Callable[..., None]
    ) -> None:
        assert self.job is not None
        services, job = self._services, self.job.id

        def run(_telling: Telling) -> object:
            return work(services, job)

        self.work.run(name, words, run, done)
        self.work.cancel_button.setEnabled(False)
        self.bring_into_view(self.work)
