"""Every action of the window, with its key. They stand in the menu and on the window, so that keys always work."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.theme import Appearance, Theme


def tr(text: str) -> str:
    return QCoreApplication.translate("menu", text)


class ActionMenu(QMenu):
    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName(tr("Menu"))
        self.open = self._on_window(tr("Open the menu"), "F10")
        self.new_chat = self._add(tr("New chat"), "Ctrl+N")
        self.addSeparator()
        self.stop = self._add(tr("Stop the reply"), "Esc")
        self.regenerate = self._add(tr("Regenerate the reply"), "Ctrl+R")
        self.edit = self._add(tr("Edit your last message"), "Ctrl+E")
        self.copy_reply = self._add(tr("Copy the reply"), "Ctrl+Shift+C")
        self.addSeparator()
        self.to_end = self._add(tr("Jump to the latest message"), "Ctrl+End")
        self.to_input = self._add(tr("Go to the message field"), "Ctrl+L")
        self._appearances(theme)
        self.addSeparator()
        self.quit = self._add(tr("Quit"), "Ctrl+Q")

    def _add(self, text: str, *keys: str) -> QAction:
        action = self._on_window(text, *keys)
        self.addAction(action)
        return action

    def _on_window(self, text: str, *keys: str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._window.addAction(action)
        return action

    def _appearances(self, theme: Theme) -> None:
        submenu = self.addMenu(tr("Appearance"))
        submenu.setAccessibleName(tr("Appearance"))
        group = QActionGroup(submenu)
        for appearance, text in (
            (Appearance.SYSTEM, tr("As the system")),
            (Appearance.LIGHT, tr("Light")),
            (Appearance.DARK, tr("Dark")),
        ):
            action = QAction(text, group, checkable=True, checked=theme.appearance is appearance)
            action.triggered.connect(_setter(theme, appearance))
            submenu.addAction(action)


def _setter(theme: Theme, appearance: Appearance) -> Callable[[], None]:
    return lambda: theme.set_appearance(appearance)
