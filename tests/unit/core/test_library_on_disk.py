"""The Library over the encrypted store: whatever a person does, the next start shows what this one shows."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.core.events import EndReason, Role
from app.core.memory_store import MemoryStore
from app.core.ports import ChatStore
from app.domain.errors import BackendError
from app.domain.ids import ChatId
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database
from tests.sim.cloud_simulator import SimulatedCloud
from tests.sim.library import open_library, said
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

KEY = bytes(range(32))
REPLIES = (
    ScriptedReply(("A", " reply")),
    ScriptedReply(("Cut",), reason=EndReason.MAX_TOKENS),
    ScriptedReply((), reason=EndReason.FAILED, error=BackendError("The backend is gone.")),
    ScriptedReply(("Half",), reason=EndReason.FAILED, error=BackendError("The backend is gone.")),
)


def on_disk(folder: Path) -> tuple[EncryptedChatStore, Callable[[], None]]:
    database = Database(folder / "history.db")
    database.open(KEY)
    return EncryptedChatStore(database), database.close


class LibraryMachine(RuleBasedStateMachine):
    """Random doings in a few chats, and new starts between them."""

    def __init__(self, store: ChatStore, close: Callable[[], None]) -> None:
        super().__init__()
        self.store, self.close_store = store, close
        self.counter = itertools.count()
        self.library = ScriptedConversations(store=store)
        self.deleted: list[tuple[ChatId, object]] = []
        self.made: list[ChatId] = []  # the list itself orders chats by time, which no test case can repeat

    def teardown(self) -> None:
        self.library.close()
        self.close_store()

    def pick_chat(self, data: st.DataObject) -> ChatId:
        listed = {info.id for info in self.library.chats()}
        return data.draw(st.sampled_from([chat for chat in self.made if chat in listed]))

    def plays(self, reply: ScriptedReply) -> None:
        self.library.writer.script = [reply]

    @rule(reply=st.sampled_from(REPLIES))
    def begin(self, reply: ScriptedReply) -> None:
        if len(self.library.chats()) < 3:
            self.plays(reply)
            chat = self.library.new_chat()
            self.made.append(chat)
            self.library.send(chat, f"question {next(self.counter)}")
            self.library.wait_idle()

    @precondition(lambda self: self.library.chats())
    @rule(data=st.data(), reply=st.sampled_from(REPLIES), what=st.sampled_from(["send", "edit", "again", "go on"]))
    def write(self, data: st.DataObject, reply: ScriptedReply, what: str) -> None:
        chat = self.pick_chat(data)
        turns = self.library.turns(chat)
        picked = data.draw(st.sampled_from(turns)).message if turns else None
        self.plays(reply)
        if what == "send" or picked is None:
            self.library.send(chat, f"question {next(self.counter)}")
        elif what == "edit" and picked.role is Role.USER:
            self.library.edit(chat, picked.id, f"edited {next(self.counter)}")
        elif what == "again":
            self.library.regenerate(chat, picked.id)
        elif what == "go on" and picked.can_continue:
            self.library.continue_reply(chat, picked.id)
        self.library.wait_idle()

    @precondition(lambda self: self.library.chats())
    @rule(data=st.data(), step=st.sampled_from([-1, 1]))
    def look_around(self, data: st.DataObject, step: int) -> None:
        chat = self.pick_chat(data)
        if turns := self.library.turns(chat):
            self.library.show_sibling(chat, data.draw(st.sampled_from(turns)).message.id, step)

    @precondition(lambda self: self.library.chats())
    @rule(data=st.data(), whole=st.booleans())
    def delete(self, data: st.DataObject, whole: bool) -> None:
        chat = self.pick_chat(data)
        turns = self.library.turns(chat)
        message = None if whole or not turns else data.draw(st.sampled_from(turns)).message.id
        self.library.delete(chat, message)
        self.deleted.append((chat, message))

    @precondition(lambda self: self.deleted)
    @rule()
    def undo(self) -> None:
        chat, message = self.deleted.pop()
        self.library.undo_delete(chat, message)  # type: ignore[arg-type]
        if message is not None:
            assert message in [turn.message.id for turn in self.library.turns(chat)]

    @precondition(lambda self: self.library.chats())
    @rule(data=st.data())
    def arrange(self, data: st.DataObject) -> None:
        chat = self.pick_chat(data)
        self.library.rename(chat, data.draw(st.sampled_from(["", "Name"])))
        self.library.pin(chat, data.draw(st.booleans()))
        self.library.save_draft(chat, data.draw(st.sampled_from(["", "half a"])))
        if turns := self.library.turns(chat):
            self.made.append(self.library.fork(chat, data.draw(st.sampled_from(turns)).message.id))

    @rule(is_crash=st.booleans())
    def start_again(self, is_crash: bool) -> None:
        before = self.seen()
        if is_crash:
            self.library.writer.close()
        else:
            self.library.close()
        self.library = ScriptedConversations(store=self.store)
        assert self.seen() == before
        self.deleted.clear()

    def seen(self) -> dict[ChatId, object]:
        return {
            info.id: (
                (info.title, info.is_title_chosen, info.is_pinned, info.draft),
                [(t.message.text, tuple(t.message.tokens), t.message.end, t.place, t.of) for t in turns],
            )
            for info in self.library.chats()
            for turns in [self.library.turns(info.id)]
        }


def test_the_next_start_shows_what_this_one_shows(tmp_path: Path) -> None:
    folders = (tmp_path / str(number) for number in itertools.count())

    def machine() -> LibraryMachine:
        folder = next(folders)
        folder.mkdir()
        return LibraryMachine(*on_disk(folder))

    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))


def test_in_memory_it_is_the_same() -> None:
    run_state_machine_as_test(
        lambda: LibraryMachine(MemoryStore(), lambda: None),
        settings=settings(max_examples=60, stateful_step_count=25, deadline=None),
    )


def test_a_reply_is_on_the_disk_with_its_exact_tokens(tmp_path: Path) -> None:
    store, close = on_disk(tmp_path)
    with open_library(end_after=40, store=store) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        whole = seen.reply().message
        assert whole is not None
        stored = store.load(chat).messages[-1]
        assert (stored.text, tuple(stored.tokens), stored.end) == (whole.text, whole.tokens, whole.end)
    close()


@pytest.mark.parametrize("number", [1, 2])
def test_a_reply_deleted_before_its_first_token_is_deleted_on_the_disk_too(tmp_path: Path, number: int) -> None:
    store, close = on_disk(tmp_path)
    cloud = SimulatedCloud()
    with open_library(cloud, store=store, end_after=10**9) as (library, seen):
        chat = library.new_chat()
        cloud.on_exchange = lambda at: library.delete(chat, library.turns(chat)[1].message.id) if at == number else None
        library.send(chat, "hello")
        seen.reply()
        assert said(library, chat) == ["hello"] == [message.text for message in store.load(chat).messages]
    close()
