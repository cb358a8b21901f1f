"""The ledger's entries as a table for Qt: a line is made when it is looked at, a million cost as little as ten.

Lines are entries, or, grouped by message, headings with their entries below. Growing never resets what is selected.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.core.panel_feed import PanelFeed
from app.core.panel_ledger import Rows
from app.core.panel_rows import NO_ROWS, Group, Groups, ShownRows
from app.domain.clearance import Direction, Purpose
from app.domain.ids import NO_MESSAGE
from app.ui.privacy.columns import RIGHT_ALIGNED, Column, cells, heading, heading_explained
from app.ui.privacy.names import arrow, moment_words
from app.ui.theme import Theme
from app.ui.words import counted, size, translate

Index = QModelIndex | QPersistentModelIndex
_CACHED = 600  # lines: some screens full
_NO_INDEX = QModelIndex()


class EntryModel(QAbstractTableModel):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._feed: PanelFeed | None = None
        self._shown = ShownRows()
        self._groups: Groups | None = None
        self._opened: set[int] = set()  # groups, by the record they begin with
        self._cells: dict[int, tuple[str, ...]] = {}
        self._lit: frozenset[int] = frozenset()
        self._lines = 0  # as Qt was told

    # What is shown

    def set_feed(self, feed: PanelFeed | None) -> None:
        self.beginResetModel()
        self._feed = feed
        self._shown.replace(NO_ROWS)
        self._groups = None
        self._opened.clear()
        self._cells.clear()
        self._lit = frozenset()
        self._lines = 0
        self.endResetModel()

    def show_rows(self, rows: Rows, *, is_grouped: bool) -> None:
        self.beginResetModel()
        self._shown.replace(rows)
        self._cells.clear()
        self._groups = self._grouped() if is_grouped else None
        self._lines = self._count()
        self.endResetModel()

    def add_rows(self, rows: Rows) -> None:
        """New entries at the end."""
        if not len(rows):
            return
        if self._groups is not None:
            self._shown.add(rows)
            self._regroup()
            return
        self.beginInsertRows(_NO_INDEX, self._lines, self._lines + len(rows) - 1)
        self._shown.add(rows)
        self._lines = len(self._shown)
        self.endInsertRows()

    @property
    def entries(self) -> int:
        return len(self._shown)

    @property
    def rows(self) -> Rows:
        return self._shown.rows

    def row_at(self, line: int) -> int | None:
        """The record of a line; None for a heading."""
        if self._groups is None:
            return int(self._shown.rows[line]) if 0 <= line < len(self._shown) else None
        place = self._groups.at(line)[1]
        return int(self._shown.rows[place]) if place >= 0 else None

    def line_of(self, row: int) -> int | None:
        """The line of a record, or of the closed group that holds it; None where it is filtered out."""
        place = int(np.searchsorted(self._shown.rows, row))
        if place >= len(self._shown) or self._shown.rows[place] != row:
            return None
        return place if self._groups is None else self._groups.line_of(place)

    def rows_between(self, first: int, last: int) -> Rows:
        """The records among the lines first..last."""
        if self._groups is None:
            return self._shown.rows[first : last + 1].copy()
        found = [self.row_at(line) for line in range(first, last + 1)]
        return np.array([row for row in found if row is not None], np.int64)

    def toggle(self, line: int) -> bool:
        """Open or close the group of a heading; False where the line is none."""
        if self._groups is None:
            return False
        group, place = self._groups.at(line)
        if place >= 0:
            return False
        self._opened ^= {int(self._shown.rows[group.first])}
        self._regroup()
        return True

    def light(self, rows: frozenset[int]) -> None:
        """Mark what belongs to a token."""
        self._lit = rows
        self._tell_all(Qt.ItemDataRole.BackgroundRole)

    def refresh_cells(self) -> None:
        """Titles, notes or colours are others now."""
        self._cells.clear()
        self._tell_all(Qt.ItemDataRole.DisplayRole)

    # Qt

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else self._lines

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return heading(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return heading_explained(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGNMENTS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or self._feed is None or self._feed.ledger is None or index.row() >= self._lines:
            return None
        line, column = index.row(), index.column()
        if self._groups is not None:
            group, place = self._groups.at(line)
            if place < 0:
                return self._heading_data(group, column, role)
        if role == Qt.ItemDataRole.DisplayRole:  # asked for most, so first
            return self._text(line, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGNMENTS[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(line, column)
        return self._tip(line, column) if role == Qt.ItemDataRole.ToolTipRole else None

    # Lines, as the list paints them

    def texts(self, line: int) -> tuple[str, ...]:
        """One entry's cells."""
        row = self.row_at(line)
        assert row is not None
        assert self._feed is not None
        found = self._cells.get(row)
        if found is None:
            if len(self._cells) >= _CACHED:
                self._cells.clear()
            found = self._cells[row] = cells(self._feed, row)
        return found

    def colours(self, line: int) -> Sequence[QColor]:
        """What the cells are written in: up and down, and chats that can be gone to, have their own."""
        texts, colours = self.texts(line), self._theme.colours
        found = [QColor(colours.text)] * len(Column)
        found[Column.DIRECTION] = QColor(colours.warning if texts[Column.DIRECTION] == arrow(1) else colours.good)
        found[Column.CHAT] = QColor(colours.accent)
        return found

    def heading(self, line: int) -> str:
        """A group's words, with the sign that it is open or closed; empty for an entry."""
        if self._groups is None:
            return ""
        group, place = self._groups.at(line)
        if place >= 0:
            return ""
        return f"{'▾' if self._is_opened(group) else '▸'}  {self._group_words(group)}"

    def is_open(self, line: int) -> bool | None:
        """None where the line is no heading."""
        if self._groups is None:
            return None
        group, place = self._groups.at(line)
        return self._is_opened(group) if place < 0 else None

    def is_lit(self, line: int) -> bool:
        """Whether it belongs to the chosen token."""
        return bool(self._lit) and self.row_at(line) in self._lit

    def _is_opened(self, group: Group) -> bool:
        return int(self._shown.rows[group.first]) in self._opened

    def _text(self, line: int, column: int) -> str:
        return self.texts(line)[column]

    def _spoken(self, line: int, column: int) -> str:
        return (
            f"{heading(column)}: {self._text(line, column)}" if column != Column.DIRECTION else self._tip(line, column)
        )

    def _tip(self, line: int, column: int) -> str:
        row = self.row_at(line)
        assert row is not None
        assert self._feed is not None
        assert self._feed.ledger is not None
        entry = self._feed.ledger.entry(row)
        if column == Column.HASH:
            return entry["sha256"].tobytes().hex()  # type: ignore[no-any-return]
        if column == Column.TIME:
            return moment_words(int(entry["time_ns"]))
        if column == Column.DIRECTION:
            return (
                translate("privacy", "Sent from this computer")
                if entry["direction"] == Direction.UP
                else translate("privacy", "Received")
            )
        if column == Column.NOTE:
            return self._feed.notes.texts.get(int(entry["number"]), "")
        return self._text(line, column)

    def _heading_data(self, group: Group, column: int, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole and column:
            return ""
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
        return self._group_words(group) if role in roles else None

    def _group_words(self, group: Group) -> str:
        """Why did it fall?  ·  41 entries  ·  63 kB up, 48 kB down"""
        assert self._feed is not None
        assert self._feed.ledger is not None
        rows = self._shown.rows[group.first : group.first + group.size]
        records = self._feed.ledger.records
        wire, is_up = records["wire_bytes"][rows].astype(np.int64), records["direction"][rows] == Direction.UP
        message = self._feed.message(int(rows[0]))
        place = self._feed.place_of(message)
        if message == NO_MESSAGE:
            name = translate("privacy", "Of no message")
        elif records["purpose"][int(rows[0])] == Purpose.TUNE:
            name = translate("privacy", "Fine-tuning")
        else:
            name = place.title if place is not None else translate("privacy", "No longer here")
        entries = counted(group.size, translate("privacy", "1 entry"), translate("privacy", "%n entries"))
        traffic = translate("privacy", "{up} up, {down} down").format(
            up=size(int(wire[is_up].sum())), down=size(int(wire[~is_up].sum()))
        )
        return f"{name}  ·  {entries}  ·  {traffic}"

    # Groups

    def _grouped(self) -> Groups:
        assert self._feed is not None
        assert self._feed.ledger is not None
        return Groups(self._feed.ledger, self._shown.rows, self._opened.__contains__)

    def _regroup(self) -> None:
        self.layoutAboutToBeChanged.emit()
        assert self._groups is not None
        before = self.persistentIndexList()
        places = [self._groups.at(index.row()) for index in before]
        new = self._groups = self._grouped()
        self._lines = self._count()
        lines = [new.heading_of(group.first) if place < 0 else new.line_of(place) for group, place in places]
        after = [self.index(line, index.column()) for line, index in zip(lines, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _count(self) -> int:
        return len(self._shown) if self._groups is None else len(self._groups)

    def _tell_all(self, role: Qt.ItemDataRole) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(self._lines - 1, len(Column) - 1), [role])


def _aligned(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT_ALIGNED else Qt.AlignmentFlag.AlignLeft
    if column == Column.DIRECTION:
        side = Qt.AlignmentFlag.AlignHCenter
    return int(side | Qt.AlignmentFlag.AlignVCenter)


ALIGNMENTS = tuple(_aligned(column) for column in Column)
