"""The near layers by themselves, for the auditor's side: what they make of embeddings that were sent, as numpy arrays.

It fits RunNearLayers of app/privacy/recovery/near_layers.py, which knows nothing of this package: the composition root
hands it over, so that an attack computes with the very code that the device computes with.
Legend: R rows, D hidden size.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from app.device.near_layers import NearLayers
from app.device.pack import DevicePack


class SentRows(Protocol):
    """Embeddings of one step (R x D, fp32), from `position` on. one_by_one: R steps of one row at once."""

    @property
    def position(self) -> int: ...
    @property
    def rows(self) -> NDArray[np.float32]: ...
    @property
    def one_by_one(self) -> bool: ...


def near_states(pack: Path, sent: Sequence[SentRows], layers: int, *, narrow: bool) -> Iterator[NDArray[np.float32]]:
    """What enters layer `layers` (R x D), for each of `sent` in turn: steps of one session, each of which overwrites
    what stands from its own position on. narrow: in bf16, else in fp32. Raises ModelError, also DamagedPack."""
    near = NearLayers(DevicePack(pack), layers, torch.bfloat16 if narrow else torch.float32)
    cache = near.new_cache()
    for step in sent:
        rows_RD = torch.from_numpy(step.rows).to(torch.bfloat16 if narrow else torch.float32)
        state_RD = near.run(rows_RD, step.position, cache, one_by_one=step.one_by_one)
        yield state_RD.float().numpy()
