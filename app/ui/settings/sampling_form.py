"""How replies are chosen, number by number, each with what it does. For all chats, or for one."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.errors import SettingsError
from app.domain.sampling import SamplingSettings
from app.ui.sentences import in_words
from app.ui.settings.controls import Count, Number
from app.ui.settings.fit import Fit
from app.ui.settings.parts import Card
from app.ui.settings.words import line
from app.ui.theme import Theme


class SamplingForm(QWidget):
    """`changed` carries the settings each time they make sense together; where they do not, it says why."""

    changed = Signal(object)  # SamplingSettings

    def __init__(self, theme: Theme, settings: SamplingSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = settings
        self.temperature = Number(theme, 0.0, 2.0, 0.05)
        self.top_p = Number(theme, 0.05, 1.0, 0.05)
        self.min_p = Number(theme, 0.0, 1.0, 0.01)
        self.top_k = Count(theme, 0, 1000, 5)
        self.penalty = Number(theme, 0.5, 2.0, 0.05)
        self.length = Count(theme, 1, 131_072, 64)
        self.seed = QLineEdit()
        self.seed.setPlaceholderText(self.tr("another each time"))
        self.stop = QPlainTextEdit()
        self.stop.setProperty("kind", "field")
        self.stop.setTabChangesFocus(True)
        Fit(self.seed, theme, lambda metrics: self.seed.setFixedWidth(metrics.control * 5))
        Fit(self.stop, theme, lambda metrics: self.stop.setFixedSize(metrics.control * 5, metrics.control * 2))
        self.card = Card(theme, self)
        self._rows()
        self._problem = line("", "wrong", self)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.card)
        layout.addWidget(self._problem)
        self.set_value(settings)
        for box in (self.temperature, self.top_p, self.min_p, self.top_k, self.penalty, self.length):
            box.valueChanged.connect(self._take)
        self.seed.editingFinished.connect(self._take)
        self.stop.textChanged.connect(self._take)

    def _rows(self) -> None:
        for label, explanation, control in (
            (
                self.tr("Temperature"),
                self.tr("How freely words are chosen. 0 always takes the likeliest; above 1 it becomes wild."),
                self.temperature,
            ),
            (
                self.tr("Top-p"),
                self.tr("Choose among the likeliest tokens that together have this share. 1 means no limit."),
                self.top_p,
            ),
            (self.tr("Top-k"), self.tr("Choose among this many likeliest tokens. 0 means no limit."), self.top_k),
            (
                self.tr("Min-p"),
                self.tr("Leave out what is less likely than this share of the likeliest. 0 means no limit."),
                self.min_p,
            ),
            (
                self.tr("Repetition penalty"),
                self.tr("Above 1, what was said before is said again less often. 1 means none."),
                self.penalty,
            ),
            (self.tr("Longest reply"), self.tr("In tokens. A cut reply can be continued."), self.length),
            (
                self.tr("Seed"),
                self.tr("A number makes replies repeat: same words, same seed, same reply."),
                self.seed,
            ),
            (self.tr("Stop strings"), self.tr("One a line. A reply ends before the first that it meets."), self.stop),
        ):
            self.card.row(label, explanation, control)

    @property
    def value(self) -> SamplingSettings:
        return self._value

    @property
    def problem(self) -> str:
        return self._problem.text()

    def set_value(self, settings: SamplingSettings) -> None:
        """Show settings without a signal."""
        self._value = settings
        fields = (self.temperature, self.top_p, self.min_p, self.top_k, self.penalty, self.length, self.seed, self.stop)
        for field in fields:
            field.blockSignals(True)
        self.temperature.setValue(settings.temperature)
        self.top_p.setValue(settings.top_p)
        self.min_p.setValue(settings.min_p)
        self.top_k.setValue(settings.top_k)
        self.penalty.setValue(settings.repetition_penalty)
        self.length.setValue(settings.max_tokens)
        self.seed.setText("" if settings.seed is None else str(settings.seed))
        self.stop.setPlainText("\n".join(text.replace("\n", "\\n") for text in settings.stop))
        for field in fields:
            field.blockSignals(False)
        self._say("")

    def _take(self) -> None:
        try:
            self._value = self._read()
        except SettingsError as error:
            self._say(in_words(error.message))
        else:
            self._say("")
            self.changed.emit(self._value)

    def _read(self) -> SamplingSettings:
        seed = self.seed.text().strip()
        if seed and not (seed.isascii() and seed.isdigit() and len(seed) < 16):
            raise SettingsError(self.tr("The seed must be a whole number, or empty."))
        stop = tuple(text.replace("\\n", "\n") for text in self.stop.toPlainText().split("\n") if text)
        return replace(
            self._value,
            temperature=round(self.temperature.value(), 2),
            top_p=round(self.top_p.value(), 2),
            min_p=round(self.min_p.value(), 2),
            top_k=self.top_k.value(),
            repetition_penalty=round(self.penalty.value(), 2),
            max_tokens=self.length.value(),
            seed=int(seed) if seed else None,
            stop=stop,
        )

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
