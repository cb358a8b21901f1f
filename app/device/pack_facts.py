"""pack.json: what a device pack says about its model. Plain values, checked; no tensors, no torch."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.backend import RecipeInfo
from app.domain.errors import ModelError
from app.wire.plan import Projection

FORMAT = 1
_ADVICE = "Remove the model in the settings and fetch it again."


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

    def recipe(self, name: str, version: int) -> RecipeInfo | None:
        """The pack's recipe of that name and version, or None."""
        return next((found for found in self.recipes if (found.name, found.version) == (name, version)), None)


def read_facts(path: Path) -> PackFacts:
    """Read and check pack.json. Raises ModelError with advice: missing, damaged, or of a format from the future."""
    try:
        untrusted = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(untrusted, dict):
            raise ValueError("not an object")
        if untrusted.get("format") != FORMAT:
            raise ModelError(
                f"The model's files have format {untrusted.get('format')!r}; this app reads format {FORMAT}.",
                "Update the app, or choose a model made for this version.",
            )
        return _facts(untrusted)
    except FileNotFoundError as error:
        raise ModelError("The model's files are not on this computer.", "Fetch the model first.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError("The description of the model on this computer (pack.json) is damaged.", _ADVICE) from error


def _facts(untrusted: dict[str, Any]) -> PackFacts:
    softcap = untrusted.get("final_logit_softcapping")
    bos = untrusted.get("bos_token_id")
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
    )


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
