"""The three choices of the wizard. Which plans and rates, and why: the table in docs/tuning.md.

Quick and Balanced: one free tap for v of all layers and a head part, so that chat keeps its one round trip a token.
Thorough: that tap with larger ranks, and two more, each for q and k of a group of layers. The free tap reads what
enters the first layer behind those that the device runs itself, which are left as they are. It serves v alone: for the
bytes it costs that gains more than q, k and v with smaller ranks. Ranks are cut to what the recipe offers.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from app.core.tuning import Preset, TuningSettings
from app.device.adapter_card import is_ordinary_lora as is_ordinary_lora
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

HEAD_RANK = 64
FREE_RANK, GROUPED_RANK = 128, 192  # of the free tap alone; with more taps than it
R_UP_BESIDE = 64  # of q and k each, beside the free tap
GROUPS, DEVICE_LAYERS = 3, 2
RATE, HEAD_RATE = 6e-3, 3e-3
GROUPED_HEAD_RATE = 1e-3  # with more taps than the free one
WINDOW, SEQUENCES = 256, 2
EPOCHS = {Preset.QUICK: 1, Preset.BALANCED: 3, Preset.THOROUGH: 4}
LEAST_STEPS = 20
EVALUATIONS = 12  # of held-out loss in a whole run, about


def grouped_plan(layers: int, groups: int, rank: int, device_layers: int = 0) -> ExchangePlan:
    """As many taps as groups, the first one free. Layers below `device_layers` are in none.

    The free tap serves v of all layers, and each other one q and k of its share of those behind the first. Where every
    layer is a group, a tap serves v of its own layer alone, so that it can be an ordinary LoRA.
    """

    def tap(at: int, first: int, end: int, r_up: int, *projections: Projection) -> Tap:
        targets = tuple(Target(layer, projection) for layer in range(first, end) for projection in projections)
        return Tap(at, targets, rank, min(r_up, rank))

    if groups == layers:
        return ExchangePlan(tuple(tap(layer, layer, layer + 1, rank, Projection.V) for layer in range(layers)))
    second = device_layers + 1
    bounds = [second + (layers - second) * number // (groups - 1) for number in range(groups)] if groups > 1 else []
    return ExchangePlan(
        (
            tap(0, device_layers, layers, rank, Projection.V),
            *(tap(at, at, end, R_UP_BESIDE, Projection.Q, Projection.K) for at, end in pairwise(bounds)),
        )
    )


def presets(layers: int, rank: int, max_rows: int, near_layers: int) -> Mapping[Preset, TuningSettings]:
    """For a model of `layers`, a recipe of `rank`, a backend that trains on `max_rows` tokens at a time, and a device
    that has the first `near_layers` layers."""
    own = min(DEVICE_LAYERS, near_layers, layers - 1)
    near = TuningSettings(
        plan=grouped_plan(layers, 1, min(FREE_RANK, rank), own),
        recipe=Recipe.SVD,
        head_rank=HEAD_RANK,
        steps=LEAST_STEPS,
        learning_rate=RATE,
        head_learning_rate=HEAD_RATE,
        window=min(WINDOW, max_rows),
        sequences_per_step=SEQUENCES,
        exchange_dtype=Dtype.INT8,
        device_layers=own,
    )
    grouped = replace(
        near,
        plan=grouped_plan(layers, min(GROUPS, layers - own), min(GROUPED_RANK, rank), own),
        head_learning_rate=GROUPED_HEAD_RATE,
    )
    return {Preset.QUICK: near, Preset.BALANCED: near, Preset.THOROUGH: grouped}


def for_notes(settings: TuningSettings, preset: Preset, tokens: int) -> TuningSettings:
    """The steps that so many tokens of training notes take, and what hangs on them."""
    a_step = (settings.window - 1) * settings.sequences_per_step
    steps = max(LEAST_STEPS, round(EPOCHS[preset] * tokens / a_step))
    return with_steps(settings, steps)


def with_steps(settings: TuningSettings, steps: int) -> TuningSettings:
    """With the warm-up and the measurements of held-out loss that suit so many steps."""
    warmup, every = max(2, steps // 10), max(5, steps // EVALUATIONS)
    return replace(
        settings, steps=steps, warmup_steps=min(warmup, max(1, steps // 2)), evaluate_every=min(every, steps)
    )
