"""What goes up with a step: embeddings, and z of the free taps, which the device computes itself.

Embeddings stay on disk, mapped: only rows that were used are in memory. Where the device runs the first layers, a free
tap reads what comes out of them. Legend: R rows, D hidden size, d r_down.
"""

from collections.abc import MutableMapping, Sequence

import torch

from app.device import codec
from app.device.near_layers import NearCache, NearLayers
from app.device.pack import DevicePack
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Tap


class Entrance:
    """Embeddings of one pack for one plan's free taps, in `compute` arithmetic."""

    def __init__(
        self,
        pack: DevicePack,
        plan: ExchangePlan,
        recipe: tuple[Recipe, int],
        state_dtype: Dtype,
        compute: torch.dtype,
        device_layers: int = 0,
        shared: MutableMapping[int, NearLayers] | None = None,
    ) -> None:
        """recipe: its name and version. device_layers: how many the device runs before the free taps; shared: those of
        other entrances of this pack and `compute`, by their number. Raises DamagedPack."""
        self._facts = pack.facts
        self._state_dtype = state_dtype
        self._compute = compute
        with pack.weights() as weights:
            self._embeddings_VD = weights.tensor("embed_tokens.weight")
            self._scale = torch.tensor(pack.facts.embed_scale).to(compute)
            if plan.free_taps:
                self._norm_D = weights.tensor(f"free.{device_layers}.input_norm.weight").to(compute, copy=True)
                name = f"free.{device_layers}.{recipe[0].name.lower()}-{recipe[1]}.a"
                self._a_rD = weights.tensor(name).to(compute, copy=True)
        self._layers = _near_layers(pack, device_layers, compute, shared if shared is not None else {})

    def embeddings(self, tokens: Sequence[int]) -> bytes:
        """R x D, state_dtype."""
        h_RD = self._embeddings_VD[torch.tensor(tokens)].to(self._compute)
        if self._facts.embed_scale != 1:
            h_RD = h_RD * self._scale
        return codec.encode_rows(h_RD, self._state_dtype)

    def new_cache(self) -> NearCache | None:
        """For one session; None where the device runs no layers."""
        return self._layers.new_cache() if self._layers is not None else None

    def free_input(
        self, embeddings: bytes, rows: int, *, one_by_one: bool, position: int = 0, cache: NearCache | None = None
    ) -> torch.Tensor:
        """The normed input (R x D) of the layer that free taps read, as the cloud sees it: from what was sent.

        position: of the first row. cache None: the rows are a text of their own, at position 0."""
        h_RD = codec.decode_rows(embeddings, rows, self._facts.hidden_size, self._state_dtype).to(self._compute)
        if self._layers is not None:
            h_RD = self._layers.run(h_RD, position, cache, one_by_one=one_by_one)
        return torch.cat([self._norm(row) for row in torch.split(h_RD, 1)]) if one_by_one else self._norm(h_RD)

    def free_z(self, x_RD: torch.Tensor, tap: Tap, *, one_by_one: bool) -> torch.Tensor:
        """z = A x of a free tap (R x d, fp32)."""
        a_dD = self._a_rD[: tap.r_down]
        pieces = torch.split(x_RD, 1) if one_by_one else [x_RD]
        return torch.cat([torch.nn.functional.linear(piece, a_dD) for piece in pieces]).float()

    def _norm(self, h_RD: torch.Tensor) -> torch.Tensor:
        """The input RMSNorm of that layer, rounding where transformers' llama and gemma3 modules do."""
        wide_RD = h_RD.float()
        normed_RD = wide_RD * torch.rsqrt(wide_RD.pow(2).mean(-1, keepdim=True) + self._facts.norm_eps)
        if self._facts.norm_plus_one:
            return (normed_RD * (1 + self._norm_D.float())).to(self._compute)
        return self._norm_D * normed_RD.to(self._compute)


def _near_layers(
    pack: DevicePack, count: int, compute: torch.dtype, shared: MutableMapping[int, NearLayers]
) -> NearLayers | None:
    if not count:
        return None
    layers = shared.get(count)
    if layers is None:
        layers = shared[count] = NearLayers(pack, count, compute)
    return layers
