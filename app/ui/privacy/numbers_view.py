"""The numbers of one frame: picture, statistics, histogram, and the number that is chosen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from app.core.frame_tensor import FrameTensor, statistics
from app.ui.privacy.field_words import tensor_name
from app.ui.privacy.heat_map import HeatMap, Histogram
from app.ui.theme import Theme
from app.ui.words import number


class NumbersView(QWidget):
    number_chosen = Signal(object, int, int)  # FrameTensor, row, column

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tensors: list[FrameTensor] = []
        self._shown: FrameTensor | None = None
        self._first_position = 0
        self.map = HeatMap(theme, self)
        self.histogram = Histogram(theme, self)
        self.facts = self._label("body")
        self.number = self._label("muted")
        self.none = self._label("muted")
        self.none.setText(self.tr("This entry carries no numbers."))
        self.which = [QRadioButton(self), QRadioButton(self)]
        group = QButtonGroup(self)
        self._choice = QHBoxLayout()
        for place, button in enumerate(self.which):
            group.addButton(button, place)
            self._choice.addWidget(button)
        self._choice.addStretch(1)
        group.idClicked.connect(self._show)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._choice)
        self._layout.addWidget(self.map, 1)
        for widget in (self.number, self.facts, self.histogram, self.none):
            self._layout.addWidget(widget)
        self._layout.addStretch(0)
        self.map.number_chosen.connect(self._tell)
        theme.changed.connect(self._wear)
        self._wear()
        self.show_tensors([], 0)

    def show_tensors(self, tensors: list[FrameTensor], first_position: int) -> None:
        self._tensors, self._first_position = tensors, first_position
        for button, tensor in zip(self.which, tensors, strict=False):
            button.setText(tensor_name(tensor.name))
        for place, button in enumerate(self.which):
            button.setVisible(len(tensors) > 1 and place < len(tensors))
        self._show(0)

    def choose(self, tensor: FrameTensor, row: int, col: int) -> None:
        """Mark one number, chosen elsewhere."""
        if tensor is not self._shown and tensor in self._tensors:
            self._show(self._tensors.index(tensor))
        self.map.choose(row, col)
        self._say(row, col)

    def _show(self, place: int) -> None:
        self._shown = self._tensors[place] if place < len(self._tensors) else None
        for at, button in enumerate(self.which):
            button.setChecked(at == place)
        values = self._shown.values if self._shown is not None else None
        facts = statistics(values) if values is not None else None
        self.map.show_values(values)
        self.histogram.show_facts(facts, self.map.bound)
        for widget in (self.map, self.histogram, self.facts, self.number):
            widget.setVisible(self._shown is not None)
        self.none.setVisible(self._shown is None)
        if self._shown is None or facts is None:
            self.facts.clear()
            self.number.clear()
            return
        rows, cols = self._shown.values.shape
        words = self.tr(
            "{rows} × {cols} numbers from {low} to {high}, mean {mean}, standard deviation {deviation}, norm {norm}. "
            "{zeros} are zero, {odd} are not finite. Full colour from ±{bound} on."
        )
        self.facts.setText(
            words.format(
                rows=number(rows),
                cols=number(cols),
                low=_plain(facts.low),
                high=_plain(facts.high),
                mean=_plain(facts.mean),
                deviation=_plain(facts.deviation),
                norm=_plain(facts.norm),
                zeros=number(facts.zeros),
                odd=number(facts.not_finite),
                bound=_plain(self.map.bound),
            )
        )
        self.number.setText(self.tr("A line is a position of the text. Choose a number to see its bytes."))

    def _tell(self, row: int, col: int) -> None:
        if self._shown is not None:
            self._say(row, col)
            self.number_chosen.emit(self._shown, row, col)

    def _say(self, row: int, col: int) -> None:
        if self._shown is not None:
            words = self.tr("Position {position}, number {place}: {value}")
            value = _plain(float(self._shown.values[row, col]))
            self.number.setText(
                words.format(position=number(self._first_position + row), place=number(col), value=value)
            )

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("kind", kind)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        return label

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, metrics.space_2, 0, 0)
        self._layout.setSpacing(metrics.space_1)
        self._choice.setSpacing(metrics.space_3)


def _plain(value: float) -> str:
    """Six digits, as numbers in code are written."""
    return f"{value:.6g}"
