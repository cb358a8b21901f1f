"""A reply that was cut goes on in another run of the app, with the real model, to the text of the uncut one."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.conversations import Library
from app.core.events import EndReason, Event, ReplyEnded, TextAdded
from app.core.memory_store import MemoryStore
from app.core.services import ChatRequest
from app.domain.conversation import Message
from app.domain.ids import ChatId
from app.domain.sampling import SamplingSettings
from app.main import BUILT_IN_MODEL
from app.main.link import Network, open_writer
from app.storage.paths import DataFolder

QUESTION = "Tell me a short story about a fox who learns to read."
TOKENS = 48
GREEDY = SamplingSettings(max_tokens=TOKENS)
SEEDED = SamplingSettings(temperature=0.9, top_p=0.95, seed=11, max_tokens=TOKENS)


@pytest.fixture
def folder(tmp_path: Path, smollm2_folder: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(smollm2_folder)
    return folder


def run(
    folder: DataFolder,
    store: MemoryStore,
    settings: SamplingSettings,
    do: Callable[[Library], None],
    cut_after: int = 0,
) -> None:
    """One run of the app: `do`, then wait for its reply; stop after so many pieces of text."""
    done = threading.Event()
    pieces = 0

    def listen(event: Event) -> None:
        nonlocal pieces
        if isinstance(event, TextAdded):
            pieces += 1
            if pieces == cut_after:
                library.stop()
        elif isinstance(event, ReplyEnded):
            done.set()

    with ExitStack() as stack:
        network = Network(folder, lambda notice: None)
        stack.callback(network.close)
        writer = open_writer(network, folder, ChatRequest(), lambda sentence: None)
        stack.callback(writer.close)
        library = Library(store, sampling=lambda: settings, system=lambda: "")
        library.attach(writer)
        stack.callback(library.close)
        library.subscribe(listen)
        do(library)
        assert done.wait(90)


def reply_in(store: MemoryStore) -> tuple[ChatId, Message]:
    chat = store.chats()[0].id
    return chat, store.load(chat).messages[-1]


@pytest.mark.parametrize(
    ("settings", "cut_after"), [(GREEDY, 1), (GREEDY, 20), (SEEDED, 20)], ids=["greedy, early", "greedy", "seeded"]
)
def test_a_stopped_reply_goes_on_after_a_restart_as_if_it_never_was(
    folder: DataFolder, settings: SamplingSettings, cut_after: int
) -> None:
    whole, cut = MemoryStore(), MemoryStore()
    run(folder, whole, settings, lambda library: library.send(library.new_chat(), QUESTION))
    run(folder, cut, settings, lambda library: library.send(library.new_chat(), QUESTION), cut_after)
    chat, reply = reply_in(cut)
    assert reply.end is EndReason.STOPPED and 0 < len(reply.tokens) < TOKENS
    rest = replace(settings, max_tokens=TOKENS - len(reply.tokens))
    run(folder, cut, rest, lambda library: library.continue_reply(chat, reply.id))
    _, expected = reply_in(whole)
    _, found = reply_in(cut)
    assert (found.text, found.tokens, found.end) == (expected.text, expected.tokens, expected.end)
