"""A conversation as a tree of messages, and what is known about a chat. Values only; nothing here changes in place.

Every message but the first ones has a parent. Children of one parent are siblings: an edited message and a regenerated
reply stand beside the one they answer to, and nothing is ever overwritten. A branch is a path from a first message to a
leaf; the person sees one at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from app.domain.ids import ChatId, FolderId, MessageId
from app.domain.sampling import SamplingSettings


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


STRENGTHS = range(151)  # percent of what an adapter adds to the model


@dataclass(frozen=True, slots=True)
class AdapterUse:
    """An adapter, and how strongly it is applied. file: its name in the library, or the path of one from elsewhere.

    name: as the person called it when a reply was made with it; "" where nobody has looked. strength: percent.
    """

    file: str
    strength: int = 100
    name: str = field(default="", compare=False)


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
class Attachment:
    """A text file, or a long paste, that goes with a message. The model reads it before the message's own text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DraftAttachment:
    """One that waits beside a draft. A paste can be put back into the text."""

    attachment: Attachment
    is_paste: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `tokens`: the exact ids of the model's reply; empty where they say more than `text`.

    end: why a reply ended; None for other roles, for a reply under way, and for one that a crash cut.
    """

    id: MessageId
    role: Role
    text: str
    tokens: Sequence[int] = ()
    parent: MessageId | None = None
    created_at_ms: int = 0  # Unix time
    attachments: tuple[Attachment, ...] = ()
    end: EndReason | None = None
    traffic: Traffic | None = None
    model_id: str = ""  # that made the reply
    adapter: AdapterUse | None = None  # with which it was made; None: none

    @property
    def can_continue(self) -> bool:
        """True for a reply that was cut before the model had finished, whose tokens are known exactly."""
        cut = (None, EndReason.MAX_TOKENS, EndReason.STOPPED, EndReason.FAILED)
        return self.role is Role.ASSISTANT and bool(self.tokens) and self.end in cut


@dataclass(frozen=True, slots=True)
class Turn:
    """A message as it stands in the branch that is shown: the `place`-th (from 1) of `of` siblings."""

    message: Message
    place: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What one chat does differently. None: as in the settings."""

    system: str | None = None
    sampling: SamplingSettings | None = None
    adapter: str | None = None  # its file (AdapterUse.file); "" for none
    redacts: bool | None = None  # names, numbers and the like are replaced before anything is sent
    strength: int | None = None  # of whichever adapter the chat uses; None: 100


@dataclass(frozen=True, slots=True)
class ChatInfo:
    """What the list shows of a chat, and what belongs to it as a whole."""

    id: ChatId
    title: str = ""  # empty until the first message gives one
    is_title_chosen: bool = False  # the person named it: never replaced by an automatic title
    folder: FolderId | None = None
    is_pinned: bool = False
    is_temporary: bool = False  # never stored
    created_at_ms: int = 0
    changed_at_ms: int = 0  # of the last message
    draft: str = ""
    options: ChatOptions = field(default_factory=ChatOptions)


@dataclass(frozen=True, slots=True)
class Folder:
    id: FolderId
    name: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One message (or a title: message None) that holds the words. `marks`: (start, end) of each hit in `snippet`."""

    chat: ChatId
    message: MessageId | None
    title: str
    snippet: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredChat:
    """A chat with all its messages, parents before children. `shown`: parent (None: the root) -> the child on show."""

    info: ChatInfo
    messages: Sequence[Message] = ()
    shown: Mapping[MessageId | None, MessageId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sending would do, exactly as far as the device can know before."""

    new_tokens: int  # positions that will be sent: what the backend's cache does not hold yet
    total_tokens: int  # of the chat with this message
    limit: int  # the context's positions
    bytes_up: int  # of activations, for the prompt
    host: str  # as the person knows it: "localhost", "gpu.example.org"

    @property
    def fits(self) -> bool:
        return self.total_tokens < self.limit
