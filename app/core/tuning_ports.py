"""What split training needs of the device half, and what the wizard and `nearhalf tune` need of core, as Protocols."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from app.core.tuning import JobOrder, Preset, Probe, TuningJob, TuningSettings
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Tap


class TrainableHalf(Protocol):
    """The device's side of a training step (app/device/tuning_half.py). Bytes in, bytes out; one thread.

    A step goes: `step_payload`, `delta_payload` for each exchanged tap in rising order, `loss_and_gradient` on the
    final states, `tap_gradient_payload` for each exchanged tap in falling order, `end_step`. Only `end_step` adds to
    the gradients, so that a step broken off by a lost connection leaves nothing behind and can be sent again.
    """

    hidden_size: int
    plan: ExchangePlan
    recipe: Recipe
    recipe_version: int
    recipe_hash: bytes
    state_dtype: Dtype
    exchange_dtype: Dtype

    def step_payload(self, tokens: Sequence[int]) -> bytes: ...

    def delta_payload(self, tap: Tap, z: bytes) -> bytes: ...

    def loss(self, states: bytes, tokens: Sequence[int]) -> Sequence[float]:
        """Of every token but the first, nats (len(tokens) - 1). Keeps nothing."""

    def loss_and_gradient(self, states: bytes, tokens: Sequence[int], scale: float) -> tuple[float, bytes]:
        """Summed loss over tokens[1:]; the gradient of `scale` times it by the final states (R x D, state_dtype)."""

    def tap_gradient_payload(self, tap: Tap, dy: bytes) -> bytes:
        """dz = M^T dy (R x r_down)."""

    def end_step(self, free_dy: bytes) -> None:
        """dy of the free taps (R x free_cols): all gradients of this step are added to the accumulated ones."""

    def drop_step(self) -> None:
        """Forget a step that was broken off."""

    def update(self, learning_rate: float, head_learning_rate: float, clip: float) -> float:
        """One AdamW step with the accumulated gradients, which become zero. Returns their 2-norm before clipping."""

    def parameters(self) -> bytes:
        """The adapter as it is now, as the bytes of its file."""

    def state(self) -> bytes:
        """Parameters and optimiser, exact. Only between updates."""

    def restore(self, state: bytes) -> None: ...


class Scorer(Protocol):
    """One model as it is, with an adapter or without: for held-out loss, questions and samples. Raises BackendError."""

    def losses(self, tokens: Sequence[int]) -> Sequence[float]:
        """Of every token but the first, nats."""

    def complete(self, tokens: Sequence[int], max_tokens: int) -> list[int]:
        """Greedy continuation, without the prompt; ends at an end-of-text token, which is left out."""


class TuningJobs(Protocol):
    """All jobs of this person (app/core/tuning_jobs.py). Any thread; what is slow says so. Raises AppError.

    A job runs in its own process and outlives the window; this only reads what it has written and leaves it orders.
    """

    def list(self) -> Sequence[TuningJob]: ...

    def read(self, job: str) -> TuningJob: ...

    def order(self, job: str, order: JobOrder) -> None:
        """RESUME starts the process again where it has ended."""

    def presets(self) -> Mapping[Preset, TuningSettings]: ...

    def probe(self, settings: TuningSettings, notes_tokens: int, is_stopped: Callable[[], bool]) -> Probe:
        """Some real steps on the chosen backend. Slow (seconds to a minute). Raises Cancelled."""

    def start(self, name: str, notes: object, settings: TuningSettings, preset: Preset | None) -> TuningJob:
        """Store the notes (a NotesSet, app/core/notes.py) encrypted, start the process. Returns once it runs."""

    def keep_adapter(self, job: str, name: str) -> Path:
        """The job's best adapter, into the library; the job's notes and checkpoints are deleted."""
