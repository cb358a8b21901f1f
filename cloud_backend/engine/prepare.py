"""Make a model folder from a source: backbone, A and B, device pack, manifest (docs/model-files.md).

All or nothing: files are written beside the goal under another name, and renamed when whole.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from app.wire.messages import Recipe
from cloud_backend.engine import recipe as recipes
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.device_pack import near_layers, projection_rows, write_pack
from cloud_backend.engine.errors import SourceError, UnsupportedModel
from cloud_backend.engine.families import read_config
from cloud_backend.engine.linear import choose_kernels
from cloud_backend.engine.manifest import (
    BACKBONE_FILE,
    CONFIG_FILE,
    FORMAT,
    PACK_FILE,
    Manifest,
    RecipeEntry,
    file_sha256,
    recipe_file,
)
from cloud_backend.engine.rope import rope_parameters
from cloud_backend.engine.weights import SourceModel, load_source

Report = Callable[[str, float], None]  # (what is being done, share of the whole done: 0 to 1)

DTYPE_NAMES = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}
CONFIG_KEY = "nearhalf"  # the one metadata entry of backbone.safetensors (several would be written in random order)


def prepare(source: str, out: Path, *, model_id: str | None, report: Report) -> Path:
    """Make the model folder `out` from `source` (safetensors folder, .gguf file, hub id) and return it.

    model_id: name under which it is served; from the source's name where None. An existing `out` is replaced.
    Raises UnsupportedModel, SourceError or OSError; then `out` is as it was.
    """
    out = Path(out).absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    report("Loading weights", 0.0)
    model = load_source(source)
    config = read_config(model.hf_config)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _fill(work, model, config, model_id or _slug(model.name), report)
        work.chmod(0o755)
        _put_in_place(work, out)
    except KeyError as error:  # of `model.tensors`
        raise SourceError(f"the weights lack {error.args[0]}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report("Compiling for this processor, once (about 6 s)", 0.97)
    choose_kernels("cpu", "auto")  # compiled code is kept, so that no first answer waits for it
    report("Ready", 1.0)
    return out


def _fill(folder: Path, model: SourceModel, config: DecoderConfig, model_id: str, report: Report) -> None:
    dtype = model.tensors["layers.0.self_attn.q_proj.weight"].dtype
    if dtype not in DTYPE_NAMES:
        raise UnsupportedModel(f"weights of type {dtype} are not supported; supported are fp32, fp16 and bf16")
    report("Writing the backbone", 0.35)
    save_file(_backbone_tensors(model, config), folder / BACKBONE_FILE, metadata={CONFIG_KEY: config.to_json()})
    backbone_sha256 = file_sha256(folder / BACKBONE_FILE)
    config_text = json.dumps(_plain_config(model, DTYPE_NAMES[dtype]), indent=2, sort_keys=True) + "\n"
    (folder / CONFIG_FILE).write_text(config_text, encoding="utf-8")
    entries, free_a = _write_recipes(folder, model, config, report)
    report("Packing what the device needs", 0.95)
    write_pack(
        folder / PACK_FILE,
        model,
        config,
        model_id=model_id,
        dtype=DTYPE_NAMES[dtype],
        backbone_sha256=backbone_sha256,
        config_text=config_text,
        recipes=entries,
        free_a=free_a,
    )
    Manifest(
        format=FORMAT,
        id=model_id,
        architecture=config.family,
        layers=config.layers,
        hidden_size=config.hidden_size,
        vocab_size=config.vocab_size,
        max_positions=config.max_positions,
        backbone_sha256=backbone_sha256,
        pack_sha256=file_sha256(folder / PACK_FILE),
        pack_bytes=(folder / PACK_FILE).stat().st_size,
        dtype=DTYPE_NAMES[dtype],
        projection_rows=projection_rows(config),
        recipes=entries,
    ).write(folder)


def _backbone_tensors(model: SourceModel, config: DecoderConfig) -> dict[str, Tensor]:
    """Decoder layers, final norm and rotary frequencies; nothing that knows words."""
    wanted = {
        name: model.tensors[name].contiguous()
        for name in model.tensors
        if name == "norm.weight" or (name.startswith("layers.") and not name.endswith("inv_freq"))
    }
    present = {int(name.split(".")[1]) for name in wanted if name.startswith("layers.")}
    if present != set(range(config.layers)) or "norm.weight" not in wanted:
        raise SourceError(f"the weights have {len(present)} of {config.layers} layers")
    text_config = model.hf_config.get_text_config()
    for name in config.rope_factors:
        wanted[f"rope.{name}.inv_freq"] = rope_parameters(text_config, name, config.head_dim)[0].contiguous()
    return wanted


def _write_recipes(
    folder: Path, model: SourceModel, config: DecoderConfig, report: Report
) -> tuple[tuple[RecipeEntry, ...], dict[str, list[Tensor]]]:
    entries: list[RecipeEntry] = []
    free_a: dict[str, list[Tensor]] = {}
    start, share = 0.4, 0.25
    for index, recipe in enumerate(Recipe):
        name, version = recipe.name.lower(), recipes.VERSIONS[recipe]
        first = start + index * share

        def report_share(done: float, name: str = name, first: float = first) -> None:
            report(f"Making A and B ({name})", first + done * share)

        made = recipes.make_recipe(recipe, config, model.tensors, report_share)
        file = folder / recipe_file(name, version)
        save_file(made, file)
        entries.append(RecipeEntry(name, version, file_sha256(file), recipes.stored_rank(config)))
        free_a[f"{name}-{version}"] = [made[recipes.a_key(layer)] for layer in range(near_layers(config) + 1)]
    return tuple(entries), free_a


def _plain_config(model: SourceModel, dtype: str) -> dict[str, object]:
    """The source's config without traces of where it lay or how it was quantised."""
    fields = model.hf_config.to_dict()
    for name in ("_name_or_path", "quantization_config", "transformers_version"):
        fields.pop(name, None)
    fields["dtype"] = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}[dtype]
    return fields


def _slug(name: str) -> str:
    """A name fit for a URL: "SmolLM2-135M-Instruct.Q4_1" -> "smollm2-135m-instruct.q4_1"."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-.") or "model"


def _put_in_place(work: Path, out: Path) -> None:
    if out.exists():
        old = out.with_name(f".{out.name}-old")
        shutil.rmtree(old, ignore_errors=True)
        out.rename(old)
        work.rename(out)
        shutil.rmtree(old)
    else:
        work.rename(out)
