"""A session that trains: forward and backward over one sequence at a time (docs/wire-protocol.md, training steps).

As RemoteSession for each failure: a lost connection, or a refusal that may pass, is retried, and the step that it
broke is sent again from the start. The half adds the gradients of a step only when it is whole, so each counts once.
A training step leaves the cache alone; held-out loss and samples use the cache as any chat does.
"""

from collections.abc import Callable, Sequence

from app.core.ports import OpenChannel
from app.core.session import RemoteSession, RetryPolicy
from app.core.tuning_ports import TrainableHalf
from app.domain.backend import ModelInfo
from app.domain.clearance import Purpose
from app.domain.errors import BackendError, SettingsError
from app.domain.ids import MessageId
from app.wire.frames import Flags, Frame, Kind


class TuningSession(RemoteSession):
    """Used from one thread; `cancel` may be called from any. `message`: under which the ledger counts its traffic."""

    def __init__(
        self,
        half: TrainableHalf,
        model: ModelInfo,
        open_channel: OpenChannel,
        retry: RetryPolicy,
        on_reconnecting: Callable[[str], None],
        on_connected: Callable[[], None],
        *,
        window: int,
        message: MessageId,
    ) -> None:
        """window: positions to reserve, and the longest sequence. Raises SettingsError where the model allows fewer."""
        super().__init__(half, model, open_channel, retry, on_reconnecting, on_connected, Purpose.TUNE)
        if not 2 <= window <= min(model.max_rows, model.max_positions):
            most = min(model.max_rows, model.max_positions)
            raise SettingsError(
                f"This backend does not train on {window} tokens at a time.", f"Choose a window of 2 to {most} tokens."
            )
        self._half = half
        self._window = window
        self.message = message

    @property
    def positions(self) -> int:
        return self._window

    def cancel(self) -> None:
        """Break off for good, from any thread: what runs raises Cancelled."""
        self.cancelled.set()
        self.abort()

    def train(self, tokens: Sequence[int], scale: float) -> float:
        """One training step. The gradients of `scale` times its summed loss are added in the half; returns that sum.

        Raises what `extend` raises, and SettingsError where numbers have grown without bound.
        """

        def step() -> float:
            try:
                return self._train(tokens, scale)
            finally:
                self._half.drop_step()

        self.crop(0)
        return self._with_retries(step, self.message, self._retry.give_up_after_s, self._on_reconnecting)

    def states(self, tokens: Sequence[int]) -> bytes:
        """Final hidden states of all of `tokens` (R x D, state_dtype), at the end of the cache. Raises as `extend`."""
        position = len(self.tokens)

        def step() -> bytes:
            return self._send_step(position, tokens, Flags.WANT_ALL, self._purpose, self.message)

        states = self._with_retries(step, self.message, self._retry.give_up_after_s, self._on_reconnecting)
        self._history.add(tokens)
        return states

    def _train(self, tokens: Sequence[int], scale: float) -> float:
        half, connection = self._half, self._connection
        assert connection is not None
        flags = Flags.WANT_ALL | Flags.TRAIN if half.plan.taps else Flags.WANT_ALL
        payload = half.step_payload(tokens)
        data = connection.step(number=self._next_step, position=0, rows=len(tokens), flags=flags, payload=payload)
        self._next_step += 1
        answer = self._send(data)
        for tap in half.plan.exchanged_taps:
            answer = self._send(connection.delta(half.delta_payload(tap, _of(answer, Kind.TAP))))
        loss, gradient = half.loss_and_gradient(_of(answer, Kind.STATE), tokens, scale)
        free_dy = b""
        if half.plan.taps:
            answer = self._send(connection.gradient(gradient))
            for tap in reversed(half.plan.exchanged_taps):
                dz = half.tap_gradient_payload(tap, _of(answer, Kind.DELTA_GRADIENT))
                answer = self._send(connection.tap_gradient(dz))
            free_dy = _of(answer, Kind.STEP_GRADIENT)
        half.end_step(free_dy)
        return loss

    def _send(self, data: bytes) -> Frame:
        return self._exchange(data, Purpose.TUNE, self.message)


def _of(answer: Frame, kind: Kind) -> bytes:
    """The connection has judged the order already: this only says what is meant."""
    if answer.kind is not kind:
        raise BackendError(f"The backend sent a {answer.kind.name} where a {kind.name} was due.", "Update the backend.")
    return answer.payload
