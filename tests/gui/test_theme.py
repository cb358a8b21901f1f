"""Colours that can be read, and an appearance that follows the system or the person."""

import re
from dataclasses import asdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app.ui.application import make_application
from app.ui.assets import read_asset
from app.ui.theme import DARK, LIGHT, TEXT_PAIRS, Appearance, Colours, Theme, contrast


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_to_be_read(colours: Colours, text: str, ground: str) -> None:
    tokens = asdict(colours)
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
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
    _, theme = make_application(Appearance.SYSTEM)
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
