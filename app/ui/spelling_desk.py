"""Checks what is typed, beside the typing: a key does no more than start a clock.

What a text's words are and which are right is asked in a thread (app/core/spelling); here are the marks, the word that
is still being typed, the menu, and what a screen reader is told.
"""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QMenu

from app.core.spelling.checker import Spelling
from app.domain.errors import AppError
from app.domain.spelling import Misspelt, chosen_languages
from app.ui.input import Input
from app.ui.latest import Latest
from app.ui.preferences import Preferences
from app.ui.spelling_marks import Mark, SpellingMarks, units
from app.ui.spelling_menu import SpellingMenu
from app.ui.theme import Theme
from app.ui.words import counted, locale

CHECK_EVERY_MS = 300  # while somebody types
LONG_CHARACTERS = 20_000  # of a longer text only what is near the part on show
TYPED_CHARACTERS = 2  # what changes more at once was pasted or put there
THREADS_END_S = 10.0  # at most; they look every millisecond whether they are still wanted
MOST_TOLD = 5  # words that a screen reader is told by name


class SpellingDesk(QObject):
    failed = Signal(object)  # AppError: a word could not be kept

    def __init__(self, field: Input, spelling: Spelling, preferences: Preferences, theme: Theme) -> None:
        super().__init__(field)
        self._field, self._spelling, self._preferences, self._theme = field, spelling, preferences, theme
        self._found: tuple[Misspelt, ...] = ()
        self._checked = ""  # the text that they stand in
        self._ignored: set[str] = set()
        self._typed_at = -1  # where the last character went in; -1 once the cursor has left that word
        self._closed = Event()
        self.marks = SpellingMarks(field, theme.colours.danger)
        self._clock = QTimer(self, singleShot=True, interval=CHECK_EVERY_MS)
        self._clock.timeout.connect(self._check)
        self._check_latest = Latest("nearhalf-spelling", 0, self)
        self._check_latest.answered.connect(self._take)
        self._check_latest.failed.connect(lambda _: self._show((), ""))
        self._menu: SpellingMenu | None = None
        self._suggest_latest = Latest("nearhalf-suggest", 0, self)
        self._suggest_latest.answered.connect(self._take_suggestions)
        field.document().contentsChange.connect(self._note_change)
        field.cursorPositionChanged.connect(self._note_cursor)
        field.verticalScrollBar().valueChanged.connect(self._note_scroll)
        field.focused.connect(self._note_focus)
        field.menu_opening.connect(self._fill_menu)
        preferences.changed.connect(self._follow_preferences)
        theme.changed.connect(self._wear)
        self._followed = self._choice
        if field.toPlainText():
            self._clock.start()

    def close(self) -> None:
        """Every word goes; wait for the threads."""
        self._closed.set()
        self._clock.stop()
        self._check_latest.close(THREADS_END_S)
        self._suggest_latest.close(THREADS_END_S)
        self._ignored.clear()
        self._show((), "")
        self._spelling.forget()

    @property
    def _choice(self) -> tuple[bool, tuple[str, ...]]:
        settings = self._preferences.settings
        interface = locale().name().split("_")[0]
        return settings.checks_spelling, chosen_languages(settings.spelling_languages, interface)

    # What happens in the field

    def _note_change(self, start: int, removed: int, added: int) -> None:
        if self._closed.is_set():
            return
        length = self._field.document().characterCount() - 1
        if length == 0:
            self._ignored.clear()
            self._show((), "")
            return
        self.marks.drop_changed(start, added)
        self._typed_at = start + added if added <= TYPED_CHARACTERS and removed <= TYPED_CHARACTERS else -1
        if start == 0 and removed > TYPED_CHARACTERS and added >= length:  # another draft
            text = self._field.toPlainText()
            self._ignored = {word for word in self._ignored if word in text}
        self._start()

    def _note_cursor(self) -> None:
        if self._typed_at >= 0 and self._found:
            self._start()

    def _note_scroll(self) -> None:
        if len(self._checked) > LONG_CHARACTERS:
            self._start()

    def _note_focus(self, has_focus: bool) -> None:
        """The person's own words may be others now; or the last word is ended by leaving it."""
        if not has_focus:
            self._typed_at = -1
        self._start()

    def _follow_preferences(self) -> None:
        if self._choice != self._followed:
            self._followed = self._choice
            self._start()

    def _start(self) -> None:
        """Not anew with each key: who types without a pause sees marks too."""
        if not self._closed.is_set() and not self._clock.isActive() and self._choice[0] | bool(self._found):
            self._clock.start()

    # Checking

    def _check(self) -> None:
        is_on, languages = self._choice
        text = self._field.toPlainText()
        if not is_on or not text.strip():
            self._check_latest.drop()
            self._show((), text)
            return
        first, last = self._part_on_show(text)
        self._checked = text
        check, must_stop = self._spelling.check, self._closed.is_set
        self._check_latest.ask(lambda: (text, check(text, languages, first, last, must_stop)))

    def _part_on_show(self, text: str) -> tuple[int, int]:
        if len(text) <= LONG_CHARACTERS:
            return 0, len(text)
        shown = self._field.firstVisibleBlock().position()
        return max(0, shown - LONG_CHARACTERS // 2), shown + LONG_CHARACTERS // 2

    def _take(self, answer: tuple[str, tuple[Misspelt, ...]]) -> None:
        text, found = answer
        self._show(found, text)

    def _show(self, found: Sequence[Misspelt], text: str) -> None:
        self._found, self._checked = tuple(found), text
        shift = _shift(text)
        caret = self._field.textCursor().position()
        shown: list[tuple[int, str]] = []
        is_typing = False
        for one in self._found:
            start = one.start + shift(one.start)
            end = start + units(one.word)
            if start <= caret <= end and start <= self._typed_at <= end:
                is_typing = True
            elif one.word not in self._ignored:
                shown.append((start, one.word))
        if not is_typing and self._typed_at >= 0 and not self._is_word_at(caret):
            self._typed_at = -1
        self.marks.show_words(shown)
        self._tell([mark.word for mark in self.marks.marks])

    def _is_word_at(self, place: int) -> bool:
        document = self._field.document()
        return any(sign.isalnum() for sign in document.characterAt(place - 1) + document.characterAt(place))

    def _tell(self, words: Sequence[str]) -> None:
        """A screen reader hears it with the field's name."""
        told = ""
        if words:
            listed = ", ".join(list(dict.fromkeys(words))[:MOST_TOLD])
            told = counted(
                len(words), self.tr("1 word may be misspelt: {words}"), self.tr("%n words may be misspelt: {words}")
            ).format(words=listed)
        if self._field.accessibleDescription() != told:
            self._field.setAccessibleDescription(told)

    def _wear(self) -> None:
        self.marks.wear(self._theme.colours.danger)

    # The menu

    def _fill_menu(self, menu: QMenu, place: int) -> None:
        mark = self.marks.at(place)
        if mark is None:
            return
        self._menu = SpellingMenu(
            menu, partial(self._replace, mark), partial(self._learn, mark.word), partial(self._ignore, mark.word)
        )
        menu.aboutToHide.connect(self._forget_menu)
        suggest, word, languages = self._spelling.suggest, mark.word, self._choice[1]
        self._suggest_latest.ask(lambda: suggest(word, languages, self._closed.is_set))

    def _take_suggestions(self, words: tuple[str, ...]) -> None:
        if self._menu is not None:
            self._menu.show_suggestions(words)

    def _forget_menu(self) -> None:
        self._menu = None
        self._suggest_latest.drop()

    def _replace(self, mark: Mark, word: str) -> None:
        cursor = QTextCursor(mark.cursor)
        if cursor.selectedText() == mark.word:
            cursor.insertText(word)
            self._typed_at = -1
        self._field.setFocus()

    def _learn(self, word: str) -> None:
        if self._attempt(lambda: self._spelling.learn(word)):
            self._check()

    def _ignore(self, word: str) -> None:
        self._ignored.add(word)
        self._show(self._found, self._checked)

    def _attempt(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except AppError as error:
            self.failed.emit(error)
            return False
        return True


def _shift(text: str) -> Callable[[int], int]:
    """How much farther a place is in Qt's units than in characters."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return lambda place: 0
    return lambda place: sum(sign > "\uffff" for sign in text[:place])
