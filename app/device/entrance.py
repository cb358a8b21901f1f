"""What goes up with a step: embeddings, and z of the free taps, which the device computes itself.

Embeddings stay on disk, mapped: only rows that were used are in memory. Legend: R rows, D hidden size, d r_down.
"""

from collections.abc import Sequence

import torch

from app.device import codec
from app.device.pack import DevicePack
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Tap


class Entrance:
    """Embeddings of one pack for one plan's free taps, in `compute` arithmetic."""

    def __init__(
        self, pack: DevicePack, plan: ExchangePlan, recipe: tuple[Recipe, int], state_dtype: Dtype, compute: torch.dtype
    ) -> None:
        """recipe: its name and version. Raises DamagedPack."""
        self._facts = pack.facts
        self._state_dtype = state_dtype
        self._compute = compute
        with pack.weights() as weights:
            self._embeddings_VD = weights.tensor("embed_tokens.weight")
            self._scale = torch.tensor(pack.facts.embed_scale).to(compute)
            if plan.free_taps:
                self._norm_D = weights.tensor("free.0.input_norm.weight").to(compute, copy=True)
                name = f"free.0.{recipe[0].name.lower()}-{recipe[1]}.a"
                self._a_0 = weights.tensor(name).to(compute, copy=True)

    def embeddings(self, tokens: Sequence[int]) -> bytes:
        """R x D, state_dtype."""
        h_RD = self._embeddings_VD[torch.tensor(tokens)].to(self._compute)
        if self._facts.embed_scale != 1:
            h_RD = h_RD * self._scale
        return codec.encode_rows(h_RD, self._state_dtype)

    def free_input(self, embeddings: bytes, rows: int, *, one_by_one: bool) -> torch.Tensor:
        """Layer 0's normed input (R x D) as the cloud sees it: from the embeddings that were sent."""
        sent_RD = codec.decode_rows(embeddings, rows, self._facts.hidden_size, self._state_dtype).to(self._compute)
        return torch.cat([self._norm(row) for row in torch.split(sent_RD, 1)]) if one_by_one else self._norm(sent_RD)

    def free_z(self, x_RD: torch.Tensor, tap: Tap, *, one_by_one: bool) -> torch.Tensor:
        """z = A x of a free tap (R x d, fp32)."""
        a_dD = self._a_0[: tap.r_down]
        pieces = torch.split(x_RD, 1) if one_by_one else [x_RD]
        return torch.cat([torch.nn.functional.linear(piece, a_dD) for piece in pieces]).float()

    def _norm(self, h_RD: torch.Tensor) -> torch.Tensor:
        """Layer 0's input RMSNorm, rounding where transformers' llama and gemma3 modules do."""
        wide_RD = h_RD.float()
        normed_RD = wide_RD * torch.rsqrt(wide_RD.pow(2).mean(-1, keepdim=True) + self._facts.norm_eps)
        if self._facts.norm_plus_one:
            return (normed_RD * (1 + self._norm_D.float())).to(self._compute)
        return self._norm_D * normed_RD.to(self._compute)
