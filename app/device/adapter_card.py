"""The card of an adapter: what it was made for. JSON in the metadata of the adapter's safetensors file.

To add a field: give it a default in `parse`, so that older files stay readable; raise the format only where an older
app must not read the file: 2 is that of adapters with device layers, of which it would compute another z.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import AdapterError
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

FORMATS = (1, 2)
METADATA_KEY = "nearhalf_adapter"


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """How it was made, and its verdict, for the person who made it. Counts and measures: no words, no places of notes.

    Losses: nats a token on held-out notes; gain with its 95 % interval. preset: "" where a person chose otherwise.
    general_before, general_after: share of general questions answered right; has_harmed: worse by more than chance.
    secrets_tried: secrets of the notes that were asked for, of which it knows `secrets_known`. overfit_step: from which
    it memorised; None: it did not. What None else means: an older app did not say, or it was not measured.
    """

    model_id: str
    data_sha256: str
    kept_step: int
    steps: int
    before: float
    after: float
    gain: float
    gain_low: float
    gain_high: float
    preset: str = ""
    settings: str = ""  # in one line, for people
    used_chats: bool = False
    notes: int = 0
    has_helped: bool = False  # as the verdict said, which needs enough text too
    has_harmed: bool = False
    general_before: float | None = None
    general_after: float | None = None
    secrets_tried: int | None = None
    secrets_known: int = 0
    overfit_step: int | None = None
    is_tested: bool = True  # False: too little text was held back to say whether it helped


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """created: UTC, ISO 8601. recipe_sha256: of the A/B file. head_rank 0: no head part. Raises nothing itself.

    note: the person's own words. training: None for one that was made elsewhere, or before this was kept.
    device_layers: layers that the device runs itself before the free tap; 0: it reads the embeddings.
    """

    name: str
    created: str
    backbone_sha256: str
    recipe: Recipe
    recipe_version: int
    recipe_sha256: str
    plan: ExchangePlan
    head_rank: int = 0
    note: str = ""
    training: TrainingFacts | None = None
    device_layers: int = 0

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

    def read_at(self, tap: Tap) -> int:
        """The layer whose normed input a tap reads: that of a free tap lies behind the device's own layers."""
        return self.device_layers if tap.is_free else tap.layer

    def check_device_layers(self) -> None:
        """Raises AdapterError where the plan and the device's own layers do not go together.

        Those layers get no deltas, for the device computes them without; and a tap that is exchanged within or right
        behind them would ask for what the device has.
        """
        if not self.device_layers:
            return
        own = self.device_layers
        if not self.plan.free_taps:
            raise _misfit("The adapter's plan has no tap that reads what the layers on this computer give.")
        if any(target.layer < own for tap in self.plan.taps for target in tap.targets):
            raise _misfit("The adapter's plan changes a layer that this computer runs itself.")
        if any(tap.layer <= own for tap in self.plan.exchanged_taps):
            raise _misfit("The adapter's plan asks the backend for numbers that this computer works out itself.")

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
                "format": 2 if self.device_layers else 1,
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
                "device_layers": self.device_layers,
                "note": self.note,
                "training": asdict(self.training) if self.training is not None else None,
            }
        )

    @classmethod
    def parse(cls, untrusted: str) -> "AdapterCard":
        """Raises AdapterError where the text is not a card, or of a format from the future."""
        try:
            card = json.loads(untrusted)
            if card["format"] not in FORMATS:
                raise AdapterError(
                    f"The adapter has format {card['format']!r}; this app reads formats up to {FORMATS[-1]}.",
                    "Update the app.",
                )
            recipe = card["recipe"]
            parsed = cls(
                name=_text(card["name"]),
                created=_text(card["created"]),
                backbone_sha256=_text(card["backbone_sha256"]),
                recipe=Recipe[_text(recipe["name"]).upper()],
                recipe_version=_number(recipe["version"]),
                recipe_sha256=_text(recipe["sha256"]),
                plan=ExchangePlan(tuple(_tap(tap) for tap in card["plan"])),
                head_rank=_number(card.get("head_rank", 0)),
                note=_text(card.get("note", "")),
                training=_training(card["training"]) if card.get("training") is not None else None,
                device_layers=_number(card.get("device_layers", 0)),
            )
            if parsed.device_layers and card["format"] < 2:
                raise ValueError("device layers came with format 2")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise AdapterError(
                "The adapter's description of itself is damaged.", "Choose another adapter, or make this one again."
            ) from error
        parsed.check_device_layers()
        return parsed


def is_ordinary_lora(plan: ExchangePlan) -> bool:
    """Whether an adapter of this plan can be exported as PEFT's LoRA: every tap serves its own layer alone."""
    return all(target.layer == tap.layer for tap in plan.taps for target in tap.targets)


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


def with_card(data: bytes, card: AdapterCard) -> bytes:
    """An adapter's file with another card; its numbers stay as they are. Raises AdapterError (see `read_header`)."""
    read_header(data)
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = {METADATA_KEY: card.to_text()}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # safetensors: the numbers begin at a multiple of eight
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def _misfit(message: str) -> AdapterError:
    return AdapterError(message, "Choose another adapter, or make this one again.")


def _training(untrusted: dict[str, Any]) -> TrainingFacts:
    """What a newer app wrote beside these is left out; what an older one did not know has its default."""
    names = ("before", "after", "gain", "gain_low", "gain_high")
    before, after, gain, low, high = (_finite(untrusted[name]) for name in names)
    return TrainingFacts(
        model_id=_text(untrusted["model_id"]),
        data_sha256=_text(untrusted["data_sha256"]),
        kept_step=_number(untrusted["kept_step"]),
        steps=_number(untrusted["steps"]),
        before=before,
        after=after,
        gain=gain,
        gain_low=low,
        gain_high=high,
        preset=_text(untrusted.get("preset", "")),
        settings=_text(untrusted.get("settings", "")),
        used_chats=bool(untrusted.get("used_chats", False)),
        notes=_number(untrusted.get("notes", 0)),
        has_helped=bool(untrusted.get("has_helped", False)),
        has_harmed=bool(untrusted.get("has_harmed", False)),
        general_before=_share(untrusted.get("general_before")),
        general_after=_share(untrusted.get("general_after")),
        secrets_tried=_count(untrusted.get("secrets_tried")),
        secrets_known=_number(untrusted.get("secrets_known", 0)),
        overfit_step=_count(untrusted.get("overfit_step")),
        is_tested=bool(untrusted.get("is_tested", True)),
    )


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


def _count(untrusted: object) -> int | None:
    return None if untrusted is None else _number(untrusted)


def _share(untrusted: object) -> float | None:
    if untrusted is None:
        return None
    share = _finite(untrusted)
    if not 0 <= share <= 1:
        raise ValueError("not a share")
    return share


def _finite(untrusted: object) -> float:
    if isinstance(untrusted, bool) or not isinstance(untrusted, int | float) or not math.isfinite(untrusted):
        raise ValueError("not a number")
    return float(untrusted)
