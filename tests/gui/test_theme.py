"""Colours that can be read, and an appearance that follows the system or the person."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app.ui.application import make_application
from app.ui.assets import read_asset
from app.ui.preferences import Preferences
from app.ui.theme import (
    CONTRAST_DARK,
    CONTRAST_LIGHT,
    DARK,
    LIGHT,
    METRICS,
    TEXT_PAIRS,
    Appearance,
    Colours,
    Theme,
    contrast,
)

ROOT = Path(__file__).resolve().parents[2]
PALETTES = {"light": LIGHT, "dark": DARK, "contrast, light": CONTRAST_LIGHT, "contrast, dark": CONTRAST_DARK}


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_to_be_read(name: str, text: str, ground: str) -> None:
    tokens = asdict(PALETTES[name])
    assert contrast(tokens[text], tokens[ground]) >= (7 if "contrast" in name else 4.5)


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("part", ["edge", "accent"])
def test_edges_of_controls_and_the_focus_ring_stand_out(colours: Colours, part: str) -> None:
    for ground in (colours.page, colours.surface):
        assert contrast(asdict(colours)[part], ground) >= 3


def test_every_text_colour_of_the_style_sheet_is_among_the_checked_pairs() -> None:
    used = set(re.findall(r"[ {;]color: \$\{(\w+)\}", read_asset("theme.qss")))
    assert used
    assert used <= {text for text, _ in TEXT_PAIRS}


def test_the_style_sheet_names_no_colour_of_its_own() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\w*\s*\{)", re.sub(r"\w+#\w+", "", read_asset("theme.qss")))


def test_the_style_sheet_names_no_size_of_its_own() -> None:
    assert not re.findall(r".*[1-9]px.*", read_asset("theme.qss"))


def test_no_widget_names_a_colour_or_a_size_of_its_own() -> None:
    colour, size = r"""["']\#[0-9a-fA-F]{3,8}["']""", r"\.set(?:Fixed|Minimum|Maximum)(?:Width|Height|Size)"
    own = re.compile(colour + "|" + size + r"\((?![01]\))\d+(?:, *\d+)?\)")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "app" / "ui").rglob("*.py"))
        if path.name != "colours.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if own.search(line)
    ]
    assert found == []


def test_zoom_scales_sizes_and_fonts_and_comes_back(theme: Theme, qapp: QApplication) -> None:
    told: list[int] = []
    theme.changed.connect(lambda: told.append(theme.metrics.body))
    theme.set_zoom(200)
    assert (theme.metrics.space_4, theme.metrics.column) == (METRICS.space_4 * 2, METRICS.column * 2)
    assert theme.metrics.line_height_percent == METRICS.line_height_percent
    assert qapp.font().pixelSize() == METRICS.body * 2
    assert f"font-size: {METRICS.body * 2}px" in qapp.styleSheet()
    theme.set_zoom(100)
    assert theme.metrics == METRICS
    assert told == [METRICS.body * 2, METRICS.body]


def test_nothing_vanishes_at_the_smallest_zoom() -> None:
    assert min(asdict(METRICS.scaled(50)).values()) >= 1


def test_the_theme_follows_the_persons_choice(theme: Theme, qapp: QApplication) -> None:
    preferences = Preferences()
    theme.follow(preferences)
    preferences.update(appearance="contrast", zoom_percent=150)
    assert theme.has_high_contrast
    assert qapp.palette().color(QPalette.ColorRole.Window).name() in (CONTRAST_LIGHT.page, CONTRAST_DARK.page)
    assert theme.zoom_percent == 150
    worn: list[bool] = []
    theme.changed.connect(lambda: worn.append(True))
    preferences.update(shows_tray=True)
    assert not worn  # what is no business of the theme's costs no new clothes


def test_a_system_that_wants_high_contrast_gets_it(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keen:
        def styleHints(self) -> "Keen":
            return self

        def accessibility(self) -> "Keen":
            return self

        def contrastPreference(self) -> Qt.ContrastPreference:
            return Qt.ContrastPreference.HighContrast

    monkeypatch.setattr(theme, "_application", Keen())
    assert not theme.has_high_contrast  # light was chosen
    monkeypatch.setattr(theme, "_appearance", Appearance.SYSTEM)
    assert theme.has_high_contrast
    monkeypatch.undo()


def test_the_person_chooses_light_or_dark(theme: Theme, qapp: QApplication) -> None:
    worn = []
    theme.changed.connect(lambda: worn.append(theme.is_dark))
    theme.set_appearance(Appearance.DARK)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.page
    assert DARK.accent in qapp.styleSheet()
    theme.set_appearance(Appearance.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.page
    assert worn == [True, False]


def test_as_the_system_means_what_the_system_says(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    _, theme = make_application(Preferences())
    assert theme.is_dark == (qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark)

    class DarkSystem:
        def styleHints(self) -> "DarkSystem":
            return self

        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

    monkeypatch.setattr(theme, "_application", DarkSystem())
    assert theme.is_dark
    monkeypatch.undo()
    theme.deleteLater()


def test_the_whole_window_changes_its_clothes_while_it_is_open(qtbot, open_window, theme: Theme) -> None:
    window, _ = open_window()
    light = window.grab().toImage().pixelColor(5, 300).name()
    theme.set_appearance(Appearance.DARK)
    qtbot.wait(20)
    assert (light, window.grab().toImage().pixelColor(5, 300).name()) == (LIGHT.page, DARK.page)
