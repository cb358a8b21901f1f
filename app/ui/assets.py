"""Files of the assets folder: style sheet and icons. Icons are drawn in `currentColor` and tinted here."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SCALES = (1.0, 1.5, 2.0, 3.0)  # device pixel ratios that an icon is kept for


def read_asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def application_icon() -> QIcon:
    return QIcon(str(ASSETS / "nearhalf.svg"))


def icon(name: str, colour: str, size: int, disabled: str | None = None) -> QIcon:
    """The icon of that name in one colour, `size` device-independent pixels square."""
    drawing = read_asset(f"icons/{name}.svg")
    result = QIcon()
    for scale in SCALES:
        result.addPixmap(_tinted(drawing, colour, size, scale), QIcon.Mode.Normal)
        if disabled is not None:
            result.addPixmap(_tinted(drawing, disabled, size, scale), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, colour: str, size: int, scale: float) -> QPixmap:
    """The same as one picture, for labels."""
    return _tinted(read_asset(f"icons/{name}.svg"), colour, size, scale)


def _tinted(drawing: str, colour: str, size: int, scale: float) -> QPixmap:
    picture = QPixmap(QSize(round(size * scale), round(size * scale)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture
