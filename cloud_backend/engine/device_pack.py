"""The device pack: tokenizer, embeddings, LM head, first layers and free taps' needs, in one uncompressed zip file.

The same model gives the same bytes, on any day: members in a fixed order, with a fixed date.
"""

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.errors import SourceError
from cloud_backend.engine.manifest import FORMAT, RecipeEntry
from cloud_backend.engine.rope import rope_parameters
from cloud_backend.engine.weights import SourceModel

_MOST_NEAR_LAYERS = 2  # behind two, free taps measured best (docs/lab-log.md)
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
_MACHINE_FIELDS = ("is_local", "local_files_only", "name_or_path", "_name_or_path")  # of the machine that prepared


def write_pack(
    out: Path,
    source: SourceModel,
    config: DecoderConfig,
    *,
    model_id: str,
    dtype: str,
    backbone_sha256: str,
    config_text: str,
    recipes: tuple[RecipeEntry, ...],
    free_a: Mapping[str, Sequence[Tensor]],
) -> None:
    """Write the zip file `out`. free_a: recipe ("svd-2") -> A of layers 0 to near_layers(config).

    Raises SourceError without a tokenizer.
    """
    tensors = {
        "embed_tokens.weight": source.tensors["embed_tokens.weight"],
        **_free_tensors(source, config, free_a),
        **_near_tensors(source, config),
    }
    if not config.tied_embeddings:
        tensors["lm_head.weight"] = source.tensors["lm_head.weight"]
    card = {
        "format": FORMAT,
        "model_id": model_id,
        "architecture": config.family,
        "backbone_sha256": backbone_sha256,
        "hidden_size": config.hidden_size,
        "vocab_size": config.vocab_size,
        "layers": config.layers,
        "max_positions": config.max_positions,
        "dtype": dtype,
        "embed_scale": config.embed_scale,
        "final_logit_softcapping": config.final_logit_softcapping,
        "eos_token_ids": _eos_token_ids(source),
        "bos_token_id": _bos_token_id(source),
        "norm_eps": config.norm_eps,
        "norm_plus_one": config.norm_plus_one,
        "projection_rows": projection_rows(config),
        "recipes": [{"name": r.name, "version": r.version, "sha256": r.sha256, "rank": r.rank} for r in recipes],
        "near": _near_facts(config),
    }
    with tempfile.TemporaryDirectory(dir=out.parent) as made:
        folder = Path(made)
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "weights.safetensors")
        (folder / "pack.json").write_text(_json(card), encoding="utf-8")
        (folder / "config.json").write_text(config_text, encoding="utf-8")
        _write_tokenizer(folder, source)
        if source.generation_config:
            (folder / "generation_config.json").write_text(_json(source.generation_config), encoding="utf-8")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(folder.iterdir()):
                _add(archive, file)


def near_layers(config: DecoderConfig) -> int:
    """How many of the first layers a pack holds. Never all: a free tap serves a layer above them."""
    return min(_MOST_NEAR_LAYERS, config.layers - 1)


def _free_tensors(
    source: SourceModel, config: DecoderConfig, free_a: Mapping[str, Sequence[Tensor]]
) -> dict[str, Tensor]:
    """What a free tap reads that stands behind k layers of the device's own."""
    tensors: dict[str, Tensor] = {}
    for k in range(near_layers(config) + 1):
        # copied: safetensors writes no memory twice, and layer k is in the pack under its own name too
        tensors[f"free.{k}.input_norm.weight"] = source.tensors[f"layers.{k}.input_layernorm.weight"].clone()
        tensors |= {f"free.{k}.{name}.a": layers[k] for name, layers in free_a.items()}
    return tensors


def _near_tensors(source: SourceModel, config: DecoderConfig) -> dict[str, Tensor]:
    text_config = source.hf_config.get_text_config()
    tensors: dict[str, Tensor] = {}
    for layer in range(near_layers(config)):
        prefix = f"layers.{layer}."
        for name in source.tensors:
            if name.startswith(prefix) and not name.endswith("inv_freq"):
                tensors[f"near.{layer}.{name.removeprefix(prefix)}"] = source.tensors[name]
        inverse, _ = rope_parameters(text_config, config.rope_names[layer], config.head_dim)
        tensors[f"near.rope.{layer}"] = inverse.clone()
    return tensors


def _near_facts(config: DecoderConfig) -> dict[str, Any]:
    count = near_layers(config)
    return {
        "layers": count,
        "heads": config.heads,
        "kv_heads": config.kv_heads,
        "head_dim": config.head_dim,
        "intermediate_size": config.intermediate_size,
        "qk_norm": config.qk_norm,
        "post_norms": config.post_norms,
        "activation": config.activation,
        "attention_scale": config.attention_scale,
        "windows": config.windows[:count],
        "rope_factors": [config.rope_factors[name] for name in config.rope_names[:count]],
    }


def projection_rows(config: DecoderConfig) -> dict[str, int]:
    """Output widths under the names that manifests use: q, k, v."""
    return {projection.name.lower(): rows for projection, rows in config.projection_rows.items()}


def _add(archive: zipfile.ZipFile, file: Path) -> None:
    member = zipfile.ZipInfo(file.name, _FIXED_DATE)
    member.external_attr = 0o644 << 16
    member.create_system = 3  # Unix everywhere, so that the preparing system does not show in the hash
    member.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(member, "w") as target:
        while piece := source.read(1 << 20):
            target.write(piece)


def _write_tokenizer(folder: Path, source: SourceModel) -> None:
    with tempfile.TemporaryDirectory() as saved:
        source.tokenizer.save_pretrained(saved)
        for name in _TOKENIZER_FILES:
            file = Path(saved) / name
            if not file.is_file():
                continue
            data = file.read_bytes()
            if name == "tokenizer_config.json":
                fields = json.loads(data)
                data = _json({k: v for k, v in fields.items() if k not in _MACHINE_FIELDS}).encode()
            (folder / name).write_bytes(data)
        sentencepiece = source.sentencepiece or Path(saved) / "tokenizer.model"
        if sentencepiece.is_file():
            (folder / "tokenizer.model").write_bytes(sentencepiece.read_bytes())
    if not ((folder / "tokenizer.json").is_file() or (folder / "tokenizer.model").is_file()):
        raise SourceError("the source has no tokenizer.json and no tokenizer.model")


def _eos_token_ids(source: SourceModel) -> list[int]:
    """Every id that ends a reply: what generation_config, config and tokenizer name."""
    found: set[int] = set()
    text_config = source.hf_config.get_text_config()
    for value in (
        source.generation_config.get("eos_token_id"),
        getattr(text_config, "eos_token_id", None),
        source.tokenizer.eos_token_id,
    ):
        if value is not None:
            found.update(value if isinstance(value, list | tuple) else [value])
    return sorted(found)


def _bos_token_id(source: SourceModel) -> int | None:
    value = source.tokenizer.bos_token_id
    return value if value is not None else getattr(source.hf_config.get_text_config(), "bos_token_id", None)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
