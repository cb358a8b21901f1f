"""A ChatPort that plays a script: for tests of the terminal and of the window, with no model, network or backend.

Events come in app/core/chat.py's order, the first on the calling thread and the rest on a thread of its own:
MessageAdded (the person's), LinkChanged(WORKING), MessageAdded (the reply, empty), PromptProgressed, TextAdded and
TrafficChanged for each piece, LinkChanged(READY), ReplyEnded. It is idle again when ReplyEnded comes, so that the next
message may be sent at once. `wait_idle` joins the reply under way; `close` leaves no thread behind.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from app.core.events import (
    EndReason,
    Event,
    HistoryChanged,
    LinkChanged,
    LinkState,
    Message,
    MessageAdded,
    PromptProgressed,
    ReplyEnded,
    Role,
    TextAdded,
    Traffic,
    TrafficChanged,
)
from app.domain.errors import AppError, SettingsError
from app.domain.ids import MessageId, new_message_id
from app.domain.sampling import SamplingSettings

TRAFFIC = Traffic(
    frames_up=5,
    frames_down=5,
    bytes_up=6_000,
    bytes_down=6_400,
    prompt_tokens=12,
    tokens=5,
    round_trips_per_token=1,
    first_token_s=0.2,
    decode_s=0.1,
)


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """One reply. `waits` makes it hang after its pieces until stop(): for tests of Stop and of Ctrl+C."""

    pieces: tuple[str, ...] = ("Hello", " there", ".")
    reason: EndReason = EndReason.END_OF_TEXT
    error: AppError | None = None
    traffic: Traffic = TRAFFIC
    reconnects: bool = False  # a lost and regained link after the first piece
    pause_s: float = 0.0  # between pieces
    waits: bool = False


@dataclass
class ScriptedChat:
    """Plays `script` reply by reply; when it is used up, its last reply again. Keeps what it was told in `sent`."""

    script: Iterable[ScriptedReply] = (ScriptedReply(),)
    sent: list[tuple[str, SamplingSettings]] = field(default_factory=list)  # (the last user text, settings) per reply
    system: str | None = None
    closed: bool = False
    _messages: list[Message] = field(default_factory=list)
    _listeners: list[Callable[[Event], None]] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _busy: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _left: list[ScriptedReply] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = list(self.script)
        self.new_chat()

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    @property
    def is_busy(self) -> bool:
        return self._busy

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners.append(listener)

    def emit(self, event: Event) -> None:
        """Also for tests that need one event by itself."""
        for listener in self._listeners:
            listener(event)

    def send(self, text: str, settings: SamplingSettings) -> None:
        self._refuse_if_busy()
        message = Message(new_message_id(), Role.USER, text)
        self._messages.append(message)
        self.emit(MessageAdded(message))
        self._begin(text, settings)

    def regenerate(self, settings: SamplingSettings) -> None:
        self._refuse_if_busy()
        if self._messages and self._messages[-1].role is Role.ASSISTANT:
            self._messages.pop()
        self.emit(HistoryChanged())
        self._begin(self._messages[-1].text, settings)

    def edit(self, message_id: MessageId, text: str, settings: SamplingSettings) -> None:
        self._refuse_if_busy()
        at = next((i for i, m in enumerate(self._messages) if m.id == message_id and m.role is Role.USER), None)
        if at is None:
            raise SettingsError("That message is no longer in this chat.")
        self._messages[at:] = [replace(self._messages[at], text=text)]
        self.emit(HistoryChanged())
        self._begin(text, settings)

    def stop(self) -> None:
        self._stop.set()

    def new_chat(self) -> None:
        self.stop()
        self.wait_idle()
        self._messages = [Message(new_message_id(), Role.SYSTEM, self.system)] if self.system else []
        self.emit(HistoryChanged())

    def close(self) -> None:
        self.stop()
        self.wait_idle()
        self.closed = True

    def wait_idle(self, timeout_s: float = 5.0) -> None:
        """Wait until the reply under way has ended."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            assert not self._thread.is_alive(), "the scripted reply goes on"

    def _refuse_if_busy(self) -> None:
        assert not self.closed, "the chat was closed"
        if self.is_busy:
            raise SettingsError("A reply is still being written.", "Stop it first, or wait for it.")

    def _begin(self, text: str, settings: SamplingSettings) -> None:
        self.sent.append((text, settings))
        self.wait_idle()
        self._stop.clear()
        self._busy = True
        reply = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        self._thread = threading.Thread(target=self._play, args=(reply,), name="scripted chat")
        self._thread.start()

    def _play(self, reply: ScriptedReply) -> None:
        message = Message(new_message_id(), Role.ASSISTANT, "")
        self.emit(LinkChanged(LinkState.WORKING))
        self._messages.append(message)
        self.emit(MessageAdded(message))
        self.emit(PromptProgressed(reply.traffic.prompt_tokens, reply.traffic.prompt_tokens))
        reason, error = reply.reason, reply.error
        for i, piece in enumerate(reply.pieces):
            if self._stop.is_set():
                break
            self._messages[-1] = replace(self._messages[-1], text=self._messages[-1].text + piece)
            self.emit(TextAdded(message.id, piece))
            self.emit(TrafficChanged(reply.traffic))
            if reply.reconnects and i == 0:
                self.emit(LinkChanged(LinkState.RECONNECTING, "The connection broke; trying again in 1 s."))
                self.emit(LinkChanged(LinkState.WORKING, "Connected again."))
            self._stop.wait(reply.pause_s)
        if reply.waits:
            self._stop.wait()
        if self._stop.is_set():
            reason, error = EndReason.STOPPED, None
        self.emit(LinkChanged(LinkState.READY) if error is None else LinkChanged(LinkState.OFFLINE, error.message))
        self._busy = False
        self.emit(ReplyEnded(message.id, reason, reply.traffic, error))
