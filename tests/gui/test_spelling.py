"""Wavy lines in the composer: where they stand, when they come and go, the menu, and what a screen reader hears."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.core.spelling.checker import Spelling
from app.domain.errors import StorageError
from app.storage.settings import Settings
from app.ui.preferences import Preferences
from app.ui.spelling_desk import LONG_CHARACTERS, SpellingDesk
from app.ui.theme import Theme
from app.ui.window import ChatWindow
from tests.gui.acting import press, say, wait_idle, write
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

WAIT_MS = 30_000  # the lists are loaded with the first check, on a machine that may be busy
CHOSEN = Settings(spelling_languages=("en", "de"))


@dataclass
class OwnWords:
    """Where they are kept: the vault of these tests."""

    lines: str = ""
    refuses: bool = False
    threads: set[str] = field(default_factory=set)

    def read(self) -> str:
        self.threads.add(threading.current_thread().name)
        return self.lines

    def write(self, lines: str) -> None:
        if self.refuses:
            raise StorageError("The disk is full.", "Make room.")
        self.lines = lines


@pytest.fixture(scope="module")
def own() -> OwnWords:
    return OwnWords()


@pytest.fixture(scope="module")
def spelling(own: OwnWords) -> Spelling:
    """One for all: lists are loaded once."""
    return Spelling(own.read, own.write)


@pytest.fixture
def watch(
    open_window: Callable[..., tuple[ChatWindow, ScriptedConversations]],
    theme: Theme,
    spelling: Spelling,
    own: OwnWords,
    qtbot,
) -> Iterator[Callable[..., tuple[ChatWindow, SpellingDesk, Preferences]]]:
    desks: list[SpellingDesk] = []
    own.lines, own.refuses = "", False

    def watch_one(*replies: ScriptedReply) -> tuple[ChatWindow, SpellingDesk, Preferences]:
        window, _ = open_window(*replies)
        assert window.page is not None
        preferences = Preferences(CHOSEN)
        desks.append(SpellingDesk(window.page.composer.input, spelling, preferences, theme))
        return window, desks[-1], preferences

    yield watch_one
    for desk in desks:
        desk.close()


def marked(desk: SpellingDesk) -> list[str]:
    return [mark.word for mark in desk.marks.marks]


def wait_marked(qtbot, desk: SpellingDesk, *words: str) -> None:
    qtbot.waitUntil(lambda: marked(desk) == list(words), timeout=WAIT_MS)


def drawn(window: ChatWindow) -> list[str]:
    """What has a line on the screen."""
    return [one.cursor.selectedText() for one in window.page.composer.input.extraSelections()]


def open_menu(qtbot, window: ChatWindow, place: int) -> QMenu:
    """By its key, with the cursor at a place."""
    field = window.page.composer.input
    cursor = field.textCursor()
    cursor.setPosition(place)
    field.setTextCursor(cursor)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), field.mapToGlobal(QPoint(1, 1)))
    QApplication.sendEvent(field, event)
    return shown_menu(qtbot)


def shown_menu(qtbot) -> QMenu:
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    qtbot.waitUntil(lambda: "Looking for suggestions" not in words_of(menu), timeout=WAIT_MS)
    return menu


def words_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def test_misspelt_words_get_a_line_in_the_themes_colour(qtbot, watch, theme: Theme) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("😀 recieve `recieve` die Rechtschreibprüfung teh end")
    wait_marked(qtbot, desk, "recieve", "teh")
    assert drawn(window) == ["recieve", "teh"]
    one = window.page.composer.input.extraSelections()[0]
    form = one.format  # which dies with `one`
    assert form.underlineStyle() == form.UnderlineStyle.WaveUnderline
    assert form.underlineColor().name() == theme.colours.danger


def test_the_word_being_typed_is_marked_when_it_ends(qtbot, watch) -> None:
    window, desk, _ = watch()
    write(qtbot, window, "teh recieve")
    wait_marked(qtbot, desk, "teh")
    qtbot.wait(400)  # another check
    assert marked(desk) == ["teh"]
    write(qtbot, window, " ")
    wait_marked(qtbot, desk, "teh", "recieve")


@pytest.mark.parametrize("leave", ["cursor", "focus"])
def test_leaving_a_word_ends_it(qtbot, watch, leave: str) -> None:
    window, desk, _ = watch()
    write(qtbot, window, "teh recieve")
    wait_marked(qtbot, desk, "teh")
    if leave == "cursor":
        press(qtbot, window, Qt.Key.Key_Home)
    else:
        window.page.composer.attach.setFocus()
    wait_marked(qtbot, desk, "teh", "recieve")


def test_a_changed_word_loses_its_line_with_the_key(qtbot, watch) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("teh recieve end")
    wait_marked(qtbot, desk, "teh", "recieve")
    field = window.page.composer.input
    cursor = field.textCursor()
    cursor.setPosition(3)
    field.setTextCursor(cursor)
    write(qtbot, window, "y")
    assert marked(desk) == ["recieve"]
    assert drawn(window) == ["recieve"]
    press(qtbot, window, Qt.Key.Key_Home)
    write(qtbot, window, "Oh, ")
    assert drawn(window) == ["recieve"]  # which has moved


def test_a_suggestion_takes_the_words_place_and_can_be_undone(qtbot, watch) -> None:
    window, desk, _ = watch()
    composer = window.page.composer
    composer.set_text("I recieve it")
    wait_marked(qtbot, desk, "recieve")
    menu = open_menu(qtbot, window, 4)
    texts = words_of(menu)
    assert texts[0] == "receive"
    assert 1 <= texts.index("") <= 5
    choose(menu, "receive")
    assert composer.text == "I receive it"
    wait_marked(qtbot, desk)
    composer.input.undo()
    assert composer.text == "I recieve it"
    wait_marked(qtbot, desk, "recieve")


def test_the_mouse_opens_the_menu_of_the_word_below_it(qtbot, watch) -> None:
    window, desk, _ = watch()
    field = window.page.composer.input
    window.page.composer.set_text("fine recieve fine")
    wait_marked(qtbot, desk, "recieve")
    cursor = QTextCursor(field.document())
    cursor.setPosition(8)
    place = field.cursorRect(cursor).center()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(field.viewport(), QContextMenuEvent(reason, place, field.viewport().mapToGlobal(place)))
    menu = shown_menu(qtbot)
    assert "receive" in words_of(menu)
    menu.close()


def test_the_menu_of_a_right_word_is_as_it_was(qtbot, watch) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("fine recieve")
    wait_marked(qtbot, desk, "recieve")
    menu = open_menu(qtbot, window, 1)
    assert "Add to dictionary" not in words_of(menu)
    assert len(words_of(menu)) > 5
    menu.close()


def test_nothing_like_it_is_said(qtbot, watch) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("qzxvwkqzxvwk end")
    wait_marked(qtbot, desk, "qzxvwkqzxvwk")
    menu = open_menu(qtbot, window, 2)
    assert words_of(menu)[0] == "No suggestions"
    menu.close()


def test_an_own_word_is_kept_and_never_marked_again(qtbot, watch, own: OwnWords) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("Zybrantine teh Zybrantine")
    wait_marked(qtbot, desk, "Zybrantine", "teh", "Zybrantine")
    choose(open_menu(qtbot, window, 2), "Add to dictionary")
    wait_marked(qtbot, desk, "teh")
    assert own.lines == "Zybrantine"
    own.lines = ""  # as the settings do; seen when the keyboard comes back
    window.page.composer.attach.setFocus()
    window.page.composer.setFocus()
    wait_marked(qtbot, desk, "Zybrantine", "teh", "Zybrantine")


def test_an_own_word_that_cannot_be_kept_is_told(qtbot, watch, own: OwnWords) -> None:
    window, desk, _ = watch()
    own.refuses = True
    window.page.composer.set_text("Zybrantine end")
    wait_marked(qtbot, desk, "Zybrantine")
    with qtbot.waitSignal(desk.failed) as told:
        choose(open_menu(qtbot, window, 2), "Add to dictionary")
    assert told.args[0].message == "The disk is full."
    assert marked(desk) == ["Zybrantine"]


def test_a_word_is_ignored_in_this_draft_only(qtbot, watch) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("Zybrantine teh")
    wait_marked(qtbot, desk, "Zybrantine", "teh")
    choose(open_menu(qtbot, window, 2), "Ignore in this draft")
    wait_marked(qtbot, desk, "teh")
    press(qtbot, window, Qt.Key.Key_End)
    write(qtbot, window, " Zybrantine wich recieve ")
    wait_marked(qtbot, desk, "teh", "recieve")
    window.page.composer.set_text("another draft")
    window.page.composer.set_text("Zybrantine again")
    wait_marked(qtbot, desk, "Zybrantine")


def test_a_screen_reader_hears_how_many_and_which(qtbot, watch) -> None:
    window, desk, _ = watch()
    field = window.page.composer.input
    window.page.composer.set_text("teh end")
    wait_marked(qtbot, desk, "teh")
    assert field.accessibleDescription() == "1 word may be misspelt: teh"
    window.page.composer.set_text("teh recieve end")
    wait_marked(qtbot, desk, "teh", "recieve")
    assert field.accessibleDescription() == "2 words may be misspelt: teh, recieve"
    window.page.composer.set_text("the end")
    wait_marked(qtbot, desk)
    assert field.accessibleDescription() == ""


def test_the_switch_and_the_languages_are_in_force_at_once(qtbot, watch) -> None:
    window, desk, preferences = watch()
    window.page.composer.set_text("teh Rechtschreibprüfung end")
    wait_marked(qtbot, desk, "teh")
    preferences.update(spelling_languages=("en",))
    wait_marked(qtbot, desk, "teh", "Rechtschreibprüfung")
    preferences.update(checks_spelling=False)
    wait_marked(qtbot, desk)
    assert drawn(window) == []
    preferences.update(checks_spelling=True)
    wait_marked(qtbot, desk, "teh", "Rechtschreibprüfung")


def test_sending_and_the_lock_leave_nothing(qtbot, watch, spelling: Spelling) -> None:
    window, desk, _ = watch()
    write(qtbot, window, "teh ")
    wait_marked(qtbot, desk, "teh")
    say(qtbot, window, "zybrantine")
    assert drawn(window) == []
    wait_idle(qtbot, window)
    window.page.composer.set_text("zybrantine end")
    wait_marked(qtbot, desk, "zybrantine")
    desk.close()
    assert drawn(window) == []
    assert window.page.composer.input.accessibleDescription() == ""
    assert "zybrantine" not in repr(vars(spelling))
    write(qtbot, window, "teh teh ")
    qtbot.wait(400)
    assert drawn(window) == []


def test_nothing_is_checked_on_the_windows_thread(qtbot, watch, own: OwnWords) -> None:
    window, desk, _ = watch(ScriptedReply(tuple("word " for _ in range(200)), pause_s=0.004))
    own.threads.clear()
    say(qtbot, window, "go")
    write(qtbot, window, "teh recieve while a reply streams ")
    wait_marked(qtbot, desk, "teh", "recieve")
    window._conversations.stop()
    wait_idle(qtbot, window)
    assert own.threads == {"nearhalf-spelling"}


def test_of_a_long_text_what_is_on_show_is_checked(qtbot, watch) -> None:
    window, desk, _ = watch()
    field = window.page.composer.input
    lines = ["teh first line", *["a right line"] * (LONG_CHARACTERS // 5), "the recieve line"]
    field.setPlainText("\n".join(lines))
    wait_marked(qtbot, desk, "teh")
    field.verticalScrollBar().setValue(field.verticalScrollBar().maximum())
    wait_marked(qtbot, desk, "recieve")


def test_another_theme_draws_the_lines_anew(qtbot, watch, theme: Theme) -> None:
    window, desk, _ = watch()
    window.page.composer.set_text("teh end")
    wait_marked(qtbot, desk, "teh")
    theme.set_appearance(theme.appearance.DARK)
    one = window.page.composer.input.extraSelections()[0]
    form = one.format
    assert form.underlineColor().name() == theme.colours.danger
