"""The public model as an operator has it: embeddings, LM head, the first layers with norm and A, tokenizer, and, where
it is on this computer, the backbone. Read from a device pack's folder with numpy, in blocks: memory stays bounded.

Legend: V vocabulary, D hidden size, R rank.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.domain.errors import ModelError
from app.privacy.recovery.decoder import Decoder
from app.privacy.recovery.near_layers import RunNearLayers, SentRows
from app.privacy.recovery.pack_text import PackText
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.tensor_file import TensorFile
from app.privacy.recovery.tensors import Floats
from app.wire.messages import Recipe
from app.wire.plan import Target

_BLOCK_NUMBERS = 8 * 2**20  # of one block of a table: 32 MiB as fp32
_EMBEDDINGS, _HEAD = "embed_tokens.weight", "lm_head.weight"
_NORM, _OLDER_NORM = "free.{layer}.input_norm.weight", "free.input_norm.weight"  # older: of packs of format 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What of pack.json is needed here."""

    model_id: str
    backbone_sha256: str
    hidden_size: int
    vocab_size: int
    embed_scale: float
    softcap: float | None
    norm_eps: float
    norm_plus_one: bool


class PublicWeights:
    """`folder`: an installed device pack. `models`: where prepared models are kept, for the backbone. `run_near`: runs
    the pack's first layers (app/device/near_states.py); None: they cannot be run here.

    Raises ModelError where the pack is missing or damaged.
    """

    def __init__(self, folder: Path, models: Path | None = None, run_near: RunNearLayers | None = None) -> None:
        self.facts = _read_facts(folder / "pack.json")
        self._folder, self._models, self._run_near = folder, models, run_near
        self._file = TensorFile(folder / "weights.safetensors")
        self._backbone_folder: Path | None = None
        self._recipes: dict[Path, TensorFile] = {}
        table = (self.facts.vocab_size, self.facts.hidden_size)
        for name in {_EMBEDDINGS, self._head}:
            if self._file.shape(name) != table:
                raise ModelError("The model's files do not fit each other.", "Remove the model and fetch it again.")

    @property
    def hidden_size(self) -> int:
        return self.facts.hidden_size

    @property
    def vocab_size(self) -> int:
        return self.facts.vocab_size

    @cached_property
    def text(self) -> PackText:
        return PackText(self._folder)

    def embeddings(self, tokens: Sequence[int]) -> Floats:
        """Rows of the table as the device sends them: scaled, not rounded."""
        return self._scaled(self._file.picked(_EMBEDDINGS, tokens))

    def embedding_blocks(self) -> Iterator[tuple[int, Floats]]:
        """(first token, rows of the table as the device sends them)."""
        for first, block in self._blocks(_EMBEDDINGS):
            yield first, self._scaled(block)

    def head_blocks(self) -> Iterator[tuple[int, Floats]]:
        """(first token, rows of the LM head). Soft-capping keeps the order of logits, so it plays no part here."""
        return self._blocks(self._head)

    def norm(self, layer: int) -> Floats:
        """Weight of a layer's input norm (D): layer 0, and those that `near_layers` reaches. Raises ModelError."""
        name = _NORM.format(layer=layer)
        return self._file.numbers(name if layer or name in self._file else _OLDER_NORM)

    def a(self, layer: int, recipe: Recipe, version: int) -> Floats | None:
        """A of such a layer (R x D), or None where the pack has no such recipe."""
        recipe_name = f"{recipe.name.lower()}-{version}.a"
        names = [f"free.{layer}.{recipe_name}"] + ([f"free.{recipe_name}"] if not layer else [])
        return next((self._file.numbers(name) for name in names if name in self._file), None)

    @cached_property
    def near_layers(self) -> int:
        """How many of the first layers can be run here."""
        if self._run_near is None:
            return 0
        return _near_layers(self._file)

    def near_states(self, sent: Sequence[SentRows], layers: int, *, narrow: bool) -> Iterator[Floats]:
        """What enters layer `layers` (1 to `near_layers`), for each of `sent` (RunNearLayers). Raises ModelError."""
        assert self._run_near is not None, "near_layers says so"
        return self._run_near(self._folder, sent, layers, narrow=narrow)

    @cached_property
    def backbone(self) -> Decoder | None:
        """The decoder layers, where this computer has them: those of the built-in backend. Raises ModelError."""
        for manifest in sorted(self._models.glob("*/manifest.json")) if self._models is not None else ():
            try:
                found = json.loads(manifest.read_text(encoding="utf-8"))["backbone_sha256"]
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if found == self.facts.backbone_sha256:
                self._backbone_folder = manifest.parent
                return Decoder(TensorFile(manifest.parent / "backbone.safetensors"))
        return None

    def b(self, target: Target, recipe: Recipe, version: int) -> Floats | None:
        """B of one target (d x R), which is public; None where this computer has no such recipe. Raises ModelError."""
        if self.backbone is None or self._backbone_folder is None:
            return None
        path = self._backbone_folder / f"recipe-{recipe.name.lower()}-{version}.safetensors"
        name = f"layers.{target.layer}.b.{target.projection.name.lower()}"
        if path not in self._recipes and path.exists():
            self._recipes[path] = TensorFile(path)
        found = self._recipes.get(path)
        return found.numbers(name) if found is not None and name in found else None

    @property
    def _head(self) -> str:
        return _HEAD if _HEAD in self._file else _EMBEDDINGS

    def _scaled(self, block: Floats) -> Floats:
        return block if self.facts.embed_scale == 1 else block * block.dtype.type(self.facts.embed_scale)

    def _blocks(self, name: str) -> Iterator[tuple[int, Floats]]:
        rows = max(1, _BLOCK_NUMBERS // self.hidden_size)
        for first in range(0, self.vocab_size, rows):
            yield first, self._file.rows(name, first, first + rows)


def weights_for(
    recording: Recording, packs: Path, models: Path | None = None, run_near: RunNearLayers | None = None
) -> PublicWeights:
    """The public weights of the model that made a recording: of the packs installed under `packs`, the one it names;
    where there are several (an older one lacks layers), the one with most of it.

    Raises ModelError where it is not there (any more), or is damaged.
    """
    opened = recording.opened
    width = next((step.frame.cols for step in recording.steps), 0)
    found: list[PublicWeights] = []
    for folder in sorted(packs.iterdir() if packs.is_dir() else ()):
        try:
            facts = _read_facts(folder / "pack.json")
        except ModelError:
            continue
        if facts.backbone_sha256 == opened.model_hash.hex() if opened is not None else facts.hidden_size == width:
            found.append(PublicWeights(folder, models, run_near))
    if found:
        return max(found, key=lambda weights: weights.near_layers)
    raise ModelError(
        "The device's part of the model that these frames were made with is not on this computer.",
        "Fetch the model again; the attacks need its public weights.",
    )


def _near_layers(file: TensorFile) -> int:
    layers = 0
    while _NORM.format(layer=layers + 1) in file:
        layers += 1
    return layers


def _read_facts(path: Path) -> Facts:
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        softcap = fields["final_logit_softcapping"]
        facts = Facts(
            str(fields["model_id"]),
            str(fields["backbone_sha256"]).lower(),
            int(fields["hidden_size"]),
            int(fields["vocab_size"]),
            float(fields["embed_scale"]),
            None if softcap is None else float(softcap),
            float(fields["norm_eps"]),
            bool(fields["norm_plus_one"]),
        )
        if min(facts.hidden_size, facts.vocab_size) < 1 or not math.isfinite(facts.embed_scale):
            raise ValueError("not a count")
        return facts
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            "The description of the model on this computer (pack.json) is missing or damaged.",
            "Remove the model in the settings and fetch it again.",
        ) from error
