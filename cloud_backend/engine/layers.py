"""One decoder layer, for all families: pre-norm attention and gated MLP, with the options a DecoderConfig names.

Legend: T rows of all lanes together, E hidden size, H query heads, N kv heads, D head size, X = H + 2N.
Written for few torch calls: at one row a call's overhead (1 to 3 us) weighs as much as its arithmetic.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from cloud_backend.engine.attention import Attention, LaneView
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.linear import Kernels, Linear, WeightStacks


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

    def __init__(
        self,
        index: int,
        config: DecoderConfig,
        kernels: Kernels,
        tensors: Mapping[str, Tensor],
        stacks: WeightStacks,
    ) -> None:
        prefix = f"layers.{index}."

        def weight(name: str) -> Tensor:
            return tensors[f"{prefix}{name}.weight"]

        def bias(name: str) -> Tensor | None:
            return tensors.get(f"{prefix}{name}.bias")

        def norm(name: str) -> RmsNorm:
            return RmsNorm(weight(name), config, kernels)

        def linear(kind: str, *names: str) -> Linear:
            fused, biases = self._fused(weight, bias, names)
            return kernels.linear(stacks.keep(kind, index, fused), biases)

        self.rope_name = config.rope_names[index]
        self.input_norm = norm("input_layernorm")
        self.qkv = linear("qkv", *[f"self_attn.{name}_proj" for name in "qkv"])
        self._turning, self._head_dim = config.heads + config.kv_heads, config.head_dim
        self._attention = Attention(index, config, kernels)
        self._qk_norm: RmsNorm | None = None
        if config.qk_norm:  # one norm for all heads: rows of q's weight, then of k's
            of_q, of_k = weight("self_attn.q_norm"), weight("self_attn.k_norm")
            of_both = torch.cat((of_q.expand(config.heads, -1), of_k.expand(config.kv_heads, -1)))
            self._qk_norm = RmsNorm(of_both, config, kernels)
        self._out = linear("out", "self_attn.o_proj")
        self._after_attention = norm("post_attention_layernorm") if config.post_norms else None
        self._after_mlp = norm("post_feedforward_layernorm") if config.post_norms else None
        self._mlp_norm = norm("pre_feedforward_layernorm" if config.post_norms else "post_attention_layernorm")
        self._gelu = config.activation == "gelu_tanh"
        self._gate_up = linear("gate_up", "mlp.gate_proj", "mlp.up_proj")
        self._down = linear("down", "mlp.down_proj")

    @staticmethod
    def _fused(
        weight: Callable[[str], Tensor], bias: Callable[[str], Tensor | None], names: Sequence[str]
    ) -> tuple[Tensor, Tensor | None]:
        biases = [part for part in map(bias, names) if part is not None]
        weights = [weight(name) for name in names]
        return torch.cat(weights) if len(weights) > 1 else weights[0], torch.cat(biases) if biases else None

    def run(self, h_TE: Tensor, qkv: Tensor, rope: tuple[Tensor, Tensor], lanes: Sequence[LaneView]) -> Tensor:
        """The layer's output for residual `h_TE`, given q, k and v (deltas included). Inputs are left unchanged.

        rope: cos and sign-folded sin, T x (H + 2N) x D, 1 and 0 for the value heads, which do not turn.
        """
        heads_TXD = qkv.view(qkv.shape[0], -1, self._head_dim)
        if self._qk_norm is not None:
            normed = self._qk_norm(heads_TXD[:, : self._turning])
            heads_TXD = torch.cat((normed, heads_TXD[:, self._turning :]), dim=1)
        cos, sin = rope
        turned = torch.addcmul(heads_TXD * cos, heads_TXD.roll(self._head_dim // 2, -1), sin)
        if len(lanes) == 1:
            attended = self._attention(turned, lanes[0])
        else:
            attended = torch.cat([self._attention(turned[lane.start : lane.start + lane.rows], lane) for lane in lanes])
        if self._after_attention is None or self._after_mlp is None:
            h_TE = self._out.add_to(h_TE, attended)
            return self._down.add_to(h_TE, self._mlp(self._mlp_norm(h_TE)))
        h_TE = h_TE + self._after_attention(self._out(attended))
        return h_TE + self._after_mlp(self._down(self._mlp(self._mlp_norm(h_TE))))

    def _mlp(self, x_TE: Tensor) -> Tensor:
        """The gated product that the down projection reads, T x intermediate."""
        gate, up = self._gate_up(x_TE).chunk(2, dim=-1)
        return (F.gelu(gate, approximate="tanh") if self._gelu else F.silu(gate)) * up
