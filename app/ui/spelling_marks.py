"""The wavy lines below words in a field. They follow what is typed, and go where a word is changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

MOST_MARKS = 200  # a text with more is in another language


@dataclass(frozen=True, slots=True)
class Mark:
    cursor: QTextCursor  # selects the word; Qt moves it with the text
    word: str

    @property
    def start(self) -> int:
        return self.cursor.selectionStart()

    @property
    def end(self) -> int:
        return self.cursor.selectionEnd()


class SpellingMarks:
    """Places are Qt's: UTF-16 units of the document."""

    def __init__(self, field: QPlainTextEdit, colour: str) -> None:
        self._field = field
        self._format = QTextCharFormat()
        self._format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self.marks: list[Mark] = []
        self.wear(colour)

    def wear(self, colour: str) -> None:
        self._format.setUnderlineColor(QColor(colour))
        self._draw()

    def show_words(self, found: Sequence[tuple[int, str]]) -> None:
        """(start, word) of each; those that no longer stand there are left out."""
        self.marks = [mark for start, word in found[:MOST_MARKS] if (mark := self._mark(start, word)) is not None]
        self._draw()

    def drop_changed(self, start: int, added: int) -> None:
        """Something was typed: a word that is not as it was loses its mark. On the keystroke's path: some 10 us."""
        kept = [mark for mark in self.marks if mark.end < start or mark.start > start + added or self._stands(mark)]
        if len(kept) != len(self.marks):
            self.marks = kept
            self._draw()

    def at(self, place: int) -> Mark | None:
        return next((mark for mark in self.marks if mark.start <= place <= mark.end), None)

    def clear(self) -> None:
        if self.marks:
            self.marks = []
            self._draw()

    def _mark(self, start: int, word: str) -> Mark | None:
        end = start + units(word)
        if end >= self._field.document().characterCount():
            return None
        cursor = QTextCursor(self._field.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.setKeepPositionOnInsert(True)
        return Mark(cursor, word) if cursor.selectedText() == word else None

    def _stands(self, mark: Mark) -> bool:
        document = self._field.document()
        beside = document.characterAt(mark.start - 1) + document.characterAt(mark.end)
        return mark.cursor.selectedText() == mark.word and not any(sign.isalnum() for sign in beside)

    def _draw(self) -> None:
        selections = []
        for mark in self.marks:
            selection = QTextEdit.ExtraSelection()
            selection.cursor = mark.cursor
            selection.format = self._format
            selections.append(selection)
        self._field.setExtraSelections(selections)


def units(text: str) -> int:
    """Its length as Qt counts: an emoji is two."""
    return len(text) if text.isascii() else len(text) + sum(sign > "\uffff" for sign in text)
