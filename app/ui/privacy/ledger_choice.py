"""Which ledger is on show: the app's own, or that of a fine-tuning job. Not seen where there is no choice."""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.core.tuning_ledgers import JobLedger
from app.ui.settings.controls import Choice
from app.ui.theme import Theme
from app.ui.words import locale, translate

_LETTERS = 12  # so narrow it may become


def job_words(job: JobLedger) -> str:
    """Fine-tuning of 11/23/26 2:05 PM, notes."""
    if job.began_at is None:
        return translate("privacy", "Fine-tuning: {name}").format(name=job.name or job.job)
    made = QDateTime.fromSecsSinceEpoch(int(job.began_at.timestamp()))
    date = locale().toString(made, QLocale.FormatType.ShortFormat)
    if not job.name:
        return translate("privacy", "Fine-tuning of {date}").format(date=date)
    return translate("privacy", "Fine-tuning of {date}: {name}").format(date=date, name=job.name)


class LedgerChoice(Choice):
    chosen = Signal(object)  # JobLedger; None: the app's own

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, (), parent)
        self._jobs: tuple[JobLedger, ...] = ()
        self.setAccessibleName(self.tr("Whose ledger"))
        self.view().setAccessibleName(self.accessibleName())
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)
        self.activated.connect(lambda at: self.chosen.emit(self._jobs[at - 1] if at else None))
        self.hide()

    def show_jobs(self, jobs: Sequence[JobLedger], shown: JobLedger | None) -> None:
        """What there is now, and which is on show."""
        if tuple(jobs) != self._jobs or not self.count():
            self._jobs = tuple(jobs)
            self.clear()
            self.addItem(self.tr("Chats, and all else of this app"))
            self.addItems([job_words(job) for job in self._jobs])
        paths = [job.path for job in self._jobs]
        self.setCurrentIndex(paths.index(shown.path) + 1 if shown is not None and shown.path in paths else 0)
        self.setVisible(bool(self._jobs))

    def forget(self) -> None:
        self._jobs = ()
        self.clear()
        self.hide()
