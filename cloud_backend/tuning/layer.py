"""One decoder layer that can be differentiated by its inputs, for all families. The weights are frozen.

Legend: T rows of one sequence, E hidden size, H query heads, N kv heads, D head size.
The engine's own layer is no use here: torch differentiates neither its packed nor its compiled kernels. This one is
held to the same arithmetic by tests/numerics/test_tuning_gradients.py, which compares both with `transformers`.
The residual stream is float32 whatever the weights are: gradients of many layers are summed in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from app.wire.plan import Projection
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.tuning.attention import attend, share_numbers

Deltas = Mapping[Projection, Tensor]  # T x d_t each, added to that projection


@dataclass(frozen=True, slots=True)
class Positions:
    """What turns queries and keys by their places. cos, sin: by rotary table, T x 1 x D, sin sign-folded."""

    cos: Mapping[str, Tensor]
    sin: Mapping[str, Tensor]


class Norm:
    """x * w / sqrt(mean(x^2) + eps) in float32."""

    def __init__(self, weight: Tensor, config: DecoderConfig) -> None:
        self._weight = weight.float() + (1.0 if config.norm_plus_one else 0.0)
        self._eps = config.norm_eps

    def __call__(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), self._weight.shape, self._weight, self._eps)


class TrainableLayer:
    """Layer `index`. weight: reads a weight or a bias of this layer in the compute dtype by its Hugging Face name."""

    def __init__(self, index: int, config: DecoderConfig, weight: Callable[[str], Tensor | None]) -> None:
        def need(name: str) -> Tensor:
            found = weight(name)
            if found is None:
                raise KeyError(name)
            return found

        def norm(name: str) -> Norm:
            return Norm(need(f"{name}.weight"), config)

        self._config = config
        self._window = config.windows[index]
        self._rope_name = config.rope_names[index]
        self.input_norm = norm("input_layernorm")
        self._projections = {
            projection: (need(f"self_attn.{name}_proj.weight"), weight(f"self_attn.{name}_proj.bias"))
            for projection, name in zip(Projection, "qkv", strict=True)
        }
        self.dtype = self._projections[Projection.Q][0].dtype
        self._q_norm = norm("self_attn.q_norm") if config.qk_norm else None
        self._k_norm = norm("self_attn.k_norm") if config.qk_norm else None
        self._out = need("self_attn.o_proj.weight"), weight("self_attn.o_proj.bias")
        self._after_attention = norm("post_attention_layernorm") if config.post_norms else None
        self._after_mlp = norm("post_feedforward_layernorm") if config.post_norms else None
        self._mlp_norm = norm("pre_feedforward_layernorm" if config.post_norms else "post_attention_layernorm")
        self._gate, self._up, self._down = (need(f"mlp.{name}_proj.weight") for name in ("gate", "up", "down"))

    def __call__(self, h_TE: Tensor, deltas: Deltas, positions: Positions) -> Tensor:
        """The residual stream after this layer, T x E float32."""
        x_TE = self.input_norm(h_TE).to(self.dtype)
        attended = F.linear(self._attend(x_TE, deltas, positions), *self._out)
        h_TE = h_TE + (attended if self._after_attention is None else self._after_attention(attended))
        x_TE = self._mlp_norm(h_TE).to(self.dtype)
        gate = F.linear(x_TE, self._gate)
        gate = F.gelu(gate, approximate="tanh") if self._config.activation == "gelu_tanh" else F.silu(gate)
        grown = F.linear(gate * F.linear(x_TE, self._up), self._down)
        return h_TE + (grown if self._after_mlp is None else self._after_mlp(grown))

    def _attend(self, x_TE: Tensor, deltas: Deltas, positions: Positions) -> Tensor:
        config, rows = self._config, x_TE.shape[0]

        def heads(projection: Projection) -> Tensor:
            y = F.linear(x_TE, *self._projections[projection])
            delta = deltas.get(projection)
            return (y if delta is None else y + delta).view(rows, -1, config.head_dim)

        query, key, value = (heads(projection) for projection in Projection)
        if self._q_norm is not None and self._k_norm is not None:
            query, key = self._q_norm(query).to(self.dtype), self._k_norm(key).to(self.dtype)
        cos, sin = positions.cos[self._rope_name], positions.sin[self._rope_name]
        query, key = (part * cos + part.roll(config.head_dim // 2, -1) * sin for part in (query, key))
        query_NGTD = query.view(rows, config.kv_heads, -1, config.head_dim).permute(1, 2, 0, 3)
        attended_NGTD = attend(
            query_NGTD, key.transpose(0, 1), value.transpose(0, 1), config.attention_scale, self._window
        )
        return attended_NGTD.permute(2, 0, 1, 3).reshape(rows, -1)


def graph_bytes(rows: int, config: DecoderConfig, item_bytes: int) -> int:
    """What autograd keeps of one layer for a sequence of `rows` (held by tests/numerics/test_tuning_gradients.py)."""
    heads = config.q_rows + 2 * config.kv_rows
    wide = 4 * config.intermediate_size + 2 * heads + config.q_rows + 2 * config.hidden_size
    exact = 4 * config.hidden_size + (2 * heads if config.qk_norm else 0)
    if config.post_norms:
        exact += 4 * config.hidden_size
    return item_bytes * (rows * wide + share_numbers(rows, config.heads)) + 4 * rows * exact
