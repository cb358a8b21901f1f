"""Drive a Backbone the way the server and a device together would, with tensors in and tensors out.

The device's half is written here from the definitions in DESIGN.md section 2, not taken from app.device.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan, Tap, Target
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.codec import decode_tensor, encode_tensor
from cloud_backend.engine.step import StepState

Adapter = Mapping[Target, Tensor]  # M (r_up x r_down) of each target
CPU = torch.device("cpu")


def make_open(
    backbone: Backbone,
    plan: ExchangePlan,
    *,
    recipe: Recipe = Recipe.SVD,
    dtype: Dtype = Dtype.FP32,
    positions: int = 256,
) -> Open:
    entry = next(entry for entry in backbone.manifest.recipes if entry.recipe is recipe)
    model_hash = bytes.fromhex(backbone.manifest.backbone_sha256)
    return Open(model_hash, bytes.fromhex(entry.sha256), recipe, entry.version, positions, dtype, dtype, plan)


def random_adapter(plan: ExchangePlan, *, scale: float = 0.3, seed: int = 5) -> dict[Target, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        target: scale * torch.randn(tap.r_up, tap.r_down, generator=generator)
        for tap in plan.taps
        for target in tap.targets
    }


def no_free_input(embeddings: Tensor) -> Tensor:
    raise AssertionError("this plan has no free tap")


@dataclass
class Session:
    """One session: its cache, its plan and the device's side of the exchanges. Tensors are rows x columns."""

    backbone: Backbone
    plan: ExchangePlan = field(default_factory=ExchangePlan)
    adapter: Adapter = field(default_factory=dict)
    recipe: Recipe = Recipe.SVD
    dtype: Dtype = Dtype.FP32
    positions: int = 256
    free_z: Callable[[Tensor], Tensor] = no_free_input  # embeddings -> z of the tap at layer 0

    def __post_init__(self) -> None:
        opening = make_open(self.backbone, self.plan, recipe=self.recipe, dtype=self.dtype, positions=self.positions)
        self.plan_state = self.backbone.new_plan_state(opening)
        self.cache = self.backbone.new_cache(self.positions)
        self.step_number = 0

    def begin(self, embeddings: Tensor, flags: Flags = Flags.WANT_ALL, position: int | None = None) -> StepState:
        side = b""
        if self.plan.free_taps:
            y = self.answer(self.plan.free_taps[0], self.free_z(embeddings), flags)
            side = encode_tensor(y, self.dtype)
        self.step_number += 1
        frame = Frame(
            Kind.STEP,
            session=1,
            step=self.step_number,
            position=self.cache.length if position is None else position,
            rows=embeddings.shape[0],
            cols=embeddings.shape[1],
            dtype=self.dtype,
            side_cols=self.plan.free_cols,
            side_dtype=self.dtype if self.plan.free_cols else Dtype.NONE,
            flags=flags,
            payload=encode_tensor(embeddings, self.dtype) + side,
        )
        return self.backbone.begin_step(self.cache, self.plan_state, frame)

    def answer(self, tap: Tap, z: Tensor, flags: Flags) -> Tensor:
        """y = M z for each target in order; row by row for a ROWWISE step, as the wire's rule says."""
        if flags & Flags.ROWWISE and z.shape[0] > 1:
            return torch.cat([self.answer(tap, row[None], flags) for row in z])
        return torch.cat([z @ self.adapter[target].T for target in tap.targets], dim=1)

    def exchange(self, step: StepState) -> None:
        """Answer the TAP that `step` waits at."""
        tap = self.plan.exchanged_taps[step.taps_done]
        z = read(step.output, self.dtype, step.frame.rows, tap.r_down)
        self.backbone.take_delta(step, encode_tensor(self.answer(tap, z, step.frame.flags), self.dtype))

    def forward(
        self, embeddings: Tensor, flags: Flags = Flags.WANT_ALL, position: int | None = None, *, overlap: bool = True
    ) -> Tensor:
        """One whole step; the final hidden states that it asked for."""
        step = self.begin(embeddings, flags, position)
        run_together([(self, step)], overlap=overlap)
        return read(step.output, self.dtype, step.output_rows, self.backbone.hidden_size)


def run_together(pairs: Sequence[tuple[Session, StepState]], *, overlap: bool = True) -> None:
    """Run steps of several sessions, which have the same taps, in the same run_segment calls."""
    backbone = pairs[0][0].backbone
    steps = [step for _, step in pairs]
    backbone.run_segment(steps)
    while not steps[0].finished:
        if overlap:
            backbone.overlap(steps)
        for session, step in pairs:
            session.exchange(step)
        backbone.run_segment(steps)
    assert all(step.finished for step in steps)


def read(payload: bytes, dtype: Dtype, rows: int, cols: int) -> Tensor:
    return decode_tensor(payload, dtype, rows, cols, to=torch.float32, device=CPU)


@torch.no_grad()
def embed(model: Any, ids: Tensor) -> Tensor:
    """What the device sends: the embeddings of `ids` (1-D), scaled as the model's family does."""
    embedded: Tensor = model.get_input_embeddings()(ids)
    return embedded


@torch.no_grad()
def logits_of(model: Any, ids: Tensor) -> Tensor:
    """Reference: logits (positions x vocabulary) of the whole model in one forward pass."""
    logits: Tensor = model(ids[None]).logits[0]
    return logits


@torch.no_grad()
def head(model: Any, states: Tensor) -> Tensor:
    """The device's LM head, from the Hugging Face model."""
    logits: Tensor = model.get_output_embeddings()(states)
    return logits


def random_ids(model: Any, count: int, seed: int = 3) -> Tensor:
    return torch.randint(0, model.config.vocab_size, (count,), generator=torch.Generator().manual_seed(seed))
