"""The top of the window: whose app, which model, how the backend stands, and the few actions that are always there."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from app.core.events import LinkState
from app.ui.assets import application_icon, icon
from app.ui.theme import Theme
from app.ui.words import link_words

TONES = {
    LinkState.STARTING: "busy",
    LinkState.READY: "good",
    LinkState.WORKING: "busy",
    LinkState.RECONNECTING: "warning",
    LinkState.OFFLINE: "danger",
}


class Dot(QWidget):
    """A disc in the colour of the state: a ring while something is under way."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = "busy"
        self.setFixedSize(10, 10)
        theme.changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        colour = QColor(
            {"good": colours.good, "busy": colours.accent, "warning": colours.warning, "danger": colours.danger}[
                self._tone
            ]
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._tone in ("good", "danger"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(1, 1, 8, 8)
        else:
            pen = painter.pen()
            pen.setColor(colour)
            pen.setWidthF(2)
            painter.setPen(pen)
            painter.drawEllipse(2, 2, 6, 6)
        painter.end()


class Elided(QLabel):
    """A line that ends in … where there is no room, and says itself whole in its tool tip."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole(self, text: str) -> None:
        self._whole = text
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class Header(QWidget):
    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        metrics = theme.metrics
        mark = QLabel(self)
        mark.setPixmap(application_icon().pixmap(QSize(24, 24), self.devicePixelRatioF()))
        name = QLabel("Nearhalf", self)
        name.setProperty("kind", "name")
        self._model = Elided(self)
        self._model.setProperty("kind", "muted")
        self._dot = Dot(theme, self)
        self._link = QLabel(self)
        self._link.setObjectName("link")
        self.new_chat = QPushButton(self.tr("New chat"), self)
        self.new_chat.setProperty("kind", "quiet")
        self.new_chat.setAccessibleName(self.tr("New chat"))
        self.new_chat.setToolTip(self.tr("Start a new chat (Ctrl+N)"))
        self.menu = QToolButton(self)
        self.menu.setProperty("kind", "quiet")
        self.menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu.setAccessibleName(self.tr("Menu"))
        self.menu.setToolTip(self.tr("Menu (F10)"))
        self.menu.setMenu(menu)
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(metrics.space_4, metrics.space_2, metrics.space_3, metrics.space_2)
        layout.setSpacing(metrics.space_2)
        layout.addWidget(mark)
        layout.addWidget(name)
        layout.addSpacing(metrics.space_1)
        layout.addWidget(self._model, 1)
        layout.addWidget(self._dot)
        layout.addWidget(self._link)
        layout.addSpacing(metrics.space_3)
        layout.addWidget(self.new_chat)
        layout.addWidget(self.menu)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def link_text(self) -> str:
        return self._link.text()

    def set_model(self, model: str, backend: str) -> None:
        self._model.set_whole("  ·  ".join(part for part in (model, backend) if part))

    def set_link(self, state: LinkState, detail: str) -> None:
        tone = TONES[state]
        self._dot.set_tone(tone)
        self._link.setText(link_words(state))
        self._link.setToolTip(detail)
        self._link.setAccessibleDescription(detail)
        self._link.setProperty("tone", tone)
        self._link.style().polish(self._link)

    def open_menu(self) -> None:
        menu = self.menu.menu()
        if menu is not None:
            corner = self.menu.mapToGlobal(self.menu.rect().bottomRight())
            menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

    def _wear(self) -> None:
        size = self._theme.metrics.icon
        self.new_chat.setIcon(icon("new", self._theme.colours.muted, size))
        self.menu.setIcon(icon("menu", self._theme.colours.muted, size))
        self.menu.setIconSize(QSize(size, size))
