"""A quiet line below the list of chats while a job runs, or waits for a decision. Pressing it opens the job."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.elided import ElidedButton
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.core.tuning import TuningJob


class TuningChip(ElidedButton):
    """Hidden while there is no job."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Fine-tuning"))
        self.setProperty("kind", "quiet")
        self.setObjectName("tuning")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(1)
        self.hide()

    def show_job(self, job: "TuningJob | None") -> None:
        if job is not None:
            from app.ui.tuning.words import chip_words, progress_words

            self.whole = chip_words(job)
            self.setText(self.whole)
            self.resizeEvent(QResizeEvent(self.size(), self.size()))
            facts = self.tr("{name}: {progress}").format(name=job.name, progress=progress_words(job.progress))
            self.setAccessibleName(self.whole)
            self.setAccessibleDescription(facts)
            self.setToolTip(facts)
        self.setVisible(job is not None)
