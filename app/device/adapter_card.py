"""The card of an adapter: what it was made for. JSON in the metadata of the adapter's safetensors file.

To add a field: give it a default in `parse`, so that older files stay readable; raise FORMAT only where an older app
must not read the file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import AdapterError
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

FORMAT = 1
METADATA_KEY = "nearhalf_adapter"


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """created: UTC, ISO 8601. recipe_sha256: of the A/B file. head_rank 0: no head part. Raises nothing itself."""

    name: str
    created: str
    backbone_sha256: str
    recipe: Recipe
    recipe_version: int
    recipe_sha256: str
    plan: ExchangePlan
    head_rank: int = 0

    @staticmethod
    def key(target: Target) -> str:
        """The tensor's name in the file."""
        return f"m.{target.layer}.{target.projection.name.lower()}"

    def matrix_shapes(self) -> dict[Target, tuple[int, int]]:
        """(r_up, r_down) of every target's M."""
        return {target: (tap.r_up, tap.r_down) for tap in self.plan.taps for target in tap.targets}

    def tensor_shapes(self, hidden_size: int) -> dict[str, tuple[int, ...]]:
        """Every tensor that the file must hold, by name."""
        shapes: dict[str, tuple[int, ...]] = {self.key(t): shape for t, shape in self.matrix_shapes().items()}
        if self.head_rank:
            shapes |= {"head.v": (hidden_size, self.head_rank), "head.u": (self.head_rank, hidden_size)}
        return shapes

    def to_text(self) -> str:
        """The card as JSON."""
        taps = [
            {
                "layer": tap.layer,
                "r_down": tap.r_down,
                "r_up": tap.r_up,
                "targets": [[target.layer, target.projection.name.lower()] for target in tap.targets],
            }
            for tap in self.plan.taps
        ]
        return json.dumps(
            {
                "format": FORMAT,
                "name": self.name,
                "created": self.created,
                "backbone_sha256": self.backbone_sha256,
                "recipe": {
                    "name": self.recipe.name.lower(),
                    "version": self.recipe_version,
                    "sha256": self.recipe_sha256,
                },
                "plan": taps,
                "head_rank": self.head_rank,
            }
        )

    @classmethod
    def parse(cls, untrusted: str) -> "AdapterCard":
        """Raises AdapterError where the text is not a card, or of a format from the future."""
        try:
            card = json.loads(untrusted)
            if card["format"] != FORMAT:
                raise AdapterError(
                    f"The adapter has format {card['format']!r}; this app reads format {FORMAT}.", "Update the app."
                )
            recipe = card["recipe"]
            return cls(
                name=_text(card["name"]),
                created=_text(card["created"]),
                backbone_sha256=_text(card["backbone_sha256"]),
                recipe=Recipe[_text(recipe["name"]).upper()],
                recipe_version=_number(recipe["version"]),
                recipe_sha256=_text(recipe["sha256"]),
                plan=ExchangePlan(tuple(_tap(tap) for tap in card["plan"])),
                head_rank=_number(card.get("head_rank", 0)),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise AdapterError(
                "The adapter's description of itself is damaged.", "Choose another adapter, or make this one again."
            ) from error


def read_file(path: Path) -> bytes:
    """Raises AdapterError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AdapterError("The adapter file cannot be read.", "Check that it is there, and yours to read.") from error


def read_header(untrusted: bytes) -> tuple[AdapterCard, dict[str, tuple[str, tuple[int, ...]]]]:
    """The card of an adapter's file, and (dtype, shape) of every tensor that it announces. No number is read.

    safetensors: the header's length (u64, little-endian), the header (JSON), the numbers. Raises AdapterError.
    """
    try:
        length = int.from_bytes(untrusted[:8], "little")
        if not 2 <= length <= len(untrusted) - 8:
            raise ValueError("the header is cut")
        header = json.loads(untrusted[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        tensors = {
            _text(name): (_text(entry["dtype"]), tuple(_number(size) for size in entry["shape"]))
            for name, entry in header.items()
        }
        card = metadata.get(METADATA_KEY)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AdapterError(
            "The adapter file cannot be read.", "Check that it is a whole file that this app has saved."
        ) from error
    if card is None:
        raise AdapterError("This file is not a Nearhalf adapter.", "Choose a file that this app has saved.")
    return AdapterCard.parse(card), tensors


def _tap(untrusted: dict[str, Any]) -> Tap:
    targets = tuple(Target(_number(layer), Projection[_text(p).upper()]) for layer, p in untrusted["targets"])
    return Tap(_number(untrusted["layer"]), targets, _number(untrusted["r_down"]), _number(untrusted["r_up"]))


def _text(untrusted: object) -> str:
    if not isinstance(untrusted, str):
        raise ValueError("not a text")
    return untrusted


def _number(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or untrusted < 0:
        raise ValueError("not a number")
    return untrusted
