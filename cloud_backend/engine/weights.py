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
from cloud_backend.engine.families import require_supported

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
    if path.is_file():
        raise SourceError(f"{path} is no .gguf file; give the folder that holds the *.safetensors files, or a hub id")
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
        from safetensors import SafetensorError, safe_open

        self._places: dict[str, tuple[Any, str]] = {}
        for file in sorted(folder.glob("*.safetensors")):
            try:
                handle = safe_open(file, framework="pt")
            except (SafetensorError, OSError) as error:
                raise SourceError(f"{file} is damaged or not whole; fetch it again") from error
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
    require_supported(_model_type(folder / "config.json"))
    try:
        hf_config = AutoConfig.from_pretrained(folder)
    except Exception as error:  # a library reads a stranger's file: any fault is the file's
        raise SourceError(f"{folder / 'config.json'} cannot be read ({type(error).__name__})") from error
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


def _model_type(config: Path) -> str:
    try:
        return str(json.loads(config.read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{config} is no config of a model: it names no model_type") from error


def _check_gguf(path: Path) -> None:
    """Before `transformers` reads it: where tensors are missing, it would make them up."""
    from gguf import GGUFReader

    try:
        reader = GGUFReader(path)
        field = reader.get_field("general.architecture")
        architecture = field.contents() if field else None
        blocks = reader.get_field(f"{architecture}.block_count")
        present = {tensor.name for tensor in reader.tensors}
        layers = min(int(blocks.contents()) if blocks else 0, len(present) + 1)  # a stranger's number
    except Exception as error:  # a library reads a stranger's file: any fault is the file's
        raise SourceError(f"{path} is damaged, not whole, or no GGUF file; fetch it again") from error
    if not isinstance(architecture, str):
        raise SourceError(f"{path} names no architecture")
    require_supported(architecture)
    wanted = {"token_embd.weight", "output_norm.weight", *(f"blk.{layer}.attn_q.weight" for layer in range(layers))}
    if not layers or not wanted <= present:
        raise SourceError(f"{path} holds no whole model: {len(wanted - present)} of its main tensors are missing")


def _load_gguf(path: Path) -> SourceModel:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    _check_gguf(path)
    try:
        # The dtype must be named here: a model loaded from GGUF refuses to be cast later (FACTS.md).
        model = AutoModelForCausalLM.from_pretrained(
            path.parent,
            gguf_file=path.name,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(gguf_file=path.name, dequantize=True),
        )
    except Exception as error:  # likewise
        raise SourceError(f"the weights in {path} cannot be read ({type(error).__name__})") from error
    tensors = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    generation = model.generation_config.to_diff_dict() if model.generation_config else {}
    tokenizer = _tokenizer(AutoTokenizer, path.parent, gguf_file=path.name)
    return SourceModel(path.stem, model.config, tensors, tokenizer, None, generation)


def _tokenizer(factory: Any, folder: Path, **options: Any) -> Any:
    try:
        return factory.from_pretrained(folder, **options)
    except (OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"{folder} holds no tokenizer that can be read: {reason}") from error


def _fetch(hub_id: str) -> Path:
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        require_supported(_model_type(Path(hf_hub_download(hub_id, "config.json"))))
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SourceError(f"{hub_id!r} is no folder, no .gguf file and no model the hub gave us: {reason}") from error
