"""Blind, side by side: two replies to the beginning of a held-back note; which is which shows only after the vote."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.tuning import SideBySide
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import NARROW, Buttons
from app.ui.settings.words import line, push
from app.ui.theme import Theme
from app.ui.tuning.words import tally_words, tr
from app.ui.words import number

LEFT, NEITHER, RIGHT = "left", "neither", "right"


class Votes(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pairs: tuple[SideBySide, ...] = ()
        self._place = 0
        self.given: list[str] = []
        self.prompt = line("", "body", self)
        self.left, self.right = self._text(tr("Left reply")), self._text(tr("Right reply"))
        self._sides = QHBoxLayout()
        for side in (self.left, self.right):
            self._sides.addWidget(side, 1)
        spaced(self, theme, self._sides, "space_3")
        self.choose_left = push(tr("Left"), "plain", self, tr("The left one sounds more like me"))
        self.choose_neither = push(tr("No difference"), "plain", self)
        self.choose_right = push(tr("Right"), "plain", self, tr("The right one sounds more like me"))
        self.next = push(tr("Next pair"), "primary", self)
        self._buttons = Buttons(theme, self, self.choose_left, self.choose_neither, self.choose_right, self.next)
        self.revealed, self.tally = line("", "strong", self), line("", "caption", self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3", "space_4", "space_3")
        layout.addWidget(self.prompt)
        layout.addLayout(self._sides)
        for part in (self.revealed, self._buttons, self.tally):
            layout.addWidget(part)
        for button, vote in ((self.choose_left, LEFT), (self.choose_neither, NEITHER), (self.choose_right, RIGHT)):
            button.clicked.connect(partial(self._vote, vote))
        self.next.clicked.connect(self._go_on)

    def show_pairs(self, pairs: Sequence[SideBySide]) -> None:
        if tuple(pairs) != self._pairs:
            self._pairs, self._place, self.given = tuple(pairs), 0, []
            self._show()

    def forget(self) -> None:
        self._pairs, self.given = (), []
        for text in (self.left, self.right):
            text.clear()
        self.prompt.setText("")

    def _show(self) -> None:
        if not self._pairs:
            return
        pair = self._pairs[self._place]
        is_voted = len(self.given) > self._place
        self.prompt.setText(
            tr("{place} of {of}. Which one goes on more as you would? “{prompt}”").format(
                place=number(self._place + 1), of=number(len(self._pairs)), prompt=" ".join(pair.prompt.split())
            )
        )
        for field, text in ((self.left, pair.left), (self.right, pair.right)):
            field.setPlainText(text.strip())
        for button in (self.choose_left, self.choose_neither, self.choose_right):
            button.setVisible(not is_voted)
        self.next.setVisible(is_voted and self._place + 1 < len(self._pairs))
        self.revealed.setVisible(is_voted)
        if is_voted:
            words = tr("The left one is fine-tuned.") if pair.left_is_tuned else tr("The right one is fine-tuned.")
            self.revealed.setText(words)
        self.tally.setVisible(is_voted)
        self.tally.setText(tally_words(*self.counts))
        self._buttons.setVisible(not is_voted or self.next.isVisibleTo(self))
        self._buttons.updateGeometry()

    @property
    def counts(self) -> tuple[int, int, int]:
        """How often the fine-tuned one was chosen, the other one, neither."""
        tuned = other = neither = 0
        for pair, vote in zip(self._pairs, self.given, strict=False):
            if vote == NEITHER:
                neither += 1
            elif (vote == LEFT) == pair.left_is_tuned:
                tuned += 1
            else:
                other += 1
        return tuned, other, neither

    def _vote(self, vote: str, _checked: bool = False) -> None:
        self.given.append(vote)
        self._show()
        (self.next if self.next.isVisibleTo(self) else self.left).setFocus()

    def _go_on(self) -> None:
        self._place += 1
        self._show()
        self.choose_left.setFocus()

    def _text(self, name: str) -> QPlainTextEdit:
        text = QPlainTextEdit(self)
        text.setProperty("kind", "field")
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setAccessibleName(name)
        Fit(text, self._theme, lambda metrics: text.setFixedHeight(metrics.control * 5))
        return text

    def resizeEvent(self, event: object) -> None:
        is_narrow = self.width() < self._theme.metrics.column * NARROW
        ways = QBoxLayout.Direction
        self._sides.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
