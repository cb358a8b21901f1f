"""Where the privacy panel stands: beside the chat, or in a window of its own. One panel, moved between the two.

Where the chat's window is too narrow for both, the panel opens in its own window.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.events import Event, LinkState
from app.core.panel_source import PanelSource
from app.core.ports import Conversations
from app.domain.ids import ChatId
from app.ui.backend_facts import BackendFacts
from app.ui.page import ChatPage
from app.ui.privacy.panel_desk import PanelDesk
from app.ui.privacy.place import PanelPlace, least_width
from app.ui.privacy.standing import key_log_words
from app.ui.theme import Theme

if TYPE_CHECKING:  # the panel comes with numpy and 40 widgets: it is imported when it is first opened
    from app.ui.privacy.own_window import PanelWindow
    from app.ui.privacy.panel import PrivacyPanel

KEYS_MS = 1000
_CHAT_SHARE = 3  # of 5 parts of the column's own width that the chat must keep


class PanelHost(QObject):
    """Belongs to the chat window. `open` with each chat page, `forget` before it goes."""

    chat_requested = Signal(object, object)  # ChatId, MessageId
    own_backend_requested = Signal()
    redaction_requested = Signal(bool)
    export_requested = Signal(object)  # JobLedger; None: the app's own
    failed = Signal(object)  # AppError
    said = Signal(str)
    placed = Signal()  # it takes another part of the chat's window now, or none

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._source: PanelSource | None = None
        self._page: ChatPage | None = None
        self._own: PanelWindow | None = None
        self.place = PanelPlace()  # whoever makes the window fills it from the settings, and keeps it there
        self._ending: list[PanelDesk] = []
        self._keys = QTimer(self, interval=KEYS_MS)  # runs while keys are written, and no longer
        self._keys.timeout.connect(self._show_keys)
        self.desk: PanelDesk | None = None
        self.commands: dict[str, Callable[[], object]] = {
            "privacy_panel": self.toggle,
            "privacy_window": self.open_window,
            "privacy_filter": self.focus_filter,
            "export_ledger": lambda: self.export_requested.emit(self.desk.job if self.desk is not None else None),
        }

    def set_source(self, source: PanelSource) -> None:
        """Before the chats are opened; without one there is no panel."""
        self._source = source

    def open(self, conversations: Conversations, page: ChatPage, link: LinkState) -> None:
        if self._source is None:
            return
        self._page = page
        desk = self.desk = PanelDesk(self._theme, self._source, conversations, link, self)
        desk.chat_requested.connect(self.chat_requested)
        desk.own_backend_requested.connect(self.own_backend_requested)
        desk.redaction_requested.connect(self.redaction_requested)
        desk.export_requested.connect(self.export_requested)
        desk.failed.connect(self.failed)
        self._show_keys()
        desk.said.connect(self.said)

    @property
    def panel(self) -> "PrivacyPanel | None":
        return self.desk.panel if self.desk is not None else None

    @property
    def docked_width(self) -> int:
        """What it takes of the chat's window."""
        panel = self.panel
        return panel.width() if panel is not None and panel.is_docked and not panel.isHidden() else 0

    @property
    def is_shown(self) -> bool:
        panel = self.panel
        return panel is not None and panel.isVisible()

    def receive(self, event: Event) -> None:
        """What whoever starts the backend tells the window."""
        if self.desk is not None:
            self.desk.receive(event)

    def set_backend(self, facts: BackendFacts) -> None:
        if self.desk is not None:
            self.desk.set_backend(facts)

    def set_chat(self, chat: ChatId | None) -> None:
        if self.desk is not None:
            self.desk.set_chat(chat)

    # What the person does

    def toggle(self) -> None:
        if self.is_shown:
            self.close()
        elif self.place.is_docked and self._has_room():
            self._dock()
        else:
            self.open_window()

    def open_window(self) -> None:
        if self.desk is None:
            return
        panel = self._made()
        self.keep_place()
        self.place = replace(self.place, is_docked=False)
        if self._own is None:
            from app.ui.privacy.own_window import PanelWindow

            self._own = PanelWindow(self._theme, self._window, self.place.geometry)
            self._own.closed.connect(self._hidden)
        panel.set_docked(False)
        self._own.take(panel)
        self._own.show()
        self._own.raise_()
        self._own.activateWindow()
        panel.entries.list.setFocus()
        self._shown()

    def close(self) -> None:
        panel = self.panel
        if panel is None:
            return
        had_focus = panel.isAncestorOf(self._window.focusWidget() or self._window)
        self.keep_place()
        if panel.is_docked:
            panel.hide()
        elif self._own is not None:
            self._own.hide()
        self._hidden()
        if had_focus and self._page is not None:
            self._page.composer.setFocus()

    def focus_filter(self) -> None:
        if not self.is_shown:
            self.toggle()
        panel = self.panel
        if panel is not None:
            panel.activateWindow()
            field = panel.entries.filter_bar.field
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def forget(self) -> None:
        """The lock, or the end: the panel goes with all that it shows."""
        self.keep_place()
        desk, self.desk, self._page = self.desk, None, None
        self._keys.stop()
        self._ending = [old for old in self._ending if old.is_working]
        if desk is not None:
            desk.forget()
            self._ending.append(desk)  # its jobs end soon, and hold their objects until then
            if desk.panel is not None:
                desk.panel.setParent(None)
                desk.panel.deleteLater()
            desk.deleteLater()
        if self._own is not None:
            self._own.hide()
            self._own.deleteLater()
            self._own = None

    def cancel(self) -> None:
        """The window is closing: stop what is slow."""
        if self.desk is not None:
            self.desk.cancel()

    def wait(self, timeout_s: float) -> None:
        """Any thread: until nothing of the panel runs."""
        for desk in (self.desk, *self._ending):
            if desk is not None:
                desk.wait(timeout_s)

    def _show_keys(self) -> None:
        """Below the chat, too, whether the panel is open or not."""
        if self._page is None or self._source is None:
            return
        words = key_log_words(self._source.gate_state().key_log)
        self._page.traffic.show_alarm(words)
        if words and not self._keys.isActive():
            self._keys.start()
        elif not words:
            self._keys.stop()

    # Places

    def _made(self) -> "PrivacyPanel":
        from app.ui.privacy.token_link import TokenLink

        assert self.desk is not None
        is_new = self.desk.panel is None
        panel = self.desk.make_panel()
        if is_new:
            panel.close_requested.connect(self.close)
            panel.move_requested.connect(self._move)
            panel.restore(self.place)
            if self._page is not None:
                TokenLink(panel, self._page.view)
        return panel

    def _move(self) -> None:
        panel = self.panel
        if panel is not None and panel.is_docked:
            self.open_window()
        else:
            self._dock()

    def _dock(self) -> None:
        page = self._page
        if page is None or self.desk is None:
            return
        panel = self._made()
        self.keep_place()
        self.place = replace(self.place, is_docked=True)
        if self._own is not None:
            self._own.hide()
        panel.set_docked(True)
        page.splitter.addWidget(panel)
        page.splitter.setStretchFactor(page.splitter.indexOf(panel), 0)
        panel.show()
        sizes = page.splitter.sizes()
        wanted = max(self.place.width or page.width() * 2 // 5, panel.minimumWidth())
        side = sizes[0] if not page.sidebar.isHidden() else 0
        page.splitter.setSizes([side, max(1, page.width() - side - wanted), wanted])
        self._shown()

    def _has_room(self) -> bool:
        page = self._page
        if page is None:
            return False
        side = page.sidebar.width() if not page.sidebar.isHidden() else 0
        metrics = self._theme.metrics
        return page.width() - side >= metrics.column * _CHAT_SHARE // 5 + least_width(metrics)

    def keep_place(self) -> None:
        """Note in `place` how the panel stands and looks now."""
        panel = self.panel
        if panel is None:
            return
        self.place = panel.kept(self.place)
        if self._own is not None and self._own.isVisible():
            self.place = replace(self.place, geometry=bytes(self._own.saveGeometry().data()))
        if panel.is_docked and panel.isVisible():
            self.place = replace(self.place, width=panel.width())

    def _shown(self) -> None:
        if self.desk is not None:
            self.desk.set_shown(True)
        self.placed.emit()

    def _hidden(self) -> None:
        if self.desk is not None:
            self.desk.set_shown(False)
        self.placed.emit()
