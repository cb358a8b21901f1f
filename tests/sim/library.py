"""The real Library and ReplyWriter over a simulated cloud, and a recorder of what they tell."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core.conversations import Library
from app.core.events import Event, ReplyEnded, TextAdded
from app.core.memory_store import MemoryStore
from app.core.ports import ChatStore
from app.core.redaction import Redaction
from app.core.reply_writer import ReplyWriter
from app.core.session import RetryPolicy
from app.domain.conversation import Message
from app.domain.ids import ChatId
from app.domain.sampling import SamplingSettings
from app.wire.plan import ExchangePlan
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedNear, SimulatedTokens


class Recorder:
    """Keeps events, and waits for replies to end."""

    def __init__(self, library: Library) -> None:
        self.events: list[Event] = []
        self._ended = threading.Semaphore(0)
        library.subscribe(self._on_event)

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, ReplyEnded):
            self._ended.release()

    def reply(self) -> ReplyEnded:
        """The end of the next reply."""
        assert self._ended.acquire(timeout=60)
        return [event for event in self.events if isinstance(event, ReplyEnded)][-1]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextAdded))


def simulated_writer(
    cloud: SimulatedCloud,
    end_after: int = 12,
    plan: ExchangePlan | None = None,
    tokenizer: SimulatedTokens | None = None,
    adapter: str | None = None,
    near: SimulatedNear | None = None,
) -> ReplyWriter:
    return ReplyWriter(
        model=MODEL,
        near=near or SimulatedNear(plan, end_after),
        tokenizer=tokenizer or SimulatedTokens(),
        open_channel=cloud.open_channel,
        meter=cloud,
        retry=RetryPolicy(lambda: [0.0] * 3),
        host="cloud.example",
        adapter=adapter,
    )


@contextmanager
def open_library(
    cloud: SimulatedCloud | None = None,
    end_after: int = 12,
    plan: ExchangePlan | None = None,
    tokenizer: SimulatedTokens | None = None,
    store: ChatStore | None = None,
    sampling: Callable[[], SamplingSettings] = SamplingSettings,
    system: str = "",
    redaction: Redaction | None = None,
) -> Iterator[tuple[Library, Recorder]]:
    library = Library(store or MemoryStore(), sampling=sampling, system=lambda: system, redaction=redaction)
    library.attach(simulated_writer(cloud or SimulatedCloud(), end_after, plan, tokenizer))
    try:
        yield library, Recorder(library)
    finally:
        library.close()


def said(library: Library, chat: ChatId) -> list[str]:
    return [turn.message.text for turn in library.turns(chat)]


def last(library: Library, chat: ChatId) -> Message:
    return library.turns(chat)[-1].message
