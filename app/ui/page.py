"""The parts of the chat window and where they stand. Knows layout only; app/ui/window.py knows what they mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.domain.sampling import SamplingSettings
from app.ui.banner import Banner
from app.ui.chat_view import ChatView
from app.ui.composer import Composer
from app.ui.header import Header
from app.ui.start_page import StartPage
from app.ui.theme import Theme
from app.ui.traffic_line import TrafficLine


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """What the window is told at the start. `model_name` is asked again when the port is there; it may be "" before."""

    model_name: Callable[[], str] = field(default=lambda: "")
    backend_name: str = ""  # as the person knows it: "built-in backend", "gpu.example.org"
    backend_is_on_this_computer: bool = True  # decides the words about who could rebuild the text
    sampling: SamplingSettings = field(default_factory=SamplingSettings)


class ChatPage(QWidget):
    def __init__(self, theme: Theme, settings: WindowSettings, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("page")
        is_here = settings.backend_is_on_this_computer
        self.header = Header(theme, menu, self)
        self.view = ChatView(theme, self)
        self.start_page = StartPage(theme, is_on_this_computer=is_here, parent=self)
        self.banner = Banner(theme, self)
        self.composer = Composer(theme, self)
        self.traffic = TrafficLine(theme, settings.backend_name, is_on_this_computer=is_here, parent=self)
        self._upper = QStackedLayout()
        self._upper.addWidget(self.start_page)
        self._upper.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(self._upper, 1)
        layout.addLayout(self._lower())
        self._order_tabs()

    def show_chat(self, has_messages: bool) -> None:
        """The conversation, or what an empty chat shows."""
        self._upper.setCurrentWidget(self.view if has_messages else self.start_page)

    def _lower(self) -> QHBoxLayout:
        metrics = self._theme.metrics
        lower = QWidget(self)
        lower.setMaximumWidth(metrics.column + 2 * metrics.space_4)  # what is typed stands below what is read
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, metrics.space_1, 0, metrics.space_2)
        column.setSpacing(metrics.space_2)
        for widget in (self.banner, self.composer, self.traffic):
            column.addWidget(widget)
        centred = QHBoxLayout()
        centred.setContentsMargins(metrics.space_4, 0, metrics.space_4, 0)
        centred.addStretch(1)
        centred.addWidget(lower, 1000)
        centred.addStretch(1)
        return centred

    def _order_tabs(self) -> None:
        """From the message field round: its button, the header, the conversation with its actions, the banner."""
        header, foot, composer, banner = self.header, self.view.foot, self.composer, self.banner
        order: list[QWidget] = [composer.input, composer.button, composer.cancel, header.new_chat, header.menu]
        order += [*self.start_page.examples, self.view, foot.copy, foot.regenerate, foot.edit]
        order += [banner.action, banner.close_button]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)
