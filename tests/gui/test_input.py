"""The message field's height: it grows with its lines, and no key makes it go round in circles."""

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.ui.composer import Composer
from app.ui.input import MAX_LINES, Input
from app.ui.theme import Theme

TYPED = "a sentence that is typed while a reply streams into the chat " * 9


@pytest.mark.parametrize("width", [400, 660])
def test_a_key_resizes_the_field_once_and_only_a_full_one_scrolls(
    qtbot, qapp: QApplication, theme: Theme, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """It once took a scroll bar for a moment, which took the width of a word, which took another line, and so on."""
    resizes = 0
    resize = Input.resizeEvent

    def counted(field: Input, event: object) -> None:
        nonlocal resizes
        resizes += 1
        resize(field, event)

    monkeypatch.setattr(Input, "resizeEvent", counted)
    box = QWidget()
    qtbot.addWidget(box)
    layout = QVBoxLayout(box)
    composer = Composer(theme, box)
    layout.addWidget(composer)
    layout.addStretch(1)
    box.resize(width, 600)
    box.show()
    field = composer.input
    heights = [field.height()]
    for letter in TYPED:
        qapp.processEvents()
        resizes = 0
        field.insertPlainText(letter)
        qapp.processEvents()
        assert resizes <= 2, field.toPlainText()
        lines = round(field.document().size().height())
        assert field.verticalScrollBar().isVisible() == (lines > MAX_LINES)
        heights.append(field.height())
    assert heights == sorted(heights)
    assert heights[-1] > heights[0]
