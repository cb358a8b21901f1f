"""Where a model comes from: a safetensors folder, a GGUF file or a hub id, all read through `transformers`' own tools.

Tensors get the plain decoder's names, whatever the source calls them: `layers.{l}.self_attn.q_proj.weight`,
`norm.weight`, `embed_tokens.weight`, `lm_head.weight`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cloud_backend.engine.errors import SourceError, UnsupportedModel

_PREFIXES = ("language_model.model.", "model.language_model.", "language_model.", "model.")
_HUB_FILES = ["*.json", "*.safetensors", "tokenizer.model", "*.jinja"]


@dataclass(frozen=True)
class SourceModel:
    """A model as found: config and tokenizer are `transformers` objects, tensors keep the source's dtype."""

    name: str
    hf_config: Any
    tensors: Mapping[str, Tensor]
    tokenizer: Any
    sentencepiece: Path | None  # the source's tokenizer.model
    generation_config: dict[str, Any]


def load_source(source: str) -> SourceModel:
    """Load from `source`: a folder with *.safetensors, a .gguf file, or a hub id such as "owner/name".

    GGUF weights are dequantised to bf16. Raises SourceError or UnsupportedModel.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()  # whoever prepares reports progress in their own words
    path = Path(source).expanduser()
    if path.is_dir():
        return _load_folder(path)
    if path.suffix == ".gguf":
        if not path.is_file():
            raise SourceError(f"there is no file {path}")
        return _load_gguf(path)
    return _load_folder(_fetch(source), name=source)


def plain_name(name: str) -> str:
    """A tensor's name without the wrappers that different model classes put around it."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


class LazyTensors(Mapping[str, Tensor]):
    """The tensors of all *.safetensors files of a folder, each read (memory-mapped) when asked for."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open

        self._places: dict[str, tuple[Any, str]] = {}
        for file in sorted(folder.glob("*.safetensors")):
            handle = safe_open(file, framework="pt")
            for name in handle.keys():  # noqa: SIM118 - safe_open is no mapping
                self._places[plain_name(name)] = (handle, name)
        if not self._places:
            raise SourceError(f"{folder} holds no *.safetensors file")

    def __getitem__(self, name: str) -> Tensor:
        handle, full_name = self._places[name]
        tensor: Tensor = handle.get_tensor(full_name)
        return tensor

    def __iter__(self) -> Any:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _load_folder(folder: Path, name: str | None = None) -> SourceModel:
    from transformers import AutoConfig, AutoTokenizer

    if not (folder / "config.json").is_file():
        raise SourceError(f"{folder} holds no config.json")
    try:
        hf_config = AutoConfig.from_pretrained(folder)
    except ValueError as error:  # transformers does not know the model_type at all
        raise UnsupportedModel(str(error).splitlines()[0]) from error
    if getattr(hf_config, "quantization_config", None):
        raise UnsupportedModel("quantised safetensors are not supported: use the original weights, or a GGUF file")
    generation = folder / "generation_config.json"
    sentencepiece = folder / "tokenizer.model"
    return SourceModel(
        name or folder.name,
        hf_config,
        LazyTensors(folder),
        _tokenizer(AutoTokenizer, folder),
        sentencepiece if sentencepiece.is_file() else None,
        json.loads(generation.read_text(encoding="utf-8")) if generation.is_file() else {},
    )


def _load_gguf(path: Path) -> SourceModel:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    # The dtype must be named here: a model loaded from GGUF refuses to be cast later (FACTS.md).
    model = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        dtype=torch.bfloat16,
        quantization_config=GgufConfig(gguf_file=path.name, dequantize=True),
    )
    tensors = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    generation = model.generation_config.to_diff_dict() if model.generation_config else {}
    tokenizer = _tokenizer(AutoTokenizer, path.parent, gguf_file=path.name)
    return SourceModel(path.stem, model.config, tensors, tokenizer, None, generation)


def _tokenizer(factory: Any, folder: Path, **options: Any) -> Any:
    try:
        return factory.from_pretrained(folder, **options)
    except (OSError, ValueError) as error:
        raise SourceError(f"{folder} holds no tokenizer that can be read: {error}") from error


def _fetch(hub_id: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise SourceError(f"{hub_id!r} is no folder, no .gguf file and no model the hub gave us: {error}") from error
