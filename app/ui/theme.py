"""Named tokens (colour, space, type, radius) and how they reach Qt. Widgets name no colours and no sizes of their own.

The palette is ours even where the system has one: `QStyleHints.setColorScheme` does nothing on some platforms, so the
system is only asked whether it is light or dark, and whether it wants high contrast. tests/gui/test_theme.py holds
every pair in TEXT_PAIRS at 4.5:1, and at 7:1 in high contrast.

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
from app.ui.preferences import Preferences


class Appearance(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"  # light or dark as the system says


@dataclass(frozen=True, slots=True)
class Colours:
    """Roles, not hues. `*_soft` are backgrounds for the colour of the same name."""

    page: str  # behind everything
    surface: str  # what is typed into, menus, dialogs
    panel: str  # the person's own messages, code
    line: str  # hairlines between regions
    edge: str  # the border of what can be typed into or pressed: 3:1 at least
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    good: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    selection: str
    scroll: str
    mark: str  # behind what a search found
    mark_now: str  # behind the one it stands at
    code_keyword: str
    code_name: str
    code_string: str
    code_number: str
    code_comment: str


LIGHT = Colours(
    page="#f8f8f5",
    surface="#ffffff",
    panel="#eceee9",
    line="#dfe1db",
    edge="#858c87",
    text="#1b211f",
    muted="#565e5a",
    accent="#0c655d",
    accent_hover="#0a544e",
    on_accent="#ffffff",
    accent_soft="#dcebe8",
    good="#1c7a4b",
    warning="#7d4c00",
    warning_soft="#fbf0da",
    danger="#a3241b",
    danger_soft="#fae8e5",
    selection="#bcdcd7",
    scroll="#bfc4be",
    mark="#f6e6a8",
    mark_now="#f2c14e",
    code_keyword="#8b2f6b",
    code_name="#1f5596",
    code_string="#1a6a3f",
    code_number="#8a4510",
    code_comment="#5b645f",
)

DARK = Colours(
    page="#151819",
    surface="#1d2122",
    panel="#262b2c",
    line="#2e3435",
    edge="#6f7876",
    text="#e7eae8",
    muted="#a3aca8",
    accent="#6bcabf",
    accent_hover="#86d9cf",
    on_accent="#08211e",
    accent_soft="#1d3533",
    good="#6fd09b",
    warning="#efbf6b",
    warning_soft="#352b18",
    danger="#ff9d92",
    danger_soft="#3a2221",
    selection="#2c5a55",
    scroll="#474f4e",
    mark="#57481a",
    mark_now="#7a5c0e",
    code_keyword="#e29ac7",
    code_name="#8fbdf0",
    code_string="#8ed3a5",
    code_number="#e9b58a",
    code_comment="#9ba5a1",
)

CONTRAST_LIGHT = Colours(
    page="#ffffff",
    surface="#ffffff",
    panel="#f1f2f0",
    line="#5f6663",
    edge="#1b211f",
    text="#000000",
    muted="#2d3331",
    accent="#004740",
    accent_hover="#002f2a",
    on_accent="#ffffff",
    accent_soft="#e2f1ee",
    good="#00502a",
    warning="#573400",
    warning_soft="#fff4de",
    danger="#7d0f08",
    danger_soft="#fdebe8",
    selection="#b4ded7",
    scroll="#5f6663",
    mark="#ffe98a",
    mark_now="#ffc233",
    code_keyword="#6a0f4c",
    code_name="#0b3a73",
    code_string="#004a26",
    code_number="#662c00",
    code_comment="#3a423e",
)

CONTRAST_DARK = Colours(
    page="#000000",
    surface="#0b0d0d",
    panel="#1b1f20",
    line="#8c9491",
    edge="#e7eae8",
    text="#ffffff",
    muted="#d3d9d6",
    accent="#86ebe0",
    accent_hover="#b4f5ee",
    on_accent="#000000",
    accent_soft="#0d2b28",
    good="#92f2bd",
    warning="#ffd98c",
    warning_soft="#2b2109",
    danger="#ffbab3",
    danger_soft="#331413",
    selection="#0b4a44",
    scroll="#8c9491",
    mark="#4a3a00",
    mark_now="#6b4d00",
    code_keyword="#ffbfe4",
    code_name="#b5d6ff",
    code_string="#aef0c3",
    code_number="#ffd3ad",
    code_comment="#c3cbc7",
)

TEXT_PAIRS = (  # (text, background) as the style sheet and the chat view use them
    ("text", "page"),
    ("text", "surface"),
    ("text", "panel"),
    ("text", "accent_soft"),
    ("text", "warning_soft"),
    ("text", "danger_soft"),
    ("text", "selection"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "panel"),
    ("accent", "page"),
    ("accent", "surface"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("good", "page"),
    ("warning", "page"),
    ("warning", "warning_soft"),
    ("danger", "page"),
    ("danger", "danger_soft"),
    ("good", "surface"),
    ("warning", "surface"),
    ("danger", "surface"),
    ("danger", "panel"),
    ("muted", "accent_soft"),
    ("accent", "accent_soft"),
    ("accent", "panel"),
    ("text", "mark"),
    ("text", "mark_now"),
    ("code_keyword", "panel"),
    ("code_name", "panel"),
    ("code_string", "panel"),
    ("code_number", "panel"),
    ("code_comment", "panel"),
)


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


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.3): 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
        tick = "tick_white.svg" if contrast("#ffffff", self.colours.accent) >= 4.5 else "tick_black.svg"
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
            "radio_radius": metrics.small // 2 + metrics.hair,
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
