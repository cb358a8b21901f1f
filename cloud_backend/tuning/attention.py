"""Causal attention over one sequence, differentiable, by plain products over blocks of rows.

On CPU this takes 0.4 (bf16) and 0.7 (fp32) of the time of torch's fused kernel with its backward, at 512 rows of
SmolLM2-135M on one core (docs/lab-log.md, "Split training"): the fused one recomputes the shares, in small products.

Legend: T rows, N kv heads, G query heads a kv head, D head size, R rows of a block, P positions that it sees.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

BLOCK_ROWS = 128


def attend(query_NGTD: Tensor, key_NTD: Tensor, value_NTD: Tensor, scale: float, window: int) -> Tensor:
    """N x G x T x D. window: positions a row may look back on, itself included; 0 = all."""
    attended: Tensor = _Blocked.apply(query_NGTD, key_NTD, value_NTD, scale, window)  # type: ignore[no-untyped-call]
    return attended


def share_numbers(rows: int, heads: int) -> int:
    """How many numbers `attend` keeps for backward beside its inputs: the shares."""
    return heads * sum((end - start) * end for start, end in _blocks(rows))


class _Blocked(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, scale: float, window: int) -> Tensor:
        heads, groups, rows, size = query.shape
        out, kept = torch.empty_like(query), []
        for start, end in _blocks(rows):
            first = max(0, start - window + 1) if window else 0
            block = query[:, :, start:end].reshape(heads, -1, size)
            scores = torch.bmm(block, key[:, first:end].transpose(1, 2)).float().mul_(scale)
            _hide(scores.view(heads, groups, end - start, -1), start, first, window)
            shares = torch.softmax(scores, dim=-1).to(query.dtype)
            out[:, :, start:end] = torch.bmm(shares, value[:, first:end]).view(heads, groups, -1, size)
            kept.append(shares)
        ctx.save_for_backward(query, key, value, *kept)
        ctx.scale, ctx.window = scale, window
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (d_out,) = gradients
        query, key, value, *kept = ctx.saved_tensors
        heads, groups, rows, size = query.shape
        d_query = torch.empty_like(query)
        d_key, d_value = (torch.zeros(part.shape, dtype=torch.float32, device=part.device) for part in (key, value))
        for (start, end), shares in zip(_blocks(rows), kept, strict=True):
            first = max(0, start - ctx.window + 1) if ctx.window else 0
            d_block = d_out[:, :, start:end].reshape(heads, -1, size)
            d_value[:, first:end] += torch.bmm(shares.transpose(1, 2), d_block)
            d_shares = torch.bmm(d_block, value[:, first:end].transpose(1, 2)).float()
            d_scores = torch._softmax_backward_data(d_shares, shares.float(), -1, torch.float32)
            d_scores = d_scores.mul_(ctx.scale).to(query.dtype)
            d_query[:, :, start:end] = torch.bmm(d_scores, key[:, first:end]).view(heads, groups, -1, size)
            block = query[:, :, start:end].reshape(heads, -1, size)
            d_key[:, first:end] += torch.bmm(d_scores.transpose(1, 2), block)
        return d_query, d_key.to(key.dtype), d_value.to(value.dtype), None, None


def _blocks(rows: int) -> Iterator[tuple[int, int]]:
    for start in range(0, rows, BLOCK_ROWS):
        yield start, min(start + BLOCK_ROWS, rows)


def _hide(scores_NGRP: Tensor, start: int, first: int, window: int) -> None:
    """Rows from `start` see columns from `first`: put -inf where a row may not look, which is rare but for a window."""
    rows, columns = scores_NGRP.shape[-2:]
    row = torch.arange(start, start + rows, device=scores_NGRP.device)[:, None]
    begin = first if window else start  # without one, all that lies before the block is seen
    column = torch.arange(begin, first + columns, device=scores_NGRP.device)
    hidden = column > row
    if window:
        hidden |= column <= row - window
    scores_NGRP[..., begin - first :].masked_fill_(hidden, -torch.inf)
