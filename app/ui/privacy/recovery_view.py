"""What each attack rebuilt of the last message, beside what was really written. Measured on the recorded frames."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.core.panel_source import Recovered
from app.ui.privacy.names import share_words, span_words
from app.ui.privacy.standing import LastMessage, Measuring
from app.ui.privacy.summary import recovery_words
from app.ui.sentences import in_words
from app.ui.theme import Theme

_LONGEST = 4000  # characters of a text that is shown


class AttackCard(QFrame):
    """One attack's result."""

    def __init__(self, theme: Theme, found: Recovered, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        metrics = theme.metrics
        layout = QVBoxLayout(self)
        layout.setContentsMargins(metrics.space_3, metrics.space_2, metrics.space_3, metrics.space_2)
        layout.setSpacing(metrics.space_1)
        top = QHBoxLayout()
        top.addWidget(label(self, "strong", in_words(found.title or found.attack)), 1)
        if found.share is not None:
            top.addWidget(label(self, "badge", share_words(found.share)))
        layout.addLayout(top)
        for words in (in_words(found.sentence), in_words(found.problem or found.words)):
            if words:
                layout.addWidget(label(self, "muted", words))
        if found.rebuilt or found.real:
            layout.addLayout(self._beside(found, metrics.space_3))
        if found.details:
            layout.addLayout(self._details(found, metrics.space_3))
        if not found.problem:
            words = self.tr("It took {time}.").format(time=span_words(int(found.seconds * 1e9)))
            layout.addWidget(label(self, "caption", words))

    def _beside(self, found: Recovered, space: int) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space)
        for column, (name, text) in enumerate(
            ((self.tr("What was written"), found.real), (self.tr("What was rebuilt"), found.rebuilt))
        ):
            grid.addWidget(label(self, "caption", name), 0, column)
            words = label(self, "body", text[:_LONGEST] or self.tr("Nothing"))
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(words, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
        return grid

    def _details(self, found: Recovered, space: int) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space)
        for row, (name, value) in enumerate(found.details):
            caption = label(self, "caption", in_words(name))
            caption.setWordWrap(False)
            grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(self, "body", in_words(value)), row, 1)
        grid.setColumnStretch(1, 1)
        return grid


class RecoveryView(QScrollArea):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._last = LastMessage()
        self._cards: list[AttackCard] = []
        self.setObjectName("steps")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("What an operator could rebuild"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = QWidget()
        self._body.setObjectName("steps-body")
        self._state = label(self._body, "body", "")
        self._explained = label(
            self._body,
            "muted",
            self.tr(
                "These attacks run here, on exactly the frames that were recorded, with public files only, as whoever "
                "runs the backend could run them. Nothing is sent for it."
            ),
        )
        self._layout = QVBoxLayout(self._body)
        self._layout.addWidget(self._state)
        self._layout.addWidget(self._explained)
        self._layout.addStretch(1)
        self.setWidget(self._body)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def cards(self) -> tuple[AttackCard, ...]:
        return tuple(self._cards)

    def show_last(self, last: LastMessage) -> None:
        words = recovery_words(last)
        if last.running and last.all:
            words = f"{words} {self.tr('Now trying: {attack}…').format(attack=last.running)}"
        if self._state.text() != words:
            self._state.setText(words)
            self._state.setVisible(bool(words))
        if last.all != self._last.all or (last.measuring is Measuring.NOT_YET and self._cards and not last.all):
            self._show_cards(last.all)
        self._last = last

    def forget(self) -> None:
        self._show_cards(())
        self._state.clear()
        self._last = LastMessage()

    def _show_cards(self, all_found: tuple[Recovered, ...]) -> None:
        for card in self._cards:
            self._layout.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        self._cards = [AttackCard(self._theme, found, self._body) for found in all_found]
        for card in self._cards:
            self._layout.insertWidget(self._layout.count() - 1, card)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, metrics.space_2, metrics.space_1, metrics.space_2)
        self._layout.setSpacing(metrics.space_2)
        self._show_cards(self._last.all)


def label(parent: QWidget, kind: str, text: str) -> QLabel:
    made = QLabel(text, parent)
    made.setProperty("kind", kind)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if kind != "badge":
        made.setWordWrap(True)
        made.setMinimumWidth(1)
    return made
