"""The frame of the first start: one screen at a time, where one is, and ways on, back and out."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.core.vault import Vault
from app.ui.first_run.screens import BackendScreen, PrivacyScreen, ProtectionScreen, ReadyScreen, Screen
from app.ui.preferences import Preferences
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.words import line, push
from app.ui.theme import Metrics, Theme


class FirstRun(QWidget):
    """Emits `finished` once, after the last screen or when the person skips the rest; then `end` it."""

    finished = Signal()

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        vault: Vault,
        services: SettingsServices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.setObjectName("first-run")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.stack = QWidget()  # not a QStackedWidget: that is as tall as its tallest, and so would scroll
        stacked = QVBoxLayout(self.stack)
        stacked.setContentsMargins(0, 0, 0, 0)
        self.place = 0
        self.screens: tuple[Screen, ...] = (
            PrivacyScreen(theme, self.stack),
            BackendScreen(theme, preferences, services, self.stack),
            ProtectionScreen(theme, vault, self.stack),
            ReadyScreen(theme, preferences, vault, self.stack),
        )
        for screen in self.screens:
            stacked.addWidget(screen)
            screen.hide()
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("steps")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        body.setObjectName("steps-body")
        middle = QHBoxLayout(body)
        spaced(self, theme, middle, "", "space_6", "space_8", "space_6", "space_4")
        middle.addStretch(1)
        middle.addWidget(self.stack, 1000)
        middle.addStretch(1)
        self._scroll.setWidget(body)
        self._place = line("", "caption", self)
        self._place.setWordWrap(False)
        self.skip = push(self.tr("Skip the rest"), "quiet", self, self.tr("Skip the rest of the introduction"))
        self.back = push(self.tr("Back"), "plain", self)
        self.next = push(self.tr("Next"), "primary", self)
        foot = QWidget(self)
        feet = QHBoxLayout(foot)
        spaced(self, theme, feet, "space_2")
        feet.addWidget(self._place)
        feet.addStretch(1)
        for button in (self.skip, self.back, self.next):
            feet.addWidget(button)
        self._foot_frame = QWidget(self)
        around = QHBoxLayout(self._foot_frame)
        spaced(self, theme, around, "", "space_6", "space_3", "space_6", "space_4")
        around.addStretch(1)
        around.addWidget(foot, 1000)
        around.addStretch(1)
        for part in (self.stack, foot):
            Fit(part, theme, _as_wide_as_a_column(part))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._foot_frame)
        self.skip.clicked.connect(self._finish)
        self.back.clicked.connect(lambda: self.go_to(self.place - 1))
        self.next.clicked.connect(self._go_on)
        self.go_to(0)

    def go_to(self, place: int) -> None:
        self.screens[self.place].leave()
        self.screens[self.place].hide()
        self.place = place
        self.screens[place].enter()
        self.screens[place].show()
        is_last = place == len(self.screens) - 1
        self._place.setText(self.tr("{place} of {of}").format(place=place + 1, of=len(self.screens)))
        self.skip.setVisible(not is_last)
        self.back.setVisible(place > 0)
        self.next.setText(self.tr("Start chatting") if is_last else self.tr("Next"))
        self.next.setAccessibleName(self.next.text())
        self._scroll.verticalScrollBar().setValue(0)
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Stop what is under way, and wait for it."""
        for screen in self.screens:
            screen.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.next.hasFocus():
            self._go_on()
        else:
            super().keyPressEvent(event)

    def _go_on(self) -> None:
        place = self.place + 1
        if place < len(self.screens):
            self.go_to(place)
        else:
            self._finish()

    def _finish(self) -> None:
        self.screens[self.place].leave()
        self._preferences.update(is_first_run_done=True)
        self.finished.emit()


def _as_wide_as_a_column(part: QWidget) -> Callable[[Metrics], None]:
    return lambda metrics: part.setMaximumWidth(metrics.column)
