"""Backends, models, adapters: added, checked, tested, used, removed; and every failure with its next step."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.core.settings_services import KeptAdapter, KeptModel
from app.domain.backend import Backend
from app.domain.errors import AdapterError, ConnectionLost, UntrustedCertificate
from app.ui.preferences import Preferences
from app.ui.settings import adapters as adapters_module
from app.ui.settings.adapters import AdaptersPage
from app.ui.settings.backends import BackendsPage
from app.ui.settings.models import ModelsPage
from app.ui.settings.window import SettingsWindow
from tests.gui.settings.conftest import read
from tests.sim.scripted_settings import MODEL, ScriptedSettings

TOKEN = "only-for-tests-5f2"
FINGERPRINT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def backends(window: SettingsWindow) -> BackendsPage:
    window.show_page("backends")
    page = window.page("backends")
    assert isinstance(page, BackendsPage)
    return page


def models(window: SettingsWindow) -> ModelsPage:
    window.show_page("models")
    page = window.page("models")
    assert isinstance(page, ModelsPage)
    return page


def adapters(window: SettingsWindow) -> AdaptersPage:
    window.show_page("adapters")
    page = window.page("adapters")
    assert isinstance(page, AdaptersPage)
    return page


def press(widget: QWidget, words: str) -> None:
    """The one visible button with these words, or with this name."""
    QCoreApplication.processEvents()
    (found,) = [
        button
        for button in widget.findChildren(QPushButton)
        if button.isVisible() and words in (button.text(), button.accessibleName())
    ]
    found.click()


def fill(page: BackendsPage, name: str = "lab", url: str = "https://lab.example.org:8443", token: str = TOKEN) -> None:
    page.add_button.click()
    page.form.name.setText(name)
    page.form.url.setText(url)
    page.form.token.setText(token)


def idle(qtbot: QtBot, page: BackendsPage) -> None:
    qtbot.waitUntil(lambda: not page.form.work.is_busy and not page.work.is_busy)


def test_a_backend_is_reached_before_it_is_kept(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings, preferences: Preferences
) -> None:
    page = backends(window)
    fill(page)
    page.form.save.click()
    qtbot.waitUntil(lambda: "lab" in page.rows)
    assert services.reached == [Backend("lab", "https://lab.example.org:8443", TOKEN)]
    assert services.backends.find("lab").token == TOKEN
    assert preferences.settings.backend is None  # added is not chosen
    page.rows["lab"].radio.click()
    assert preferences.settings.backend == "lab"


@pytest.mark.parametrize(
    ("name", "url", "token", "words"),
    [
        ("my lab", "https://lab.example.org", TOKEN, "cannot be a backend's name"),
        ("lab", "http://lab.example.org", TOKEN, "readable by everyone on the way"),
        ("lab", "lab.example.org", TOKEN, "is not an address"),
        ("lab", "https://lab.example.org", "", "This is not a token."),
        ("built-in", "https://lab.example.org", TOKEN, "Nearhalf's own backend"),
    ],
)
def test_what_cannot_be_right_is_said_before_anything_is_reached(
    window: SettingsWindow, services: ScriptedSettings, name: str, url: str, token: str, words: str
) -> None:
    page = backends(window)
    fill(page, name, url, token)
    page.form.save.click()
    assert words in page.form.work.words
    assert services.reached == []


def test_each_backend_has_its_limit(window: SettingsWindow, services: ScriptedSettings) -> None:
    for name in ("lab", "work"):
        services.backends.add(Backend(name, f"https://{name}.example.org", TOKEN))
    services.backends.limit_recovery("work", 33)
    page = backends(window)
    page.enter()
    assert set(page.limits) == {"lab", "work"}, "the built-in one has none"
    assert page.limits["lab"].choice.currentText() == "No limit"
    assert page.limits["work"].choice.currentText() == "At most 33 %"
    choice = page.limits["lab"].choice
    choice.setCurrentIndex(choice.findData(0))
    choice.activated.emit(choice.currentIndex())
    assert services.backends.find("lab").recovery_limit_percent == 0
    services.backends.remove("lab")  # by the terminal, meanwhile
    choice.activated.emit(choice.currentIndex())
    assert "There is no backend called 'lab'" in read(page)
    assert set(page.limits) == {"work"}


@pytest.mark.allow_warning_logs  # a refusal is logged
def test_a_certificate_nobody_vouches_for_is_shown_and_pinned_only_when_trusted(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    page = backends(window)
    fill(page)
    services.errors = [UntrustedCertificate("Not trusted.", "x", fingerprint=FINGERPRINT)]
    page.form.save.click()
    qtbot.waitUntil(page.form.certificate.isVisible)
    assert page.form.certificate.fingerprint.text().splitlines()[0] == "9F:86:D0:81:88:4C:7D:65"
    assert services.backends.list()[0] == ()  # nothing is kept before the person has decided
    page.form.certificate.trust.click()
    qtbot.waitUntil(lambda: "lab" in page.rows)
    assert [backend and backend.fingerprint for backend in services.reached] == [None, FINGERPRINT]
    assert services.backends.find("lab").fingerprint == FINGERPRINT
    assert "only with the certificate that you trusted" in read(page)


@pytest.mark.allow_warning_logs
def test_a_changed_certificate_is_told_as_such(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    services.backends.add(Backend("lab", "https://lab.example.org", TOKEN, fingerprint="ab" * 32))
    page = backends(window)
    changed = UntrustedCertificate("Another certificate.", "Ask.", fingerprint=FINGERPRINT, is_changed=True)
    services.errors = [changed, changed]
    page.rows["lab"].test.click()
    idle(qtbot, page)
    assert "Another certificate." in page.work.words
    assert "Change lab and check it" in page.work.words
    page.rows["lab"].change.click()
    page.form.save.click()
    qtbot.waitUntil(page.form.certificate.isVisible)
    assert "another certificate than before" in read(page.form.certificate)
    assert services.backends.find("lab").fingerprint == "ab" * 32


@pytest.mark.allow_warning_logs
def test_a_backend_that_does_not_answer_can_still_be_kept(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    page = backends(window)
    fill(page)
    services.errors = [ConnectionLost("It does not answer.", "Check the network.")]
    page.form.save.click()
    idle(qtbot, page)
    assert page.form.work.words == "It does not answer. Check the network."
    page.form.save_unchecked.click()
    assert "lab" in page.rows


def test_changing_a_backend_keeps_its_token_at_its_address_only(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    services.backends.add(Backend("lab", "https://lab.example.org", TOKEN))
    page = backends(window)
    page.rows["lab"].change.click()
    assert page.form.token.text() == ""  # the old one is not brought back onto the screen
    page.form.save.click()
    idle(qtbot, page)
    assert services.backends.find("lab").token == TOKEN
    page.rows["lab"].change.click()
    page.form.url.setText("https://other.example.org")
    page.form.save.click()
    assert "This is not a token." in page.form.work.words


def test_a_token_does_not_stay_in_a_field_that_nobody_sees(window: SettingsWindow) -> None:
    page = backends(window)
    fill(page)
    window.show_page("general")
    assert page.form.token.text() == ""


def test_the_test_says_what_to_expect_of_every_plan(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    page = backends(window)
    page.rows[None].test.click()
    qtbot.waitUntil(lambda: page.measured is not None)
    assert page.measured is not None
    words = read(page.measured)
    assert "Round trip 10.0 ms (from 9.00 to 50.0)" in words
    assert "every one of the 30 layers" in words
    for trips in (1, 3, 6, 30):
        assert f"{services.measurement.tokens_per_s(trips):.1f}" in words


def test_a_test_can_be_stopped(qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings) -> None:
    services.gate = Flag()
    page = backends(window)
    page.rows[None].test.click()
    qtbot.waitUntil(lambda: page.work.words == "Measuring round trips.")
    page.work.cancel_button.click()
    assert page.work.words == "Stopping…"
    services.gate.set()
    idle(qtbot, page)
    assert page.work.words == "Stopped."
    assert page.measured is None
    assert page.rows[None].test.isEnabled()


def test_leaving_the_form_does_not_wait_for_a_check(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings
) -> None:
    services.gate = Flag()
    page = backends(window)
    fill(page)
    page.form.save.click()
    qtbot.waitUntil(lambda: bool(services.reached))
    page.form.cancel.click()
    assert page.add_button.isVisible()
    services.gate.set()
    page.form.end()
    assert "lab" not in page.rows


def test_removing_asks_first_and_falls_back_to_the_built_in(
    window: SettingsWindow, services: ScriptedSettings, preferences: Preferences
) -> None:
    services.backends.add(Backend("lab", "https://lab.example.org", TOKEN))
    page = backends(window)
    page.rows["lab"].radio.click()
    page.rows["lab"].remove.click()
    assert "Remove lab?" in read(page)
    assert services.backends.list()[0]
    page.notice.action.click()
    assert services.backends.list()[0] == ()
    assert preferences.settings.backend is None
    assert page.rows[None].radio.isChecked()


def test_models_are_asked_for_fetched_and_used(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings, preferences: Preferences
) -> None:
    services.gate = Flag()
    services.gate.set()
    page = models(window)
    assert "None yet." in read(page)
    press(page, "Ask the backend")
    qtbot.waitUntil(lambda: MODEL.model_id in read(page))
    assert "30 layers, up to 8,192 tokens, device pack 60 MB" in read(page)
    services.gate.clear()
    press(page, "Fetch")
    qtbot.waitUntil(lambda: page.work._bar.value() == 333)  # a third of it
    services.gate.set()
    qtbot.waitUntil(lambda: not page.work.is_busy)
    assert services.fetched == [MODEL.model_id]
    preferences.update(model_id="another")
    press(page, f"Use {MODEL.model_id}")
    assert preferences.settings.model_id == MODEL.model_id


def test_a_fetch_can_be_stopped(qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings) -> None:
    page = models(window)
    press(page, "Ask the backend")
    qtbot.waitUntil(lambda: MODEL.model_id in read(page))
    services.gate = Flag()
    press(page, "Fetch")
    page.work.cancel_button.click()
    services.gate.set()
    qtbot.waitUntil(lambda: not page.work.is_busy)
    assert services.fetched == []
    assert page.work.words == "Stopped."


def test_a_pack_is_deleted_after_a_question(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings, tmp_path: Path
) -> None:
    services.files.packs_kept = [KeptModel(tmp_path / "p", "smollm2", "llama", 30, 8192, 60_445_916)]
    page = models(window)
    press(page, "Delete smollm2")
    assert services.files.removed == []
    assert "60 MB become free" in read(page)
    page.notice.action.click()
    qtbot.waitUntil(lambda: services.files.removed == [tmp_path / "p"])
    qtbot.waitUntil(lambda: "None yet." in read(page))


GOOD = KeptAdapter(Path("/a/notes.nha"), "My notes", 1_500_000, "2026-11-20T10:00:00Z", "svd", 30, 30, 16)
BAD = KeptAdapter(Path("/a/old.nha"), "old.nha", 12_000, problem="It is damaged.")


def test_an_adapter_says_what_it_is_and_is_chosen(
    window: SettingsWindow, services: ScriptedSettings, preferences: Preferences
) -> None:
    services.files.adapters_kept = [GOOD, BAD]
    page = adapters(window)
    words = read(page)
    assert "30 round trips a token, with a head part, recipe svd, 1.5 MB" in words
    assert "12 kB. It is damaged." in words
    assert not page.radios[str(BAD.path)].isEnabled()
    page.radios[str(GOOD.path)].click()
    assert preferences.settings.adapter == str(GOOD.path)
    press(page, "Delete My notes")
    assert "cannot be fetched again" in read(page)
    page.notice.action.click()
    assert preferences.settings.adapter is None
    assert page.radios[None].isChecked()


@pytest.mark.allow_warning_logs
def test_a_file_that_is_no_adapter_is_refused_in_words(
    qtbot: QtBot, window: SettingsWindow, services: ScriptedSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers: list[Path | None] = [None, tmp_path / "x.nha", tmp_path / "y.nha"]
    choose: Callable[..., Path | None] = lambda *_: answers.pop(0)  # noqa: E731
    monkeypatch.setattr(adapters_module, "choose_to_open", choose)
    page = adapters(window)
    page.take_in.click()  # the person has left the dialog
    assert not page.work.is_busy
    services.files.error = AdapterError("This file is not a Nearhalf adapter.", "Choose another.")
    page.take_in.click()
    qtbot.waitUntil(lambda: page.work.words == "This file is not a Nearhalf adapter. Choose another.")
    services.files.error = None
    page.take_in.click()
    qtbot.waitUntil(lambda: "y" in [radio.text() for radio in page.radios.values()])
