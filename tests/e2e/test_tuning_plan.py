"""What the wizard and the terminal offer for a real backend, and what it is said to cost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.tuning import Preset
from app.core.tuning_session import TuningSession
from app.domain.backend import Backend
from app.main import BUILT_IN_MODEL
from tests.sim.tuning_home import TuningHome, write_notes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_presets_rest_on_the_layers_of_the_pack_and_estimates_count_what_the_device_runs(
    tuning_backend: Backend, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        notes = home.read(write_notes(tmp_path / "notes"))
        said: list[str] = []
        presets = home.tuning.presets(said.append)
        assert any("the device's part of the model" in sentence for sentence in said)  # it was not here yet
        assert {settings.device_layers for settings in presets.values()} == {2}
        assert presets[Preset.BALANCED].plan.round_trips == 1
        assert presets[Preset.THOROUGH].plan.round_trips == 4  # every layer of the tiny model but the device's own
        tried = [replace(presets[preset], window=24, head_rank=4) for preset in (Preset.BALANCED, Preset.THOROUGH)]
        near, far = home.tuning.probe(notes, tried, said.append)
        assert near.chat_slowdown > 1  # one round trip as without, but two layers more on this computer
        assert (near.round_trips, far.round_trips) == (1, 4)
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
            settings = replace(home.tuning.presets(lambda _: None)[Preset.QUICK], window=24, head_rank=4)
            home.tuning.probe(notes, [settings], lambda _: None)
            once.append(tuple(map(tuple, sent)))
            sent.clear()
        assert once[0] == once[1] and len(once[0]) > 2


def test_a_training_on_the_built_in_backend_is_said_to_need_the_memory_of_that_too(
    tuning_backend: Backend, tiny_tuning_model: Path, tmp_path: Path
) -> None:
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        (home.folder.models / BUILT_IN_MODEL).symlink_to(tiny_tuning_model)
        notes = home.read(write_notes(tmp_path / "notes"))
        settings = replace(home.tuning.presets(lambda _: None)[Preset.QUICK], window=24, head_rank=4)
        (elsewhere,) = home.tuning.probe(notes, [settings], lambda _: None)
        home.backend = None
        (here,) = home.tuning.probe(notes, [settings], lambda _: None)
        model_bytes = (tiny_tuning_model / "backbone.safetensors").stat().st_size
        assert here.memory_bytes >= elsewhere.memory_bytes + model_bytes
