"""See what is in a report: exactly the text that is copied or saved, part by part. Nothing is sent, here or anywhere.

The text is put together in a thread (it reads logs) and never written anywhere but where the person says.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.problem_report import whole_text
from app.core.report_cleaning import Kind, Section
from app.domain.errors import AppError
from app.ui.job import Job
from app.ui.report_words import removed_words, section_words
from app.ui.sentences import in_words
from app.ui.settings.files import choose_to_save
from app.ui.settings.words import line, push
from app.ui.theme import Theme
from app.ui.words import counted

JOB_ENDS_S = 15.0


class ReportWindow(QDialog):
    def __init__(self, theme: Theme, make: Callable[[], Sequence[Section]], parent: QWidget | None = None) -> None:
        """`make` runs in a thread. The window deletes itself when it is closed."""
        super().__init__(parent)
        metrics = theme.metrics
        self._sections: Sequence[Section] = ()
        self.boxes: list[QCheckBox] = []
        self.setWindowTitle(self.tr("Report on a problem"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setProperty("kind", "field")
        self.text.setFont(theme.code_font(metrics.code))
        self.text.setAccessibleName(self.tr("The whole report"))
        self.text.setTabChangesFocus(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search in the report"))
        self.search.setAccessibleName(self.tr("Search in the report"))
        self.found = QLabel(self)
        self.found.setProperty("kind", "caption")
        self.removed, self.outcome = line("", "caption", self), line("", "muted", self)
        self.outcome.hide()
        self.copy = push(self.tr("Copy"), "plain", self, self.tr("Copy the report"))
        self.save = push(self.tr("Save as a file…"), "plain", self)
        self.done_button = push(self.tr("Close"), "primary", self)
        self._parts = QVBoxLayout()
        self._lay_out(theme)
        self.search.textChanged.connect(self._look)
        self.search.returnPressed.connect(self._next)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.done_button.clicked.connect(self.accept)
        self._enable(False)
        self._job = Job("nearhalf-report", make, self)
        self._job.start(self._show, self._fail)
        self.finished.connect(lambda _: self._job.wait(JOB_ENDS_S))

    def _lay_out(self, theme: Theme) -> None:
        metrics = theme.metrics
        side = QVBoxLayout()
        side.setSpacing(metrics.space_2)
        side.addWidget(line(self.tr("What is in it"), "strong", self))
        self._parts.setSpacing(metrics.space_1)
        side.addLayout(self._parts)
        side.addSpacing(metrics.space_3)
        side.addWidget(line(self.tr("What was taken out"), "strong", self))
        side.addWidget(self.removed)
        side.addStretch(1)
        searching = QHBoxLayout()
        searching.setSpacing(metrics.space_3)
        searching.addWidget(self.search, 1)
        searching.addWidget(self.found)
        reading = QVBoxLayout()
        reading.setSpacing(metrics.space_2)
        reading.addLayout(searching)
        reading.addWidget(self.text, 1)
        middle = QHBoxLayout()
        middle.setSpacing(metrics.space_6)
        middle.addLayout(side, 2)
        middle.addLayout(reading, 5)
        buttons = QHBoxLayout()
        buttons.setSpacing(metrics.space_2)
        buttons.addWidget(self.outcome, 1)
        buttons.addStretch()
        for button in (self.copy, self.save, self.done_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(metrics.space_6, metrics.space_4, metrics.space_6, metrics.space_4)
        layout.setSpacing(metrics.space_3)
        layout.addWidget(line(self.tr("See what is in this report"), "heading", self))
        layout.addWidget(
            line(
                self.tr(
                    "Nothing is sent. This is the whole text, as you copy or save it; whom you give it to is up to "
                    "you. It is made without chats, tokens, keys and passphrases. Read it all the same."
                ),
                "body",
                self,
            )
        )
        layout.addLayout(middle, 1)
        layout.addLayout(buttons)
        self.resize(metrics.column + metrics.sidebar, metrics.column * 5 // 6)

    def _show(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        for section in sections:
            box = QCheckBox(section_words(section.name), self)
            box.setChecked(True)
            box.toggled.connect(self._write)
            self._parts.addWidget(box)
            self.boxes.append(box)
        self._enable(True)
        self._write()

    def _fail(self, error: AppError) -> None:
        self._say(in_words(str(error)))

    @property
    def _chosen(self) -> list[Section]:
        return [section for section, box in zip(self._sections, self.boxes, strict=True) if box.isChecked()]

    def _write(self) -> None:
        chosen = self._chosen
        self.text.setPlainText(whole_text(chosen))
        removed = sum((section.removed for section in chosen), Counter[Kind]())
        self.removed.setText(removed_words(removed) or self.tr("Nothing had to be."))
        self.outcome.hide()
        self._enable(bool(chosen))
        self._look()

    def _enable(self, is_on: bool) -> None:
        for button in (self.copy, self.save):
            button.setEnabled(is_on)

    def _look(self) -> None:
        """The first place where the words are, and how many there are."""
        words = self.search.text()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self.found.setVisible(bool(words))
        if not words:
            return
        count = self.text.toPlainText().casefold().count(words.casefold())
        places = counted(count, self.tr("1 place"), self.tr("%n places"))
        self.found.setText(places if count else self.tr("Not in it"))
        self.text.find(words)

    def _next(self) -> None:
        if not self.text.find(self.search.text()):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(self.search.text())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._say(self.tr("Copied."))

    def _save(self) -> None:
        path = choose_to_save(self, self.tr("Save the report"), "nearhalf-report.txt", self.tr("Text (*.txt)"))
        if path is None:
            return
        try:
            path.write_text(self.text.toPlainText(), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._say(self.tr("The report could not be saved: {reason}.").format(reason=reason))
        else:
            self._say(self.tr("Saved."))

    def _say(self, words: str) -> None:
        self.outcome.setText(words)
        self.outcome.show()
