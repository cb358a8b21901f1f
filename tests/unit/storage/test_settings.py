"""Settings survive a start, a newer app and a careless hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.sampling import SamplingSettings
from app.storage.settings import CHAT_SAMPLING, Settings, SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_every_setting_comes_back(path: Path) -> None:
    sampling = SamplingSettings(0.5, 40, 0.8, 0.05, 1.1, 7, ("END", "\n\n"), 200)
    settings = Settings(
        backend="home",
        model_id="smollm2",
        adapter="/a/b.nha",
        sampling=sampling,
        appearance="contrast",
        zoom_percent=175,
        send_with="ctrl_enter",
        language="de",
        shortcuts={"new_chat": "Ctrl+Shift+N", "find": ""},
        shows_tray=True,
        lock_after_minutes=15,
        is_first_run_done=True,
        sidebar_is_shown=False,
        window_geometry="AdnQywAD",
    )
    SettingsFile(path).save(settings)
    assert SettingsFile(path).load() == (settings, "")


def test_the_first_start_has_the_models_own_recommendation(path: Path) -> None:
    settings, warning = SettingsFile(path).load()
    assert (settings, warning) == (Settings(), "")
    assert (settings.sampling.temperature, settings.sampling.top_p) == (0.2, 0.9)


def test_a_key_of_a_newer_app_is_written_back(path: Path) -> None:
    path.write_text('{"version": 1, "theme": {"name": "dark"}, "system": "Be brief."}')
    file = SettingsFile(path)
    settings, _ = file.load()
    file.save(settings)
    written = json.loads(path.read_text())
    assert written["theme"] == {"name": "dark"}


def test_an_older_files_system_message_stays_until_it_is_moved_and_then_goes(path: Path) -> None:
    path.write_text('{"version": 1, "system": "Be brief."}')
    file = SettingsFile(path)
    settings, _ = file.load()
    assert settings.system == "Be brief."
    file.save(replace(settings, zoom_percent=110))  # a crash before the vault has it loses nothing
    assert file.load()[0].system == "Be brief."
    file.save(replace(settings, system=""))
    assert "system" not in json.loads(path.read_text())


@pytest.mark.parametrize(
    "wrong",
    [
        {"backend": 3},
        {"system": ["a"]},
        {"sampling": []},
        {"sampling": {"temperature": -1}},
        {"sampling": {"temperature": "hot"}},
        {"sampling": {"top_k": 1.5}},
        {"sampling": {"max_tokens": True}},
        {"sampling": {"stop": "END"}},
        {"sampling": {"stop": [1]}},
        {"sampling": {"temperature": float("nan")}},
        {"appearance": "sepia"},
        {"zoom_percent": 20},
        {"zoom_percent": "large"},
        {"zoom_percent": True},
        {"send_with": "space"},
        {"shortcuts": {"new_chat": 3}},
        {"shortcuts": ["a"]},
        {"shows_tray": 1},
        {"lock_after_minutes": -1},
        {"is_first_run_done": "yes"},
        {"window_geometry": None},
    ],
    ids=str,
)
def test_a_wrong_value_sets_the_file_aside_and_loses_nothing(path: Path, wrong: dict[str, object]) -> None:
    content = json.dumps({"version": 1, "model_id": "kept"} | wrong)
    path.write_text(content)
    settings, warning = SettingsFile(path).load()
    assert settings == Settings()
    assert "settings.damaged-1.json" in warning
    assert path.with_name("settings.damaged-1.json").read_text() == content


def test_a_part_of_the_sampling_leaves_the_rest_at_its_default(path: Path) -> None:
    path.write_text('{"version": 1, "sampling": {"top_k": 5}}')
    sampling = SettingsFile(path).load()[0].sampling
    assert sampling.top_k == 5
    assert sampling.temperature == CHAT_SAMPLING.temperature
