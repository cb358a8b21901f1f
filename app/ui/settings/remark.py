"""Something to know or to decide on a page: what happened or would happen, what to do, and at most one action.

Looks like the window's banner, which offers the window's own next steps; this one offers whatever the page gives it.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.ui.assets import icon
from app.ui.sentences import in_words
from app.ui.settings.fit import Fit, pictured, spaced
from app.ui.settings.words import line, push
from app.ui.theme import Metrics, Theme

PICTURES = {"info": ("info", "accent"), "warning": ("warning", "warning"), "danger": ("warning", "danger")}


class Remark(QFrame):
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._act: Callable[[], None] | None = None
        self.setObjectName("banner")
        self._pictures = {tone: QLabel(self) for tone in PICTURES}
        self._message, self._advice = line("", "strong", self), line("", "body", self)
        for label in (self._message, self._advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = push("", "plain", self)
        self.action.clicked.connect(self._run)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        spaced(self, theme, words, "gap")
        words.addWidget(self._message)
        words.addWidget(self._advice)
        layout = QHBoxLayout(self)
        spaced(self, theme, layout, "space_3", "space_3", "space_2", "space_2", "space_2")
        for tone, (picture, colour) in PICTURES.items():
            pictured(self._pictures[tone], theme, picture, colour)
            layout.addWidget(self._pictures[tone], 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        Fit(self, theme, self._size)
        self.hide()

    @property
    def text(self) -> str:
        return f"{self._message.text()} {self._advice.text()}".strip()

    def show_words(
        self,
        tone: str,
        message: str,
        advice: str = "",
        action: str = "",
        act: Callable[[], None] | None = None,
        *,
        can_dismiss: bool = True,
    ) -> None:
        """`tone`: info, warning or danger. `act` runs when the action is pressed, after the remark has gone."""
        self._act = act
        self._message.setText(in_words(message))
        self._advice.setText(in_words(advice))
        self._advice.setVisible(bool(advice))
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.close_button.setVisible(can_dismiss)
        self.setAccessibleName(self.text)
        for name, picture in self._pictures.items():
            picture.setVisible(name == tone)
        self.setProperty("tone", tone)
        self.style().polish(self)
        self.show()

    def dismiss(self) -> None:
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def _run(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    def _size(self, metrics: Metrics) -> None:
        self.close_button.setIcon(icon("close", self._theme.colours.text, metrics.icon_small))
        self.close_button.setIconSize(QSize(metrics.icon_small, metrics.icon_small))
