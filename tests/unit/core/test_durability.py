"""What is stored, and when: the person's words before a byte leaves, a reply while it comes; on a full disk too."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.core.events import EndReason, HistoryChanged, MessageAdded, Role
from app.core.memory_store import MemoryStore
from app.core.reply_under_way import STORE_WITHIN_S
from app.domain.conversation import Message, StoredChat
from app.domain.errors import BackendError, StorageError
from app.domain.ids import ChatId
from app.domain.sampling import SamplingSettings
from tests.sim.cloud_simulator import SimulatedCloud
from tests.sim.library import last, open_library, said


class WatchedStore(MemoryStore):
    """A store that can fill up, and tells when it is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.fills_after: int | None = None  # so many writes of replies later
        self.on_write: Callable[[str, Message | None], None] = lambda what, message: None
        self.writes: list[tuple[float, str, Message]] = []

    def _write(self, what: str, message: Message | None = None) -> None:
        self.on_write(what, message)
        if self.is_full:
            raise StorageError("The disk is full.", "Make room, then try again.")
        if message is not None:
            self.writes.append((time.monotonic(), what, message))

    def add_message(self, chat: ChatId, message: Message) -> None:
        self._write("add", message)
        super().add_message(chat, message)

    def grow_reply(self, message: Message) -> None:
        self._write("grow", message)
        super().grow_reply(message)

    def save_chat(self, info: Any) -> None:
        self._write("save")
        super().save_chat(info)

    def show(self, chat: ChatId, parent: Any, child: Any) -> None:
        self._write("show")
        super().show(chat, parent, child)

    def import_chat(self, chat: StoredChat) -> None:
        self._write("import")
        super().import_chat(chat)


def stored(store: MemoryStore, chat: ChatId) -> list[str]:
    return [message.text for message in store.load(chat).messages]


def test_the_persons_words_are_stored_before_a_byte_leaves() -> None:
    store, cloud = WatchedStore(), SimulatedCloud()
    seen_stored: list[list[str]] = []
    with open_library(cloud, store=store) as (library, seen):
        chat = library.new_chat()
        cloud.on_exchange = lambda number: seen_stored.append(stored(store, chat))
        library.send(chat, "my words")
        seen.reply()
        assert seen_stored[0] == ["my words"]  # the session's opening already
        assert store.chats()[0].title == "My words"


def test_a_full_disk_refuses_a_message_and_nothing_is_sent_or_lost() -> None:
    store, cloud = WatchedStore(), SimulatedCloud()
    with open_library(cloud, store=store) as (library, seen):
        chat = library.new_chat()
        library.save_draft(chat, "half a thought")
        store.is_full = True
        with pytest.raises(StorageError, match="full"):
            library.send(chat, "half a thought, and more")
        assert (cloud.exchanges, library.busy_chat, library.turns(chat)) == (0, None, ())
        assert library.chat(chat).draft == "half a thought"
        assert not any(isinstance(event, MessageAdded | HistoryChanged) for event in seen.events)
        store.is_full = False
        library.send(chat, "half a thought, and more")
        assert seen.reply().reason is EndReason.END_OF_TEXT
        assert library.chat(chat).draft == ""
        store.is_full = True
        with pytest.raises(StorageError):
            library.edit(chat, library.turns(chat)[0].message.id, "other")
        assert said(library, chat)[0] == "half a thought, and more"


def test_a_streaming_reply_is_stored_within_200_ms_and_exactly_at_its_end() -> None:
    store = WatchedStore()
    cloud = SimulatedCloud(on_exchange=lambda number: time.sleep(0.011))
    with open_library(cloud, end_after=60, store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        ended = seen.reply()
        replies = [(at, what, message) for at, what, message in store.writes if message.role is Role.ASSISTANT]
        assert [what for _, what, _ in replies] == ["add", *["grow"] * (len(replies) - 1)]
        gaps_s = [b[0] - a[0] for a, b in itertools.pairwise(replies)]
        assert max(gaps_s) < STORE_WITHIN_S + 0.05
        assert 4 <= len(replies) <= 12  # and not at every token
        assert len(replies[0][2].tokens) == 1 and replies[0][2].end is None
        for _, _, message in replies:
            assert message.text == "".join(f"<{token}>" for token in message.tokens if token)
        assert store.load(chat).messages[-1] == ended.message == last(library, chat)
        assert ended.message is not None
        assert ended.message.end is EndReason.END_OF_TEXT and ended.message.traffic == ended.traffic


def test_slow_tokens_are_stored_as_they_come() -> None:
    store = WatchedStore()
    cloud = SimulatedCloud(on_exchange=lambda number: time.sleep(0.12))
    with open_library(cloud, end_after=4, store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        seen.reply()
        replies = [message for _, _, message in store.writes if message.role is Role.ASSISTANT]
        assert [len(message.tokens) for message in replies] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("writes", [1, 2])
def test_a_disk_that_fills_up_ends_the_reply_and_what_was_made_is_kept(writes: int) -> None:
    store = WatchedStore()
    cloud = SimulatedCloud(on_exchange=lambda number: time.sleep(0.02))

    def fill(what: str, message: Message | None) -> None:
        nonlocal writes
        if message is not None and message.role is Role.ASSISTANT:
            writes -= 1
            store.is_full = writes < 0 or store.is_full

    with open_library(cloud, end_after=10**6, store=store) as (library, seen):
        chat = library.new_chat()
        store.on_write = fill
        library.send(chat, "hello")
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and isinstance(ended.error, StorageError)
        assert ended.message is not None and ended.message.text == said(library, chat)[-1] == seen.text != ""
        assert library.busy_chat is None
        with pytest.raises(StorageError):
            library.send(chat, "and?")
        store.on_write = lambda what, message: None
        store.is_full = False
        cloud.on_exchange = lambda number: library.stop() if number % 8 == 0 else None
        library.send(chat, "and?")
        seen.reply()
        assert stored(store, chat)[:3] == ["hello", ended.message.text, "and?"]


def test_a_disk_that_is_full_from_the_first_token_on_owes_the_reply_until_close() -> None:
    store = WatchedStore()
    store.on_write = lambda what, message: setattr(
        store, "is_full", message is not None and message.role is Role.ASSISTANT
    )
    with open_library(store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.message is not None
        assert stored(store, chat) == ["hello"]
        store.on_write = lambda what, message: None
        store.is_full = False
    assert stored(store, chat) == ["hello", ended.message.text]


def test_a_backend_that_dies_leaves_what_streamed_in_the_store() -> None:
    store, cloud = WatchedStore(), SimulatedCloud()

    def die(number: int) -> None:
        if number >= 9:
            cloud.unreachable = 10**6
            cloud.cut_before_answer = {number}
            # by the time the link is known to be lost, all that was shown is stored
            cloud.on_exchange = lambda number: None

    cloud.on_exchange = die
    with open_library(cloud, end_after=10**6, store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and isinstance(ended.error, BackendError)
        reply = store.load(chat).messages[-1]
        assert reply == ended.message and reply.text == seen.text != "" and reply.can_continue
        cloud.unreachable = 0
        enough = cloud.exchanges + 12
        cloud.on_exchange = lambda number: library.stop() if number == enough else None
        library.continue_reply(chat, reply.id)
        assert seen.reply().reason is EndReason.STOPPED
        assert last(library, chat).tokens[: len(reply.tokens)] == reply.tokens
        assert len(last(library, chat).tokens) > len(reply.tokens)


def test_at_the_moment_the_link_is_lost_every_token_is_stored() -> None:
    store, cloud = WatchedStore(), SimulatedCloud(cut_before_answer={9})
    at_loss: list[tuple[str, str]] = []
    with open_library(cloud, end_after=30, store=store) as (library, seen):
        chat = library.new_chat()

        def look(number: int) -> None:
            if number == 10:
                at_loss.append((store.load(chat).messages[-1].text, seen.text))

        cloud.on_exchange = look
        library.send(chat, "hello")
        seen.reply()
    assert at_loss[0][0] == at_loss[0][1] != ""


def test_a_reply_of_which_nothing_came_leaves_nothing() -> None:
    store, cloud = WatchedStore(), SimulatedCloud(unreachable=10**6)
    with open_library(cloud, store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        ended = seen.reply()
        assert (ended.message, said(library, chat), stored(store, chat)) == (None, ["hello"], ["hello"])
        assert isinstance(seen.events[-2], HistoryChanged) and len(seen.events[-2].turns) == 1


def test_closing_in_the_middle_of_a_reply_stores_it_as_stopped() -> None:
    store, cloud = WatchedStore(), SimulatedCloud()
    with open_library(cloud, end_after=10**9, store=store) as (library, seen):
        chat = library.new_chat()
        library.set_options(chat, library.chat(chat).options)
        library.send(chat, "hello")
        deadline = time.monotonic() + 30
        while not seen.text and time.monotonic() < deadline:
            time.sleep(0.005)
    reply = store.load(chat).messages[-1]
    assert (reply.role, reply.end) == (Role.ASSISTANT, EndReason.STOPPED)
    assert reply.text == seen.text


def test_what_is_shown_is_worth_no_error() -> None:
    store = WatchedStore()
    settings = SamplingSettings(max_tokens=3)
    with open_library(end_after=10**9, store=store, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        seen.reply()
        library.regenerate(chat)
        seen.reply()
        store.is_full = True
        library.show_sibling(chat, last(library, chat).id, -1)
        assert library.turns(chat)[-1].place == 1
        store.is_full = False
