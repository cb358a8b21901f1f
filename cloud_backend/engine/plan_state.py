"""One exchange plan, ready to run: the slices of A and B that it uses (DESIGN.md section 2).

h_t = W_t x + B_t y_t with y_t = M_t z and z = A x: A has r_down rows here, and the B of all targets that one tap serves
in one layer stand in one matrix (rows of q, k, v by columns of y), so that a layer's delta is one product.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from app.wire.frames import Dtype
from app.wire.plan import ExchangePlan, Projection, Tap
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.linear import Kernels, Linear
from cloud_backend.engine.recipe import a_key, b_key


@dataclass(frozen=True, slots=True)
class LayerDelta:
    """What one tap adds to one layer: `columns` of y (a slice or an index), times B (rows of q, k and v)."""

    layer: int
    columns: slice | Tensor
    b: Linear


@dataclass(frozen=True, slots=True)
class TapState:
    """A tap with its matrices. a is None for a free tap: its z never exists on the cloud."""

    layer: int
    up_cols: int
    a: Linear | None
    deltas: tuple[LayerDelta, ...]


@dataclass(frozen=True, slots=True)
class PlanMatrices:
    """The matrices of a plan; sessions with the same plan and recipe share them."""

    free: tuple[TapState, ...]
    exchanged: tuple[TapState, ...]


@dataclass(frozen=True, slots=True)
class PlanState:
    """What a session agreed on when it opened. Read-only, and the same for all its steps."""

    matrices: PlanMatrices
    state_dtype: Dtype
    exchange_dtype: Dtype
    free_cols: int


def plan_bytes(plan: ExchangePlan, config: DecoderConfig, item_bytes: int) -> int:
    """Memory of what `make_matrices` makes of it. Any plan; arithmetic alone."""
    qkv_rows = config.q_rows + 2 * config.kv_rows
    numbers = sum(tap.up_cols * qkv_rows + (0 if tap.is_free else tap.r_down * config.hidden_size) for tap in plan.taps)
    return numbers * item_bytes


def make_matrices(
    plan: ExchangePlan, config: DecoderConfig, kernels: Kernels, recipe: Mapping[str, Tensor]
) -> PlanMatrices:
    """Cut A and B to the plan's ranks. The plan must have passed `Backbone.check_plan`."""
    return PlanMatrices(
        tuple(_tap_state(tap, config, kernels, recipe) for tap in plan.free_taps),
        tuple(_tap_state(tap, config, kernels, recipe) for tap in plan.exchanged_taps),
    )


def _tap_state(tap: Tap, config: DecoderConfig, kernels: Kernels, recipe: Mapping[str, Tensor]) -> TapState:
    a = None if tap.is_free else kernels.linear(recipe[a_key(tap.layer)][: tap.r_down])
    layers = sorted({target.layer for target in tap.targets})
    return TapState(
        tap.layer, tap.up_cols, a, tuple(_layer_delta(tap, layer, config, kernels, recipe) for layer in layers)
    )


def _layer_delta(
    tap: Tap, layer: int, config: DecoderConfig, kernels: Kernels, recipe: Mapping[str, Tensor]
) -> LayerDelta:
    first_row = {Projection.Q: 0, Projection.K: config.q_rows, Projection.V: config.q_rows + config.kv_rows}
    served = [index for index, target in enumerate(tap.targets) if target.layer == layer]
    b = torch.zeros(config.q_rows + 2 * config.kv_rows, tap.r_up * len(served), dtype=torch.bfloat16)
    for place, index in enumerate(served):
        projection = tap.targets[index].projection
        rows = slice(first_row[projection], first_row[projection] + config.projection_rows[projection])
        b[rows, place * tap.r_up : (place + 1) * tap.r_up] = recipe[b_key(layer, projection)][:, : tap.r_up]
    columns: slice | Tensor = slice(served[0] * tap.r_up, (served[-1] + 1) * tap.r_up)
    if served[-1] - served[0] + 1 != len(served):  # the layer's targets are not neighbours in y
        columns = torch.cat([torch.arange(index * tap.r_up, (index + 1) * tap.r_up) for index in served])
        columns = columns.to(kernels.device)
    return LayerDelta(layer, columns, kernels.linear(b))
