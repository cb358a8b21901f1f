"""A model that this server offers: its engine, its manifest, its device pack. Reads the manifest; never the weights."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.wire.frames import HEADER_BYTES
from app.wire.limits import CONTROL_PAYLOAD_BYTES, Limits
from cloud_backend.scheduler.ports import Engine, Tuner
from cloud_backend.server.config import ServerConfig

MANIFEST = "manifest.json"
DEVICE_PACK = "device-pack.zip"
_WIDEST_ITEM_BYTES = 4
_PROJECTIONS = 3


@dataclass(frozen=True, slots=True)
class HostedModel:
    """engine: computes. card: the manifest's fields, shown to devices as they are. pack: the device-pack file.

    tuner: trains; None where the model is for chat only.
    """

    engine: Engine
    card: dict[str, Any]
    pack: Path
    tuner: Tuner | None = None

    @classmethod
    def from_folder(cls, folder: Path, engine: Engine, tuner: Tuner | None = None) -> "HostedModel":
        """Raises OSError or ValueError where the folder has no readable manifest."""
        return cls(engine, json.loads((folder / MANIFEST).read_text(encoding="utf-8")), folder / DEVICE_PACK, tuner)

    @property
    def id(self) -> str:
        return str(self.card["id"])

    @property
    def backbone_hash(self) -> bytes:
        return bytes.fromhex(self.card["backbone_sha256"])

    def recipe_file(self, name: str, version: int) -> tuple[Path, str] | None:
        """The file of A and B with its SHA-256; None where the manifest names none such, or it is not there."""
        for recipe in self.card["recipes"]:
            if (recipe["name"], recipe["version"]) == (name, version):
                path = self.pack.with_name(f"recipe-{name}-{version}.safetensors")
                return (path, str(recipe["sha256"])) if path.is_file() else None
        return None

    def recipe_bytes(self, recipe: dict[str, Any]) -> int:
        """Size of its file; 0 where there is none to fetch."""
        found = self.recipe_file(recipe["name"], recipe["version"])
        return found[0].stat().st_size if found is not None else 0

    def max_positions(self, config: ServerConfig) -> int:
        """Positions that one session may reserve."""
        own = int(self.card["max_positions"])
        return min(own, config.max_positions) if config.max_positions else own

    def largest_payload_bytes(self, max_rows: int) -> int:
        """Payload of the largest legal STEP or DELTA: embeddings, and deltas for every projection of every layer."""
        ranks = [int(recipe["rank"]) for recipe in self.card["recipes"]]
        deltas = int(self.card["layers"]) * _PROJECTIONS * max(ranks, default=0)
        return max_rows * (int(self.card["hidden_size"]) + deltas) * _WIDEST_ITEM_BYTES


def wire_limits(models: list[HostedModel], config: ServerConfig) -> Limits:
    """What any frame to this server may measure."""
    largest = max((model.largest_payload_bytes(config.max_rows) for model in models), default=0)
    return Limits(config.max_rows, max(CONTROL_PAYLOAD_BYTES, min(largest, config.max_frame_bytes)))


def largest_message_bytes(limits: Limits) -> int:
    """`ws_max_size`: the largest legal frame."""
    return HEADER_BYTES + limits.max_payload_bytes
