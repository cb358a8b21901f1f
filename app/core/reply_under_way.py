"""The reply that is being written: what the writer says of it goes into the tree, the store and the events.

Durability: it is stored with its first token, then so often that tokens wait STORE_WITHIN_S at most while they come,
when the link is lost, and at its end. It is all done on the writer's thread, the store outside of the lock.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

from app.core.events import (
    Event,
    HistoryChanged,
    LinkChanged,
    PromptProgressed,
    ReplyEnded,
    TextAdded,
    TrafficChanged,
)
from app.core.ports import ChatStore
from app.core.tree import Tree
from app.domain.conversation import EndReason, Message, Traffic
from app.domain.errors import AppError, StorageError
from app.domain.ids import ChatId

STORE_WITHIN_S = 0.18


class ReplyUnderWay:
    """Implements ReplyListener (app/core/writing.py)."""

    def __init__(
        self,
        chat: ChatId,
        tree: Tree,
        reply: Message,
        store: ChatStore,
        *,
        lock: RLock,
        emit: Callable[[Event], None],
        finish: Callable[["ReplyUnderWay", Message | None], None],
        is_stored: bool,
    ) -> None:
        """`emit` and `finish` are called under `lock`; `finish` gets the reply where it could not be stored."""
        self.chat = chat
        self.id = reply.id
        self._tree = tree
        self._store = store
        self._lock = lock
        self._emit = emit
        self._finish = finish
        self.is_stored = is_stored
        self._stored_at_s = self._advanced_at_s = time.monotonic()

    def link_changed(self, change: LinkChanged) -> None:
        with self._lock:
            self._emit(change)

    def prompt_progressed(self, done: int, total: int) -> None:
        with self._lock:
            self._emit(PromptProgressed(done, total))

    def text_cut_to(self, text: str) -> None:
        with self._lock:
            self._tree.update(replace(self._tree[self.id], text=text))
            self._emit(HistoryChanged(self.chat, self._tree.turns()))

    def text_added(self, text: str) -> None:
        with self._lock:
            reply = self._tree[self.id]
            self._tree.update(replace(reply, text=reply.text + text))
            self._emit(TextAdded(self.id, text))

    def advanced(self, tokens: Sequence[int], traffic: Traffic) -> None:
        with self._lock:
            self._emit(TrafficChanged(traffic))
        now_s = time.monotonic()
        gap_s, self._advanced_at_s = now_s - self._advanced_at_s, now_s
        if tokens and (not self.is_stored or now_s - self._stored_at_s + gap_s >= STORE_WITHIN_S):
            self._keep(replace(self._grown(tokens), traffic=traffic))

    def paused(self, tokens: Sequence[int]) -> None:
        if tokens:
            self._keep(self._grown(tokens))

    def ended(self, reason: EndReason, tokens: Sequence[int], traffic: Traffic, error: AppError | None) -> None:
        reply: Message | None = None
        owed: Message | None = None
        if tokens:
            # A stop string cuts the text inside a token: then the tokens say more than the reply does.
            exact = () if reason is EndReason.STOP_STRING else tokens
            reply = replace(self._grown(exact), end=reason, traffic=traffic)
            try:
                self._keep(reply)
            except StorageError as failed:
                owed = reply = replace(reply, end=EndReason.FAILED)
                reason, error = EndReason.FAILED, error or failed
        with self._lock:
            if reply is not None:
                self._tree.update(reply)
            else:
                self._tree.take_out(self.id)
                self._emit(HistoryChanged(self.chat, self._tree.turns()))
            self._finish(self, owed)
            self._emit(ReplyEnded(self.chat, self.id, reason, traffic, error, reply))

    def _grown(self, tokens: Sequence[int]) -> Message:
        with self._lock:
            reply = replace(self._tree[self.id], tokens=tuple(tokens))
            self._tree.update(reply)
            return reply

    def _keep(self, reply: Message) -> None:
        """Raises StorageError."""
        if self.is_stored:
            self._store.grow_reply(reply)
        else:
            self._store.add_message(self.chat, reply)
            self.is_stored = True
            self._follow_the_person()
        self._stored_at_s = time.monotonic()

    def _follow_the_person(self) -> None:
        """A store shows what is added; the person may have turned away, or deleted it, before it was there."""
        with self._lock:
            is_hidden = self._tree.is_hidden(self.id)
            shown = self._tree.shown.get(self._tree.parent_of(self.id))
        if is_hidden:
            self._store.set_deleted(self.chat, self.id, is_deleted=True)
        if shown is not None and shown != self.id:
            self._store.show(self.chat, self._tree.parent_of(self.id), shown)
