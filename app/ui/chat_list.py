"""The list of chats as a model: groups (pinned, folders, days) with their chats. Sorting by day is done here alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.domain.conversation import ChatInfo, Folder
from app.domain.ids import ChatId, FolderId
from app.ui.words import chat_title, day_words

translate = QCoreApplication.translate
TEMPORARY = "temporary"  # the key of that group
MIME_TYPE = "application/x-nearhalf-chat"
Index = QModelIndex | QPersistentModelIndex
# Asked twice for every chat whenever the list is laid out: put together once.
_GROUP_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
_FOLDER_FLAGS = _GROUP_FLAGS | Qt.ItemFlag.ItemIsEditable
_TEMPORARY_FLAGS = _FOLDER_FLAGS | Qt.ItemFlag.ItemNeverHasChildren
_CHAT_FLAGS = _TEMPORARY_FLAGS | Qt.ItemFlag.ItemIsDragEnabled


class ListRole(IntEnum):
    CHAT = Qt.ItemDataRole.UserRole + 1  # ChatInfo, None for a group
    GROUP = Qt.ItemDataRole.UserRole + 2  # Group, None for a chat
    IS_SHOWN = Qt.ItemDataRole.UserRole + 3
    IS_UNREAD = Qt.ItemDataRole.UserRole + 4
    IS_WRITING = Qt.ItemDataRole.UserRole + 5


@dataclass(frozen=True, slots=True)
class Group:
    """`key` outlives changes of the title: what is collapsed is remembered by it."""

    key: str
    title: str
    chats: tuple[ChatInfo, ...]
    folder: Folder | None = None


def grouped(chats: Sequence[ChatInfo], folders: Sequence[Folder], today: date) -> list[Group]:
    """Temporary, pinned, each folder (also an empty one), then by day. Order within a group is kept."""
    folder_ids = {folder.id for folder in folders}
    temporary = tuple(chat for chat in chats if chat.is_temporary)
    stored = [chat for chat in chats if not chat.is_temporary]
    pinned = tuple(chat for chat in stored if chat.is_pinned)
    groups = [Group(TEMPORARY, translate("chat_list", "Not stored"), temporary)] if temporary else []
    if pinned:
        groups.append(Group("pinned", translate("chat_list", "Pinned"), pinned))
    inside: dict[FolderId, list[ChatInfo]] = {folder.id: [] for folder in folders}
    days: dict[str, list[ChatInfo]] = {}
    words, since_ms, until_ms = "", 0, -1
    for chat in stored:
        if chat.is_pinned:
            continue
        if chat.folder in folder_ids:
            inside[chat.folder].append(chat)
            continue
        changed_at_ms = chat.changed_at_ms or chat.created_at_ms
        if not since_ms <= changed_at_ms <= until_ms:  # the latest come first: asked once a heading, not once a chat
            words, since_ms = day_words(changed_at_ms, today)
            until_ms = changed_at_ms
        days.setdefault(words, []).append(chat)
    groups += [
        Group(str(folder.id), folder.name, tuple(inside[folder.id]), folder)
        for folder in sorted(folders, key=lambda folder: folder.name.casefold())
    ]
    return groups + [Group(title, title, tuple(members)) for title, members in days.items()]


class ChatListModel(QAbstractItemModel):
    """Groups on the first level, chats on the second. A group's internal id is 0, a chat's its group's row + 1."""

    rename_requested = Signal(object, str)  # ChatId or FolderId as UUID, new name
    move_requested = Signal(object, object)  # ChatId, FolderId or None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: list[Group] = []
        self._rows: dict[ChatId, tuple[int, int]] = {}  # group, place in it
        self._shown: ChatId | None = None
        self._writing: ChatId | None = None
        self._unread: frozenset[ChatId] = frozenset()

    @property
    def groups(self) -> Sequence[Group]:
        return self._groups

    def set_content(self, groups: list[Group]) -> None:
        """Rows that stay where they are are only painted anew; a changed order is a reset."""
        rows = {chat.id: (row, place) for row, group in enumerate(groups) for place, chat in enumerate(group.chats)}
        if rows == self._rows and [group.key for group in groups] == [group.key for group in self._groups]:
            changed = [row for row, (old, new) in enumerate(zip(self._groups, groups, strict=True)) if old != new]
            self._groups = groups
            for row in changed:
                top = self.index(row, 0)
                self.dataChanged.emit(top, top)
                last = len(groups[row].chats) - 1
                if last >= 0:
                    self.dataChanged.emit(self.index(0, 0, top), self.index(last, 0, top))
            return
        self.beginResetModel()
        self._groups, self._rows = groups, rows
        self.endResetModel()

    def set_marks(self, shown: ChatId | None, writing: ChatId | None, unread: Iterable[ChatId]) -> None:
        """Which chat is on show, which is being written in, and which have a reply that nobody has seen."""
        before = {self._shown, self._writing, *self._unread}
        marks = (shown, writing, frozenset(unread))
        if marks == (self._shown, self._writing, self._unread):
            return
        self._shown, self._writing, self._unread = marks
        for chat in before | {shown, writing, *self._unread}:
            index = self.index_of(chat)
            if index.isValid():
                self.dataChanged.emit(index, index)

    def index_of(self, chat: ChatId | None) -> QModelIndex:
        if chat is None or chat not in self._rows:
            return QModelIndex()
        row, place = self._rows[chat]
        return self.createIndex(place, 0, row + 1)

    def index_of_group(self, key: str) -> QModelIndex:
        row = next((row for row, group in enumerate(self._groups) if group.key == key), -1)
        return self.createIndex(row, 0, 0) if row >= 0 else QModelIndex()

    def order(self) -> list[ChatId]:
        """All chats from top to bottom."""
        return [chat.id for group in self._groups for chat in group.chats]

    # What Qt asks

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  Qt's signature
        if not parent.isValid():
            return self.createIndex(row, column, 0) if 0 <= row < len(self._groups) else QModelIndex()
        if parent.internalId() == 0 and 0 <= row < len(self._groups[parent.row()].chats):
            return self.createIndex(row, column, parent.row() + 1)
        return QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        group = index.internalId() if index.isValid() else 0
        return self.createIndex(group - 1, 0, 0) if group else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        return len(self._groups[parent.row()].chats) if parent.internalId() == 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return self.rowCount(parent) > 0

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        row = index.internalId()
        if row == 0:
            return _GROUP_FLAGS if self._groups[index.row()].folder is None else _FOLDER_FLAGS
        return _TEMPORARY_FLAGS if self._groups[row - 1].key == TEMPORARY else _CHAT_FLAGS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.internalId() == 0:
            return self._group_data(self._groups[index.row()], role)
        chat = self._chat(index)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return chat_title(chat)
            case Qt.ItemDataRole.EditRole:
                return chat.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(chat)
            case ListRole.CHAT:
                return chat
            case ListRole.IS_SHOWN:
                return chat.id == self._shown
            case ListRole.IS_UNREAD:
                return chat.id in self._unread
            case ListRole.IS_WRITING:
                return chat.id == self._writing
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new name: asked for, not changed here."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        name = str(value).strip()
        folder = self._groups[index.row()].folder if index.internalId() == 0 else None
        target: UUID | None = folder.id if folder is not None else None
        if index.internalId() != 0:
            target = self._chat(index).id
        if target is None or name == self.data(index, Qt.ItemDataRole.EditRole) or (folder is not None and not name):
            return False
        self.rename_requested.emit(target, name)
        return True

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Ids only: a drag that ends in another program carries no words."""
        data = QMimeData()
        chats = [index.data(ListRole.CHAT) for index in indexes]
        data.setData(MIME_TYPE, b" ".join(str(chat.id).encode() for chat in chats if chat is not None))
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        return data.hasFormat(MIME_TYPE)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Onto a folder, or among its chats: into it. Elsewhere: out of its folder. Rows move when core says so."""
        if not data.hasFormat(MIME_TYPE):
            return False
        group = self._group_at(parent, row)
        folder = group.folder.id if group is not None and group.folder is not None else None
        for text in bytes(data.data(MIME_TYPE).data()).split():
            self.move_requested.emit(ChatId(UUID(text.decode())), folder)
        return False  # True would have the view remove the rows itself

    def _group_at(self, parent: Index, row: int) -> Group | None:
        if parent.isValid():
            return self._groups[parent.row() if parent.internalId() == 0 else parent.internalId() - 1]
        return self._groups[row - 1] if 0 < row <= len(self._groups) else None

    def _chat(self, index: Index) -> ChatInfo:
        return self._groups[index.internalId() - 1].chats[index.row()]

    def _group_data(self, group: Group, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.EditRole:
                return group.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return (
                    translate("chat_list", "Folder {name}").format(name=group.title)
                    if group.folder is not None
                    else group.title
                )
            case ListRole.GROUP:
                return group
        return None

    def _spoken(self, chat: ChatInfo) -> str:
        parts = [chat_title(chat)]
        if chat.id == self._writing:
            parts.append(translate("chat_list", "a reply is being written"))
        if chat.id in self._unread:
            parts.append(translate("chat_list", "new reply"))
        if chat.is_pinned:
            parts.append(translate("chat_list", "pinned"))
        if chat.is_temporary:
            parts.append(translate("chat_list", "not stored"))
        if chat.draft:
            parts.append(translate("chat_list", "has a draft"))
        return ", ".join(parts)
