"""Which files were not read and which notes were folded into another one, by name: two lists that unfold."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.notes import FileReport
from app.domain.notes import Fold as FoldedNote
from app.ui.settings.fit import spaced
from app.ui.theme import Theme
from app.ui.tuning.note_reader import LongList
from app.ui.tuning.step import Fold
from app.ui.tuning.words import folded_words, unread_words
from app.ui.words import number


class LeftOut(QWidget):
    """Each list is hidden while it is empty."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.files = LongList(theme, self.tr("Every file that was left out"), self)
        self.files_fold = Fold(theme, "", self.files, self)
        self.folds = LongList(theme, self.tr("Notes that say the same as another one"), self)
        self.folds_fold = Fold(theme, "", self.folds, self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3")
        layout.addWidget(self.files_fold)
        layout.addWidget(self.folds_fold)
        self.forget()

    def show_reports(self, reports: Sequence[FileReport], folds: Sequence[FoldedNote]) -> None:
        lines = [
            self.tr("{file}: {why}").format(file=report.path, why=unread_words(report.error))
            for report in reports
            if report.error is not None
        ]
        self.files.show_lines(lines)
        self.files_fold.set_text(
            self.tr("Show every file that was left out ({count})").format(count=number(len(lines)))
        )
        self.files_fold.setVisible(bool(lines))
        same = [folded_words(fold.why).format(source=fold.source, into=fold.into) for fold in folds]
        self.folds.show_lines(same)
        self.folds_fold.set_text(
            self.tr("Show what was folded into another note ({count})").format(count=number(len(same)))
        )
        self.folds_fold.setVisible(bool(same))
        self.setVisible(bool(lines or same))

    def forget(self) -> None:
        """Let go of every name."""
        self.files_fold.button.setChecked(False)
        self.folds_fold.button.setChecked(False)
        self.show_reports((), ())
