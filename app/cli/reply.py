"""One reply in the terminal: events from the generation thread, Ctrl+C from the person, text to the screen.

Both arrive in one queue. While a reply is under way, Ctrl+C raises nothing: the first stops the reply, here and on the
backend, and the second stops waiting for it.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from app.cli.redaction import replaced_counts, replaced_words
from app.cli.terminal import Terminal
from app.core.events import EndReason, Event, LinkChanged, LinkState, ReplyEnded, TextAdded, Traffic, TrafficChanged
from app.core.ports import Conversations
from app.domain.conversation import ChatOptions, Role
from app.domain.errors import AppError, BackendError
from app.domain.redaction import Preview
from app.domain.sampling import SamplingSettings

_POLL_S = 0.2  # Windows delivers Ctrl+C only between waits


@dataclass(frozen=True, slots=True)
class Ending:
    """A reply that is over. `interrupts`: how often the person pressed Ctrl+C meanwhile."""

    text: str
    reason: EndReason
    traffic: Traffic
    error: AppError | None
    interrupts: int
    replaced: Preview | None = None  # what was sent in stand-ins; None where the chat does not redact


class _Interrupt:
    """Ctrl+C, in the queue."""


class Conversation:
    """Replies of one chat, one after the other."""

    def __init__(
        self,
        conversations: Conversations,
        settings: SamplingSettings,
        terminal: Terminal,
        *,
        streams: bool,
        redacts: bool | None = None,
        strength: int | None = None,
    ) -> None:
        """`streams`: write the text as it comes. `redacts`: None is as the settings say. `strength`: as ChatOptions."""
        self._conversations = conversations
        self._options = ChatOptions(sampling=settings, redacts=redacts, strength=strength)
        self._terminal = terminal
        self._streams = streams
        # SimpleQueue.put may be called from a signal handler that interrupted a put or get of the same queue.
        self._queue: SimpleQueue[Event | _Interrupt] = SimpleQueue()
        conversations.subscribe(self._queue.put)
        self.start_anew()

    @property
    def has_begun(self) -> bool:
        """Whether the person has said something in this chat."""
        return any(turn.message.role is Role.USER for turn in self._conversations.turns(self._chat))

    def start_anew(self) -> None:
        """A chat of its own, that is never stored."""
        self._chat = self._conversations.new_chat(is_temporary=True)
        self._conversations.set_options(self._chat, self._options)

    @property
    def redacts(self) -> bool:
        """Whether names and numbers are replaced before sending."""
        return self._conversations.preview(self._chat, "") is not None

    def set_redacts(self, *, redacts: bool) -> None:
        """From the next message on, in new chats too."""
        self._options = replace(self._options, redacts=redacts)
        self._conversations.set_options(self._chat, self._options)

    def preview(self, text: str) -> Preview | None:
        """What sending this would replace; None where the chat does not redact. Slow the first time. Raises
        ModelError where names cannot be found."""
        self._terminal.progress("Looking for what is to be replaced.")
        try:
            return self._conversations.preview(self._chat, text)
        finally:
            self._terminal.clear_progress()

    def send(self, text: str) -> Ending:
        """Say what is replaced, send a message and follow its reply to the end."""
        with _interrupts_into(self._queue):
            try:
                preview = self.preview(text)
            except AppError as error:
                return Ending("", EndReason.FAILED, Traffic(), error, self._interrupts())
            if interrupts := self._interrupts():
                return Ending("", EndReason.STOPPED, Traffic(), None, interrupts, preview)
            if preview is not None:
                words = replaced_words if self._terminal.has_person else replaced_counts
                self._terminal.note(words(preview))
            ending = self._follow(lambda: self._conversations.send(self._chat, text))
        return replace(ending, replaced=preview)

    def regenerate(self) -> Ending:
        return self._follow(lambda: self._conversations.regenerate(self._chat))

    def _interrupts(self) -> int:
        """How often Ctrl+C was pressed while nothing was under way. Events of an earlier reply go."""
        count = 0
        while not self._queue.empty():
            count += isinstance(self._queue.get(), _Interrupt)
        return count

    def _follow(self, begin: Callable[[], None]) -> Ending:
        pieces: list[str] = []
        interrupts = 0
        traffic = Traffic()
        with _interrupts_into(self._queue):
            begin()
            while True:
                try:
                    event = self._queue.get(timeout=_POLL_S)
                except Empty:
                    continue
                if isinstance(event, _Interrupt):
                    interrupts += 1
                    self._conversations.stop()
                    if interrupts > 1:
                        return Ending("".join(pieces), EndReason.STOPPED, traffic, None, interrupts)
                elif isinstance(event, TextAdded):
                    pieces.append(event.text)
                    if self._streams:
                        self._terminal.write(event.text)
                elif isinstance(event, TrafficChanged):
                    traffic = event.traffic
                elif isinstance(event, LinkChanged):
                    self._show_link(event)
                elif isinstance(event, ReplyEnded):
                    error = event.error
                    if error is None and event.reason is EndReason.FAILED:
                        error = BackendError("The reply broke off.", "Try again.")
                    return Ending("".join(pieces), event.reason, event.traffic, error, interrupts)

    def _show_link(self, change: LinkChanged) -> None:
        """What the person would otherwise wonder about. OFFLINE comes with an error, which is shown by itself."""
        if change.detail and change.state is not LinkState.OFFLINE:
            self._terminal.note(f"[{change.state.value}] {change.detail}")


@contextmanager
def _interrupts_into(queue: "SimpleQueue[Event | _Interrupt]") -> Iterator[None]:
    """Inside, Ctrl+C goes into `queue`. Nothing changes where signals belong to another thread or Ctrl+C is ignored."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    if not on_main_thread or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: queue.put(_Interrupt()))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
