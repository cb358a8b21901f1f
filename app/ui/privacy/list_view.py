"""The list itself: what is selected, what the keys do, headings over the whole width, following the newest entry."""

import numpy as np
from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.core.panel_ledger import Rows
from app.ui.privacy.columns import SAMPLES, Column
from app.ui.privacy.list_model import EntryModel, Role
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_MOST_SELECTED = 100_000  # entries that a selection is worked out for


class EntryDelegate(QStyledItemDelegate):
    """Paints lit lines, and a heading's words across the columns."""

    def __init__(self, theme: Theme, view: "EntryList") -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the line shows where it is
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):  # in the selection too
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        words = index.data(Role.HEADING)
        if words is None:
            if index.data(Role.IS_LIT):
                painter.fillRect(option.rect, QColor(self._theme.colours.mark))
            super().paint(painter, option, index)
            return
        self._paint_heading(painter, option.rect, index, str(words))

    def _paint_heading(self, painter: QPainter, rect: QRect, index: Index, words: str) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        painter.save()
        painter.setClipRect(rect)
        is_chosen = self._view.selectionModel().isRowSelected(index.row(), QModelIndex())
        painter.fillRect(rect, QColor(colours.selection if is_chosen else colours.panel))
        left = self._view.columnViewportPosition(0)
        mark = "▾" if index.data(Role.IS_OPEN) else "▸"
        painter.setFont(self._view.font())
        painter.setPen(QPen(QColor(colours.text)))
        whole = QRect(max(left, 0) + metrics.space_1, rect.top(), self._view.viewport().width(), rect.height())
        painter.drawText(whole, int(Qt.AlignmentFlag.AlignVCenter), f"{mark}  {words}")
        painter.restore()


class EntryList(QTableView):
    """A QTableView over EntryModel. `rows_chosen`: the records that are selected, rising."""

    rows_chosen = Signal(object)  # Rows
    chat_requested = Signal(int)  # a record
    mark_requested = Signal()
    note_requested = Signal()
    copy_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, theme: Theme, model: EntryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._entries = theme, model
        self.setObjectName("entries")
        self.setModel(model)
        self.setItemDelegate(EntryDelegate(theme, self))
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
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

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
        if index.data(Role.HEADING) is not None:
            if is_sign:
                self._entries.toggle(index.row())
        elif index.column() == Column.CHAT:
            self._ask_for_chat(index.row())

    def _opens(self, line: int, wants_open: bool) -> bool:
        """Whether Left or Right changes a heading."""
        if line < 0:
            return False
        is_open = self._entries.index(line, 0).data(Role.IS_OPEN)
        return is_open is not None and bool(is_open) != wants_open

    def _ask_for_chat(self, line: int) -> None:
        row = self._entries.row_at(line)
        if row is not None:
            self.chat_requested.emit(row)

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self.setFont(self._theme.text_font(metrics.small))
        height = self.fontMetrics().height() + metrics.space_1
        vertical = self.verticalHeader()
        vertical.setMinimumSectionSize(height)
        vertical.setDefaultSectionSize(height)
        header = self.horizontalHeader()
        header.setFont(self._theme.text_font(metrics.caption))
        for column, sample in SAMPLES.items():
            words = str(self._entries.headerData(column, Qt.Orientation.Horizontal))
            width = max(self.fontMetrics().horizontalAdvance(text) for text in (sample, words))
            self.setColumnWidth(column, width + 2 * metrics.space_2)
        self._entries.refresh_cells()
