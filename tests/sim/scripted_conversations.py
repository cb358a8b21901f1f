"""Conversations with a writer that plays a script: for tests of the terminal and of the window, with no model, network
or backend. Trees, store, durability and the order of events are the real Library's, over a MemoryStore.

`wait_idle` waits for the reply under way; `close` leaves no thread behind. `seeded` makes a chat with messages in it.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.core.conversations import Library
from app.core.events import EndReason, Event, LinkChanged, LinkState, Message, Role, Traffic
from app.core.memory_store import MemoryStore
from app.core.ports import ChatStore
from app.core.redaction import Redaction
from app.core.writing import ReplyListener, ReplyTask
from app.domain.conversation import AdapterUse, Attachment, ChatInfo, Estimate, StoredChat
from app.domain.errors import AppError
from app.domain.ids import ChatId, MessageId, new_chat_id, new_message_id
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
MODEL_ID = "scripted"


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


class ScriptedWriter:
    """Implements Writer: plays `script` reply by reply; when it is used up, its last reply again.

    Keeps what it was told in `tasks`. A piece is a token; a continued reply gets the next reply's pieces.
    """

    def __init__(
        self, script: Iterable[ScriptedReply] = (ScriptedReply(),), *, host: str = "localhost", limit: int = 8192
    ) -> None:
        self.script = list(script)
        self.tasks: list[ReplyTask] = []
        self.host, self.limit = host, limit
        self.adapter: AdapterUse | None = None
        self.is_closed = False
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def begin(self, task: ReplyTask, listener: ReplyListener) -> None:
        assert not self.is_closed, "the writer was closed"
        self.wait_idle()
        self.tasks.append(task)
        self._stop.clear()
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self._thread = threading.Thread(target=self._play, args=(reply, task, listener), name="scripted writer")
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def estimate(
        self, branch: Sequence[Message], message: Message, system: str, adapter: AdapterUse | None = None
    ) -> Estimate:
        """A token is a word."""
        held = sum(len(one.text.split()) for one in branch)
        new = len(message.text.split()) + sum(len(one.text.split()) for one in message.attachments) + 4
        return Estimate(new, held + new, self.limit, new * 1152 + 48, self.host)

    def decode(self, tokens: Sequence[int]) -> str:
        """Its tokens mean nothing."""
        return ""

    def forget(self) -> None:
        """Tests read `tasks` afterwards."""

    def close(self) -> None:
        self.stop()
        self.wait_idle()
        self.is_closed = True

    def wait_idle(self, timeout_s: float = 5.0) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            assert not self._thread.is_alive(), "the scripted reply goes on"

    def _play(self, reply: ScriptedReply, task: ReplyTask, listener: ReplyListener) -> None:
        tokens = list(task.reply.tokens)
        reason, error = reply.reason, reply.error
        try:
            self._say(reply, listener, tokens)
        except AppError as failed:
            reason, error = EndReason.FAILED, failed
        if self._stop.is_set():
            reason, error = EndReason.STOPPED, None
        listener.link_changed(LinkChanged(LinkState.OFFLINE, error.message) if error else LinkChanged(LinkState.READY))
        listener.ended(reason, tokens, reply.traffic, error)

    def _say(self, reply: ScriptedReply, listener: ReplyListener, tokens: list[int]) -> None:
        listener.link_changed(LinkChanged(LinkState.WORKING))
        listener.prompt_progressed(reply.traffic.prompt_tokens, reply.traffic.prompt_tokens)
        for i, piece in enumerate(reply.pieces):
            if self._stop.is_set():
                break
            tokens.append(100 + len(tokens))
            listener.text_added(piece)
            listener.advanced(tokens, reply.traffic)
            if reply.reconnects and i == 0:
                listener.link_changed(LinkChanged(LinkState.RECONNECTING, "The connection broke; trying again in 1 s."))
                listener.link_changed(LinkChanged(LinkState.WORKING, "Connected again."))
            self._stop.wait(reply.pause_s)
        if reply.waits:
            self._stop.wait()


class ScriptedConversations(Library):
    """The real Library with a ScriptedWriter attached (`is_ready=False`: not yet; give it with `attach(writer)`)."""

    def __init__(
        self,
        script: Iterable[ScriptedReply] = (ScriptedReply(),),
        *,
        store: ChatStore | None = None,
        sampling: SamplingSettings | None = None,
        system: str = "",
        is_ready: bool = True,
        redaction: Redaction | None = None,
    ) -> None:
        self.kept_adapters: list[AdapterUse] = []
        super().__init__(
            store or MemoryStore(),
            sampling=lambda: sampling or SamplingSettings(),
            system=lambda: system,
            redaction=redaction,
            adapters=lambda: self.kept_adapters,
            adapter_name=lambda file: next((one.name for one in self.kept_adapters if one.file == file), file),
        )
        self.writer = ScriptedWriter(script)
        self.is_closed = False
        if is_ready:
            self.attach(self.writer)

    @property
    def sent(self) -> list[tuple[str, SamplingSettings]]:
        """(the last text of the person, settings) of each reply."""
        return [(task.branch[-1].text, task.sampling) for task in self.writer.tasks]

    def emit(self, event: Event) -> None:
        """For tests that need one event by itself."""
        with self._lock:
            self._emit(event)

    def wait_idle(self) -> None:
        """Wait until the reply under way has ended."""
        self.writer.wait_idle()

    def seeded(self, *texts: str, title: str = "A chat", **info: object) -> ChatId:
        """A stored chat in which the person and the model have said `texts` in turn."""
        chat = StoredChat(
            ChatInfo(new_chat_id(), title, **{"created_at_ms": 1, "changed_at_ms": 1, **info}),  # type: ignore[arg-type]
            alternating(texts),
        )
        self.add_chats([chat])
        return chat.info.id

    def close(self) -> None:
        super().close()
        self.writer.close()
        self.is_closed = True


def alternating(texts: Iterable[str], attachments: Sequence[Attachment] = ()) -> tuple[Message, ...]:
    """Messages of the person and of the model in turn, each under the one before."""
    parent: MessageId | None = None
    messages: list[Message] = []
    for i, text in enumerate(texts):
        message = Message(new_message_id(), Role.USER, text, parent=parent, created_at_ms=i + 1)
        if i % 2:
            traffic = replace(TRAFFIC, tokens=len(text.split()))
            message = replace(
                message, role=Role.ASSISTANT, end=EndReason.END_OF_TEXT, traffic=traffic, model_id=MODEL_ID
            )
        elif not i:
            message = replace(message, attachments=tuple(attachments))
        messages.append(message)
        parent = message.id
    return tuple(messages)
