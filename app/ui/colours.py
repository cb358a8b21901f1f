"""The palettes: light, dark, and both in high contrast; and which colours of text stand on which backgrounds.

Roles, not hues. tests/gui/test_theme.py holds every pair in TEXT_PAIRS at 4.5:1, and at 7:1 in high contrast.
"""

from dataclasses import dataclass


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


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, 1.4.3): 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
