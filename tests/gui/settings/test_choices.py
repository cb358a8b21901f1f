"""General, appearance, chat and shortcuts: a choice is in force at once, and still there at the next start."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import StorageError
from app.domain.sampling import SamplingSettings
from app.storage.settings import CHAT_SAMPLING
from app.storage.vault import DataVault
from app.ui.preferences import Preferences
from app.ui.settings.appearance import AppearancePage
from app.ui.settings.chat import ChatPage
from app.ui.settings.general import GeneralPage
from app.ui.settings.shortcuts import ShortcutsPage
from app.ui.settings.window import SettingsWindow
from app.ui.theme import METRICS, Theme
from tests.gui.settings.conftest import read


def general(window: SettingsWindow) -> GeneralPage:
    page = window.page("general")
    assert isinstance(page, GeneralPage)
    return page


def chat(window: SettingsWindow) -> ChatPage:
    window.show_page("chat")
    page = window.page("chat")
    assert isinstance(page, ChatPage)
    return page


def shortcuts(window: SettingsWindow) -> ShortcutsPage:
    window.show_page("shortcuts")
    page = window.page("shortcuts")
    assert isinstance(page, ShortcutsPage)
    return page


def test_every_page_can_be_reached_by_keys(qtbot: QtBot, window: SettingsWindow) -> None:
    titles = []
    for _ in range(window.list.count()):
        titles.append(window.list.currentItem().text())
        assert titles[-1] in read(window)
        qtbot.keyClick(window.list, Qt.Key.Key_Down)
    assert len(set(titles)) == window.list.count() == 10


def test_an_unknown_page_is_the_first(window: SettingsWindow) -> None:
    window.show_page("nonsense")
    assert window.list.currentRow() == 0


def test_a_small_window_has_a_choice_instead_of_the_list(qtbot: QtBot, window: SettingsWindow) -> None:
    window.setMinimumSize(1, 1)
    window.resize(METRICS.sidebar + 40, 500)
    qtbot.waitUntil(lambda: window.choice.isVisible() and not window.list.isVisible())
    window.choice.setCurrentIndex(9)
    assert "Delete everything" in read(window)
    window.resize(METRICS.column + METRICS.sidebar, 500)
    qtbot.waitUntil(lambda: window.list.isVisible() and not window.choice.isVisible())
    assert window.list.currentRow() == 9


def test_general_choices_are_kept(window: SettingsWindow, preferences: Preferences, tmp_path: Path) -> None:
    page = general(window)
    page.send_key.setCurrentIndex(1)
    page.language.setCurrentIndex(2)
    page.sidebar.click()
    kept = json.loads((tmp_path / "settings.json").read_text())
    assert (kept["send_with"], kept["language"], kept["sidebar_is_shown"]) == ("ctrl_enter", "de", False)
    assert "next time" in read(page)  # the language waits for the next start, and says so
    assert "Enter begins a new line." in read(page)


def test_general_shows_what_was_changed_elsewhere(window: SettingsWindow, preferences: Preferences) -> None:
    preferences.update(sidebar_is_shown=False, send_with="ctrl_enter")
    assert not general(window).sidebar.isChecked()
    assert general(window).send_key.value == "ctrl_enter"


def test_an_appearance_is_worn_when_it_is_pressed(
    window: SettingsWindow, theme: Theme, preferences: Preferences
) -> None:
    window.show_page("appearance")
    page = window.page("appearance")
    assert isinstance(page, AppearancePage)
    page.swatches["dark"].click()
    assert theme.is_dark
    page.swatches["contrast"].click()
    assert theme.has_high_contrast
    preferences.update(appearance="light")
    assert page.swatches["light"].isChecked()


def test_the_size_changes_while_the_slider_moves(window: SettingsWindow, theme: Theme, qapp: QApplication) -> None:
    window.show_page("appearance")
    page = window.page("appearance")
    assert isinstance(page, AppearancePage)
    page.slider.setValue(page.slider.maximum())
    assert theme.zoom_percent == 300
    assert qapp.font().pixelSize() == METRICS.body * 3
    assert page.percent.text() == "300 %"
    page.percent.click()
    assert theme.zoom_percent == 100


def test_the_system_message_goes_into_the_vault_and_nowhere_else(
    window: SettingsWindow, vault: DataVault, tmp_path: Path
) -> None:
    page = chat(window)
    page.system.text.setPlainText("You are a heron.")
    page.system.save.click()
    assert vault.read_setting("system") == "You are a heron."
    assert not page.system.save.isEnabled()
    window.show_page("general")
    assert page.system.text.toPlainText() == ""  # no words of a person's on a page that is not on show
    assert chat(window).system.text.toPlainText() == "You are a heron."
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"heron" not in file.read_bytes()


def test_a_system_message_that_was_not_saved_is_kept_on_leaving(window: SettingsWindow, vault: DataVault) -> None:
    chat(window).system.text.setPlainText("Be brief.")
    window.hide()
    assert vault.read_setting("system") == "Be brief."


def test_a_vault_that_cannot_write_is_said(
    window: SettingsWindow, vault: DataVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, value: str) -> None:
        raise StorageError("The disk is full.", "Make room.")

    monkeypatch.setattr(vault, "write_setting", full)
    page = chat(window)
    page.system.text.setPlainText("Be brief.")
    page.system.save.click()
    assert "The disk is full." in read(page)
    assert page.system.text.toPlainText() == "Be brief."
    page.system.text.clear()  # or leaving would try again


def test_sampling_is_in_force_when_it_makes_sense(window: SettingsWindow, preferences: Preferences) -> None:
    form = chat(window).form
    form.temperature.setValue(0.7)
    form.top_k.setValue(40)
    form.stop.setPlainText("END\n\\n\\n")
    form.seed.setText("7")
    form.seed.editingFinished.emit()
    assert preferences.settings.sampling == SamplingSettings(0.7, 40, 0.9, seed=7, stop=("END", "\n\n"))
    form.seed.setText("seven")
    form.seed.editingFinished.emit()
    assert "whole number" in form.problem
    assert preferences.settings.sampling.seed == 7
    chat(window).reset.click()
    assert preferences.settings.sampling == CHAT_SAMPLING
    assert form.seed.text() == ""
    assert form.problem == ""


def record(qtbot: QtBot, page: ShortcutsPage, action: str, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    row = page.rows[action]
    row.key.click()
    pressed = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        pressed |= modifier
    qtbot.keyClick(row.recorder, key, pressed)
    qtbot.waitUntil(lambda: row.stack.currentWidget() is row.key)


CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def test_a_key_is_recorded_kept_and_given_back(qtbot: QtBot, window: SettingsWindow, preferences: Preferences) -> None:
    page = shortcuts(window)
    record(qtbot, page, "new_chat", Qt.Key.Key_T, CTRL, ALT)
    assert preferences.settings.shortcuts == {"new_chat": "Ctrl+Alt+T"}
    assert page.rows["new_chat"].key.text() == "Ctrl+Alt+T"
    page.rows["new_chat"].reset.click()
    assert preferences.settings.shortcuts == {}
    assert page.rows["new_chat"].key.text() == "Ctrl+N"


def test_two_actions_with_one_key_are_told(qtbot: QtBot, window: SettingsWindow) -> None:
    page = shortcuts(window)
    record(qtbot, page, "settings", Qt.Key.Key_N, CTRL)
    assert "Two actions want the same keys." in read(page)
    assert "Also wanted by: New chat" in page.rows["settings"].problem.text()
    assert "Also wanted by: Settings" in page.rows["new_chat"].problem.text()
    page.reset_all.click()
    assert "Two actions" not in read(page)


def test_backspace_takes_a_key_away_and_escape_leaves_it(
    qtbot: QtBot, window: SettingsWindow, preferences: Preferences
) -> None:
    page = shortcuts(window)
    record(qtbot, page, "find", Qt.Key.Key_Backspace)
    assert preferences.settings.shortcuts == {"find": ""}
    assert page.rows["find"].key.text() == "none"
    record(qtbot, page, "new_chat", Qt.Key.Key_Escape)
    assert preferences.settings.shortcuts == {"find": ""}
    assert window.isVisible()  # escape was for the key, not for the window


def test_shortcuts_are_found_by_words_and_by_keys(window: SettingsWindow) -> None:
    page = shortcuts(window)
    page.search.setText("ctrl+n")
    assert page.rows["new_chat"].isVisible()
    assert not page.rows["settings"].isVisible()
    page.search.setText("settings")
    assert page.rows["settings"].isVisible()
    page.search.setText("walrus")
    assert "No action has these words or keys." in read(page)
