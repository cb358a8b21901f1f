"""Attention of one lane's rows over its own cache: three ways, of which `Kernels` and the number of rows pick one.

Legend: T new rows, X = H + 2N heads (query, key, value), N kv heads, G query heads a kv head, D head size, P positions.
Query heads of one kv head are always batched beside it: with `enable_gqa` the CPU kernel took 3 to 6 times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.kv_cache import KVViews
from cloud_backend.engine.linear import Kernels

_BLOCK_ROWS = 128


@dataclass(slots=True)
class LaneView:
    """What attention needs to know of one lane: its rows in the batch, its cache, its masks (window -> mask).

    A mask is absent where none is needed: one row, which sees all that its views hold; or plain causal order.
    """

    start: int
    rows: int
    cache: KVViews
    masks: Mapping[int, Tensor]


class Attention:
    """Attention of layer `index`."""

    def __init__(self, index: int, config: DecoderConfig, kernels: Kernels) -> None:
        self._index = index
        self._window = config.windows[index]
        self._heads, self._kv_heads, self._head_dim = config.heads, config.kv_heads, config.head_dim
        self._groups = config.heads // config.kv_heads
        self._scale = config.attention_scale
        self._blocked = kernels.blocks_attention

    def __call__(self, turned_TXD: Tensor, lane: LaneView) -> Tensor:
        """Write the lane's keys and values into its cache, and attend: T x (H D)."""
        lane.cache.written[self._index].copy_(turned_TXD[:, self._heads :])
        keys, values = lane.cache.keys[self._index], lane.cache.values[self._index]
        if lane.rows == 1:  # all G query heads of a kv head see the same keys: they are G query rows
            query = turned_TXD[:, : self._heads].view(self._kv_heads, 1, self._groups, self._head_dim)
            return F.scaled_dot_product_attention(query, keys, values, scale=self._scale).reshape(1, -1)
        query_NGTD = turned_TXD[:, : self._heads].unflatten(1, (self._kv_heads, self._groups)).permute(1, 2, 0, 3)
        mask = lane.masks.get(self._window)
        if self._blocked and mask is not None:
            attended_NGTD = self._in_blocks(query_NGTD, keys[:, 0], values[:, 0], mask)
        else:
            attended_NGTD = F.scaled_dot_product_attention(
                query_NGTD,
                keys.expand(-1, self._groups, -1, -1),
                values.expand(-1, self._groups, -1, -1),
                attn_mask=mask,
                is_causal=mask is None,
                scale=self._scale,
            )
        return attended_NGTD.permute(2, 0, 1, 3).reshape(lane.rows, -1)

    def _in_blocks(self, query_NGTD: Tensor, keys_NPD: Tensor, values_NPD: Tensor, mask_TP: Tensor) -> Tensor:
        """Plain products over blocks of rows, each seeing no more than it may: in bf16 on CPU 2 to 6 times as fast at
        512 rows as the fused kernel, whose small products do not fill the multipliers (docs/lab-log.md, "Engine")."""
        rows, seen_before = query_NGTD.shape[2], keys_NPD.shape[1] - query_NGTD.shape[2]
        query_NGTD = query_NGTD * self._scale
        blocks = []
        for start in range(0, rows, _BLOCK_ROWS):
            end = min(start + _BLOCK_ROWS, rows)
            seen = seen_before + end
            query = query_NGTD[:, :, start:end].reshape(self._kv_heads, -1, self._head_dim)
            scores = torch.bmm(query, keys_NPD[:, :seen].transpose(1, 2))
            scores = scores.view(self._kv_heads, self._groups, -1, seen).add_(mask_TP[start:end, :seen])
            shares = torch.softmax(scores, dim=-1).view(self._kv_heads, -1, seen)
            blocks.append(
                torch.bmm(shares, values_NPD[:, :seen]).view(self._kv_heads, self._groups, -1, self._head_dim)
            )
        return torch.cat(blocks, dim=2)


def make_masks(position: int, rows: int, config: DecoderConfig, kernels: Kernels) -> dict[int, Tensor]:
    """Window -> additive mask (rows x positions seen) for `rows` new rows from `position`, where one is needed.

    Columns match KVCache.views: with a window they start at the first position that the first row may see.
    """
    if rows == 1:
        return {}
    masks: dict[int, Tensor] = {}
    row = torch.arange(position, position + rows, device=kernels.device)[:, None]
    for window in set(config.windows):
        plain_order = position == 0 and (not window or rows <= window)
        if plain_order and not kernels.blocks_attention:
            continue
        first = max(0, position - window + 1) if window else 0
        column = torch.arange(first, position + rows, device=kernels.device)
        hidden = column > row
        if window:
            hidden |= column <= row - window
        zeros = torch.zeros(hidden.shape, dtype=kernels.dtype, device=kernels.device)
        masks[window] = zeros.masked_fill_(hidden, float("-inf"))
    return masks
