"""The third depth: what is selected, its bytes, its numbers, the plan, and what could be rebuilt.

The token strip and the list select each other: a token lights up the entries that carried it, entries light up their
tokens. Contents are asked for when an entry is looked at, and only the one on show is held.
"""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QTabWidget, QVBoxLayout, QWidget

from app.core.frame_fields import frame_of, plan_of
from app.core.frame_tensor import FrameTensor, tensors_of
from app.core.panel_feed import PanelFeed
from app.core.panel_ledger import Rows
from app.core.panel_plan import Arrow, arrows, other_bytes
from app.core.panel_source import MessageTokens
from app.core.panel_tokens import BranchRows, positions_of, rows_at
from app.ui.privacy.bytes_view import BytesView
from app.ui.privacy.names import direction_words, kind_explained, kind_words, moment_words, purpose_words
from app.ui.privacy.numbers_view import NumbersView
from app.ui.privacy.plan_picture import PlanView
from app.ui.privacy.recovery_view import RecoveryView
from app.ui.privacy.token_strip import TokenStrip
from app.ui.theme import Theme
from app.ui.words import counted, number, size
from app.wire.frames import TAP_KINDS, Kind
from app.wire.plan import ExchangePlan

_MOST_SELECTED = 20_000  # entries whose tokens are worked out
_TALL = 10  # controls on top of each other
_FAR = 20_000  # records before a message in which its session's OPEN is searched


class Detail(QWidget):
    rows_lit = Signal(object)  # frozenset of records
    term_chosen = Signal(str)  # a filter

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._feed: PanelFeed | None = None
        self._shown: int | None = None
        self._branch_rows = BranchRows()
        self.title = self._label("strong")
        self.words = self._label("muted")
        self.tokens = TokenStrip(theme, self)
        self.bytes = BytesView(theme, self)
        self.numbers = NumbersView(theme, self)
        self.plan = PlanView(theme, self)
        self.recovery = RecoveryView(theme, self)
        self._gone = self._label("muted")
        self._gone.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bytes_page = self._page(self.bytes)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("What to look at"))
        self.tabs.tabBar().setAccessibleName(self.tr("What to look at"))
        for widget, name in (
            (self._bytes_page, self.tr("Bytes")),
            (self.numbers, self.tr("Numbers")),
            (self.plan, self.tr("Plan")),
            (self.recovery, self.tr("Recovery")),
        ):
            self.tabs.addTab(widget, name)
        self._layout = QVBoxLayout(self)
        for part in (self.tokens, self.title, self.words):
            self._layout.addWidget(part)
        self._layout.addWidget(self.tabs, 1)
        self.bytes.number_chosen.connect(self.numbers.choose)
        self.numbers.number_chosen.connect(self._show_number)
        self.tokens.chosen_by_person.connect(self._light_rows)
        self.plan.picture.arrow_chosen.connect(self._filter_by)
        self.tabs.currentChanged.connect(lambda _: self.refresh())
        theme.changed.connect(self._wear)
        self._wear()
        self._show_nothing()

    def set_feed(self, feed: PanelFeed | None) -> None:
        self._feed = feed
        self._show_nothing()
        self.refresh()

    def show_rows(self, rows: Rows) -> None:
        """What is selected in the list: the last of them on show, the tokens of all of them marked."""
        feed = self._feed
        if feed is None or feed.ledger is None:
            return
        if not len(rows):
            self._show_nothing()
            self.tokens.light(frozenset())
            return
        self._show_entry(int(rows[-1]), rows)
        own = self.token_rows(feed)
        self.tokens.light(positions_of(feed.ledger, own, rows[:_MOST_SELECTED]) if len(own) else frozenset())

    def set_tokens(self, tokens: MessageTokens | None) -> None:
        self.tokens.show_tokens(tokens)

    def open_recovery(self) -> None:
        self.tabs.setCurrentWidget(self.recovery)

    def refresh(self) -> None:
        """The plan's picture grows with the message; it is only drawn while it is looked at."""
        feed = self._feed
        if self.tabs.currentWidget() is not self.plan or feed is None or feed.ledger is None:
            return
        rows = feed.rows_of(feed.last_message)
        self.plan.picture.show_arrows(arrows(feed.ledger, rows), self._plan_of(rows), other_bytes(feed.ledger, rows))

    def forget(self) -> None:
        self._feed = None
        self._branch_rows.forget()
        self._show_nothing()
        self.tokens.show_tokens(None)
        self.plan.picture.show_arrows((), None, (0, 0))
        self.recovery.forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little height, what an entry is stands in the title's tool tip alone."""
        super().resizeEvent(event)
        self.words.setVisible(event.size().height() >= _TALL * self._theme.metrics.control)

    # One entry

    def _show_nothing(self) -> None:
        self._shown = None
        self.title.setText(self.tr("No entry is selected"))
        self.words.clear()
        self.title.setToolTip("")
        self.bytes.show_content(b"", [])
        self.numbers.show_tensors([], 0)
        self._show_gone(self.tr("Select an entry in the list to see what it carried, byte by byte."))

    def _show_entry(self, row: int, rows: Rows) -> None:
        assert self._feed is not None
        assert self._feed.ledger is not None
        self._title(row, rows)
        if row == self._shown:
            return
        self._shown = row
        entry = self._feed.ledger.entry(row)
        self.words.setText(kind_explained(int(entry["kind"])))
        self.title.setToolTip(self.words.text())
        content = self._feed.content(row)
        if content is None:
            self.bytes.show_content(b"", [])
            self.numbers.show_tensors([], 0)
            self._show_gone(self._gone_words(row))
            return
        tensors = tensors_of(content)
        frame = frame_of(content)
        self._show_gone("")
        self.bytes.show_content(content, tensors)
        self.numbers.show_tensors(tensors, frame.position if frame is not None else 0)

    def _title(self, row: int, rows: Rows) -> None:
        assert self._feed is not None
        assert self._feed.ledger is not None
        entry = self._feed.ledger.entry(row)
        kind = int(entry["kind"])
        words = self.tr("Entry {number}: {what}, {direction} {time}").format(
            number=number(int(entry["number"])),
            what=kind_words(kind) if kind else purpose_words(int(entry["purpose"])),
            direction=direction_words(int(entry["direction"])).lower(),
            time=moment_words(int(entry["time_ns"])),
        )
        if len(rows) > 1:
            wire = int(self._feed.ledger.records["wire_bytes"][rows].astype(np.int64).sum())
            selected = counted(len(rows), self.tr("1 entry selected"), self.tr("%n entries selected"))
            words = f"{selected}, {size(wire)}. {words}"
        self.title.setText(words)

    def _gone_words(self, row: int) -> str:
        assert self._feed is not None
        assert self._feed.ledger is not None
        entry = self._feed.ledger.entry(row)
        words = self.tr(
            "Its content is no longer in memory: contents are kept for a while, and wiped when Nearhalf is locked or "
            "closed. The ledger keeps its size, {size}, and its SHA-256:\n\n{hash}"
        )
        if self._feed.job is not None:
            words = self.tr(
                "What a fine-tuning sends and receives is in its own process alone, and is never shown. The ledger "
                "keeps its size, {size}, and its SHA-256:\n\n{hash}"
            )
        digest = entry["sha256"].tobytes().hex()
        parts = " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
        return words.format(size=size(int(entry["payload_bytes"])), hash=parts)

    def _show_gone(self, words: str) -> None:
        self._gone.setText(words)
        pages = self._bytes_page.layout()
        assert isinstance(pages, QStackedLayout)
        pages.setCurrentWidget(self._gone if words else self.bytes)

    def _show_number(self, tensor: FrameTensor, row: int, col: int) -> None:
        self.bytes.choose_number(tensor, row, col)

    # Tokens and plan

    @property
    def feed(self) -> PanelFeed | None:
        return self._feed

    def token_rows(self, feed: PanelFeed) -> Rows:
        """Entries in which the tokens on show may have gone out."""
        return self._branch_rows.of(feed, self.tokens.tokens)

    def _light_rows(self, positions: frozenset[int]) -> None:
        feed = self._feed
        if feed is None or feed.ledger is None:
            return
        found = rows_at(feed.ledger, self.token_rows(feed), positions)
        self.rows_lit.emit(frozenset(int(row) for row in found))

    def _filter_by(self, arrow: Arrow) -> None:
        term = f"kind:{arrow.kind.name.lower()} message:last"
        self.term_chosen.emit(f"{term} tap:{arrow.tap}" if arrow.kind in TAP_KINDS else term)

    def _plan_of(self, rows: Rows) -> ExchangePlan | None:
        """As the session's OPEN asked for it, where its content is still kept."""
        assert self._feed is not None
        assert self._feed.ledger is not None
        if not len(rows):
            return None
        start = max(0, int(rows[0]) - _FAR)
        opens = np.flatnonzero(self._feed.ledger.records["kind"][start : int(rows[-1])] == Kind.OPEN)
        content = self._feed.content(start + int(opens[-1])) if len(opens) else None
        return plan_of(content) if content is not None else None

    # Looks

    def _page(self, widget: QWidget) -> QWidget:
        page = QWidget(self)
        layout = QStackedLayout(page)
        layout.addWidget(widget)
        layout.addWidget(self._gone)
        return page

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("kind", kind)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        return label

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(metrics.gap)
