"""The second depth: the list with its filter, grouped or not, followed or held, filled without stopping the chat.

Filtering goes piece by piece between two paintings of the window. New entries are taken in when `tick` is called.
Recording is never paused.
"""

import time
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from app.core.panel_feed import PanelFeed
from app.core.panel_filter import Everything, Filter
from app.core.panel_ledger import Rows
from app.core.panel_query import DTYPES, KINDS, PURPOSES
from app.core.panel_rows import FilterRun, kept_rows
from app.ui.assets import icon
from app.ui.privacy.columns import Column, heading
from app.ui.privacy.filter_bar import FilterBar
from app.ui.privacy.ledger_choice import LedgerChoice
from app.ui.privacy.list_model import EntryModel
from app.ui.privacy.list_view import EntryList
from app.ui.theme import Theme
from app.ui.words import counted, number
from app.wire.frames import TAP_KINDS

_SLICE_S = 0.006  # of filtering between two paintings


class EntriesPanel(QWidget):
    rows_chosen = Signal(object)  # Rows
    chat_requested = Signal(int)  # a record
    note_requested = Signal(int)
    mark_requested = Signal(object)  # Rows
    settled = Signal()  # the list shows what the filter says

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._feed: PanelFeed | None = None
        self._chosen: Filter = Everything()
        self._run: FilterRun | None = None
        self._taken = 0  # records that the list has judged
        self.ledger = LedgerChoice(theme, self)
        self.filter_bar = FilterBar(theme, self)
        self.model = EntryModel(theme, self)
        self.list = EntryList(theme, self.model, self)
        self.group = self._button(self.tr("Group by message"))
        self.hold = self._button(self.tr("Hold the list"))
        self.count = QLabel(self)
        self.count.setProperty("kind", "caption")
        self._empty = QLabel(self)
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMinimumWidth(1)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.filter_bar, 1)
        self._tools.addWidget(self.group, 0, Qt.AlignmentFlag.AlignTop)
        self._tools.addWidget(self.hold, 0, Qt.AlignmentFlag.AlignTop)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.ledger)
        self._layout.addLayout(self._tools)
        self._layout.addLayout(self._stack, 1)
        self._layout.addWidget(self.count)
        self._pieces = QTimer(self, interval=0)
        self._pieces.timeout.connect(self._work)
        self._connect()
        theme.changed.connect(self._wear)
        self._wear()

    def _connect(self) -> None:
        self.filter_bar.chosen.connect(self.filter)
        self.filter_bar.left.connect(self.list.setFocus)
        self.group.toggled.connect(lambda _: self._start())
        self.hold.toggled.connect(lambda _: self._end_hold())
        self.list.rows_chosen.connect(self.rows_chosen)
        self.list.chat_requested.connect(self.chat_requested)
        self.list.copy_requested.connect(self.copy)
        self.list.menu_requested.connect(self._open_menu)
        self.list.columns_menu_requested.connect(self._open_columns_menu)
        self.list.mark_requested.connect(lambda: self.mark_requested.emit(self.list.chosen_rows()))
        self.list.note_requested.connect(self._ask_for_note)

    # What is shown

    def set_feed(self, feed: PanelFeed | None) -> None:
        self._pieces.stop()
        self._run, self._feed, self._taken = None, feed, 0
        self.model.set_feed(feed)
        self._start()

    def forget(self) -> None:
        """Drop everything."""
        self.set_feed(None)
        self.ledger.forget()
        self.filter_bar.forget()
        self._chosen = Everything()

    def filter(self, chosen: Filter) -> None:
        self._chosen = chosen
        self._start()

    def reload(self) -> None:
        """Entries were erased, or it is another ledger."""
        self.model.refresh_cells()
        self._start()

    def tick(self) -> None:
        """Take in what is new; called often, does little when little has changed."""
        feed = self._feed
        if feed is None or feed.ledger is None or self._run is not None:
            return
        if self.hold.isChecked():
            self._show_count()
            return
        stop = feed.ledger.count
        if stop > self._taken:
            was_at_end = self.list.is_at_end
            was_empty = not self.model.entries
            self.model.add_rows(kept_rows(feed.ledger, self._chosen, feed.view(), self._taken, stop))
            self._taken = stop
            if was_at_end or was_empty:
                self.list.scrollToBottom()
            self._show_count()

    def go_to(self, row: int) -> None:
        self.list.go_to(row)

    def bring_up(self, row: int) -> None:
        """Scroll to a record, and select nothing."""
        line = self.model.line_of(row)
        if line is not None:
            self.list.scrollTo(self.model.index(line, 0), EntryList.ScrollHint.PositionAtCenter)

    def finish(self) -> None:
        """Do at once what is still to be filtered: for benchmarks and tests."""
        while self._run is not None:
            self._work()

    # Filtering

    def _start(self) -> None:
        if self._feed is None or self._feed.ledger is None:
            self._run = None
            self._show_count()
            return
        self.filter_bar.set_hosts(self._feed.ledger.hosts())
        self._run = FilterRun(self._feed.ledger, self._chosen, self._feed.view())
        self._pieces.start()
        self._work()

    def _work(self) -> None:
        run = self._run
        if run is None:
            self._pieces.stop()
            return
        until_s = time.monotonic() + _SLICE_S
        while not run.is_done and time.monotonic() < until_s:
            run.step()
        if run.is_done:
            self._pieces.stop()
            self._run = None
            self._taken = run.end
            self._show(run.rows())

    def _show(self, rows: Rows) -> None:
        current = self.list.current_row()
        self.model.show_rows(rows, is_grouped=self.group.isChecked())
        line = self.model.line_of(current) if current is not None else None
        if current is not None and line is not None:
            self.list.go_to(current)
        else:
            self.list.scrollToBottom()
        self._show_count()
        self.settled.emit()

    def _show_count(self) -> None:
        feed = self._feed
        has_ledger = feed is not None and feed.ledger is not None
        waiting = feed.ledger.count - self._taken if feed is not None and feed.ledger is not None else 0
        if self.hold.isChecked() and waiting > 0:
            words = counted(
                waiting,
                self.tr("The list is held; 1 newer record is kept and not shown."),
                self.tr("The list is held; %n newer records are kept and not shown."),
            )
        elif self._chosen.says_something:
            words = counted(
                self.model.entries, self.tr("1 entry passes the filter"), self.tr("%n entries pass the filter")
            )
        else:
            words = counted(self.model.entries, self.tr("1 entry"), self.tr("%n entries"))
        if self.count.text() != words:
            self.count.setText(words)
        self._empty.setText(self._empty_words(has_ledger=has_ledger))
        self._stack.setCurrentWidget(self.list if self.model.rowCount() else self._empty)

    def _empty_words(self, *, has_ledger: bool) -> str:
        if not has_ledger:
            return self.tr("There is no ledger that can be read. Nothing can be sent without one.")
        if self._chosen.says_something:
            return self.tr("No entry passes the filter.")
        return self.tr("Nothing has been sent or received yet. Every byte will stand here.")

    def _end_hold(self) -> None:
        self.tick()
        if not self.hold.isChecked():
            self.list.scrollToBottom()
        self._show_count()

    # What the person does

    def copy(self) -> None:
        """The selected entries as text, hashes whole."""
        lines = []
        for row in self.list.chosen_rows()[:10_000]:
            line = self.model.line_of(int(row))
            if line is not None:
                lines.append("\t".join(self._whole(line, column) for column in Column))
        if lines:
            names = "\t".join(heading(column) for column in Column)
            QGuiApplication.clipboard().setText("\n".join([names, *lines]))

    def _whole(self, line: int, column: Column) -> str:
        role = Qt.ItemDataRole.ToolTipRole if column in (Column.HASH, Column.TIME) else Qt.ItemDataRole.DisplayRole
        return str(self.model.index(line, column).data(role) or "")

    def copy_hash(self) -> None:
        row = self.list.current_row()
        if row is not None and self._feed is not None and self._feed.ledger is not None:
            QGuiApplication.clipboard().setText(self._feed.ledger.entry(row)["sha256"].tobytes().hex())

    def _ask_for_note(self) -> None:
        row = self.list.current_row()
        if row is not None:
            self.note_requested.emit(row)

    def _open_menu(self, at: QPoint) -> None:
        row = self.list.current_row()
        if row is None or self._feed is None or self._feed.ledger is None:
            return
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("This entry"))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction(self.tr("Open the chat there"), lambda: self.chat_requested.emit(row))
        menu.addAction(self.tr("Copy the whole hash"), self.copy_hash)
        menu.addAction(self.tr("Copy the selected lines"), self.copy)
        menu.addSeparator()
        menu.addAction(self.tr("Mark, or take the mark away"), self.list.mark_requested.emit)
        menu.addAction(self.tr("Write a note"), self._ask_for_note)
        menu.addSeparator()
        for term in self._terms(row):
            menu.addAction(self.tr("Only {term}").format(term=term), partial(self.filter_bar.add_term, term))
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _open_columns_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Columns"))
        menu.aboutToHide.connect(menu.deleteLater)
        for column in Column:
            shown = menu.addAction(self.tr("Direction") if column is Column.DIRECTION else heading(column))
            shown.setCheckable(True)
            shown.setChecked(not self.list.isColumnHidden(column))
            shown.setEnabled(column is not Column.NUMBER)
            shown.toggled.connect(partial(self._show_column, column))
        menu.popup(at)

    def _show_column(self, column: Column, is_shown: bool) -> None:
        self.list.setColumnHidden(column, not is_shown)
        self.list.restore_columns(self.list.columns_place)

    def _terms(self, row: int) -> Sequence[str]:
        """Filters that this entry suggests."""
        assert self._feed is not None
        assert self._feed.ledger is not None
        entry = self._feed.ledger.entry(row)
        kind, found = int(entry["kind"]), []
        if kind:
            found.append(f"kind:{_name(KINDS, kind)}")
        found.append(f"purpose:{_name(PURPOSES, int(entry['purpose']))}")
        if kind in TAP_KINDS:
            found.append(f"tap:{entry['tap']}")
        if entry["dtype"]:
            found.append(f"dtype:{_name(DTYPES, int(entry['dtype']))}")
        found.append(f"host:{self._feed.ledger.host(row)}")
        message = self._feed.message(row)
        if message.int:
            found.append(f"message:{message.hex[:8]}")
        return found

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "eye")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(name)
        button.setToolTip(name)
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(metrics.space_1)
        self._tools.setSpacing(metrics.space_1)
        for button, name in ((self.group, "group"), (self.hold, "hold")):
            button.setIcon(icon(name, colours.text, metrics.icon))
            button.setIconSize(QSize(metrics.icon, metrics.icon))


def _name(known: Mapping[str, int], value: int) -> str:
    return next((name for name, one in known.items() if int(one) == value), number(value))
