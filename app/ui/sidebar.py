"""The list of chats with its search field. Knows how it looks and what was asked for; app/ui/shelf.py does it."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStackedLayout,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.domain.conversation import SearchHit
from app.domain.ids import ChatId
from app.ui.actions import Actions
from app.ui.assets import icon
from app.ui.chat_list import ChatListModel, Group, ListRole
from app.ui.chat_row import HIT_ROLE, ChatRow, HitRow
from app.ui.theme import Theme
from app.ui.tuning.chip import TuningChip

Index = QModelIndex | QPersistentModelIndex


class ChatTree(QTreeView):
    """Enter or a click opens, arrows move, Left and Right close and open a group, Del deletes, F2 renames."""

    opened = Signal(object)  # ChatId
    delete_requested = Signal(object)  # ChatInfo or Group
    menu_requested = Signal(object, QPoint)  # ChatInfo, Group or None; a global position

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._collapsed: set[str] = set()
        self.setObjectName("chats")
        self.setAccessibleName(self.tr("Chats"))
        self.setModel(model)
        self.setItemDelegate(ChatRow(theme, self))
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setAutoScroll(True)
        self.clicked.connect(self._press)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.collapsed.connect(lambda index: self._note_group(index, is_open=False))
        self.expanded.connect(lambda index: self._note_group(index, is_open=True))
        model.modelReset.connect(self._restore)

    def chosen(self) -> object:
        """What the keyboard stands on: a ChatInfo, a Group or None."""
        index = self.currentIndex()
        return index.data(ListRole.CHAT) or index.data(ListRole.GROUP) if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            self._press(index)
        elif event.key() == Qt.Key.Key_Delete and self.chosen() is not None:
            self.delete_requested.emit(self.chosen())
        elif event.key() == Qt.Key.Key_Menu or (
            event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self._ask_menu(self.visualRect(index).center())
        else:
            super().keyPressEvent(event)

    def is_renaming(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def _press(self, index: QModelIndex) -> None:
        chat = index.data(ListRole.CHAT)
        if chat is not None:
            self.opened.emit(chat.id)
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        chosen = index.data(ListRole.CHAT) or index.data(ListRole.GROUP) if index.isValid() else None
        self.menu_requested.emit(chosen, self.viewport().mapToGlobal(place))

    def _note_group(self, index: QModelIndex, *, is_open: bool) -> None:
        group = index.data(ListRole.GROUP)
        if isinstance(group, Group):
            (self._collapsed.discard if is_open else self._collapsed.add)(group.key)

    def _restore(self) -> None:
        """After a reset: groups open or closed as before. What is empty stays closed."""
        model = self.model()
        self.blockSignals(True)
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            group = index.data(ListRole.GROUP)
            if isinstance(group, Group) and group.key not in self._collapsed:
                self.expand(index)
        self.blockSignals(False)


class HitModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hits: Sequence[SearchHit] = ()

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        self.beginResetModel()
        self._hits = hits
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self._hits[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{hit.title}: {hit.snippet}"
            case _ if role == HIT_ROLE:
                return hit
        return None


class SearchField(QLineEdit):
    """Down goes to what was found, Esc empties it."""

    down_pressed = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def leave(self) -> None:
        self.clear()
        self.left.emit()


class Sidebar(QWidget):
    hit_opened = Signal(object)  # SearchHit

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ChatListModel(self)
        self.search = SearchField(self)
        self.search.setObjectName("search")
        self.search.setAccessibleName(self.tr("Search all chats"))
        self.search.setPlaceholderText(self.tr("Search all chats"))
        self.search.setClearButtonEnabled(False)
        self.new_chat = self._button("new_chat")
        self.new_folder = self._button("new_folder")
        self.tree = ChatTree(theme, self.model, self)
        self._hit_model = HitModel(self)
        self.hits = self._hit_list()
        self._empty = QLabel(self)
        self._empty.setProperty("kind", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.tuning = TuningChip(theme, self)
        self._bar = QHBoxLayout()
        for widget in (self.search, self.new_folder, self.new_chat):
            self._bar.addWidget(widget)
        self._pages = QStackedLayout()
        for page in (self.tree, self.hits, self._empty):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar)
        layout.addLayout(self._pages, 1)
        layout.addWidget(self.tuning)
        self.search.down_pressed.connect(self._go_down)
        self.search.returnPressed.connect(self._open_first)
        theme.changed.connect(self._wear)
        self._wear()

    def show_chats(self) -> None:
        """The list, or what stands there while it is empty."""
        if self.model.groups:
            self._pages.setCurrentWidget(self.tree)
        else:
            self._say(self.tr("No chats yet. What you write is kept here, encrypted, on this computer only."))

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        self._hit_model.set_hits(hits)
        if hits:
            self._pages.setCurrentWidget(self.hits)
            self.hits.setCurrentIndex(self._hit_model.index(0))
        else:
            words = self.tr("Nothing found for “{words}”. Every word must occur; beginnings of words count.")
            self._say(words.format(words=self.search.text().strip()))

    def show_problem(self, words: str) -> None:
        self._say(words)

    def reveal(self, chat: ChatId) -> None:
        """Have the row of a chat in sight, and the keyboard on it."""
        index = self.model.index_of(chat)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            if self.tree.isExpanded(index.parent()):
                self.tree.scrollTo(index)

    @property
    def shown_text(self) -> str:
        """The message that stands in the list's place; empty while a list is there."""
        return self._empty.text() if self._pages.currentWidget() is self._empty else ""

    def _say(self, words: str) -> None:
        self._empty.setText(words)
        self._pages.setCurrentWidget(self._empty)

    def _go_down(self) -> None:
        target = self.hits if self._pages.currentWidget() is self.hits else self.tree
        target.setFocus(Qt.FocusReason.TabFocusReason)
        if not target.currentIndex().isValid():
            target.setCurrentIndex(target.model().index(0, 0))

    def _open_first(self) -> None:
        if self._pages.currentWidget() is self.hits:
            self._open_hit(self.hits.currentIndex())

    def _open_hit(self, index: QModelIndex) -> None:
        if index.isValid():
            self.hit_opened.emit(index.data(HIT_ROLE))

    def _hit_list(self) -> QListView:
        hits = QListView(self)
        hits.setObjectName("hits")
        hits.setAccessibleName(self.tr("Search results"))
        hits.setModel(self._hit_model)
        hits.setItemDelegate(HitRow(self._theme, hits))
        hits.setUniformItemSizes(True)
        hits.setFrameShape(QFrame.Shape.NoFrame)
        hits.setMouseTracking(True)
        hits.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        hits.clicked.connect(self._open_hit)
        hits.activated.connect(self._open_hit)
        return hits

    def _button(self, action_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setObjectName(f"{action_name}_button")
        button.setAccessibleName(self._actions[action_name].text())
        button.setToolTip(self._actions.tip(action_name))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(self._actions[action_name].trigger)
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        self._bar.setContentsMargins(metrics.space_3, metrics.space_3, metrics.space_2, metrics.space_2)
        self._bar.setSpacing(metrics.gap)
        margin = metrics.space_4
        self._empty.setContentsMargins(margin, metrics.space_3, margin, margin)
        self.setMinimumWidth(metrics.sidebar * 2 // 3)
        for button, name in ((self.new_chat, "new"), (self.new_folder, "folder_new")):
            button.setIcon(icon(name, colours.muted, metrics.icon))
            button.setIconSize(QSize(metrics.icon, metrics.icon))
        self.tree.doItemsLayout()
        self.hits.doItemsLayout()
