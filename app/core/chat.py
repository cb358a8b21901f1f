"""One chat: its messages, the reply under way, and the thread that makes it. The only owner of that state.

Contract: `send`, `regenerate` and `edit` are accepted one at a time and return at once. Whatever ends a reply, the text
made so far stays in `messages` and a ReplyEnded event says why. `close` returns when nothing of ours runs any more.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue

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
from app.core.generation import Reply, generate
from app.core.ports import NearHalf, OpenChannel, Tokens, TrafficMeter
from app.core.session import RemoteSession, RetryPolicy
from app.domain.backend import ModelInfo
from app.domain.errors import AppError, BackendError, Cancelled, SettingsError, where_it_failed
from app.domain.ids import MessageId, new_message_id
from app.domain.sampling import SamplingSettings

log = logging.getLogger(__name__)

# A stopped reply usually ends at the next token. On a slow link a step takes seconds: then the connection is cut, which
# also stops the backend, and the next message reconnects and replays.
STOP_GRACE_S = 0.25
KEEP_ALIVE_S = 10.0  # the backend drops a link whose pings go unanswered for 20 s


class Chat:
    """Implements ChatPort for one model on one backend."""

    def __init__(
        self,
        *,
        model: ModelInfo,
        near: NearHalf,
        tokenizer: Tokens,
        open_channel: OpenChannel,
        meter: TrafficMeter,
        retry: RetryPolicy,
        system: str = "",
    ) -> None:
        self._near = near
        self._tokenizer = tokenizer
        self._meter = meter
        self._session = RemoteSession(
            near, model, open_channel, retry, on_reconnecting=self._on_reconnecting, on_connected=self._on_connected
        )
        self._first: tuple[Message, ...] = (Message(new_message_id(), Role.SYSTEM, system),) if system else ()
        self._messages: list[Message] = list(self._first)
        self._listeners: list[Callable[[Event], None]] = []
        self._lock = threading.Lock()
        self._busy = False
        self._stop_timer = threading.Timer(STOP_GRACE_S, self._abort_if_busy)
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="nearhalf-generation")
        self._thread.start()

    # -- ChatPort ---------------------------------------------------------------------------------------------------

    @property
    def messages(self) -> tuple[Message, ...]:
        with self._lock:
            return tuple(self._messages)

    @property
    def is_busy(self) -> bool:
        return self._busy

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners.append(listener)

    def connect(self, report: Callable[[str], None]) -> None:
        """Open the session on the calling thread. Raises AppError with the reason where the backend says no.

        Nobody has subscribed yet: `report` gets a sentence on each wait, with its reason.
        """
        self._session.connect(report)

    def send(self, text: str, settings: SamplingSettings) -> None:
        """Add the person's message and generate the reply. Raises SettingsError while a reply is under way."""
        self._begin()
        message = Message(new_message_id(), Role.USER, text)
        with self._lock:
            self._messages.append(message)
        self._emit(MessageAdded(message))
        self._work.put(lambda: self._reply(settings))

    def regenerate(self, settings: SamplingSettings) -> None:
        """Drop the last reply and generate another."""
        self._begin()
        with self._lock:
            if self._messages and self._messages[-1].role is Role.ASSISTANT:
                self._messages.pop()
        self._emit(HistoryChanged())
        self._work.put(lambda: self._reply(settings))

    def edit(self, message_id: MessageId, text: str, settings: SamplingSettings) -> None:
        """Replace one of the person's messages, drop what came after it, and generate."""
        self._begin()
        with self._lock:
            index = next((i for i, m in enumerate(self._messages) if m.id == message_id and m.role is Role.USER), None)
            if index is not None:
                self._messages[index:] = [replace(self._messages[index], text=text)]
        if index is None:
            self._busy = False
            raise SettingsError("That message is no longer in this chat.")
        self._emit(HistoryChanged())
        self._work.put(lambda: self._reply(settings))

    def stop(self) -> None:
        """Stop the reply under way, at once, here and on the backend."""
        if not self._busy:
            return
        self._session.cancelled.set()
        self._stop_timer.cancel()
        self._stop_timer = threading.Timer(STOP_GRACE_S, self._abort_if_busy)
        self._stop_timer.start()

    def new_chat(self) -> None:
        """Stop, and forget the messages. The cache is rolled back by the next message."""
        self.stop()
        self._work.put(self._forget)

    def close(self) -> None:
        """Stop, give the session back, and wait for the generation thread."""
        self._session.cancelled.set()
        if self._busy:
            self._session.abort()
        self._work.put(None)
        self._thread.join()
        self._stop_timer.cancel()

    # -- generation thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                job = self._work.get(timeout=KEEP_ALIVE_S)
            except Empty:
                self._session.keep_alive()
                continue
            if job is None:
                break
            job()
        self._session.close()

    def _forget(self) -> None:
        with self._lock:
            self._messages = list(self._first)
        self._emit(HistoryChanged())

    def _reply(self, settings: SamplingSettings) -> None:
        reply = Reply(new_message_id())
        error: AppError | None = None
        self._emit(LinkChanged(LinkState.WORKING))
        self._emit(MessageAdded(Message(reply.message, Role.ASSISTANT, "")))
        try:
            prompt = self._prompt()
            reason = generate(
                self._session,
                self._near,
                self._tokenizer,
                prompt,
                settings,
                reply,
                on_text=lambda text: self._emit(TextAdded(reply.message, text)),
                on_progress=lambda: self._on_progress(reply),
            )
        except Cancelled:
            reason = EndReason.STOPPED
        except AppError as caught:
            reason, error = EndReason.FAILED, caught
        except Exception as caught:  # noqa: BLE001 - the job runner's border: a bug ends the reply, not the thread
            log.error("the reply failed: %s", where_it_failed(caught))
            reason = EndReason.FAILED
            error = AppError("Something went wrong inside Nearhalf.", "The log has the details. Try again.")
        with self._lock:
            if reply.tokens:
                # A stop string cuts the text inside a token: then the tokens say more than the reply does.
                tokens = () if reason is EndReason.STOP_STRING else tuple(reply.tokens)
                self._messages.append(Message(reply.message, Role.ASSISTANT, reply.text, tokens))
        self._end(reply, reason, error)

    def _end(self, reply: Reply, reason: EndReason, error: AppError | None) -> None:
        self._stop_timer.cancel()
        traffic = self._traffic(reply)
        self._emit(TrafficChanged(traffic))
        if isinstance(error, BackendError):
            self._emit(LinkChanged(LinkState.OFFLINE, error.message))
        else:
            self._emit(LinkChanged(LinkState.READY))
        self._busy = False
        self._emit(ReplyEnded(reply.message, reason, traffic, error))

    def _prompt(self) -> list[int]:
        """The chat as tokens. Messages of the person with no reply between them (it was stopped before its first token,
        or failed) become one, a blank line apart: many chat templates refuse roles that do not alternate."""
        eos = self._tokenizer.eos_ids
        turns: list[tuple[str, str]] = []
        replies: dict[int, list[int]] = {}
        for message in self.messages:
            role = message.role.value
            if message.role is Role.USER and turns and turns[-1][0] == role:
                turns[-1] = (role, f"{turns[-1][1]}\n\n{message.text}")
                continue
            if message.tokens:
                replies[len(turns)] = [token for token in message.tokens if token not in eos]
            turns.append((role, message.text))
        return self._tokenizer.encode_chat(turns, add_generation_prompt=True, replies=replies)

    def _on_progress(self, reply: Reply) -> None:
        if not reply.tokens:
            self._emit(PromptProgressed(reply.prompt_sent, reply.prompt_total))
        self._emit(TrafficChanged(self._traffic(reply)))

    def _traffic(self, reply: Reply) -> Traffic:
        totals = self._meter.totals(reply.message)
        return Traffic(
            frames_up=totals.frames_up,
            frames_down=totals.frames_down,
            bytes_up=totals.bytes_up,
            bytes_down=totals.bytes_down,
            prompt_tokens=reply.prompt_sent,
            tokens=len(reply.tokens),
            round_trips_per_token=self._near.plan.round_trips,
            first_token_s=reply.first_token_s,
            decode_s=reply.decode_s,
        )

    # -- both ---------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        with self._lock:
            if self._busy:
                raise SettingsError("A reply is still being written.", "Stop it first, or wait for it.")
            self._busy = True
        self._session.cancelled.clear()

    def _abort_if_busy(self) -> None:
        if self._busy and self._session.cancelled.is_set():
            self._session.abort()

    def _on_reconnecting(self, detail: str) -> None:
        self._emit(LinkChanged(LinkState.RECONNECTING, detail))

    def _on_connected(self) -> None:
        self._emit(LinkChanged(LinkState.WORKING, "Connected again; the chat so far was sent again."))

    def _emit(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
