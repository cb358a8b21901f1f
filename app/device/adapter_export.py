"""An adapter as others can load it: PEFT's LoRA, or our own tensors for a small loader (docs/adapter-format.md).

A tap that serves its own layer alone adds B M A x to that layer's projection, which is LoRA's form: lora_A = A,
lora_B = B M. One that serves later layers adds B M z, where z = A x was taken at another layer: no LoRA can say that.
A free tap behind layers of the device's own is one at the next layer here: in one process, z is read there.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from app.device.adapter import Adapter
from app.device.adapter_card import is_ordinary_lora
from app.domain.errors import AdapterError, StorageError
from app.wire.plan import Tap, Target

FORMAT = 1
METADATA_KEY = "nearhalf_export"
LORA_FILES = ("adapter_model.safetensors", "adapter_config.json")
HEAD_FILE = "head.safetensors"
OWN_FILE = "nearhalf.safetensors"


def export_adapter(adapter: Adapter, recipe_file: Path, model_id: str, folder: Path) -> tuple[str, ...]:
    """Write the adapter's files into `folder`, an empty one; returns their names. fp32.

    recipe_file: the A and B that it was made with, already checked by hash. Raises AdapterError, StorageError.
    """
    plan = adapter.card.plan
    with _recipe(recipe_file) as recipe, _in_words(folder):
        files: dict[str, bytes] = {}
        if plan.taps and is_ordinary_lora(plan):
            files |= dict(zip(LORA_FILES, _lora(adapter, recipe, model_id), strict=True))
        elif plan.taps:
            files[OWN_FILE] = _own(adapter, recipe)
        if adapter.head is not None:
            v_DR, u_RD = adapter.head
            head = {"head.v": v_DR.contiguous(), "head.u": u_RD.contiguous()}
            files[HEAD_FILE] = safetensors.torch.save(head, {METADATA_KEY: json.dumps({"format": FORMAT})})
        for name, data in files.items():
            (folder / name).write_bytes(data)
    return tuple(files)


class _Matrices:
    """A and B of a recipe's file, cut to a tap's ranks, in fp32."""

    def __init__(self, opened: "safe_open") -> None:
        self._opened = opened

    def a(self, layer: int, tap: Tap) -> torch.Tensor:
        """r_down x d, of the layer that the tap reads."""
        return self._tensor(f"layers.{layer}.a")[: tap.r_down]

    def b(self, tap: Tap, target: Target) -> torch.Tensor:
        """d_t x r_up."""
        return self._tensor(f"layers.{target.layer}.b.{target.projection.name.lower()}")[:, : tap.r_up]

    def _tensor(self, name: str) -> torch.Tensor:
        found: torch.Tensor = self._opened.get_tensor(name)
        return found.float()


def _lora(adapter: Adapter, recipe: _Matrices, model_id: str) -> tuple[bytes, bytes]:
    """adapter_model.safetensors and adapter_config.json. alpha = r, so that PEFT scales by one.

    Taps of a smaller rank are filled up with zeros: one r for all is what every reader of the format understands.
    """
    rank = max(tap.r_down for tap in adapter.card.plan.taps)
    tensors: dict[str, torch.Tensor] = {}
    modules = []
    for tap in adapter.card.plan.taps:
        a_DD = recipe.a(tap.layer, tap)
        a_rD = torch.zeros(rank, a_DD.shape[1])
        a_rD[: tap.r_down] = a_DD
        for target in tap.targets:
            module = f"layers.{target.layer}.self_attn.{target.projection.name.lower()}_proj"
            b_TU = recipe.b(tap, target)
            lora_b = torch.zeros(b_TU.shape[0], rank)
            lora_b[:, : tap.r_down] = b_TU @ adapter.matrices[target]
            key = f"base_model.model.model.{module}"
            tensors[f"{key}.lora_A.weight"], tensors[f"{key}.lora_B.weight"] = a_rD.clone(), lora_b
            modules.append(module)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": model_id,
        "r": rank,
        "lora_alpha": rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "target_modules": sorted(modules),
    }
    return safetensors.torch.save(tensors, {"format": "pt"}), json.dumps(config, indent=2).encode()


def _own(adapter: Adapter, recipe: _Matrices) -> bytes:
    """a.{tap}: A (r_down x d); w.{layer}.{q,k,v}: B M (d_t x r_down). The metadata says which tap serves which.

    No two taps are read at one layer: the card sees to that."""
    tensors: dict[str, torch.Tensor] = {}
    taps = []
    for tap in adapter.card.plan.taps:
        layer = adapter.card.read_at(tap)
        tensors[f"a.{layer}"] = recipe.a(layer, tap).contiguous()
        for target in tap.targets:
            name = f"w.{target.layer}.{target.projection.name.lower()}"
            tensors[name] = recipe.b(tap, target) @ adapter.matrices[target]
        taps.append({"layer": layer, "serves": [[t.layer, t.projection.name.lower()] for t in tap.targets]})
    return safetensors.torch.save(tensors, {METADATA_KEY: json.dumps({"format": FORMAT, "taps": taps})})


@contextmanager
def _recipe(path: Path) -> Iterator[_Matrices]:
    try:
        with safe_open(path, framework="pt") as opened:
            yield _Matrices(opened)
    except (SafetensorError, OSError) as error:
        raise AdapterError("The matrices A and B cannot be read.", "Fetch them again.") from error


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror or error}.", "Check the folder, and the room on the disk."
        ) from error
