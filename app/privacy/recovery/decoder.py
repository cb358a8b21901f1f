"""A small decoder in numpy, for judging what running layers on the device would hide: written for reading, not speed.

The families of cloud_backend/engine (llama, mistral, qwen2, qwen3, gemma3 text), described by the backbone file's own
metadata; fp32 throughout. Two ways to run rows: as a text (each sees those before it), or as candidates for one
position (each sees the text so far and itself).
Legend: T rows, E hidden size, H query heads, N kv heads, D head size, P positions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from app.domain.errors import ModelError
from app.privacy.recovery.tensor_file import TensorFile
from app.privacy.recovery.tensors import Floats

Deltas = Mapping[tuple[int, str], Floats]
"""What an adapter adds to a projection ("q", "k" or "v") of a layer: B y, a line for each row (or one for all)."""


@dataclass(slots=True)
class Cache:
    """Keys and values (P x N x D) of each layer that has run."""

    keys: dict[int, Floats] = field(default_factory=dict)
    values: dict[int, Floats] = field(default_factory=dict)

    def length(self, layer: int) -> int:
        return len(self.keys[layer]) if layer in self.keys else 0


class Decoder:
    """Raises ModelError where the file is no backbone of ours."""

    def __init__(self, file: TensorFile) -> None:
        self._file = file
        try:
            config: dict[str, Any] = json.loads(file.metadata["nearhalf"])
            self.layers, self.hidden_size = int(config["layers"]), int(config["hidden_size"])
            self._heads, self._kv_heads = int(config["heads"]), int(config["kv_heads"])
            self._head_dim, self._scale = int(config["head_dim"]), float(config["attention_scale"])
            self._eps, self._plus_one = float(config["norm_eps"]), bool(config["norm_plus_one"])
            self._qk_norm, self._post_norms = bool(config["qk_norm"]), bool(config["post_norms"])
            self._gelu = config["activation"] == "gelu_tanh"
            self._windows = [int(window) for window in config["windows"]]
            self._rope_names, self._rope_factors = list(config["rope_names"]), dict(config["rope_factors"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                "The model's decoder layers on this computer are damaged.", "Remove the model and prepare it again."
            ) from error
        self._layers: dict[int, dict[str, Floats]] = {}

    @property
    def parameters(self) -> int:
        return self._file.parameters

    def run(self, h_TE: Floats, cache: Cache, first: int, last: int, deltas: Deltas = MappingProxyType({})) -> Floats:
        """Layers first..last-1 over a text's next rows, which join the cache."""
        for index in range(first, last):
            h_TE, keys, values = self._layer(index, h_TE, cache, deltas, as_candidates=False)
            cache.keys[index], cache.values[index] = keys, values
        return h_TE

    def try_candidates(self, h_CE: Floats, cache: Cache, last: int, deltas: Deltas = MappingProxyType({})) -> Floats:
        """The state after layers 0..last-1 of each candidate for the next position. The cache stays as it is."""
        for index in range(last):
            h_CE, _, _ = self._layer(index, h_CE, cache, deltas, as_candidates=True)
        return h_CE

    def final_norm(self, h_TE: Floats) -> Floats:
        return self._norm(h_TE, self._file.numbers("norm.weight"))

    def _layer(
        self, index: int, h_TE: Floats, cache: Cache, deltas: Deltas, *, as_candidates: bool
    ) -> tuple[Floats, Floats, Floats]:
        weights = self._weights(index)
        past = cache.length(index)
        rows = len(h_TE)
        positions_T = np.full(rows, past) if as_candidates else np.arange(past, past + rows)
        x_TE = self._norm(h_TE, weights["input_layernorm.weight"])
        q_THD, k_TND, v_TND = self._projections(index, x_TE, weights, deltas)
        cos_TD, sin_TD = self._rope(index, positions_T)
        q_THD, k_TND = _turned(q_THD, cos_TD, sin_TD), _turned(k_TND, cos_TD, sin_TD)
        if past:
            keys_PND, values_PND = cache.keys[index], cache.values[index]
        else:
            keys_PND = values_PND = np.zeros((0, self._kv_heads, self._head_dim), np.float32)
        if as_candidates:
            attended = self._attend_alone(index, q_THD, k_TND, v_TND, keys_PND, values_PND)
        else:
            keys_PND = np.concatenate([keys_PND, k_TND])
            values_PND = np.concatenate([values_PND, v_TND])
            attended = self._attend(index, q_THD, keys_PND, values_PND, positions_T)
        out_TE = attended.reshape(rows, -1) @ weights["self_attn.o_proj.weight"].T
        if self._post_norms:
            h_TE = h_TE + self._norm(out_TE, weights["post_attention_layernorm.weight"])
            mlp_TE = self._mlp(self._norm(h_TE, weights["pre_feedforward_layernorm.weight"]), weights)
            return h_TE + self._norm(mlp_TE, weights["post_feedforward_layernorm.weight"]), keys_PND, values_PND
        h_TE = h_TE + out_TE
        mlp_TE = self._mlp(self._norm(h_TE, weights["post_attention_layernorm.weight"]), weights)
        return h_TE + mlp_TE, keys_PND, values_PND

    def _projections(
        self, index: int, x_TE: Floats, weights: Mapping[str, Floats], deltas: Deltas
    ) -> tuple[Floats, Floats, Floats]:
        parts: list[Floats] = []
        for name, heads in (("q", self._heads), ("k", self._kv_heads), ("v", self._kv_heads)):
            part = x_TE @ weights[f"self_attn.{name}_proj.weight"].T
            if f"self_attn.{name}_proj.bias" in weights:
                part = part + weights[f"self_attn.{name}_proj.bias"]
            if (index, name) in deltas:
                part = part + deltas[index, name]
            part = part.reshape(len(x_TE), heads, self._head_dim)
            if self._qk_norm and name != "v":
                part = self._norm(part, weights[f"self_attn.{name}_norm.weight"])
            parts.append(part)
        return parts[0], parts[1], parts[2]

    def _attend(self, index: int, q_THD: Floats, k_PND: Floats, v_PND: Floats, positions_T: Any) -> Floats:
        hidden_TP = np.arange(len(k_PND))[None, :] > positions_T[:, None]
        if window := self._windows[index]:
            hidden_TP |= np.arange(len(k_PND))[None, :] <= positions_T[:, None] - window
        q_NGTD = self._grouped(q_THD)
        scores = np.einsum("ngtd,pnd->ngtp", q_NGTD, k_PND, optimize=True) * np.float32(self._scale)
        scores[:, :, hidden_TP] = -np.inf
        attended = np.einsum("ngtp,pnd->ngtd", _softmax(scores), v_PND, optimize=True)
        return np.ascontiguousarray(attended.transpose(2, 0, 1, 3))

    def _attend_alone(
        self, index: int, q_CHD: Floats, k_CND: Floats, v_CND: Floats, keys_PND: Floats, values_PND: Floats
    ) -> Floats:
        """Each candidate sees the cache and itself."""
        past = len(keys_PND)
        first = max(0, past - self._windows[index] + 1) if self._windows[index] else 0
        keys_PND, values_PND = keys_PND[first:], values_PND[first:]
        q_NGCD = self._grouped(q_CHD)
        seen = np.einsum("ngcd,pnd->ngcp", q_NGCD, keys_PND, optimize=True)
        own = np.einsum("ngcd,cnd->ngc", q_NGCD, k_CND)[..., None]
        shares = _softmax(np.concatenate([seen, own], axis=-1) * np.float32(self._scale))
        attended = np.einsum("ngcp,pnd->ngcd", shares[..., :-1], values_PND, optimize=True)
        attended = attended + shares[..., -1:] * v_CND.transpose(1, 0, 2)[:, None]
        return np.ascontiguousarray(attended.transpose(2, 0, 1, 3))

    def _grouped(self, q_THD: Floats) -> Floats:
        """N x G x T x D: query heads beside their kv head."""
        groups = self._heads // self._kv_heads
        return q_THD.reshape(len(q_THD), self._kv_heads, groups, self._head_dim).transpose(1, 2, 0, 3)

    def _mlp(self, x_TE: Floats, weights: Mapping[str, Floats]) -> Floats:
        gate = x_TE @ weights["mlp.gate_proj.weight"].T
        up = x_TE @ weights["mlp.up_proj.weight"].T
        with np.errstate(over="ignore"):  # exp(-x) of a very negative gate: its share is 0
            if self._gelu:
                inner = np.float32(0.7978845608) * (gate + np.float32(0.044715) * gate**3)
                active = np.float32(0.5) * gate * (1 + np.tanh(inner))
            else:
                active = gate / (1 + np.exp(-gate))
        return (active * up) @ weights["mlp.down_proj.weight"].T  # type: ignore[no-any-return]

    def _norm(self, x: Floats, weight: Floats) -> Floats:
        scale = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(self._eps))
        return x * scale * (1 + weight if self._plus_one else weight)  # type: ignore[no-any-return]

    def _rope(self, index: int, positions_T: Any) -> tuple[Floats, Floats]:
        name = self._rope_names[index]
        angles = positions_T[:, None].astype(np.float32) * self._file.numbers(f"rope.{name}.inv_freq")
        angles = np.concatenate([angles, angles], axis=1)
        factor = np.float32(self._rope_factors[name])
        return (np.cos(angles) * factor).astype(np.float32), (np.sin(angles) * factor).astype(np.float32)

    def _weights(self, index: int) -> dict[str, Floats]:
        """A layer's tensors as fp32, kept: 14 MB a layer for SmolLM2-135M."""
        if index not in self._layers:
            prefix = f"layers.{index}."
            self._layers[index] = {
                name.removeprefix(prefix): self._file.numbers(name) for name in self._file.names(prefix)
            }
        return self._layers[index]


def _turned(x_TXD: Floats, cos_TD: Floats, sin_TD: Floats) -> Floats:
    """Rotary position embedding: x cos + (-x2, x1) sin."""
    half = x_TXD.shape[-1] // 2
    turned = np.concatenate([-x_TXD[..., half:], x_TXD[..., :half]], axis=-1)
    return np.asarray(x_TXD * cos_TD[:, None] + turned * sin_TD[:, None], np.float32)


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]
