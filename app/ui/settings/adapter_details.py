"""One adapter's card: all that is known of it, its name and note to change, and its ways out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.settings_services import KeptAdapter, Stale
from app.ui.settings.adapter_export_form import AdapterExportForm
from app.ui.settings.adapter_words import day_made, elsewhere, general, learned, score, secrets, short_hash, why_stale
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class AdapterDetails(QWidget):
    saved = Signal(str, str)  # name, note
    copied = Signal()

    def __init__(self, theme: Theme, adapter: KeptAdapter, reasons: Sequence[Stale], parent: QWidget) -> None:
        super().__init__(parent)
        self.adapter = adapter
        self._theme = theme
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        spaced(self, theme, self._grid, "space_2")
        facts = adapter.training
        self._add(self.tr("Score"), score(adapter))
        self._add(self.tr("General questions"), general(adapter))
        self._add(self.tr("Secrets of your notes"), secrets(adapter))
        self._add(self.tr("Learned"), learned(adapter))
        self._add(self.tr("Made"), day_made(adapter))
        self._add(self.tr("Settings"), facts.settings if facts is not None else "")
        self._add(self.tr("Elsewhere"), elsewhere(adapter))
        self._add_hash(self.tr("Base model"), adapter.backbone_sha256)
        self._add_hash(self.tr("A and B"), adapter.recipe_sha256)
        self._add_hash(self.tr("Data"), facts.data_sha256 if facts is not None else "")
        self.name = QLineEdit(adapter.name, self)
        self.name.setAccessibleName(self.tr("Name"))
        self.note = QPlainTextEdit(adapter.note, self)
        self.note.setProperty("kind", "field")
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setPlaceholderText(self.tr("A note for yourself"))
        Fit(self.note, theme, lambda metrics: self.note.setFixedHeight(metrics.control * 2))
        self.save = push(self.tr("Save"), "plain", self, self.tr("Save name and note"))
        self.save.clicked.connect(lambda: self.saved.emit(self.name.text(), self.note.toPlainText()))
        self.name.textChanged.connect(self._judge)
        self.note.textChanged.connect(self._judge)
        self.export = AdapterExportForm(theme, adapter, self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2", "space_4", "", "space_4", "space_4")
        for reason in reasons:
            layout.addWidget(line(why_stale(adapter, reason), "body", self))
        layout.addLayout(self._grid)
        for part in (line(self.tr("Name and note"), "strong", self), self.name, self.note):
            layout.addWidget(part)
        layout.addWidget(Buttons(theme, self, self.save))
        layout.addWidget(line(self.tr("Export"), "strong", self))
        layout.addWidget(self.export)
        self._judge()

    def _judge(self) -> None:
        name, note = self.name.text().strip(), self.note.toPlainText().strip()
        self.save.setEnabled(bool(name) and (name, note) != (self.adapter.name, self.adapter.note))

    def _add(self, what: str, words: str, *, is_copied: bool = False) -> int:
        row = self._grid.rowCount()
        if words:
            label = line(what, "caption", self)
            label.setWordWrap(False)
            value = line(words, "body", self)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1, 1, 1 if is_copied else 2)
        return row

    def _add_hash(self, what: str, value: str) -> None:
        if not value:
            return
        row = self._add(what, short_hash(value), is_copied=True)
        for column in (0, 1):
            item = self._grid.itemAtPosition(row, column)
            label = item.widget() if item is not None else None
            assert isinstance(label, QLabel)
            label.setToolTip(value)
            self._grid.setAlignment(label, Qt.AlignmentFlag.AlignVCenter)
        copy = push(self.tr("Copy"), "quiet", self, self.tr("Copy the hash of: {what}").format(what=what))
        copy.clicked.connect(lambda: self._copy(value))
        self._grid.addWidget(copy, row, 2)

    def _copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.copied.emit()
