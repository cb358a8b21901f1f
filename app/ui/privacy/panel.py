"""The privacy panel: three depths in one widget, which stands beside the chat or in a window of its own.

It shows what app/ui/privacy/panel_desk.py tells it, owns no truth, and holds nothing after `forget`.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QSizePolicy, QSplitter, QToolButton, QVBoxLayout, QWidget

from app.core.panel_feed import PanelFeed
from app.core.panel_source import GateState
from app.ui.assets import icon
from app.ui.privacy.detail import Detail
from app.ui.privacy.entries_panel import EntriesPanel
from app.ui.privacy.place import DEPTHS, PanelPlace, least_width
from app.ui.privacy.standing import LastMessage, Light
from app.ui.privacy.summary import Summary
from app.ui.theme import Theme


class _Sentence(QScrollArea):
    """The first depth, as tall as its words; where the window is too low for all of them, they scroll."""

    def __init__(self, summary: Summary, parent: QWidget) -> None:
        super().__init__(parent)
        self._summary = summary
        self.setObjectName("steps")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidget(summary)
        summary.setObjectName("steps-body")
        summary.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._summary and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return QSize(self._summary.sizeHint().width(), self._summary.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, min(self.sizeHint().height(), 4 * self.fontMetrics().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class PrivacyPanel(QFrame):
    close_requested = Signal()
    move_requested = Signal()  # into a window of its own, or back
    export_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("privacy")
        self.setAccessibleName(self.tr("Privacy panel"))
        self.summary = Summary(theme, self)
        self.depth_button = self._corner(self.tr("How much to show"))
        self.depth_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.depth_menu = QMenu(self)
        self.depth_menu.setAccessibleName(self.tr("How much to show"))
        self._depths = QActionGroup(self)
        for depth, words in zip(DEPTHS, self._depth_words(), strict=True):
            action = self.depth_menu.addAction(words, partial(self.set_depth, depth))
            action.setCheckable(True)
            self._depths.addAction(action)
        self.depth_button.setMenu(self.depth_menu)
        self.export = self._corner(self.tr("Export the ledger"))
        self.export.clicked.connect(self.export_requested)
        self.move_button = self._corner(self.tr("Show in its own window"))
        self.move_button.clicked.connect(self.move_requested)
        self.close_button = self._corner(self.tr("Close the privacy panel"))
        self.close_button.clicked.connect(self.close_requested)
        self.entries = EntriesPanel(theme, self)
        self.detail = Detail(theme, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setObjectName("panes")
        self.splitter.addWidget(self.entries)
        self.splitter.addWidget(self.detail)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(_Sentence(self.summary, self))
        self._layout.addWidget(self.splitter, 1)
        self._rest = QWidget(self)  # below the sentence, where nothing else is shown
        self._layout.addWidget(self._rest, 1)
        self._is_docked = True
        self._panes: list[int] = []
        self.set_depth(max(DEPTHS))
        self.detail.rows_lit.connect(self._light)
        self.detail.term_chosen.connect(self.entries.filter_bar.set_text)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def is_docked(self) -> bool:
        return self._is_docked

    def set_docked(self, is_docked: bool) -> None:
        self._is_docked = is_docked
        self.close_button.setVisible(is_docked)
        name = self.tr("Show in its own window") if is_docked else self.tr("Show beside the chat")
        self.move_button.setAccessibleName(name)
        self.move_button.setToolTip(name)
        self._wear()

    def set_depth(self, depth: int) -> None:
        """1: the sentence. 2: the list too. 3: what one entry carried too."""
        self.shown_depth = depth
        self._depths.actions()[depth - 1].setChecked(True)
        self.splitter.setVisible(depth > 1)
        self._rest.setVisible(depth == 1)
        self.detail.setVisible(depth > 2)

    def kept(self, place: PanelPlace) -> PanelPlace:
        """`place` with what is the panel's own."""
        sizes = tuple(self.splitter.sizes()) if self.shown_depth == max(DEPTHS) and self.isVisible() else place.panes
        return replace(
            place,
            depth=self.shown_depth,
            panes=sizes,
            tab=self.detail.tabs.currentIndex(),
            columns=self.entries.list.columns_place,
        )

    def restore(self, place: PanelPlace) -> None:
        self.set_depth(place.depth)
        self._panes = list(place.panes)
        self.detail.tabs.setCurrentIndex(place.tab)
        self.entries.list.restore_columns(place.columns)

    def _depth_words(self) -> tuple[str, ...]:
        return self.tr("The sentence"), self.tr("The sentence and the list"), self.tr("The list and one entry")

    def set_feed(self, feed: PanelFeed | None) -> None:
        self.detail.set_feed(feed)
        self.entries.set_feed(feed)

    def show_state(self, light: Light, last: LastMessage, gate: GateState) -> None:
        self.summary.show_state(light, last, gate)
        self.detail.recovery.show_last(last)

    def forget(self) -> None:
        self.entries.forget()
        self.detail.forget()
        self.show_state(Light.IDLE, LastMessage(), GateState())

    def _light(self, rows: frozenset[int]) -> None:
        """A token was chosen: its entries light up, the first is brought into view."""
        self.entries.model.light(rows)
        if rows:
            self.entries.bring_up(min(rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room for both."""
        super().resizeEvent(event)
        is_wide = event.size().width() > 2 * self._theme.metrics.column * 4 // 5
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self.splitter.orientation() is not wanted:
            self.splitter.setOrientation(wanted)
            self.splitter.setSizes([1000, 1000])
        if self._panes:  # as they were, once there is room
            self.splitter.setSizes(self._panes)
            self._panes = []

    def _corner(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(name)
        button.setToolTip(name)
        self.summary.add_corner(button)
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        space = metrics.space_3
        self._layout.setContentsMargins(space, space, space, space)
        self._layout.setSpacing(metrics.space_2)
        self.splitter.setHandleWidth(metrics.space_2)
        self.setMinimumWidth(least_width(metrics))
        self.depth_button.setIcon(icon("more", colours.muted, metrics.icon))
        self.depth_button.setIconSize(QSize(metrics.icon, metrics.icon))
        where = "own_window" if self._is_docked else "dock"
        for button, name in ((self.export, "export"), (self.move_button, where), (self.close_button, "close")):
            button.setIcon(icon(name, colours.muted, metrics.icon))
            button.setIconSize(QSize(metrics.icon, metrics.icon))
