"""The conversation: what can be read, selected and copied, and where it stands while it grows."""

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor

from app.core.events import Message, Role, TextAdded
from app.domain.ids import new_message_id
from app.ui.bridge import HistoryReplaced
from app.ui.theme import Appearance
from app.ui.transcript import PANEL
from tests.gui.conftest import shown
from tests.sim.scripted_chat import ScriptedReply

LONG = "\n".join(f"line {number}" for number in range(200))


def conversation(*texts: str) -> HistoryReplaced:
    roles = (Role.USER, Role.ASSISTANT)
    return HistoryReplaced(tuple(Message(new_message_id(), roles[i % 2], text) for i, text in enumerate(texts)))


def block_with(window, text: str):
    block = window.view.document().begin()
    while block.isValid() and text not in block.text():
        block = block.next()
    return block


def test_line_breaks_are_kept(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("one\ntwo", "three\n\nfour"))
    assert shown(window) == "one\ntwo\nthree\n\nfour"


def test_markup_is_text_and_nothing_is_fetched(open_window) -> None:
    window, _ = open_window()
    hostile = '<img src="http://example.org/x.png"> <b>&amp;</b> <script>x</script>'
    window.receive(conversation("hi", hostile))
    assert shown(window) == f"hi\n{hostile}"


def test_fenced_lines_are_code_wherever_the_pieces_are_cut(open_window) -> None:
    window, _ = open_window()
    whole = "See:\n```python\nx = 1\n\ny = 2\n```\nDone."
    window.receive(conversation("go"))
    reply = new_message_id()
    for character in whole:
        window.receive(TextAdded(reply, character))
    window.view.finish()
    assert shown(window) == "go\nSee:\npython\nx = 1\n\ny = 2\nDone."
    panel = block_with(window, "x = 1").blockFormat().property(PANEL)
    assert panel is not None
    assert block_with(window, "y = 2").blockFormat().property(PANEL) == panel
    assert block_with(window, "x = 1").charFormat().font().styleHint() is not block_with(window, "Done").charFormat()
    assert block_with(window, "Done").blockFormat().property(PANEL) is None
    assert block_with(window, "See").blockFormat().property(PANEL) is None


def test_a_fence_that_ends_the_reply_is_not_shown(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("go"))
    window.receive(TextAdded(new_message_id(), "```\nx\n```"))
    window.view.finish()
    assert shown(window) == "go\nx"


def test_an_own_message_hugs_its_text_at_the_right_and_wraps_when_long(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("short", "x", "word " * 200, "x"))
    column = window.view._column()[1] - window.view._column()[0]
    assert block_with(window, "short").blockFormat().leftMargin() > column * 0.8
    assert 0 < block_with(window, "word").blockFormat().leftMargin() < column * 0.25
    assert block_with(window, "word").layout().lineCount() > 3


def test_a_selection_over_several_messages_says_who_wrote_what(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("hello\nagain", "good day"))
    window.view.selectAll()
    window.view.copy()
    assert QGuiApplication.clipboard().text().strip() == "You:\nhello\nagain\n\nReply:\ngood day"


def test_a_selection_within_a_message_is_copied_as_it_is(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("hello", "good day"))
    block = block_with(window, "good")
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
    window.view.setTextCursor(cursor)
    window.view.copy()
    assert QGuiApplication.clipboard().text() == "good"
    assert not QGuiApplication.clipboard().mimeData().hasHtml()


def test_a_selection_outlives_the_text_that_streams_in(open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("hello", "good day"))
    cursor = QTextCursor(block_with(window, "hello"))
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    window.view.setTextCursor(cursor)
    window.receive(TextAdded(new_message_id(), LONG))
    assert window.view.textCursor().selectedText() == "hello"


def test_the_view_follows_the_end_while_the_person_is_there(qtbot, open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("go"))
    reply, bar = new_message_id(), window.view.verticalScrollBar()
    for number in range(60):
        window.receive(TextAdded(reply, f"line {number}\n"))
        qtbot.wait(1)
        assert bar.value() == bar.maximum()
    assert bar.maximum() > 0


def test_the_view_stays_where_the_person_reads(qtbot, open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("go", LONG))
    reply, bar = new_message_id(), window.view.verticalScrollBar()
    bar.setValue(100)
    qtbot.wait(10)
    assert window.view._jump.isVisible()
    for number in range(30):
        window.receive(TextAdded(reply, f"line {number}\n"))
    qtbot.wait(10)
    assert bar.value() == 100
    qtbot.mouseClick(window.view._jump, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    window.receive(TextAdded(reply, "more\n" * 30))
    qtbot.wait(10)
    assert bar.value() == bar.maximum()
    assert not window.view._jump.isVisible()


def test_a_narrower_window_keeps_the_end_in_sight(qtbot, open_window) -> None:
    window, _ = open_window()
    window.receive(conversation("go", "word " * 900))
    window.resize(500, 500)
    qtbot.wait(30)
    bar = window.view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_changing_the_theme_keeps_the_text_and_the_place(qtbot, open_window, theme) -> None:
    window, _ = open_window()
    window.receive(conversation("go", LONG))
    window.view.verticalScrollBar().setValue(150)
    before = shown(window)
    theme.set_appearance(Appearance.DARK)
    qtbot.wait(10)
    assert shown(window) == before
    assert window.view.verticalScrollBar().value() == 150


def test_a_fast_long_stream_leaves_the_window_free_to_work(qtbot, open_window) -> None:
    """240 pieces a second for two seconds: between any two turns of the event loop less than 100 ms pass."""
    pieces = tuple(f"word{n} " if n % 9 else "\n" for n in range(480))
    window, chat = open_window(ScriptedReply(pieces, pause_s=1 / 240))
    window.receive(conversation("go", LONG * 5))
    window.send("more")
    longest_s, turned_s = 0.0, time.monotonic()
    while chat.is_busy:
        qtbot.wait(1)
        now_s = time.monotonic()
        longest_s, turned_s = max(longest_s, now_s - turned_s), now_s
    qtbot.waitUntil(lambda: window.view.foot.regenerate.isVisible())
    assert shown(window).endswith("word479")
    assert longest_s < 0.1
