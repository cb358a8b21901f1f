"""The conversation as the person sees it: what is read, where the view stands, what is laid out and what is not."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.domain.conversation import Attachment, EndReason, Message, Role, Traffic, Turn
from app.domain.ids import new_message_id
from app.ui.chat.panels import CodePiece, TablePiece
from app.ui.chat.pieces import Document, MathPiece
from app.ui.chat.rows import KEPT_PARTS
from app.ui.theme import Appearance, Theme
from tests.gui.chat.conftest import place_of, point_of, settle, turn, turns

pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # how ziamath finds its font
LONG = "\n\n".join(f"Paragraph {number}. " + "word " * 30 for number in range(60))


def pieces(view):
    return [piece for n in range(len(view.rows)) for part in view.rows[n].parts or () for piece in part.pieces or ()]


def top_words(view) -> str:
    """What stands at the upper edge."""
    return view.pointer.spot(view.viewport().rect().topLeft().toPointF() + QPoint(view.column_left + 2, 2)).piece.text


# What is read


def test_markdown_is_read_and_the_persons_own_words_are_not(view) -> None:
    view.set_turns(turns("**mine**\n# too", "some **bold** and `code`\n\n- a\n- b\n\n1. c"))
    assert view.plain_text() == "**mine**\n# too\nsome bold and code\n\n• a\n• b\n1. c"


def test_a_reply_that_streams_in_pieces_reads_as_the_whole(view) -> None:
    whole = (
        "# Title\n\nText with **bold**.\n\n```python\nx = 1\n\ny = 2\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\nEnd."
    )
    view.set_turns(turns("go", whole))
    expected = view.plain_text()
    message = turn(whole, end=EndReason.END_OF_TEXT).message
    view.set_turns(turns("go"))
    view.add_turn(Turn(Message(message.id, Role.ASSISTANT, "")))
    for character in whole:
        view.append_text(message.id, character)
    view.end_reply(message.id, message, "")
    assert view.plain_text() == expected
    assert {type(piece) for piece in pieces(view)} >= {CodePiece, TablePiece}


def test_an_empty_reply_shows_nothing_and_goes_where_nothing_came(view) -> None:
    view.set_turns(turns("go"))
    empty = turn("")
    view.add_turn(empty)
    assert view.plain_text() == "go"
    view.end_reply(empty.message.id, None, "")
    assert len(view.rows) == 1


def test_the_note_stands_below_the_last_message_while_nothing_can_be_read(view) -> None:
    view.set_turns(turns("go"))
    without = view.grab().toImage()
    view.set_note("Reading 10 of 20 tokens")
    assert view.note
    assert view.grab().toImage() != without


def test_formulas_are_drawn_and_one_that_cannot_be_shows_its_source(qtbot, view) -> None:
    view.set_turns(turns("go", "Inline $x^2$ here.\n\n$$\\frac{a}{b}$$\n\n$$\\frac{a}{$$"))
    settle(qtbot, view)
    good, bad = (piece for piece in pieces(view) if isinstance(piece, MathPiece))
    assert good._source is None
    assert bad._source is not None
    assert "\\frac{a}{" in bad._source.text
    assert view.plain_text().endswith("$$\n\\frac{a}{\n$$")
    view.select_all()
    assert "$x^2$" in view.selected_text()


def test_code_gets_its_colours_and_can_be_copied_with_its_button(qtbot, view) -> None:
    view.set_turns(turns("go", "```python\ndef f():\n    return 1\n```\nAfter"))
    settle(qtbot, view)
    (code,) = (piece for piece in pieces(view) if isinstance(piece, CodePiece))
    formats = code.document.firstBlock().layout().formats()
    assert formats[0].format.foreground().color().name() == view._theme.colours.code_keyword
    where = code.copy_rect().center() + view.rect_of(place_of(view, "def f()")).topLeft() - code.rect_of(0).topLeft()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert QGuiApplication.clipboard().text() == "def f():\n    return 1"
    assert view.state.copied == (1, 0)


def test_a_wide_line_of_code_scrolls_sideways_and_the_column_does_not(qtbot, view) -> None:
    view.set_turns(turns("go", "```\n" + "x" * 400 + "\n```"))
    (code,) = (piece for piece in pieces(view) if isinstance(piece, CodePiece))
    assert code.furthest > 0
    assert code.width <= view.rows.around.column
    view.pointer.scroll_sideways(1, code, 100)
    assert code.scroll == 100
    view.resize(780, 600)
    (code,) = (piece for piece in pieces(view) if isinstance(piece, CodePiece))
    assert code.scroll == 100


def test_an_own_message_hugs_its_text_at_the_right_and_wraps_when_long(view) -> None:
    view.set_turns(turns("short", "x", "word " * 200, "x"))
    view.go_to(0, 0, -100)
    short, long = view.rows[0].panel(view.rows.around), view.rows[2].panel(view.rows.around)
    assert short.right() == long.right() == view.rows.around.column
    assert short.width() < 100 < 0.7 * view.rows.around.column < long.width() < 0.9 * view.rows.around.column


def test_text_from_right_to_left_stands_at_the_right(view) -> None:
    view.set_turns(turns("go", "שלום עולם\n\n- פריט\n\nEnglish"))
    hebrew, item, english = pieces(view)[1:]
    assert hebrew.is_rtl
    assert item.is_rtl
    assert not english.is_rtl
    assert hebrew.rect_of(0).left() > view.rows.around.column * 0.9
    assert english.rect_of(0).left() < 5


def test_an_attachment_is_a_chip_that_unfolds(qtbot, view) -> None:
    view.set_turns([turn("Read it", own=True, attachments=(Attachment("notes.txt", "the notes\nsecond"),))])
    assert "the notes" not in " ".join(piece.text for piece in pieces(view))
    left, top = view.rows[0].chips_rect(view.rows.around)
    where = QPoint(round(view.column_left + left + 10), round(top - view.offset + 10))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    left, top = view.rows[0].chips_rect(view.rows.around)
    where = QPoint(round(view.column_left + left + 10), round(top - view.offset + 10))
    assert "the notes\nsecond" in [piece.text for piece in pieces(view)]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert [piece.text for piece in pieces(view)] == ["Read it"]


def test_documents_refuse_to_load_anything(view) -> None:
    document = Document(view.rows.around.looks)
    document.setHtml('<img src="file:///etc/passwd"><link rel="stylesheet" href="http://evil.example">')
    assert document.loadResource(2, "http://evil.example/x.png") is None


def test_pictures_html_and_harmful_links_lead_nowhere(qtbot, view) -> None:
    view.set_turns(turns("go", "![cat](http://evil.example/x.png) <b>b</b> [bank](javascript:alert) [ok](https://a.b)"))
    asked: list[str] = []
    view.link_requested.connect(asked.append)
    for words in ("cat", "<b>", "bank", "javascript"):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point_of(view, words).toPoint() + QPoint(3, 0))
        qtbot.wait(1)
    assert asked == []
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point_of(view, "ok").toPoint() + QPoint(3, 0))
    assert asked == ["https://a.b"]


# Where the view stands


def test_the_view_follows_the_end_while_the_person_is_there(qtbot, view) -> None:
    view.set_turns(turns("go"))
    reply, bar = new_message_id(), view.verticalScrollBar()
    for number in range(40):
        view.append_text(reply, f"line {number}\n\n")
        view._flush()
        assert bar.value() == bar.maximum()
    assert bar.maximum() > 0
    assert not view.jump.isVisible()


def test_the_view_stays_where_the_person_reads(qtbot, view) -> None:
    view.set_turns(turns("go", LONG))
    reply, bar = new_message_id(), view.verticalScrollBar()
    bar.setValue(700)
    words, value = top_words(view), bar.value()
    assert view.jump.isVisible()
    for number in range(30):
        view.append_text(reply, f"line {number}\n\n")
        view._flush()
    assert (top_words(view), bar.value()) == (words, value)
    qtbot.mouseClick(view.jump, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not view.jump.isVisible()


def test_what_the_person_reads_stays_when_heights_above_turn_out_otherwise(qtbot, view) -> None:
    """Estimates above are wrong: scrolling up lays them out, and what was on show moves by what was scrolled only."""
    texts = ["go", LONG] * 6
    view.set_turns(turns(*texts))
    bar = view.verticalScrollBar()
    for _ in range(60):
        place = place_of(view, top_words(view)[:14])
        before = view.rect_of(place).top()
        value = bar.value()
        if value < 50:
            break
        bar.setValue(value - 50)
        after = view.rect_of(place).top()
        assert abs(after - before - 50) <= 2


def test_a_narrower_window_keeps_the_end_or_the_place_in_sight(qtbot, view) -> None:
    view.set_turns(turns("go", LONG))
    view.resize(500, 500)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(900)
    words = top_words(view)
    view.resize(650, 500)
    assert top_words(view) == words


@pytest.mark.parametrize("appearance", [Appearance.DARK, Appearance.CONTRAST])
def test_changing_the_theme_keeps_the_text_and_the_place(qtbot, view, theme: Theme, appearance: Appearance) -> None:
    view.set_turns(turns("go", LONG))
    view.verticalScrollBar().setValue(500)
    before = (view.plain_text(), top_words(view), view.verticalScrollBar().value())
    theme.set_appearance(appearance)
    assert (view.plain_text(), top_words(view), view.verticalScrollBar().value()) == before


def test_another_sibling_leaves_the_view_at_the_same_message(qtbot, view) -> None:
    shown = turns("go", LONG, "and", "old " * 900)
    view.set_turns(shown)
    view.go_to(2, 0, 0)
    top = view.rows.top(2) - view.offset
    view.set_turns([*shown[:3], turn("new " * 900, place=2, of=2)])
    assert abs(view.rows.top(2) - view.offset - top) <= 2
    assert "new" in view.plain_text()


def test_another_chat_is_shown_from_its_end(view) -> None:
    view.set_turns(turns("go", LONG))
    view.verticalScrollBar().setValue(10)
    view.set_turns(turns("other", LONG))
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_message_can_be_shown_and_is_marked(view) -> None:
    shown = turns("go", LONG, "the one", LONG)
    view.set_turns(shown)
    view.show_message(shown[2].message.id)
    assert view.state.marked == 2
    assert 0 <= view.rows.top(2) - view.offset < 60


# What is laid out, and what is not


def test_only_what_is_in_sight_is_laid_out(view) -> None:
    view.set_turns(turns(*(["question", LONG] * 500)))
    assert sum(view.rows[n].parts is not None for n in range(len(view.rows))) <= 3
    assert len(pieces(view)) < 30


def test_documents_out_of_sight_are_given_back(view) -> None:
    view.set_turns(turns(*(["question", LONG] * 60)))
    bar = view.verticalScrollBar()
    for value in range(0, bar.maximum(), 400):
        bar.setValue(value)
    assert len(pieces(view)) <= KEPT_PARTS + 40
    assert sum(part.picture is not None for n in range(len(view.rows)) for part in view.rows[n].parts or ()) < 40


def test_ten_thousand_messages_open_in_a_moment(view) -> None:
    shown = turns(*(["question", LONG[:600]] * 5000))
    started = time.thread_time()
    view.set_turns(shown)
    view.viewport().repaint()
    assert time.thread_time() - started < 1.0  # a loaded machine; the benchmark says 0.1


def test_a_megabyte_in_one_line_can_be_opened_scrolled_and_streamed(view) -> None:
    view.set_turns(turns("x" * 1_000_000, "```\n" + "y" * 1_000_000))
    bar = view.verticalScrollBar()
    for share in (0.1, 0.5, 0.9, 1):
        started = time.thread_time()
        bar.setValue(round(bar.maximum() * share))
        view.viewport().repaint()
        assert time.thread_time() - started < 0.5
    reply = new_message_id()
    for _ in range(50):
        started = time.thread_time()
        view.append_text(reply, "z" * 20_000)
        view._flush()
        assert time.thread_time() - started < 0.5


def test_clearing_drops_every_text(qtbot, view) -> None:
    view.set_turns(turns("canary one", "canary two with $canary$\n\n```python\ncanary\n```"))
    settle(qtbot, view)
    assert view._formulas._known
    assert view._colouring._known
    view.find("canary")
    view.clear()
    assert view.plain_text() == ""
    assert len(view.rows) == 0
    assert not view._formulas._known
    assert not view._colouring._known
    assert not view.finding.is_on
    assert view.selected_text() == ""
    assert view.last_foot.facts.whole == ""


# The foot


TRAFFIC = Traffic(1, 1, 63_000, 48_000, 5, 37, 1, 0.3, 0.7)


def test_the_last_message_has_its_actions_and_facts(qtbot, view) -> None:
    reply = turn("answer", traffic=TRAFFIC, end=EndReason.STOPPED, tokens=(1, 2))
    view.set_turns([turn("go", own=True), reply])
    foot = view.last_foot
    assert foot.isVisible()
    assert foot.message == reply.message.id
    assert "37 tokens" in foot.facts.whole
    assert foot.proceed.isVisible()
    assert not foot.edit.isVisible()
    asked = []
    view.action_requested.connect(lambda name, message: asked.append((name, message)))
    for button in (foot.copy, foot.regenerate, foot.proceed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [(name, reply.message.id) for name in ("copy", "regenerate", "continue")]


def test_facts_that_do_not_fit_end_in_an_ellipsis_and_are_whole_in_the_tip(view) -> None:
    view.set_turns([turn("go", own=True), turn("answer", traffic=TRAFFIC, end=EndReason.STOPPED, tokens=(1,))])
    view.resize(380, 500)
    facts = view.last_foot.facts
    assert facts.text().endswith("…")
    assert facts.fontMetrics().horizontalAdvance(facts.text()) <= facts.contentsRect().width()
    assert "37 tokens" in facts.toolTip()
    assert facts.accessibleName() == facts.toolTip()


def test_siblings_are_counted_and_stepped_through(qtbot, view) -> None:
    view.set_turns([turn("go", own=True), turn("b", place=2, of=3)])
    foot = view.last_foot
    assert foot.count.text() == "2/3"
    asked = []
    view.action_requested.connect(lambda name, message: asked.append(name))
    qtbot.mouseClick(foot.previous, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(foot.next, Qt.MouseButton.LeftButton)
    assert asked == ["previous", "next"]
    view.set_turns([turn("go", own=True), turn("b", place=3, of=3)])
    assert not view.last_foot.next.isEnabled()


def test_a_message_shows_its_actions_under_the_pointer(qtbot, view) -> None:
    shown = turns("question", "answer", "second", "last")
    view.set_turns(shown)
    QTest.mouseMove(view.viewport(), point_of(view, "question").toPoint())
    qtbot.waitUntil(lambda: view.active_foot.message == shown[0].message.id)
    assert view.active_foot.edit.isVisible()
    assert not view.active_foot.regenerate.isVisible()


def test_the_menu_holds_what_does_not_fit(view) -> None:
    view.set_turns(turns("go", "[a](https://a.b)\n\n```python\nx\n```"))
    asked = []
    view.action_requested.connect(lambda name, message: asked.append(name))
    menu = view.last_foot.menu()
    for action in menu.actions()[:3]:
        action.trigger()
    assert asked == ["copy_markdown", "fork", "delete"]
    assert [action.text() for action in menu.actions()[4:]] == ["Copy the code: python", "Open https://a.b"]


def test_nothing_can_be_done_with_a_reply_that_is_still_coming(view) -> None:
    view.set_turns(turns("go"))
    reply = new_message_id()
    view.append_text(reply, "so far")
    view._flush()
    assert not view.last_foot.isVisible()
    view.end_reply(reply, Message(reply, Role.ASSISTANT, "so far", end=EndReason.STOPPED), "the facts")
    assert view.last_foot.isVisible()
    assert view.last_foot.facts.whole == "the facts"


def test_every_button_has_a_name_and_a_tip(view) -> None:
    from PySide6.QtWidgets import QAbstractButton

    view.set_turns(turns("go", "answer"))
    for button in view.findChildren(QAbstractButton):
        assert button.accessibleName(), button
        assert button.toolTip(), button
