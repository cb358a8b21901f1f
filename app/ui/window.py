"""The window: a stack of pages, one of them the chats, with the actions, the keys, and what is kept between starts.

How whoever wires the app (app/ui/application.py) uses it:

    window = ChatWindow(theme, preferences)      # shows an empty page
    window.show_page(widget)                     # first run, lock: in place of the chats
    window.open_chats(conversations)             # builds the chat page and shows it; chats can be read and written
    window.post(LinkChanged(STARTING, words))    # any thread: how the backend stands, from whoever starts it
    window.set_backend(BackendFacts(...))        # names for the header, the start page and the live line
    window.fail_start(error)                     # the backend could not be started; the banner offers retry_start
    window.set_panel_source(source)              # what the privacy panel reads, before the chats are opened
    window.forget()                              # the lock: the chat page goes, with every text in it
    window.close_chats(done)                     # Conversations.close in a thread, then `done`
    window.finish_closing()                      # nothing runs any more: the window may go

`forget` destroys the chat page instead of emptying it, so no widget can be overlooked; `open_chats` builds a new one.
The port sends its events to `subscribe`; whoever starts the backend calls `conversations.attach(writer)` and then posts
LinkChanged(READY). Signals: see below. Nothing here knows where chats are stored, or what a backend is.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from app.core.events import Event, LinkChanged, LinkState
from app.core.panel_source import PanelSource
from app.core.ports import Conversations
from app.domain.errors import AppError, SettingsError
from app.domain.ids import ChatId, MessageId
from app.ui.actions import Actions, Situation
from app.ui.assets import application_icon
from app.ui.backend_facts import BackendFacts
from app.ui.bridge import Bridge
from app.ui.commands import chat_commands, desk_commands
from app.ui.desk import Desk
from app.ui.job import Job
from app.ui.menu import ActionMenu
from app.ui.notices import Step
from app.ui.page import ChatPage
from app.ui.palette import Command
from app.ui.preferences import Preferences
from app.ui.privacy.host import PanelHost
from app.ui.privacy.place import decoded_panel_place
from app.ui.theme import Theme
from app.ui.tray import Tray
from app.ui.window_place import WindowPlace, decoded_place
from app.ui.window_style import window_style

__all__ = ["BackendFacts", "ChatWindow"]

FIRST_SIZE = (1120, 760)
JOBS_END_S = 5.0
NARROW = 2.6  # times the list's width: below this it makes room for the chat
_PAGES = {
    Step.BACKENDS: "backends",
    Step.MODELS: "models",
    Step.ADAPTERS: "adapters",
    Step.STORAGE: "storage",
    Step.GENERAL: "general",
}


class ChatWindow(QMainWindow):
    settings_requested = Signal(str)  # a page's name: "", "backends", "models", "adapters", "storage", "shortcuts"
    export_requested = Signal(object)  # ChatId; None for all chats
    excerpt_requested = Signal(object)  # StoredChat, to be exported
    import_requested = Signal()
    ledger_export_requested = Signal(object)  # JobLedger; None: the app's own
    tuning_requested = Signal()
    lock_requested = Signal()
    retry_start_requested = Signal()
    close_requested = Signal()  # the person wants to leave; `finish_closing` is called when nothing runs any more
    closed = Signal()

    def __init__(self, theme: Theme, preferences: Preferences, conversations: Conversations | None = None) -> None:
        super().__init__()
        self._theme, self._preferences = theme, preferences
        self._conversations: Conversations | None = None
        self._facts = BackendFacts()
        self._link = LinkChanged(LinkState.STARTING)
        self._commands: dict[str, Callable[[], object]] = {}
        self._closing: Job | None = None
        self._is_closing = self._is_closed = self._is_narrow = self._was_narrow = False
        self._place = decoded_place(preferences.settings.window_geometry)
        self.page: ChatPage | None = None
        self.desk: Desk | None = None
        self.bridge = Bridge(self)
        self.bridge.delivered.connect(self.receive)
        self.shortcuts = Actions(self)
        self.shortcuts.bind(preferences.settings.shortcuts)
        for spec, action in self.shortcuts:
            action.triggered.connect(partial(self._run, spec.name))
        self.actions_menu = ActionMenu(self.shortcuts, self)
        self.tray = Tray(self)
        self.privacy = PanelHost(theme, self)
        self.privacy.place = decoded_panel_place(preferences.settings.panel_place)
        self._build()
        preferences.changed.connect(self._follow_preferences)
        preferences.save_failed.connect(self.show_error)
        theme.changed.connect(self._wear)
        self._wear()
        self._follow_preferences()
        if conversations is not None:
            self.open_chats(conversations)

    def _build(self) -> None:
        self.setWindowTitle("Nearhalf")
        self.setWindowIcon(application_icon())
        self.resize(*FIRST_SIZE)
        if self._place.geometry:
            self.restoreGeometry(QByteArray(self._place.geometry))
        self._stack = QStackedWidget(self)
        self._blank = QWidget(self._stack)
        self._blank.setObjectName("page")
        self._stack.addWidget(self._blank)
        self.setCentralWidget(self._stack)
        self.tray.shown.connect(self.bring_to_front)
        self.tray.new_chat_requested.connect(self._new_chat_from_tray)
        self.tray.quit_requested.connect(self.close)
        self.privacy.chat_requested.connect(self._open_chat_at)
        self.privacy.own_backend_requested.connect(lambda: self.settings_requested.emit("backends"))
        self.privacy.redaction_requested.connect(self._set_redacts)
        self.privacy.export_requested.connect(self.ledger_export_requested)
        self.privacy.failed.connect(self.show_error)
        self.privacy.said.connect(self.show_toast)
        self.privacy.placed.connect(self._make_room)
        self._own_commands: dict[str, Callable[[], object]] = self.privacy.commands | {
            "stop": self._escape,
            "search": self._search,
            "palette": self.open_palette,
            "toggle_sidebar": self._toggle_sidebar,
            "zoom_in": lambda: self._preferences.zoom_by(1),
            "zoom_out": lambda: self._preferences.zoom_by(-1),
            "zoom_reset": lambda: self._preferences.zoom_by(0),
            "as_system": lambda: self._preferences.update(appearance="system"),
            "light": lambda: self._preferences.update(appearance="light"),
            "dark": lambda: self._preferences.update(appearance="dark"),
            "contrast": lambda: self._preferences.update(appearance="contrast"),
            "settings": lambda: self.settings_requested.emit(""),
            "shortcuts": self.open_shortcuts,
            "help": self.open_help,
            "export_chat": self._export_chat,
            "export_all": lambda: self.export_requested.emit(None),
            "import_chats": self.import_requested.emit,
            "tune": self.tuning_requested.emit,
            "lock": self.lock_requested.emit,
            "quit": self.close,
        }

    # Pages

    def open_chats(self, conversations: Conversations) -> None:
        """Show these chats, with a new one open."""
        self.forget()
        self._conversations = conversations
        self.page = ChatPage(self._theme, self.shortcuts, self.actions_menu, self._stack)
        self._stack.addWidget(self.page)
        self.desk = Desk(self._preferences, conversations, self.page, self._link, self.page)
        self.desk.set_backend(self._facts)
        self.desk.situation_changed.connect(self.shortcuts.suit)
        self.desk.announced.connect(self.announce)
        self.desk.step_requested.connect(self._take_step)
        self.desk.export_requested.connect(self.export_requested)
        self.desk.reading.excerpt_chosen.connect(self.excerpt_requested)
        self.desk.reply_ended.connect(self._alert)
        self.desk.chat_shown.connect(self.privacy.set_chat)
        self.privacy.open(conversations, self.page, self._link.state)
        self.privacy.set_backend(self._facts)
        self.privacy.set_chat(self.desk.chat)
        self._commands = desk_commands(self.desk, self.page)
        self._follow_preferences()
        self._fit_sidebar()
        self.desk.refresh()
        self.show_chat()
        self.page.composer.setFocus()

    def show_page(self, widget: QWidget) -> None:
        """Another page in place of the chats, which stay as they are. It belongs to the window from now on."""
        if self._stack.indexOf(widget) < 0:
            self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.shortcuts.suit(Situation())
        widget.setFocus()

    def show_chat(self) -> None:
        """The chats again; whatever page was there goes."""
        if self.page is None or self.desk is None:
            self._stack.setCurrentWidget(self._blank)
            return
        self._stack.setCurrentWidget(self.page)
        for at in reversed(range(self._stack.count())):
            other = self._stack.widget(at)
            if other is not None and other is not self.page and other is not self._blank:
                self._stack.removeWidget(other)
                other.deleteLater()
        self.desk.situation_changed.emit(self.desk.situation)

    def forget(self) -> None:
        """Drop every text that is shown or was typed. A draft is saved first."""
        if self.page is None or self.desk is None:
            return
        self._keep_place()
        self.privacy.forget()
        self.desk.forget()
        self._stack.setCurrentWidget(self._blank)
        self._stack.removeWidget(self.page)
        self.page.setParent(None)
        self.page.deleteLater()
        self.page = self.desk = self._conversations = None
        self._commands = {}
        self.shortcuts.suit(Situation())

    # What is told

    def post(self, event: Event) -> None:
        """Any thread: something that the port does not tell, as how the start of the backend goes on."""
        self.bridge.post(event)

    def receive(self, event: Event) -> None:
        """GUI thread."""
        if isinstance(event, LinkChanged):
            self._link = event
        if self.desk is not None:
            self.desk.receive(event)
        self.privacy.receive(event)

    def set_panel_source(self, source: PanelSource) -> None:
        """What the privacy panel reads; from the next `open_chats` on."""
        self.privacy.set_source(source)

    def set_backend(self, facts: BackendFacts) -> None:
        self._facts = facts
        if self.desk is not None:
            self.desk.set_backend(facts)
        self.privacy.set_backend(facts)

    def fail_start(self, error: AppError) -> None:
        """The backend could not be started."""
        self._link = LinkChanged(LinkState.OFFLINE)
        if self.desk is not None:
            self.desk.fail_start(error)

    def show_error(self, error: AppError) -> None:
        """Whatever went wrong outside of the chats: an export, a setting that could not be saved."""
        if self.desk is not None:
            self.desk.notices.show_error(error)

    def show_toast(self, words: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        if self.page is not None:
            self.page.toast.show_words(words, action, act)
            self.announce(words)

    def open_chat(self, chat: ChatId) -> None:
        """Open one chat: what was imported, for example."""
        if self.desk is not None:
            self.desk.open_chat(chat, None)

    def _set_redacts(self, is_on: bool) -> None:
        if self.desk is not None:
            self.desk.set_redacts(is_on)

    def _open_chat_at(self, chat: ChatId, message: MessageId) -> None:
        if self.desk is not None:
            self.desk.open_chat(chat, message)

    def announce(self, text: str) -> None:
        """For screen readers."""
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    # What the person does

    def _run(self, name: str) -> None:
        command = self._own_commands.get(name) or self._commands.get(name)
        if command is not None:
            command()

    def _escape(self) -> None:
        """One key for whatever is open or under way, the innermost first."""
        page, desk = self.page, self.desk
        if page is None or desk is None:
            return
        if not page.palette_panel.isHidden():
            page.palette_panel.close_palette()  # which gives the keyboard back to where it was
            return
        if not page.find_bar.isHidden() and page.find_bar.isAncestorOf(self.focusWidget() or page):
            page.find_bar.close_bar()
        elif desk.replies.is_busy:
            desk.replies.stop()
        elif desk.writing.editing is not None:
            desk.replies.end_edit()
        elif not page.find_bar.isHidden():
            page.find_bar.close_bar()
        elif page.sidebar.search.text():
            page.sidebar.search.leave()
        elif not desk.notices.dismiss():
            page.toast.hide()
        page.composer.setFocus()

    def _search(self) -> None:
        if self.desk is not None and self.page is not None:
            if self.page.sidebar.isHidden():
                self._toggle_sidebar()
            self.desk.list.focus_search()

    def open_palette(self) -> None:
        if self.page is None or self.desk is None or self._conversations is None:
            return
        commands = [
            Command(action.text(), action.trigger, self.shortcuts.keys(spec.name))
            for spec, action in self.shortcuts
            if action.isEnabled() and spec.name not in ("palette", "stop", "menu")
        ]
        chats = chat_commands(self.desk, self._conversations.chats())
        self.page.palette_panel.open_with([*commands, *chats])

    def open_help(self) -> None:
        from app.ui.help_window import HelpWindow

        HelpWindow(self._theme, self).show()

    def open_shortcuts(self) -> None:
        from app.ui.shortcut_sheet import ShortcutSheet

        sheet = ShortcutSheet(self._theme, self.shortcuts, can_change=self.page is not None, parent=self)
        sheet.change_requested.connect(lambda: self.settings_requested.emit("shortcuts"))
        sheet.open()

    def _take_step(self, step: Step) -> None:
        if step is Step.RETRY:
            self.receive(LinkChanged(LinkState.STARTING))
            self.retry_start_requested.emit()
        elif step is Step.REDACT:
            self._set_redacts(True)
        elif step in _PAGES:
            self.settings_requested.emit(_PAGES[step])

    def _export_chat(self) -> None:
        if self.desk is not None:
            self.export_requested.emit(self.desk.chat)

    def _new_chat_from_tray(self) -> None:
        self.bring_to_front()
        self._run("new_chat")

    def bring_to_front(self) -> None:
        self.setVisible(True)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def _alert(self) -> None:
        """The task bar says that a reply has ended, where nobody looks at the window."""
        if not self.isActiveWindow():
            QApplication.alert(self)

    # Looks and size

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self.setStyleSheet(window_style(self._theme))
        self.setMinimumSize(metrics.column * 3 // 5, metrics.column * 3 // 5)
        self._make_room()
        self._fit_sidebar()

    def _follow_preferences(self) -> None:
        chosen = self._preferences.settings
        self.shortcuts.bind(chosen.shortcuts)
        self.tray.set_wanted(chosen.shows_tray)
        if self.page is not None:
            self.page.composer.set_send_key(with_ctrl=chosen.send_with == "ctrl_enter")
            self._show_sidebar()

    def _toggle_sidebar(self) -> None:
        if self.page is not None:
            is_shown = self.page.sidebar.isHidden()
            self._is_narrow = False  # the person decides, until the window's width changes
            self._preferences.update(sidebar_is_shown=is_shown)
            self._show_sidebar()

    def _show_sidebar(self) -> None:
        if self.page is not None:
            self.page.set_sidebar(self._preferences.settings.sidebar_is_shown and not self._is_narrow)

    def _fit_sidebar(self) -> None:
        if self.page is not None:
            width = self._place.sidebar_width or self._theme.metrics.sidebar
            self.page.set_sidebar_width(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room(is_first=event.oldSize().width() < 0)

    def _make_room(self, *, is_first: bool = False) -> None:
        """The list goes where the chat, beside the privacy panel, would be too narrow."""
        is_narrow = self.width() - self.privacy.docked_width < NARROW * self._theme.metrics.sidebar
        if is_first or is_narrow != self._was_narrow:
            self._is_narrow = self._was_narrow = is_narrow
            self._show_sidebar()

    def _keep_place(self) -> None:
        sizes = self.page.splitter.sizes() if self.page is not None and not self.page.sidebar.isHidden() else [0]
        width = sizes[0] or self._place.sidebar_width
        self._place = WindowPlace(bytes(self.saveGeometry().data()), width)

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closed:
            event.accept()
            return
        event.ignore()
        if not self._is_closing:
            self._is_closing = True
            self._keep_place()
            try:
                self.privacy.keep_place()
                self._preferences.update(
                    window_geometry=self._place.encoded(), panel_place=self.privacy.place.encoded()
                )
            except SettingsError:  # the next start opens at its own size
                pass
            if self.desk is not None:
                self.desk.begin_closing()
            self.close_requested.emit()

    def close_chats(self, done: Callable[[], None]) -> None:
        """Close the port in a thread of its own, so that the window goes on painting; then `done`."""
        conversations = self._conversations
        if conversations is None:
            QTimer.singleShot(0, self, done)
            return
        self.privacy.cancel()

        def close() -> None:
            conversations.close()
            self.privacy.wait(JOBS_END_S)

        self._closing = Job("nearhalf-close", close, self)
        self._closing.start(lambda _: done(), lambda _: done())

    def finish_closing(self) -> None:
        self.bridge.close()
        self._is_closed = True
        self.forget()
        self.tray.remove()
        self.close()
        self.closed.emit()
