"""Plans are judged when a session opens; matrices are shared by sessions with the same plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan, layer_by_layer
from cloud_backend.engine.backbone import Backbone, load_backbone
from cloud_backend.engine.errors import ModelFolderError
from tests.tiny_models import prepare_tiny, tiny_model


@pytest.fixture
def backbone(tmp_path: Path) -> Backbone:
    return load_backbone(prepare_tiny(tiny_model("llama"), tmp_path), dtype="fp32")


def _open(backbone: Backbone, plan: ExchangePlan) -> Open:
    digest = bytes.fromhex(backbone.manifest.recipes[0].sha256)
    return Open(bytes(32), digest, Recipe.SVD, 1, 64, Dtype.FP32, Dtype.FP32, plan)


def _refusal(backbone: Backbone, message: Open) -> ErrorCode:
    with pytest.raises(WireError) as caught:
        backbone.new_plan_state(message)
    return caught.value.code


def test_a_plan_that_asks_for_more_than_there_is_is_refused(backbone: Backbone) -> None:
    assert _refusal(backbone, _open(backbone, layer_by_layer([6], 8))) is ErrorCode.PLAN_REFUSED
    assert _refusal(backbone, _open(backbone, layer_by_layer([5], 33))) is ErrorCode.PLAN_REFUSED
    backbone.new_plan_state(_open(backbone, layer_by_layer([5], 32)))


def test_another_recipe_than_the_clouds_is_refused(backbone: Backbone) -> None:
    asked = _open(backbone, layer_by_layer([1], 8))
    assert _refusal(backbone, replace(asked, recipe_hash=bytes(32))) is ErrorCode.RECIPE_UNKNOWN
    assert _refusal(backbone, replace(asked, recipe=Recipe.RANDOM)) is ErrorCode.RECIPE_UNKNOWN
    assert _refusal(backbone, replace(asked, recipe_version=2)) is ErrorCode.RECIPE_UNKNOWN


def test_an_empty_plan_needs_no_recipe(backbone: Backbone) -> None:
    backbone.new_plan_state(replace(_open(backbone, ExchangePlan()), recipe_hash=bytes(32), recipe_version=9))


def test_sessions_with_the_same_plan_share_its_matrices(backbone: Backbone) -> None:
    first, second = (backbone.new_plan_state(_open(backbone, layer_by_layer([1], 8))) for _ in range(2))
    assert first.matrices is second.matrices
    for layer in range(2, 6):
        for rank in (4, 8):
            backbone.new_plan_state(_open(backbone, layer_by_layer([layer], rank)))
    assert len(backbone._plans) == 8


def test_a_recipe_file_that_was_changed_is_not_used(backbone: Backbone) -> None:
    file = backbone.folder / backbone.manifest.recipes[0].file
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelFolderError, match="prepare the model again"):
        backbone.new_plan_state(_open(backbone, layer_by_layer([1], 8)))


def test_kv_memory_is_told_per_position(backbone: Backbone) -> None:
    cache = backbone.new_cache(10)
    slab = cache._slab
    assert slab is not None
    assert slab.numel() * slab.element_size() == 10 * backbone.kv_bytes_per_position
