"""A chat view of its own, as wide as a window, with everything laid out."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.domain.conversation import Attachment, Message, Role, Turn
from app.domain.ids import new_message_id
from app.ui.chat.characters import units
from app.ui.chat.places import Place
from app.ui.chat.view import ChatView
from app.ui.theme import Theme

OpenView = Callable[..., ChatView]


def turn(text: str, *, own: bool = False, place: int = 1, of: int = 1, **more) -> Turn:
    role = Role.USER if own else Role.ASSISTANT
    return Turn(Message(new_message_id(), role, text, **more), place, of)


def turns(*texts: str) -> list[Turn]:
    """The person and the model in turns."""
    return [turn(text, own=number % 2 == 0) for number, text in enumerate(texts)]


def note(name: str, text: str) -> Attachment:
    return Attachment(name, text)


@pytest.fixture
def view(qtbot, theme: Theme) -> Iterator[ChatView]:
    view = ChatView(theme)
    view.resize(800, 600)
    view.show()
    qtbot.waitUntil(view.isVisible)
    yield view
    view.clear()
    view._worker.close()
    view.close()
    view.deleteLater()


def place_of(view: ChatView, words: str) -> Place:
    """Where words stand that are in sight."""
    for number in range(len(view.rows)):
        row = view.rows[number]
        for part in range(len(row.parts or ())):
            for place, piece in enumerate(row.parts[part].pieces or ()):
                if words in piece.text:
                    return Place(number, part, place, units(piece.text[: piece.text.index(words)]))
    raise AssertionError(f"{words!r} is not laid out")


def point_of(view: ChatView, words: str, *, after: bool = False) -> QPointF:
    place = place_of(view, words)
    rect = view.rect_of(place._replace(unit=place.unit + (units(words) if after else 0)))
    return QPointF(rect.left() + (0 if after else 1), rect.center().y())


def drag(view: ChatView, start: QPointF, end: QPointF) -> None:
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(port, ((start + end) / 2).toPoint())
    QTest.mouseMove(port, end.toPoint())
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end.toPoint())


def settle(qtbot, view: ChatView) -> None:
    """Until formulas and colours are there."""
    qtbot.waitUntil(lambda: view._worker._thread is None, timeout=10_000)
    qtbot.wait(20)
