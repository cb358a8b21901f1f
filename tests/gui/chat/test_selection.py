"""Selecting and copying with mouse and keyboard, find, the keyboard's way through messages, screen readers."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest

from app.ui.chat.selectable import MARKDOWN_TYPE
from tests.gui.chat.conftest import drag, point_of, settle, turn, turns

LONG = "\n\n".join(f"Paragraph {number}. " + "word " * 30 for number in range(60))


def key(view, which, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(view, which, modifiers)


SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_a_stretch_within_a_message_is_copied_as_it_is(view) -> None:
    view.set_turns(turns("hello", "good **day** to you"))
    drag(view, point_of(view, "good"), point_of(view, "day", after=True))
    view.copy_selection()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "good day"
    assert bytes(data.data(MARKDOWN_TYPE)).decode() == "good **day**"
    assert not data.hasHtml()


def test_a_selection_over_several_messages_says_who_wrote_what(view) -> None:
    view.set_turns(turns("hello\nagain", "good **day**"))
    view.select_all()
    view.copy_selection()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "You:\nhello\nagain\n\nReply:\ngood day"
    assert bytes(data.data(MARKDOWN_TYPE)).decode() == "**You:**\n\nhello\nagain\n\n**Reply:**\n\ngood **day**"
    view.copy_selection(as_markdown=True)
    assert QGuiApplication.clipboard().text().endswith("good **day**")


def test_a_selection_runs_over_lists_code_and_tables(view) -> None:
    view.set_turns(
        turns("go", "Start\n\n1. one\n2. two\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd of it")
    )
    drag(view, point_of(view, "Start"), point_of(view, "End", after=True))
    assert view.selected_text() == "Start\n\n1. one\n2. two\n\nx = 1\n\na\tb\n1\t2\n\nEnd"
    assert view.selected_text(as_markdown=True) == (
        "Start\n\n1. one\n2. two\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd"
    )


def test_emoji_and_letters_of_two_units_are_copied_whole(view) -> None:
    view.set_turns(turns("go", "a 🙂🙂 **b𝒳c** end"))
    drag(view, point_of(view, "a"), point_of(view, "end"))
    assert view.selected_text() == "a 🙂🙂 b𝒳c "
    assert view.selected_text(as_markdown=True) == "a 🙂🙂 **b𝒳c** "


def test_two_clicks_take_a_word_and_three_the_paragraph(view) -> None:
    view.set_turns(turns("go", "one two three\n\nother"))
    port, where = view.viewport(), point_of(view, "two").toPoint() + QPoint(4, 0)
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=where)
    assert view.selected_text() == "two"
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=where)
    assert view.selected_text() == "one two three"


def test_a_selection_drawn_beyond_the_edge_scrolls(qtbot, view) -> None:
    view.set_turns(turns("go", LONG))
    view.go_to(1, 0, 0)
    port, start = view.viewport(), QPoint(view.column_left + 20, 200)
    before = view.verticalScrollBar().value()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, QPoint(start.x(), port.height() + 60))
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > before + 200)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(start.x(), port.height() + 60))
    assert not view.pointer._timer.isActive()
    assert len(view.selected_text()) > 600


def test_a_selection_outlives_the_text_that_streams_in(view) -> None:
    view.set_turns(turns("hello", "good day"))
    drag(view, point_of(view, "hello"), point_of(view, "hello", after=True))
    view.append_text(turn("").message.id, LONG)
    view._flush()
    assert view.selected_text() == "hello"


def test_a_very_long_chat_is_copied_whole_in_a_moment(view) -> None:
    view.set_turns(turns(*(["question", LONG[:600]] * 2000)))
    view.select_all()
    text = view.selected_text()
    assert text.count("question") == 2000
    assert text.count("Paragraph 0") == 2000


def test_the_keyboard_goes_from_message_to_message(view) -> None:
    view.set_turns(turns("one", "two", "three", "four"))
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.state.focused == 3
    key(view, Qt.Key.Key_Up)
    assert view.state.focused == 2
    assert view.active_foot.isVisible()
    assert view.active_foot.message == view.rows[2].id
    key(view, Qt.Key.Key_Home)
    assert view.state.focused == 0
    key(view, Qt.Key.Key_Down)
    assert view.state.focused == 1
    key(view, Qt.Key.Key_End)
    assert view.state.focused == 3
    asked = []
    view.action_requested.connect(lambda name, message: asked.append((name, message)))
    key(view, Qt.Key.Key_C, CONTROL)
    assert asked == [("copy", view.rows[3].id)]
    key(view, Qt.Key.Key_Escape)
    assert view.state.focused == -1


def test_pages_and_long_messages_are_scrolled_by_key(view) -> None:
    view.set_turns(turns("one", LONG, "three"))
    view.setFocus()
    key(view, Qt.Key.Key_Home)
    bar = view.verticalScrollBar()
    assert bar.value() == 0
    key(view, Qt.Key.Key_PageDown)
    assert bar.value() > 300
    value = bar.value()
    key(view, Qt.Key.Key_Down)
    assert value < bar.value() < value + 400
    key(view, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()


def test_shift_and_arrows_grow_a_selection_over_blocks(view) -> None:
    view.set_turns(turns("go", "one two\n\nsecond line"))
    view.setFocus()
    view.focus_row(1)
    for _ in range(3):
        key(view, Qt.Key.Key_Right, SHIFT)
    assert view.selected_text() == "one"
    key(view, Qt.Key.Key_Right, SHIFT | CONTROL)
    key(view, Qt.Key.Key_Right, SHIFT | CONTROL)
    assert view.selected_text().strip() == "one two"
    key(view, Qt.Key.Key_Down, SHIFT)
    assert view.selected_text().startswith("one two\n\n")
    key(view, Qt.Key.Key_End, SHIFT)
    assert view.selected_text() == "one two\n\nsecond line"
    key(view, Qt.Key.Key_Home, SHIFT | CONTROL)
    assert view.selection.head == (0, 0, 0, 0)


def test_select_all_by_key(view) -> None:
    view.set_turns(turns("one", "two"))
    view.setFocus()
    key(view, Qt.Key.Key_A, CONTROL)
    assert view.is_selection_whole()


# Find


def test_find_counts_what_was_never_laid_out_and_goes_there(view) -> None:
    texts = ["q", LONG] * 50
    texts[21] = texts[61] = "here is a needle, and a **need**le again"
    view.set_turns(turns(*texts))
    assert view.find("needle") == 4
    seen = set()
    for _ in range(4):
        place, of = view.find_place
        assert of == 4
        seen.add(place)
        row = view.finding.now()[0]
        assert row in (21, 61)
        top = view.rows.top(row) - view.offset
        assert -300 < top < view.viewport().height()
        view.find_step(+1)
    assert seen == {1, 2, 3, 4}
    assert view.find_step(-1)[1] == 4


def test_find_counts_by_what_is_read_not_by_markup(view) -> None:
    view.set_turns(turns("go", "[words](https://needle.example) and `needle`"))
    assert view.find("needle") == 1
    assert view.find("nothing like it") == 0
    assert view.find("") == 0
    assert not view.finding.is_on


def test_find_in_ten_thousand_messages_is_quick_and_corrects_itself(view) -> None:
    import time

    view.set_turns(turns(*(["common [x](https://common.example)", "a **common** word " + LONG[:300]] * 5000)))
    started = time.thread_time()
    total = view.find("common")
    assert time.thread_time() - started < 1.0
    assert total >= 10_000
    assert view.find_step(+1)[0] >= 1


def test_hits_are_highlighted_and_the_highlights_go(qtbot, view) -> None:
    view.set_turns(turns("go", "a needle in a stack"))
    settle(qtbot, view)
    plain = view.grab().toImage()
    view.find("needle")
    found = view.grab().toImage()
    assert found != plain
    view.end_find()
    assert view.grab().toImage() == plain


def test_a_hit_that_streams_in_is_counted(view) -> None:
    view.set_turns(turns("go", "a needle"))
    view.find("needle")
    view.append_text(turn("").message.id, "another needle")
    view._flush()
    assert view.find_place == (1, 2)


# Screen readers


def test_a_screen_reader_is_given_the_messages_in_sight(view) -> None:
    view.set_turns([*turns(*(["question", LONG] * 40)), turn("hi", own=True), turn("the **last**", place=2, of=3)])
    conversation = QAccessible.queryAccessibleInterface(view)
    assert conversation.role() == QAccessible.Role.List
    assert conversation.text(QAccessible.Text.Name) == "Conversation"
    count = conversation.childCount()
    assert 2 <= count < 12
    items = [conversation.child(index) for index in range(count)]
    messages = [item for item in items if item.role() == QAccessible.Role.ListItem]
    names = [item.text(QAccessible.Text.Name) for item in messages]
    assert names[-2:] == ["You: hi", "Reply: the last"]
    assert messages[-1].text(QAccessible.Text.Description) == "Version 2 of 3"
    assert conversation.indexOfChild(messages[-1]) == len(messages) - 1
    corner = messages[-1].rect().center()
    assert conversation.childAt(corner.x(), corner.y()).text(QAccessible.Text.Name) == "Reply: the last"


def test_the_message_with_the_focus_is_said(view) -> None:
    view.set_turns(turns("one", "two"))
    view.setFocus()
    view.focus_row(0)
    conversation = QAccessible.queryAccessibleInterface(view)
    assert conversation.focusChild().text(QAccessible.Text.Name) == "You: one"


def test_a_point_between_messages_belongs_to_the_nearest(view) -> None:
    view.set_turns(turns("one", "two"))
    spot = view.pointer.spot(QPointF(5, view.viewport().height() - 3))
    assert spot.row == 1
