"""The list of chats: sorting, naming, folders, deleting, finding; what nobody has seen yet."""

import time
from datetime import date, datetime

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from app.domain.conversation import ChatInfo, Folder
from app.domain.ids import new_chat_id, new_folder_id
from app.ui import day_turn
from app.ui.chat_list import ListRole, grouped
from tests.gui.acting import press, say, titles, wait_idle, write
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

DAY_MS = 86_400_000
NOW_MS = int(time.time() * 1000)


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12).astimezone().timestamp() * 1000)


def info(title: str, day: date, **changes) -> ChatInfo:
    return ChatInfo(new_chat_id(), title, changed_at_ms=at(day), **changes)


@pytest.fixture
def chats() -> ScriptedConversations:
    chats = ScriptedConversations()
    chats.seeded("a question about bread", "a reply about yeast", title="Bread", changed_at_ms=NOW_MS)
    chats.seeded("a question about the sea", "a reply about salt", title="Sea", changed_at_ms=NOW_MS - 1000)
    return chats


def test_chats_stand_under_pinned_folders_and_days() -> None:
    today = date(2026, 11, 23)
    folder = Folder(new_folder_id(), "Work")
    chats = [
        info("kept", date(2020, 1, 1), is_pinned=True, folder=folder.id),
        info("temporary", today, is_temporary=True),
        info("now", today),
        info("yesterday", date(2026, 11, 22)),
        info("this week", date(2026, 11, 16)),
        info("this month", date(2026, 10, 24)),
        info("summer", date(2026, 7, 3)),
        info("inside", date(2025, 7, 3), folder=folder.id),
        info("orphan", today, folder=new_folder_id()),
    ]
    groups = grouped(chats, [folder, Folder(new_folder_id(), "Empty")], today)
    assert [(group.title, [chat.title for chat in group.chats]) for group in groups] == [
        ("Not stored", ["temporary"]),
        ("Pinned", ["kept"]),
        ("Empty", []),
        ("Work", ["inside"]),
        ("Today", ["now", "orphan"]),
        ("Yesterday", ["yesterday"]),
        ("Previous 7 days", ["this week"]),
        ("Previous 30 days", ["this month"]),
        ("July 2026", ["summer"]),
    ]


def test_a_click_opens_a_chat(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    tree, model = window.page.sidebar.tree, window.page.sidebar.model
    index = model.index(1, 0, model.index(0, 0))
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center())
    qtbot.waitUntil(lambda: "salt" in shown(window))
    assert window.page.header.title_text == "Sea"
    assert index.data(ListRole.IS_SHOWN)


def test_the_list_is_used_by_keyboard_alone(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.page.sidebar.tree.setFocus()
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_Down)
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "salt" in shown(window))
    assert window.page.composer.input.hasFocus()


def test_next_and_previous_chat_go_round(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    for expected in ("yeast", "salt", "yeast"):
        window.shortcuts["next_chat"].trigger()
        qtbot.waitUntil(lambda expected=expected: expected in shown(window))
    window.shortcuts["previous_chat"].trigger()
    qtbot.waitUntil(lambda: "salt" in shown(window))


def test_f2_renames_in_place_and_an_empty_name_gives_the_automatic_one_back(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.shortcuts["next_chat"].trigger()

    def rename(text: str) -> None:
        press(qtbot, window, Qt.Key.Key_F2)
        editor = window.page.sidebar.tree.findChild(QLineEdit, "rename")
        editor.setText(text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not window.page.sidebar.tree.is_renaming())

    rename("My loaf")
    qtbot.waitUntil(lambda: titles(window) == {"Today": ["My loaf", "Sea"]})
    assert window.page.header.title_text == "My loaf"
    rename("")
    qtbot.waitUntil(lambda: "My loaf" not in titles(window)["Today"])


def test_with_the_list_hidden_the_title_is_renamed_above_the_chat(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.shortcuts["next_chat"].trigger()
    window.shortcuts["toggle_sidebar"].trigger()
    assert not window.page.sidebar.isVisible()
    press(qtbot, window, Qt.Key.Key_F2)
    field = window.page.header.title.field
    assert field.isVisible()
    field.setText("Other")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.page.header.title_text == "Other")


def test_a_name_that_is_being_typed_survives_a_change_of_the_list(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.shortcuts["next_chat"].trigger()
    press(qtbot, window, Qt.Key.Key_F2)
    editor = window.page.sidebar.tree.findChild(QLineEdit, "rename")
    editor.setText("half a na")
    chats.seeded("q", "a", title="Newcomer", changed_at_ms=NOW_MS + 1000)
    qtbot.wait(80)
    assert editor.isVisible()
    assert editor.text() == "half a na"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: set(titles(window)["Today"]) == {"Newcomer", "half a na", "Sea"})


def test_a_new_folder_is_named_at_once_and_a_chat_is_dragged_into_it(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    tree, model = window.page.sidebar.tree, window.page.sidebar.model
    window.shortcuts["new_folder"].trigger()
    qtbot.waitUntil(tree.is_renaming)
    editor = tree.findChild(QLineEdit, "rename")
    editor.setText("Kitchen")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Kitchen" in titles(window))
    folder = next(model.index(row, 0) for row in range(model.rowCount()) if model.index(row, 0).data() == "Kitchen")
    today = next(model.index(row, 0) for row in range(model.rowCount()) if model.index(row, 0).data() == "Today")
    dragged = model.mimeData([model.index(0, 0, today)])
    assert "Bread" not in bytes(dragged.data(dragged.formats()[0]).data()).decode()
    model.dropMimeData(dragged, Qt.DropAction.MoveAction, -1, -1, folder)
    qtbot.waitUntil(lambda: titles(window) == {"Kitchen": ["Bread"], "Today": ["Sea"]})
    model.dropMimeData(dragged, Qt.DropAction.MoveAction, model.rowCount(), 0, QModelIndex())
    qtbot.waitUntil(lambda: titles(window) == {"Kitchen": [], "Today": ["Bread", "Sea"]})


def test_a_folder_stays_closed_while_the_list_changes(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    tree, model = window.page.sidebar.tree, window.page.sidebar.model
    tree.collapse(model.index(0, 0))
    chats.seeded("q", "a", title="Newcomer", changed_at_ms=NOW_MS + 1000)
    qtbot.waitUntil(lambda: "Newcomer" in titles(window)["Today"])
    assert not tree.isExpanded(model.index(0, 0))


def test_removing_a_folder_keeps_its_chats(qtbot, open_window, chats) -> None:
    folder = chats.add_folder("Kitchen")
    chats.move(chats.chats()[0].id, folder)
    window, _ = open_window(chats=chats)
    assert titles(window)["Kitchen"] == ["Bread"]
    tree = window.page.sidebar.tree
    tree.setFocus()
    tree.setCurrentIndex(window.page.sidebar.model.index(0, 0))
    press(qtbot, window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(window) == {"Today": ["Bread", "Sea"]})


def test_pinned_chats_come_first(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.shortcuts["next_chat"].trigger()
    window.shortcuts["next_chat"].trigger()
    window.shortcuts["pin_chat"].trigger()
    qtbot.waitUntil(lambda: titles(window) == {"Pinned": ["Sea"], "Today": ["Bread"]})


@pytest.mark.parametrize("by", ["toast", "key"])
def test_a_deleted_chat_comes_back_with_undo(qtbot, open_window, chats, by: str) -> None:
    window, _ = open_window(chats=chats)
    window.shortcuts["next_chat"].trigger()
    qtbot.waitUntil(lambda: "yeast" in shown(window))
    press(qtbot, window, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: titles(window) == {"Today": ["Sea"]})
    assert window.page.toast.text == "“Bread” was deleted"
    qtbot.waitUntil(lambda: "salt" in shown(window))
    if by == "toast":
        window.page.toast.action.click()
    else:
        window.page.sidebar.tree.setFocus()
        press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: titles(window) == {"Today": ["Bread", "Sea"]})
    qtbot.waitUntil(lambda: "yeast" in shown(window))
    assert not window.shortcuts["undo_delete"].isEnabled()


def test_search_finds_words_in_messages_and_opens_the_chat_there(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    sidebar = window.page.sidebar
    qtbot.keyClicks(QApplication.focusWidget(), "salt")
    qtbot.waitUntil(lambda: sidebar.hits.isVisible())
    hit = sidebar.hits.model().index(0, 0).data(Qt.ItemDataRole.UserRole + 1)
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["salt"]
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "salt" in shown(window))
    assert window.page.header.title_text == "Sea"
    sidebar.search.setFocus()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert sidebar.tree.isVisible()


def test_a_search_without_a_hit_says_so(qtbot, open_window, chats) -> None:
    window, _ = open_window(chats=chats)
    window.page.sidebar.search.setText("zebra")
    qtbot.waitUntil(lambda: window.page.sidebar.shown_text.startswith("Nothing found for “zebra”"))


def test_an_empty_list_says_what_will_be_there(open_window) -> None:
    window, _ = open_window()
    assert window.page.sidebar.shown_text.startswith("No chats yet")


def test_a_reply_that_ends_in_another_chat_is_marked_until_somebody_looks(qtbot, open_window) -> None:
    chats = ScriptedConversations((ScriptedReply(waits=True),))
    other = chats.seeded("q", "a", title="Other", changed_at_ms=NOW_MS)
    window, _ = open_window(chats=chats)
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: "Hello there." in shown(window))
    busy = window.desk.chat
    model = window.page.sidebar.model
    qtbot.waitUntil(lambda: model.index_of(busy).data(ListRole.IS_WRITING))
    window.desk.open_chat(other, None)
    chats.stop()
    qtbot.waitUntil(lambda: bool(model.index_of(busy).data(ListRole.IS_UNREAD)))
    assert not model.index_of(busy).data(ListRole.IS_WRITING)
    assert "new reply" in model.index_of(busy).data(Qt.ItemDataRole.AccessibleTextRole)
    window.desk.open_chat(busy, None)
    assert not model.index_of(busy).data(ListRole.IS_UNREAD)


def test_a_temporary_chat_is_marked_and_explained(qtbot, open_window) -> None:
    window, _ = open_window()
    window.shortcuts["new_temporary_chat"].trigger()
    assert window.page.start_page.title == "This chat is never stored"
    assert window.page.header._mark.isVisible()
    say(qtbot, window, "secret")
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: "Not stored" in titles(window))
    window.shortcuts["new_chat"].trigger()
    assert window.page.start_page.title == "Your words stay on this computer"


def test_an_empty_chat_is_not_made_twice(open_window) -> None:
    window, _ = open_window()
    before = window.desk.chat
    window.shortcuts["new_chat"].trigger()
    assert window.desk.chat == before


def test_thousands_of_chats_are_listed_at_once(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    for number in range(3000):
        chats._shelf._infos |= {(one := info(f"Chat {number}", date(2026, 1, 1))).id: one}
    window, _ = open_window(chats=chats)
    began_s = time.thread_time()
    window.desk.list.refresh()
    assert time.thread_time() - began_s < 1.0  # a loose bound: about 0.02 s on a quiet machine
    write(qtbot, window, "x")


def test_at_midnight_today_becomes_yesterday(qtbot, open_window, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [datetime(2026, 11, 23, 23, 50).astimezone()]
    monkeypatch.setattr(day_turn, "now_here", lambda: clock[0])
    chats = ScriptedConversations()
    chats.seeded("q", "a", title="Bread", changed_at_ms=at(date(2026, 11, 23)))
    window, _ = open_window(chats=chats)
    days, model = window.desk.list.days, window.page.sidebar.model
    assert [group.title for group in model.groups] == ["Today"]
    assert 0 < days.wait_s <= day_turn.LONGEST_WAIT_S
    clock[0] = datetime(2026, 11, 23, 23, 59, 30).astimezone()
    with qtbot.assertNotEmitted(days.turned):
        days.look()
    assert days.wait_s == 31
    clock[0] = datetime(2026, 11, 24, 0, 0, 1).astimezone()
    with qtbot.waitSignal(days.turned, timeout=30_000):
        days.look()
    assert [group.title for group in model.groups] == ["Yesterday"]
