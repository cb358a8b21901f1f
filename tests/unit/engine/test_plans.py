"""Plans are judged when a session opens; matrices are shared by sessions with the same plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from cloud_backend.engine import backbone as backbone_module
from cloud_backend.engine.backbone import Backbone, load_backbone
from cloud_backend.engine.errors import ModelFolderError
from cloud_backend.engine.manifest import file_sha256
from cloud_backend.tuning.tuner import Tuner
from tests.tiny_models import prepare_tiny, tiny_model


@pytest.fixture
def backbone(tmp_path: Path) -> Backbone:
    return load_backbone(prepare_tiny(tiny_model("llama"), tmp_path), dtype="fp32")


def _open(backbone: Backbone, plan: ExchangePlan) -> Open:
    digest = bytes.fromhex(backbone.manifest.recipes[0].sha256)
    return Open(bytes(32), digest, Recipe.SVD, 2, 64, Dtype.FP32, Dtype.FP32, plan)


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
    assert _refusal(backbone, replace(asked, recipe_version=1)) is ErrorCode.RECIPE_UNKNOWN


def test_an_empty_plan_needs_no_recipe(backbone: Backbone) -> None:
    backbone.new_plan_state(replace(_open(backbone, ExchangePlan()), recipe_hash=bytes(32), recipe_version=9))


def test_sessions_with_the_same_plan_share_its_matrices(backbone: Backbone) -> None:
    first, second = (backbone.new_plan_state(_open(backbone, layer_by_layer([1], 8))) for _ in range(2))
    assert first.matrices is second.matrices
    for layer in range(2, 6):
        for rank in (4, 8):
            backbone.new_plan_state(_open(backbone, layer_by_layer([layer], rank)))
    assert len(backbone._plans) == 8


def test_a_recipe_is_hashed_once_whatever_plans_are_asked_for(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def hash_of(path: Path) -> str:
        hashed.append(path)
        return file_sha256(path)

    monkeypatch.setattr(backbone_module, "file_sha256", hash_of)
    for rank in range(1, 20):
        backbone.new_plan_state(_open(backbone, layer_by_layer([1], rank)))
    Tuner(backbone).new_run(_open(backbone, layer_by_layer([2], 8)), 2**20)
    assert hashed == [backbone.folder / backbone.manifest.recipes[0].file]


@pytest.mark.parametrize(
    "plan", [ExchangePlan(), layer_by_layer(range(6), 7), grouped(6, 3, 32)], ids=["none", "by-layer", "grouped"]
)
def test_the_memory_of_a_plans_matrices_is_known_before(backbone: Backbone, plan: ExchangePlan) -> None:
    matrices = backbone.new_plan_state(_open(backbone, plan)).matrices
    linears = [delta.b for tap in (*matrices.free, *matrices.exchanged) for delta in tap.deltas]
    linears += [tap.a for tap in matrices.exchanged if tap.a is not None]
    weights = [linear._weight for linear in linears]  # type: ignore[attr-defined]
    assert backbone.plan_bytes(plan) == sum(weight.numel() for weight in weights) * backbone.kernels.dtype.itemsize


def test_plans_are_kept_within_a_limit_of_bytes(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = layer_by_layer([1], 8), layer_by_layer(range(6), 32)
    monkeypatch.setattr(backbone_module, "_KEPT_PLAN_BYTES", 2 * backbone.plan_bytes(small))
    for plan in (small, layer_by_layer([2], 8), layer_by_layer([3], 8)):
        backbone.new_plan_state(_open(backbone, plan))
    assert len(backbone._plans) == 2 and (Recipe.SVD, small) not in backbone._plans
    state = backbone.new_plan_state(_open(backbone, large))
    assert len(state.matrices.exchanged) == 5 and not backbone._plans


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
