"""One chat's adapter and its strength; the same question answered by two adapters, side by side as siblings."""

import pytest

from app.domain.conversation import AdapterUse
from app.ui.words import adapter_words
from tests.gui.acting import say, wait_idle

LETTERS, MONK = AdapterUse("l.sealed", name="Letters & co"), AdapterUse("m.sealed", name="Monk")


@pytest.fixture
def talk(open_window):
    window, chats = open_window()
    chats.kept_adapters = [LETTERS, MONK]
    return window, chats


def chosen(window, chats):
    options = chats.chat(window.desk.chat).options
    return options.adapter, options.strength


def test_an_adapter_and_its_strength_are_chosen_for_one_chat_and_reset(qtbot, talk) -> None:
    window, chats = talk
    window.shortcuts["chat_options"].trigger()
    panel = window.page.options
    assert [panel.adapter.itemText(at) for at in range(panel.adapter.count())] == [
        "As in the settings",
        "None",
        "Letters & co",
        "Monk",
    ]
    panel.adapter.setCurrentIndex(panel.adapter.findData(MONK.file))
    panel.strength.setValue(150)
    panel.done.click()
    assert chosen(window, chats) == (MONK.file, 150)
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    assert chats.writer.tasks[-1].adapter == AdapterUse(MONK.file, 150)
    assert window.page.view.last_foot.facts.whole.startswith("Monk at 150 %")
    window.shortcuts["chat_options"].trigger()
    assert (panel.adapter.currentText(), panel.strength.value()) == ("Monk", 150)
    panel.reset.click()
    panel.done.click()
    assert chosen(window, chats) == (None, None)


def test_none_needs_no_strength_and_is_remembered(qtbot, talk) -> None:
    window, chats = talk
    chats.writer.adapter = LETTERS
    window.shortcuts["chat_options"].trigger()
    panel = window.page.options
    panel.adapter.setCurrentIndex(panel.adapter.findData(""))
    assert not panel.strength.isEnabled()
    panel.done.click()
    assert chosen(window, chats) == ("", None)
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    assert chats.writer.tasks[-1].adapter is None


def test_an_adapter_that_was_deleted_is_still_named_and_not_silently_replaced(qtbot, talk) -> None:
    window, chats = talk
    window.shortcuts["chat_options"].trigger()
    panel = window.page.options
    panel.adapter.setCurrentIndex(panel.adapter.findData(MONK.file))
    panel.done.click()
    chats.kept_adapters = [LETTERS]
    window.shortcuts["chat_options"].trigger()
    assert panel.adapter.currentText() == "One that is no longer there"
    panel.done.click()
    assert chosen(window, chats) == (MONK.file, None)


def test_two_adapters_answer_the_same_message_side_by_side(qtbot, talk) -> None:
    window, chats = talk
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    foot = window.page.view.last_foot
    for name in ("Letters && co", "Monk"):
        menu = foot.menu()
        answers = next(action.menu() for action in menu.actions() if action.menu() is not None)
        assert answers.title() == "Answer again with"
        assert [entry.text() for entry in answers.actions()] == ["No adapter", "Letters && co", "Monk"]
        next(entry for entry in answers.actions() if entry.text() == name).trigger()
        menu.deleteLater()
        wait_idle(qtbot, window)
    assert [task.adapter for task in chats.writer.tasks] == [None, LETTERS, MONK]
    assert foot.count.text() == "3/3"
    assert foot.facts.whole.startswith("Monk  ·  ")
    foot.previous.click()
    qtbot.waitUntil(lambda: foot.facts.whole.startswith("Letters & co  ·  "))
    assert chosen(window, chats) == (None, None)


def test_without_any_adapter_the_menu_says_nothing_of_them(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    menu = window.page.view.last_foot.menu()
    assert all(action.menu() is None for action in menu.actions())
    menu.deleteLater()


def test_the_details_name_a_strength_only_where_it_is_another() -> None:
    assert adapter_words(None) == ""
    assert adapter_words(LETTERS) == "Letters & co"
    assert adapter_words(AdapterUse("x.sealed", 40)) == "x.sealed at 40 %"
