"""The line below the last message: what is awaited, or what is known of a finished reply and can be done with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.ui.assets import icon
from app.ui.theme import Theme


class ReplyFoot(QWidget):
    copy_requested = Signal()
    regenerate_requested = Signal()
    edit_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("foot")
        self._note = QLabel(self)
        self._note.setProperty("kind", "muted")
        self._facts = QLabel(self)
        self._facts.setProperty("kind", "caption")
        self.copy = self._button("copy", self.tr("Copy"), self.tr("Copy the reply"))
        self.regenerate = self._button(
            "regenerate", self.tr("Regenerate"), self.tr("Drop this reply and generate another")
        )
        self.edit = self._button("edit", self.tr("Edit"), self.tr("Edit your last message"))
        self.copy.clicked.connect(self.copy_requested)
        self.regenerate.clicked.connect(self.regenerate_requested)
        self.edit.clicked.connect(self.edit_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.metrics.space_2)
        for widget in (self._note, self.copy, self.regenerate, self.edit):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._facts)
        theme.changed.connect(self._wear)
        self._wear()
        self.clear()

    @property
    def note(self) -> str:
        return self._note.text() if self._note.isVisibleTo(self) else ""

    @property
    def facts(self) -> str:
        return self._facts.text() if self._facts.isVisibleTo(self) else ""

    def clear(self) -> None:
        self.hide()

    def show_note(self, text: str) -> None:
        self._show(note=text, facts="", has_reply=False, has_actions=False)

    def show_actions(self, facts: str, *, has_reply: bool) -> None:
        self._show(note="", facts=facts, has_reply=has_reply, has_actions=True)

    def _show(self, *, note: str, facts: str, has_reply: bool, has_actions: bool) -> None:
        self._note.setText(note)
        self._facts.setText(facts)
        self._note.setVisible(bool(note))
        self._facts.setVisible(bool(facts))
        self.copy.setVisible(has_actions and has_reply)
        self.regenerate.setVisible(has_actions)
        self.edit.setVisible(has_actions)
        self.show()

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setProperty("icon_name", name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _wear(self) -> None:
        for button in (self.copy, self.regenerate, self.edit):
            button.setIcon(icon(button.property("icon_name"), self._theme.colours.muted, 16))
            button.setIconSize(QSize(16, 16))
