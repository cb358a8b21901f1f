"""Something to know or to decide, inside the window: what happened, what to do, and at most two actions."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui.assets import icon, pixmap
from app.ui.notices import Notice, Step, step_words
from app.ui.theme import Theme


class Banner(QFrame):
    dismissed = Signal()
    step_requested = Signal(object)  # Step; the banner is gone by then

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notice: Notice | None = None
        self.setObjectName("banner")
        self._icon = QLabel(self)
        self._message = self._label("strong")
        self._advice = self._label("body")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress"))
        self.action = self._button()
        self.action.clicked.connect(lambda: self._run(lambda notice: notice.first))
        self.second = self._button()
        self.second.clicked.connect(lambda: self._run(lambda notice: notice.second))
        self.close_button = QToolButton(self)
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.dismiss)
        self._words = QVBoxLayout()
        for widget in (self._message, self._advice, self._progress):
            self._words.addWidget(widget)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addLayout(self._words, 1)
        for button in (self.second, self.action, self.close_button):
            self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._wear)
        self.hide()

    @property
    def text(self) -> str:
        return f"{self._message.text()} {self._advice.text()}".strip()

    def show_notice(self, notice: Notice) -> None:
        if notice == self.notice:
            return
        is_other_tone = self.notice is None or notice.tone != self.notice.tone
        self.notice = notice
        self._message.setText(notice.message)
        self._advice.setText(notice.advice)
        self._advice.setVisible(bool(notice.advice))
        for button, step in ((self.action, notice.first), (self.second, notice.second)):
            button.setText(step_words(step))
            button.setAccessibleName(step_words(step) or self.tr("Next step"))
            button.setVisible(step is not Step.NONE)
        self._progress.setVisible(notice.percent is not None)
        self._progress.setRange(0, 100 if notice.percent is not None and notice.percent >= 0 else 0)
        self._progress.setValue(max(notice.percent or 0, 0))
        self.close_button.setVisible(notice.can_dismiss)
        self.setAccessibleName(self.text)
        if is_other_tone:
            self.setProperty("tone", notice.tone)
            self.style().polish(self)
            self._wear()
        self.show()

    def dismiss(self) -> None:
        self.notice = None
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def forget(self) -> None:
        self.dismiss()
        self._message.clear()
        self._advice.clear()
        self.setAccessibleName("")

    def _run(self, step_of: Callable[[Notice], Step]) -> None:
        if self.notice is not None:
            step = step_of(self.notice)
            self.dismiss()
            self.step_requested.emit(step)

    def _label(self, kind: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("kind", kind)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setMinimumWidth(1)
        return label

    def _button(self) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "plain")
        button.setAccessibleName(self.tr("Next step"))
        return button

    def _wear(self) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        self._words.setSpacing(metrics.gap)
        self._layout.setContentsMargins(metrics.space_3, metrics.space_2, metrics.space_2, metrics.space_2)
        self._layout.setSpacing(metrics.space_3)
        self._progress.setFixedHeight(metrics.space_1)
        tone = self.notice.tone if self.notice is not None else "info"
        colour = {"info": colours.accent, "warning": colours.warning, "danger": colours.danger}[tone]
        picture = "info" if tone == "info" else "warning"
        self._icon.setPixmap(pixmap(picture, colour, metrics.icon_large, max(2.0, self.devicePixelRatioF())))
        self.close_button.setIcon(icon("close", colours.text, metrics.icon_small))
        self.close_button.setIconSize(QSize(metrics.icon_small, metrics.icon_small))
