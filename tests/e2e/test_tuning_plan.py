"""What the wizard and the terminal offer for a real backend, and what it is said to cost."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.tuning import Preset
from app.core.tuning_presets import grouped_plan
from app.domain.backend import Backend
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
        plain = replace(tried[0], plan=grouped_plan(6, 1, tried[0].plan.taps[0].r_down), device_layers=0)
        near, far, alone = home.tuning.probe(notes, [*tried, plain], said.append)
        assert near.chat_slowdown > 1  # one round trip as without, but two layers more on this computer
        assert (near.round_trips, far.round_trips) == (1, 4)
        assert near.bytes_up < far.bytes_up
        assert near.memory_bytes > alone.memory_bytes  # though two more layers are changed
