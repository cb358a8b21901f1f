"""What happens while the app works, as values. The window and the terminal show these, and own no truth themselves."""

from dataclasses import dataclass
from enum import Enum

from app.domain.errors import AppError
from app.domain.ids import MessageId


class Role(Enum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class EndReason(Enum):
    """Why a reply ended."""

    END_OF_TEXT = "the model finished"
    STOP_STRING = "a stop string was met"
    MAX_TOKENS = "the length limit was reached"
    CONTEXT_FULL = "the context is full"
    STOPPED = "stopped"
    FAILED = "failed"


class LinkState(Enum):
    """How the backend stands. The terminal shows these words; the window has its own (app/ui/words.py)."""

    STARTING = "Starting the backend"
    READY = "Ready"
    WORKING = "Working"
    RECONNECTING = "Reconnecting"
    OFFLINE = "Offline"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat. `tokens`: the exact ids of the model's reply; empty where they say more than `text`."""

    id: MessageId
    role: Role
    text: str
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one reply sent and received, counted from the ledger's entries. Bytes are bytes on the wire."""

    frames_up: int = 0
    frames_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    prompt_tokens: int = 0  # positions sent for this reply before its first token (the rest was in the cache)
    tokens: int = 0  # tokens of the reply
    round_trips_per_token: int = 1
    first_token_s: float = 0.0
    decode_s: float = 0.0  # from the first token to the last

    @property
    def tokens_per_s(self) -> float:
        """Decode speed, the first token left out; 0 before the second token."""
        return (self.tokens - 1) / self.decode_s if self.tokens > 1 and self.decode_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class LinkChanged:
    state: LinkState
    detail: str = ""  # a sentence: what is under way, or what to do


@dataclass(frozen=True, slots=True)
class MessageAdded:
    message: Message


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """Messages were removed or replaced (edit, regenerate, new chat): read ChatPort.messages again."""


@dataclass(frozen=True, slots=True)
class PromptProgressed:
    """Positions of the prompt that are in the backend's cache."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TextAdded:
    message_id: MessageId
    text: str


@dataclass(frozen=True, slots=True)
class TrafficChanged:
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    message_id: MessageId
    reason: EndReason
    traffic: Traffic
    error: AppError | None = None


Event = LinkChanged | MessageAdded | HistoryChanged | PromptProgressed | TextAdded | TrafficChanged | ReplyEnded
