"""What the Library asks of whoever writes replies, and what it is told meanwhile, as Protocols.

app/core/reply_writer.py is the real writer; tests/sim/scripted_conversations.py has one that plays a script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.core.events import LinkChanged
from app.domain.conversation import AdapterUse, EndReason, Estimate, Message, Traffic
from app.domain.errors import AppError
from app.domain.sampling import SamplingSettings

if TYPE_CHECKING:
    from app.core.redaction import ChatRedaction


@dataclass(frozen=True, slots=True)
class ReplyTask:
    """One reply to write, or one to go on with."""

    branch: tuple[Message, ...]  # the messages before the reply, from the first
    reply: Message  # empty; or cut, with its text and tokens so far
    system: str  # the system message; "" for none
    sampling: SamplingSettings
    redaction: "ChatRedaction | None" = None  # where the chat redacts, or did: asked on the writer's thread
    redacts: bool = False
    adapter: AdapterUse | None = None  # None: none


class ReplyListener(Protocol):
    """Told of one reply, always on the writer's thread. An AppError that is raised here ends the reply with it."""

    def link_changed(self, change: LinkChanged) -> None: ...

    def prompt_progressed(self, done: int, total: int) -> None: ...

    def text_cut_to(self, text: str) -> None:
        """A continued reply's text ends in what its tokens do not say for certain: it is now `text`."""

    def text_added(self, text: str) -> None: ...

    def advanced(self, tokens: Sequence[int], traffic: Traffic) -> None:
        """One more token is there, or part of the prompt was sent: `tokens` are all of the reply's."""

    def paused(self, tokens: Sequence[int]) -> None:
        """The link is lost: nothing will come for a while."""

    def ended(self, reason: EndReason, tokens: Sequence[int], traffic: Traffic, error: AppError | None) -> None:
        """Nothing more comes, and the writer takes the next task. Must not raise."""


class Writer(Protocol):
    """Writes one reply at a time. `begin` only while none is under way."""

    @property
    def model_id(self) -> str: ...

    @property
    def adapter(self) -> AdapterUse | None:
        """The one of the settings, for chats that choose none of their own; None for none."""

    def begin(self, task: ReplyTask, listener: ReplyListener) -> None:
        """Start, and return at once; `listener.ended` is the last that is heard of it."""

    def stop(self) -> None:
        """End the reply under way, at once, here and on the backend."""

    def estimate(
        self, branch: Sequence[Message], message: Message, system: str, adapter: AdapterUse | None = None
    ) -> Estimate:
        """What sending `message` after `branch` would do. Any thread."""

    def decode(self, tokens: Sequence[int]) -> str:
        """What a reply of these tokens says; "" where their meaning is not known. Any thread."""

    def forget(self) -> None:
        """Drop every text and token it still has, the cache's record too. Only while no reply is under way."""

    def close(self) -> None:
        """Stop, give the session back, and wait until nothing of it runs."""
