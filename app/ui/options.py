"""What one chat does differently: its system message, whether it redacts, its adapter, and how tokens are chosen.

Empty fields follow the settings.
"""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.domain.conversation import STRENGTHS, AdapterUse, ChatOptions
from app.domain.sampling import SamplingSettings
from app.ui.theme import Theme
from app.ui.words import FULL_STRENGTH

LARGEST_REPLY = 1_000_000


class OptionsPanel(QFrame):
    """A panel below its button. What it says when it closes is what the chat does from then on."""

    options_chosen = Signal(object)  # ChatOptions

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._before = ChatOptions()
        self._settings = SamplingSettings()
        self._adapters: Sequence[AdapterUse] = ()
        self.setObjectName("options")
        self.setAccessibleName(self.tr("Options of the chat"))
        title = QLabel(self.tr("Only in this chat"), self)
        title.setProperty("kind", "name")
        self.system = QPlainTextEdit(self)
        self.system.setObjectName("field")
        self.system.setTabChangesFocus(True)
        self.system.setPlaceholderText(self.tr("As in the settings"))
        self.redacts = QComboBox(self)
        for text, value in (
            (self.tr("As in the settings"), None),
            (self.tr("Replaced before sending"), True),
            (self.tr("Sent as they are"), False),
        ):
            self.redacts.addItem(text, value)
        self.adapter = QComboBox(self)
        self.adapter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.strength = QSpinBox(self, minimum=STRENGTHS[0], maximum=STRENGTHS[-1], singleStep=10)
        self.strength.setSuffix("\N{NO-BREAK SPACE}%")
        self.adapter.currentIndexChanged.connect(self._enable_strength)
        self.own_sampling = QCheckBox(self.tr("Choose tokens differently"), self)
        self.temperature = QDoubleSpinBox(self, minimum=0.0, maximum=5.0, singleStep=0.1, decimals=2)
        self.top_p = QDoubleSpinBox(self, minimum=0.01, maximum=1.0, singleStep=0.05, decimals=2)
        self.max_tokens = QSpinBox(self, minimum=1, maximum=LARGEST_REPLY, singleStep=64)
        self.seed = QLineEdit(self)
        self.seed.setPlaceholderText(self.tr("A new one each time"))
        self.reset = QPushButton(self.tr("Reset to the settings"), self)
        self.reset.setProperty("kind", "quiet")
        self.reset.clicked.connect(self._reset)
        self.done = QPushButton(self.tr("Done"), self)
        self.done.setProperty("kind", "plain")
        self.done.clicked.connect(self.close)
        self.own_sampling.toggled.connect(self._enable)
        for box in (self.temperature, self.top_p, self.max_tokens, self.strength):
            box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)  # Up and Down step
        self._grid = QGridLayout()
        self._fields: list[tuple[QLabel, QWidget]] = []
        for text, field in (
            (self.tr("Temperature"), self.temperature),
            (self.tr("Top-p"), self.top_p),
            (self.tr("Longest reply, in tokens"), self.max_tokens),
            (self.tr("Seed"), self.seed),
        ):
            self._add_row(text, field)
        self._layout = QVBoxLayout(self)
        caption = QLabel(self.tr("System message"), self)
        caption.setProperty("kind", "muted")
        self.system.setAccessibleName(caption.text())
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.reset)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.done)
        redacts = QLabel(self.tr("Names and numbers"), self)
        redacts.setProperty("kind", "muted")
        redacts.setBuddy(self.redacts)
        self.redacts.setAccessibleName(redacts.text())
        self.redacts.view().setAccessibleName(redacts.text())
        for widget in (title, caption, self.system, redacts, self.redacts):
            self._layout.addWidget(widget)
        self._add_adapter()
        self._layout.addWidget(self.own_sampling)
        self._layout.addLayout(self._grid)
        self._layout.addLayout(self._buttons)
        theme.changed.connect(self._wear)
        self._wear()

    def open_below(
        self, button: QWidget, options: ChatOptions, settings: SamplingSettings, adapters: Sequence[AdapterUse] = ()
    ) -> None:
        self._before, self._settings, self._adapters = options, settings, adapters
        self._show(options)
        self.adjustSize()
        corner = button.mapToGlobal(button.rect().bottomRight())
        self.move(corner - QPoint(self.width() - 1, -self._theme.metrics.space_1))
        self.show()
        self.system.setFocus()

    def options(self) -> ChatOptions:
        """What the fields say."""
        system = self.system.toPlainText().strip() or None
        redacts: bool | None = self.redacts.currentData()
        adapter: str | None = self.adapter.currentData()
        strength = self.strength.value() if adapter != "" and self.strength.value() != FULL_STRENGTH else None
        chosen = replace(self._before, system=system, redacts=redacts, adapter=adapter, strength=strength)
        if not self.own_sampling.isChecked():
            return replace(chosen, sampling=None)
        seed = self.seed.text().strip()
        sampling = replace(
            self._before.sampling or self._settings,
            temperature=round(self.temperature.value(), 2),
            top_p=round(self.top_p.value(), 2),
            max_tokens=self.max_tokens.value(),
            seed=int(seed) if seed.isdecimal() else None,
        )
        return replace(chosen, sampling=sampling)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        chosen = self.options()
        if chosen != self._before:
            self._before = chosen
            self.options_chosen.emit(chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def forget(self) -> None:
        self._before = self.options()  # nothing is chosen by closing
        self.close()
        self._show(ChatOptions())
        self._before = ChatOptions()

    def _show(self, options: ChatOptions) -> None:
        sampling = options.sampling or self._settings
        self.system.setPlainText(options.system or "")
        self.redacts.setCurrentIndex(max(self.redacts.findData(options.redacts), 0))
        self._show_adapters(options)
        self.own_sampling.setChecked(options.sampling is not None)
        self.temperature.setValue(sampling.temperature)
        self.top_p.setValue(sampling.top_p)
        self.max_tokens.setValue(sampling.max_tokens)
        self.seed.setText("" if sampling.seed is None else str(sampling.seed))
        self._enable(self.own_sampling.isChecked())

    def _show_adapters(self, options: ChatOptions) -> None:
        self.adapter.clear()
        self.adapter.addItem(self.tr("As in the settings"), None)
        self.adapter.addItem(self.tr("None"), "")
        for use in self._adapters:
            self.adapter.addItem(use.name, use.file)
        if options.adapter and self.adapter.findData(options.adapter) < 0:
            self.adapter.addItem(self.tr("One that is no longer there"), options.adapter)
        self.adapter.setCurrentIndex(max(self.adapter.findData(options.adapter), 0))
        self.strength.setValue(FULL_STRENGTH if options.strength is None else options.strength)
        self._enable_strength()

    def _enable_strength(self) -> None:
        self.strength.setEnabled(self.adapter.currentData() != "")

    def _add_adapter(self) -> None:
        """The adapter, and how strongly it is applied, beside each other."""
        grid = QGridLayout()
        for column, (text, field) in enumerate(
            ((self.tr("Adapter"), self.adapter), (self.tr("Strength"), self.strength))
        ):
            label = QLabel(text, self)
            label.setProperty("kind", "muted")
            label.setBuddy(field)
            field.setAccessibleName(text)
            grid.addWidget(label, 0, column)
            grid.addWidget(field, 1, column)
        grid.setColumnStretch(0, 1)
        self.adapter.view().setAccessibleName(self.adapter.accessibleName())
        self._adapter_grid = grid
        self._layout.addLayout(grid)

    def _reset(self) -> None:
        self._show(ChatOptions())

    def _enable(self, is_own: bool) -> None:
        for label, field in self._fields:
            label.setEnabled(is_own)
            field.setEnabled(is_own)

    def _add_row(self, text: str, field: QWidget) -> None:
        label = QLabel(text, self)
        label.setProperty("kind", "body")
        label.setBuddy(field)
        field.setAccessibleName(text)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._fields.append((label, field))

    def _wear(self) -> None:
        metrics = self._theme.metrics
        margin = metrics.space_4
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(metrics.space_2)
        self._grid.setHorizontalSpacing(metrics.space_4)
        self._grid.setVerticalSpacing(metrics.space_2)
        self._adapter_grid.setHorizontalSpacing(metrics.space_4)
        self._adapter_grid.setVerticalSpacing(metrics.space_2)
        self.system.setFixedHeight(metrics.control * 3)
        self.setFixedWidth(metrics.column // 2 + metrics.space_8)
