"""The Library: many chats, one reply at a time, and everything a person does with them."""

import gc
import sys
import threading
import time
import types
from collections.abc import Callable

import pytest

from app.core.conversations import Library
from app.core.events import ChatsChanged, EndReason, HistoryChanged, MessageAdded, ReplyEnded, Role, TextAdded
from app.core.memory_store import MemoryStore
from app.core.reply_writer import ReplyWriter
from app.domain.conversation import AdapterUse, Attachment, ChatInfo, ChatOptions, Message, StoredChat
from app.domain.errors import SettingsError, StorageError
from app.domain.ids import ChatId, MessageId, new_chat_id, new_message_id
from app.domain.sampling import SamplingSettings
from tests.sim.cloud_simulator import SimulatedCloud
from tests.sim.library import Recorder, last, open_library, said, simulated_writer
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

Open = Callable[..., ScriptedConversations]


@pytest.fixture
def talk() -> Open:
    """Scripted conversations, closed by the test's end."""
    opened: list[ScriptedConversations] = []

    def open_one(*replies: ScriptedReply, **options: object) -> ScriptedConversations:
        opened.append(ScriptedConversations(replies or (ScriptedReply(),), **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one  # type: ignore[misc]
    for one in opened:
        one.close()


def ask(library: ScriptedConversations, chat: ChatId, text: str = "Hello") -> None:
    library.send(chat, text)
    library.wait_idle()


def shown(library: Library, chat: ChatId) -> list[MessageId]:
    return [turn.message.id for turn in library.turns(chat)]


# Several chats


def test_two_chats_alternately_share_one_session_and_send_only_what_is_new() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud) as (library, seen):
        for text in ("the same beginning, one", "the same beginning, two"):
            chat = library.new_chat()
            library.send(chat, text)
            seen.reply()
        one, two = (info.id for info in reversed(library.chats()))
        positions = [position for _, kind, position, _ in cloud.log if kind.name == "STEP"]
        assert positions.count(0) == 1  # the second chat began behind the shared words
        for chat in (one, two, one):
            library.send(chat, "and?")
            assert seen.reply().reason is EndReason.END_OF_TEXT
        assert [len(library.turns(chat)) for chat in (one, two)] == [6, 4]


def test_while_a_reply_streams_other_chats_can_be_read_and_arranged_but_not_written_in(talk: Open) -> None:
    library = talk(ScriptedReply(("One", " two"), waits=True))
    busy, other = library.new_chat(), library.seeded("Question", "Answer", title="Other")
    streamed = threading.Event()
    library.subscribe(lambda event: streamed.set() if isinstance(event, TextAdded) and event.text == " two" else None)
    library.send(busy, "Tell me")
    assert streamed.wait(5)
    assert library.busy_chat == busy
    assert said(library, other) == ["Question", "Answer"]
    library.pin(other, True)
    library.rename(other, "Renamed")
    library.save_draft(other, "later")
    with pytest.raises(SettingsError, match="still being written"):
        library.send(other, "now")
    with pytest.raises(SettingsError, match="still being written"):
        library.regenerate(other)
    assert said(library, other) == ["Question", "Answer"] and library.chat(other).draft == "later"
    assert said(library, busy) == ["Tell me", "One two"]
    library.stop()
    library.wait_idle()
    assert library.busy_chat is None
    library.send(other, "now")


def test_a_view_that_opens_a_chat_during_its_reply_reads_every_word_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = SimulatedCloud(on_exchange=lambda number: time.sleep(0.0005))
    with open_library(cloud, end_after=200) as (library, seen):
        chat = library.new_chat()
        emit = library._emit

        def slow_emit(event: object) -> None:
            if isinstance(event, HistoryChanged):
                time.sleep(0.002)  # time enough for a word that is not in it
            emit(event)  # type: ignore[arg-type]

        monkeypatch.setattr(library, "_emit", slow_emit)
        openers = [threading.Thread(target=lambda: [library.show_chat(chat) for _ in range(20)]) for _ in range(2)]
        library.send(chat, "hello")
        for thread in openers:
            thread.start()
        seen.reply()
        for thread in openers:
            thread.join()
        text = ""
        for event in seen.events:
            if isinstance(event, HistoryChanged):
                text = event.turns[-1].message.text
            elif isinstance(event, TextAdded):
                text += event.text
        assert text == last(library, chat).text


# The order of events


def test_events_of_a_reply_come_in_their_order(talk: Open) -> None:
    library = talk()
    names: list[str] = []
    library.subscribe(lambda event: names.append(type(event).__name__))
    chat = library.new_chat()
    ask(library, chat)
    first = ["MessageAdded", "ChatsChanged", "MessageAdded", "LinkChanged", "PromptProgressed"]
    assert names == first + ["TextAdded", "TrafficChanged"] * 3 + ["LinkChanged", "ReplyEnded"]
    names.clear()
    library.regenerate(chat)
    library.wait_idle()
    assert names[:3] == ["HistoryChanged", "MessageAdded", "LinkChanged"]
    names.clear()
    library.edit(chat, shown(library, chat)[0], "Other")
    library.wait_idle()
    assert names[:4] == ["HistoryChanged", "ChatsChanged", "MessageAdded", "LinkChanged"]


def test_when_a_reply_has_ended_the_next_message_may_be_sent_from_that_very_event() -> None:
    with open_library() as (library, seen):
        chat = library.new_chat()
        left = ["three", "two"]

        def go_on(event: object) -> None:
            if isinstance(event, ReplyEnded) and left:
                library.send(chat, left.pop())

        library.subscribe(go_on)
        library.send(chat, "one")
        for _ in range(3):
            assert seen.reply().reason is EndReason.END_OF_TEXT
        assert said(library, chat)[::2] == ["one", "two", "three"]


# Siblings


def test_regenerate_and_edit_make_siblings_and_lose_nothing(talk: Open) -> None:
    library = talk(*(ScriptedReply((text,)) for text in ("A", "B", "C", "D")))
    chat = library.new_chat()
    ask(library, chat, "one")
    library.regenerate(chat)
    library.wait_idle()
    assert said(library, chat) == ["one", "B"]
    assert [(turn.place, turn.of) for turn in library.turns(chat)] == [(1, 1), (2, 2)]
    ask(library, chat, "two")
    library.edit(chat, shown(library, chat)[0], "one, edited")
    library.wait_idle()
    assert said(library, chat) == ["one, edited", "D"]
    library.show_sibling(chat, shown(library, chat)[0], -1)
    assert said(library, chat) == ["one", "B", "two", "C"]  # the branch that was seen last
    library.show_sibling(chat, shown(library, chat)[1], -1)
    assert said(library, chat) == ["one", "A"]
    library.show_sibling(chat, shown(library, chat)[1], -5)
    assert said(library, chat) == ["one", "A"]
    assert len(library.whole(chat).messages) == 7


def test_an_edit_in_the_middle_keeps_what_came_before_and_sends_only_what_is_new() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud) as (library, seen):
        chat = library.new_chat()
        for text in ("first", "second", "third"):
            library.send(chat, text)
            seen.reply()
        sent = len(cloud.log)
        library.edit(chat, library.turns(chat)[2].message.id, "sec-edited")
        ended = seen.reply()
        assert said(library, chat)[:3:2] == ["first", "sec-edited"] and len(library.turns(chat)) == 4
        assert ended.traffic.prompt_tokens == len("-edited") + 1 + len("sec") - len("sec")
        assert cloud.log[sent][2] == len("first") + 1 + 12 + 1 + len("sec")
        library.show_sibling(chat, library.turns(chat)[2].message.id, -1)
        assert len(library.turns(chat)) == 6
        with pytest.raises(SettingsError, match="your own"):
            library.edit(chat, library.turns(chat)[1].message.id, "not mine")


def test_regenerate_in_the_middle_makes_a_sibling_there_and_shows_it(talk: Open) -> None:
    library = talk(ScriptedReply(("New",)))
    chat = library.seeded("one", "A", "two", "B")
    library.regenerate(chat, shown(library, chat)[1])
    library.wait_idle()
    assert said(library, chat) == ["one", "New"]
    library.show_sibling(chat, shown(library, chat)[1], -1)
    assert said(library, chat) == ["one", "A", "two", "B"]
    library.regenerate(chat, shown(library, chat)[0])  # a message of the person: another reply to it
    library.wait_idle()
    assert library.turns(chat)[-1].of == 3


def test_regenerate_after_a_reply_that_never_came_writes_the_first(talk: Open) -> None:
    library = talk(ScriptedReply((), waits=True), ScriptedReply(("Now",)))
    chat = library.new_chat()
    library.send(chat, "Hello")
    library.stop()
    library.wait_idle()
    assert said(library, chat) == ["Hello"]
    library.regenerate(chat)
    library.wait_idle()
    assert said(library, chat) == ["Hello", "Now"] and library.turns(chat)[1].of == 1
    with pytest.raises(SettingsError, match="no reply"):
        library.regenerate(library.new_chat())


def test_a_regeneration_that_brings_nothing_shows_the_old_reply_again(talk: Open) -> None:
    library = talk(ScriptedReply((), waits=True))
    chat = library.seeded("one", "A")
    events: list[object] = []
    library.subscribe(events.append)
    library.regenerate(chat)
    library.stop()
    library.wait_idle()
    assert said(library, chat) == ["one", "A"]
    assert isinstance(events[-2], HistoryChanged) and [t.message.text for t in events[-2].turns] == ["one", "A"]
    ended = events[-1]
    assert isinstance(ended, ReplyEnded) and (ended.chat, ended.message) == (chat, None)


def test_a_search_hit_on_another_branch_is_shown(talk: Open) -> None:
    library = talk(*(ScriptedReply((text,)) for text in ("A", "B")))
    chat = library.new_chat()
    ask(library, chat, "one")
    hidden_branch = shown(library, chat)[1]
    library.edit(chat, shown(library, chat)[0], "other")
    library.wait_idle()
    (hit,) = (hit for hit in library.search("one") if hit.message is not None)
    assert (hit.chat, hit.snippet, hit.marks) == (chat, "one", ((0, 3),))
    library.show_message(chat, hidden_branch)
    assert said(library, chat) == ["one", "A"]


def test_a_fork_is_a_chat_of_its_own(talk: Open) -> None:
    library = talk(ScriptedReply(("New",)))
    chat = library.seeded("one", "A", "two", "B", title="Source", is_pinned=True)
    fork = library.fork(chat, shown(library, chat)[1])
    assert said(library, fork) == ["one", "A"]
    assert (library.chat(fork).title, library.chat(fork).is_pinned) == ("Source", False)
    ask(library, fork, "other way")
    assert said(library, fork) == ["one", "A", "other way", "New"]
    assert said(library, chat) == ["one", "A", "two", "B"]


# Deleting


def test_a_deleted_chat_comes_back_until_the_app_ends() -> None:
    store = MemoryStore()
    library = ScriptedConversations(store=store)
    kept, gone = library.seeded("one", "A", title="Kept"), library.seeded("two", "B", title="Gone")
    library.delete(gone)
    assert [info.id for info in library.chats()] == [kept]
    library.undo_delete(gone)
    assert said(library, gone) == ["two", "B"] and len(library.chats()) == 2
    library.delete(gone)
    library.close()
    library = ScriptedConversations(store=store)
    assert [info.title for info in library.chats()] == ["Kept"]
    assert [info.title for info in store.chats()] == ["Kept"]
    library.close()


def test_what_was_deleted_before_a_crash_is_gone_at_the_next_start() -> None:
    store = MemoryStore()
    crashed = ScriptedConversations(store=store)
    chat = crashed.seeded("one", "A", "two", "B")
    deleted = crashed.turns(chat)[2].message.id
    crashed.delete(chat, deleted)
    again = ScriptedConversations(store=store)
    assert said(again, chat) == ["one", "A"]
    with pytest.raises(StorageError):  # forgotten, not only hidden
        store.set_deleted(chat, deleted, is_deleted=False)
    again.close()
    crashed.writer.close()


def test_a_deleted_message_takes_what_is_below_it_and_brings_it_back(talk: Open) -> None:
    library = talk()
    chat = library.seeded("one", "A", "two", "B")
    second = shown(library, chat)[2]
    events: list[object] = []
    library.subscribe(events.append)
    library.delete(chat, second)
    assert said(library, chat) == ["one", "A"]
    assert isinstance(events[-1], HistoryChanged) and len(events[-1].turns) == 2
    with pytest.raises(SettingsError, match="no longer"):
        library.edit(chat, second, "lost?")
    ask(library, chat, "instead")
    library.undo_delete(chat, second)
    assert said(library, chat) == ["one", "A", "two", "B"] and library.turns(chat)[2].of == 2


@pytest.mark.parametrize("what", ["chat", "message", "reply"])
def test_deleting_what_is_being_written_stops_it_and_undo_brings_back_what_was_there(talk: Open, what: str) -> None:
    store = MemoryStore()
    library = talk(ScriptedReply(("One", " two"), waits=True), store=store)
    chat = library.new_chat()
    streamed = threading.Event()
    library.subscribe(lambda event: streamed.set() if isinstance(event, TextAdded) and event.text == " two" else None)
    library.send(chat, "Tell me")
    assert streamed.wait(5)
    target = {"chat": None, "message": shown(library, chat)[0], "reply": shown(library, chat)[1]}[what]
    library.delete(chat, target)
    library.wait_idle()
    assert library.busy_chat is None
    assert [info.id for info in library.chats()] == ([] if what == "chat" else [chat])
    library.undo_delete(chat, target)
    assert said(library, chat) == ["Tell me", "One two"]
    assert [message.text for message in store.load(chat).messages] == ["Tell me", "One two"]
    assert last(library, chat).end is EndReason.STOPPED


def test_a_reply_deleted_before_its_first_token_stays_deleted() -> None:
    store, cloud = MemoryStore(), SimulatedCloud()
    with open_library(cloud, store=store, end_after=10**9) as (library, seen):
        chat = library.new_chat()
        deleted = threading.Event()

        def delete(number: int) -> None:
            if number == 1:
                library.delete(chat, library.turns(chat)[1].message.id)
                deleted.set()

        cloud.on_exchange = delete
        library.send(chat, "hello")
        seen.reply()
        assert deleted.is_set() and said(library, chat) == ["hello"]
        assert [message.text for message in store.load(chat).messages] == ["hello"]


# The list


def test_an_empty_chat_is_nowhere_until_it_has_a_message_or_a_draft(talk: Open) -> None:
    store = MemoryStore()
    library = talk(store=store)
    chat, drafted = library.new_chat(), library.new_chat()
    library.pin(chat, True)
    assert (library.chats(), store.chats()) == ((), ())
    library.save_draft(drafted, "half a")
    assert [info.id for info in library.chats()] == [drafted] == [info.id for info in store.chats()]
    ask(library, chat)
    assert [info.id for info in library.chats()] == [chat, drafted]  # pinned first
    assert store.chats()[0].is_pinned


def test_titles_come_by_themselves_until_a_person_chooses_one(talk: Open) -> None:
    library = talk()
    chat = library.new_chat()
    ask(library, chat, "Hi, what is a fjord?")
    assert library.chat(chat).title == "What is a fjord?"
    library.rename(chat, "  Norway \n")
    ask(library, chat, "And a skerry?")
    assert (library.chat(chat).title, library.chat(chat).is_title_chosen) == ("Norway", True)
    library.rename(chat, " ")
    assert (library.chat(chat).title, library.chat(chat).is_title_chosen) == ("What is a fjord?", False)


def test_a_name_chosen_before_the_first_message_stays(talk: Open) -> None:
    library = talk()
    chat = library.new_chat()
    library.rename(chat, "Norway")
    ask(library, chat, "What is a fjord?")
    assert library.chats()[0].title == "Norway"


def test_folders_hold_chats_and_let_them_go(talk: Open) -> None:
    store = MemoryStore()
    library = talk(store=store)
    work = library.add_folder(" Work  things ")
    chat = library.new_chat(folder=work)
    ask(library, chat)
    assert [(folder.id, folder.name) for folder in library.folders()] == [(work, "Work things")]
    library.rename_folder(work, "Jobs")
    other = library.add_folder("A first")
    assert [folder.name for folder in library.folders()] == ["A first", "Jobs"]
    library.move(chat, other)
    assert store.chats()[0].folder == other
    library.remove_folder(other)
    assert library.chat(chat).folder is None and len(library.chats()) == 1
    with pytest.raises(SettingsError, match="folder"):
        library.move(chat, other)
    with pytest.raises(SettingsError, match="name"):
        library.add_folder("  ")


def test_the_list_is_told_of_what_changes_it(talk: Open) -> None:
    library = talk()
    chat = library.seeded("one", "A")
    told: list[object] = []
    library.subscribe(lambda event: told.append(event) if isinstance(event, ChatsChanged) else None)
    for change in (
        lambda: library.rename(chat, "Name"),
        lambda: library.pin(chat, True),
        lambda: library.delete(chat),
        lambda: library.undo_delete(chat),
        lambda: library.add_folder("Folder"),
        lambda: ask(library, chat),
    ):
        told.clear()
        change()
        assert told


def test_a_temporary_chat_is_listed_while_it_is_open_and_never_stored() -> None:
    store = MemoryStore()
    library = ScriptedConversations(store=store)
    chat = library.new_chat(is_temporary=True)
    ask(library, chat, "secret words")
    library.save_draft(chat, "more secrets")
    fork = library.fork(chat, library.turns(chat)[1].message.id)
    assert {info.id for info in library.chats()} == {chat, fork}
    assert all(info.is_temporary for info in library.chats())
    assert [hit.chat for hit in library.search("secret")]
    assert store.chats() == () and store.search("secret", 10) == ()
    library.close()
    assert store.chats() == ()


# Settings, readiness, closing


def test_a_chats_own_options_are_used_and_else_the_settings(talk: Open) -> None:
    library = talk(system="Be kind.", sampling=SamplingSettings(top_k=7))
    chat = library.new_chat()
    ask(library, chat)
    task = library.writer.tasks[-1]
    assert (task.system, task.sampling.top_k) == ("Be kind.", 7)
    library.set_options(chat, ChatOptions(system="", sampling=SamplingSettings(top_k=3)))
    ask(library, chat)
    task = library.writer.tasks[-1]
    assert (task.system, task.sampling.top_k) == ("", 3)


def test_a_chats_own_adapter_and_strength_are_used_and_else_the_settings(talk: Open) -> None:
    library = talk()
    library.writer.adapter = AdapterUse("usual")
    chat = library.new_chat()
    for options, expected in (
        (ChatOptions(), AdapterUse("usual")),
        (ChatOptions(strength=50), AdapterUse("usual", 50)),
        (ChatOptions(adapter="pirate"), AdapterUse("pirate")),
        (ChatOptions(adapter="pirate", strength=150), AdapterUse("pirate", 150)),
        (ChatOptions(adapter=""), None),  # none, whatever the settings say
        (ChatOptions(adapter="pirate", strength=0), None),
    ):
        library.set_options(chat, options)
        ask(library, chat, "Ahoy")
        assert library.writer.tasks[-1].adapter == expected
        assert library.turns(chat)[-1].message.adapter == expected


def test_another_answer_may_take_another_adapter_and_stands_beside_the_first(talk: Open) -> None:
    library = talk()
    chat = library.new_chat()
    library.set_options(chat, ChatOptions(strength=80))
    ask(library, chat, "Ahoy")
    for adapter, expected in (("pirate", AdapterUse("pirate", 80)), ("", None), ("monk", AdapterUse("monk", 80))):
        library.regenerate(chat, adapter=adapter)
        library.writer.wait_idle()
        turn = library.turns(chat)[-1]
        assert (turn.message.adapter, library.writer.tasks[-1].adapter) == (expected, expected)
    assert (turn.place, turn.of) == (4, 4)
    assert library.chat(chat).options.adapter is None  # for this answer alone


def test_a_cut_reply_goes_on_with_the_adapter_that_began_it(talk: Open) -> None:
    library = talk(ScriptedReply(reason=EndReason.STOPPED), ScriptedReply())
    chat = library.new_chat()
    library.set_options(chat, ChatOptions(adapter="pirate", strength=50))
    ask(library, chat, "Ahoy")
    library.set_options(chat, ChatOptions(adapter=""))
    library.continue_reply(chat, library.turns(chat)[-1].message.id)
    library.writer.wait_idle()
    assert library.writer.tasks[-1].adapter == AdapterUse("pirate", 50)


def test_before_a_backend_is_there_everything_but_sending_works(talk: Open) -> None:
    library = talk(is_ready=False)
    chat = library.seeded("one", "A")
    assert not library.is_ready and library.estimate(chat, "text") is None
    with pytest.raises(SettingsError, match="not ready"):
        library.send(chat, "two")
    assert said(library, chat) == ["one", "A"]
    library.attach(library.writer)
    ask(library, chat, "two")
    assert len(library.turns(chat)) == 4


def test_a_writer_can_be_exchanged_and_the_reply_under_way_is_kept() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=10**9) as (library, seen):
        chat = library.new_chat()
        streamed = threading.Event()
        library.subscribe(lambda event: streamed.set() if isinstance(event, TextAdded) else None)
        library.send(chat, "hello")
        assert streamed.wait(5)
        writer = library.detach()
        assert writer is not None and library.busy_chat is None and not library.is_ready
        assert last(library, chat).end is EndReason.STOPPED
        writer.close()
        library.attach(simulated_writer(SimulatedCloud()))
        seen.reply()
        library.send(chat, "again")
        assert seen.reply().reason is EndReason.END_OF_TEXT


def test_a_writer_that_is_given_back_holds_nothing_of_any_chat() -> None:
    with open_library() as (library, seen):
        chat = library.new_chat()
        library.send(chat, "a secret of mine")
        words = seen.reply().message
        assert words is not None
        library.estimate(chat, "another secret")
        writer = library.detach()
        assert isinstance(writer, ReplyWriter)
        library.close()
        deadline = time.monotonic() + 30
        while writer._session.tokens and time.monotonic() < deadline:
            time.sleep(0.005)
        seen.events.clear()
        found = [one for one in reachable(writer) if one in ("a secret of mine", "another secret", words.text)]
        assert not found and len(writer._session.tokens) == 0 and not writer._session._history.steps
        writer.close()


def reachable(root: object) -> list[str]:
    """Every string that can be reached from `root`, and from the frames of all threads."""
    seen: set[int] = set()
    texts: list[str] = []
    waiting: list[object] = [root, *(dict(frame.f_locals) for frame in frames_of_others())]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | types.ModuleType):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            texts.append(one)
        waiting.extend(gc.get_referents(one) if not isinstance(one, types.FunctionType) else [])
    return texts


def frames_of_others() -> list[types.FrameType]:
    """All frames of all threads but this one."""
    frames: list[types.FrameType] = []
    for thread, top in sys._current_frames().items():
        frame: types.FrameType | None = top if thread != threading.get_ident() else None
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
    return frames


def test_nothing_to_send_is_not_sent(talk: Open) -> None:
    library = talk()
    chat = library.new_chat()
    with pytest.raises(SettingsError, match="nothing"):
        library.send(chat, " \n")
    library.send(chat, "", [Attachment("notes.txt", "inside")])
    library.wait_idle()
    assert library.chat(chat).title == "notes.txt"


def test_what_is_no_longer_there_is_said(talk: Open) -> None:
    library = talk()
    chat = library.seeded("one", "A")
    for ask_for in (
        lambda: library.show_message(chat, new_message_id()),
        lambda: library.edit(chat, new_message_id(), "text"),
        lambda: library.fork(chat, new_message_id()),
        lambda: library.delete(chat, new_message_id()),
    ):
        with pytest.raises(SettingsError, match="no longer"):
            ask_for()


def test_many_chats_are_read_again_when_they_are_opened_again(talk: Open) -> None:
    library = talk()
    chats = [library.seeded(f"Question {i}", f"Answer {i}") for i in range(30)]
    for _ in range(2):
        for i, chat in enumerate(chats):
            assert said(library, chat) == [f"Question {i}", f"Answer {i}"]
    assert len(library._shelf._trees) < 12


def test_a_whole_chat_survives_export_and_import(talk: Open) -> None:
    library = talk(*(ScriptedReply((text,)) for text in ("A", "B")))
    chat = library.new_chat()
    ask(library, chat, "one")
    library.regenerate(chat)
    library.wait_idle()
    whole = library.whole(chat)
    other = talk()
    other.add_chats([whole])
    assert other.whole(chat) == whole and said(other, chat) == ["one", "B"]


def test_listeners_come_to_no_harm_after_close_and_close_may_come_twice() -> None:
    with open_library(end_after=10**9) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        library.close()
        assert next(event for event in seen.events if isinstance(event, ReplyEnded)).reason is EndReason.STOPPED
        library.close()
        with pytest.raises(SettingsError):
            library.attach(simulated_writer_closed())


def simulated_writer_closed() -> object:
    writer = simulated_writer(SimulatedCloud())
    writer.close()
    return writer


def test_an_imported_system_message_leads_the_prompt(talk: Open) -> None:
    library = talk()
    system = Message(new_message_id(), Role.SYSTEM, "Be brief.")
    person = Message(new_message_id(), Role.USER, "Hello", parent=system.id)
    chat = new_chat_id()
    library.add_chats([StoredChat(ChatInfo(chat), [system, person])])
    library.regenerate(chat)
    library.wait_idle()
    assert [message.role for message in library.writer.tasks[-1].branch] == [Role.SYSTEM, Role.USER]


def test_recorder_sees_turns_with_their_places(talk: Open) -> None:
    library = talk(ScriptedReply(("A",)), ScriptedReply(("B",)))
    seen = Recorder(library)
    chat = library.new_chat()
    ask(library, chat)
    library.regenerate(chat)
    library.wait_idle()
    added = [event.turn for event in seen.events if isinstance(event, MessageAdded)]
    assert [(turn.message.role, turn.place, turn.of) for turn in added] == [
        (Role.USER, 1, 1),
        (Role.ASSISTANT, 1, 1),
        (Role.ASSISTANT, 2, 2),
    ]
