"""What core needs of the other parts, and what the window and the terminal need of core, as Protocols."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.core.events import Event
from app.domain.clearance import Purpose
from app.domain.conversation import (
    AdapterUse,
    Attachment,
    ChatInfo,
    ChatOptions,
    DraftAttachment,
    Estimate,
    Folder,
    Message,
    SearchHit,
    StoredChat,
    Turn,
)
from app.domain.ids import ChatId, FolderId, MessageId
from app.domain.redaction import Preview, Replaced
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

    def new_cache(self) -> object | None:
        """What the layers that the device runs itself remember of one session; None where there are none."""

    def step_payload(
        self, tokens: Sequence[int], *, rowwise: bool, position: int = 0, cache: object | None = None
    ) -> bytes:
        """Embeddings of `tokens`, then the free taps' deltas.

        position: of the first of them. cache: the session's own, from `new_cache`; it then holds these positions, and
        no later ones. Without one the tokens are a text of their own.
        """

    def delta_payload(self, tap: Tap, z: bytes, rows: int, *, rowwise: bool) -> bytes:
        """y = M z for one tap."""

    def sampler(self, settings: SamplingSettings, chosen: int = 0) -> Sampler:
        """For one reply, of which `chosen` tokens are there already (it was cut): a seed goes on where it stood."""

    def next_token(self, state: bytes, sampler: Sampler, context: Sequence[int]) -> int:
        """LM head (and head part) on the last row of `state`, then sampling. `context`: prompt and reply so far."""


class ChatStore(Protocol):
    """Where chats are kept (app/storage). Any thread; every method returns after its change is on the disk.

    Raises StorageError (the disk is full, the store is locked or damaged); nothing that was stored before is lost then.
    """

    def chats(self) -> Sequence[ChatInfo]:
        """All that are not deleted; pinned ones first, then the latest changed."""

    def folders(self) -> Sequence[Folder]: ...

    def load(self, chat: ChatId) -> StoredChat: ...

    def save_chat(self, info: ChatInfo) -> None:
        """Add one, or replace what is known about it."""

    def save_folder(self, folder: Folder) -> None: ...

    def remove_folder(self, folder: FolderId) -> None:
        """Its chats stay, in no folder."""

    def add_message(self, chat: ChatId, message: Message) -> None:
        """Add it under its parent and show it. Its chat counts as changed now."""

    def grow_reply(self, message: Message) -> None:
        """Replace the text, tokens, end and traffic of a stored reply. Called several times a second."""

    def show(self, chat: ChatId, parent: MessageId | None, child: MessageId) -> None:
        """Remember which child of `parent` is on show."""

    def import_chat(self, chat: StoredChat) -> None:
        """Add a whole chat in one transaction."""

    def set_deleted(self, chat: ChatId, message: MessageId | None, *, is_deleted: bool) -> None:
        """Hide a chat, or a message with all below it; or bring it back."""

    def deleted(self) -> tuple[Sequence[ChatId], Sequence[MessageId]]:
        """What `purge` would forget: chats, and messages (those of these chats among them)."""

    def stand_ins(self, chat: ChatId) -> str:
        """The chat's map of real words and their stand-ins, as it was saved; "" where there is none."""

    def save_stand_ins(self, chat: ChatId, stand_ins: str) -> None:
        """It goes with its chat when that is purged."""

    def draft_attachments(self, chat: ChatId) -> str:
        """What waits beside the chat's draft, as it was saved; "" where nothing does."""

    def save_draft_attachments(self, chat: ChatId, saved: str) -> None:
        """It goes with its chat when that is purged."""

    def purge(self) -> None:
        """Forget, for good, everything that is hidden."""

    def chat_of(self, message: MessageId) -> ChatId | None:
        """The chat that holds a message; None where there is none, or it was deleted. Quick."""

    def search(self, words: str, limit: int) -> Sequence[SearchHit]:
        """Messages and titles that hold every word (prefixes count), best first."""


class Conversations(Protocol):
    """All chats and the reply under way: what the window, and the terminal, use (app/core/conversations.py).

    Every method returns at once; what it causes comes as events, on any thread, in order. Raises SettingsError where
    the person asks for what cannot be done now, StorageError where it cannot be stored. Chats can be read, searched and
    arranged before a backend is there.
    """

    def subscribe(self, listener: Callable[[Event], None]) -> None: ...

    def chats(self) -> tuple[ChatInfo, ...]:
        """As the list shows them: pinned first, then the latest; a temporary chat too while it is open."""

    def chat(self, chat: ChatId) -> ChatInfo: ...

    def folders(self) -> tuple[Folder, ...]: ...

    def turns(self, chat: ChatId) -> tuple[Turn, ...]:
        """The branch that is shown. It may be ahead of events that still wait in somebody's queue."""

    def show_chat(self, chat: ChatId) -> None:
        """Send HistoryChanged with the chat's turns, in order with a reply under way: how a view opens a chat."""

    def search(self, words: str, limit: int = 100) -> tuple[SearchHit, ...]: ...

    def new_chat(self, *, is_temporary: bool = False, folder: FolderId | None = None) -> ChatId:
        """An empty chat. It is stored with its first message or draft, not before."""

    def rename(self, chat: ChatId, title: str) -> None:
        """An empty title gives the automatic one back."""

    def pin(self, chat: ChatId, is_pinned: bool) -> None: ...

    def move(self, chat: ChatId, folder: FolderId | None) -> None: ...

    def save_draft(self, chat: ChatId, text: str) -> None: ...

    def draft_attachments(self, chat: ChatId) -> tuple[DraftAttachment, ...]: ...

    def save_draft_attachments(self, chat: ChatId, attachments: Sequence[DraftAttachment]) -> None:
        """Replace them. Sending empties them, with the draft. Raises SettingsError where they are too large to keep."""

    def set_options(self, chat: ChatId, options: ChatOptions) -> None: ...

    def add_folder(self, name: str) -> FolderId: ...

    def rename_folder(self, folder: FolderId, name: str) -> None: ...

    def remove_folder(self, folder: FolderId) -> None: ...

    def delete(self, chat: ChatId, message: MessageId | None = None) -> None:
        """Hide a chat, or a message and all below it, until `undo_delete`; gone for good when the app ends."""

    def undo_delete(self, chat: ChatId, message: MessageId | None = None) -> None: ...

    def show_sibling(self, chat: ChatId, message: MessageId, step: int) -> None:
        """Show the sibling `step` places on (-1, +1), with the branch below it that was seen last."""

    def show_message(self, chat: ChatId, message: MessageId) -> None:
        """Show a branch that holds `message` (a search hit)."""

    def fork(self, chat: ChatId, message: MessageId) -> ChatId:
        """A new chat with a copy of the branch up to and with `message`."""

    @property
    def busy_chat(self) -> ChatId | None:
        """The chat in which a reply is being written. One reply at a time."""

    @property
    def is_ready(self) -> bool:
        """Whether a backend is attached, so that messages can be sent."""

    def send(self, chat: ChatId, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Store the person's message, then generate the reply. The draft is emptied."""

    def regenerate(self, chat: ChatId, message: MessageId | None = None, adapter: str | None = None) -> None:
        """Another reply beside `message` (None: the last one; after a message with no reply, its first).

        adapter: its file, "" for none, None for the one that the chat uses; at the chat's strength.
        """

    def adapters(self) -> Sequence[AdapterUse]:
        """The adapters that a chat can choose, by name."""

    def edit(self, chat: ChatId, message: MessageId, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Another message beside one of the person's, and its reply."""

    def continue_reply(self, chat: ChatId, message: MessageId) -> None:
        """Go on with a cut reply (`Message.can_continue`) from its last token."""

    def stop(self) -> None:
        """Stop the reply under way, at once, here and on the backend."""

    def estimate(
        self,
        chat: ChatId,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        instead_of: MessageId | None = None,
    ) -> Estimate | None:
        """What sending this would do; None while no tokenizer is there. Some ms: call it off the GUI thread.

        instead_of: the message that it would be an edit of.
        """

    def preview(
        self,
        chat: ChatId,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        instead_of: MessageId | None = None,
    ) -> Preview | None:
        """What sending this would replace by stand-ins; None where the chat does not redact. Slow (the first time
        seconds, for a language model): off the GUI thread. Raises ModelError where names cannot be found."""

    def keep_real(self, chat: ChatId, one: Replaced, *, is_kept: bool) -> None:
        """Send this as it is in this chat, or replace it again."""

    def close(self) -> None:
        """Stop, store what is under way, forget what is deleted, and wait until nothing of ours runs."""
