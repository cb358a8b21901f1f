"""The privacy panel in a window of its own: beside the chat on another screen, as wide as one likes."""

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.assets import application_icon
from app.ui.privacy.panel import PrivacyPanel
from app.ui.theme import Theme
from app.ui.window_style import window_style

FIRST_SIZE = (1180, 760)


class PanelWindow(QWidget):
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget, geometry: bytes = b"") -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Privacy panel"))
        self.setWindowIcon(application_icon())
        self.resize(*FIRST_SIZE)
        if geometry:
            self.restoreGeometry(QByteArray(geometry))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        theme.changed.connect(self._wear)
        self._wear()

    def take(self, panel: PrivacyPanel) -> None:
        self._layout.addWidget(panel)
        panel.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()

    def _wear(self) -> None:
        self.setStyleSheet(window_style(self._theme))
