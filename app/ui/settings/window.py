"""The settings window: a list of pages and the page on show. Kept by whoever opens it; hidden, not deleted, by Esc.

When the vault locks, whoever locked it calls `end` and deletes the window: it shows a person's words.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.core.vault import Vault
from app.ui.preferences import Preferences
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
    """Pages by name: general, appearance, chat, backends, models, adapters, shortcuts, privacy, storage."""

    introduction_requested = Signal()
    lock_requested = Signal()
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
        self.general = GeneralPage(theme, preferences, self)
        self.protection = ProtectionPage(theme, preferences, vault, self)
        self.storage = StoragePage(theme, vault, services, self)
        self._pages: dict[str, Page] = {
            "general": self.general,
            "appearance": AppearancePage(theme, preferences, self),
            "chat": ChatPage(theme, preferences, vault, self),
            "backends": BackendsPage(theme, preferences, services, self),
            "models": ModelsPage(theme, preferences, services, self),
            "adapters": AdaptersPage(theme, preferences, services, self),
            "shortcuts": ShortcutsPage(theme, preferences, self),
            "privacy": self.protection,
            "storage": self.storage,
        }
        self.choice = Choice(theme, [(name, page.title) for name, page in self._pages.items()], self)
        self.choice.setAccessibleName(self.tr("Pages of the settings"))
        self.list = QListWidget(self)
        self.list.setObjectName("pages")
        self.list.setAccessibleName(self.tr("Pages of the settings"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget(self)
        for page in self._pages.values():
            self.list.addItem(page.title)
            self.list.item(self.list.count() - 1).setToolTip(page.title)
            self._stack.addWidget(page)
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
        self.general.introduction_requested.connect(self.introduction_requested)
        self.protection.lock_requested.connect(self.lock_requested)
        self.storage.restored.connect(self.restored)
        self.storage.everything_deleted.connect(self.everything_deleted)
        self.list.setCurrentRow(0)
        Fit(self, theme, self._size)

    def page(self, name: str) -> Page:
        return self._pages[name]

    def show_page(self, name: str) -> None:
        """Open at a page, or bring it to the front."""
        self.list.setCurrentRow(list(self._pages).index(name) if name in self._pages else 0)
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
        self._current.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        self._current.leave()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._narrow()

    @property
    def _current(self) -> Page:
        return list(self._pages.values())[max(0, self._stack.currentIndex())]

    def _turn_to(self, row: int) -> None:
        if row < 0 or row == self._stack.currentIndex():
            return
        if self.isVisible():
            self._current.leave()
        self._stack.setCurrentIndex(row)
        self.choice.set_value(list(self._pages)[row])
        if self.isVisible():
            self._current.enter()

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
