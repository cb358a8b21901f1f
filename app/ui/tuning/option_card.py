"""One of several ways to go, with what it costs: a radio button to a screen reader's ears."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.ui.settings.fit import spaced
from app.ui.settings.words import line
from app.ui.theme import Theme


class OptionCard(QPushButton):
    def __init__(self, theme: Theme, heading: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("option")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(heading)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "gap", "space_4", "space_3")
        self._sentence = sentence
        self.facts = line("", "body", self)
        for label in (line(heading, "strong", self), line(sentence, "muted", self), self.facts):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        self.show_facts("")

    def show_facts(self, words: str) -> None:
        self.facts.setText(words)
        self.facts.setVisible(bool(words))
        self.setAccessibleDescription(f"{self._sentence} {words}".strip())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As tall as its words are at the width it has: a page would else keep room for words one letter wide."""
        layout = self.layout()
        wide = layout.sizeHint().width() if layout is not None else super().sizeHint().width()
        return QSize(wide, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else super().heightForWidth(width)
