"""What the person does with the list of chats: find, name, sort, delete and take back. Core keeps the chats."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.core.ports import Conversations
from app.domain.conversation import ChatInfo, Folder, SearchHit
from app.domain.ids import ChatId, FolderId, MessageId
from app.ui.chat_list import Group, grouped
from app.ui.day_turn import DayTurn
from app.ui.latest import Latest
from app.ui.sentences import in_words
from app.ui.sidebar import Sidebar
from app.ui.toast import Toast
from app.ui.words import chat_title

SEARCH_PAUSE_MS = 120


class ListDesk(QObject):
    open_requested = Signal(object, object)  # ChatId; MessageId or None
    gone = Signal(object)  # ChatId: the chat was deleted
    returned = Signal(object)  # ChatId: its deletion was undone
    export_requested = Signal(object)  # ChatId
    new_chat_requested = Signal(object)  # FolderId or None
    said = Signal(str)  # for a screen reader

    def __init__(
        self,
        conversations: Conversations,
        sidebar: Sidebar,
        toast: Toast,
        attempt: Callable[[Callable[[], object]], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._sidebar = sidebar
        self._toast = toast
        self._attempt = attempt
        self._unread: set[ChatId] = set()
        self._shown: ChatId | None = None
        self._deleted: list[tuple[ChatId, MessageId | None]] = []
        self._to_name: FolderId | None = None
        self._is_stale = False
        self._search = Latest("nearhalf-search", SEARCH_PAUSE_MS, self)
        self._search.answered.connect(sidebar.show_hits)
        self._search.failed.connect(lambda error: sidebar.show_problem(in_words(str(error))))
        tree, model = sidebar.tree, sidebar.model
        tree.opened.connect(lambda chat: self.open_requested.emit(chat, None))
        tree.delete_requested.connect(self._delete_chosen)
        tree.menu_requested.connect(self._open_menu)
        tree.itemDelegate().closeEditor.connect(self._after_renaming)
        model.rename_requested.connect(self._rename)
        model.move_requested.connect(self.move)
        sidebar.search.textChanged.connect(self._find)
        sidebar.hit_opened.connect(self._open_hit)
        sidebar.search.left.connect(sidebar.show_chats)
        self.days = DayTurn(self)
        self.days.turned.connect(self.refresh)
        self.refresh()

    # The list

    def refresh(self) -> None:
        """Show the chats as they are now; later, where a name is just being typed."""
        if self._sidebar.tree.is_renaming():
            self._is_stale = True
            return
        self._is_stale = False
        chats = self._conversations.chats()
        self._sidebar.model.set_content(grouped(chats, self._conversations.folders(), self.days.today))
        self.refresh_marks()
        if not self._sidebar.search.text().strip():
            self._sidebar.show_chats()
        if self._to_name is not None:
            index = self._sidebar.model.index_of_group(str(self._to_name))
            if index.isValid():
                self._to_name = None
                self._sidebar.tree.setCurrentIndex(index)
                self._sidebar.tree.edit(index)

    def refresh_marks(self) -> None:
        self._sidebar.model.set_marks(self._shown, self._conversations.busy_chat, self._unread)

    def show_chat(self, chat: ChatId) -> None:
        self._shown = chat
        self._unread.discard(chat)
        self.refresh_marks()
        self._sidebar.reveal(chat)

    def note_reply(self, chat: ChatId) -> None:
        """A reply has ended; where nobody looks, it is marked."""
        if chat != self._shown:
            self._unread.add(chat)
        self.refresh_marks()

    def neighbour(self, step: int) -> ChatId | None:
        """The chat above (-1) or below (+1) the one on show, round the ends."""
        order = self._sidebar.model.order()
        if not order:
            return None
        if self._shown not in order:
            return order[0 if step > 0 else -1]
        return order[(order.index(self._shown) + step) % len(order)]

    def is_listed(self, chat: ChatId | None) -> bool:
        return self._sidebar.model.index_of(chat).isValid()

    def _after_renaming(self) -> None:
        if self._is_stale:
            self.refresh()

    # Names, pins, folders

    def rename_in_place(self, chat: ChatId) -> bool:
        """Begin to rename in the list; False where its row cannot be seen."""
        index = self._sidebar.model.index_of(chat)
        if not self._sidebar.tree.isVisible() or not index.isValid():
            return False
        self._sidebar.tree.expand(index.parent())
        self._sidebar.tree.setCurrentIndex(index)
        self._sidebar.tree.scrollTo(index)
        self._sidebar.tree.edit(index)
        return True

    def _rename(self, target: UUID, name: str) -> None:
        is_folder = any(folder.id == target for folder in self._conversations.folders())
        if is_folder:
            self._attempt(lambda: self._conversations.rename_folder(FolderId(target), name))
        else:
            self._attempt(lambda: self._conversations.rename(ChatId(target), name))

    def toggle_pin(self, chat: ChatId) -> None:
        is_pinned = not self._conversations.chat(chat).is_pinned
        self._attempt(lambda: self._conversations.pin(chat, is_pinned))
        self.said.emit(self.tr("Chat pinned") if is_pinned else self.tr("Chat unpinned"))

    def move(self, chat: ChatId, folder: FolderId | None) -> None:
        self._attempt(lambda: self._conversations.move(chat, folder))

    def new_folder(self, chat: ChatId | None = None) -> None:
        """A folder, ready to be named; with `chat` in it."""
        made: list[FolderId] = []
        if self._attempt(lambda: made.append(self._conversations.add_folder(self.tr("New folder")))):
            self._to_name = made[0]
            if chat is not None:
                self.move(chat, made[0])

    # Deleting

    @property
    def can_undo(self) -> bool:
        return bool(self._deleted)

    def delete(self, chat: ChatId, message: MessageId | None = None) -> None:
        title = chat_title(self._conversations.chat(chat))
        if not self._attempt(lambda: self._conversations.delete(chat, message)):
            return
        self._deleted.append((chat, message))
        if message is None:
            self._unread.discard(chat)
            self.gone.emit(chat)
            words = self.tr("“{title}” was deleted").format(title=_shortened(title))
        else:
            words = self.tr("Deleted, with what followed")
        self._toast.show_words(words, self.tr("Undo"), self.undo_delete)
        self.said.emit(words)

    def undo_delete(self) -> None:
        """Take the last deletion back."""
        if not self._deleted:
            return
        chat, message = self._deleted.pop()
        self._toast.hide()
        if self._attempt(lambda: self._conversations.undo_delete(chat, message)):
            self.returned.emit(chat)
            self.said.emit(self.tr("It is back"))

    def _delete_chosen(self, chosen: object) -> None:
        if isinstance(chosen, ChatInfo):
            self.delete(chosen.id)
        elif isinstance(chosen, Group) and chosen.folder is not None:
            self._remove_folder(chosen.folder)

    def _remove_folder(self, folder: Folder) -> None:
        if self._attempt(lambda: self._conversations.remove_folder(folder.id)):
            words = self.tr("Folder “{name}” removed; its chats are kept").format(name=_shortened(folder.name))
            self._toast.show_words(words)
            self.said.emit(words)

    # Search

    def focus_search(self) -> None:
        self._sidebar.search.setFocus()
        self._sidebar.search.selectAll()

    def _find(self, words: str) -> None:
        if words.strip():
            self._search.ask(lambda: self._conversations.search(words.strip()))
        else:
            self._search.drop()
            self._sidebar.show_chats()

    def _open_hit(self, hit: SearchHit) -> None:
        self.open_requested.emit(hit.chat, hit.message)

    # Menus

    def _open_menu(self, chosen: object, place: QPoint) -> None:
        menu = QMenu(self._sidebar)
        if isinstance(chosen, ChatInfo):
            self._fill_chat_menu(menu, chosen)
        elif isinstance(chosen, Group) and chosen.folder is not None:
            self._fill_folder_menu(menu, chosen.folder)
        else:
            _add(menu, self.tr("New chat"), lambda: self.new_chat_requested.emit(None))
            _add(menu, self.tr("New folder"), self.new_folder)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _fill_chat_menu(self, menu: QMenu, chat: ChatInfo) -> None:
        menu.setAccessibleName(chat_title(chat))
        _add(menu, self.tr("Open"), lambda: self.open_requested.emit(chat.id, None))
        _add(menu, self.tr("Rename"), lambda: self.rename_in_place(chat.id))
        if not chat.is_temporary:
            words = self.tr("Unpin") if chat.is_pinned else self.tr("Pin")
            _add(menu, words, lambda: self.toggle_pin(chat.id))
            submenu = menu.addMenu(self.tr("Move to"))
            self.fill_move_menu(submenu, chat.id)
        _add(menu, self.tr("Export…"), lambda: self.export_requested.emit(chat.id))
        menu.addSeparator()
        _add(menu, self.tr("Delete"), lambda: self.delete(chat.id))

    def _fill_folder_menu(self, menu: QMenu, folder: Folder) -> None:
        menu.setAccessibleName(folder.name)
        _add(menu, self.tr("New chat in this folder"), lambda: self.new_chat_requested.emit(folder.id))
        index = self._sidebar.model.index_of_group(str(folder.id))
        _add(menu, self.tr("Rename"), lambda: self._sidebar.tree.edit(index))
        menu.addSeparator()
        _add(menu, self.tr("Remove the folder, keep its chats"), lambda: self._remove_folder(folder))

    def fill_move_menu(self, menu: QMenu, chat: ChatId) -> None:
        """Every folder, none, and a new one."""
        now = self._conversations.chat(chat).folder
        for folder in sorted(self._conversations.folders(), key=lambda folder: folder.name.casefold()):
            action = _add(menu, folder.name, partial(self.move, chat, folder.id))
            action.setCheckable(True)
            action.setChecked(folder.id == now)
        if now is not None:
            _add(menu, self.tr("No folder"), lambda: self.move(chat, None))
        menu.addSeparator()
        _add(menu, self.tr("New folder"), lambda: self.new_folder(chat))

    def forget(self) -> None:
        self.days.stop()
        self._search.close()
        self._deleted.clear()
        self._unread.clear()
        self._sidebar.search.clear()
        self._sidebar.show_hits(())
        self._sidebar.model.set_content([])
        self._sidebar.show_chats()


def _add(menu: QMenu, words: str, act: Callable[[], object]) -> QAction:
    action = menu.addAction(words.replace("&", "&&"))
    action.triggered.connect(lambda _checked=False: act())
    return action


def _shortened(title: str) -> str:
    return title if len(title) <= 40 else f"{title[:39].rstrip()}…"
