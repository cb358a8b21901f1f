"""A plan's slices of A and B as split training uses them: plain frozen matrices, one B for each target."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from app.wire.plan import ExchangePlan, Tap, Target
from cloud_backend.engine.recipe import a_key, b_key


@dataclass(frozen=True, slots=True)
class TapMatrices:
    """tap, with a (r_down x E; None for a free tap) and, by target, the columns of y and b (d_t x r_up)."""

    tap: Tap
    a: Tensor | None
    b: Mapping[Target, tuple[slice, Tensor]]

    @property
    def lowest_target(self) -> int:
        """The layer down to which backward must have come for dy to be whole."""
        return min(target.layer for target in self.tap.targets)


def cut_taps(
    plan: ExchangePlan, recipe: Mapping[str, Tensor], dtype: torch.dtype, device: torch.device
) -> tuple[TapMatrices, ...]:
    """In the plan's order. recipe: A and B of the whole model, by their names."""

    def matrices(tap: Tap) -> TapMatrices:
        b = {
            target: (
                slice(place * tap.r_up, (place + 1) * tap.r_up),
                recipe[b_key(target.layer, target.projection)][:, : tap.r_up].to(device=device, dtype=dtype),
            )
            for place, target in enumerate(tap.targets)
        }
        a = None if tap.is_free else recipe[a_key(tap.layer)][: tap.r_down].to(device=device, dtype=dtype)
        return TapMatrices(tap, a, b)

    return tuple(matrices(tap) for tap in plan.taps)
