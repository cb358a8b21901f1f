"""The settings window: a list of pages and the page on show. Kept by whoever opens it; hidden, not deleted, by Esc.

When the vault locks, whoever locked it calls `end` and deletes the window: it shows a person's words.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.core.vault import Vault
from app.ui.preferences import Preferences
from app.ui.redaction.settings_page import RedactionPage
from app.ui.settings.adapters import AdaptersPage
from app.ui.settings.appearance import AppearancePage
from app.ui.settings.backends import BackendsPage
from app.ui.settings.chat import ChatPage
from app.ui.settings.controls import Choice
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.general import GeneralPage
from app.ui.settings.models import ModelsPage
from app.ui.settings.parts import Page
from app.ui.settings.protection import ProtectionPage
from app.ui.settings.shortcuts import ShortcutsPage
from app.ui.settings.storage import StoragePage
from app.ui.theme import Metrics, Theme

SHARE = 0.3  # of the window that the list may take, at most
NARROW_SIDEBARS = 1.6  # a window less wide than so many sidebars has no room for the list


class SettingsWindow(QDialog):
    """Pages by name: general, appearance, chat, backends, models, adapters, shortcuts, privacy, redaction,
    storage."""

    introduction_requested = Signal()
    lock_requested = Signal()
    tuning_requested = Signal()
    restored = Signal()  # another history is in the vault: show it
    everything_deleted = Signal()  # the vault is NEW: begin again

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        vault: Vault,
        services: SettingsServices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("settings")
        self.setWindowTitle(self.tr("Settings"))
        self.setModal(False)
        self._build: dict[str, Callable[[], Page]] = {
            "general": lambda: GeneralPage(theme, preferences, services, self),
            "appearance": lambda: AppearancePage(theme, preferences, self),
            "chat": lambda: ChatPage(theme, preferences, vault, self),
            "backends": lambda: BackendsPage(theme, preferences, services, self),
            "models": lambda: ModelsPage(theme, preferences, services, self),
            "adapters": lambda: AdaptersPage(theme, preferences, services, self),
            "shortcuts": lambda: ShortcutsPage(theme, preferences, self),
            "privacy": lambda: ProtectionPage(theme, preferences, vault, self),
            "redaction": lambda: RedactionPage(theme, preferences, vault, self),
            "storage": lambda: StoragePage(theme, preferences, vault, services, self),
        }
        self._pages: dict[str, Page] = {}  # those that were looked at: a new style sheet costs time for every widget
        titles = self._titles()
        self.choice = Choice(theme, list(titles.items()), self)
        self.choice.setAccessibleName(self.tr("Pages of the settings"))
        self.list = QListWidget(self)
        self.list.setObjectName("pages")
        self.list.setAccessibleName(self.tr("Pages of the settings"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget(self)
        for title in titles.values():
            self.list.addItem(title)
            self.list.item(self.list.count() - 1).setToolTip(title)
        above = QVBoxLayout()
        spaced(self, theme, above, "")
        top = QWidget(self)
        around = QHBoxLayout(top)
        spaced(top, theme, around, "", "space_6", "space_3", "space_6", "")
        around.addWidget(self.choice, 1)
        self._top = top
        above.addWidget(top)
        above.addWidget(self._stack, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addLayout(above, 1)
        self.list.currentRowChanged.connect(self._turn_to)
        self.choice.currentIndexChanged.connect(self.list.setCurrentRow)
        self.list.setCurrentRow(0)
        Fit(self, theme, self._size)

    def _titles(self) -> dict[str, str]:
        return {
            "general": self.tr("General"),
            "appearance": self.tr("Appearance"),
            "chat": self.tr("Chat"),
            "backends": self.tr("Backends"),
            "models": self.tr("Models"),
            "adapters": self.tr("Adapters"),
            "shortcuts": self.tr("Shortcuts"),
            "privacy": self.tr("Privacy and lock"),
            "redaction": self.tr("Redaction"),
            "storage": self.tr("Storage"),
        }

    def page(self, name: str) -> Page:
        """The page of that name, made when it is first asked for."""
        if name not in self._pages:
            page = self._build[name]()
            page.set_title(self._titles()[name])
            self._stack.addWidget(page)
            self._pages[name] = page
            self._connect(page)
        return self._pages[name]

    def _connect(self, page: Page) -> None:
        if isinstance(page, GeneralPage):
            page.introduction_requested.connect(self.introduction_requested)
        elif isinstance(page, AdaptersPage):
            page.make_requested.connect(self.tuning_requested)
        elif isinstance(page, ProtectionPage):
            page.lock_requested.connect(self.lock_requested)
        elif isinstance(page, StoragePage):
            page.restored.connect(self.restored)
            page.everything_deleted.connect(self.everything_deleted)

    def show_page(self, name: str) -> None:
        """Open at a page, or bring it to the front."""
        self.list.setCurrentRow(list(self._build).index(name) if name in self._build else 0)
        self.show()
        self.raise_()
        self.activateWindow()
        (self.choice if self.list.isHidden() else self.list).setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Keep what was typed, stop what is under way, and wait for it."""
        self.hide()
        for page in self._pages.values():
            page.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._current is not None:
            self._current.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._current is not None:
            self._current.leave()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._narrow()

    @property
    def _current(self) -> Page | None:
        page = self._stack.currentWidget()
        return page if isinstance(page, Page) else None

    def _turn_to(self, row: int) -> None:
        if row < 0:
            return
        name = list(self._build)[row]
        before, page = self._current, self.page(name)
        self.choice.set_value(name)
        if page is before:
            return
        if before is not None and self.isVisible():
            before.leave()
        self._stack.setCurrentWidget(page)
        if self.isVisible():
            page.enter()

    def _size(self, metrics: Metrics) -> None:
        room = self.screen().availableSize()
        self.setMinimumSize(min(metrics.column, room.width() // 2), min(metrics.control * 12, room.height() // 2))
        wanted = (metrics.column + metrics.sidebar, metrics.column)
        if not self.isVisible():
            self.resize(min(wanted[0], room.width()), min(wanted[1], room.height()))
        self._narrow()

    def _narrow(self) -> None:
        """Where the list would take too much, a choice above the page takes its place."""
        wide = self._theme.metrics.sidebar
        is_narrow = self.width() < wide * NARROW_SIDEBARS
        self.list.setVisible(not is_narrow)
        self._top.setVisible(is_narrow)
        self.list.setFixedWidth(min(round(wide * 0.8), round(self.width() * SHARE)))
