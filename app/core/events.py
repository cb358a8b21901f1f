"""What happens while the app works, as values. The window and the terminal show these, and own no truth themselves."""

from dataclasses import dataclass
from enum import Enum

from app.domain.conversation import EndReason, Message, Role, Traffic, Turn
from app.domain.errors import AppError
from app.domain.ids import ChatId, MessageId

__all__ = [
    "ChatsChanged",
    "EndReason",
    "Event",
    "HistoryChanged",
    "LinkChanged",
    "LinkState",
    "Message",
    "MessageAdded",
    "PromptProgressed",
    "ReplyEnded",
    "Role",
    "TextAdded",
    "Traffic",
    "TrafficChanged",
]


class LinkState(Enum):
    """How the backend stands. The terminal shows these words; the window has its own (app/ui/words.py)."""

    STARTING = "Starting the backend"
    READY = "Ready"
    WORKING = "Working"
    RECONNECTING = "Reconnecting"
    OFFLINE = "Offline"


@dataclass(frozen=True, slots=True)
class LinkChanged:
    state: LinkState
    detail: str = ""  # a sentence: what is under way, or what to do


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    """The list changed (a chat, a folder, a title, a pin): read Conversations.chats() and folders() again."""


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """The branch of `chat` that is shown is now `turns`: another sibling, something edited, deleted or restored."""

    chat: ChatId
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A turn came at the end of the shown branch of `chat`. A reply comes empty, and grows by TextAdded."""

    chat: ChatId
    turn: Turn


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
    """`message`: the reply as it is stored; None where no token of it was made."""

    chat: ChatId
    message_id: MessageId
    reason: EndReason
    traffic: Traffic
    error: AppError | None = None
    message: Message | None = None


Event = (
    LinkChanged
    | ChatsChanged
    | HistoryChanged
    | MessageAdded
    | PromptProgressed
    | TextAdded
    | TrafficChanged
    | ReplyEnded
)
