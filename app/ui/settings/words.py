"""The texts and buttons of pages, in the style sheet's kinds."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget


def line(text: str, kind: str, parent: QWidget) -> QLabel:
    """A text that wraps, in one of the style sheet's kinds: title, heading, strong, body, muted, caption, code."""
    label = QLabel(text, parent)
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    return label


def push(text: str, kind: str, parent: QWidget, name: str = "") -> QPushButton:
    """A button: primary, plain, quiet or danger. `name`: what a screen reader says, where the text is not enough."""
    button = QPushButton(text, parent)
    button.setProperty("kind", kind)
    button.setAccessibleName(name or text)
    button.setAutoDefault(False)
    return button
