"""Formulas drawn from TeX: ziamath makes an SVG in a thread of its own, kept by source, size and colour.

Reading TeX takes 4 to 20 ms a formula, and loading ziamath a third of a second: too long for a frame. Until a formula
is there, and where it cannot be made, its source is shown. Nothing is fetched; ziamath brings its font.
"""

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QTextCharFormat, QTextImageFormat
from PySide6.QtSvg import QSvgRenderer

from app.ui.chat.looks import Looks
from app.ui.chat.worker import Worker

log = logging.getLogger(__name__)

MAX_TEX = 1500  # characters
MAX_DEPTH = 24  # of braces and environments
MAX_COMMANDS = 300
KEPT = 300
_COMMAND = re.compile(r"\\[A-Za-z]+|[&^_]")


@dataclass(slots=True)
class Formula:
    """Device-independent pixels. `ascent`: of the baseline, from the top."""

    width: float
    height: float
    ascent: float
    renderer: QSvgRenderer

    def draw(self, painter: QPainter, rect: QRectF, looks: Looks) -> None:
        self.renderer.render(painter, rect)

    def inline(self, looks: Looks) -> tuple[QImage, QTextImageFormat]:
        """A picture and its format, so that baselines meet: Qt puts an image's lower edge on the baseline, or at the
        text's lower edge, or the middle on that of a small letter."""
        metrics = QFontMetricsF(looks.body)
        descent = self.height - self.ascent
        result = QTextImageFormat()
        if descent <= metrics.descent():
            result.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
            height, top = self.ascent + metrics.descent(), 0.0
        else:
            middle = metrics.xHeight() / 2
            result.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
            height = max(2 * self.ascent - middle, 2 * descent + middle)
            top = (height + middle) / 2 - self.ascent
        result.setWidth(self.width)
        result.setHeight(height)
        scale = looks.scale
        image = QImage(
            max(1, round(self.width * scale)), max(1, round(height * scale)), QImage.Format.Format_ARGB32_Premultiplied
        )
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.renderer.render(painter, QRectF(0, top * scale, self.width * scale, self.height * scale))
        painter.end()
        image.setDevicePixelRatio(scale)
        return image, result


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the thread made. `svg` is empty where it could not."""

    key: tuple[str, int, str, bool]
    svg: bytes = b""
    width: float = 0
    height: float = 0
    ascent: float = 0


class Formulas(QObject):
    """`get` answers at once; `drawn` says that some that were asked for are there now."""

    drawn = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._known: OrderedDict[tuple[str, int, str, bool], Formula | bool] = OrderedDict()
        self._asked: set[tuple[str, int, str, bool]] = set()
        worker.done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def get(self, tex: str, looks: Looks, *, is_display: bool) -> Formula | bool | None:
        """The formula; None while it is being made; False where it cannot be."""
        key = (tex, looks.body.pixelSize(), looks.colours.text, is_display)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if not is_reasonable(tex):
            return False
        if key not in self._asked:
            self._asked.add(key)
            self._worker.ask(lambda: draw(key))
        return None

    def clear(self) -> None:
        self._known.clear()
        self._asked.clear()

    def _take(self, result: object) -> None:
        if not isinstance(result, Drawing) or result.key not in self._asked:
            return
        self._asked.discard(result.key)
        self._known[result.key] = read_drawing(result)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self.drawn.emit()


def read_drawing(drawing: Drawing) -> Formula | bool:
    """False where there is none."""
    renderer = QSvgRenderer(QByteArray(drawing.svg)) if drawing.svg else None
    if renderer is None or not renderer.isValid():
        return False
    return Formula(drawing.width, drawing.height, drawing.ascent, renderer)


def is_reasonable(tex: str) -> bool:
    """Whether it may be drawn in a moment: no thousand commands, no deep nest."""
    if not tex.strip() or len(tex) > MAX_TEX or len(_COMMAND.findall(tex)) > MAX_COMMANDS:
        return False
    depth = deepest = 0
    for character in tex:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return depth == 0 and deepest <= MAX_DEPTH and tex.count("\\begin") + tex.count("\\left") <= MAX_DEPTH


def draw(key: tuple[str, int, str, bool]) -> Drawing:
    """In the worker's thread."""
    tex, size, colour, is_display = key
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # paths instead of symbols, which not every reader of SVG knows
        formula = Latex(tex, size=size * 1.1, color=colour, inline=not is_display)
        svg = formula.svg()
    except Exception as error:  # noqa: BLE001  whatever a reader of untrusted TeX raises means: show the source
        log.debug("A formula could not be drawn: %s", type(error).__name__)
        return Drawing(key)
    box = re.search(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"', svg)
    if box is None:
        return Drawing(key)
    _, top, width, height = (float(number) for number in box.groups())
    return Drawing(key, svg.encode(), width, height, -top)
