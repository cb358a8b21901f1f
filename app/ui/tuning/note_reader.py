"""The notes as they will be learned, to be read: a list, and the text of the one that is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QStringListModel
from PySide6.QtWidgets import QAbstractItemView, QListView, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.notes import Note
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.words import line
from app.ui.theme import Theme
from app.ui.tuning.words import tr, words_words

LONGEST_CHARACTERS = 100_000  # of one note on show: a book takes the field seconds


class LongList(QListView):
    """Lines of text, as many as there are: nothing is made for those that are not on show."""

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines = QStringListModel(self)
        self.setModel(self._lines)
        self.setAccessibleName(name)
        self.setProperty("kind", "lines")
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        Fit(self, theme, lambda metrics: self.setFixedHeight(metrics.control * 5))

    def show_lines(self, lines: Sequence[str]) -> None:
        self._lines.setStringList(list(lines))

    @property
    def lines(self) -> list[str]:
        return self._lines.stringList()


class NoteReader(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._notes: tuple[tuple[Note, bool], ...] = ()
        self.list = LongList(theme, tr("Notes"), self)
        self.source = line("", "caption", self)
        self.text = QPlainTextEdit(self)
        self.text.setProperty("kind", "field")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("The note as it will be learned"))
        Fit(self.text, theme, lambda metrics: self.text.setFixedHeight(metrics.control * 8))
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2", "space_4", "space_3")
        for part in (self.list, self.source, self.text):
            layout.addWidget(part)
        self.list.selectionModel().currentChanged.connect(self._show)

    def show_notes(self, train: Sequence[Note], held_out: Sequence[Note]) -> None:
        self._notes = (*((note, False) for note in train), *((note, True) for note in held_out))
        self.list.show_lines([self._line(note, is_held) for note, is_held in self._notes])
        self.list.setCurrentIndex(self.list.model().index(0, 0))

    def forget(self) -> None:
        self._notes = ()
        self.list.show_lines([])
        self.source.setText("")
        self.text.clear()

    def _line(self, note: Note, is_held: bool) -> str:
        words = tr("{title}: {words}, held back for the test") if is_held else tr("{title}: {words}")
        return words.format(title=note.title, words=words_words(note.words))

    def _show(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._notes):
            note, _ = self._notes[index.row()]
            self.source.setText(note.source)
            self.text.setPlainText(note.text[:LONGEST_CHARACTERS])
