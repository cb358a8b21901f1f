"""The line under the field, the chat's own choice, and the settings page."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from app.core.redaction import Redaction
from app.domain.errors import ModelError
from app.domain.redaction import RedactionChoices
from app.privacy.redaction.kinds import Span
from app.privacy.redaction.names import by_form
from app.privacy.redaction.redactor import Redactor
from tests.gui.acting import press, wait_idle, write
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

TEXT = "Ask Anna Schmidt, +49 170 1234567."


class NamesByForm:
    def find(self, text: str) -> Iterator[Span]:
        return by_form(text)


class NoNames:
    def find(self, text: str) -> Iterator[Span]:
        raise ModelError("Names cannot be found on this computer.", "Turn them off.")


def redacting(names: object = None, *, is_on: bool = True) -> ScriptedConversations:
    redaction = Redaction(lambda: RedactionChoices(is_on), Redactor(names or NamesByForm()))  # type: ignore[arg-type]
    return ScriptedConversations((ScriptedReply(),), redaction=redaction)


def chips(window) -> list[str]:
    return [chip.text() for chip in window.page.composer.redaction.chips]


def test_what_will_be_replaced_is_said_and_one_click_keeps_it(qtbot, open_window) -> None:
    window, _ = open_window(chats=redacting())
    strip = window.page.composer.redaction
    assert not strip.isVisible()
    write(qtbot, window, TEXT)
    qtbot.waitUntil(lambda: len(strip.chips) == 2)
    assert strip.isVisible() and strip.line.text() == "2 texts are replaced before sending:"
    assert chips(window)[0].startswith("Anna Schmidt → ") and chips(window)[1].startswith("+49 170 1234567 → +49 ")
    assert strip.chips[0].accessibleName().startswith("Names of people: Anna Schmidt is sent as ")
    qtbot.mouseClick(strip.chips[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: chips(window)[0] == "Anna Schmidt: as it is")
    assert strip.line.text() == "1 text is replaced before sending, 1 is sent as it is:"
    qtbot.mouseClick(strip.chips[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: chips(window)[0].startswith("Anna Schmidt → "))


def test_the_line_goes_with_the_draft(qtbot, open_window) -> None:
    window, _ = open_window(chats=redacting())
    write(qtbot, window, TEXT)
    strip = window.page.composer.redaction
    qtbot.waitUntil(lambda: len(strip.chips) == 2)
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: not strip.isVisible())
    assert TEXT in shown(window)


def test_a_chat_that_does_not_redact_says_nothing(qtbot, open_window) -> None:
    window, _ = open_window(chats=redacting(is_on=False))
    write(qtbot, window, TEXT)
    qtbot.waitUntil(lambda: "tokens" in window.page.composer.meter.text())
    qtbot.wait(400)
    assert not window.page.composer.redaction.isVisible()


def test_the_chats_own_choice_is_made_in_its_options(qtbot, open_window) -> None:
    window, chats = open_window(chats=redacting(is_on=False))
    write(qtbot, window, TEXT)
    window._run("chat_options")
    options = window.page.options
    assert options.redacts.currentData() is None
    options.redacts.setCurrentIndex(options.redacts.findData(True))
    options.close()
    qtbot.waitUntil(lambda: len(window.page.composer.redaction.chips) == 2)
    assert chats.chat(window.desk.chat).options.redacts is True


@pytest.mark.allow_warning_logs  # the job says why it failed
def test_why_names_cannot_be_found_is_said_where_the_line_stands(qtbot, open_window) -> None:
    window, _ = open_window(chats=redacting(NoNames()))
    write(qtbot, window, TEXT)
    line = window.page.composer.redaction.line
    qtbot.waitUntil(lambda: line.text() == "Names cannot be found on this computer. Turn them off.")


def test_locking_leaves_nothing_of_it(qtbot, open_window) -> None:
    window, _ = open_window(chats=redacting())
    write(qtbot, window, TEXT)
    strip = window.page.composer.redaction
    qtbot.waitUntil(lambda: len(strip.chips) == 2)
    window.desk.writing.forget()
    assert strip.chips == [] and strip.line.text() == ""
