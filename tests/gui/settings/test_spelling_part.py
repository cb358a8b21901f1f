"""Spelling on the page "Chat": switches are settings, the person's own words go into the vault and nowhere else."""

import pytest

from app.domain.spelling import LANGUAGES, OWN_SPELLINGS
from app.storage.settings import SettingsFile
from app.ui.settings.spelling import SpellingPart


@pytest.fixture
def part(window) -> SpellingPart:
    window.show_page("chat")
    return window.page("chat").spelling


def chosen(part: SpellingPart) -> list[str]:
    return [code for code, switch in part.languages.items() if switch.isChecked()]


def test_it_is_on_for_the_windows_language_and_every_language_can_be_added(part, preferences, tmp_path) -> None:
    assert part.is_on.isChecked()
    assert chosen(part) == ["en"]
    assert list(part.languages) == list(LANGUAGES)
    part.languages["de"].click()
    part.languages["fr"].click()
    part.is_on.click()
    kept, _ = SettingsFile(tmp_path / "settings.json").load()
    assert not kept.checks_spelling
    assert kept.spelling_languages == ("en", "de", "fr")
    assert preferences.settings == kept


def test_without_a_language_nothing_is_checked(part, preferences) -> None:
    part.languages["en"].click()
    assert not preferences.settings.checks_spelling
    assert not part.is_on.isChecked()
    assert chosen(part) == ["en"]


def test_languages_of_a_newer_version_stay(part, preferences) -> None:
    preferences.update(spelling_languages=("de", "xx"))
    assert chosen(part) == ["de"]
    part.languages["en"].click()
    assert preferences.settings.spelling_languages == ("en", "de", "xx")


def test_own_words_are_listed_and_can_be_removed(window, part, vault, tmp_path) -> None:
    vault.write_setting(OWN_SPELLINGS, "Abacuss\nZybrantine")
    window.show_page("general")
    window.show_page("chat")
    assert part.own.text.toPlainText() == "Abacuss\nZybrantine"
    assert not part.own.save.isEnabled()
    part.own.text.setPlainText("Zybrantine\n\n  Blunderbusk \nZybrantine")
    part.own.save.click()
    assert vault.read_setting(OWN_SPELLINGS) == "Blunderbusk\nZybrantine"
    assert part.own.text.toPlainText() == "Blunderbusk\nZybrantine"
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"underbusk" not in path.read_bytes(), path


def test_what_was_typed_is_kept_when_the_page_is_left(window, part, vault) -> None:
    part.own.text.setPlainText("Blunderbusk")
    window.show_page("general")
    assert vault.read_setting(OWN_SPELLINGS) == "Blunderbusk"
    assert part.own.text.toPlainText() == ""


def test_a_locked_vault_shows_and_takes_no_words(window, part, vault) -> None:
    window.show_page("general")
    vault.set_passphrase("four words of mine", ask_at_start=True)
    vault.lock()
    window.show_page("chat")
    assert not part.own.text.isEnabled()
    assert not part.own.save.isEnabled()
