"""The command palette: every action that can be done now, and every chat, by a few of its letters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.ui.chat_row import Painted
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
COMMAND_ROLE = Qt.ItemDataRole.UserRole + 1
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Command:
    """`kind`: a word at the end of the line ("Chat"); `keys`: as this system writes them."""

    text: str
    run: Callable[[], object]
    keys: str = ""
    kind: str = ""


def rank(words: str, text: str, *, takes_letters: bool = True) -> int | None:
    """How well `text` fits what was typed: smaller is better, None not at all.

    A beginning first, then the beginnings of words, then anywhere, then (`takes_letters`) the letters in their order.
    """
    wanted, offered = words.casefold().strip(), text.casefold()
    if offered.startswith(wanted):
        return 1
    parts = wanted.split()
    if all(part in offered for part in parts):
        beginnings = offered.split()
        if all(any(word.startswith(part) for word in beginnings) for part in parts):
            return 2
        if wanted in offered:
            return 3
    if not takes_letters:
        return None
    letters = iter(offered)
    return 4 if all(letter in letters for letter in wanted if not letter.isspace()) else None


def fitting(words: str, commands: Sequence[Command]) -> list[Command]:
    """Best first; in the given order where they fit alike. Chats come only where something was typed."""
    if not words.strip():
        return [command for command in commands if not command.kind][:MOST_SHOWN]
    found: list[tuple[int, int]] = []
    for at, command in enumerate(commands):
        place = rank(words, command.text, takes_letters=not command.kind)
        if place is not None:
            found.append((place, at))
    return [commands[at] for _, at in sorted(found)[:MOST_SHOWN]]


class CommandModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._commands: Sequence[Command] = ()

    def set_commands(self, commands: Sequence[Command]) -> None:
        self.beginResetModel()
        self._commands = commands
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._commands)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self._commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (command.text, command.kind, command.keys) if part)
        return command if role == COMMAND_ROLE else None


class CommandRow(Painted):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._theme.metrics.space_8, self._theme.metrics.control)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        command: Command = index.data(COMMAND_ROLE)
        colours, metrics = self._theme.colours, self._theme.metrics
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = self.ground(painter, option, colours.accent_soft if is_current else None)
        font, side = self._theme.text_font(metrics.small), command.keys or command.kind
        side_font = self._theme.text_font(metrics.caption, QFont.Weight.Medium)
        width = QFontMetrics(side_font).horizontalAdvance(side) + metrics.space_2 if side else 0
        is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        left = rect.left() if is_mirrored else rect.right() - width + 1
        if side:
            self.line(painter, QRect(left, rect.top(), width, rect.height()), side, side_font, colours.muted)
        words = rect.adjusted(width, 0, 0, 0) if is_mirrored else rect.adjusted(0, 0, -width, 0)
        self.line(painter, words, command.text, font, colours.text)
        painter.restore()


class Palette(QFrame):
    """Over the upper part of the window; Esc or a click elsewhere closes it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._commands: Sequence[Command] = ()
        self._before: QWidget | None = None
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Command palette"))
        self.field = QLineEdit(self)
        self.field.setObjectName("search")
        self.field.setAccessibleName(self.tr("Command or chat"))
        self.field.setPlaceholderText(self.tr("Type a command, or the title of a chat"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self._model = CommandModel(self)
        self.list = QListView(self)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(CommandRow(theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps it, and moves the choice
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._run)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.field)
        self._layout.addWidget(self.list, 1)
        parent.installEventFilter(self)
        theme.changed.connect(self._wear)
        self._wear()
        self.hide()

    def open_with(self, commands: Sequence[Command]) -> None:
        self._commands = commands
        self._before = self.window().focusWidget()
        self.field.clear()
        self._filter("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Back to where the keyboard was. Nothing of the chats' titles stays here."""
        if self.isHidden():
            return
        self.hide()
        self._commands = ()
        self._model.set_commands(())
        self.field.clear()
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    def shown_texts(self) -> list[str]:
        return [str(self._model.index(row).data()) for row in range(self._model.rowCount())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.close_palette()
        elif watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
            Qt.Key(event.key())
        )
        if event.key() == Qt.Key.Key_Escape:
            self.close_palette()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif step is not None and self._model.rowCount():
            row = min(max(self.list.currentIndex().row() + step, 0), self._model.rowCount() - 1)
            self.list.setCurrentIndex(self._model.index(row))
            self.field.setAccessibleDescription(str(self._model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)))
        else:
            return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _filter(self, words: str) -> None:
        self._model.set_commands(fitting(words, self._commands))
        self.list.setCurrentIndex(self._model.index(0))

    def _run(self, index: QModelIndex) -> None:
        if index.isValid():
            command: Command = index.data(COMMAND_ROLE)
            self.close_palette()
            command.run()

    def _place(self) -> None:
        parent, metrics = self.parentWidget(), self._theme.metrics
        if parent is not None:
            width = min(parent.width() - 2 * metrics.space_4, metrics.column * 4 // 5)
            height = min(parent.height() - metrics.control * 3, metrics.control * 12)
            self.setGeometry((parent.width() - width) // 2, metrics.control + metrics.space_6, width, height)

    def _wear(self) -> None:
        margin = self._theme.metrics.space_2
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(margin)
