"""The conversation for screen readers: a list whose items are the messages in sight, each with who speaks and its text.

Only what is in sight is offered (and the message before and after): ten thousand objects would take seconds to make.
That a reply is finished is announced by the window.
"""

import weakref
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface, QWindow
from shiboken6 import isValid

from app.ui.chat.places import message_plain, spoken_role

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView

_made: list["ConversationAccess"] = []
MAX_TEXT = 20_000  # characters of a message's name


class ConversationAccess(QAccessibleInterface):
    def __init__(self, view: "ChatView") -> None:
        super().__init__()
        self._view_ref = weakref.ref(view)  # a strong one would keep the conversation in memory
        self._items: dict[int, MessageAccess] = {}

    def drop(self) -> None:
        self._drop_items()

    def _drop_items(self) -> None:
        """Qt keeps by number what a screen reader was given, and must let go of it before Python does."""
        for item in self._items.values():
            if isValid(item):
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(item))
        self._items.clear()

    @property
    def view(self) -> "ChatView | None":
        view = self._view_ref()
        return view if view is not None and isValid(view) and view.is_ready else None

    def isValid(self) -> bool:
        return self.view is not None

    def object(self) -> QObject:
        return self.view  # type: ignore[return-value]  # None says that it is gone

    def window(self) -> QWindow:
        return self.view.window().windowHandle() if self.view is not None else None  # type: ignore[return-value]

    def rows(self) -> list[int]:
        """Numbers of the messages that are offered."""
        view = self.view
        if view is None or not len(view.rows):
            return []
        first = max(0, view.rows.row_at(view.offset) - 1)
        last = min(len(view.rows) - 1, view.rows.row_at(view.offset + view.viewport().height()) + 1)
        return [number for number in range(first, last + 1) if not view.rows[number].is_hidden]

    def widgets(self) -> list[Any]:
        """The buttons that are on show."""
        view = self.view
        if view is None:
            return []
        return [each for each in (view.last_foot, view.active_foot, view.jump) if each.isVisible()]

    def childCount(self) -> int:
        return len(self.rows()) + len(self.widgets())

    def child(self, index: int) -> QAccessibleInterface:
        rows = self.rows()
        if not 0 <= index < self.childCount():
            return None  # type: ignore[return-value]
        if index >= len(rows):
            return QAccessible.queryAccessibleInterface(self.widgets()[index - len(rows)])
        return self.item(rows[index])

    def item(self, number: int) -> "MessageAccess":
        if number not in self._items:
            if len(self._items) > 200:
                self._drop_items()
            self._items[number] = MessageAccess(self, number)
        return self._items[number]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        rows = self.rows()
        if isinstance(child, MessageAccess):
            return rows.index(child.number) if child.number in rows else -1
        widgets = self.widgets()
        return len(rows) + widgets.index(child.object()) if child.object() in widgets else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        for index in range(self.childCount()):
            child = self.child(index)
            if child is not None and child.rect().contains(x, y):
                return child
        return None  # type: ignore[return-value]

    def focusChild(self) -> QAccessibleInterface:
        view = self.view
        if view is not None and view.hasFocus() and 0 <= view.state.focused < len(view.rows):
            return self.item(view.state.focused)
        return None  # type: ignore[return-value]

    def parent(self) -> QAccessibleInterface:
        parent = self.view.parentWidget() if self.view is not None else None
        return QAccessible.queryAccessibleInterface(parent) if parent is not None else None  # type: ignore[return-value]

    def rect(self) -> QRect:
        if self.view is None:
            return QRect()
        return QRect(self.view.mapToGlobal(QPoint(0, 0)), self.view.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = True
        state.focused = self.view is not None and self.view.hasFocus()
        return state

    def text(self, kind: QAccessible.Text) -> str:
        if self.view is None:
            return ""
        if kind == QAccessible.Text.Name:
            return self.view.accessibleName()
        if kind == QAccessible.Text.Description:
            return self.view.note or self.view.accessibleDescription()
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        pass


class MessageAccess(QAccessibleInterface):
    def __init__(self, conversation: ConversationAccess, number: int) -> None:
        super().__init__()
        self._conversation = conversation
        self.number = number

    def isValid(self) -> bool:
        view = self._conversation.view
        return view is not None and self.number < len(view.rows)

    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def parent(self) -> QAccessibleInterface:
        return self._conversation

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        view = self._conversation.view
        state.focusable = state.readOnly = True
        state.focused = view is not None and view.hasFocus() and view.state.focused == self.number
        return state

    def rect(self) -> QRect:
        view = self._conversation.view
        if view is None or not self.isValid():
            return QRect()
        top = round(view.rows.top(self.number) - view.offset)
        corner = view.viewport().mapToGlobal(QPoint(view.column_left, top))
        return QRect(corner.x(), corner.y(), round(view.rows.around.column), round(view.rows.height(self.number)))

    def text(self, kind: QAccessible.Text) -> str:
        """Who speaks and what, then which of its siblings it is."""
        view = self._conversation.view
        if view is None or not self.isValid():
            return ""
        row = view.rows[self.number]
        if kind == QAccessible.Text.Name:
            return f"{spoken_role(row.message.role)}: {message_plain(row)[:MAX_TEXT]}"
        if kind == QAccessible.Text.Description:
            words = QCoreApplication.translate("ConversationAccess", "Version {place} of {of}")
            version = words.format(place=row.turn.place, of=row.turn.of) if row.turn.of > 1 else ""
            return ". ".join(part for part in (version, row.facts) if part)
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        pass


def interface_of(key: str, target: QObject | None) -> QAccessibleInterface | None:
    """Qt asks this for every object; None leaves it to Qt.

    It asks again for the same object after PySide gave that another meta-object, and deletes every answer, so each
    answer is a new one. Python keeps them all (a few for each view): it must not delete them first.
    """
    from app.ui.chat.view import ChatView

    if not isinstance(target, ChatView):
        return None
    made = ConversationAccess(target)
    _made.append(made)
    target.destroyed.connect(made.drop)
    return made


_is_installed = False


def install() -> None:
    """Once in a process."""
    global _is_installed
    if not _is_installed:
        QAccessible.installFactory(interface_of)
        _is_installed = True


def tell_focus(view: "ChatView") -> None:
    """The keyboard went to another message: have it read."""
    if QAccessible.isActive():
        interface = QAccessible.queryAccessibleInterface(view)
        if isinstance(interface, ConversationAccess):
            rows = interface.rows()
            event = QAccessibleEvent(view, QAccessible.Event.Focus)
            if view.state.focused in rows:
                event.setChild(rows.index(view.state.focused))
            QAccessible.updateAccessibility(event)


def tell_token(view: "ChatView", text: str, words: str) -> None:
    """The keys went to a token: have it read, and what is known of it."""
    view.setAccessibleDescription(words)
    if QAccessible.isActive():
        for each in (text, words):
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, each))
