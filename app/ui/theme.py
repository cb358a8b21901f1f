"""Named tokens (colour, space, type, radius), light and dark, and how they reach Qt. Widgets name no colours.

The palette is ours even where the system has one: `QStyleHints.setColorScheme` does nothing on some platforms, so the
system is only asked whether it is light or dark. tests/gui/test_theme.py holds every pair in TEXT_PAIRS at 4.5:1.
"""

from dataclasses import asdict, dataclass
from enum import Enum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.assets import read_asset


class Appearance(Enum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


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
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Device-independent pixels."""

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
    title: int = 26
    icon: int = 18
    control: int = 32
    column: int = 700  # the widest that text runs: about 90 characters
    line_height_percent: int = 142


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
        self.colours = LIGHT
        self.metrics = METRICS
        self._text_families = _family(
            TEXT_FAMILIES, QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        )
        self._code_families = _family(
            CODE_FAMILIES, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        )
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._wear()

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._wear()

    @property
    def is_dark(self) -> bool:
        if self._appearance is Appearance.SYSTEM:
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._appearance is Appearance.DARK

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
        self.colours = DARK if self.is_dark else LIGHT
        self._application.setPalette(self._palette())
        self._application.setFont(self.text_font(self.metrics.body))
        tokens = {**asdict(self.colours), **asdict(self.metrics)}
        self._application.setStyleSheet(Template(read_asset("theme.qss")).substitute(tokens))
        self.changed.emit()

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
