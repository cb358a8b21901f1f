"""What an exported page looks like: its size, margins, fonts and colours. Lengths in pixels of 1/96 inch.

Always dark on white, whatever the window wears, and at one size, whatever its zoom.
"""

from dataclasses import dataclass

from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontDatabase, QPageSize

from app.ui.colours import LIGHT
from app.ui.theme import CODE_FAMILIES, METRICS, TEXT_FAMILIES

DPI = 96
PERCENT = 92  # of the window's sizes: text of 10.5 points
FORMULA_SCALE = 6.0  # dots a pixel of what is no outline
# Of fonts: what puts another shape for a letter or several. It may have no code, and a copy of it is then no letter:
# Inter draws the dashes of 2025-10-09 with such ones.
REPLACING = ("calt", "liga", "clig")
_MM = DPI / 25.4
LETTER_LANDS = {"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"}  # CLDR, paperSize


class Paper:
    """The tokens of app.ui.chat.looks. Fonts keep the shapes of their outlines: paper has no grid to fit them to."""

    def __init__(self) -> None:
        self.colours = LIGHT
        self.metrics = METRICS.scaled(PERCENT)
        installed = set(QFontDatabase.families())
        general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self._text = [*[name for name in TEXT_FAMILIES if name in installed][:1], general]
        self._code = [*[name for name in CODE_FAMILIES if name in installed][:1], fixed]

    @property
    def has_high_contrast(self) -> bool:
        return False

    def text_font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = _unhinted(self._text, pixels)
        font.setWeight(weight)
        return font

    def code_font(self, pixels: int) -> QFont:
        font = _unhinted(self._code, pixels)
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font


def _unhinted(families: list[str], pixels: int) -> QFont:
    font = QFont(families)
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    for feature in REPLACING:
        font.setFeature(QFont.Tag(feature), 0)
    return font


@dataclass(frozen=True, slots=True)
class Sheet:
    """`left`, `top`: of the text; below its `height` stands the foot."""

    size: QPageSize
    left: float
    top: float
    width: float
    height: float
    foot: float  # middle of the line with the page's number, from the sheet's upper edge


def sheet(locale: QLocale) -> Sheet:
    """The paper that is used where the person lives."""
    is_letter = QLocale.territoryToCode(locale.territory()) in LETTER_LANDS
    size = QPageSize(QPageSize.PageSizeId.Letter if is_letter else QPageSize.PageSizeId.A4)
    whole = size.sizePoints() * (DPI / 72)
    side, top, bottom = 22 * _MM, 20 * _MM, 24 * _MM
    return Sheet(size, side, top, whole.width() - 2 * side, whole.height() - top - bottom, whole.height() - bottom / 2)
