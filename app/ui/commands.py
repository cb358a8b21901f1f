"""What each action of app/ui/actions.py does. A table: the work stands in the desks and in the window."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.core.events import Role
from app.domain.conversation import ChatInfo
from app.ui.desk import Desk
from app.ui.page import ChatPage
from app.ui.palette import Command
from app.ui.words import chat_title

translate = QCoreApplication.translate


def desk_commands(desk: Desk, page: ChatPage) -> dict[str, Callable[[], object]]:
    """Actions that need chats: name -> what it does."""
    return {
        "new_chat": desk.new_chat,
        "new_temporary_chat": lambda: desk.new_chat(is_temporary=True),
        "rename_chat": desk.rename,
        "pin_chat": lambda: desk.list.toggle_pin(desk.chat),
        "move_chat": lambda: _move_menu(desk, page),
        "new_folder": desk.list.new_folder,
        "delete_chat": lambda: desk.list.delete(desk.chat),
        "undo_delete": desk.list.undo_delete,
        "chat_options": desk.open_options,
        "regenerate": lambda: desk.replies.act_on_last("regenerate"),
        "continue_reply": lambda: desk.replies.act_on_last("continue"),
        "edit_last": desk.replies.edit_last,
        "copy_reply": desk.reading.copy_reply,
        "copy_code": desk.reading.copy_code,
        "previous_sibling": lambda: desk.reading.step_sibling(-1),
        "next_sibling": lambda: desk.reading.step_sibling(1),
        "fork_chat": lambda: desk.reading.act_on_last("fork"),
        "delete_last": lambda: desk.reading.act_on_last("delete", Role.USER),
        "attach": lambda: choose_files(desk, page),
        "export_selection": desk.reading.export_selection,
        "find": desk.reading.open_find,
        "find_next": lambda: desk.reading.step_find(1),
        "find_previous": lambda: desk.reading.step_find(-1),
        "next_chat": lambda: desk.step_chat(1),
        "previous_chat": lambda: desk.step_chat(-1),
        "to_end": lambda: page.view.follow(),
        "to_input": page.composer.setFocus,
        "next_pane": lambda: next_pane(page),
        "menu": page.header.open_menu,
    }


def chat_commands(desk: Desk, chats: Iterable[ChatInfo]) -> list[Command]:
    """Every chat, for the palette."""
    return [
        Command(chat_title(info), partial(desk.open_chat, info.id, None), kind=translate("commands", "Chat"))
        for info in chats
    ]


def choose_files(desk: Desk, page: ChatPage) -> None:
    chosen, _ = QFileDialog.getOpenFileNames(page, translate("commands", "Attach text files"))
    if chosen:
        desk.writing.add_files([Path(name) for name in chosen])


def next_pane(page: ChatPage) -> None:
    """The list, the conversation, the message field, and round again."""
    panes: list[QWidget] = [page.composer.input]
    if page.sidebar.isVisible():
        panes.append(page.sidebar.tree)
    if page.has_view and page.view.isVisible():
        panes.append(page.view)
    focused = page.window().focusWidget()
    now = next((at for at, pane in enumerate(panes) if pane is focused or pane.isAncestorOf(focused or page)), -1)
    panes[(now + 1) % len(panes)].setFocus()


def _move_menu(desk: Desk, page: ChatPage) -> None:
    menu = QMenu(page)
    menu.setAccessibleName(translate("commands", "Move to"))
    desk.list.fill_move_menu(menu, desk.chat)
    menu.aboutToHide.connect(menu.deleteLater)
    title = page.header.title
    menu.popup(title.mapToGlobal(title.rect().bottomLeft()))
