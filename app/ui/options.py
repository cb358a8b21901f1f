"""What one chat does differently: its system message, whether it redacts, and how tokens are chosen.

Empty fields follow the settings.
"""

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

from app.domain.conversation import ChatOptions
from app.domain.sampling import SamplingSettings
from app.ui.theme import Theme

LARGEST_REPLY = 1_000_000


class OptionsPanel(QFrame):
    """A panel below its button. What it says when it closes is what the chat does from then on."""

    options_chosen = Signal(object)  # ChatOptions

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._before = ChatOptions()
        self._settings = SamplingSettings()
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
        for box in (self.temperature, self.top_p, self.max_tokens):
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
        for widget in (title, caption, self.system, redacts, self.redacts, self.own_sampling):
            self._layout.addWidget(widget)
        self._layout.addLayout(self._grid)
        self._layout.addLayout(self._buttons)
        theme.changed.connect(self._wear)
        self._wear()

    def open_below(self, button: QWidget, options: ChatOptions, settings: SamplingSettings) -> None:
        self._before, self._settings = options, settings
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
        if not self.own_sampling.isChecked():
            return replace(self._before, system=system, sampling=None, redacts=redacts)
        seed = self.seed.text().strip()
        sampling = replace(
            self._before.sampling or self._settings,
            temperature=round(self.temperature.value(), 2),
            top_p=round(self.top_p.value(), 2),
            max_tokens=self.max_tokens.value(),
            seed=int(seed) if seed.isdecimal() else None,
        )
        return replace(self._before, system=system, sampling=sampling, redacts=redacts)

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
        self.own_sampling.setChecked(options.sampling is not None)
        self.temperature.setValue(sampling.temperature)
        self.top_p.setValue(sampling.top_p)
        self.max_tokens.setValue(sampling.max_tokens)
        self.seed.setText("" if sampling.seed is None else str(sampling.seed))
        self._enable(self.own_sampling.isChecked())

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
        self.system.setFixedHeight(metrics.control * 3)
        self.setFixedWidth(metrics.column // 2 + metrics.space_8)
