"""A frame's fields as a table: name, value, place. Selecting one tells its bytes; bytes select their field."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.core.frame_fields import FieldSpan
from app.ui.privacy.field_words import field_explained, field_name
from app.ui.privacy.names import kind_words
from app.ui.theme import Theme
from app.wire.frames import Kind


class FieldsView(QTableWidget):
    field_chosen = Signal(object)  # FieldSpan

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(0, 3, parent)
        self._theme = theme
        self._fields: list[FieldSpan] = []
        self.setObjectName("entries")
        self.setAccessibleName(self.tr("Fields"))
        self.setHorizontalHeaderLabels([self.tr("Field"), self.tr("Value"), self.tr("At")])
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.itemSelectionChanged.connect(self._tell)
        theme.changed.connect(self._wear)
        self._wear()

    def show_fields(self, fields: Sequence[FieldSpan]) -> None:
        self.blockSignals(True)
        self._fields = list(fields)
        self.setRowCount(len(self._fields))
        for row, field in enumerate(self._fields):
            indent = "    " * field.depth
            texts = (indent + field_name(field), self._value(field), str(field.start))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip((field_explained(field), text, f"{field.start}–{field.end - 1}")[column])
                self.setItem(row, column, item)
        self.clearSelection()
        self.setCurrentCell(-1, -1)
        self.blockSignals(False)

    def select_at(self, offset: int) -> FieldSpan | None:
        """Select the innermost field that holds a byte, without telling."""
        found = [row for row, field in enumerate(self._fields) if field.start <= offset < field.end]
        if not found:
            return None
        row = max(found, key=lambda at: self._fields[at].depth)
        self.blockSignals(True)
        self.selectRow(row)
        self.blockSignals(False)
        self.scrollTo(self.model().index(row, 0))
        return self._fields[row]

    @property
    def chosen(self) -> FieldSpan | None:
        rows = self.selectionModel().selectedRows()
        return self._fields[rows[0].row()] if rows and rows[0].row() < len(self._fields) else None

    def _value(self, field: FieldSpan) -> str:
        if field.name == "kind":
            kind = next((kind for kind in Kind if kind.name == field.value), None)
            return f"{field.value}: {kind_words(kind)}" if kind is not None else field.value
        return field.value

    def _tell(self) -> None:
        field = self.chosen
        if field is not None:
            self.field_chosen.emit(field)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self.setFont(self._theme.text_font(metrics.small))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        height = self.fontMetrics().height() + metrics.space_1
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
