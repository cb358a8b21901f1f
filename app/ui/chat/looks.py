"""Fonts, sizes and character formats of the conversation, from the theme's tokens. Made anew when the theme changes."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextBlockFormat, QTextCharFormat

from app.ui.chat.blocks import Style
from app.ui.chat.leaves import Gap
from app.ui.colours import Colours
from app.ui.theme import Metrics

HEADING_SHARES = (1.4, 1.2, 1.07, 1.0, 1.0, 1.0)  # of the body's size
OWN_SHARE = 0.82  # of the column: the widest that the person's own message becomes
LINE_HEIGHT = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
CODE_LINE_PERCENT = 125


@dataclass(frozen=True, slots=True)
class Sizes:
    """Device-independent pixels."""

    padding: int  # of a panel, on each side
    radius: int
    step: int  # of a list's or quote's content to the right
    turn_gap: int  # above a message
    foot: int  # below each message, for its actions
    caption: int  # above code: language and copy
    line: float  # of text
    panel_lift: float  # what the person's text stands higher than the padding says
    panel_bottom: float  # below it: a line has its extra height below the letters
    code_line: float
    characters: float  # in a line of 100 pixels, about


class Tokens(Protocol):
    """What a theme gives: app.ui.theme on the screen, app.ui.pdf_paper on paper."""

    colours: Colours
    metrics: Metrics

    @property
    def has_high_contrast(self) -> bool: ...
    def text_font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont: ...
    def code_font(self, pixels: int) -> QFont: ...


class Looks:
    def __init__(self, theme: Tokens, scale: float = 1.0) -> None:
        self.theme, self.scale = theme, scale  # device pixels a pixel, for formulas
        metrics = theme.metrics
        self.colours = theme.colours
        self.body = theme.text_font(metrics.body)
        self.small = theme.text_font(metrics.small)
        self.caption = theme.text_font(metrics.caption)
        self.code = theme.code_font(metrics.small)
        self.headings = [
            theme.text_font(round(metrics.body * share), QFont.Weight.DemiBold) for share in HEADING_SHARES
        ]
        line = QFontMetricsF(self.body).height() * metrics.line_height_percent / 100
        self.sizes = Sizes(
            padding=metrics.space_3,
            radius=metrics.radius,
            step=metrics.space_6,
            turn_gap=metrics.space_3,
            foot=metrics.control,
            caption=metrics.control - metrics.space_1,
            line=line,
            panel_lift=metrics.space_1 / 2,
            panel_bottom=max(2.0, metrics.space_3 - (line - QFontMetricsF(self.body).height())),
            code_line=QFontMetricsF(self.code).height() * CODE_LINE_PERCENT / 100,
            characters=100 / max(QFontMetricsF(self.body).horizontalAdvance("etaoin shrdlu etaoin") / 20, 1),
        )
        self._formats: dict[tuple[Style, bool, int], QTextCharFormat] = {}
        self.block = block_format(metrics.line_height_percent)
        self.code_block = block_format(CODE_LINE_PERCENT)
        self.plain = self.format(Style.PLAIN)
        self.code_plain = _format(self.code, self.colours.text)
        self.code_advance = QFontMetricsF(self.code).horizontalAdvance("0")
        self._code_formats: dict[str, QTextCharFormat] = {}
        self.selected = _ground(self.colours.selection)
        self.found = _ground(self.colours.mark)
        self.found_now = _ground(self.colours.mark_now)

    def color(self, name: str) -> QColor:
        return QColor(getattr(self.colours, name))

    def gap(self, gap: Gap) -> float:
        metrics = self.theme.metrics
        return {Gap.NONE: 0, Gap.ITEM: metrics.space_1, Gap.BLOCK: metrics.space_3, Gap.HEADING: metrics.space_4 + 2}[
            gap
        ]

    def format(self, style: Style, *, is_link: bool = False, heading: int = 0) -> QTextCharFormat:
        key = (style, is_link, heading)
        if key not in self._formats:
            self._formats[key] = self._make(*key)
        return self._formats[key]

    def code_format(self, name: str) -> QTextCharFormat:
        """Of code in the colour of that name."""
        if name not in self._code_formats:
            self._code_formats[name] = made = QTextCharFormat()
            made.setForeground(self.color(name))
        return self._code_formats[name]

    def _make(self, style: Style, is_link: bool, heading: int) -> QTextCharFormat:
        font = QFont(self.headings[heading - 1] if heading else self.body)
        if style & (Style.CODE | Style.MATH):
            font = self.theme.code_font(round(font.pixelSize() * 0.89))
        if style & Style.BOLD:
            font.setWeight(QFont.Weight.DemiBold)
        font.setItalic(bool(style & Style.ITALIC))
        font.setStrikeOut(bool(style & Style.STRIKE))
        result = _format(font, self.colours.accent if is_link else self.colours.text)
        if style & Style.CODE:
            result.setBackground(self.color("panel"))
        result.setFontUnderline(is_link)
        return result


def block_format(line_percent: int) -> QTextBlockFormat:
    result = QTextBlockFormat()
    result.setLineHeight(line_percent, LINE_HEIGHT)
    return result


def _format(font: QFont, colour: str) -> QTextCharFormat:
    result = QTextCharFormat()
    result.setFont(font)
    result.setForeground(QColor(colour))
    return result


def _ground(colour: str) -> QTextCharFormat:
    result = QTextCharFormat()
    result.setBackground(QColor(colour))
    return result
