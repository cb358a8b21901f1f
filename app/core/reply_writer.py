"""Writes replies with one model on one backend: the near half, the tokenizer, the session, and the thread for all that.

Contract: one reply at a time; `begin` returns at once. Whatever ends a reply, its listener is told of every token that
was made, and why it ended. Between replies the link is kept alive. `close` returns when nothing of ours runs any more.
Knows no chats and no store.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

from app.core.events import LinkChanged, LinkState
from app.core.generation import Reply, generate, shared_prefix
from app.core.ports import NearHalf, OpenChannel, Tokens, TrafficMeter, TrafficTotals
from app.core.prompt import prompt_of
from app.core.prompt_meter import PromptMeter
from app.core.redaction import ChatRedaction, RestoringListener
from app.core.session import RemoteSession, RetryPolicy
from app.core.token_places import SentTokens, sent_tokens
from app.core.writing import ReplyListener, ReplyTask
from app.domain.backend import ModelInfo
from app.domain.conversation import AdapterUse, EndReason, Estimate, Message, Traffic
from app.domain.errors import AdapterError, AppError, BackendError, Cancelled, where_it_failed
from app.domain.ids import MessageId
from app.wire.frames import HEADER_BYTES, tensor_bytes

LoadNear = Callable[[AdapterUse | None], NearHalf]

log = logging.getLogger(__name__)

# A stopped reply usually ends at the next token. On a slow link a step takes seconds: then the connection is cut, which
# also stops the backend, and the next message reconnects and replays.
STOP_GRACE_S = 0.25
KEEP_ALIVE_S = 10.0  # the backend drops a link whose pings go unanswered for 20 s


class ReplyWriter:
    """Implements Writer (app/core/writing.py)."""

    def __init__(
        self,
        *,
        model: ModelInfo,
        near: NearHalf,
        tokenizer: Tokens,
        open_channel: OpenChannel,
        meter: TrafficMeter,
        retry: RetryPolicy,
        host: str = "",
        adapter: AdapterUse | None = None,
        load_near: LoadNear | None = None,
        has_adapter: Callable[[str], bool] = lambda file: True,
    ) -> None:
        """`host`: the backend's, as the person knows it. `adapter`: the one of the settings, which `near` has.

        load_near: gives the near half for another adapter; it is asked on the writer's thread, and raises AppError.
        has_adapter: whether the adapter of this file is still there; a loaded one that was deleted is let go of.
        """
        self._model = model
        self._near = near
        self._tokenizer = tokenizer
        self._meter = meter
        self._host = host
        self._adapter = self._loaded = adapter
        self._load_near = load_near
        self._has_adapter = has_adapter
        self._prompt_meter = PromptMeter(tokenizer, model.model_id)
        self._session = RemoteSession(
            near, model, open_channel, retry, on_reconnecting=self._on_reconnecting, on_connected=self._on_connected
        )
        self._writing: _Writing | None = None
        self._latest: tuple[MessageId, tuple[int, ...]] | None = None  # the reply that ended last
        self._answered: tuple[Sequence[Message], str] | None = None  # the branch and system message that were sent
        self._stop_timer = threading.Timer(STOP_GRACE_S, self._abort_if_stopped)
        self._work: SimpleQueue[_Writing | _Forget | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="nearhalf-generation")
        self._thread.start()

    @property
    def model_id(self) -> str:
        return self._model.model_id

    @property
    def adapter(self) -> AdapterUse | None:
        return self._adapter

    def connect(self, report: Callable[[str], None]) -> None:
        """Open the session on the calling thread. Raises AppError with the reason where the backend says no.

        `report` gets a sentence on each wait, with its reason.
        """
        self._session.connect(report)

    def begin(self, task: ReplyTask, listener: ReplyListener) -> None:
        self._session.cancelled.clear()
        self._writing = _Writing(task, listener, self._meter)
        self._work.put(self._writing)

    def stop(self) -> None:
        if self._writing is None:
            return
        self._session.cancelled.set()
        self._stop_timer.cancel()
        self._stop_timer = threading.Timer(STOP_GRACE_S, self._abort_if_stopped)
        self._stop_timer.start()

    def estimate(
        self, branch: Sequence[Message], message: Message, system: str, adapter: AdapterUse | None = None
    ) -> Estimate:
        """While a reply is written, what the cache will hold is not known yet: then it is what it holds now.

        A chat that is many times too long is counted roughly.
        """
        positions = self._session.positions
        wanted = self._prompt_meter.tokens(branch, message, system, positions)
        if isinstance(wanted, int):
            return Estimate(wanted, wanted, positions, self._bytes_up(positions), self._host)
        held = tuple(self._session.tokens) if self._session.is_open and adapter == self._loaded else ()
        new = len(wanted) - min(shared_prefix(held, wanted), len(wanted) - 1)  # the last one is always sent
        return Estimate(new, len(wanted), positions, self._bytes_up(min(new, positions)), self._host)

    @property
    def model(self) -> ModelInfo:
        return self._model

    def sent_tokens(self) -> SentTokens | None:
        """The tokens in the cache after the latest reply. None while one is written, and after `forget`. Any thread;
        slow."""
        latest, answered = self._latest, self._answered
        if latest is None or answered is None or self._writing is not None:
            return None
        held = tuple(self._session.tokens)
        message, made = latest
        own = next((count for count in range(len(made), -1, -1) if held[len(held) - count :] == made[:count]), 0)
        return sent_tokens(self._tokenizer, held, (message, len(held) - own), *answered, self.model_id)

    def forget(self) -> None:
        self._latest = self._answered = None
        self._prompt_meter.forget()
        self._work.put(_Forget())

    def close(self) -> None:
        self._session.cancelled.set()
        if self._writing is not None:
            self._session.abort()
        self._work.put(None)
        self._thread.join()
        self._stop_timer.cancel()
        self._prompt_meter.forget()

    # Writer's thread

    def _run(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=KEEP_ALIVE_S)
            except Empty:
                self._session.keep_alive()
                continue
            if work is None:
                break
            if isinstance(work, _Forget):
                self._session.crop(0)
            else:
                self._write(work)
            del work  # while it waits, the thread holds no text
        self._session.close()

    def _write(self, writing: "_Writing") -> None:
        task, reply, listener = writing.task, writing.reply, writing.listener
        error: AppError | None = None
        try:
            listener.link_changed(LinkChanged(LinkState.WORKING))
            self._use(task.adapter)
            writing.round_trips = self._near.plan.round_trips
            if task.redaction is not None:
                task, listener = self._redact(writing, task.redaction)
            else:
                self._settle(writing)
            self._answered = (task.branch, task.system)
            prompt = prompt_of(task.branch, task.system, self.model_id, self._tokenizer.eos_ids)
            reason = generate(
                self._session,
                self._near,
                self._tokenizer,
                self._tokenizer.encode_chat(prompt.turns, add_generation_prompt=True, replies=prompt.replies),
                task.sampling,
                reply,
                on_text=listener.text_added,
                on_progress=writing.progressed,
            )
        except Cancelled:
            reason = EndReason.STOPPED
        except AppError as caught:
            reason, error = EndReason.FAILED, caught
        except Exception as caught:  # noqa: BLE001 - the job runner's border: a bug ends the reply, not the thread
            log.error("the reply failed: %s", where_it_failed(caught))
            reason = EndReason.FAILED
            error = AppError("Something went wrong inside Nearhalf.", "The log has the details. Try again.")
        self._end(writing, reason, error)

    def _use(self, adapter: AdapterUse | None) -> None:
        """Another chat may use another adapter: it is loaded now, beside the weights that are there. Raises AppError;
        the one before stays loaded then."""
        is_gone = self._loaded is not None and not self._has_adapter(self._loaded.file)
        if adapter == self._loaded and not is_gone:
            return
        if self._load_near is None:
            raise AdapterError("This chat uses another adapter than the one that is loaded.", "Choose another one.")
        if is_gone:
            self._take(self._load_near(None), None)
        self._take(self._load_near(adapter), adapter)

    def _take(self, near: NearHalf, adapter: AdapterUse | None) -> None:
        self._session.change_near(near)
        self._near, self._loaded = near, adapter

    def _redact(self, writing: "_Writing", redaction: ChatRedaction) -> tuple[ReplyTask, ReplyListener]:
        """What is sent from here on are stand-ins; the listener gets the real words. Raises AppError: nothing is
        sent."""
        task = redaction.sent(writing.task, self.decode)
        if not task.redacts:
            self._settle(writing)
            return task, writing.listener
        listener = RestoringListener(writing.listener, redaction.restorer())
        writing.listener = listener
        shown, writing.reply.text = writing.reply.text, self._said(writing.reply.tokens)
        listener.begin_with(writing.reply.text, shown)
        return task, listener

    def decode(self, tokens: Sequence[int]) -> str:
        decoder = self._tokenizer.reply_decoder()
        said = "".join(decoder.add(token) for token in tokens if token not in self._tokenizer.eos_ids)
        return said + decoder.finish()

    def _said(self, tokens: Sequence[int]) -> str:
        return "".join(map(self._tokenizer.reply_decoder().add, tokens))

    def _settle(self, writing: "_Writing") -> None:
        """A reply that goes on must not say more than its tokens do: it may end in signs for half a character."""
        reply = writing.reply
        said = self._said(reply.tokens)
        if not said.startswith(reply.text):
            reply.text = said
            writing.listener.text_cut_to(said)

    def _end(self, writing: "_Writing", reason: EndReason, error: AppError | None) -> None:
        self._stop_timer.cancel()
        self._latest = (writing.reply.message, tuple(writing.reply.tokens))
        self._writing = None
        if isinstance(error, BackendError):
            writing.listener.link_changed(LinkChanged(LinkState.OFFLINE, error.message))
        else:
            writing.listener.link_changed(LinkChanged(LinkState.READY))
        writing.listener.ended(reason, tuple(writing.reply.tokens), writing.traffic(), error)

    def _on_reconnecting(self, detail: str) -> None:
        writing = self._writing
        if writing is not None:
            writing.listener.link_changed(LinkChanged(LinkState.RECONNECTING, detail))
            writing.listener.paused(writing.reply.tokens)

    def _on_connected(self) -> None:
        writing = self._writing
        if writing is not None:
            detail = "Connected again; the chat so far was sent again."
            writing.listener.link_changed(LinkChanged(LinkState.WORKING, detail))

    # Any thread

    def _abort_if_stopped(self) -> None:
        if self._writing is not None and self._session.cancelled.is_set():
            self._session.abort()

    def _bytes_up(self, positions: int) -> int:
        """Bytes of the frames that carry so many positions of a prompt: steps, and the answers to exchanged taps."""
        near, total = self._near, 0
        for start in range(0, positions, self._session.max_rows):
            rows = min(self._session.max_rows, positions - start)
            total += HEADER_BYTES + tensor_bytes(near.state_dtype, rows, near.hidden_size)
            total += tensor_bytes(near.exchange_dtype, rows, near.plan.free_cols)
            for tap in near.plan.exchanged_taps:
                total += HEADER_BYTES + tensor_bytes(near.exchange_dtype, rows, tap.up_cols)
        return total


class _Forget:
    """Work for the writer's thread: let the session's record go."""


class _Writing:
    """One task under way, and its traffic: what an earlier part of the reply took counts too."""

    def __init__(self, task: ReplyTask, listener: ReplyListener, meter: TrafficMeter) -> None:
        self.task = task
        self.listener = listener
        self.reply = Reply(task.reply.id, tokens=list(task.reply.tokens), text=task.reply.text)
        self._meter = meter
        self.round_trips = 1
        self._before: TrafficTotals = meter.totals(task.reply.id)

    def progressed(self) -> None:
        reply = self.reply
        if len(reply.tokens) == reply.earlier:
            self.listener.prompt_progressed(reply.prompt_sent, reply.prompt_total)
        self.listener.advanced(reply.tokens, self.traffic())

    def traffic(self) -> Traffic:
        reply, now, before = self.reply, self._meter.totals(self.reply.message), self._before
        earlier = self.task.reply.traffic or Traffic()
        return replace(
            earlier,
            frames_up=earlier.frames_up + now.frames_up - before.frames_up,
            frames_down=earlier.frames_down + now.frames_down - before.frames_down,
            bytes_up=earlier.bytes_up + now.bytes_up - before.bytes_up,
            bytes_down=earlier.bytes_down + now.bytes_down - before.bytes_down,
            prompt_tokens=earlier.prompt_tokens + reply.prompt_sent,
            tokens=len(reply.tokens),
            round_trips_per_token=self.round_trips,
            first_token_s=earlier.first_token_s or reply.first_token_s,
            decode_s=earlier.decode_s + reply.decode_s,
        )
