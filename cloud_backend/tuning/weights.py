"""The frozen backbone as split training reads it: loaded when the first tuning session begins, dropped with the last.

Weights stored in the compute dtype stay mapped from the file, so that they cost no memory of their own.
"""

from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.manifest import BACKBONE_FILE
from cloud_backend.engine.rope import RopeTable
from cloud_backend.tuning.layer import Norm, Positions, TrainableLayer


class FrozenWeights:
    """All layers, the final norm and the rotary tables of one model. One thread."""

    def __init__(self, folder: Path, config: DecoderConfig, dtype: torch.dtype, device: torch.device) -> None:
        with safe_open(folder / BACKBONE_FILE, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - safe_open is no mapping

        def layer(index: int) -> TrainableLayer:
            def weight(name: str) -> Tensor | None:
                found = tensors.get(f"layers.{index}.{name}")
                return None if found is None else found.to(device=device, dtype=dtype)

            return TrainableLayer(index, config, weight)

        self.dtype = dtype
        self.device = device
        self.layers = [layer(index) for index in range(config.layers)]
        self.final_norm = Norm(tensors["norm.weight"].to(device), config)
        self._rope = {
            name: RopeTable(tensors[f"rope.{name}.inv_freq"].to(device), factor, dtype)
            for name, factor in config.rope_factors.items()
        }

    def positions(self, rows: int) -> Positions:
        """Of one sequence of `rows`."""
        for table in self._rope.values():
            table.reserve(rows)
        return Positions(
            {name: table.cos_PD[:rows, None] for name, table in self._rope.items()},
            {name: table.sin_PD[:rows, None] for name, table in self._rope.items()},
        )
