import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from safetensors import safe_open

from app.device.adapter import Adapter
from app.device.adapter_card import METADATA_KEY, read_header
from app.device.pack import DevicePack
from app.device.pack_facts import PackFacts
from app.domain.errors import AdapterError
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer

MIXED = ExchangePlan(
    (
        Tap(0, (Target(0, Projection.V), Target(2, Projection.Q)), r_down=3, r_up=5),
        Tap(1, (Target(1, Projection.Q), Target(1, Projection.K)), r_down=6, r_up=2),
    )
)
V = Projection.V
BEHIND_TWO = ExchangePlan((Tap(0, (Target(2, V), Target(3, V)), r_down=3, r_up=5),))  # with two device layers
MIXED_BEHIND_ONE = ExchangePlan(
    (
        Tap(0, (Target(1, V), Target(3, V)), r_down=3, r_up=5),
        Tap(2, (Target(2, V), Target(3, Projection.Q)), r_down=4, r_up=2),
    )
)
PLANS = [layer_by_layer(range(4), 4), grouped(4, 2, 3), MIXED, ExchangePlan()]


@pytest.fixture
def facts(build_pack: Callable[..., DevicePack]) -> PackFacts:
    return build_pack().facts


@pytest.fixture
def saved(facts: PackFacts, tmp_path: Path) -> Path:
    path = tmp_path / "mine.adapter"
    Adapter.random(MIXED, facts, Recipe.SVD, seed=1, scale=0.1, head_rank=2).save(path)
    return path


def parts(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    with safe_open(path, framework="pt") as opened:
        card = json.loads(opened.metadata()[METADATA_KEY])
    return card, safetensors.torch.load_file(path)


def rewrite(path: Path, card: Any, tensors: dict[str, torch.Tensor]) -> None:
    text = card if isinstance(card, str) else json.dumps(card)
    path.write_bytes(safetensors.torch.save(tensors, {METADATA_KEY: text}))


def assert_refused(path: Path, facts: PackFacts, match: str | None = None) -> None:
    with pytest.raises(AdapterError, match=match) as caught:
        Adapter.load(path, facts)
    assert caught.value.advice


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("recipe", list(Recipe))
@pytest.mark.parametrize("head_rank", [0, 3])
def test_what_is_saved_is_loaded(
    plan: ExchangePlan, recipe: Recipe, head_rank: int, facts: PackFacts, tmp_path: Path
) -> None:
    adapter = Adapter.random(plan, facts, recipe, seed=2, scale=0.5, head_rank=head_rank)
    adapter.save(tmp_path / "a" / "x.adapter")
    loaded = Adapter.load(tmp_path / "a" / "x.adapter", facts)
    assert loaded.card == adapter.card
    assert loaded.card.plan == plan
    assert loaded.matrices.keys() == adapter.matrices.keys()
    assert all(loaded.matrices[target].equal(adapter.matrices[target]) for target in adapter.matrices)
    assert (loaded.head is None) == (head_rank == 0)
    if loaded.head is not None and adapter.head is not None:
        assert loaded.head[0].equal(adapter.head[0])
        assert loaded.head[1].equal(adapter.head[1])


def test_the_card_names_model_recipe_plan_and_date(saved: Path, facts: PackFacts) -> None:
    card, tensors = parts(saved)
    assert (card["format"], card["backbone_sha256"], card["head_rank"]) == (1, "ab" * 32, 2)
    assert card["recipe"] == {"name": "svd", "version": 1, "sha256": "1" * 64}
    assert card["plan"][0] == {"layer": 0, "r_down": 3, "r_up": 5, "targets": [[0, "v"], [2, "q"]]}
    assert datetime.fromisoformat(card["created"]).utcoffset() == timedelta(0)
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {
        "m.0.v": (5, 3),
        "m.2.q": (5, 3),
        "m.1.q": (2, 6),
        "m.1.k": (2, 6),
        "head.v": (16, 2),
        "head.u": (2, 16),
    }


def test_a_file_is_readable_by_its_owner_only_and_leaves_nothing_beside_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [path.name for path in saved.parent.iterdir() if "adapter" in path.name] == [saved.name]


def test_saving_that_fails_keeps_the_old_file(saved: Path, facts: PackFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(AdapterError):
        Adapter.random(MIXED, facts, Recipe.SVD, seed=9, scale=1).save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir() if "adapter" in path.name] == [saved.name]


@pytest.mark.parametrize("plan", PLANS)
def test_a_fresh_adapter_is_zero_but_its_head_part_can_learn(plan: ExchangePlan, facts: PackFacts) -> None:
    adapter = Adapter.zero(plan, facts, Recipe.SVD, name="mine", head_rank=4)
    assert not any(bool(matrix.any()) for matrix in adapter.matrices.values())
    assert adapter.head is not None
    assert not bool(adapter.head[0].any())
    assert bool(adapter.head[1].any())


def test_noise_says_that_it_is_noise(facts: PackFacts) -> None:
    assert "tests only" in Adapter.random(MIXED, facts, Recipe.SVD, seed=1, scale=1).card.name


def test_an_adapter_of_another_model_is_refused(saved: Path, build_pack: Callable[..., DevicePack]) -> None:
    assert_refused(saved, build_pack(facts={"backbone_sha256": "cd" * 32}).facts, "another model")


def test_an_adapter_of_another_recipe_is_refused(saved: Path, build_pack: Callable[..., DevicePack]) -> None:
    other = [{"name": "svd", "version": 1, "sha256": "9" * 64, "rank": 6}]
    assert_refused(saved, build_pack(facts={"recipes": other}).facts, "other matrices")
    without = [{"name": "random", "version": 1, "sha256": "2" * 64, "rank": 6}]
    assert_refused(saved, build_pack(facts={"recipes": without}).facts, "other matrices")


@pytest.mark.parametrize("name", ["m.0.v", "head.u"])
@pytest.mark.parametrize("fault", ["missing", "misshaped", "flat", "half", "nan", "infinite"])
def test_a_tensor_that_is_wrong_is_refused(name: str, fault: str, saved: Path, facts: PackFacts) -> None:
    card, tensors = parts(saved)
    tensor = tensors.pop(name)
    wrong = {
        "missing": None,
        "misshaped": tensor.T.contiguous(),
        "flat": tensor.flatten(),
        "half": tensor.half(),
        "nan": tensor.clone().fill_(float("nan")),
        "infinite": tensor.clone().fill_(float("inf")),
    }[fault]
    rewrite(saved, card, tensors if wrong is None else tensors | {name: wrong})
    assert_refused(saved, facts)


def test_a_tensor_too_many_is_refused(saved: Path, facts: PackFacts) -> None:
    card, tensors = parts(saved)
    rewrite(saved, card, tensors | {"m.3.q": torch.zeros(5, 3)})
    assert_refused(saved, facts, "do not belong")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 3},
        {"format": 2, "device_layers": -1},
        {"format": 2, "device_layers": True},
        {"format": 2, "device_layers": "1"},
        {"plan": None},
        {"plan": [{"layer": 0, "r_down": 3, "r_up": 5, "targets": []}]},
        {"plan": [{"layer": 0, "r_down": 3, "r_up": 5, "targets": [[9, "q"]]}]},
        {"plan": [{"layer": 0, "r_down": 99, "r_up": 5, "targets": [[0, "q"]]}]},
        {"plan": [{"layer": 2, "r_down": 3, "r_up": 5, "targets": [[0, "q"]]}]},
        {"recipe": {"name": "evil", "version": 1, "sha256": "1" * 64}},
        {"recipe": "svd"},
        {"head_rank": -1},
        {"head_rank": True},
        {"head_rank": 10**9},
        {"name": 3},
    ],
)
def test_a_card_that_is_wrong_is_refused(change: dict[str, Any], saved: Path, facts: PackFacts) -> None:
    card, tensors = parts(saved)
    rewrite(saved, card | change, tensors)
    assert_refused(saved, facts)


@pytest.mark.parametrize(("plan", "count"), [(BEHIND_TWO, 2), (MIXED_BEHIND_ONE, 1)], ids=["free", "mixed"])
def test_device_layers_are_kept_and_older_apps_refuse_them(
    plan: ExchangePlan, count: int, facts: PackFacts, tmp_path: Path
) -> None:
    path = tmp_path / "x.adapter"
    adapter = Adapter.random(plan, facts, Recipe.SVD, seed=2, scale=0.5, device_layers=count)
    adapter.save(path)
    assert Adapter.load(path, facts).card == adapter.card
    assert adapter.card.device_layers == count
    card, tensors = parts(path)
    assert (card["format"], card["device_layers"]) == (2, count)
    assert adapter.scaled(0.5).card.device_layers == count
    assert Adapter.zero(plan, facts, Recipe.SVD, name="x", device_layers=count).card.device_layers == count
    rewrite(path, card | {"format": 1}, tensors)
    assert_refused(path, facts)


def test_a_card_from_before_device_layers_has_none(saved: Path, facts: PackFacts) -> None:
    card, tensors = parts(saved)
    assert card["format"] == 1 and card.pop("device_layers") == 0
    rewrite(saved, card, tensors)
    assert Adapter.load(saved, facts).card.device_layers == 0


@pytest.mark.parametrize(
    ("plan", "count", "match"),
    [
        (layer_by_layer([2, 3], 2), 1, "no tap"),
        (ExchangePlan(), 1, "no tap"),
        (BEHIND_TWO, 3, "changes a layer"),  # and that before the pack is asked
        (ExchangePlan((Tap(0, (Target(2, V), Target(1, V)), 3, 3),)), 2, "changes a layer"),
        (MIXED_BEHIND_ONE, 2, "changes a layer"),
        (ExchangePlan((Tap(0, (Target(2, V),), 3, 3), Tap(2, (Target(3, V),), 3, 3))), 2, "works out itself"),
        (ExchangePlan((Tap(0, (Target(2, V),), 3, 3), Tap(1, (Target(3, V),), 3, 3))), 2, "works out itself"),
    ],
)
def test_a_plan_that_does_not_go_with_device_layers_is_refused(
    plan: ExchangePlan, count: int, match: str, facts: PackFacts, tmp_path: Path
) -> None:
    for make in (
        lambda: Adapter.zero(plan, facts, Recipe.SVD, name="x", device_layers=count),
        lambda: Adapter.random(plan, facts, Recipe.SVD, seed=1, scale=1.0, device_layers=count),
    ):
        with pytest.raises(AdapterError, match=match) as caught:
            make()
        assert caught.value.advice
    path = tmp_path / "x.adapter"
    Adapter.random(plan, facts, Recipe.SVD, seed=1, scale=1.0).save(path)
    card, tensors = parts(path)
    rewrite(path, card | {"format": 2, "device_layers": count}, tensors)
    assert_refused(path, facts, match)
    with pytest.raises(AdapterError, match=match):
        read_header(path.read_bytes())


def test_more_device_layers_than_the_pack_has_are_refused(facts: PackFacts, tmp_path: Path) -> None:
    assert facts.near.layers == 2
    plan = ExchangePlan((Tap(0, (Target(3, V),), 3, 3),))
    with pytest.raises(AdapterError, match="3 layers of tiny on this computer") as caught:
        Adapter.zero(plan, facts, Recipe.SVD, name="x", device_layers=3)
    assert "Fetch" in caught.value.advice
    path = tmp_path / "x.adapter"
    Adapter.random(plan, facts, Recipe.SVD, seed=1, scale=1.0, device_layers=2).save(path)
    card, tensors = parts(path)
    rewrite(path, card | {"device_layers": 3}, tensors)
    assert_refused(path, facts, "hold 2")


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000])
def test_a_card_that_is_not_one_is_refused(text: str, saved: Path, facts: PackFacts) -> None:
    rewrite(saved, text, parts(saved)[1])
    assert_refused(saved, facts)


def test_files_that_are_no_adapters_are_refused(tmp_path: Path, facts: PackFacts) -> None:
    assert_refused(tmp_path / "absent", facts)
    for number, data in enumerate([b"", b"PK\x03\x04", safetensors.torch.save({"a": torch.zeros(1)})]):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert_refused(path, facts)


def test_a_file_cut_short_is_refused(saved: Path, facts: PackFacts) -> None:
    saved.write_bytes(saved.read_bytes()[:-8])
    assert_refused(saved, facts)


@pytest.mark.parametrize("plan", [layer_by_layer([4], 2), layer_by_layer([0], 7)])
def test_a_plan_beyond_the_model_or_the_recipe_is_refused_from_the_start(plan: ExchangePlan, facts: PackFacts) -> None:
    with pytest.raises(AdapterError):
        Adapter.zero(plan, facts, Recipe.SVD, name="x")
