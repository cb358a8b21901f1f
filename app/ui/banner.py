"""Something to know or to decide, inside the window: what happened, what to do, and at most one action."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui.assets import icon, pixmap
from app.ui.theme import Theme


class Banner(QFrame):
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = "info"
        self._act: Callable[[], None] | None = None
        self.setObjectName("banner")
        metrics = theme.metrics
        self._icon = QLabel(self)
        self._message = QLabel(self)
        self._message.setProperty("kind", "strong")
        self._advice = QLabel(self)
        self._advice.setProperty("kind", "body")
        for label in (self._message, self._advice):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMinimumWidth(1)
        self.action = QPushButton(self)
        self.action.setProperty("kind", "plain")
        self.action.clicked.connect(self._run)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._message)
        words.addWidget(self._advice)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(metrics.space_3, metrics.space_2, metrics.space_2, metrics.space_2)
        layout.setSpacing(metrics.space_3)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._wear)
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
        """`tone`: info, warning or danger. `act` runs when the action is pressed, after the banner has gone."""
        self._tone, self._act = tone, act
        self._message.setText(message)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.close_button.setVisible(can_dismiss)
        self.setAccessibleName(self.text)
        self.setProperty("tone", tone)
        self.style().polish(self)
        self._wear()
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

    def _wear(self) -> None:
        colours = self._theme.colours
        colour = {"info": colours.accent, "warning": colours.warning, "danger": colours.danger}[self._tone]
        self._icon.setPixmap(
            pixmap("info" if self._tone == "info" else "warning", colour, 20, max(2.0, self.devicePixelRatioF()))
        )
        self.close_button.setIcon(icon("close", colours.text, 16))
        self.close_button.setIconSize(QSize(16, 16))
