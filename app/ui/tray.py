"""The icon in the system's tray, where there is one and the person wants it: to the window, a new chat, the end."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.ui.assets import application_icon


class Tray(QObject):
    shown = Signal()  # bring the window to the front
    new_chat_requested = Signal()
    quit_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None

    @property
    def is_there(self) -> bool:
        return self._icon is not None

    def set_wanted(self, is_wanted: bool) -> None:
        if is_wanted and self._icon is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._add()
        elif not is_wanted and self._icon is not None:
            self.remove()

    def remove(self) -> None:
        if self._icon is not None and self._menu is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._menu.deleteLater()
            self._icon = self._menu = None

    def _add(self) -> None:
        parent = self.parent()
        assert isinstance(parent, QWidget)
        self._menu = QMenu(parent)
        self._menu.addAction(self.tr("Show Nearhalf")).triggered.connect(self.shown)
        self._menu.addAction(self.tr("New chat")).triggered.connect(self.new_chat_requested)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit")).triggered.connect(self.quit_requested)
        self._icon = QSystemTrayIcon(application_icon(), self)
        self._icon.setToolTip("Nearhalf")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._press)
        self._icon.show()

    def _press(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.shown.emit()
