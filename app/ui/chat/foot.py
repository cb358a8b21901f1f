"""What can be done with a message, and what is known of a reply: real buttons, for the one or two messages that the
person is at. The others' numbers of siblings are painted (a widget for every message takes seconds to open a chat)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from app.domain.conversation import AdapterUse
from app.domain.ids import MessageId
from app.ui.assets import icon
from app.ui.chat.row import Row
from app.ui.theme import Theme

ANSWER_WITH = "answer with "  # before an adapter's file: the action of another answer
LEFT = 10  # of the column's edge, so that the first button's icon stands at it
ICON_SHARE = 0.9  # of the theme's icon


@dataclass(frozen=True, slots=True)
class MenuEntry:
    text: str
    run: Callable[[], None]


class Facts(QLabel):
    """A line that ends in an ellipsis where it does not fit; the whole is its tip and its accessible name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.whole = ""
        self.setProperty("kind", "caption")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, whole: str) -> None:
        self.whole = whole
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        text = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, room)
        if text != self.text():
            self.setText(text)


class Foot(QWidget):
    action_requested = Signal(str, object)

    def __init__(self, theme: Theme, view: QAbstractScrollArea) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._theme = theme
        self._message: MessageId | None = None
        self._extra: Callable[[MessageId], list[MenuEntry]] = lambda _: []
        self.adapters: Callable[[], Sequence[AdapterUse]] = tuple  # with which another answer can be made
        self.setObjectName("foot")
        self.previous = self._button("chevron_left", self.tr("Previous version"), "previous")
        self.count = QLabel(self)
        self.count.setProperty("kind", "caption")
        self.next = self._button("chevron_right", self.tr("Next version"), "next")
        self.edit = self._button("edit", self.tr("Edit"), "edit")
        self.copy = self._button("copy", self.tr("Copy"), "copy")
        self.regenerate = self._button("regenerate", self.tr("Regenerate"), "regenerate")
        self.proceed = self._button("continue", self.tr("Continue"), "continue")
        self.more = self._button("more", self.tr("More"), "")
        self.more.clicked.disconnect()
        self.more.clicked.connect(self._open_menu)
        self.facts = Facts(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(LEFT, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.previous, self.count, self.next, self.copy, self.edit, self.regenerate, self.proceed):
            layout.addWidget(widget)
        layout.addWidget(self.more)
        layout.addWidget(self.facts, 1)
        self.wear()
        self.hide()

    @property
    def message(self) -> MessageId | None:
        return self._message

    def show_row(self, row: Row | None, extra: Callable[[MessageId], list[MenuEntry]]) -> None:
        """Show what belongs to the message; None hides it. `extra`: further entries of its menu."""
        self._extra = extra
        if row is None:
            self._message = None
            self.facts.say("")
            if self.isAncestorOf(self.window().focusWidget() or self.window()):
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt gives it to whatever comes next
            self.hide()
            return
        turn = row.turn
        self._message = row.id
        has_siblings = turn.of > 1
        for widget in (self.previous, self.count, self.next):
            widget.setVisible(has_siblings)
        self.count.setText(count_words(turn.place, turn.of))
        self.previous.setEnabled(turn.place > 1)
        self.next.setEnabled(turn.place < turn.of)
        self.edit.setVisible(row.is_own)
        self.regenerate.setVisible(not row.is_own)
        self.proceed.setVisible(row.message.can_continue)
        self.facts.say("" if row.is_own else row.facts)
        self.setAccessibleName(self.tr("Your message") if row.is_own else self.tr("Reply"))
        self.show()

    def wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        side = round(metrics.icon * ICON_SHARE)
        for button in self.findChildren(QToolButton):
            button.setIcon(icon(button.property("icon_name"), colours.muted, side, colours.line))
            button.setIconSize(QSize(side, side))
        self.count.setMinimumWidth(metrics.space_8)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.facts.setContentsMargins(metrics.space_2, 0, 0, 0)

    def _button(self, icon_name: str, text: str, action: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setProperty("icon_name", icon_name)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self._ask(action))
        return button

    def _ask(self, action: str) -> None:
        if self._message is not None:
            self.action_requested.emit(action, self._message)

    def menu(self) -> QMenu:
        """What does not fit beside the message."""
        result = QMenu(self)
        result.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, action in (
            (self.tr("Copy as Markdown"), "copy_markdown"),
            (self.tr("Fork the chat from here"), "fork"),
            (self.tr("Delete"), "delete"),
        ):
            entry = QAction(
                icon(_MENU_ICONS[action], self._theme.colours.muted, self._theme.metrics.icon), text, result
            )
            entry.setData(action)
            entry.triggered.connect(lambda _=False, name=action: self._ask(name))
            result.addAction(entry)
        adapters = self.adapters()
        if adapters and not self.regenerate.isHidden():
            result.insertMenu(result.actions()[0], self._answers(result, adapters))
        extra = self._extra(self._message) if self._message is not None else []
        if extra:
            result.addSeparator()
        for each in extra:
            entry = QAction(each.text, result)
            entry.triggered.connect(each.run)
            result.addAction(entry)
        return result

    def _answers(self, menu: QMenu, adapters: Sequence[AdapterUse]) -> QMenu:
        """Another answer beside this one, made with another adapter: both can then be compared."""
        answers = QMenu(self.tr("Answer again with"), menu)
        answers.setIcon(icon("regenerate", self._theme.colours.muted, self._theme.metrics.icon))
        for name, file in ((self.tr("No adapter"), ""), *((use.name, use.file) for use in adapters)):
            entry = answers.addAction(name.replace("&", "&&"))
            entry.triggered.connect(lambda _=False, file=file: self._ask(f"{ANSWER_WITH}{file}"))
        return answers

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))


_MENU_ICONS = {"copy_markdown": "copy", "fork": "fork", "delete": "trash"}


def count_words(place: int, of: int) -> str:
    return f"{place}/{of}"
