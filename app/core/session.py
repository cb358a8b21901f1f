"""One session on the cloud, kept equal to what the device wants, whatever happens to the connection.

The device holds the truth: this file remembers every step it sent, with its boundaries. When a connection or a backend
dies it opens another session and sends those steps again, positions that were decoded one by one as ROWWISE steps,
so the new cache is bit for bit the old one and a reply goes on token for token.

Contract per failure: ConnectionLost and a refusal that may pass are retried with back-off until `give_up_after_s`
(`give_up_opening_after_s` while a person waits for the first connection); every wait is announced with its reason.
LedgerError, a refusal that will not pass and Cancelled go to the caller at once. Nothing is lost in any case.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import TypeVar

from app.core.ports import Channel, NearHalf, OpenChannel
from app.core.refusals import refusal_in_words
from app.domain.backend import ModelInfo
from app.domain.clearance import Purpose
from app.domain.errors import BackendError, BackendRefused, Cancelled, ConnectionLost, ContextFull
from app.domain.ids import NO_MESSAGE, MessageId
from app.wire.errors import RefusedByPeer, RemoteProtocolError
from app.wire.frames import Flags, Frame, Kind
from app.wire.messages import Open
from app.wire.state import DeviceConnection

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SILENCE_TIMEOUT_S = 45.0  # the backend pings every 20 s, so this much silence is a dead link
CHUNK_ROWS = 256  # positions of a prompt in one step: progress and Stop are felt between steps


@dataclass(slots=True)
class SentStep:
    """Positions that were computed together. `rowwise`: with the arithmetic of one-position steps."""

    start: int
    tokens: list[int] = field(default_factory=list)
    rowwise: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.tokens)


class SentHistory:
    """The steps behind a cache, in the order they were sent. Later steps overwrite earlier ones where they overlap."""

    def __init__(self) -> None:
        self.steps: list[SentStep] = []
        self.tokens: list[int] = []  # what the cache holds now

    def crop(self, position: int) -> None:
        """Forget positions from `position` on. A prompt step that straddles it is kept whole: its arithmetic depends
        on how many rows it had, and a replay must repeat that to be exact."""
        del self.tokens[position:]
        self.steps = [step for step in self.steps if step.start < position]
        if self.steps and self.steps[-1].rowwise and self.steps[-1].end > position:
            del self.steps[-1].tokens[position - self.steps[-1].start :]

    def add(self, tokens: Sequence[int], *, rowwise: bool = False) -> None:
        """Positions that one step just committed at the end of the cache."""
        start = len(self.tokens)
        one_by_one = rowwise or len(tokens) == 1
        last = self.steps[-1] if self.steps else None
        if one_by_one and last is not None and last.rowwise and last.end == start:
            last.tokens.extend(tokens)
        else:
            self.steps.append(SentStep(start, list(tokens), one_by_one))
        self.tokens.extend(tokens)

    def replay(self, max_rows: int) -> Iterable[SentStep]:
        """The steps to send again, none longer than `max_rows`."""
        for step in self.steps:
            for offset in range(0, len(step.tokens), max_rows):
                yield SentStep(step.start + offset, step.tokens[offset : offset + max_rows], step.rowwise)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds to wait before each try, and when to stop trying."""

    waits_s: Callable[[], Iterable[float]]
    give_up_after_s: float = 120.0
    give_up_opening_after_s: float = 15.0


class RemoteSession:
    """A KV cache on the cloud. Used from one thread; `abort` may be called from any."""

    def __init__(
        self,
        near: NearHalf,
        model: ModelInfo,
        open_channel: OpenChannel,
        retry: RetryPolicy,
        on_reconnecting: Callable[[str], None],
        on_connected: Callable[[], None],
        purpose: Purpose = Purpose.GENERATE,
    ) -> None:
        self._near = near
        self._model = model
        self._open_channel = open_channel
        self._retry = retry
        self._on_reconnecting = on_reconnecting
        self._on_connected = on_connected
        self._purpose = purpose
        self._channel: Channel | None = None
        self._connection: DeviceConnection | None = None
        self._next_step = 0
        self._history = SentHistory()
        self._cache: object | None = None  # what the device's own layers remember; as long as the cloud's
        self.cancelled = Flag()
        self.max_rows = min(model.max_rows, CHUNK_ROWS)

    @property
    def positions(self) -> int:
        """Positions that the cache can hold."""
        return self._model.max_positions

    @property
    def tokens(self) -> Sequence[int]:
        """What the cache holds."""
        return self._history.tokens

    def crop(self, position: int) -> None:
        """Roll the cache back. Nothing is sent: the next step's position tells the cloud."""
        self._history.crop(position)

    @property
    def is_open(self) -> bool:
        """Whether the cloud holds `tokens` now; else the next step sends them again first."""
        return self._connection is not None

    def extend(self, tokens: Sequence[int], message: MessageId, *, want_last: bool, rowwise: bool = False) -> bytes:
        """Send one step of `tokens` at the end of the cache; return the last final hidden state (empty if not wanted).

        rowwise: with the arithmetic of one-position steps, as a reply's tokens were computed when they were made.
        Raises Cancelled, ContextFull, LedgerError, BackendRefused, BackendError (given up).
        """
        position = len(self._history.tokens)
        if position + len(tokens) > self.positions:
            raise ContextFull(
                f"This chat no longer fits into the model's context of {self.positions} tokens.",
                "Start a new chat, or edit an earlier message to make it shorter.",
            )
        flags = Flags.WANT_LAST if want_last else Flags.NONE
        if rowwise:
            flags |= Flags.ROWWISE

        def send() -> bytes:
            return self._send_step(position, tokens, flags, self._purpose, message)

        state = self._with_retries(send, message, self._retry.give_up_after_s, self._on_reconnecting)
        self._history.add(tokens, rowwise=rowwise)
        return state

    def connect(self, report: Callable[[str], None] | None = None) -> None:
        """Open the session now, so that a wrong token or a full backend is known before the first message.

        `report` gets a sentence before each further try (None: whoever is told later too). Raises as `extend` does.
        """
        announce = report or self._on_reconnecting
        self._with_retries(lambda: None, NO_MESSAGE, self._retry.give_up_opening_after_s, announce)

    def change_near(self, near: NearHalf) -> None:
        """From now on the model's device side is this one. What the cache holds was computed with the other: it is
        forgotten. Where the backend was promised another plan or another recipe, the next step opens a new session."""
        was, self._near = self._near, near
        self._history = SentHistory()
        if _promised(was) != _promised(near):
            self.close()
        self._cache = near.new_cache()

    def keep_alive(self) -> None:
        """Answer the backend's pings while no step is under way. A dead link is dropped; the next step reconnects."""
        if self._channel is not None:
            try:
                self._channel.keep_alive()
            except BackendError:
                self.close()

    def abort(self) -> None:
        """Break off whatever waits, from any thread. The next step reconnects and replays."""
        channel = self._channel
        if channel is not None:
            channel.abort()

    def close(self) -> None:
        """Give the session back. Never raises."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None
        self._connection = None
        self._cache = None

    def _with_retries(
        self, work: Callable[[], Result], message: MessageId, give_up_after_s: float, announce: Callable[[str], None]
    ) -> Result:
        deadline: float | None = None
        waits = iter(self._retry.waits_s())
        attempt = 0
        while True:
            if self.cancelled.is_set():
                raise Cancelled
            try:
                if self._connection is None:
                    self._open_and_replay(message)
                    if attempt:
                        self._on_connected()
                return work()
            except (ConnectionLost, BackendRefused) as error:
                self.close()
                if self.cancelled.is_set():
                    raise Cancelled from error
                if isinstance(error, BackendRefused) and not error.can_retry:
                    raise
                now = time.monotonic()
                deadline = deadline or now + give_up_after_s
                wait_s = next(waits, None)
                if wait_s is None or now + wait_s > deadline:
                    raise
                attempt += 1
                log.info("connection lost, attempt %d", attempt)
                announce(f"{error.message} Trying again (attempt {attempt}).")
                if self.cancelled.wait(wait_s):
                    raise Cancelled from error
            except BaseException:
                self.close()  # the two sides may no longer agree: the next step starts from a fresh session
                raise

    def _open_and_replay(self, message: MessageId) -> None:
        near = self._near
        channel = self._open_channel(self.cancelled.is_set)
        self._channel = channel
        channel.connect()
        connection = DeviceConnection(near.hidden_size)
        asked = Open(
            model_hash=bytes.fromhex(self._model.backbone_sha256),
            recipe_hash=near.recipe_hash,
            recipe=near.recipe,
            recipe_version=near.recipe_version,
            positions=self.positions,
            state_dtype=near.state_dtype,
            exchange_dtype=near.exchange_dtype,
            plan=near.plan,
        )
        self._connection = connection
        self._cache = near.new_cache()  # the replay fills it as it fills the cloud's
        self._next_step = 0
        self._exchange(connection.open(asked), Purpose.SESSION, NO_MESSAGE)
        assert connection.opened is not None
        self.max_rows = min(connection.opened.max_rows, CHUNK_ROWS)
        for step in self._history.replay(connection.opened.max_rows):
            if self.cancelled.is_set():
                raise Cancelled
            flags = Flags.ROWWISE if step.rowwise else Flags.NONE
            self._send_step(step.start, step.tokens, flags, Purpose.REPLAY, message)

    def _send_step(
        self, position: int, tokens: Sequence[int], flags: Flags, purpose: Purpose, message: MessageId
    ) -> bytes:
        near, connection = self._near, self._connection
        assert connection is not None
        rowwise = bool(flags & Flags.ROWWISE)
        payload = near.step_payload(tokens, rowwise=rowwise, position=position, cache=self._cache)
        data = connection.step(
            number=self._next_step, position=position, rows=len(tokens), flags=flags, payload=payload
        )
        self._next_step += 1
        answer = self._exchange(data, purpose, message)
        taps = iter(near.plan.exchanged_taps)
        while answer.kind is Kind.TAP:
            y = near.delta_payload(next(taps), answer.payload, len(tokens), rowwise=rowwise)
            answer = self._exchange(connection.delta(y), purpose, message)
        return answer.payload

    def _exchange(self, data: bytes, purpose: Purpose, message: MessageId) -> Frame:
        assert self._channel is not None and self._connection is not None
        answer = self._channel.exchange(data, purpose, message, SILENCE_TIMEOUT_S)
        try:
            return self._connection.receive(answer)
        except RefusedByPeer as error:
            raise refusal_in_words(error) from error
        except RemoteProtocolError as error:
            raise BackendError(
                f"The backend answered in a way the protocol does not allow ({error.code.name}).",
                "Update Nearhalf and the backend to the same version. If this is somebody else's backend, tell them.",
            ) from error


def _promised(near: NearHalf) -> tuple[object, ...]:
    """What OPEN says of it."""
    return near.recipe_hash, near.recipe, near.recipe_version, near.state_dtype, near.exchange_dtype, near.plan
