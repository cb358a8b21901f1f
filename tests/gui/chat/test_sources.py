"""Where what is drawn stands in its source, for every way of writing; and tokens picked and tinted through it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.token_places import TokenPlace
from app.domain.conversation import Attachment
from app.ui.chat.leaves import leaves_of
from app.ui.chat.segments import Segments
from app.ui.chat.sources import runs_of
from tests.gui.chat.conftest import drag, point_of, settle, turn, turns

EXACT = {  # nothing of these may fall back to a block
    "emphasis": "Hello **bold** and *it* ***both*** __a__ _b_ ~~gone~~ a * b * c",
    "headings": "# Title ##\n\ntext\n\nSetext\n===\n\nend",
    "line ends": "one\ntwo  \nthree\\\nfour\n    five",
    "lists": "- one\n- two **x**\n  1. a\n     goes on\n  2. b\n- [ ] to do\n- [x] done **now**\n-\n- - inner",
    "quotes": "> quote *q*\n> more\n> > deeper\n\n> - a\n>\n> b",
    "links": '[link](http://x.example/z "t") b <http://auto.example/> http://bare.example/a. [x]( <http://y.example> )',
    "code in lines": "`co de` and ``a ` b`` and ` c `",
    "code": "```py\nx = 1\n\n  y\n```\nafter\n\n    indented\n    more",
    "code in a list": "- a\n\n  ```\n  code\n    in\n  ```\n- b",
    "tables": "| a | b |\n|---|:-:|\n| **1** | 2 3 |\n|  | `x` |\n\nbelow",
    "letters of two units": "a 🙂🙂 **b𝒳c** end é",
}
ROUGH = {  # text -> what falls back
    "escapes": ("a \\*star\\* b", "*"),
    "entities": ("AT&amp;T &copy; & &nosuch;", "&"),
    "pictures": ("see ![pic](http://p.example/i.png) here", "pic (http://p.example/i.png)"),
    "unsafe links": ("bad [x](javascript:alert) y", " (javascript:alert)"),
    "escaped bars": ("| a | b |\n|---|---|\n| 2 \\| 3 | x |", "a\nb\n2 | 3\nx"),
    "overrides": ("turn \u202e round", "turn ⟨U+202E⟩ round"),
}


def runs(text: str, *, is_plain: bool = False):
    segments, before, found = Segments(text, is_plain=is_plain), None, []
    for segment in segments.all():
        leaves = leaves_of(segment, before, segments.text)
        before = segment
        for of_leaf in runs_of(segment, leaves, segments.text):
            found += of_leaf
    return found


@pytest.mark.parametrize("text", EXACT.values(), ids=EXACT.keys())
def test_every_character_that_is_drawn_is_found_in_the_source(text: str) -> None:
    found = runs(text)
    assert found
    for run in found:
        assert run.is_exact, run
        assert text[run.start : run.end] == run.text
    starts = [run.start for run in found]
    assert starts == sorted(starts)


@pytest.mark.parametrize(("text", "drawn"), ROUGH.values(), ids=ROUGH.keys())
def test_what_is_not_followed_exactly_says_so(text: str, drawn: str) -> None:
    found = runs(text)
    assert drawn in [run.text for run in found if not run.is_exact]
    for run in found:
        assert 0 <= run.start <= run.end <= len(text)
        assert not run.is_exact or text[run.start : run.end] == run.text


@pytest.mark.parametrize("text", [*EXACT.values(), *(text for text, _ in ROUGH.values())])
def test_the_persons_own_words_are_followed_line_by_line(text: str) -> None:
    for run in runs(text, is_plain=True):
        assert not run.is_exact or text[run.start : run.end] == run.text
        assert run.is_exact or "\u202e" in text


def by_words(text: str, first: int = 0) -> tuple[TokenPlace, ...]:
    """A token a word, with what stands before it."""
    found, at = [], 0
    for number, word in enumerate(text.replace(" ", "\0 ").split("\0")):
        found.append(TokenPlace(first + number, at, at + len(word)))
        at += len(word)
    return tuple(found)


def tinted(view) -> list[str]:
    found = []
    for number in range(len(view.rows)):
        for part_number, part in enumerate(view.rows[number].parts or ()):
            for piece_number, piece in enumerate(part.pieces or ()):
                marks = view.tokens.marks(number, part_number, piece_number)
                found += [piece.slice(mark.start, mark.end) for mark in marks]
    return found


def show(view, *texts: str) -> list[frozenset[int]]:
    """Messages with a token a word; what is picked from then on."""
    shown = turns(*texts)
    view.set_turns(shown)
    places, first = {}, 0
    for each in shown:
        places[each.message.id] = by_words(each.message.text, first)
        first += len(places[each.message.id])
    view.tokens.show_places(places)
    picked: list[frozenset[int]] = []
    view.tokens.picked.connect(picked.append)
    return picked


def click(view, words: str) -> None:
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point_of(view, words).toPoint())


def test_a_click_picks_the_token_below_markup(view) -> None:
    picked = show(view, "hi", "Some **bold** [link](https://x.example) and `code` here")
    for words, drawn in (("bold", "bold"), ("code", "code"), ("here", " here")):
        click(view, words)
        assert tinted(view) == [drawn] or drawn in "".join(tinted(view))
    assert [sorted(one) for one in picked] == [[2], [5], [6]]


def test_a_link_is_followed_and_picked(view) -> None:
    picked, followed = show(view, "hi", "a [link](https://x.example) b"), []
    view.link_requested.connect(followed.append)
    click(view, "link")
    assert followed == ["https://x.example"]
    assert picked[-1] == {2}


def test_tables_and_code_are_picked_cell_by_cell_and_word_by_word(view) -> None:
    text = "```py\nx = y\n```\n\n| a | b |\n|---|---|\n| one | two |"
    show(view, "go", text)
    row = view.rows[1]
    view.tokens.show_places({row.id: (TokenPlace(0, text.index("y\n```"), text.index("y\n```") + 1),)})
    view.tokens.light(frozenset({0}))
    assert tinted(view) == ["y"]
    at = text.index("two")
    view.tokens.show_places({row.id: (TokenPlace(0, at, at + 3),)})
    view.tokens.light(frozenset({0}))
    assert tinted(view) == ["two"]


def test_a_formula_is_tinted_whole_drawn_or_not(qtbot, view) -> None:
    text = "so $x^2$ it is\n\n$$\na+b\n$$"
    show(view, "go", text)
    at = text.index("^")
    view.tokens.show_places({view.rows[1].id: (TokenPlace(0, at, at + 1), TokenPlace(1, text.index("+"), len(text)))})
    view.tokens.light(frozenset({0, 1}))
    for _ in range(2):  # as its source, then drawn
        assert tinted(view) == ["$x^2$", "$$\na+b\n$$"]
        settle(qtbot, view)


def test_a_selection_over_messages_picks_all_between(view) -> None:
    picked = show(view, "one two three", "four **five**\n\nsix seven", "eight nine")
    drag(view, point_of(view, "two"), point_of(view, "eigh", after=True))
    assert sorted(picked[-1]) == [1, 2, *range(3, 7)]


def test_a_selection_by_keys_picks_too(view) -> None:
    picked = show(view, "hi", "one two")
    view.setFocus()
    view.focus_row(1)
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(picked[-1]) == [1, 2]


def test_what_stands_in_attachments_is_of_no_token(view) -> None:
    own = turn("mine", own=True, attachments=(Attachment("a.txt", "other words"),))
    view.set_turns([own])
    view.tokens.show_places({own.message.id: (TokenPlace(4, 0, 4),)})
    view.fold(0, 0)
    picked = []
    view.tokens.picked.connect(picked.append)
    click(view, "other")
    click(view, "mine")
    assert picked[0] == frozenset()
    assert picked[-1] == {4}
    assert tinted(view) == ["mine"]


def test_light_scrolls_only_where_it_is_asked_to(view) -> None:
    show(view, "first words", *(["question", "answer " * 300] * 6))
    view.follow()
    before = view.verticalScrollBar().value()
    view.tokens.light(frozenset({0}))
    assert view.verticalScrollBar().value() == before
    view.tokens.light(frozenset({1}), reveals=True)
    assert view.verticalScrollBar().value() < before
    assert tinted(view) == [" words"]


def test_nothing_is_parsed_while_no_places_are_shown(view, monkeypatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the panel is closed")

    monkeypatch.setattr("app.ui.chat.tokens.runs_of", never)
    view.set_turns(turns("hi", "some **text** " * 50))
    click(view, "text")
    view.grab()
    assert view.tokens.chosen == frozenset()


def test_only_what_is_in_sight_is_read_among_ten_thousand_messages(view, monkeypatch) -> None:
    from app.ui.chat import tokens

    read = []
    monkeypatch.setattr(tokens, "runs_of", lambda *given: read.append(1) or runs_of(*given))
    show(view, *(["question", "an **answer** of some words"] * 5000))
    view.tokens.light(frozenset(range(40_000)))
    view.grab()
    assert 0 < len(read) < 60
    view.select_all()
    view.tokens.pick_selection(view.selection)
    assert len(view.tokens.chosen) == 30_000
    assert len(read) < 80
