"""Every action of the window: its name, words, keys, and when it can be done. One list for menus, palette, shortcut
sheet and the settings page that rebinds keys. What an action does is connected by the window.

To add one: a line in ACTIONS, a line in Commands (app/ui/commands.py). It is then in the palette and in the sheet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:

    def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
        """Marks a text for the translation, and gives it back as it is."""
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides what can be done now."""

    has_chats: bool = False  # they can be read: no first run, no lock
    is_stored: bool = False  # the chat on show is in the list
    has_own: bool = False  # it holds a message of the person's
    has_reply: bool = False
    has_code: bool = False  # in the last reply
    has_siblings: bool = False
    can_continue: bool = False  # the last reply was cut
    is_busy: bool = False  # a reply is being written, in any chat
    is_ready: bool = False  # a backend is attached
    can_undo: bool = False
    is_editing: bool = False

    @property
    def can_ask(self) -> bool:
        return self.has_chats and self.is_ready and not self.is_busy and self.has_own


Rule = Callable[[Situation], bool]


def always(_: Situation) -> bool:
    return True


def with_chats(now: Situation) -> bool:
    return now.has_chats


def when_stored(now: Situation) -> bool:
    return now.has_chats and now.is_stored


def when_idle(now: Situation) -> bool:
    return now.has_chats and now.has_own and not now.is_busy


def can_ask(now: Situation) -> bool:
    return now.can_ask


def with_messages(now: Situation) -> bool:
    return now.has_chats and now.has_own


@dataclass(frozen=True, slots=True)
class ActionSpec:
    name: str
    source_text: str
    keys: tuple[str, ...] = ()  # the app's own; the first is shown
    rule: Rule = with_chats
    group: str = "chat"

    @property
    def text(self) -> str:
        return QCoreApplication.translate("actions", self.source_text)


GROUPS = {  # in the order of the sheet
    "chat": QT_TRANSLATE_NOOP("actions", "Chats"),
    "reply": QT_TRANSLATE_NOOP("actions", "Messages and replies"),
    "go": QT_TRANSLATE_NOOP("actions", "Go to"),
    "privacy": QT_TRANSLATE_NOOP("actions", "Privacy"),
    "view": QT_TRANSLATE_NOOP("actions", "Appearance"),
    "app": QT_TRANSLATE_NOOP("actions", "Nearhalf"),
}
ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new_chat", QT_TRANSLATE_NOOP("actions", "New chat"), ("Ctrl+N",)),
    ActionSpec("new_temporary_chat", QT_TRANSLATE_NOOP("actions", "New temporary chat"), ("Ctrl+Shift+N",)),
    ActionSpec("rename_chat", QT_TRANSLATE_NOOP("actions", "Rename the chat"), ("F2",), when_stored),
    ActionSpec("pin_chat", QT_TRANSLATE_NOOP("actions", "Pin or unpin the chat"), ("Ctrl+D",), when_stored),
    ActionSpec("move_chat", QT_TRANSLATE_NOOP("actions", "Move the chat to a folder"), ("Ctrl+M",), when_stored),
    ActionSpec("new_folder", QT_TRANSLATE_NOOP("actions", "New folder"), ("Ctrl+Shift+F",)),
    ActionSpec("delete_chat", QT_TRANSLATE_NOOP("actions", "Delete the chat"), ("Ctrl+Shift+Del",), when_stored),
    ActionSpec("undo_delete", QT_TRANSLATE_NOOP("actions", "Undo the deletion"), ("Ctrl+Z",), lambda now: now.can_undo),
    ActionSpec("chat_options", QT_TRANSLATE_NOOP("actions", "Options of the chat"), ("Ctrl+Shift+O",)),
    ActionSpec("export_chat", QT_TRANSLATE_NOOP("actions", "Export the chat"), ("Ctrl+Shift+E",), with_messages),
    ActionSpec(
        "export_selection", QT_TRANSLATE_NOOP("actions", "Export the selection"), ("Ctrl+Alt+Shift+E",), with_messages
    ),
    ActionSpec("export_all", QT_TRANSLATE_NOOP("actions", "Export all chats"), ("Ctrl+Alt+E",)),
    ActionSpec("import_chats", QT_TRANSLATE_NOOP("actions", "Import chats"), ("Ctrl+Shift+I",)),
    ActionSpec("stop", QT_TRANSLATE_NOOP("actions", "Stop, or close what is open"), ("Esc",), always, "reply"),
    ActionSpec("regenerate", QT_TRANSLATE_NOOP("actions", "Regenerate the reply"), ("Ctrl+R",), can_ask, "reply"),
    ActionSpec(
        "continue_reply",
        QT_TRANSLATE_NOOP("actions", "Continue the reply"),
        ("Ctrl+Shift+R",),
        lambda now: now.can_ask and now.can_continue,
        "reply",
    ),
    ActionSpec("edit_last", QT_TRANSLATE_NOOP("actions", "Edit your last message"), ("Ctrl+E",), when_idle, "reply"),
    ActionSpec(
        "copy_reply",
        QT_TRANSLATE_NOOP("actions", "Copy the last reply"),
        ("Ctrl+Shift+C",),
        lambda now: now.has_chats and now.has_reply,
        "reply",
    ),
    ActionSpec(
        "copy_code",
        QT_TRANSLATE_NOOP("actions", "Copy the last code"),
        ("Ctrl+Shift+K",),
        lambda now: now.has_chats and now.has_code,
        "reply",
    ),
    ActionSpec(
        "previous_sibling",
        QT_TRANSLATE_NOOP("actions", "Previous version"),
        ("Alt+Left",),
        lambda now: now.has_siblings,
        "reply",
    ),
    ActionSpec(
        "next_sibling",
        QT_TRANSLATE_NOOP("actions", "Next version"),
        ("Alt+Right",),
        lambda now: now.has_siblings,
        "reply",
    ),
    ActionSpec(
        "fork_chat", QT_TRANSLATE_NOOP("actions", "Branch off into a new chat"), ("Ctrl+Shift+D",), when_idle, "reply"
    ),
    ActionSpec(
        "delete_last", QT_TRANSLATE_NOOP("actions", "Delete the last exchange"), ("Ctrl+Del",), when_idle, "reply"
    ),
    ActionSpec("attach", QT_TRANSLATE_NOOP("actions", "Attach text files"), ("Ctrl+Shift+A",), with_chats, "reply"),
    ActionSpec("search", QT_TRANSLATE_NOOP("actions", "Search all chats"), ("Ctrl+K",), with_chats, "go"),
    ActionSpec("find", QT_TRANSLATE_NOOP("actions", "Find in this chat"), ("Ctrl+F",), with_messages, "go"),
    ActionSpec("find_next", QT_TRANSLATE_NOOP("actions", "Find the next"), ("F3", "Ctrl+G"), with_messages, "go"),
    ActionSpec(
        "find_previous",
        QT_TRANSLATE_NOOP("actions", "Find the previous"),
        ("Shift+F3", "Ctrl+Shift+G"),
        with_messages,
        "go",
    ),
    ActionSpec("next_chat", QT_TRANSLATE_NOOP("actions", "Next chat"), ("Ctrl+PgDown", "Ctrl+Tab"), with_chats, "go"),
    ActionSpec(
        "previous_chat",
        QT_TRANSLATE_NOOP("actions", "Previous chat"),
        ("Ctrl+PgUp", "Ctrl+Shift+Tab"),
        with_chats,
        "go",
    ),
    ActionSpec(
        "to_end",
        QT_TRANSLATE_NOOP("actions", "Jump to the latest message"),
        ("Alt+End", "Ctrl+End"),
        with_messages,
        "go",
    ),
    ActionSpec("to_input", QT_TRANSLATE_NOOP("actions", "Go to the message field"), ("Shift+Esc",), with_chats, "go"),
    ActionSpec(
        "next_pane", QT_TRANSLATE_NOOP("actions", "Go to the next part of the window"), ("F6",), with_chats, "go"
    ),
    ActionSpec("palette", QT_TRANSLATE_NOOP("actions", "Command palette"), ("Ctrl+Shift+P",), with_chats, "go"),
    ActionSpec(
        "toggle_sidebar",
        QT_TRANSLATE_NOOP("actions", "Show or hide the list of chats"),
        ("Ctrl+B",),
        with_chats,
        "view",
    ),
    ActionSpec(
        "privacy_panel",
        QT_TRANSLATE_NOOP("actions", "Show or hide the privacy panel"),
        ("Ctrl+Shift+Y",),
        with_chats,
        "privacy",
    ),
    ActionSpec(
        "privacy_window",
        QT_TRANSLATE_NOOP("actions", "Privacy panel in its own window"),
        ("Ctrl+Alt+Y",),
        with_chats,
        "privacy",
    ),
    ActionSpec(
        "privacy_filter", QT_TRANSLATE_NOOP("actions", "Filter what was sent"), ("Ctrl+Shift+L",), with_chats, "privacy"
    ),
    ActionSpec(
        "export_ledger", QT_TRANSLATE_NOOP("actions", "Export the ledger"), ("Ctrl+Alt+L",), with_chats, "privacy"
    ),
    ActionSpec("zoom_in", QT_TRANSLATE_NOOP("actions", "Larger"), ("Ctrl++", "Ctrl+="), always, "view"),
    ActionSpec("zoom_out", QT_TRANSLATE_NOOP("actions", "Smaller"), ("Ctrl+-",), always, "view"),
    ActionSpec("zoom_reset", QT_TRANSLATE_NOOP("actions", "Normal size"), ("Ctrl+0",), always, "view"),
    ActionSpec("as_system", QT_TRANSLATE_NOOP("actions", "Appearance: as the system"), (), always, "view"),
    ActionSpec("light", QT_TRANSLATE_NOOP("actions", "Appearance: light"), (), always, "view"),
    ActionSpec("dark", QT_TRANSLATE_NOOP("actions", "Appearance: dark"), (), always, "view"),
    ActionSpec("contrast", QT_TRANSLATE_NOOP("actions", "Appearance: high contrast"), (), always, "view"),
    ActionSpec("tune", QT_TRANSLATE_NOOP("actions", "Fine-tune on my notes"), ("Ctrl+Shift+T",), with_chats, "app"),
    ActionSpec("settings", QT_TRANSLATE_NOOP("actions", "Settings"), ("Ctrl+,",), with_chats, "app"),
    ActionSpec("shortcuts", QT_TRANSLATE_NOOP("actions", "Keyboard shortcuts"), ("F1", "Ctrl+/"), always, "app"),
    ActionSpec("help", QT_TRANSLATE_NOOP("actions", "Help"), ("Shift+F1",), always, "app"),
    ActionSpec("lock", QT_TRANSLATE_NOOP("actions", "Lock"), ("Ctrl+L",), with_chats, "app"),
    ActionSpec("menu", QT_TRANSLATE_NOOP("actions", "Menu"), ("F10",), with_chats, "app"),
    ActionSpec("quit", QT_TRANSLATE_NOOP("actions", "Quit"), ("Ctrl+Q",), always, "app"),
)


def group_text(group: str) -> str:
    return QCoreApplication.translate("actions", GROUPS[group])


def keys_of(spec: ActionSpec, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """The keys in force, in Qt's portable form. A choice replaces all of the app's own; "" leaves it without a key."""
    if spec.name in chosen:
        return (chosen[spec.name],) if chosen[spec.name] else ()
    return tuple(_portable(keys) for keys in spec.keys)


def conflicts(chosen: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Keys that more than one action has -> the names of those actions. Only the first of them would be done."""
    owners: dict[str, list[str]] = {}
    for spec in ACTIONS:
        for keys in keys_of(spec, chosen):
            owners.setdefault(_portable(keys), []).append(spec.name)
    return {keys: tuple(names) for keys, names in owners.items() if len(names) > 1}


def _portable(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def key_words(keys: str) -> str:
    """As this system writes keys."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class Actions(QObject):
    """The QActions of one window, which carry the keys. They stand on the window, so that keys always work."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._chosen: Mapping[str, str] = {}
        for spec in ACTIONS:
            action = QAction(spec.text, window)
            action.setObjectName(spec.name)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
            self._actions[spec.name] = action
        self.bind({})
        self.suit(Situation())

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[tuple[ActionSpec, QAction]]:
        return ((spec, self._actions[spec.name]) for spec in ACTIONS)

    def bind(self, chosen: Mapping[str, str]) -> None:
        """Give every action its keys. Of actions with the same keys the first in the list gets them."""
        self._chosen = dict(chosen)
        given: set[str] = set()
        for spec in ACTIONS:
            keys = [key for key in keys_of(spec, self._chosen) if key not in given]
            given.update(keys)
            self._actions[spec.name].setShortcuts([QKeySequence(key) for key in keys])

    def suit(self, now: Situation) -> None:
        """Enable what can be done now."""
        for spec in ACTIONS:
            self._actions[spec.name].setEnabled(spec.rule(now))

    def keys(self, name: str) -> str:
        """The first key of an action, for a tool tip: "Ctrl+N", or "" where it has none."""
        shortcuts = self._actions[name].shortcuts()
        return shortcuts[0].toString(QKeySequence.SequenceFormat.NativeText) if shortcuts else ""

    def tip(self, name: str) -> str:
        """Its words with its key: "New chat (Ctrl+N)"."""
        keys, text = self.keys(name), self._actions[name].text()
        return f"{text} ({keys})" if keys else text
