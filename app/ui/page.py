"""The parts of the chat page and where they stand. Knows layout only; app/ui/desk.py knows what they mean.

The conversation is the largest part, and an app that starts shows none: it is made when it is first asked for.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.banner import Banner
from app.ui.composer import Composer
from app.ui.find_bar import FindBar
from app.ui.header import Header
from app.ui.options import OptionsPanel
from app.ui.palette import Palette
from app.ui.sidebar import Sidebar
from app.ui.start_page import StartPage
from app.ui.theme import Theme
from app.ui.toast import Toast
from app.ui.traffic_line import TrafficLine

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView


class ChatPage(QWidget):
    resized = Signal(QSize)
    view_made = Signal(object)  # ChatView

    def __init__(self, theme: Theme, actions: Actions, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("page")
        self.setAcceptDrops(True)
        self.sidebar = Sidebar(theme, actions, self)
        self.column = QWidget(self)
        self.header = Header(theme, actions, menu, self.column)
        self.find_bar = FindBar(theme, self.column)
        self._view: ChatView | None = None
        self.start_page = StartPage(theme, parent=self.column)
        self.banner = Banner(theme, self.column)
        self.composer = Composer(theme, self.column)
        self.traffic = TrafficLine(theme, self.column)
        self.palette_panel = Palette(theme, self)
        self.options = OptionsPanel(theme, self)
        self._upper = QStackedLayout()
        self._upper.addWidget(self.start_page)
        layout = QVBoxLayout(self.column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.find_bar)
        layout.addLayout(self._upper, 1)
        layout.addLayout(self._lower_part())
        self.toast = Toast(theme, self.column, self._lower)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self.column)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)
        theme.changed.connect(self._wear)
        self._wear()
        self._order_tabs()

    @property
    def view(self) -> "ChatView":
        """The conversation."""
        if self._view is None:
            from app.ui.chat.view import ChatView

            self._view = ChatView(self.theme, self.column)
            self._upper.addWidget(self._view)
            self._order_tabs()
            self.view_made.emit(self._view)
        return self._view

    @property
    def has_view(self) -> bool:
        return self._view is not None

    def when_made(self, act: "Callable[[ChatView], object]") -> None:
        """Once there is a conversation, which may be now."""
        if self._view is not None:
            act(self._view)
        else:
            self.view_made.connect(act)

    def show_chat(self, has_messages: bool) -> None:
        """The conversation, or what an empty chat shows."""
        wanted: QWidget = self.view if has_messages else self.start_page
        if self._upper.currentWidget() is not wanted:
            self._upper.setCurrentWidget(wanted)

    def set_sidebar(self, is_shown: bool) -> None:
        self.sidebar.setVisible(is_shown)
        self.header.set_sidebar(is_shown)

    def set_sidebar_width(self, width: int) -> None:
        beside = self.splitter.sizes()[2:]  # the privacy panel
        self.splitter.setSizes([width, max(self.width() - width - sum(beside), 1), *beside])

    # A file may be dropped anywhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.composer.show_ring(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.composer.show_ring(self.composer.input.hasFocus())

    def dropEvent(self, event: QDropEvent) -> None:
        self.composer.dropEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit(event.size())

    def _lower_part(self) -> QHBoxLayout:
        self._lower = QWidget(self.column)
        self._lower_column = QVBoxLayout(self._lower)
        for widget in (self.banner, self.composer, self.traffic):
            self._lower_column.addWidget(widget)
        self._centred = QHBoxLayout()
        self._centred.addStretch(1)
        self._centred.addWidget(self._lower, 1000)
        self._centred.addStretch(1)
        return self._centred

    def _order_tabs(self) -> None:
        """From the message field round: its buttons, the list, the header, the conversation, the banner."""
        header, composer, sidebar, find = self.header, self.composer, self.sidebar, self.find_bar
        order: list[QWidget] = [composer.input, composer.attach, composer.button, composer.cancel]
        order += [sidebar.search, sidebar.new_folder, sidebar.new_chat, sidebar.tree, sidebar.hits, sidebar.tuning]
        order += [header.sidebar, header.new_chat, header.options, header.menu]
        order += [find.field, find.back, find.on, find.close_button]
        order += [*self.start_page.examples, *([self._view] if self._view is not None else [])]
        order += [self.toast.action, self.toast.close_button]
        order += [self.banner.second, self.banner.action, self.banner.close_button]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _wear(self) -> None:
        metrics = self.theme.metrics
        self._lower.setMaximumWidth(metrics.column + 2 * metrics.space_4)  # what is typed stands below what is read
        self._lower_column.setContentsMargins(0, metrics.space_1, 0, metrics.space_2)
        self._lower_column.setSpacing(metrics.space_2)
        self._centred.setContentsMargins(metrics.space_4, 0, metrics.space_4, 0)
        self.splitter.setHandleWidth(metrics.hair)
