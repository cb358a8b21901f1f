"""What split training and the verdict need of the device half, as Protocols."""

from collections.abc import Sequence
from typing import Protocol

from app.core.ports import NearHalf
from app.wire.plan import Tap


class TrainableHalf(NearHalf, Protocol):
    """The device's side of a training step (app/device/tuning_half.py). Bytes in, bytes out; one thread.

    A step goes: `step_payload`, `delta_payload` for each exchanged tap in rising order, `loss_and_gradient` on the
    final states, `tap_gradient_payload` for each exchanged tap in falling order, `end_step`. Only `end_step` adds to
    the gradients, so that a step broken off by a lost connection leaves nothing behind and can be sent again.
    As a NearHalf it is the model with the adapter as it is now.
    """

    def step_payload(
        self, tokens: Sequence[int], *, rowwise: bool = False, position: int = 0, cache: object | None = None
    ) -> bytes:
        """As a NearHalf's. A training step is a text of its own: it has no cache."""

    def delta_payload(self, tap: Tap, z: bytes, rows: int | None = None, *, rowwise: bool = False) -> bytes: ...

    def loss(self, states: bytes, tokens: Sequence[int]) -> Sequence[float]:
        """Of every token but the first, nats (len(tokens) - 1), by the first states. Keeps nothing."""

    def next_losses(self, state: bytes, candidates: Sequence[int]) -> Sequence[float]:
        """Of each candidate as the next token, nats, by the last of the states."""

    def loss_and_gradient(self, states: bytes, tokens: Sequence[int], scale: float) -> tuple[float, bytes]:
        """Summed loss over tokens[1:]; the gradient of `scale` times it by the final states (R x D, state_dtype)."""

    def tap_gradient_payload(self, tap: Tap, dy: bytes) -> bytes:
        """dz = M^T dy (R x r_down)."""

    def end_step(self, free_dy: bytes) -> None:
        """dy of the free taps (R x free_cols): all gradients of this step are added to the accumulated ones."""

    def drop_step(self) -> None:
        """Forget a step that was broken off."""

    def update(self, learning_rate: float, head_learning_rate: float, clip: float) -> float:
        """One step of Muon and AdamW with the accumulated gradients, which become zero.

        Returns their 2-norm before clipping.
        """

    def parameters(self) -> bytes:
        """The adapter as it is now, as the bytes of its file."""

    def state(self) -> bytes:
        """Parameters, accumulated gradients and optimiser, exact. Not within a step."""

    def restore(self, state: bytes) -> None: ...


class Scorer(Protocol):
    """One model as it is, with an adapter or without: for held-out loss, questions and samples. Raises BackendError."""

    def losses(self, tokens: Sequence[int]) -> Sequence[float]:
        """Of every token but the first, nats."""

    def next_losses(self, tokens: Sequence[int], candidates: Sequence[int]) -> Sequence[float]:
        """Of each candidate as the token behind `tokens`, nats. One question, however many they are."""

    def complete(self, tokens: Sequence[int], max_tokens: int) -> list[int]:
        """Greedy continuation, without the prompt; ends at an end-of-text token, which is left out."""
