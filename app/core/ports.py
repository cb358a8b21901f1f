"""What core needs of the other parts, and what the window and the terminal need of core, as Protocols."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.core.events import Event, Message
from app.domain.clearance import Purpose
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Tap


class Channel(Protocol):
    """One data channel: a WebSocket to one backend (app/net/channel.py)."""

    def connect(self) -> None:
        """Raises ConnectionLost, or BackendRefused where the backend says no (a wrong token)."""

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        """Write one frame and wait for the next message; both pass the gate. Raises ConnectionLost, LedgerError."""

    def keep_alive(self) -> None:
        """Between exchanges: answer the backend's pings. Raises ConnectionLost where the link is gone."""

    def abort(self) -> None:
        """Break off from any thread: a waiting `exchange` raises ConnectionLost at once."""

    def close(self) -> None:
        """Say goodbye and close; never raises."""


OpenChannel = Callable[[Callable[[], bool]], Channel]
"""Makes a channel, not connected yet. It may have to start a backend first: then it asks its argument, several times a
second, whether the person has stopped it, and raises Cancelled where they have."""


class TrafficTotals(Protocol):
    """Frames and wire bytes of one message, as the ledger has them."""

    frames_up: int
    frames_down: int
    bytes_up: int
    bytes_down: int


class TrafficMeter(Protocol):
    """The gate's counters (app/privacy/gate.py)."""

    def totals(self, message: MessageId) -> TrafficTotals: ...


class ReplyDecoder(Protocol):
    """Turns tokens into text as they come, never splitting a character."""

    def add(self, token: int) -> str: ...

    def finish(self) -> str: ...


class Tokens(Protocol):
    """The device's tokenizer with its chat template (app/device/tokenizer.py)."""

    eos_ids: frozenset[int]

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = ...,
    ) -> list[int]:
        """(role, text) pairs through the chat template. Text that looks like a control token stays text.

        replies: place in `messages` -> the ids the model made for it, which the cloud's cache already holds.
        """

    def encode(self, text: str) -> list[int]: ...

    def decode(self, tokens: Sequence[int]) -> str: ...

    def reply_decoder(self) -> ReplyDecoder: ...


class Sampler(Protocol):
    """Chooses tokens for one reply (app/device/sampling.py); its random state goes on across reconnects."""


class NearHalf(Protocol):
    """The model's device side for one plan and one pair of dtypes (app/device/near_half.py). Bytes in, bytes out."""

    hidden_size: int
    plan: ExchangePlan
    recipe: Recipe
    recipe_version: int
    recipe_hash: bytes  # 32 zero bytes without an adapter
    state_dtype: Dtype
    exchange_dtype: Dtype

    def step_payload(self, tokens: Sequence[int], *, rowwise: bool) -> bytes:
        """Embeddings of `tokens`, then the free taps' deltas."""

    def delta_payload(self, tap: Tap, z: bytes, rows: int, *, rowwise: bool) -> bytes:
        """y = M z for one tap."""

    def sampler(self, settings: SamplingSettings) -> Sampler: ...

    def next_token(self, state: bytes, sampler: Sampler, context: Sequence[int]) -> int:
        """LM head (and head part) on the last row of `state`, then sampling. `context`: prompt and reply so far."""


class ChatPort(Protocol):
    """What the window and the terminal use. Methods return at once; events come on the generation thread."""

    @property
    def messages(self) -> tuple[Message, ...]: ...

    @property
    def is_busy(self) -> bool: ...

    def subscribe(self, listener: Callable[[Event], None]) -> None: ...

    def send(self, text: str, settings: SamplingSettings) -> None:
        """Add the person's message and generate the reply."""

    def regenerate(self, settings: SamplingSettings) -> None:
        """Drop the last reply and generate another."""

    def edit(self, message_id: MessageId, text: str, settings: SamplingSettings) -> None:
        """Replace one of the person's messages, drop what came after it, and generate."""

    def stop(self) -> None:
        """Stop the reply under way, at once."""

    def new_chat(self) -> None: ...

    def close(self) -> None:
        """Stop and wait until nothing of ours runs."""
