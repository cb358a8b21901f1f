"""Typing, sending, streaming, stopping, editing: with the keyboard, as a person does it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.core.events import EndReason, LinkChanged, LinkState, PromptProgressed, Role, Traffic
from app.domain.errors import ConnectionLost, StorageError
from app.storage.settings import Settings
from app.ui.backend_facts import BackendFacts
from app.ui.words import reply_facts
from tests.gui.acting import press, say, wait_idle, write
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedReply

TRAFFIC = Traffic(37, 36, 63_400, 48_200, 12, 53, 1, 0.2, 1.0)


def sent(chats) -> list[str]:
    return [text for text, _ in chats.sent]


def last_reply(window):
    return window.desk.shown.last(Role.ASSISTANT)


def test_enter_sends_what_was_typed_and_the_reply_appears_below_it(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "  Good morning ")
    wait_idle(qtbot, window)
    assert sent(chats) == ["Good morning"]
    assert shown(window).split("\n") == ["Good morning", "Hello there."] or "Hello there." in shown(window)
    assert window.page.composer.text == ""
    assert window.page.header.title_text == "Good morning"


def test_a_reply_grows_while_it_streams(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(pieces=("one ", "two ", "three"), pause_s=0.15))
    say(qtbot, window, "count")
    qtbot.waitUntil(lambda: shown(window).endswith("one"))
    qtbot.waitUntil(lambda: shown(window).endswith("two"))
    wait_idle(qtbot, window)
    assert shown(window).endswith("one two three")


def test_shift_enter_breaks_the_line_and_sends_nothing(qtbot, open_window) -> None:
    window, chats = open_window()
    write(qtbot, window, "one")
    press(qtbot, window, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    write(qtbot, window, "two")
    assert window.page.composer.text == "one\ntwo"
    assert not chats.sent


def test_ctrl_enter_sends_and_enter_breaks_the_line_where_the_person_chose_so(qtbot, open_window) -> None:
    window, chats = open_window(settings=Settings(send_with="ctrl_enter"))
    say(qtbot, window, "one")
    assert window.page.composer.text == "one\n"
    write(qtbot, window, "two")
    press(qtbot, window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait_idle(qtbot, window)
    assert sent(chats) == ["one\ntwo"]


def test_enter_ends_what_an_input_method_composes_and_sends_nothing(qtbot, open_window) -> None:
    window, chats = open_window()
    field = window.page.composer.input
    write(qtbot, window, "ni ")
    QApplication.sendEvent(field, QInputMethodEvent("hao", []))
    press(qtbot, window, Qt.Key.Key_Return)
    assert not chats.sent
    committed = QInputMethodEvent("", [])
    committed.setCommitString("好")
    QApplication.sendEvent(field, committed)
    assert "好" in window.page.composer.text
    window.page.composer.set_text("hao")
    press(qtbot, window, Qt.Key.Key_Return)
    assert sent(chats) == ["hao"]


def test_nothing_but_spaces_is_never_sent(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "   ")
    assert not chats.sent
    assert not window.page.composer.button.isEnabled()


@pytest.mark.parametrize("by", ["key", "button"])
def test_stop_ends_the_reply_and_says_so(qtbot, open_window, by: str) -> None:
    window, _ = open_window(ScriptedReply(pieces=("On and ", "on"), waits=True))
    say(qtbot, window, "go on")
    qtbot.waitUntil(lambda: shown(window).endswith("on"))
    button = window.page.composer.button
    assert button.accessibleName() == "Stop the reply"
    if by == "key":
        press(qtbot, window, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.page.composer.hint.whole == "Stopping…"
    wait_idle(qtbot, window)
    assert shown(window).endswith("On and on")
    assert reply_facts(last_reply(window)).startswith("Stopped")
    assert button.accessibleName() == "Send"


def test_text_can_be_typed_while_a_reply_streams_but_not_sent(qtbot, open_window) -> None:
    window, chats = open_window(ScriptedReply(waits=True), ScriptedReply())
    say(qtbot, window, "first")
    say(qtbot, window, "second")
    assert sent(chats) == ["first"]
    assert window.page.composer.text == "second"
    chats.stop()
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert sent(chats) == ["first", "second"]


def test_regenerate_puts_another_reply_beside_the_first_and_arrows_go_between_them(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(("first try",)), ScriptedReply(("second try",)))
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown(window).endswith("second try"))
    wait_idle(qtbot, window)
    turn = window.desk.shown.turns[-1]
    assert (turn.place, turn.of) == (2, 2)
    press(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shown(window).endswith("first try"))
    press(qtbot, window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: shown(window).endswith("second try"))


def test_up_in_an_empty_field_edits_the_last_message_and_keeps_the_old_one_beside_it(qtbot, open_window) -> None:
    window, chats = open_window(ScriptedReply(("old reply",)), ScriptedReply(("new reply",)))
    say(qtbot, window, "old question")
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Up)
    assert window.page.composer.is_editing
    assert window.page.composer.text == "old question"
    say(qtbot, window, "new question")  # the old text was selected
    qtbot.waitUntil(lambda: shown(window).endswith("new reply"))
    wait_idle(qtbot, window)
    assert not window.page.composer.is_editing
    assert sent(chats) == ["old question", "new question"]
    assert window.desk.shown.turns[0].of == 2
    window.shortcuts["previous_sibling"].trigger()
    qtbot.waitUntil(lambda: shown(window).endswith("old reply"))


def test_escape_leaves_an_edit_without_a_change_and_gives_the_draft_back(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "keep me")
    wait_idle(qtbot, window)
    write(qtbot, window, "half a thought")
    window.shortcuts["edit_last"].trigger()
    write(qtbot, window, "something else")
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.page.composer.is_editing
    assert window.page.composer.text == "half a thought"
    assert shown(window).startswith("keep me")
    assert sent(chats) == ["keep me"]


def test_a_cut_reply_is_continued_from_where_it_stopped(qtbot, open_window) -> None:
    cut = ScriptedReply(("one ", "two "), EndReason.MAX_TOKENS)
    window, chats = open_window(cut, ScriptedReply(("three",)))
    say(qtbot, window, "count")
    wait_idle(qtbot, window)
    assert window.shortcuts["continue_reply"].isEnabled()
    window.shortcuts["continue_reply"].trigger()
    qtbot.waitUntil(lambda: shown(window).endswith("one two three"))
    wait_idle(qtbot, window)
    assert len(chats.writer.tasks[1].reply.tokens) == 2
    assert not window.shortcuts["continue_reply"].isEnabled()


def test_a_fork_is_a_chat_of_its_own(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    before = window.desk.chat
    window.shortcuts["fork_chat"].trigger()
    qtbot.waitUntil(lambda: window.desk.chat != before and "Hello there." in shown(window))
    say(qtbot, window, "only here")
    wait_idle(qtbot, window)
    assert len(chats.turns(before)) == 2
    assert len(chats.turns(window.desk.chat)) == 4


def test_a_deleted_exchange_comes_back_with_undo(qtbot, open_window) -> None:
    window, _ = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.desk.replies.act("delete", window.desk.shown.turns[0].message.id)
    qtbot.waitUntil(lambda: window.page.start_page.isVisible())
    assert window.page.toast.action.text() == "Undo"
    window.page.toast.action.click()
    qtbot.waitUntil(lambda: "Hello there." in shown(window))


def test_the_last_reply_and_the_last_code_can_be_copied(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(("So:\n```py\n", "x = 1\n```", "\ndone")))
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    window.shortcuts["copy_reply"].trigger()
    assert QGuiApplication.clipboard().text() == "So:\n```py\nx = 1\n```\ndone"
    window.shortcuts["copy_code"].trigger()
    assert QGuiApplication.clipboard().text() == "x = 1"


def test_a_failed_reply_shows_what_happened_what_to_do_and_goes_on_where_it_broke_off(qtbot, open_window) -> None:
    error = ConnectionLost("The connection broke.", "Check that the backend runs.")
    failed = ScriptedReply(("half a rep",), EndReason.FAILED, error)
    window, _ = open_window(failed, ScriptedReply(("ly",)))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: window.page.banner.isVisible())
    assert window.page.banner.text == "The connection broke. Check that the backend runs."
    assert window.page.header.link_text == "Offline"
    assert shown(window).endswith("half a rep")
    assert reply_facts(last_reply(window)).startswith("Broken off")
    window.page.banner.action.click()
    qtbot.waitUntil(lambda: shown(window).endswith("half a reply"))
    assert not window.page.banner.isVisible()
    qtbot.waitUntil(lambda: window.page.header.link_text == "Ready")


def test_a_message_that_cannot_be_stored_is_kept_in_the_field_with_a_next_step(qtbot, open_window) -> None:
    window, chats = open_window()

    def refuse(*_) -> None:
        raise StorageError("The disk is full.")

    chats.send = refuse
    say(qtbot, window, "precious words")
    assert window.page.composer.text == "precious words"
    assert window.page.banner.text.startswith("The disk is full. Nothing that was stored before is lost.")
    assert window.page.composer.button.isEnabled()
    with qtbot.waitSignal(window.settings_requested) as asked:
        window.page.banner.action.click()
    assert asked.args == ["storage"]


def test_the_live_line_counts_what_was_sent_and_says_what_it_means(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(traffic=TRAFFIC))
    assert window.page.traffic.counts == "Nothing of this chat has been sent yet."
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    assert window.page.traffic.counts == "Sent 37 frames, 63 kB up, 48 kB down, 1 round trip a token, 52 tokens/s"
    assert window.page.traffic.meaning.startswith("0 bytes of text left this computer.")


def test_a_remote_backend_is_named_as_someone_who_could_rebuild_the_text(qtbot, open_window) -> None:
    window, _ = open_window()
    window.set_backend(BackendFacts("Big", "gpu.example.org", is_on_this_computer=False))
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    assert "gpu.example.org could rebuild it from the numbers" in window.page.traffic.meaning


def test_a_long_prompt_shows_how_far_it_is(qtbot, open_window) -> None:
    window, chats = open_window(ScriptedReply(pieces=(), waits=True))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: window.page.view.note == "Reading your message…")
    chats.emit(PromptProgressed(512, 2048))
    qtbot.waitUntil(lambda: window.page.traffic.counts == "Sending the prompt: 512 of 2,048 positions")


def test_reconnecting_is_said_while_the_reply_waits(qtbot, open_window) -> None:
    window, chats = open_window(ScriptedReply(pieces=("half",), waits=True))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: shown(window).endswith("half"))
    chats.emit(LinkChanged(LinkState.RECONNECTING, "Connection lost; try 2 of 5 in 4 s."))
    qtbot.waitUntil(lambda: window.page.header.link_text == "Reconnecting")
    assert window.page.banner.text.startswith("Connection lost; try 2 of 5 in 4 s.")
    chats.emit(LinkChanged(LinkState.WORKING))
    qtbot.waitUntil(lambda: not window.page.banner.isVisible())


def test_an_example_is_put_into_the_field_and_not_sent(qtbot, open_window) -> None:
    window, chats = open_window()
    example = window.page.start_page.examples[0]
    qtbot.mouseClick(example, Qt.MouseButton.LeftButton)
    assert window.page.composer.text == example.whole
    assert not chats.sent


def test_a_chat_that_is_left_and_opened_again_while_it_streams_shows_each_word_once(qtbot, open_window) -> None:
    pieces = tuple(f"w{number} " for number in range(60))
    window, chats = open_window(ScriptedReply(pieces, pause_s=0.01))
    other = chats.seeded("q", "a")
    say(qtbot, window, "go")
    streaming = window.desk.chat
    for _ in range(6):
        qtbot.wait(30)
        window.desk.open_chat(other, None)
        qtbot.wait(20)
        window.desk.open_chat(streaming, None)
    wait_idle(qtbot, window)
    assert shown(window).endswith("".join(pieces).strip())
    assert shown(window).count("w7 ") == 1
