"""`DecoderConfig`: all that the decoder stack needs to know about a model, whatever family it came from.

It is made once, by `families.read_config`, and travels inside backbone.safetensors, so that a server reads neither a
Hugging Face config nor `transformers`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from app.wire.plan import Projection


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """Sizes are in elements. Tuples hold one entry a layer.

    windows: positions a layer may look back on, itself included; 0 = all. rope_names: which rotary table a layer uses.
    norm_plus_one: norms multiply by (1 + w). attention_scale: factor on q.k.
    """

    family: str
    layers: int
    hidden_size: int
    intermediate_size: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab_size: int
    max_positions: int
    norm_eps: float
    norm_plus_one: bool
    qk_norm: bool
    post_norms: bool
    activation: str  # "silu" or "gelu_tanh"
    attention_scale: float
    windows: tuple[int, ...]
    rope_names: tuple[str, ...]
    rope_factors: dict[str, float]  # rotary table -> factor on its cos and sin (YaRN)
    embed_scale: float
    final_logit_softcapping: float | None
    tied_embeddings: bool

    @property
    def q_rows(self) -> int:
        return self.heads * self.head_dim

    @property
    def kv_rows(self) -> int:
        return self.kv_heads * self.head_dim

    @property
    def projection_rows(self) -> dict[Projection, int]:
        """Output width d_t of each adapted projection."""
        return {Projection.Q: self.q_rows, Projection.K: self.kv_rows, Projection.V: self.kv_rows}

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "DecoderConfig":
        """Read `to_json`'s form. Raises KeyError, TypeError or ValueError for anything else."""
        fields: dict[str, Any] = json.loads(text)
        fields["windows"] = tuple(fields["windows"])
        fields["rope_names"] = tuple(fields["rope_names"])
        return cls(**fields)
