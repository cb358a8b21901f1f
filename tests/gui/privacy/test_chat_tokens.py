"""A token picked in the chat lights up its entries, and entries their tokens in the chat."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.panel_source import MessageTokens
from app.core.token_places import TokenPlace
from tests.gui.chat.conftest import drag, point_of
from tests.gui.privacy.conftest import ANSWER, QUESTION, TEXTS, Stage


def places(stage: Stage):
    """Of "Why did it fall?" at positions 0 to 4, and "It was ripe." at 5 to 8."""
    question = stage.conversations.turns(stage.chat)[0].message.id
    return {question: of(QUESTION, TEXTS[:5], 0), stage.message: of(ANSWER, (TEXTS[5].strip(), *TEXTS[6:]), 5)}


def of(text: str, tokens: tuple[str, ...], first: int):
    found, at = [], 0
    for number, token in enumerate(tokens):
        found.append(TokenPlace(first + number, at, at + len(token)))
        at += len(token)
    assert at == len(text)
    return tuple(found)


def opened(qtbot, stage: Stage) -> Stage:
    stage.source.tokens[stage.message] = MessageTokens(stage.message, TEXTS, 5, places(stage))
    stage.window.shortcuts["privacy_panel"].trigger()
    qtbot.waitUntil(lambda: stage.window.page.view.tokens.is_on, timeout=30_000)
    return stage


def click(stage: Stage, words: str) -> None:
    view = stage.window.page.view
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point_of(view, words).toPoint())


def tinted(view) -> list[str]:
    """What is tinted, as it is drawn."""
    found = []
    for number in range(len(view.rows)):
        for part_number, part in enumerate(view.rows[number].parts or ()):
            for piece_number, piece in enumerate(part.pieces or ()):
                marks = view.tokens.marks(number, part_number, piece_number)
                found += [piece.slice(mark.start, mark.end) for mark in marks]
    return found


def test_a_click_on_a_word_lights_its_entries_and_tints_it(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view, lit = stage.window.page.view, []
    stage.panel.detail.rows_lit.connect(lit.append)
    click(stage, "was")
    assert tinted(view) == [" was"]
    assert stage.panel.detail.tokens.chosen == {6}
    records = stage.panel.detail.feed.ledger.records[sorted(lit[-1])]
    assert set(records["position"]) == {6}
    assert len(records) == 6  # step, two taps with their deltas, state
    assert view.accessibleDescription().startswith("Token 2 of this message, position 6: 6 frames, ")


def test_a_click_in_the_question_shows_what_carried_the_prompt(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    lit = []
    stage.panel.detail.rows_lit.connect(lit.append)
    click(stage, "fall")
    assert tinted(stage.window.page.view) == [" fall"]
    assert {int(at) for at in stage.panel.detail.feed.ledger.records[sorted(lit[-1])]["position"]} == {0}


def test_a_selection_of_text_picks_all_its_tokens(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view = stage.window.page.view
    drag(view, point_of(view, "did"), point_of(view, "It wa", after=True))
    assert stage.panel.detail.tokens.chosen == {1, 2, 3, 4, 5, 6}
    assert view.selected_text()  # and it is still a selection
    click(stage, "ripe")
    assert stage.panel.detail.tokens.chosen == {7}


def test_selected_entries_tint_their_tokens(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view, entries = stage.window.page.view, stage.panel.entries
    entries.finish()
    ledger = stage.panel.detail.feed.ledger
    row = next(row for row in range(ledger.count) if ledger.records[row]["position"] == 7)
    entries.list.go_to(row)
    qtbot.waitUntil(lambda: tinted(view) == [" ripe"], timeout=30_000)


def test_the_arrow_keys_go_from_token_to_token_over_messages(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view = stage.window.page.view
    view.setFocus()
    click(stage, "?")
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(view, key)
        seen.append(sorted(view.tokens.chosen))
    assert seen == [[5], [6], [5], [4]]


def test_the_tinted_token_says_what_is_known_of_it(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view = stage.window.page.view
    click(stage, "was")
    spot = view.pointer.spot(point_of(view, "was"))
    assert (
        view.tokens.tip(spot) == "Token 2 of this message, position 6: 6 frames, 704 bytes up"
    )  # 64 x 2, and 12 x 8 x 2 for each tap
    assert view.tokens.tip(view.pointer.spot(point_of(view, "ripe"))) == ""


def test_with_the_panel_the_tints_go(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view = stage.window.page.view
    click(stage, "was")
    stage.window.privacy.close()
    assert not view.tokens.is_on
    assert tinted(view) == []
    click(stage, "ripe")
    assert view.tokens.chosen == frozenset()
    stage.window.shortcuts["privacy_panel"].trigger()
    assert view.tokens.is_on


def test_the_lock_leaves_no_places_behind(qtbot, make_stage) -> None:
    stage = opened(qtbot, make_stage())
    view = stage.window.page.view
    click(stage, "was")
    stage.window.privacy.forget()
    assert not view.tokens.is_on


def test_a_screen_reader_is_told_the_token_and_what_is_known_of_it(qtbot, make_stage, monkeypatch) -> None:
    stage = opened(qtbot, make_stage())
    view, told = stage.window.page.view, []
    monkeypatch.setattr("app.ui.chat.access.tell_token", lambda _, text, words: told.append((text, words)))
    click(stage, "was")
    QTest.keyClick(view, Qt.Key.Key_Right)
    drag(view, point_of(view, "ripe"), point_of(view, "ripe", after=True))
    assert [text for text, _ in told] == [" was", " ripe", " ripe"]
    assert told[1][1].startswith("Token 3 of this message, position 7: 6 frames, ")
