"""Split adapters in one process: the mathematics of the split on a transformers model, for comparing plans quickly.

What the device computes with layers of its own is computed with copies of them, which get no deltas.
The numbers that would cross the wire are rounded as the wire rounds them, forwards and backwards.
Legend: R rows, d hidden size, D width of z, U width of y.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from app.wire.frames import Dtype
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from cloud_backend.engine.manifest import Manifest

NO_TAPS = ExchangePlan()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One adapter to compare. lora_rank above 0: PEFT's LoRA on q, k, v of all layers, in place of the rest.

    device_layers: how many layers the device runs itself before the free tap. rates, head_rates: what is searched.
    rates_of: the name of the candidate whose rates this one takes instead.
    """

    name: str
    plan: ExchangePlan = NO_TAPS
    recipe: str = "svd"
    head_rank: int = 0
    lora_rank: int = 0
    exchange: Dtype = Dtype.BF16
    device_layers: int = 0
    rates: tuple[float, ...] = (3e-3, 6e-3, 1.2e-2)
    head_rates: tuple[float, ...] = (0.0,)  # of a head part beside taps; alone it has `rates`
    rates_of: str = ""
    is_asked_for_facts: bool = False

    @property
    def is_split(self) -> bool:
        return not self.lora_rank

    def bytes_per_token(self, hidden_size: int, *, training: bool) -> int:
        """On the wire, without headers: bf16 states; z, y and their gradients in the exchange dtype."""
        item, scale = (1, 4) if self.exchange is Dtype.INT8 else (2, 0)
        up = hidden_size * 2 + sum(tap.up_cols * item for tap in self.plan.taps)
        up += scale * (len(self.plan.exchanged_taps) + bool(self.plan.free_taps))
        down = hidden_size * 2 + sum(tap.r_down * item + scale for tap in self.plan.exchanged_taps)
        if not training:
            return up + down
        gradients = hidden_size * 2 + sum(tap.r_down * item + scale for tap in self.plan.exchanged_taps)
        gradients += up - hidden_size * 2
        return up + down + (gradients if self.plan.taps else 0)


def spread(
    layers: Sequence[int], layer_count: int, r_down: int, r_up: int, kinds: str = "qkv", first_served: int = 0
) -> ExchangePlan:
    """A tap at each of `layers`, serving the projections `kinds` of its layer and of those up to the next tap.

    Layers below `first_served` are left as they are.
    """
    projections = [projection for projection in Projection if projection.name.lower() in kinds]
    ends = [*layers[1:], layer_count]
    return ExchangePlan(
        tuple(
            Tap(
                first,
                tuple(Target(one, p) for one in range(max(first, first_served), end) for p in projections),
                r_down,
                r_up,
            )
            for first, end in zip(layers, ends, strict=True)
        )
    )


class _AsOnTheWire(torch.autograd.Function):
    """Rounds values and gradients to the exchange dtype."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dtype: Dtype) -> Tensor:
        ctx.dtype = dtype
        return rounded(x, dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return rounded(gradients[0], ctx.dtype), None


def rounded(x: Tensor, dtype: Dtype) -> Tensor:
    if dtype is Dtype.INT8:
        scale = x.abs().amax(-1, keepdim=True).clamp_min(1e-30) / 127
        return (x / scale).round() * scale
    return x.to({Dtype.FP32: torch.float32, Dtype.BF16: torch.bfloat16, Dtype.FP16: torch.float16}[dtype]).to(x.dtype)


class SplitAdapter(nn.Module):
    """M of every target (in the axes of its tap's z), and a head part, hooked into a frozen model."""

    def __init__(self, model: Any, folder: Path, candidate: Candidate, seed: int) -> None:
        super().__init__()
        entry = next(one for one in Manifest.read(folder).recipes if one.name == candidate.recipe)
        recipe = load_file(folder / entry.file)
        layers, width = model.model.layers, model.config.hidden_size
        self._exchange = candidate.exchange
        self._z: dict[int, Tensor] = {}
        self._rms: dict[int, Tensor] = {}  # of a tap's first z, which M is trained in units of: as app/device does
        self.matrices, self.head = nn.ParameterDict(), nn.ParameterDict()
        self._hooks: list[Any] = []
        near = candidate.device_layers
        self._near = [copy.deepcopy(layer) for layer in layers[:near]]
        for tap in candidate.plan.taps:
            read = near if tap.is_free else tap.layer
            a_Dd = recipe[f"layers.{read}.a"][: tap.r_down].float()
            if tap.is_free and near:
                norm = copy.deepcopy(layers[near].input_layernorm)
                self._hooks.append(model.model.embed_tokens.register_forward_hook(self._near_tap(model, norm, a_Dd)))
            else:
                norm = layers[tap.layer].input_layernorm
                self._hooks.append(norm.register_forward_hook(self._tap(tap.layer, a_Dd)))
            for target in tap.targets:
                name = target.projection.name.lower()
                b_tU = recipe[f"layers.{target.layer}.b.{name}"][:, : tap.r_up].float()
                key = f"{target.layer}-{name}"
                self.matrices[key] = nn.Parameter(torch.zeros(tap.r_up, tap.r_down))
                linear = getattr(layers[target.layer].self_attn, f"{name}_proj")
                self._hooks.append(linear.register_forward_hook(self._delta(tap.layer, key, b_tU)))
        if candidate.head_rank:
            noise = torch.randn(candidate.head_rank, width, generator=torch.Generator().manual_seed(seed))
            self.head["v"] = nn.Parameter(torch.zeros(width, candidate.head_rank))
            self.head["u"] = nn.Parameter(noise / width**0.5)
            self._hooks.append(model.model.norm.register_forward_hook(self._with_head))

    def _near_tap(self, model: Any, norm: Any, a_Dd: Tensor) -> Any:
        """The free tap behind the device's own layers."""

        def hook(_module: Any, _inputs: Any, embeddings: Tensor) -> None:
            with torch.no_grad():
                rows, h = embeddings.shape[1], embeddings
                places = torch.arange(rows)[None]
                later = torch.full((rows, rows), float("-inf"), dtype=h.dtype).triu(1)[None, None]
                for layer in self._near:
                    rope = model.model.rotary_emb(h, places)
                    h = layer(h, position_embeddings=rope, attention_mask=later, position_ids=places)
                self._take(0, nn.functional.linear(norm(h).float(), a_Dd))

        return hook

    def _tap(self, layer: int, a_Dd: Tensor) -> Any:
        def hook(_module: Any, _inputs: Any, x: Tensor) -> None:
            self._take(layer, nn.functional.linear(x.float(), a_Dd))

        return hook

    def _take(self, layer: int, z: Tensor) -> None:
        if layer not in self._rms:
            self._rms[layer] = z.detach().square().mean().sqrt()
        self._z[layer] = _AsOnTheWire.apply(z, self._exchange) / self._rms[layer]

    def _delta(self, layer: int, key: str, b_tU: Tensor) -> Any:
        def hook(_module: Any, _inputs: Any, base: Tensor) -> Tensor:
            y = _AsOnTheWire.apply(nn.functional.linear(self._z[layer], self.matrices[key]), self._exchange)
            return base + nn.functional.linear(y, b_tU).to(base.dtype)

        return hook

    def _with_head(self, _module: Any, _inputs: Any, h: Tensor) -> Tensor:
        wide = h.float()
        return (wide + nn.functional.linear(nn.functional.linear(wide, self.head["u"]), self.head["v"])).to(h.dtype)

    def remove(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._z.clear()
