"""The page "Redaction": switches are settings, the person's own words go into the vault and nowhere else."""

from app.domain.redaction import DEFAULT_KINDS, OWN_WORDS
from app.storage.settings import SettingsFile
from app.ui.redaction.settings_page import RedactionPage


def test_switches_are_kept(qtbot, theme, preferences, vault, tmp_path) -> None:
    page = RedactionPage(theme, preferences, vault)
    qtbot.addWidget(page)
    page.enter()
    assert not page.is_on.isChecked()
    assert {kind for kind, switch in page.kinds.items() if switch.isChecked()} == set(DEFAULT_KINDS)
    page.is_on.click()
    page.kinds["phone"].click()
    page.kinds["place"].click()
    kept, _ = SettingsFile(tmp_path / "settings.json").load()
    assert kept.redacts
    assert set(kept.redacted_kinds) == set(DEFAULT_KINDS) - {"phone"} | {"place"}


def test_a_kind_of_a_later_version_stays(qtbot, theme, preferences, vault) -> None:
    preferences.update(redacted_kinds=("mail", "of_later"))
    page = RedactionPage(theme, preferences, vault)
    qtbot.addWidget(page)
    page.kinds["phone"].click()
    assert preferences.settings.redacted_kinds == ("mail", "phone", "of_later")


def test_the_own_list_is_in_the_vault_alone(qtbot, theme, preferences, vault, tmp_path) -> None:
    page = RedactionPage(theme, preferences, vault)
    qtbot.addWidget(page)
    page.enter()
    page.own.text.setPlainText("Project Quillfeather\nMarzipan")
    page.leave()
    assert page.own.text.toPlainText() == ""
    assert vault.read_setting(OWN_WORDS) == "Project Quillfeather\nMarzipan"
    assert not any(b"Quillfeather" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    page.enter()
    assert page.own.text.toPlainText() == "Project Quillfeather\nMarzipan"
