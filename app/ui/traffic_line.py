"""The live line: what left this computer for the reply on show, and what that means. Core counts it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.core.events import PromptProgressed, Traffic
from app.ui.theme import Theme
from app.ui.words import leaves_sentence, number, traffic_sentence


class TrafficLine(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts = QLabel(self)
        self._meaning = QLabel(self)
        self._leaves = leaves_sentence("", True)
        self._layout = QVBoxLayout(self)
        self._keys = QLabel(self)
        for label, kind in ((self._keys, "wrong"), (self._counts, "caption"), (self._meaning, "caption")):
            label.setProperty("kind", kind)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            self._layout.addWidget(label)
        self._keys.hide()
        theme.changed.connect(self._wear)
        self._wear()
        self.clear()

    @property
    def counts(self) -> str:
        return self._counts.text()

    @property
    def meaning(self) -> str:
        return self._meaning.text()

    def set_backend(self, name: str, *, is_on_this_computer: bool) -> None:
        self._leaves = leaves_sentence(name, is_on_this_computer)
        if self._meaning.text():
            self._meaning.setText(self._leaves)

    @property
    def alarm(self) -> str:
        return self._keys.text()

    def show_alarm(self, words: str) -> None:
        """In red, for as long as it is so; empty: nothing."""
        self._keys.setText(words)
        self._keys.setVisible(bool(words))

    def clear(self) -> None:
        self._counts.setText(self.tr("Nothing of this chat has been sent yet."))
        self._meaning.clear()

    def show_traffic(self, traffic: Traffic) -> None:
        self._counts.setText(traffic_sentence(traffic))
        self._meaning.setText(self._leaves)

    def show_progress(self, progress: PromptProgressed) -> None:
        words = self.tr("Sending the prompt: {done} of {total} positions")
        self._counts.setText(words.format(done=number(progress.done), total=number(progress.total)))
        self._meaning.setText(self._leaves)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(metrics.space_4, 0, metrics.space_4, 0)
        self._layout.setSpacing(metrics.gap)
