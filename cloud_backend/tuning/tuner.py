"""Split training of one model: implements scheduler.ports.Tuner and TuningRun over the tape.

A run belongs to one session and one thread. Work is a generator that pauses after every layer; when it has ended,
`output` is the payload to send and `reached` says as what.
"""

import weakref
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import nullcontext

import torch
from torch import Tensor

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Frame, Kind
from app.wire.messages import Open
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.codec import decode_tensor, encode_tensor
from cloud_backend.tuning.layer import graph_bytes
from cloud_backend.tuning.tape import Tape
from cloud_backend.tuning.taps import TapMatrices, cut_taps
from cloud_backend.tuning.weights import FrozenWeights

_RESIDUAL_BYTES = 4  # float32


def own_stream(device: torch.device) -> torch.cuda.Stream | None:
    """A stream beside chat's on a GPU, begun after what is already under way there; None on a CPU."""
    if device.type != "cuda":
        return None
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream(device))
    return stream


class Tuner:
    """What a loaded backbone adds for training. The weights are read for the first run and dropped with the last."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._weights: weakref.ref[FrozenWeights] | None = None
        self.hidden_size = backbone.hidden_size
        self.layers = backbone.config.layers

    def kept_layers(self, rows: int, memory_bytes: int) -> int:
        """How many layers' graphs a step of `rows` may keep; -1 where not even its inputs and one graph fit."""
        config = self._backbone.config
        inputs = rows * config.layers * config.hidden_size * _RESIDUAL_BYTES
        return (memory_bytes - inputs) // graph_bytes(rows, config, self._backbone.kernels.dtype.itemsize) - 1

    def most_rows(self, memory_bytes: int) -> int:
        """The longest sequence that fits."""
        too_many = range(1, self._backbone.config.max_positions + 1)
        return bisect_left(too_many, True, key=lambda rows: self.kept_layers(rows, memory_bytes) < 0)

    def new_run(self, open_message: Open, memory_bytes: int) -> "TuningRun":
        """Raises WireError as `Backbone.check_plan` does, ModelFolderError where the weights cannot be read."""
        backbone = self._backbone
        plan = open_message.plan
        recipe: dict[str, Tensor] = {}
        if plan.taps:
            backbone.check_plan(plan, open_message.recipe, open_message.recipe_version, open_message.recipe_hash)
            recipe = backbone.read_recipe(open_message.recipe, open_message.recipe_version)
        kernels = backbone.kernels
        weights = self._weights() if self._weights is not None else None
        if weights is None:
            weights = FrozenWeights(backbone.folder, backbone.config, kernels.dtype, kernels.device)
            self._weights = weakref.ref(weights)
        taps = cut_taps(plan, recipe, kernels.dtype, kernels.device)
        return TuningRun(self, weights, taps, open_message, memory_bytes)


class TuningRun:
    """One session's training."""

    def __init__(
        self,
        tuner: Tuner,
        weights: FrozenWeights,
        taps: tuple[TapMatrices, ...],
        open_message: Open,
        memory_bytes: int,
    ) -> None:
        self._tuner = tuner
        self._weights: FrozenWeights | None = weights
        self._exchanged = tuple(one for one in taps if not one.tap.is_free)
        self._free = tuple(one for one in taps if one.tap.is_free)
        self._taps = taps
        self._state_dtype, self._exchange_dtype = open_message.state_dtype, open_message.exchange_dtype
        self._memory_bytes = memory_bytes
        self._tape: Tape | None = None
        self._next = 0  # exchanged taps whose y has come, or on the way back, whose dz has not
        self._rows = 0
        self._stream = own_stream(weights.device)
        self.output = b""
        self.reached = Kind.STATE

    # ------------------------------------------------------------------ work, in the order of the wire

    def step(self, frame: Frame) -> Iterator[None]:
        """A STEP with TRAIN: to the first tap, or to the final states. What an earlier step kept is dropped."""
        return self._paced(self._step(frame))

    def take_delta(self, payload: bytes) -> Iterator[None]:
        """A DELTA: on to the next tap, or to the final states."""
        return self._paced(self._take_delta(payload))

    def take_gradient(self, payload: bytes) -> Iterator[None]:
        """A GRADIENT: back to the highest tap, or to the end."""
        return self._paced(self._take_gradient(payload))

    def take_tap_gradient(self, payload: bytes) -> Iterator[None]:
        """A TAP_GRADIENT: back to the next tap, or to the end."""
        return self._paced(self._take_tap_gradient(payload))

    def drop(self) -> None:
        """Forget what the last step kept."""
        self._tape = None
        self.output = b""

    def free(self) -> None:
        """Drop everything; the run is over."""
        self.drop()
        self._weights = None

    # ------------------------------------------------------------------

    def _paced(self, work: Iterator[None]) -> Iterator[None]:
        """On a GPU: on a stream of its own, and never more than a layer ahead, so that chat's kernels find room."""
        stream = self._stream
        while True:
            with nullcontext() if stream is None else torch.cuda.stream(stream):
                try:
                    next(work)
                except StopIteration:
                    return
                if stream is not None:
                    stream.synchronize()
            yield

    def _step(self, frame: Frame) -> Iterator[None]:
        self.drop()
        weights = self._weights
        assert weights is not None
        kept_layers = self._tuner.kept_layers(frame.rows, self._memory_bytes)
        if kept_layers < 0:
            raise WireError(ErrorCode.TUNING_REFUSED, f"{frame.rows} rows")
        self._rows, self._next = frame.rows, 0
        embeddings = self._decode(frame.payload, frame.dtype, frame.cols, torch.float32)
        y = self._decode(frame.payload, frame.side_dtype, frame.side_cols, offset=frame.main_bytes)
        tape = self._tape = Tape(weights, self._taps, embeddings, kept_layers)
        column = 0
        for matrices in self._free:
            tape.give(matrices, y[:, column : column + matrices.tap.up_cols])
            column += matrices.tap.up_cols
        yield from self._forward(tape)

    def _take_delta(self, payload: bytes) -> Iterator[None]:
        tape, matrices = self._present(), self._exchanged[self._next]
        tape.give(matrices, self._decode(payload, self._exchange_dtype, matrices.tap.up_cols))
        self._next += 1
        yield from self._forward(tape)

    def _take_gradient(self, payload: bytes) -> Iterator[None]:
        tape = self._present()
        tape.begin_backward(self._decode(payload, self._state_dtype, self._tuner.hidden_size, torch.float32))
        yield from self._backward(tape)

    def _take_tap_gradient(self, payload: bytes) -> Iterator[None]:
        self._next -= 1
        tape, matrices = self._present(), self._exchanged[self._next]
        tape.give_dz(matrices, self._decode(payload, self._exchange_dtype, matrices.tap.r_down))
        yield from self._backward(tape)

    def _forward(self, tape: Tape) -> Iterator[None]:
        if self._next < len(self._exchanged):
            matrices = self._exchanged[self._next]
            yield from tape.forward(matrices.tap.layer)
            self.output, self.reached = encode_tensor(tape.z(matrices), self._exchange_dtype), Kind.TAP
            return
        yield from tape.forward(self._tuner.layers)
        self.output, self.reached = encode_tensor(tape.states(), self._state_dtype), Kind.STATE
        if not self._taps:
            self._tape = None

    def _backward(self, tape: Tape) -> Iterator[None]:
        if self._next:
            matrices = self._exchanged[self._next - 1]
            yield from tape.backward(matrices)
            self.output, self.reached = encode_tensor(tape.dy(matrices), self._exchange_dtype), Kind.DELTA_GRADIENT
            return
        parts = []
        for matrices in reversed(self._free):
            yield from tape.backward(matrices)
            parts.append(tape.dy(matrices))
        self.output = encode_tensor(torch.cat(parts[::-1], dim=1), self._exchange_dtype) if parts else b""
        self.reached = Kind.STEP_GRADIENT
        self._tape = None

    def _present(self) -> Tape:
        if self._tape is None:
            raise WireError(ErrorCode.OUT_OF_ORDER, "no training step is under way")
        return self._tape

    def _decode(
        self, untrusted: bytes, dtype: Dtype, cols: int, to: torch.dtype | None = None, *, offset: int = 0
    ) -> Tensor:
        weights = self._weights
        assert weights is not None
        return decode_tensor(
            untrusted, dtype, self._rows, cols, offset=offset, to=to or weights.dtype, device=weights.device
        )
