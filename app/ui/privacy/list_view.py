"""The list itself: what is selected, what the keys do, headings over the whole width, following the newest entry.

It paints its lines itself: what Qt would ask for one by one, for each cell seven times, costs a reply that is being
written more than it may (benchmarks/panel.py).
"""

import time

import numpy as np
from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.core.panel_ledger import Rows
from app.ui.privacy.columns import SAMPLES, Column
from app.ui.privacy.list_model import ALIGNMENTS, EntryModel
from app.ui.privacy.place import ColumnsPlace
from app.ui.theme import Theme

_MOST_SELECTED = 100_000  # entries that a selection is worked out for


class EntryList(QTableView):
    """A QTableView over EntryModel. `rows_chosen`: the records that are selected, rising."""

    rows_chosen = Signal(object)  # Rows
    chat_requested = Signal(int)  # a record
    mark_requested = Signal()
    note_requested = Signal()
    copy_requested = Signal()
    menu_requested = Signal(QPoint)
    columns_menu_requested = Signal(QPoint)  # on the screen

    def __init__(self, theme: Theme, model: EntryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._entries = theme, model
        self.spent_s = 0.0  # on painting, so far
        self.setObjectName("entries")
        self.setModel(model)
        self.setAccessibleName(self.tr("What was sent and received"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_requested)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self.columns_menu_requested.emit(header.mapToGlobal(at)))
        header.sectionResized.connect(self._note_width)
        self._natural: dict[int, int] = {}  # a column's own width, px
        self._widths: dict[int, int] = {}  # percent of it, where the person chose another
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    @property
    def columns_place(self) -> ColumnsPlace:
        header = self.horizontalHeader()
        order = tuple(header.logicalIndex(place) for place in range(header.count()))
        hidden = frozenset(column for column in order if self.isColumnHidden(column))
        return ColumnsPlace(order, dict(self._widths), hidden)

    def restore_columns(self, place: ColumnsPlace) -> None:
        header = self.horizontalHeader()
        for at, column in enumerate(place.order):
            header.moveSection(header.visualIndex(column), at)
        self._widths = dict(place.widths)
        self._fit_columns()
        for column in Column:
            self.setColumnHidden(column, column in place.hidden)

    def chosen_rows(self) -> Rows:
        """The selected records, rising; of a very large selection the first."""
        found: list[Rows] = []
        for part in self.selectionModel().selection().toList():
            found.append(self._entries.rows_between(part.top(), min(part.bottom(), part.top() + _MOST_SELECTED)))
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def current_row(self) -> int | None:
        index = self.currentIndex()
        return self._entries.row_at(index.row()) if index.isValid() else None

    def go_to(self, row: int) -> None:
        """Select a record's line, where it is in the list."""
        line = self._entries.line_of(row)
        if line is not None:
            self.selectRow(line)
            self.scrollTo(self._entries.index(line, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        started_s = time.perf_counter()
        painter = QPainter(self.viewport())
        colours, width = self._theme.colours, self.viewport().width()
        painter.fillRect(self.viewport().rect(), QColor(colours.surface))
        painter.setFont(self.font())
        columns = [
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in range(self._entries.columnCount())
        ]
        seen = [part for part in columns if part[2] > 0 and part[1] < width and part[1] + part[2] > 0]
        high, model, chosen = self.verticalHeader().defaultSectionSize(), self._entries, self.selectionModel()
        line = self.rowAt(0)
        top = self.rowViewportPosition(line) if line >= 0 else 0
        while 0 <= line < model.rowCount() and top < self.viewport().height():
            area = QRect(0, top, width, high)
            is_chosen = chosen.isRowSelected(line, QModelIndex())
            heading = model.heading(line)
            if is_chosen or heading or model.is_lit(line):
                ground = colours.selection if is_chosen else (colours.panel if heading else colours.mark)
                painter.fillRect(area, QColor(ground))
            if heading:
                painter.setPen(QColor(colours.text))
                painter.drawText(area.adjusted(self._pad, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), heading)
            else:
                self._paint_cells(painter, line, top, high, seen)
            line, top = line + 1, top + high
        painter.end()
        self.spent_s += time.perf_counter() - started_s

    def _paint_cells(
        self, painter: QPainter, line: int, top: int, high: int, columns: list[tuple[int, int, int]]
    ) -> None:
        """`columns`: (column, left, width) of those that are seen."""
        texts, pad, sizes = self._entries.texts(line), self._pad, self.fontMetrics()
        colours = self._entries.colours(line)
        for column, left, width in columns:
            text = texts[column]
            if not text:
                continue
            room = width - 2 * pad
            if len(text) * self._widest > room and sizes.horizontalAdvance(text) > room:
                text = sizes.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setPen(colours[column])
            painter.drawText(QRect(left + pad, top, room, high), ALIGNMENTS[column], text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Who stands at the end stays there."""
        was_at_end = self.is_at_end
        super().resizeEvent(event)
        if was_at_end:
            self.scrollToBottom()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.rows_chosen.emit(self.chosen_rows())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, line = event.key(), self.currentIndex().row()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and line >= 0:
            if not self._entries.toggle(line):
                self._ask_for_chat(line)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._opens(line, key == Qt.Key.Key_Right):
            self._entries.toggle(line)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif key == Qt.Key.Key_M and not event.modifiers():
            self.mark_requested.emit()
        elif key == Qt.Key.Key_N and not event.modifiers():
            self.note_requested.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line = self.indexAt(event.position().toPoint()).row()
        if line >= 0 and not self._entries.toggle(line):
            self._ask_for_chat(line)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """One click on a chat's name goes there; on a heading's sign, it opens."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton or event.modifiers():
            return
        is_sign = event.position().x() < self._theme.metrics.space_6
        if self._entries.heading(index.row()):
            if is_sign:
                self._entries.toggle(index.row())
        elif index.column() == Column.CHAT:
            self._ask_for_chat(index.row())

    def _opens(self, line: int, wants_open: bool) -> bool:
        """Whether Left or Right changes a heading."""
        if line < 0:
            return False
        is_open = self._entries.is_open(line)
        return is_open is not None and bool(is_open) != wants_open

    def _ask_for_chat(self, line: int) -> None:
        row = self._entries.row_at(line)
        if row is not None:
            self.chat_requested.emit(row)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self.setFont(self._theme.text_font(metrics.small))
        self._pad = metrics.space_2
        self._widest = self.fontMetrics().maxWidth() / 2  # a text of narrower letters surely fits
        height = self.fontMetrics().height() + metrics.space_1
        vertical = self.verticalHeader()
        vertical.setMinimumSectionSize(height)
        vertical.setDefaultSectionSize(height)
        header = self.horizontalHeader()
        header.setFont(self._theme.text_font(metrics.caption))
        for column, sample in SAMPLES.items():
            words = str(self._entries.headerData(column, Qt.Orientation.Horizontal))
            width = max(self.fontMetrics().horizontalAdvance(text) for text in (sample, words))
            self._natural[column] = width + 2 * metrics.space_2 + metrics.space_1
        self._fit_columns()
        self._entries.refresh_cells()

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        header.blockSignals(True)  # what the person chose stays as it is
        for column, width in self._natural.items():
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, round(width * self._widths.get(column, 100) / 100))
        header.blockSignals(False)
        self.updateGeometries()
        self.viewport().update()

    def _note_width(self, column: int, _before: int, width: int) -> None:
        if width and column in self._natural:  # 0: it was hidden
            self._widths[column] = round(100 * width / self._natural[column])
