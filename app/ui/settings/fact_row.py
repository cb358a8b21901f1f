"""An icon, a heading and a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.settings.fit import pictured, spaced
from app.ui.settings.privacy_words import Fact
from app.ui.settings.words import line
from app.ui.theme import Theme


class FactRow(QWidget):
    def __init__(self, theme: Theme, fact: Fact, parent: QWidget, *, is_inset: bool = True) -> None:
        super().__init__(parent)
        picture = QLabel(self)
        pictured(picture, theme, fact.icon)
        words = QVBoxLayout()
        spaced(self, theme, words, "gap")
        words.addWidget(line(fact.heading, "strong", self))
        words.addWidget(line(fact.sentence, "muted", self))
        layout = QHBoxLayout(self)
        spaced(self, theme, layout, "space_3", *(("space_4", "space_3") if is_inset else ()))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
