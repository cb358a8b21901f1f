"""One list of actions: every one has words, a way by keyboard and a rule; keys can be changed, conflicts are seen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from app.storage.settings import Settings
from app.ui.actions import ACTIONS, GROUPS, Situation, conflicts, keys_of
from app.ui.commands import desk_commands
from app.ui.palette import Command, fitting
from app.ui.shortcut_sheet import ShortcutSheet
from tests.gui.acting import press, say, titles, wait_idle
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations

WITHOUT_KEYS = {"as_system", "light", "dark", "contrast"}  # in the palette, and in the menu that F10 opens


def open_palette(qtbot, window):
    press(qtbot, window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.page.palette_panel.isVisible()
    return window.page.palette_panel


def test_names_are_unique_and_every_action_has_words_and_a_group() -> None:
    assert len({spec.name for spec in ACTIONS}) == len(ACTIONS)
    assert all(spec.text and spec.group in GROUPS for spec in ACTIONS)


def test_every_action_has_a_key_or_stands_in_the_palette_which_has_one() -> None:
    assert {spec.name for spec in ACTIONS if not spec.keys} == WITHOUT_KEYS
    assert all(QKeySequence(key).toString() for spec in ACTIONS for key in spec.keys)


def test_the_apps_own_keys_are_in_no_conflict() -> None:
    assert conflicts({}) == {}


def test_a_conflict_is_found_however_the_keys_are_written() -> None:
    assert conflicts({"pin_chat": "ctrl+n"}) == {"Ctrl+N": ("new_chat", "pin_chat")}
    assert conflicts({"pin_chat": "ctrl+n", "new_chat": ""}) == {}


def test_a_choice_replaces_the_apps_own_keys() -> None:
    spec = next(spec for spec in ACTIONS if spec.name == "zoom_in")
    assert keys_of(spec, {}) == ("Ctrl++", "Ctrl+=")
    assert keys_of(spec, {"zoom_in": "F7"}) == ("F7",)
    assert keys_of(spec, {"zoom_in": ""}) == ()


def test_every_action_does_something(open_window) -> None:
    window, _ = open_window()
    done = set(desk_commands(window.desk, window.page)) | set(window._own_commands)
    assert done == {spec.name for spec in ACTIONS}


def test_what_cannot_be_done_is_off(qtbot, open_window) -> None:
    window, _ = open_window()
    for name in ("regenerate", "copy_reply", "edit_last", "delete_chat", "rename_chat", "undo_delete", "find"):
        assert not window.shortcuts[name].isEnabled(), name
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    for name in ("regenerate", "copy_reply", "edit_last", "delete_chat", "rename_chat", "find"):
        assert window.shortcuts[name].isEnabled(), name


def test_without_chats_hardly_anything_is_on(open_window) -> None:
    window, _ = open_window()
    window.forget()
    on = {spec.name for spec, action in window.shortcuts if action.isEnabled()}
    assert "new_chat" not in on
    assert on == {spec.name for spec in ACTIONS if spec.rule(Situation())}


def test_changed_keys_work_at_once_and_the_old_ones_no_longer(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    first = window.desk.chat
    window._preferences.update(shortcuts={"new_chat": "Ctrl+J"})
    press(qtbot, window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.chat == first
    press(qtbot, window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.chat != first


def test_of_two_actions_with_the_same_key_the_first_is_done(qtbot, open_window) -> None:
    window, _ = open_window(settings=Settings(shortcuts={"palette": "Ctrl+N"}))
    assert [action.objectName() for _, action in window.shortcuts if "Ctrl+N" in action.shortcut().toString()] == [
        "new_chat"
    ]
    window.page.composer.set_text("x")
    with qtbot.waitSignal(window.shortcuts["new_chat"].triggered):
        press(qtbot, window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)


KEYS_IN_THE_FIELD = [
    (spec.name, key)
    for spec in ACTIONS
    for key in spec.keys[:1]
    if spec.name not in {"undo_delete", "delete_last", "stop", "quit"}  # the field's own; or they end what is tested
]


@pytest.mark.parametrize(("name", "key"), KEYS_IN_THE_FIELD)
def test_a_key_reaches_its_action_while_the_message_field_has_the_keyboard(qtbot, open_window, name, key) -> None:
    window, _ = open_window()
    window.page.composer.set_text("some words")
    action = window.shortcuts[name]
    action.triggered.disconnect()
    action.setEnabled(True)
    window.desk.refresh = lambda: None
    pressed = QKeySequence(key)[0]
    with qtbot.waitSignal(action.triggered, timeout=1000):
        qtbot.keyClick(window.page.composer.input, pressed.key(), pressed.keyboardModifiers())


def test_the_palette_runs_an_action_by_a_few_letters(qtbot, open_window) -> None:
    window, _ = open_window()
    palette = open_palette(qtbot, window)
    qtbot.keyClicks(palette.field, "tempo")
    assert palette.shown_texts() == ["New temporary chat"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.page.start_page.title == "This chat is never stored"
    assert window.page.composer.input.hasFocus()


def test_the_palette_opens_a_chat_by_its_title_and_keeps_no_titles(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    chats.seeded("question", "answer", title="Sourdough in winter")
    window, _ = open_window(chats=chats)
    palette = open_palette(qtbot, window)
    assert "Sourdough in winter" not in palette.shown_texts()
    qtbot.keyClicks(palette.field, "sourd")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "answer" in shown(window))
    assert palette.shown_texts() == []


def test_escape_closes_the_palette_and_gives_the_keyboard_back(qtbot, open_window) -> None:
    window, _ = open_window()
    window.page.sidebar.search.setFocus()
    palette = open_palette(qtbot, window)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.page.sidebar.search.hasFocus()


def test_commands_that_begin_alike_come_before_those_that_only_contain_it() -> None:
    commands = [Command(text, lambda: None) for text in ("Show the list", "List all", "A fine list", "Bread and tea")]
    assert [c.text for c in fitting("list", commands)] == ["List all", "Show the list", "A fine list"]
    assert [c.text for c in fitting("lsa", commands)] == ["List all"]


def test_the_sheet_lists_every_action_with_its_key(qtbot, open_window) -> None:
    window, _ = open_window()
    press(qtbot, window, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutSheet)
    words = {label.text() for label in sheet.findChildren(type(window.page.header._link))}
    assert {spec.text for spec in ACTIONS} <= words
    assert {window.shortcuts.keys(spec.name) for spec in ACTIONS if spec.keys} <= words
    with qtbot.waitSignal(window.settings_requested) as asked:
        sheet.change_requested.emit()
    assert asked.args == ["shortcuts"]
    sheet.accept()


def test_zoom_and_appearance_are_remembered_by_the_preferences(qtbot, open_window) -> None:
    window, _ = open_window(settings=Settings(zoom_percent=100))
    press(qtbot, window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert window._preferences.settings.zoom_percent == 110
    press(qtbot, window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window._preferences.settings.zoom_percent == 100
    window.shortcuts["contrast"].trigger()
    assert window._preferences.settings.appearance == "contrast"


def test_find_steps_through_the_chat_on_show(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    chat = chats.seeded("tea and tea", "tea again", "coffee", "no")
    window, _ = open_window(chats=chats)
    window.desk.open_chat(chat, None)
    qtbot.waitUntil(lambda: "coffee" in shown(window))
    press(qtbot, window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = window.page.find_bar
    qtbot.keyClicks(bar.field, "tea")
    assert bar.count_text in ("3 hits", "1 of 3")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count_text.endswith(" of 3")
    bar.field.setText("zebra")
    assert bar.count_text == "Not found"
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert titles(window)
