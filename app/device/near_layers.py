"""The first decoder layers, run by the device itself: what a free tap reads then knows the words before it.

They are the model's public layers without any delta; the cloud runs them too. `count` of them turn the embeddings
as they were sent into the state that enters layer `count`. Numbers are rounded where the engine rounds them, so that
bf16 stays close to what the cloud computes; it need not be the same to the bit, for nothing is compared.
Legend: R rows, D hidden size, H query heads, N kv heads, G = H / N, E head size, P positions.
"""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional as F

from app.device.linear import PackedLinear
from app.device.pack import DamagedPack, DevicePack, Weights
from app.device.pack_facts import PackFacts

_LEAST_POSITIONS = 256  # a cache's and a rotary table's first size; they double


@dataclass(slots=True)
class NearCache:
    """Keys and values of one session, for each layer P x 2N x E: position after position, so that what one row sees
    lies the same way in a small and in a grown cache."""

    kv: list[Tensor] = field(default_factory=list)
    length: int = 0


class NearLayers:
    """The first `count` layers of a pack, in `compute` arithmetic. For one thread at a time."""

    def __init__(self, pack: DevicePack, count: int, compute: torch.dtype) -> None:
        """Raises DamagedPack where the pack has fewer layers or cannot be read."""
        if not 0 < count <= pack.facts.near.layers:
            raise DamagedPack(f"they hold {pack.facts.near.layers} of the first layers, not {count}")
        near = pack.facts.near
        self._kv_heads, self._head_dim, self._compute = near.kv_heads, near.head_dim, compute
        with pack.weights() as weights, torch.inference_mode(mode=False):
            self._layers = [_Layer(weights, pack.facts, index, compute) for index in range(count)]

    def new_cache(self) -> NearCache:
        """An empty cache, which grows as it is used."""
        return NearCache()

    @torch.no_grad()
    def run(self, h_RD: Tensor, position: int, cache: NearCache | None, *, one_by_one: bool) -> Tensor:
        """State (R x D, compute) that enters layer `count`, for rows at position.. . cache None: position is 0 and
        nothing is kept. Positions from `position` on are overwritten. one_by_one: bit for bit what R one-row calls
        give. Raises ValueError where positions before `position` are missing.
        """
        cache = NearCache() if cache is None else cache
        if not 0 <= position <= cache.length:
            raise ValueError(f"position {position} after {cache.length}")
        self._reserve(cache, position + h_RD.shape[0])
        cache.length = position  # should this be interrupted, what is overwritten does not count
        pieces = torch.split(h_RD, 1) if one_by_one else [h_RD]
        out = []
        for start, piece in enumerate(pieces, position):
            for layer, kv in zip(self._layers, cache.kv, strict=True):
                piece = layer.run(piece, start, kv)
            out.append(piece)
        cache.length = position + h_RD.shape[0]
        return out[0] if len(out) == 1 else torch.cat(out)

    def _reserve(self, cache: NearCache, positions: int) -> None:
        size = max(_LEAST_POSITIONS, 1 << (positions - 1).bit_length())
        with torch.inference_mode(mode=False):  # else they could not be written to outside of that mode
            for layer in self._layers:
                layer.reserve(size)
            if not cache.kv or cache.kv[0].shape[0] < positions:
                shape = (size, 2 * self._kv_heads, self._head_dim)
                grown = [torch.empty(shape, dtype=self._compute) for _ in self._layers]
                for new, old in zip(grown, cache.kv, strict=False):
                    new[: cache.length] = old[: cache.length]
                cache.kv = grown


class _Layer:
    def __init__(self, weights: Weights, facts: PackFacts, index: int, compute: torch.dtype) -> None:
        near, prefix = facts.near, f"near.{index}."

        def norm(name: str) -> _RmsNorm:
            return _RmsNorm(weights.tensor(f"{prefix}{name}.weight"), facts)

        def linear(*names: str) -> PackedLinear:
            fused = torch.cat([weights.tensor(f"{prefix}{name}.weight") for name in names])
            biases = [weights.tensor(bias) for name in names if (bias := f"{prefix}{name}.bias") in weights.names]
            return PackedLinear(fused, compute, torch.cat(biases) if biases else None)

        self._heads, self._kv_heads, self._head_dim = near.heads, near.kv_heads, near.head_dim
        self._groups, self._scale = near.heads // near.kv_heads, near.attention_scale
        self._window, self._compute = near.windows[index], compute
        self._inverse, self._rope_factor = (
            weights.tensor(f"near.rope.{index}").float().clone(),
            near.rope_factors[index],
        )
        self._cos_PXE = self._sin_PXE = torch.empty(0)
        self._input_norm = norm("input_layernorm")
        self._qkv = linear("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
        self._qk_norms = (norm("self_attn.q_norm"), norm("self_attn.k_norm")) if near.qk_norm else None
        self._out = linear("self_attn.o_proj")
        self._after_attention = norm("post_attention_layernorm") if near.post_norms else None
        self._mlp_norm = norm("pre_feedforward_layernorm" if near.post_norms else "post_attention_layernorm")
        self._after_mlp = norm("post_feedforward_layernorm") if near.post_norms else None
        self._gelu = near.activation == "gelu_tanh"
        self._gate_up = linear("mlp.gate_proj", "mlp.up_proj")
        self._down = linear("mlp.down_proj")

    def reserve(self, positions: int) -> None:
        """Make the rotary tables (P x 1 x E) cover `positions`. Angles are fp32, as in `transformers`."""
        if positions > self._cos_PXE.shape[0]:
            angles = torch.arange(positions, dtype=torch.float)[:, None, None] * self._inverse
            cos, sin = angles.cos() * self._rope_factor, angles.sin() * self._rope_factor
            self._cos_PXE = torch.cat((cos, cos), dim=-1).to(self._compute)
            self._sin_PXE = torch.cat((-sin, sin), dim=-1).to(self._compute)

    def run(self, h_RD: Tensor, position: int, kv_PNE: Tensor) -> Tensor:
        """The layer's output; keys and values are written to kv_PNE (P x 2N x E)."""
        attended = self._out(self._attend(self._qkv(self._input_norm(h_RD)), position, kv_PNE))
        h_RD = h_RD + (attended if self._after_attention is None else self._after_attention(attended))
        gate, up = self._gate_up(self._mlp_norm(h_RD)).chunk(2, dim=-1)
        mlp = self._down((F.gelu(gate, approximate="tanh") if self._gelu else F.silu(gate)) * up)
        return h_RD + (mlp if self._after_mlp is None else self._after_mlp(mlp))

    def _attend(self, qkv: Tensor, position: int, kv_PNE: Tensor) -> Tensor:
        rows, end, turning = qkv.shape[0], position + qkv.shape[0], self._heads + self._kv_heads
        heads_RXE = qkv.view(rows, -1, self._head_dim)
        turned = heads_RXE[:, :turning]
        if self._qk_norms is not None:
            q_norm, k_norm = self._qk_norms
            turned = torch.cat((q_norm(turned[:, : self._heads]), k_norm(turned[:, self._heads :])), dim=1)
        cos, sin = self._cos_PXE[position:end], self._sin_PXE[position:end]
        turned = torch.addcmul(turned * cos, turned.roll(self._head_dim // 2, -1), sin)
        kv_PNE[position:end, : self._kv_heads] = turned[:, self._heads :]
        kv_PNE[position:end, self._kv_heads :] = heads_RXE[:, turning:]
        first = max(0, position - self._window + 1) if self._window else 0
        seen_N1PE = kv_PNE[first:end].transpose(0, 1).unsqueeze(1)
        keys, values = seen_N1PE[: self._kv_heads], seen_N1PE[self._kv_heads :]
        query = turned[:, : self._heads].reshape(rows, self._kv_heads, self._groups, self._head_dim)
        if rows == 1:  # the G query heads of a kv head see the same keys: they are G query rows
            query_N1GE = query.transpose(0, 1)
            return F.scaled_dot_product_attention(query_N1GE, keys, values, scale=self._scale).reshape(1, -1)
        expanded = (-1, self._groups, -1, -1)
        mask = self._mask(position, first, end)
        attended_NGRE = F.scaled_dot_product_attention(
            query.permute(1, 2, 0, 3),
            keys.expand(expanded),
            values.expand(expanded),
            attn_mask=mask,
            is_causal=mask is None,
            scale=self._scale,
        )
        return attended_NGRE.permute(2, 0, 1, 3).reshape(rows, -1)

    def _mask(self, position: int, first: int, end: int) -> Tensor | None:
        """What each of the rows position..end-1 sees of first..end-1; None where that is plain causal order."""
        if position == 0 and not 0 < self._window < end:
            return None
        row, column = torch.arange(position, end)[:, None], torch.arange(first, end)
        return (column <= row) & (column > row - self._window) if self._window else column <= row


class _RmsNorm:
    """x * w / sqrt(mean(x^2) + eps), computed in fp32 and rounded once, in few calls: sqrt(D) w x / hypot(|x|, ..)."""

    def __init__(self, weight_D: Tensor, facts: PackFacts) -> None:
        wide = weight_D.double() + (1.0 if facts.norm_plus_one else 0.0)
        self._weight = (wide * math.sqrt(weight_D.numel())).float()
        self._floor = torch.tensor(math.sqrt(weight_D.numel() * facts.norm_eps))

    def __call__(self, x: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(x, 2, -1, True, dtype=torch.float32)
        return torch.mul(x / torch.hypot(length, self._floor), self._weight, out=torch.empty_like(x))
