"""The top of the chat: its title, the model, how the backend stands, the options of the chat, and the menu."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from app.core.events import LinkState
from app.ui.actions import Actions
from app.ui.assets import icon
from app.ui.elided import Elided
from app.ui.sentences import in_words
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
        theme.changed.connect(self._wear)
        self._wear()

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, ring = self._theme.colours, self._theme.metrics.ring
        tones = {"good": colours.good, "busy": colours.accent, "warning": colours.warning, "danger": colours.danger}
        colour = QColor(tones[self._tone])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._tone in ("good", "danger"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        else:
            pen = painter.pen()
            pen.setColor(colour)
            pen.setWidth(ring)
            painter.setPen(pen)
            painter.drawEllipse(self.rect().adjusted(ring, ring, -ring, -ring))
        painter.end()

    def _wear(self) -> None:
        self.setFixedSize(self._theme.metrics.dot, self._theme.metrics.dot)
        self.update()


class TitleField(QLineEdit):
    """Enter takes the new title, Esc keeps the old one."""

    taken = Signal(str)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.text().strip())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Title(QWidget):
    """The title as words, and as a field while it is renamed. A double click renames too."""

    renamed = Signal(str)
    rename_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = Elided(self)
        self.words.setProperty("kind", "name")
        self.field = TitleField(self)
        self.field.setObjectName("rename")
        self.field.setAccessibleName(self.tr("Title of the chat"))
        self.field.setPlaceholderText(self.tr("Automatic title"))
        self.field.taken.connect(self._take)
        self.field.left.connect(self._leave)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.words)
        self._pages.addWidget(self.field)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename_requested.emit()

    def begin(self, title: str) -> None:
        self.field.setText(title)
        self._pages.setCurrentWidget(self.field)
        self.field.selectAll()
        self.field.setFocus()

    def _take(self, title: str) -> None:
        self._pages.setCurrentWidget(self.words)
        self.renamed.emit(title)

    def _leave(self) -> None:
        self._pages.setCurrentWidget(self.words)


class Header(QWidget):
    def __init__(self, theme: Theme, actions: Actions, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sidebar = self._button("toggle_sidebar")
        self.new_chat = self._button("new_chat")
        self.title = Title(self)
        self._mark = QLabel(self.tr("Not stored"), self)
        self._mark.setObjectName("temporary")
        self._mark.setToolTip(
            self.tr("A temporary chat: never written to the disk, and gone when Nearhalf is closed or locked.")
        )
        self._mark.hide()
        self._model = Elided(self)
        self._model.setProperty("kind", "caption")
        self._dot = Dot(theme, self)
        self._link = QLabel(self)
        self._link.setObjectName("link")
        self.options = self._button("chat_options")
        self.menu = self._button("menu")
        self.menu.setMenu(menu)
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._words = QVBoxLayout()
        self._words.addWidget(self.title)
        self._words.addWidget(self._model)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self.sidebar)
        self._layout.addWidget(self.new_chat)
        self._layout.addLayout(self._words, 1)
        for widget in (self._mark, self._dot, self._link, self.options, self.menu):
            self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def link_text(self) -> str:
        return self._link.text()

    @property
    def title_text(self) -> str:
        return self.title.words.whole

    def set_model(self, model: str, backend: str) -> None:
        self._model.set_whole("  ·  ".join(part for part in (model, backend) if part))

    def set_title(self, title: str, *, is_temporary: bool) -> None:
        self.title.words.set_whole(title)
        self._mark.setVisible(is_temporary)

    def set_sidebar(self, is_shown: bool) -> None:
        """A new chat can be begun from the list while that is shown."""
        self.new_chat.setVisible(not is_shown)

    def set_has_options(self, has_options: bool) -> None:
        """The button says that this chat does something differently."""
        self.options.setProperty("is_on", has_options)
        self.options.style().polish(self.options)

    def set_link(self, state: LinkState, detail: str) -> None:
        tone = TONES[state]
        self._dot.set_tone(tone)
        self._link.setText(link_words(state))
        self._link.setToolTip(in_words(detail))
        self._link.setAccessibleDescription(in_words(detail))
        if self._link.property("tone") != tone:
            self._link.setProperty("tone", tone)
            self._link.style().polish(self._link)

    def open_menu(self) -> None:
        menu = self.menu.menu()
        if menu is not None:
            corner = self.menu.mapToGlobal(self.menu.rect().bottomRight())
            menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

    def _button(self, action_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setObjectName(f"{action_name}_button")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(self._actions[action_name].text())
        button.setToolTip(self._actions.tip(action_name))
        if action_name != "menu":
            button.clicked.connect(self._actions[action_name].trigger)
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        self._layout.setContentsMargins(metrics.space_3, metrics.space_2, metrics.space_3, metrics.space_2)
        self._layout.setSpacing(metrics.space_2)
        self._words.setSpacing(0)
        for button, name in (
            (self.sidebar, "sidebar"),
            (self.new_chat, "new"),
            (self.options, "options"),
            (self.menu, "menu"),
        ):
            button.setIcon(icon(name, colours.muted, metrics.icon))
            button.setIconSize(QSize(metrics.icon, metrics.icon))
