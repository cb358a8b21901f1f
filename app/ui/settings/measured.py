"""What a test of a backend found: round trips, and the speed to expect with each plan."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.core.services import Measurement
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Card
from app.ui.settings.words import line
from app.ui.theme import Theme
from app.ui.words import locale

SMALL_TRIPS = (1, 3, 6)  # round trips a token: no adapter or a free tap only; two and five taps more (DESIGN section 2)


class MeasuredCard(Card):
    def __init__(self, theme: Theme, name: str, measured: Measurement, parent: QWidget) -> None:
        super().__init__(theme, parent)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        spaced(body, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(line(self.tr("Measured: {name}").format(name=name), "strong", body))
        self.facts = line(self._facts(measured), "body", body)
        layout.addWidget(self.facts)
        grid = QGridLayout()
        spaced(body, theme, grid, "space_2", "", "space_2", "", "")
        heads = (self.tr("Plan"), self.tr("Round trips a token"), self.tr("Tokens/s, predicted"))
        for column, head in enumerate(heads):
            grid.addWidget(line(head, "caption", body), 0, column)
        for row, (trips, plan) in enumerate(self._plans(measured.layers), 1):
            speed = locale().toString(measured.tokens_per_s(trips), "f", 1)
            for column, text in enumerate((plan, str(trips), speed)):
                label = line(text, "body", body)
                if column:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(label, row, column)
        for column in (1, 2):
            item = grid.itemAtPosition(0, column)
            head_label = item.widget() if item is not None else None
            if head_label is not None:
                head_label.setProperty("alignment", int(Qt.AlignmentFlag.AlignRight))
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 2)
        layout.addLayout(grid)
        layout.addWidget(
            line(self.tr("Longer chats take longer steps. Each adapter names its round trips."), "caption", body)
        )
        self.add(body)

    def _facts(self, measured: Measurement) -> str:
        def ms(value: float) -> str:
            return locale().toString(value, "f", 2 if value < 10 else 1)

        return self.tr(
            "Round trip {median} ms (from {low} to {high}). A token without an adapter {step} ms. "
            "Each further round trip {exchange} ms, computing included."
        ).format(
            median=ms(measured.median_rtt_ms),
            low=ms(min(measured.rtt_ms)),
            high=ms(max(measured.rtt_ms)),
            step=ms(measured.step_ms),
            exchange=ms(measured.exchange_ms),
        )

    def _plans(self, layers: int) -> list[tuple[int, str]]:
        words = {
            1: self.tr("No adapter, or one that changes the model in one place"),
            3: self.tr("An adapter that changes the model in three places"),
            6: self.tr("An adapter that changes the model in six places"),
        }
        every = self.tr("An adapter at every one of the {layers} layers, as in the paper").format(layers=layers)
        return [*((trips, words[trips]) for trips in SMALL_TRIPS if trips < max(layers, 2)), (layers, every)]
