"""Rotary position embeddings: inverse frequencies from a config (once, in `prepare`), and the tables a step reads.

`transformers` is imported only to read a config; a running server never needs it.
"""

from typing import Any

import torch
from torch import Tensor

from cloud_backend.engine.errors import UnsupportedModel

# Types whose frequencies do not change with the length of the text: "dynamic" and "longrope" would re-rotate old keys.
_FIXED_TYPES = ("linear", "llama3", "yarn")


def rope_parameters(hf_config: Any, name: str, head_dim: int) -> tuple[Tensor, float]:
    """Inverse frequencies (head_dim / 2, fp32) and the factor on cos and sin, as `transformers` computes them.

    name: "all", or the layer type whose parameters are meant. Raises UnsupportedModel for other kinds of RoPE.
    """
    parameters = hf_config.rope_parameters if name == "all" else hf_config.rope_parameters[name]
    kind = parameters.get("rope_type", "default")
    if parameters.get("partial_rotary_factor", 1.0) != 1.0:
        raise UnsupportedModel("RoPE on a part of the head only is not supported")
    if kind == "default":
        exponents = torch.arange(0, head_dim, 2, dtype=torch.float) / head_dim
        return 1.0 / (parameters["rope_theta"] ** exponents), 1.0
    if kind not in _FIXED_TYPES:
        raise UnsupportedModel(f"RoPE of type {kind!r} is not supported; supported: default, {', '.join(_FIXED_TYPES)}")
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    inverse, factor = ROPE_INIT_FUNCTIONS[kind](hf_config, layer_type=None if name == "all" else name)
    return inverse.float(), float(factor)


class RopeTable:
    """cos and sign-folded sin for positions 0..n-1, in the compute dtype, grown as caches need them.

    With `roll(x, head_dim / 2)` = (x2, x1), rotating is `x * cos + roll(x) * sin` where sin = (-sin, sin).
    """

    def __init__(self, inverse: Tensor, factor: float, dtype: torch.dtype) -> None:
        self._inverse = inverse.float().clone()  # a view would keep the whole weight file mapped
        self._factor = factor
        self._dtype = dtype
        self.cos_PD = torch.empty(0, 2 * inverse.numel(), dtype=dtype, device=inverse.device)
        self.sin_PD = self.cos_PD

    def reserve(self, positions: int) -> None:
        """Make the table cover `positions`. Angles are computed in fp32, as `transformers` does."""
        if positions <= self.cos_PD.shape[0]:
            return
        steps = torch.arange(positions, dtype=torch.float, device=self._inverse.device)
        angles = steps[:, None] * self._inverse
        cos, sin = angles.cos() * self._factor, angles.sin() * self._factor
        self.cos_PD = torch.cat((cos, cos), dim=-1).to(self._dtype)
        self.sin_PD = torch.cat((-sin, sin), dim=-1).to(self._dtype)
