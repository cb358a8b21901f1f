"""Plans and settings of the three choices fit the model, the recipe, the backend and what the device has of it."""

import pytest

from app.core.tuning import Preset
from app.core.tuning_card import summary
from app.core.tuning_presets import GROUPED_HEAD_RATE, HEAD_RATE, grouped_plan, is_ordinary_lora, presets
from app.wire.plan import Projection, Target


@pytest.mark.parametrize("device_layers", [0, 1, 2])
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("layers", [8, 9, 30])
def test_the_free_tap_serves_v_of_all_layers_and_the_others_q_and_k_of_those_behind_the_first(
    layers: int, groups: int, device_layers: int
) -> None:
    plan = grouped_plan(layers, groups, 96, device_layers)
    assert len(plan.taps) == groups
    (free,) = plan.free_taps
    assert (free.layer, free.r_down, free.r_up) == (0, 96, 96)
    assert free.targets == tuple(Target(layer, Projection.V) for layer in range(device_layers, layers))
    assert all(device_layers < tap.layer == tap.targets[0].layer for tap in plan.exchanged_taps)
    assert {(tap.r_down, tap.r_up) for tap in plan.exchanged_taps} <= {(96, 64)}
    served = [target for tap in plan.exchanged_taps for target in tap.targets]
    behind = range(device_layers + 1, layers) if groups > 1 else ()
    assert served == [Target(layer, projection) for layer in behind for projection in (Projection.Q, Projection.K)]
    sizes = [len(tap.targets) for tap in plan.exchanged_taps]
    assert groups == 1 or max(sizes) - min(sizes) <= 2


def test_where_every_layer_is_a_group_a_tap_serves_v_of_its_own_alone() -> None:
    plan = grouped_plan(6, 6, 96)
    assert [(tap.layer, tap.targets) for tap in plan.taps] == [(at, (Target(at, Projection.V),)) for at in range(6)]


@pytest.mark.parametrize(
    ("layers", "near", "own"), [(30, 2, 2), (30, 1, 1), (30, 0, 0), (30, 8, 2), (2, 2, 1), (1, 0, 0)]
)
def test_the_device_runs_two_layers_where_it_has_them_and_one_is_left(layers: int, near: int, own: int) -> None:
    found = presets(layers, 192, 2048, near)
    for settings in found.values():
        assert settings.device_layers == own
        assert {target.layer for tap in settings.plan.taps for target in tap.targets} == set(range(own, layers))
    assert found[Preset.BALANCED].plan.round_trips == 1
    assert [found[preset].head_learning_rate for preset in Preset] == [HEAD_RATE, HEAD_RATE, GROUPED_HEAD_RATE]
    assert found[Preset.THOROUGH].plan.round_trips == min(3, layers - own)
    assert {preset: found[preset].plan.taps[0].r_up for preset in Preset} == dict(
        zip(Preset, (128, 128, 192), strict=True)
    )


def test_sizes_are_cut_to_what_recipe_and_backend_offer() -> None:
    settings = presets(30, 16, 100, 2)[Preset.BALANCED]
    assert (settings.plan.taps[0].r_down, settings.plan.taps[0].r_up, settings.window) == (16, 16, 100)


def test_only_a_plan_without_layers_of_the_device_can_be_an_ordinary_lora() -> None:
    assert is_ordinary_lora(grouped_plan(6, 6, 8))
    assert not is_ordinary_lora(grouped_plan(6, 4, 8, 2))


def test_the_line_on_the_card_says_how_many_layers_the_device_runs() -> None:
    near, far = (summary(presets(30, 128, 2048, count)[Preset.BALANCED]) for count in (2, 0))
    assert near.startswith("svd, taps 1, layers on the device 2, ranks 128/128, head 64,") and "rate 0.006" in near
    assert "device" not in far
