"""Over every page, panel and dialog, in every theme, size and language: names, keys, contrast, nothing cut off."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionFrame,
    QToolButton,
    QWidget,
)

from app.ui.theme import Appearance, Theme, contrast
from app.ui.translation import LANGUAGES, Translation
from tests.gui.surfaces import SURFACES, Stage, settle

APPEARANCES = (Appearance.LIGHT, Appearance.DARK, Appearance.CONTRAST)
ZOOMS = (100, 200)
SETTLES_WITHIN_S = 5.0


@pytest.fixture
def stage(theme: Theme, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(theme, tmp_path)
    yield stage
    stage.clear()
    theme.set_zoom(100)
    theme.set_appearance(Appearance.LIGHT)


def everything(surface: QWidget) -> list[QWidget]:
    return [surface, *surface.findChildren(QWidget)]


def said_by(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {getattr(widget, 'text', str)()!r}"


# ---------------------------------------------------------------- names and keys


@pytest.mark.parametrize("name", SURFACES)
def test_what_can_have_the_focus_has_a_name(stage: Stage, name: str) -> None:
    nameless = []
    for widget in everything(stage.show(name)):
        is_inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QAbstractScrollArea)
        if widget.focusPolicy() is Qt.FocusPolicy.NoFocus or is_inner or widget.isWindow() or not widget.isVisible():
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if spoken is None or not spoken.text(QAccessible.Text.Name).strip():
            nameless.append(said_by(widget))
    assert nameless == []


@pytest.mark.parametrize("name", SURFACES)
def test_every_button_can_be_reached_by_the_keyboard(stage: Stage, name: str) -> None:
    """By Tab, or because it does what an action with a key does; a line that only draws is no button."""
    surface = stage.show(name)
    actions = {action.text().replace("&", "") for action in surface.window().actions() if action.shortcuts()}
    unreachable = [
        said_by(button)
        for button in everything(surface)
        if isinstance(button, QAbstractButton)
        and not button.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not button.objectName().startswith("qt_")
        and not any(
            part in actions for part in (button.accessibleName(), button.text(), button.toolTip().split(" (")[0])
        )
    ]
    assert unreachable == []


def test_every_action_has_a_key_or_stands_in_the_palette(stage: Stage) -> None:
    window = stage.window("a", "b")
    window.open_palette()
    assert window.page is not None
    in_palette = set(window.page.palette_panel.shown_texts())
    lost = [
        spec.name
        for spec, action in window.shortcuts
        if not action.shortcuts() and not any(action.text() in text for text in in_palette)
    ]
    assert lost == []
    keys = Counter(key.toString() for _, action in window.shortcuts for key in action.shortcuts())
    assert [key for key, count in keys.items() if count > 1] == []


# ---------------------------------------------------------------- contrast


@pytest.mark.parametrize("name", SURFACES)
def test_texts_can_be_read_in_every_theme(stage: Stage, name: str) -> None:
    """Sampled from the picture at twice the size: what is painted counts, not what a token says."""
    stage.theme.set_zoom(200)
    surface = stage.show(name)
    surface.resize(surface.size().expandedTo(QSize(1600, 1400)))
    weak = []
    for appearance in APPEARANCES:
        stage.theme.set_appearance(appearance)
        settle()
        picture = pixels(surface.grab().toImage())
        least = 7.0 if appearance is Appearance.CONTRAST else 4.5
        for widget in everything(surface):
            found = painted(widget, surface, picture)
            if found is not None and found[2] < least - 0.05:
                weak.append(f"{appearance.value}: {said_by(widget)} {found[0]} on {found[1]}: {found[2]:.2f}")
    assert weak == []


def pixels(image: QImage) -> np.ndarray:
    """[height, width] of 0xRRGGBB."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return flat[:, : image.width()] & 0xFFFFFF


def painted(widget: QWidget, surface: QWidget, picture: np.ndarray) -> tuple[str, str, float] | None:
    """(text colour, background, contrast) of an enabled widget with words that can be seen; None for others."""
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    if isinstance(widget, QLineEdit):
        text = widget.text() or widget.placeholderText()
    if not any(character.isalpha() for character in text) or not widget.isVisible() or not widget.isEnabled():
        return None
    area = visible_area(widget, surface)
    if area.width() < 20 or area.height() < 12:
        return None
    region = picture[area.top() : area.bottom() + 1, area.left() : area.right() + 1]
    colours, counts = np.unique(region, return_counts=True)
    ground = f"#{int(colours[counts.argmax()]):06x}"
    solid = [f"#{int(colour):06x}" for colour, count in zip(colours, counts, strict=True) if count >= 4]
    best = max(solid, key=lambda colour: contrast(colour, ground))
    return best, ground, contrast(best, ground)


def visible_area(widget: QWidget, surface: QWidget) -> QRect:
    """What is seen of its inside; nothing of what lies in another window (a popup), or under another panel."""
    if widget.window() is not surface.window() or not surface.isAncestorOf(widget):
        return QRect()
    seen = widget.visibleRegion().boundingRect()
    if seen.height() < widget.height():  # half scrolled away: the letters may be in the other half
        return QRect()
    inner = seen.adjusted(3, 3, -3, -3)
    area = QRect(widget.mapTo(surface, inner.topLeft()), inner.size())
    middle = surface.childAt(area.center())
    return area if middle is widget or (middle is not None and widget.isAncestorOf(middle)) else QRect()


# ---------------------------------------------------------------- nothing is cut off


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SURFACES)
def test_no_text_is_cut_off(qapp: QApplication, stage: Stage, name: str, language: str) -> None:
    translation = Translation(qapp)
    translation.speak(language)
    cut: list[str] = []
    try:
        surface = stage.show(name)
        for zoom in ZOOMS:
            if zoom != 100 and name in MODAL:
                stage.clear()
            stage.theme.set_zoom(zoom)
            surface = stage.show(name) if name in MODAL else surface
            cut += [f"{zoom} %: {found}" for found in cut_off_once_settled(surface)]
    finally:
        translation.speak("en")
    assert cut == []


def cut_off_once_settled(surface: QWidget) -> list[str]:
    """What stays cut off: a page that still reads sizes or files lays itself out again when they come."""
    deadline = time.monotonic() + SETTLES_WITHIN_S
    while True:
        settle()
        found = ((widget, cut_off(widget, surface)) for widget in everything(surface))
        cut = [f"{said_by(widget)} {why}" for widget, why in found if why]
        if not cut or time.monotonic() > deadline:
            return cut
        time.sleep(0.02)


MODAL = {"link", "crash", "shortcut sheet"}  # the size cannot change while they are open
ELIDING = {"ElidedLabel", "Elided"}  # they shorten on purpose, with the whole text in the tooltip


def cut_off(widget: QWidget, surface: QWidget) -> str:
    """Why its text cannot be read whole; "" where it can."""
    if not widget.isVisible() or widget.window() is not surface.window() or type(widget).__name__ in ELIDING:
        return ""
    if isinstance(widget, QLabel) and widget.text() and not widget.pixmap():
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if needed > widget.height() + 1:
                return f"needs {needed} of height, has {widget.height()}"
        elif widget.sizeHint().width() > widget.width() + 1:
            return f"needs {widget.sizeHint().width()} of width, has {widget.width()}"
    elif isinstance(widget, QAbstractButton) and widget.text() and not is_picture(widget):
        width, height = widget.sizeHint().width(), widget.fontMetrics().height()
        if width > widget.width() + 1 or height > widget.height() + 1:
            return f"needs {width}x{height}, has {widget.width()}x{widget.height()}"
    elif isinstance(widget, QLineEdit) and widget.placeholderText() and not widget.text():
        needed, room = widget.fontMetrics().horizontalAdvance(widget.placeholderText()), room_in(widget)
        if needed > room:
            return f"its placeholder {widget.placeholderText()!r} needs {needed} of width, has {room}"
    else:
        return ""
    return outside(widget, surface)


def room_in(field: QLineEdit) -> int:
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    inside = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    margins = field.textMargins()
    return inside.width() - margins.left() - margins.right() - 2 * 2  # Qt keeps 2 pixels free at each end


def is_picture(button: QAbstractButton) -> bool:
    return isinstance(button, QToolButton) and button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly


def outside(widget: QWidget, surface: QWidget) -> str:
    """Beside what can be seen of the page it lies on; a page scrolls up and down, never sideways."""
    frame: QWidget = surface
    parent = widget.parentWidget()
    while parent is not None and parent is not surface:
        if isinstance(parent, QScrollArea):
            frame = parent.viewport()
            break
        parent = parent.parentWidget()
    left = widget.mapTo(frame, QPoint(0, 0)).x() if frame.isAncestorOf(widget) else 0
    if left < -1 or left + widget.width() > frame.width() + 1:
        return f"lies from {left} to {left + widget.width()} of {frame.width()}"
    return ""
