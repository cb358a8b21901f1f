"""A large matrix times one row, as fast as this CPU allows.

Weights packed by oneDNN are twice as fast as F.linear (SmolLM2's head, bf16, 1 thread: 1.8 ms against 3.8, measured),
but packing is a private operation of torch: it is tried, and F.linear is used where it does not work.
"""

import itertools
from collections.abc import Iterable

import torch

_CHUNK_ROWS = 16_384  # packed piece by piece: bounds the memory taken on the way


def fastest_dtype() -> torch.dtype:
    """bf16 where the CPU multiplies it natively, else fp32. Elsewhere bf16 is slower than fp32."""
    found = torch.cpu.get_capabilities()
    return torch.bfloat16 if found.get("avx512_bf16") or found.get("amx_bf16") else torch.float32


class PackedLinear:
    """y = W x + b for a weight (rows x columns) that is only read. Once packed, it keeps no reference to `weight`."""

    def __init__(self, weight: torch.Tensor, dtype: torch.dtype, bias: torch.Tensor | None = None) -> None:
        self.is_packed = False
        self._bias = None if bias is None else bias.to(dtype, copy=True)
        self._biases: Iterable[torch.Tensor | None] = (
            itertools.repeat(None) if self._bias is None else torch.split(self._bias, _CHUNK_ROWS)
        )
        self._pieces: list[torch.Tensor] = []
        if hasattr(torch.ops.mkldnn, "_reorder_linear_weight"):
            try:
                for piece in torch.split(weight, _CHUNK_ROWS):
                    self._pieces.append(torch.ops.mkldnn._reorder_linear_weight(piece.to(dtype), 1))
                self._packed_product(torch.zeros(1, weight.shape[1], dtype=dtype))
                self.is_packed = True
            except (RuntimeError, TypeError):  # this build of torch, or this CPU, cannot
                self._pieces = []
        if not self.is_packed:
            self._pieces = [weight.to(dtype)]

    def __call__(self, row_1D: torch.Tensor) -> torch.Tensor:
        """The product for rows R (R x columns, packed dtype): R x rows of the weight, same dtype. Fastest for one."""
        if self.is_packed:
            return self._packed_product(row_1D)
        return torch.nn.functional.linear(row_1D, self._pieces[0], self._bias)

    def _packed_product(self, row_1D: torch.Tensor) -> torch.Tensor:
        product = torch.ops.mkldnn._linear_pointwise
        pieces = zip(self._pieces, self._biases, strict=False)
        parts = [product(row_1D, piece, bias, "none", [], "") for piece, bias in pieces]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)
