"""The live line below the composer: what the reply sent and received, and what that means. Core counts it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.core.events import PromptProgressed, Traffic
from app.ui.theme import Theme
from app.ui.words import leaves_sentence, number, traffic_sentence


class TrafficLine(QWidget):
    def __init__(
        self, theme: Theme, backend_name: str, *, is_on_this_computer: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._counts = QLabel(self.tr("Nothing has been sent yet."), self)
        self._meaning = QLabel(self)
        self._leaves = leaves_sentence(backend_name, is_on_this_computer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.metrics.space_4, 0, theme.metrics.space_4, 0)
        layout.setSpacing(2)
        for label in (self._counts, self._meaning):
            label.setProperty("kind", "caption")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            layout.addWidget(label)
        self.clear()

    @property
    def counts(self) -> str:
        return self._counts.text()

    @property
    def meaning(self) -> str:
        return self._meaning.text()

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
