"""The KV cache of one session: one contiguous slab, reserved when the session opens (DESIGN.md section 3).

Legend: L layers, 2 = keys and values, N kv heads, P positions, D head size, T new rows.
A contiguous slab beat paging on CPU (FACTS.md). Positions count only once committed: a step writes past them, so
one that is cut in half leaves nothing behind.
"""

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.errors import EngineError
from cloud_backend.engine.linear import as_array


@dataclass(slots=True)
class KVViews:
    """One step's views into the slab, one entry a layer: where T new rows are written (T x 2N x D), and the keys and
    values that they may look at (N x 1 x P x D)."""

    written: tuple[Tensor, ...]
    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]


class KVCache:
    """Keys and values of up to `positions` positions. `length` is the number that are committed."""

    def __init__(self, config: DecoderConfig, positions: int, dtype: torch.dtype, device: torch.device) -> None:
        self._windows = config.windows
        self._slab: Tensor | None = torch.empty(  # untouched pages cost no memory until they are written
            config.layers, 2, config.kv_heads, positions, config.head_dim, dtype=dtype, device=device
        )
        self._array: NDArray[Any] | None = None
        self._used = 0  # the highest position ever written, so that free() forgets rolled-back ones too
        self.positions = positions
        self.length = 0

    def crop(self, position: int) -> None:
        """Forget what is committed from `position` on."""
        self.length = min(self.length, position)

    def commit(self, length: int) -> None:
        """Make `length` positions count."""
        self.length = length

    def views(self, position: int, rows: int) -> KVViews:
        """Views for `rows` new rows from `position`. Raises EngineError once freed."""
        end = position + rows
        self._used = max(self._used, end)
        slab = self._live()
        written = slab.flatten(1, 2).narrow(2, position, rows).transpose(1, 2).unbind(0)
        seen = slab.narrow(3, 0, end).unsqueeze(3)
        keys, values = seen[:, 0].unbind(0), seen[:, 1].unbind(0)
        if any(self._windows):
            first = [max(0, position - window + 1) if window else 0 for window in self._windows]
            keys = tuple(key[:, :, start:] for key, start in zip(keys, first, strict=True))
            values = tuple(value[:, :, start:] for value, start in zip(values, first, strict=True))
        return KVViews(written, keys, values)

    def array(self, position: int) -> NDArray[Any]:
        """The whole slab (L x 2 x N x P x D) for compiled code, which is to write `position`. Raises EngineError once
        freed."""
        self._used = max(self._used, position + 1)
        if self._array is None:
            self._array = as_array(self._live())
        return self._array

    def free(self) -> None:
        """Overwrite everything that was ever written with zeros and let go of the memory."""
        if self._slab is not None:
            self._slab[:, :, :, : self._used].zero_()
        self._slab = self._array = None
        self._used = self.length = 0

    def committed(self) -> Tensor:
        """The committed part of the slab (L x 2 x N x length x D), for tests and for copying a session."""
        return self._live()[:, :, :, : self.length]

    def _live(self) -> Tensor:
        if self._slab is None:
            raise EngineError("this cache was freed")
        return self._slab
