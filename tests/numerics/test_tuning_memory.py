"""What a training is said to take of this computer's memory, against what the backend's own parts reckon."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.tuning import Preset
from app.core.tuning_memory import BACKEND_BYTES, STEP_BYTES, backend_bytes, graph_bytes, trainer_bytes
from app.core.tuning_presets import presets
from cloud_backend.engine.manifest import BACKBONE_FILE
from cloud_backend.server.config import ServerConfig
from cloud_backend.tuning.layer import graph_bytes as of_the_backend
from tests.numerics.test_whole_path import installed
from tests.tiny_models import FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_a_layer_keeps_what_the_backend_reckons(family: str, tiny: Callable[..., Any], tmp_path: Path) -> None:
    _, backbone = tiny(family)
    facts = installed(backbone, tmp_path).facts
    for rows in (2, 128, 300):
        for item_bytes in (2, 4):
            assert graph_bytes(facts, rows, item_bytes) == of_the_backend(rows, backbone.config, item_bytes)


def test_the_model_counts_twice_and_a_step_up_to_the_backends_limit(tiny: Callable[..., Any], tmp_path: Path) -> None:
    _, backbone = tiny("llama")
    facts = installed(backbone, tmp_path).facts
    settings = presets(facts.layers, 8, 512, facts.near.layers)[Preset.THOROUGH]
    weights = 4 * facts.layers * facts.layer_numbers
    wide = replace(settings, window=10**6)
    assert backend_bytes(facts, wide, 4) == BACKEND_BYTES + 2 * weights + STEP_BYTES
    assert 2 * weights < backend_bytes(facts, settings, 4) - BACKEND_BYTES < 2 * weights + STEP_BYTES
    assert weights <= (backbone.folder / BACKBONE_FILE).stat().st_size < 1.2 * weights + 2**16
    config = ServerConfig()
    assert config.max_tuning_bytes // config.max_tuning_sessions == STEP_BYTES
    without = trainer_bytes(facts, replace(settings, device_layers=0), 4, 10)
    assert trainer_bytes(facts, settings, 4, 10) - without == 4 * settings.device_layers * facts.layer_numbers > 0
    assert trainer_bytes(facts, settings, 4, 10) - trainer_bytes(facts, settings, 4, 9) == 16
