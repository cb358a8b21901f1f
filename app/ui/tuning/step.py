"""What the screens of the wizard share: a page with its own next step, a part that unfolds, the bar of steps."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui.assets import icon
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Page
from app.ui.settings.words import push
from app.ui.theme import Theme

STEPS = 5


class Step(Page):
    """One screen. The window's button says `next_text`, is on while `is_ready`, and calls `go_on`."""

    changed = Signal()  # what the window's buttons have to say
    finished = Signal()  # the next screen, please

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.theme = theme

    @property
    def next_text(self) -> str:
        """Empty: this screen has buttons of its own."""
        return ""

    @property
    def is_ready(self) -> bool:
        return True

    @property
    def first(self) -> QWidget | None:
        """What gets the keyboard when the screen comes on show; None: the window's button."""
        return None

    def go_on(self) -> None:
        self.finished.emit()


class Fold(QWidget):
    """A button that shows and hides what stands below it."""

    def __init__(self, theme: Theme, text: str, part: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.part = part
        self.button = push(text, "plain", self)
        self.button.setCheckable(True)
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        part.setParent(self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3")
        layout.addWidget(self.button)
        layout.addWidget(part)
        part.hide()
        self._theme = theme
        self.button.toggled.connect(self._open)
        Fit(self, theme, lambda _: self._picture())

    def _open(self, is_open: bool) -> None:
        self.part.setVisible(is_open)
        self._picture()

    def _picture(self) -> None:
        side = self._theme.metrics.icon_small
        name = "chevron_down" if self.button.isChecked() else "chevron_right"
        self.button.setIcon(icon(name, self._theme.colours.muted, side))
        self.button.setIconSize(QSize(side, side))

    def set_text(self, text: str) -> None:
        self.button.setText(text)
        self.button.setAccessibleName(text)


class StepBar(QWidget):
    """How far the wizard is: one piece for each screen. The words stand beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._step = theme, 0
        Fit(self, theme, lambda metrics: self.setFixedHeight(metrics.space_1))

    def show_step(self, step: int) -> None:
        """0: none of them."""
        self._step = step
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        wide = (self.width() - (STEPS - 1) * metrics.space_1) / STEPS
        for place in range(STEPS):
            at = STEPS - 1 - place if self.isRightToLeft() else place
            painter.setBrush(QColor(colours.accent if place < self._step else colours.line))
            box = QRectF(at * (wide + metrics.space_1), 0, wide, self.height())
            painter.drawRoundedRect(box, metrics.gap, metrics.gap)
        painter.end()
