"""What the server needs of a backbone engine, as Protocols, so that neither torch nor a model is imported to serve one.

What is not said to be for any thread is called on one: Engine, Cache and Step on the engine thread (engine_thread.py),
TuningRun and `Tuner.new_run` on the tuning thread (turns.py). Plan states and caches are opaque to the server: it hands
back what the engine gave it, hence the `Any`s.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from app.wire.frames import Frame, Kind
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan


class Cache(Protocol):
    """One session's KV slab."""

    def free(self) -> None:
        """Zero what was used and drop the memory."""


class Step(Protocol):
    """One forward pass on its way through the segments."""

    cancel: bool  # set from any thread: run_segment stops at the next layer and raises
    finished: bool  # True once `output` is the final state rather than a tap's z

    @property
    def output(self) -> bytes:
        """The payload to send: z of the tap just reached, or the final hidden states that were asked for."""


class Engine(Protocol):
    """A loaded backbone: segments between taps, batch-first, no batch-1 assumption in any signature."""

    @property
    def hidden_size(self) -> int:
        """Width of a position's state."""

    @property
    def kv_bytes_per_position(self) -> int:
        """Bytes that one reserved position costs."""

    @property
    def description(self) -> str:
        """What computes, for the log: dtype, kernels, threads."""

    def check_plan(self, plan: ExchangePlan, recipe: Recipe, version: int, recipe_hash: bytes) -> None:
        """Raises WireError (PLAN_REFUSED, RECIPE_UNKNOWN) where this backbone cannot serve the plan. Any thread."""

    def plan_bytes(self, plan: ExchangePlan) -> int:
        """Bytes that a session's slices of A and B may cost. Any thread."""

    def new_plan_state(self, open_message: Open) -> Any:
        """Slice A and B for a session's plan, which `check_plan` has passed."""

    def new_cache(self, positions: int) -> Any:
        """Reserve a slab for `positions`."""

    def begin_step(self, cache: Any, plan_state: Any, frame: Frame) -> Any:
        """Decode a STEP's payload and crop the cache to its position. Raises WireError(NOT_FINITE)."""

    def run_segment(self, steps: Sequence[Any]) -> None:
        """Compute all of `steps`, which wait at the same segment, up to their next tap or their final state."""

    def overlap(self, steps: Sequence[Any]) -> None:
        """After z was sent: what can be computed before y arrives."""

    def take_delta(self, step: Any, payload: bytes) -> None:
        """y arrived. Raises WireError(NOT_FINITE)."""


class TuningRun(Protocol):
    """One session's training. Each generator pauses after a layer; at its end, `output` is to be sent as `reached`.

    They raise WireError: NOT_FINITE, WRONG_SHAPE, TUNING_REFUSED.
    """

    @property
    def reached(self) -> Kind:
        """TAP, STATE, DELTA_GRADIENT or STEP_GRADIENT."""

    @property
    def output(self) -> bytes:
        """The payload."""

    def step(self, frame: Frame) -> Iterator[None]: ...

    def take_delta(self, payload: bytes) -> Iterator[None]: ...

    def take_gradient(self, payload: bytes) -> Iterator[None]: ...

    def take_tap_gradient(self, payload: bytes) -> Iterator[None]: ...

    def drop(self) -> None:
        """Forget what the last step kept."""

    def free(self) -> None:
        """Drop everything; the run is over."""


class Tuner(Protocol):
    """What can train a model, beside its engine."""

    def most_rows(self, memory_bytes: int) -> int:
        """Rows of the longest training step that fits into this memory. Any thread."""

    def new_run(self, open_message: Open, memory_bytes: int) -> TuningRun:
        """A session begins to train. Slow for the first one: weights are read."""
