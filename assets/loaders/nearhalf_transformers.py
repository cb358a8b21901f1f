"""Load an adapter that Nearhalf exported into a transformers model. Needs torch and safetensors; nothing of Nearhalf.

    from transformers import AutoModelForCausalLM
    from nearhalf_transformers import load_adapter

    # the very model that the adapter was made for; fp32, to the word what Nearhalf writes in fp32
    model = AutoModelForCausalLM.from_pretrained("...", dtype=torch.float32)
    handle = load_adapter(model, "exported-folder")       # strength=0.5 for half of it
    ...
    handle.remove()                                        # the model is as it was before

Where the folder holds adapter_config.json, load that part with PEFT first (PeftModel.from_pretrained(model, folder));
this loader then adds the head part alone. Works for llama, mistral, qwen2, qwen3 and gemma3 models of transformers.

What it does: at each tap's layer it takes z = A x, x being the input of that layer's q, k and v projections; to every
projection that the tap serves, in that layer and in later ones, it adds W z. A head part adds V U h to the final hidden
state h, right before the LM head.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

_KEY = "nearhalf_export"
_FORMAT = 1


class Handle:
    """The hooks of one adapter in one model."""

    def __init__(self) -> None:
        self._hooks: list[Any] = []

    @property
    def is_used(self) -> bool:
        return bool(self._hooks)

    def add(self, hook: Any) -> None:
        self._hooks.append(hook)

    def remove(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()


def load_adapter(model: Any, folder: str | Path, strength: float = 1.0) -> Handle:
    """Hook the adapter in `folder` into `model` (a causal LM of transformers, or PEFT's wrapping of one).

    Returns a Handle. Raises ValueError where the folder holds nothing for this loader, or the shapes do not fit.
    """
    folder = Path(folder)
    handle = Handle()
    try:
        if (folder / "nearhalf.safetensors").exists():
            _add_taps(model, folder / "nearhalf.safetensors", strength, handle)
        if (folder / "head.safetensors").exists():
            _add_head(model, folder / "head.safetensors", strength, handle)
    except BaseException:
        handle.remove()
        raise
    if not handle.is_used:
        raise ValueError(f"{folder} holds neither nearhalf.safetensors nor head.safetensors")
    return handle


def _add_taps(model: Any, path: Path, strength: float, handle: Handle) -> None:
    layers = _layers(model)
    with safe_open(path, framework="pt") as opened:
        for tap in _described(opened)["taps"]:
            _add_tap(layers, tap, opened, strength, handle)


def _add_tap(layers: Any, tap: dict[str, Any], opened: Any, strength: float, handle: Handle) -> None:
    taken: dict[str, torch.Tensor] = {}  # z of the forward pass under way
    source = layers[tap["layer"]].self_attn.q_proj
    a = opened.get_tensor(f"a.{tap['layer']}").to(source.weight.device)

    def take(_module: Any, arguments: tuple[Any, ...]) -> None:
        taken["z"] = torch.nn.functional.linear(arguments[0].to(a.dtype), a)

    handle.add(source.register_forward_pre_hook(take))
    for layer, name in tap["serves"]:
        projection = getattr(layers[layer].self_attn, f"{name}_proj")
        w = strength * opened.get_tensor(f"w.{layer}.{name}").to(projection.weight.device)
        if w.shape[0] != projection.weight.shape[0]:
            raise ValueError(f"{name}_proj of layer {layer} has another width: not the model this was made for")
        handle.add(projection.register_forward_hook(_adding(w, taken)))


def _adding(w: torch.Tensor, taken: dict[str, torch.Tensor]) -> Callable[[Any, Any, torch.Tensor], torch.Tensor]:
    def add(_module: Any, _arguments: Any, output: torch.Tensor) -> torch.Tensor:
        return output + torch.nn.functional.linear(taken["z"].to(w.device), w).to(output.dtype)

    return add


def _add_head(model: Any, path: Path, strength: float, handle: Handle) -> None:
    lm_head = model.get_output_embeddings()
    with safe_open(path, framework="pt") as opened:
        _described(opened)
        v = strength * opened.get_tensor("head.v").to(lm_head.weight.device)
        u = opened.get_tensor("head.u").to(lm_head.weight.device)
    if v.shape[0] != lm_head.weight.shape[1]:
        raise ValueError("the head part has another width: not the model this was made for")

    def change(_module: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        h = arguments[0]
        wide = h.float()  # fp32, as Nearhalf computes it
        part = torch.nn.functional.linear(torch.nn.functional.linear(wide, u), v)
        return ((wide + part).to(h.dtype), *arguments[1:])

    handle.add(lm_head.register_forward_pre_hook(change))


def _layers(model: Any) -> torch.nn.ModuleList:
    """The decoder layers, wherever a family or a wrapper keeps them."""
    for _, module in model.named_modules():
        layers = getattr(module, "layers", None)
        if isinstance(layers, torch.nn.ModuleList) and len(layers) and hasattr(layers[0], "self_attn"):
            return layers
    raise ValueError("this model has no decoder layers with self_attn")


def _described(opened: Any) -> dict[str, Any]:
    described = json.loads((opened.metadata() or {}).get(_KEY, "null"))
    if not isinstance(described, dict) or described.get("format") != _FORMAT:
        raise ValueError("not an export of Nearhalf that this loader knows")
    return described
