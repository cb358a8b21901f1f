"""The library of adapters: cards, stale marks, names and notes, copies out and in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.settings_services import KeptAdapter
from app.device.adapter_card import TrainingFacts
from app.domain.backend import RecipeInfo
from app.ui.settings import adapter_export_form
from app.ui.settings import adapters as adapters_module
from app.ui.settings.adapters import AdaptersPage
from app.ui.settings.window import SettingsWindow
from tests.gui.settings.conftest import read
from tests.gui.settings.test_backends_page import press
from tests.sim.scripted_settings import MODEL, ScriptedSettings

FACTS = TrainingFacts("tiny", "12" * 32, 20, 40, 3.5, 3.25, 0.25, 0.125, 0.375, "quick", "svd, 1 taps", True, 3, True)
RECIPE = RecipeInfo("svd", 1, "cd" * 32, 128)
KEPT = KeptAdapter(
    Path("/a/letters-1.sealed"), "Letters", 1_500_000, "2026-11-20T10:00:00Z", "svd 1", 6, 6, 16,
    backbone_sha256=MODEL.backbone_sha256, recipe_sha256=RECIPE.sha256, note="too cheerful", training=FACTS,
    knows_notes=True,
)  # fmt: skip


@pytest.fixture
def page(window: SettingsWindow, services: ScriptedSettings) -> AdaptersPage:
    services.model_in_use = replace(MODEL, recipes=(RECIPE,))
    services.files.adapters_kept = [KEPT]
    window.show_page("adapters")
    page = window.page("adapters")
    assert isinstance(page, AdaptersPage)
    return page


def opened(page: AdaptersPage):
    press(page, "Details of Letters")
    assert page.details is not None
    return page.details


def test_a_card_says_what_is_known_and_its_hashes_are_copied(page: AdaptersPage) -> None:
    details = opened(page)
    words = read(page)
    assert "It helped: loss 3.500 without, 3.250 with it (gain 0.125 to 0.375, 95 %)." in words
    assert "3 notes, chats among them; step 20 of 40 was kept" in words
    assert "small loader" in words and "121212121212…" in words and FACTS.data_sha256 not in words
    press(details, "Copy the hash of: Data")
    assert QGuiApplication.clipboard().text() == FACTS.data_sha256
    press(page, "Details of Letters")
    assert page.details is None


def test_one_that_did_not_help_is_not_praised(page: AdaptersPage, services: ScriptedSettings) -> None:
    services.files.adapters_kept = [replace(KEPT, training=replace(FACTS, gain_low=-0.1, has_helped=False))]
    opened(page)
    assert "It did not help" in read(page)


def test_name_and_note_are_changed(page: AdaptersPage, services: ScriptedSettings) -> None:
    details = opened(page)
    assert not details.save.isEnabled()
    details.name.setText(" ")
    assert not details.save.isEnabled()
    details.name.setText("Mail")
    details.note.setPlainText("better")
    details.save.click()
    (kept,) = services.files.adapters_kept
    assert (kept.name, kept.note) == ("Mail", "better")
    assert "Mail" in [radio.text() for radio in page.radios.values()]


def test_another_model_another_recipe_and_deleted_notes_are_marked_and_explained(
    page: AdaptersPage, services: ScriptedSettings
) -> None:
    page.enter()
    assert "Another model" not in read(page) and "Notes are gone" not in read(page)
    for model, expected, why in (
        (replace(MODEL, backbone_sha256="0" * 64), "Another model", "made for another model"),
        (replace(MODEL, recipes=()), "Other matrices", "other matrices A and B"),
    ):
        services.model_in_use = model
        page._opened = None
        opened(page)
        assert expected in read(page) and why in read(page)
    services.model_in_use = None
    services.files.adapters_kept = [replace(KEPT, knows_notes=False, notes_gone=2)]
    page.enter()
    assert "Notes are gone" in read(page) and "2 notes or chats that it learned are no longer" in read(page)


def test_opening_the_page_notices_deleted_notes_by_itself(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    services.files.adapters_kept = [KEPT]
    services.files.gone = 1
    window.show_page("adapters")
    page = window.page("adapters")
    qtbot.waitUntil(lambda: "Notes are gone" in read(page), timeout=30_000)
    assert services.files.looks == 1


def test_what_is_being_written_is_not_lost_to_it(page: AdaptersPage, services: ScriptedSettings) -> None:
    details = opened(page)
    details.name.setText("Mail")
    page._looked(True)
    assert page.details is details and details.name.text() == "Mail"
    details.save.click()
    page._looked(True)
    assert page.details is not None and page.details is not details


def test_harm_and_secrets_that_came_out_are_said_as_such(page: AdaptersPage, services: ScriptedSettings) -> None:
    bad = replace(FACTS, gain=-0.25, gain_low=-0.375, gain_high=-0.125, has_helped=False, has_harmed=True)
    bad = replace(bad, general_before=0.75, general_after=0.25, secrets_tried=4, secrets_known=2, overfit_step=30)
    services.files.adapters_kept = [replace(KEPT, training=bad)]
    opened(page)
    words = read(page)
    assert "It made things worse" in words and "did not help" not in words
    assert "It lost some of what it could do: 75 % right before, 25 % with it." in words
    assert "It knows 2 of the 4 that were asked for." in words
    assert "step 20 of 40 was kept, since it began to memorise after step 30" in words


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"is_tested": False}, "too little text was held back"),
        ({"general_before": 0.75, "general_after": 0.7}, "70 % with it: no damage was seen."),
        ({"secrets_tried": 0}, "Nothing that looks secret was in the notes"),
        ({"secrets_tried": 4}, "None of the 4 that were asked for came out."),
    ],
    ids=["old card", "untested", "no harm", "no secrets", "none came out"],
)
def test_what_was_not_measured_is_not_said(
    page: AdaptersPage, services: ScriptedSettings, facts: dict[str, float], said: str
) -> None:
    services.files.adapters_kept = [replace(KEPT, training=replace(FACTS, **facts))]  # type: ignore[arg-type]
    opened(page)
    words = read(page)
    assert said in words
    assert ("General questions" in words, "Secrets of your notes" in words) == (
        "general_before" in facts,
        "secrets_tried" in facts,
    )


def test_deleted_notes_are_looked_for_in_a_folder(
    qtbot: QtBot, page: AdaptersPage, services: ScriptedSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(adapters_module, "choose_folder", lambda *_: tmp_path)
    services.files.gone = 1
    page.check.click()
    qtbot.waitUntil(lambda: "1 adapter learned from these notes" in page.work.words)
    assert services.files.checked == [(tmp_path,)]
    assert "Notes are gone" in read(page)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Path]:
    given = {"save": tmp_path / "x.nha", "folder": tmp_path / "out"}
    monkeypatch.setattr(adapter_export_form, "choose_to_save", lambda *_: given["save"])
    monkeypatch.setattr(adapter_export_form, "choose_folder", lambda *_: given["folder"])
    return given


def test_an_encrypted_copy_takes_the_same_passphrase_twice(
    qtbot: QtBot, page: AdaptersPage, services: ScriptedSettings, answers: dict[str, Path]
) -> None:
    form = opened(page).export
    assert not form.start.isEnabled()
    form.first.setText("short")
    assert "Too short" in form.words
    form.first.setText("correct horse")
    form.second.setText("correct house")
    assert "not the same" in form.words and not form.start.isEnabled()
    form.second.setText("correct horse")
    form.start.click()
    qtbot.waitUntil(lambda: services.files.given_away == [(KEPT.path, answers["save"], "correct horse")])
    assert form.first.text() == form.second.text() == ""


def test_an_open_copy_says_what_that_means(
    qtbot: QtBot, page: AdaptersPage, services: ScriptedSettings, answers: dict[str, Path]
) -> None:
    form = opened(page).export
    form.form.setCurrentIndex(form.form.findData(adapter_export_form.OPEN))
    assert "can be read out of it" in form.words
    form.start.click()
    qtbot.waitUntil(lambda: services.files.given_away == [(KEPT.path, answers["save"], "")])


def test_a_folder_for_transformers_has_the_strength_that_was_chosen(
    qtbot: QtBot, page: AdaptersPage, services: ScriptedSettings, answers: dict[str, Path]
) -> None:
    form = opened(page).export
    form.form.setCurrentIndex(form.form.findData(adapter_export_form.TRANSFORMERS))
    form.strength.setValue(70)
    form.start.click()
    qtbot.waitUntil(lambda: services.for_transformers == [(KEPT.path, answers["folder"], 70)])
    qtbot.waitUntil(lambda: "nearhalf_transformers.py" in page.work.words)


@pytest.mark.allow_warning_logs
def test_a_file_with_a_passphrase_asks_for_it(
    qtbot: QtBot, page: AdaptersPage, services: ScriptedSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "mail.nha"
    services.files.locked = {source: "correct horse"}
    choose: Callable[..., Path] = lambda *_: source  # noqa: E731
    monkeypatch.setattr(adapters_module, "choose_to_open", choose)
    for passphrase in ("wrong", "correct horse"):
        page.take_in.click()
        assert page.unlock.isVisibleTo(page)
        page.unlock.secret.setText(passphrase)
        page.unlock.open.click()
        assert page.unlock.secret.text() == ""
        if passphrase == "wrong":
            qtbot.waitUntil(lambda: "does not open this file" in page.work.words)
    qtbot.waitUntil(lambda: "mail" in [radio.text() for radio in page.radios.values()])
