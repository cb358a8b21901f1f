"""Named tokens (colour, space, type, radius) and how they reach Qt. Widgets name no colours and no sizes of their own.

The palette is ours even where the system has one: `QStyleHints.setColorScheme` does nothing on some platforms, so the
system is only asked whether it is light or dark, and whether it wants high contrast. The colours are in colours.py.

A widget that sets sizes in Python takes them from `theme.metrics` and sets them anew on `changed`: the zoom scales all
of them while the window is open. What the style sheet sizes follows by itself.
"""

from dataclasses import asdict, dataclass, fields
from enum import Enum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.assets import ASSETS, read_asset
from app.ui.colours import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, TEXT_PAIRS, Colours, contrast
from app.ui.preferences import Preferences

__all__ = [
    "CONTRAST_DARK",
    "CONTRAST_LIGHT",
    "DARK",
    "LIGHT",
    "METRICS",
    "TEXT_PAIRS",
    "Appearance",
    "Colours",
    "Metrics",
    "Theme",
    "contrast",
]


class Appearance(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"  # light or dark as the system says


@dataclass(frozen=True, slots=True)
class Metrics:
    """Device-independent pixels at 100 %."""

    hair: int = 1  # a line between regions, the border of a control
    ring: int = 2  # the focus ring
    gap: int = 2  # between a heading and its sentence
    space_1: int = 4
    space_2: int = 8
    space_3: int = 12
    space_4: int = 16
    space_6: int = 24
    space_8: int = 32
    radius_small: int = 6
    radius: int = 10
    radius_large: int = 16
    caption: int = 12
    small: int = 13
    body: int = 15
    heading: int = 19
    title: int = 26
    code: int = 13
    dot: int = 10
    icon_small: int = 16
    icon: int = 18
    icon_large: int = 20
    control: int = 32
    round: int = 34  # a round button
    scrollbar: int = 12
    sidebar: int = 264
    column: int = 700  # the widest that text runs: about 90 characters
    line_height_percent: int = 142

    def scaled(self, percent: int) -> "Metrics":
        """The same at another zoom; nothing becomes thinner than one pixel."""
        sizes = {f.name: max(1, round(getattr(self, f.name) * percent / 100)) for f in fields(self)}
        return Metrics(**sizes | {"line_height_percent": self.line_height_percent})


METRICS = Metrics()
TEXT_FAMILIES = ("Inter", "SF Pro Text", "Segoe UI Variable Text", "Segoe UI", "Noto Sans", "Cantarell", "DejaVu Sans")
CODE_FAMILIES = ("JetBrains Mono", "SF Mono", "Cascadia Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono")


def _family(candidates: tuple[str, ...], fallback: str) -> list[str]:
    installed = set(QFontDatabase.families())
    return [*[name for name in candidates if name in installed][:1], fallback]


class Theme(QObject):
    """The tokens in force. `changed` is emitted after the application wears new ones."""

    changed = Signal()

    def __init__(self, application: QApplication, appearance: Appearance = Appearance.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._appearance = appearance
        self._zoom_percent = 100
        self.colours = LIGHT
        self.metrics = METRICS
        self._text_families = _family(
            TEXT_FAMILIES, QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        )
        self._code_families = _family(
            CODE_FAMILIES, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        )
        application.setStyle("Fusion")
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow_system)
        self._wear()

    def follow(self, preferences: Preferences) -> None:
        """Wear what the person has chosen, now and whenever they choose anew."""

        def wear() -> None:
            chosen = preferences.settings
            appearance = Appearance(chosen.appearance)
            if (appearance, chosen.zoom_percent) != (self._appearance, self._zoom_percent):
                self._appearance, self._zoom_percent = appearance, chosen.zoom_percent
                self._wear()

        preferences.changed.connect(wear)
        wear()

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._wear()

    @property
    def zoom_percent(self) -> int:
        return self._zoom_percent

    def set_zoom(self, percent: int) -> None:
        """Scale every size and font: 100 is as designed."""
        self._zoom_percent = percent
        self._wear()

    @property
    def is_dark(self) -> bool:
        if self._appearance in (Appearance.SYSTEM, Appearance.CONTRAST):
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._appearance is Appearance.DARK

    @property
    def has_high_contrast(self) -> bool:
        """Chosen by the person, or wanted by the system that they follow."""
        if self._appearance is Appearance.SYSTEM:
            hints = self._application.styleHints()  # named, or PySide lets go of what `accessibility` returns
            return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        return self._appearance is Appearance.CONTRAST

    def text_font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._text_families)
        font.setPixelSize(pixels)
        font.setWeight(weight)
        return font

    def code_font(self, pixels: int) -> QFont:
        font = QFont(self._code_families)
        font.setPixelSize(pixels)
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def _follow_system(self) -> None:
        if self._appearance is Appearance.SYSTEM:
            self._wear()

    def _wear(self) -> None:
        if self.has_high_contrast:
            self.colours = CONTRAST_DARK if self.is_dark else CONTRAST_LIGHT
        else:
            self.colours = DARK if self.is_dark else LIGHT
        self.metrics = METRICS.scaled(self._zoom_percent)
        self._application.setPalette(self._palette())
        self._application.setFont(self.text_font(self.metrics.body))
        tokens: dict[str, object] = {**asdict(self.colours), **asdict(self.metrics), **self._measures()}
        tick = "tick_black.svg" if self.is_dark else "tick_white.svg"  # on the accent
        tokens["tick_picture"] = (ASSETS / "icons" / tick).as_posix()
        tokens["code_family"] = ", ".join(f'"{family}"' for family in self._code_families)
        self._application.setStyleSheet(Template(read_asset("theme.qss")).substitute(tokens))
        self.changed.emit()

    def _measures(self) -> dict[str, int]:
        """Sizes that follow from the metrics: the style sheet cannot compute.

        `pad_*` keep a control's size where its border grows from a hairline to the focus ring.
        """
        metrics = self.metrics
        grown = metrics.ring - metrics.hair
        return {
            "pad_y": metrics.space_1 + grown,
            "pad_y_ring": metrics.space_1,
            "pad_x_ring": metrics.space_3 - grown,
            "field_x_ring": metrics.space_2 - grown,
            "space_1_less": max(0, metrics.space_1 - grown),
            "choice_right": metrics.icon_small + metrics.space_4,
            "slider_radius": (metrics.space_3 + 2 * metrics.ring) // 2,
            "row_y": metrics.space_2 + metrics.gap,
            "row_y_ring": metrics.space_2 + metrics.gap - grown,
            "row_x_ring": metrics.space_4 - grown,
            "menu_y": metrics.space_1 + metrics.gap,
            "menu_right": metrics.space_6 + metrics.space_1,
            "tick": metrics.small + metrics.hair,
            "radio_radius": (metrics.small + 3 * metrics.hair) // 2,
            "radio_ring": metrics.space_1 + metrics.hair,
            "radio_inner": metrics.small - metrics.hair - 2 * metrics.space_1 + 2 * metrics.hair,
            "round_inner": metrics.round - 2 * metrics.ring,
            "round_edged": metrics.round - 2 * metrics.hair,
            "round_radius": metrics.round // 2,
            "bar_margin": metrics.gap,
            "bar_radius": (metrics.scrollbar - 2 * metrics.gap) // 2,
        }

    def _palette(self) -> QPalette:
        role, colours = QPalette.ColorRole, self.colours
        palette = QPalette()
        for target, colour in (
            (role.Window, colours.page),
            (role.Base, colours.surface),
            (role.AlternateBase, colours.panel),
            (role.Button, colours.surface),
            (role.ToolTipBase, colours.surface),
            (role.WindowText, colours.text),
            (role.Text, colours.text),
            (role.ButtonText, colours.text),
            (role.ToolTipText, colours.text),
            (role.PlaceholderText, colours.muted),
            (role.Highlight, colours.selection),
            (role.HighlightedText, colours.text),
            (role.Accent, colours.accent),
            (role.Link, colours.accent),
        ):
            palette.setColor(target, QColor(colour))
        for target in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colours.muted))
        return palette
