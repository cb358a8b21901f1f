"""Sizes that Python sets follow the theme: spacing, widths and pictures are set anew whenever it changes."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QLayout, QWidget

from app.ui.assets import pixmap
from app.ui.theme import Metrics, Theme

SHARPEST = 2.0  # pictures are drawn at least this fine


class Fit(QObject):
    """Calls `apply` with the metrics now and after every change, for as long as `owner` lives."""

    def __init__(self, owner: QObject, theme: Theme, apply: Callable[[Metrics], None]) -> None:
        super().__init__(owner)
        self._theme, self._apply = theme, apply
        theme.changed.connect(self._run)
        self._run()

    def _run(self) -> None:
        self._apply(self._theme.metrics)


def spaced(owner: QWidget, theme: Theme, layout: QLayout, gap: str, *margins: str) -> None:
    """Names of metrics: the gap, and no margins, one for all sides, two (sideways, up and down) or four. "": none."""
    names = {0: ("",) * 4, 1: margins * 4, 2: margins * 2, 4: margins}[len(margins)]

    def apply(metrics: Metrics) -> None:
        sizes = [getattr(metrics, name) if name else 0 for name in (gap, *names)]
        layout.setSpacing(sizes[0])
        layout.setContentsMargins(sizes[1], sizes[2], sizes[3], sizes[4])

    Fit(owner, theme, apply)


def pictured(label: QLabel, theme: Theme, icon: str, colour: str = "accent", size: str = "icon_large") -> None:
    """Show an icon; colour and size by the names of their tokens."""

    def apply(metrics: Metrics) -> None:
        scale = max(SHARPEST, label.devicePixelRatioF())
        label.setPixmap(pixmap(icon, getattr(theme.colours, colour), getattr(metrics, size), scale))

    Fit(label, theme, apply)
