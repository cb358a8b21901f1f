"""Typing, sending, streaming, stopping, editing: with the keyboard, as a person does it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.core.events import EndReason, LinkChanged, LinkState, PromptProgressed, Traffic
from app.domain.errors import ConnectionLost, SettingsError
from app.domain.sampling import SamplingSettings
from app.ui.page import WindowSettings
from tests.gui.conftest import shown
from tests.sim.scripted_chat import ScriptedReply

SAMPLING = SamplingSettings(temperature=0.5, seed=7)
TRAFFIC = Traffic(37, 36, 63_400, 48_200, 12, 53, 1, 0.2, 1.0)


def write(qtbot, window, text: str) -> None:
    qtbot.keyClicks(window.composer.input, text)


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.composer.input, key, modifier)


def say(qtbot, window, text: str) -> None:
    write(qtbot, window, text)
    press(qtbot, window, Qt.Key.Key_Return)


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.view.foot.regenerate.isVisible())


def test_enter_sends_what_was_typed_and_the_reply_appears_below_it(qtbot, open_window) -> None:
    window, chat = open_window(settings=WindowSettings(sampling=SAMPLING))
    say(qtbot, window, "  Good morning ")
    wait_idle(qtbot, window)
    assert chat.sent == [("Good morning", SAMPLING)]
    assert shown(window) == "Good morning\nHello there."
    assert window.composer.text == ""


def test_a_reply_grows_while_it_streams(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(pieces=("one ", "two ", "three"), pause_s=0.15))
    say(qtbot, window, "count")
    qtbot.waitUntil(lambda: shown(window).endswith("one"))
    qtbot.waitUntil(lambda: shown(window).endswith("two"))
    wait_idle(qtbot, window)
    assert shown(window).endswith("one two three")


def test_shift_enter_breaks_the_line_and_sends_nothing(qtbot, open_window) -> None:
    window, chat = open_window()
    write(qtbot, window, "one")
    press(qtbot, window, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    write(qtbot, window, "two")
    assert window.composer.text == "one\ntwo"
    assert not chat.sent


def test_enter_ends_what_an_input_method_composes_and_sends_nothing(qtbot, open_window) -> None:
    window, chat = open_window()
    write(qtbot, window, "ni ")
    QApplication.sendEvent(window.composer.input, QInputMethodEvent("hao", []))
    press(qtbot, window, Qt.Key.Key_Return)
    assert not chat.sent
    committed = QInputMethodEvent("", [])
    committed.setCommitString("好")
    QApplication.sendEvent(window.composer.input, committed)
    assert "好" in window.composer.text
    window.composer.set_text("hao")
    press(qtbot, window, Qt.Key.Key_Return)
    assert [text for text, _ in chat.sent] == ["hao"]


def test_nothing_but_spaces_is_never_sent(qtbot, open_window) -> None:
    window, chat = open_window()
    say(qtbot, window, "   ")
    assert not chat.sent
    assert not window.composer.button.isEnabled()


@pytest.mark.parametrize("by", ["key", "button"])
def test_stop_ends_the_reply_and_says_so(qtbot, open_window, by: str) -> None:
    window, _ = open_window(ScriptedReply(pieces=("On and ", "on"), waits=True))
    say(qtbot, window, "go on")
    qtbot.waitUntil(lambda: shown(window).endswith("on"))
    assert window.composer.button.accessibleName() == "Stop the reply"
    if by == "key":
        press(qtbot, window, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(window.composer.button, Qt.MouseButton.LeftButton)
    assert window.composer.hint.text() == "Stopping…"
    wait_idle(qtbot, window)
    assert shown(window).endswith("On and on")
    assert window.view.foot.facts.startswith("Stopped")
    assert window.composer.button.accessibleName() == "Send"


def test_text_can_be_typed_while_a_reply_streams_but_not_sent(qtbot, open_window) -> None:
    window, chat = open_window(ScriptedReply(waits=True), ScriptedReply())
    say(qtbot, window, "first")
    say(qtbot, window, "second")
    assert len(chat.sent) == 1
    assert window.composer.text == "second"
    chat.stop()
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert [text for text, _ in chat.sent] == ["first", "second"]


def test_regenerate_replaces_the_reply(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(("first try",)), ScriptedReply(("second try",)))
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    window.actions_menu.regenerate.trigger()
    qtbot.waitUntil(lambda: shown(window) == "go\nsecond try")


def test_up_in_an_empty_field_edits_the_last_message(qtbot, open_window) -> None:
    window, chat = open_window(ScriptedReply(("old reply",)), ScriptedReply(("new reply",)))
    say(qtbot, window, "old question")
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Up)
    assert window.composer.is_editing
    assert window.composer.text == "old question"
    say(qtbot, window, "new question")  # the old text was selected
    qtbot.waitUntil(lambda: shown(window) == "new question\nnew reply")
    assert not window.composer.is_editing
    assert [text for text, _ in chat.sent] == ["old question", "new question"]


def test_escape_leaves_an_edit_without_a_change(qtbot, open_window) -> None:
    window, chat = open_window()
    say(qtbot, window, "keep me")
    wait_idle(qtbot, window)
    window.actions_menu.edit.trigger()
    write(qtbot, window, "something else")
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.composer.is_editing
    assert window.composer.text == ""
    assert shown(window).startswith("keep me")
    assert len(chat.sent) == 1


def test_a_new_chat_asks_before_it_drops_the_old_one(qtbot, open_window) -> None:
    window, chat = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    window.actions_menu.new_chat.trigger()
    assert "will be gone" in window.banner.text
    assert shown(window)
    qtbot.keyClick(window.banner.action, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.page.start_page.isVisible())
    assert shown(window) == ""
    assert chat.messages == ()
    assert window.traffic.counts == "Nothing of this chat has been sent yet."


def test_the_reply_can_be_copied_whole_with_its_fences(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(("So:\n```py\n", "x = 1\n```", "\ndone")))
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    window.view.foot.copy.click()
    assert QGuiApplication.clipboard().text() == "So:\n```py\nx = 1\n```\ndone"


def test_a_failed_reply_shows_what_happened_what_to_do_and_retries(qtbot, open_window) -> None:
    error = ConnectionLost("The connection broke.", "Check that the backend runs.")
    failed = ScriptedReply(("half a rep",), EndReason.FAILED, error)
    window, _ = open_window(failed, ScriptedReply(("whole reply",)))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: window.banner.isVisible())
    assert window.banner.text == "The connection broke. Check that the backend runs."
    assert window.header.link_text == "Offline"
    assert shown(window).endswith("half a rep")
    assert window.view.foot.facts.startswith("Broken off")
    window.banner.action.click()
    qtbot.waitUntil(lambda: shown(window) == "go\nwhole reply")
    assert not window.banner.isVisible()
    assert window.header.link_text == "Ready"


def test_a_refused_message_is_kept_in_the_field(qtbot, open_window) -> None:
    window, chat = open_window()

    def refuse(text: str, settings: SamplingSettings) -> None:
        raise SettingsError("That cannot be sent.", "Shorten it.")

    chat.send = refuse
    say(qtbot, window, "precious words")
    assert window.composer.text == "precious words"
    assert window.banner.text == "That cannot be sent. Shorten it."
    assert window.composer.button.isEnabled()


def test_the_live_line_counts_what_was_sent_and_says_what_it_means(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(traffic=TRAFFIC))
    assert window.traffic.counts == "Nothing of this chat has been sent yet."
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    assert window.traffic.counts == "Sent 37 frames, 63 kB up, 48 kB down, 1 round trip a token, 52 tokens/s"
    assert window.traffic.meaning.startswith("0 bytes of text left this computer.")


def test_a_remote_backend_is_named_as_someone_who_could_rebuild_the_text(qtbot, open_window) -> None:
    settings = WindowSettings(backend_name="gpu.example.org", backend_is_on_this_computer=False)
    window, _ = open_window(settings=settings)
    say(qtbot, window, "go")
    wait_idle(qtbot, window)
    assert "gpu.example.org could rebuild it from the numbers" in window.traffic.meaning


def test_a_long_prompt_shows_how_far_it_is(qtbot, open_window) -> None:
    window, chat = open_window(ScriptedReply(pieces=(), waits=True))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: window.view.foot.note == "Reading your message…")
    chat.emit(PromptProgressed(512, 2048))
    qtbot.waitUntil(lambda: window.traffic.counts == "Sending the prompt: 512 of 2,048 positions")


def test_reconnecting_is_said_while_the_reply_waits(qtbot, open_window) -> None:
    window, chat = open_window(ScriptedReply(pieces=("half",), waits=True))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: shown(window).endswith("half"))
    chat.emit(LinkChanged(LinkState.RECONNECTING, "Connection lost; try 2 of 5 in 4 s."))
    qtbot.waitUntil(lambda: window.header.link_text == "Reconnecting")
    assert window.view.foot.note == "Connection lost; try 2 of 5 in 4 s."


def test_an_example_is_put_into_the_field_and_not_sent(qtbot, open_window) -> None:
    window, chat = open_window()
    example = window.page.start_page.examples[0]
    qtbot.mouseClick(example, Qt.MouseButton.LeftButton)
    assert window.composer.text == example.text()
    assert not chat.sent
