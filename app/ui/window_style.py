"""The style of the chat window's own parts: assets/window.qss, filled in with the theme's tokens."""

from dataclasses import asdict
from string import Template

from app.ui.assets import read_asset
from app.ui.theme import Theme


def window_style(theme: Theme) -> str:
    metrics = theme.metrics
    derived = {"key_x": metrics.space_1 + metrics.gap}
    return Template(read_asset("window.qss")).substitute(asdict(theme.colours) | asdict(metrics) | derived)
