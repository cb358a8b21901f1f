"""Adapters: the user's trained matrices M and head part, and the file that keeps them.

M of a target is r_up x r_down: y = M z (DESIGN.md section 2). A head part is V (d x r) and U (r x d):
h' = h + V U h on the final hidden state. One safetensors file, fp32, with a card in its metadata. An adapter never
leaves the device; this file knows no network, and reads adapters that someone else may have made.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError

from app.device.adapter_card import METADATA_KEY, AdapterCard, read_file, read_header
from app.device.pack_facts import PackFacts
from app.domain.errors import AdapterError
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Target

_TRAIN_AGAIN = "Choose another adapter, or make this one again."


@dataclass(frozen=True, slots=True)
class Adapter:
    """A card, M for each target of its plan (fp32), and (V, U) where the card's head_rank is above 0."""

    card: AdapterCard
    matrices: dict[Target, torch.Tensor]
    head: tuple[torch.Tensor, torch.Tensor] | None = None

    @classmethod
    def zero(
        cls,
        plan: ExchangePlan,
        facts: PackFacts,
        recipe: Recipe,
        *,
        name: str,
        head_rank: int = 0,
        device_layers: int = 0,
        seed: int = 0,
    ) -> "Adapter":
        """A fresh adapter, which changes nothing: every M and V is 0 (asserted); U is small noise, so it can learn.

        Raises AdapterError where the plan does not fit the model, the recipe or the device's own layers.
        """
        card = _fresh_card(plan, facts, recipe, name, head_rank, device_layers)
        matrices = {target: torch.zeros(shape) for target, shape in card.matrix_shapes().items()}
        head = None
        if head_rank:
            width = facts.hidden_size
            noise = torch.randn(head_rank, width, generator=torch.Generator().manual_seed(seed)) / width**0.5
            head = (torch.zeros(width, head_rank), noise)
        assert not any(bool(matrix_UD.any()) for matrix_UD in matrices.values()), "M = 0 at the start"
        assert head is None or not bool(head[0].any()), "V = 0 at the start"
        return cls(card, matrices, head)

    @classmethod
    def random(
        cls,
        plan: ExchangePlan,
        facts: PackFacts,
        recipe: Recipe,
        *,
        seed: int,
        scale: float,
        head_rank: int = 0,
        device_layers: int = 0,
    ) -> "Adapter":
        """Untrained noise for tests and benchmarks: gaussians of standard deviation `scale`. Its card says so."""
        card = _fresh_card(plan, facts, recipe, "random noise, for tests only", head_rank, device_layers)
        generator = torch.Generator().manual_seed(seed)
        matrices = {t: scale * torch.randn(shape, generator=generator) for t, shape in card.matrix_shapes().items()}
        head = None
        if head_rank:
            v_DR = scale * torch.randn(facts.hidden_size, head_rank, generator=generator)
            head = (v_DR, torch.randn(head_rank, facts.hidden_size, generator=generator) / facts.hidden_size**0.5)
        return cls(card, matrices, head)

    @classmethod
    def load(cls, path: Path, facts: PackFacts) -> "Adapter":
        """Read an adapter for the model that `facts` describes. Shapes are judged before numbers are read.

        Raises AdapterError: not an adapter, another model or recipe, tensors missing, extra, misshaped or not finite.
        """
        return cls.parse(read_file(path), facts)

    @classmethod
    def parse(cls, untrusted: bytes, facts: PackFacts) -> "Adapter":
        """As `load`, from the file's bytes."""
        card, announced = read_header(untrusted)
        check_fits(card, facts)
        _check_tensors(announced, card.tensor_shapes(facts.hidden_size))
        try:
            tensors = safetensors.torch.load(untrusted)
        except SafetensorError as error:
            raise AdapterError(
                "The adapter file cannot be read.", "Check that it is a whole file that this app has saved."
            ) from error
        if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
            raise AdapterError("The adapter holds numbers that are not finite.", _TRAIN_AGAIN)
        matrices = {target: tensors[card.key(target)] for target in card.matrix_shapes()}
        return cls(card, matrices, (tensors["head.v"], tensors["head.u"]) if card.head_rank else None)

    def scaled(self, share: float) -> "Adapter":
        """The same with M and V times `share`: what it adds to the model is. 1: itself; 0 adds nothing."""
        if share == 1:
            return self
        matrices = {target: share * matrix_UD for target, matrix_UD in self.matrices.items()}
        head = (share * self.head[0], self.head[1]) if self.head is not None else None
        return Adapter(self.card, matrices, head)

    def encode(self) -> bytes:
        """The bytes of the file."""
        tensors = {self.card.key(target): matrix_UD.contiguous() for target, matrix_UD in self.matrices.items()}
        if self.head is not None:
            tensors |= {"head.v": self.head[0].contiguous(), "head.u": self.head[1].contiguous()}
        return safetensors.torch.save(tensors, {METADATA_KEY: self.card.to_text()})

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, readable by its owner only. Raises AdapterError."""
        data = self.encode()
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise AdapterError(
                "The adapter could not be saved.", "Check the folder and the free disk space."
            ) from error


def check_fits(card: AdapterCard, facts: PackFacts) -> None:
    """Raises AdapterError where an adapter was made for another model or recipe, or its plan does not fit."""
    if card.backbone_sha256 != facts.backbone_sha256:
        raise AdapterError(
            f"The adapter {card.name!r} was made for another model than {facts.model_id}.",
            "Choose the model it was made for, or another adapter.",
        )
    recipe = facts.recipe(card.recipe.name.lower(), card.recipe_version)
    if recipe is None or recipe.sha256 != card.recipe_sha256:
        raise AdapterError(
            f"The adapter {card.name!r} was made with other matrices A and B than this backend has.",
            "Choose a backend with the same recipe, or make the adapter again.",
        )
    for tap in card.plan.taps:
        if max(target.layer for target in tap.targets) >= facts.layers:
            raise AdapterError(f"The adapter's plan names a layer that {facts.model_id} does not have.", _TRAIN_AGAIN)
        if max(tap.r_down, tap.r_up) > recipe.rank:
            raise AdapterError(
                f"The adapter's ranks are larger than the {recipe.rank} that the recipe offers.", _TRAIN_AGAIN
            )
    if card.head_rank > facts.hidden_size:
        raise AdapterError("The adapter's head part is wider than the model.", _TRAIN_AGAIN)
    card.check_device_layers()
    if card.device_layers > facts.near.layers:
        raise AdapterError(
            f"The adapter {card.name!r} needs {card.device_layers} layers of {facts.model_id} on this computer, and its"
            f" files hold {facts.near.layers}.",
            "Fetch the model again, or choose a backend that offers more of them.",
        )


def _check_tensors(announced: dict[str, tuple[str, tuple[int, ...]]], expected: dict[str, tuple[int, ...]]) -> None:
    names = set(announced)
    if names != set(expected):
        kind = "lacks tensors" if set(expected) - names else "holds tensors that do not belong to it"
        raise AdapterError(f"The adapter {kind}.", _TRAIN_AGAIN)
    for name, shape in expected.items():
        if announced[name] != ("F32", shape):
            raise AdapterError(f"The adapter's tensor {name} has the wrong shape or type.", _TRAIN_AGAIN)


def _fresh_card(
    plan: ExchangePlan, facts: PackFacts, recipe: Recipe, name: str, head_rank: int, device_layers: int
) -> AdapterCard:
    offered = [found for found in facts.recipes if found.name == recipe.name.lower()]
    if not offered:
        raise AdapterError(f"The model offers no recipe {recipe.name.lower()!r}.", "Choose another recipe or model.")
    newest = max(offered, key=lambda found: found.version)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    card = AdapterCard(
        name,
        created,
        facts.backbone_sha256,
        recipe,
        newest.version,
        newest.sha256,
        plan,
        head_rank,
        device_layers=device_layers,
    )
    check_fits(card, facts)
    return card
