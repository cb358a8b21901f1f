"""One decoder layer, for all families: pre-norm attention and gated MLP, with the options a DecoderConfig names.

Legend: T rows of all lanes together, E hidden size, H query heads, N kv heads, G = H / N, D head size, X = H + 2N.
Written for few torch calls: at one row a call's overhead (1 to 3 us) weighs as much as its arithmetic.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.kv_cache import KVViews
from cloud_backend.engine.linear import Kernels


@dataclass(slots=True)
class LaneView:
    """What attention needs to know of one lane: its rows in the batch, its cache, its masks (window -> mask).

    A mask is absent where none is needed: one row, which sees all that its views hold.
    """

    start: int
    rows: int
    cache: KVViews
    masks: Mapping[int, Tensor]


class RmsNorm:
    """x * w / sqrt(mean(x^2) + eps), computed in fp32 and rounded once.

    As sqrt(E) w * x / hypot(|x|, sqrt(E eps)): four torch calls; F.rms_norm on CPU makes eight (7 and 10.5 us).
    """

    def __init__(self, weight: Tensor, config: DecoderConfig, kernels: Kernels) -> None:
        width = weight.shape[-1]
        wide = weight.to(device=kernels.device, dtype=torch.float64) + (1.0 if config.norm_plus_one else 0.0)
        self._weight = (wide * math.sqrt(width)).float()
        self._floor = torch.tensor(math.sqrt(width * config.norm_eps), device=kernels.device)

    def __call__(self, x: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(x, 2, -1, True, dtype=torch.float32)
        return torch.mul(x / torch.hypot(length, self._floor), self._weight, out=torch.empty_like(x))


class DecoderLayer:
    """Layer `index` of the backbone. Weights are taken from `tensors` by their Hugging Face names."""

    def __init__(self, index: int, config: DecoderConfig, kernels: Kernels, tensors: Mapping[str, Tensor]) -> None:
        prefix = f"layers.{index}."

        def weight(name: str) -> Tensor:
            return tensors[f"{prefix}{name}.weight"]

        def bias(name: str) -> Tensor | None:
            return tensors.get(f"{prefix}{name}.bias")

        def norm(name: str) -> RmsNorm:
            return RmsNorm(weight(name), config, kernels)

        self.index = index
        self.rope_name = config.rope_names[index]
        self.input_norm = norm("input_layernorm")
        self.qkv = kernels.linear(*self._fused(weight, bias, [f"self_attn.{name}_proj" for name in "qkv"]))
        self._window = config.windows[index]
        self._heads, self._kv_heads, self._head_dim = config.heads, config.kv_heads, config.head_dim
        self._scale = config.attention_scale
        self._qk_norm: RmsNorm | None = None
        if config.qk_norm:  # one norm for all heads: rows of q's weight, then of k's
            of_q, of_k = weight("self_attn.q_norm"), weight("self_attn.k_norm")
            of_both = torch.cat((of_q.expand(config.heads, -1), of_k.expand(config.kv_heads, -1)))
            self._qk_norm = RmsNorm(of_both, config, kernels)
        self._out = kernels.linear(weight("self_attn.o_proj"), bias("self_attn.o_proj"))
        self._after_attention = norm("post_attention_layernorm") if config.post_norms else None
        self._after_mlp = norm("post_feedforward_layernorm") if config.post_norms else None
        self._mlp_norm = norm("pre_feedforward_layernorm" if config.post_norms else "post_attention_layernorm")
        self._gelu = config.activation == "gelu_tanh"
        self._gate_up = kernels.linear(*self._fused(weight, bias, ("mlp.gate_proj", "mlp.up_proj")))
        self._down = kernels.linear(weight("mlp.down_proj"), bias("mlp.down_proj"))

    @staticmethod
    def _fused(
        weight: Callable[[str], Tensor], bias: Callable[[str], Tensor | None], names: Sequence[str]
    ) -> tuple[Tensor, Tensor | None]:
        biases = [part for part in map(bias, names) if part is not None]
        return torch.cat([weight(name) for name in names]), torch.cat(biases) if biases else None

    def run(self, h_TE: Tensor, qkv: Tensor, rope: tuple[Tensor, Tensor], lanes: Sequence[LaneView]) -> Tensor:
        """The layer's output for residual `h_TE`, given q, k and v (deltas included). Inputs are left unchanged.

        rope: cos and sign-folded sin, T x (H + 2N) x D, 1 and 0 for the value heads, which do not turn.
        """
        heads_TXD = qkv.view(qkv.shape[0], -1, self._head_dim)
        if self._qk_norm is not None:
            turning = self._heads + self._kv_heads
            heads_TXD = torch.cat((self._qk_norm(heads_TXD[:, :turning]), heads_TXD[:, turning:]), dim=1)
        cos, sin = rope
        turned = torch.addcmul(heads_TXD * cos, heads_TXD.roll(self._head_dim // 2, -1), sin)
        if len(lanes) == 1:
            attended = self._attend(turned, lanes[0])
        else:
            attended = torch.cat([self._attend(turned[lane.start : lane.start + lane.rows], lane) for lane in lanes])
        if self._after_attention is None or self._after_mlp is None:
            h_TE = self._out.add_to(h_TE, attended)
            return self._down.add_to(h_TE, self._mlp(self._mlp_norm(h_TE)))
        h_TE = h_TE + self._after_attention(self._out(attended))
        return h_TE + self._after_mlp(self._down(self._mlp(self._mlp_norm(h_TE))))

    def _mlp(self, x_TE: Tensor) -> Tensor:
        """The gated product that the down projection reads, T x intermediate."""
        gate, up = self._gate_up(x_TE).chunk(2, dim=-1)
        return (F.gelu(gate, approximate="tanh") if self._gelu else F.silu(gate)) * up

    def _attend(self, turned_TXD: Tensor, lane: LaneView) -> Tensor:
        """Write the lane's keys and values, and attend. Query heads of a kv head are batched beside it: with
        enable_gqa the CPU kernel took 3 to 6 times as long (measured)."""
        lane.cache.written[self.index].copy_(turned_TXD[:, self._heads :])
        keys, values = lane.cache.keys[self.index], lane.cache.values[self.index]
        groups = self._heads // self._kv_heads
        if lane.rows == 1:  # all G query heads of a kv head see the same keys: they are G query rows
            query = turned_TXD[:, : self._heads].view(self._kv_heads, 1, groups, self._head_dim)
            return F.scaled_dot_product_attention(query, keys, values, scale=self._scale).reshape(1, -1)
        query = turned_TXD[:, : self._heads].unflatten(1, (self._kv_heads, groups)).permute(1, 2, 0, 3)
        mask = lane.masks.get(self._window)
        attended_NGTD = F.scaled_dot_product_attention(
            query,
            keys.expand(-1, groups, -1, -1),
            values.expand(-1, groups, -1, -1),
            attn_mask=mask,
            is_causal=mask is None,
            scale=self._scale,
        )
        return attended_NGTD.permute(2, 0, 1, 3).reshape(lane.rows, -1)


def make_mask(position: int, rows: int, window: int, dtype: torch.dtype, device: torch.device) -> Tensor | None:
    """Additive mask (rows x positions seen) for `rows` new rows from `position`; None where plain causal order will do.

    Columns match KVCache.views: with a window they start at the first position that the first row may see.
    """
    first = max(0, position - window + 1) if window else 0
    if position == 0 and (not window or rows <= window):
        return None
    row = torch.arange(position, position + rows, device=device)[:, None]
    column = torch.arange(first, position + rows, device=device)
    hidden = column > row
    if window:
        hidden |= column <= row - window
    return torch.zeros(hidden.shape, dtype=dtype, device=device).masked_fill_(hidden, float("-inf"))
