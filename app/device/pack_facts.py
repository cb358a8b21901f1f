"""pack.json: what a device pack says about its model. Plain values, checked; no tensors, no torch."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.backend import RecipeInfo
from app.domain.errors import ModelError
from app.wire.plan import Projection

FORMAT = 2
_ADVICE = "Remove the model in the settings and fetch it again."
_ACTIVATIONS = ("silu", "gelu_tanh")
_WINDOW_LIMIT = 2**31
_MOST_NEAR_LAYERS = 8  # a pack is untrusted; ours hold two


@dataclass(frozen=True, slots=True)
class NearFacts:
    """The first decoder layers, which the pack holds too. windows, rope_factors: one entry for each of `layers`.

    windows: positions a layer looks back on, itself included; 0 = all. rope_factors: on cos and sin (YaRN).
    attention_scale: on q.k. activation: "silu" or "gelu_tanh".
    """

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate_size: int
    qk_norm: bool
    post_norms: bool
    activation: str
    attention_scale: float
    windows: tuple[int, ...]
    rope_factors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PackFacts:
    """pack.json's fields. projection_rows: output width of q, k, v. embed_scale: factor on embeddings (gemma)."""

    model_id: str
    architecture: str
    backbone_sha256: str
    hidden_size: int
    vocab_size: int
    layers: int
    max_positions: int
    dtype: str
    embed_scale: float
    final_logit_softcapping: float | None
    eos_token_ids: frozenset[int]
    bos_token_id: int | None
    norm_eps: float
    norm_plus_one: bool
    projection_rows: dict[Projection, int]
    recipes: tuple[RecipeInfo, ...]
    near: NearFacts

    def recipe(self, name: str, version: int) -> RecipeInfo | None:
        """The pack's recipe of that name and version, or None."""
        return next((found for found in self.recipes if (found.name, found.version) == (name, version)), None)

    def weight_shapes(self) -> dict[str, list[int]]:
        """Name -> shape of every tensor that the pack must hold."""
        shapes = {"embed_tokens.weight": [self.vocab_size, self.hidden_size]}
        for layer in range(self.near.layers + 1):
            shapes[f"free.{layer}.input_norm.weight"] = [self.hidden_size]
            for recipe in self.recipes:
                shapes[f"free.{layer}.{recipe.name}-{recipe.version}.a"] = [recipe.rank, self.hidden_size]
        for layer in range(self.near.layers):
            shapes[f"near.rope.{layer}"] = [self.near.head_dim // 2]
            for name in self._near_norms():
                width = self.near.head_dim if name.startswith("self_attn.") else self.hidden_size
                shapes[f"near.{layer}.{name}.weight"] = [width]
            for name, rows, columns in self._near_linears():
                shapes[f"near.{layer}.{name}.weight"] = [rows, columns]
        return shapes

    def optional_shapes(self) -> dict[str, list[int]]:
        """Name -> shape of every tensor that some models have: a head of its own, and biases."""
        shapes = {"lm_head.weight": [self.vocab_size, self.hidden_size]}
        for layer in range(self.near.layers):
            shapes |= {f"near.{layer}.{name}.bias": [rows] for name, rows, _ in self._near_linears()}
        return shapes

    @property
    def layer_numbers(self) -> int:
        """Numbers in the matrices of one layer."""
        return sum(rows * columns for _, rows, columns in self._near_linears())

    def _near_norms(self) -> list[str]:
        names = ["input_layernorm", "post_attention_layernorm"]
        if self.near.post_norms:
            names += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        return names + (["self_attn.q_norm", "self_attn.k_norm"] if self.near.qk_norm else [])

    def _near_linears(self) -> list[tuple[str, int, int]]:
        width, wide = self.hidden_size, self.near.intermediate_size
        q_rows = self.projection_rows[Projection.Q]
        return [
            *((f"self_attn.{p.name.lower()}_proj", self.projection_rows[p], width) for p in Projection),
            ("self_attn.o_proj", width, q_rows),
            ("mlp.gate_proj", wide, width),
            ("mlp.up_proj", wide, width),
            ("mlp.down_proj", width, wide),
        ]


def read_facts(path: Path) -> PackFacts:
    """Read and check pack.json. Raises ModelError with advice: missing, damaged, or of a format from the future."""
    try:
        untrusted = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(untrusted, dict):
            raise ValueError("not an object")
        check_format(_token(untrusted["format"]))
        return _facts(untrusted)
    except FileNotFoundError as error:
        raise ModelError("The model's files are not on this computer.", "Fetch the model first.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError("The description of the model on this computer (pack.json) is damaged.", _ADVICE) from error


def check_format(found: int) -> None:
    """Raises ModelError with advice where a pack's or a prepared model's format is not the one that this app reads."""
    if found == FORMAT:
        return
    older, newer = (
        "Ask whoever runs the backend to update it.",
        "Update the app, or choose a model made for this version.",
    )
    message = f"The model's files have format {found}; this app reads format {FORMAT}."
    raise ModelError(message, older if found < FORMAT else newer)


def is_outdated(folder: Path) -> bool:
    """Whether `folder` holds a pack of an earlier format, which nothing can use any more."""
    try:
        found = json.loads((folder / "pack.json").read_text(encoding="utf-8"))["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(found, int) and found < FORMAT


def _facts(untrusted: dict[str, Any]) -> PackFacts:
    softcap = untrusted.get("final_logit_softcapping")
    bos = untrusted.get("bos_token_id")
    near = _near(untrusted["near"], untrusted)
    return PackFacts(
        model_id=_text(untrusted["model_id"]),
        architecture=_text(untrusted["architecture"]),
        backbone_sha256=_sha256(untrusted["backbone_sha256"]),
        hidden_size=_count(untrusted["hidden_size"]),
        vocab_size=_count(untrusted["vocab_size"]),
        layers=_count(untrusted["layers"]),
        max_positions=_count(untrusted["max_positions"]),
        dtype=_text(untrusted["dtype"]),
        embed_scale=_positive(untrusted["embed_scale"]),
        final_logit_softcapping=None if softcap is None else _positive(softcap),
        eos_token_ids=frozenset(_token(token) for token in untrusted["eos_token_ids"]),
        bos_token_id=None if bos is None else _token(bos),
        norm_eps=_positive(untrusted["norm_eps"]),
        norm_plus_one=bool(untrusted["norm_plus_one"]),
        projection_rows={p: _count(untrusted["projection_rows"][p.name.lower()]) for p in Projection},
        recipes=tuple(
            RecipeInfo(_text(r["name"]), _count(r["version"]), _sha256(r["sha256"]), _count(r["rank"]))
            for r in untrusted["recipes"]
        ),
        near=near,
    )


def _near(untrusted: dict[str, Any], facts: dict[str, Any]) -> NearFacts:
    """Its sizes must agree with the model's, for tensors are checked against both."""
    near = NearFacts(
        layers=_token(untrusted["layers"]),
        heads=_count(untrusted["heads"]),
        kv_heads=_count(untrusted["kv_heads"]),
        head_dim=_count(untrusted["head_dim"]),
        intermediate_size=_count(untrusted["intermediate_size"]),
        qk_norm=bool(untrusted["qk_norm"]),
        post_norms=bool(untrusted["post_norms"]),
        activation=_text(untrusted["activation"]),
        attention_scale=_positive(untrusted["attention_scale"]),
        windows=tuple(_token(window) for window in untrusted["windows"]),
        rope_factors=tuple(_positive(factor) for factor in untrusted["rope_factors"]),
    )
    rows = {"q": near.heads * near.head_dim, "k": near.kv_heads * near.head_dim, "v": near.kv_heads * near.head_dim}
    if near.layers >= facts["layers"] or near.layers > _MOST_NEAR_LAYERS:
        raise ValueError("too many near layers")
    if near.heads % near.kv_heads or near.head_dim % 2 or facts["projection_rows"] != rows:
        raise ValueError("heads that do not fit the projections")
    if any(window >= _WINDOW_LIMIT for window in near.windows):
        raise ValueError("windows beyond any text")
    if near.activation not in _ACTIVATIONS or not len(near.windows) == len(near.rope_factors) == near.layers:
        raise ValueError("near layers that this app cannot compute")
    return near


def _text(untrusted: object) -> str:
    if not isinstance(untrusted, str) or not untrusted:
        raise ValueError("not a text")
    return untrusted


def _sha256(untrusted: object) -> str:
    text = _text(untrusted).lower()
    if len(bytes.fromhex(text)) != 32:
        raise ValueError("not a SHA-256")
    return text


def _token(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or untrusted < 0:
        raise ValueError("not a token id")
    return untrusted


def _count(untrusted: object) -> int:
    number = _token(untrusted)
    if not number:
        raise ValueError("not a count")
    return number


def _positive(untrusted: object) -> float:
    if not isinstance(untrusted, int | float) or not math.isfinite(untrusted) or untrusted <= 0:
        raise ValueError("not a positive number")
    return float(untrusted)
