"""What the wizard and the terminal offer for a real backend, and what it is said to cost."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.services import Report
from app.core.tuning import Preset, TuningSettings
from app.core.tuning_services import PlaceChanged
from app.core.tuning_session import TuningSession
from app.device.pack import DevicePack
from app.domain.backend import Backend
from app.domain.notes import NotesSet
from app.main import BUILT_IN_MODEL
from cloud_backend.engine.prepare import prepare
from tests.sim.backend_process import BackendProcess
from tests.sim.tuning_home import SETTINGS, TuningHome, write_notes
from tests.tiny_models import save_model, tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def presets_of(home: TuningHome, notes: NotesSet, report: Report = lambda _: None) -> Mapping[Preset, TuningSettings]:
    return home.tuning.presets(home.tuning.place(), notes, report)


def test_presets_rest_on_the_layers_of_the_pack_and_estimates_count_what_the_device_runs(
    tuning_backend: Backend, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        notes = home.read(write_notes(tmp_path / "notes"))
        said: list[str] = []
        presets = presets_of(home, notes, said.append)
        assert any("the device's part of the model" in sentence for sentence in said)  # it was not here yet
        assert {settings.device_layers for settings in presets.values()} == {2}
        assert presets[Preset.BALANCED].plan.round_trips == 1
        assert presets[Preset.THOROUGH].plan.round_trips == 3
        tried = [replace(presets[preset], window=24, head_rank=4) for preset in (Preset.BALANCED, Preset.THOROUGH)]
        near, far = home.tuning.probe(home.tuning.place(), notes, tried, said.append)
        assert near.chat_slowdown > 1  # one round trip as without, but two layers more on this computer
        assert (near.round_trips, far.round_trips) == (1, 3)
        assert near.bytes_up < far.bytes_up


def test_nothing_of_the_notes_is_sent_before_a_job_begins(
    tuning_backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[list[int]] = []
    for name in ("train", "states"):
        real = getattr(TuningSession, name)

        def spy(session: TuningSession, window: list[int], *more: float, real: Callable[..., Any] = real) -> Any:
            sent.append(list(window))
            return real(session, window, *more)

        monkeypatch.setattr(TuningSession, name, spy)
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        once = []
        for folder, extra in (("some", "Bread."), ("others", "The harbour lies to the west of the old town.")):
            notes = home.read(write_notes(tmp_path / folder, extra))
            settings = replace(presets_of(home, notes)[Preset.QUICK], window=24, head_rank=4)
            home.tuning.probe(home.tuning.place(), notes, [settings], lambda _: None)
            once.append(tuple(map(tuple, sent)))
            sent.clear()
        assert once[0] == once[1] and len(once[0]) > 2


def test_a_training_on_the_built_in_backend_is_said_to_need_the_memory_of_that_too(
    tuning_backend: Backend, tiny_tuning_model: Path, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        (home.folder.models / BUILT_IN_MODEL).symlink_to(tiny_tuning_model)
        notes = home.read(write_notes(tmp_path / "notes"))
        settings = replace(presets_of(home, notes)[Preset.QUICK], window=24, head_rank=4)
        (elsewhere,) = home.tuning.probe(home.tuning.place(), notes, [settings], lambda _: None)
        home.backend = None
        (here,) = home.tuning.probe(home.tuning.place(), notes, [settings], lambda _: None)
        model_bytes = (tiny_tuning_model / "backbone.safetensors").stat().st_size
        assert here.memory_bytes >= elsewhere.memory_bytes + model_bytes


def test_what_was_asked_for_one_backend_starts_nothing_on_another(tuning_backend: Backend, tmp_path: Path) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        notes = home.read(write_notes(tmp_path / "notes"))
        place = home.tuning.place()
        for other in (Backend("tiny", "http://127.0.0.1:9", "another"), None):
            home.backend = other
            with pytest.raises(PlaceChanged):
                home.tuning.probe(place, notes, [SETTINGS], lambda _: None)
            with pytest.raises(PlaceChanged):
                home.tuning.start(place, "Bakery", notes, SETTINGS, None)
        home.backend, home.model_id = tuning_backend, "another"
        with pytest.raises(PlaceChanged):
            home.tuning.start(place, "Bakery", notes, SETTINGS, None)
        assert home.tuning.jobs() == []
        home.backend, home.model_id = replace(tuning_backend, recovery_limit_percent=10, ca_file="0123"), None
        assert home.tuning.place().is_like(place), "the same backend, with another limit"


def test_of_a_backend_with_two_models_only_the_chosen_one_is_fetched_and_tried(
    tiny_tuning_model: Path, tmp_path: Path
) -> None:
    source = save_model(tiny_model("qwen3", max_position_embeddings=1024), tmp_path / "source")
    other = prepare(str(source), tmp_path / "other", model_id="other", report=lambda what, share: None)
    with (
        BackendProcess(tiny_tuning_model, tmp_path / "backend", "--threads", "1", "--model", str(other)) as process,
        TuningHome(tmp_path / "home", Backend("tiny", process.url, process.token)) as home,
    ):
        home.model_id = "other"
        notes = home.read(write_notes(tmp_path / "notes"))
        settings = replace(presets_of(home, notes)[Preset.QUICK], window=24, head_rank=4)
        home.tuning.probe(home.tuning.place(), notes, [settings], lambda _: None)
        packs = [DevicePack(folder).facts.model_id for folder in home.folder.packs.iterdir()]
        assert packs == ["other"]
