"""A cut reply goes on from its exact token: the text is that of the reply that was never cut."""

from dataclasses import replace

import pytest

from app.core.conversations import Library
from app.core.events import EndReason, HistoryChanged, MessageAdded, ReplyEnded, Role, TextAdded
from app.core.memory_store import MemoryStore
from app.domain.clearance import Purpose
from app.domain.conversation import ChatInfo, Message, StoredChat
from app.domain.errors import SettingsError
from app.domain.ids import new_chat_id, new_message_id
from app.domain.sampling import SamplingSettings
from app.wire.frames import Kind
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedDecoder, SimulatedTokens
from tests.sim.library import last, open_library, said

QUESTION = "hello there, this is long enough for more than two chunks"
TOKENS = 30


def whole_reply(stop: tuple[str, ...] = (), tokenizer: SimulatedTokens | None = None) -> Message:
    settings = SamplingSettings(max_tokens=TOKENS, stop=stop)
    with open_library(end_after=10**9, sampling=lambda: settings, tokenizer=tokenizer) as (library, seen):
        chat = library.new_chat()
        library.send(chat, QUESTION)
        seen.reply()
        return last(library, chat)


@pytest.mark.parametrize("cut_at", [1, 2, 15, 16, 17, TOKENS - 1])
def test_a_reply_cut_by_its_length_goes_on_as_if_it_never_was(cut_at: int) -> None:
    settings = SamplingSettings(max_tokens=cut_at)
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=10**9, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        library.send(chat, QUESTION)
        first_end = seen.reply()
        cut = last(library, chat)
        assert (cut.end, cut.can_continue) == (EndReason.MAX_TOKENS, True)
        sent = len(cloud.log)
        seen.events.clear()
        settings = SamplingSettings(max_tokens=TOKENS - cut_at)
        library.continue_reply(chat, cut.id)
        ended = seen.reply()
        reply = last(library, chat)
        whole = whole_reply()
        assert (reply.text, reply.tokens) == (whole.text, whole.tokens)
        assert reply.id == cut.id and len(library.turns(chat)) == 2
        assert cut.text + seen.text == whole.text
        assert [row for *_, row in cloud.log[sent:]] == [1] * (TOKENS - cut_at)  # the cache held all but the last token
        assert ended.traffic.tokens == TOKENS and ended.message == reply
        assert ended.traffic.frames_up == first_end.traffic.frames_up + TOKENS - cut_at
        assert not any(isinstance(event, MessageAdded) for event in seen.events)
        opened = next(event for event in seen.events if isinstance(event, HistoryChanged))
        assert opened.turns[-1].message == replace(cut, end=None)


@pytest.mark.parametrize("loses_link", [False, True])
@pytest.mark.parametrize("cut_at", [1, 9, 17, 20])
def test_a_reply_that_a_crash_cut_goes_on_in_another_run_as_if_it_never_was(cut_at: int, loses_link: bool) -> None:
    """The simulated cloud's answers depend on the height of every step: the reply's tokens must be sent row by row."""
    whole = whole_reply()
    store = MemoryStore()
    person = Message(new_message_id(), Role.USER, QUESTION)
    tokens = whole.tokens[:cut_at]
    text = SimulatedTokens().decode(tokens)
    cut = Message(
        new_message_id(), Role.ASSISTANT, text, tokens, parent=person.id, model_id=MODEL.model_id
    )  # no end: a crash
    info = ChatInfo(new_chat_id(), "crashed")
    store.import_chat(StoredChat(info, [person, cut]))
    settings = SamplingSettings(max_tokens=TOKENS - cut_at)
    cloud = SimulatedCloud(cut_before_answer={10} if loses_link else set())
    with open_library(cloud, end_after=10**9, sampling=lambda: settings, store=store) as (library, seen):
        library.continue_reply(info.id, cut.id)
        seen.reply()
        assert last(library, info.id).text == whole.text
        assert store.load(info.id).messages[-1].tokens == whole.tokens
        heights = [rows for _, kind, _, rows in cloud.log if kind is Kind.STEP]
        assert heights[:5] == [16, 16, 16, len(QUESTION) + 1 - 48, min(cut_at, 16)]


def test_a_lost_connection_while_a_reply_goes_on_changes_nothing() -> None:
    whole = whole_reply()
    settings = SamplingSettings(max_tokens=20)
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=10**9, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        library.send(chat, QUESTION)
        seen.reply()
        settings = SamplingSettings(max_tokens=TOKENS - 20)
        cloud.cut_before_answer = {cloud.exchanges, cloud.exchanges + 9}
        library.continue_reply(chat, last(library, chat).id)
        seen.reply()
        assert last(library, chat).text == whole.text
        assert any(purpose is Purpose.REPLAY for purpose, *_ in cloud.log)


class HalfCharacters(SimulatedTokens):
    """Two tokens make one sign: between them there is nothing certain to show."""

    def reply_decoder(self) -> "HalfDecoder":
        return HalfDecoder()


class HalfDecoder(SimulatedDecoder):
    def __init__(self) -> None:
        self.half: int | None = None

    def add(self, token: int) -> str:
        if self.half is None:
            self.half = token
            return ""
        first, self.half = self.half, None
        return f"({first},{token})"

    def finish(self) -> str:
        return "" if self.half is None else "\ufffd"


@pytest.mark.parametrize("cut_at", [1, 6, 7])
def test_half_a_character_at_the_cut_becomes_a_whole_one(cut_at: int) -> None:
    whole = whole_reply(tokenizer=HalfCharacters())
    settings = SamplingSettings(max_tokens=cut_at)
    with open_library(end_after=10**9, sampling=lambda: settings, tokenizer=HalfCharacters()) as (library, seen):
        chat = library.new_chat()
        library.send(chat, QUESTION)
        seen.reply()
        assert last(library, chat).text.endswith("\ufffd") == bool(cut_at % 2)
        settings = SamplingSettings(max_tokens=TOKENS - cut_at)
        library.continue_reply(chat, last(library, chat).id)
        seen.reply()
        assert last(library, chat).text == whole.text
        # what a view that follows the events shows is the same
        shown = ""
        for event in seen.events:
            if isinstance(event, HistoryChanged):
                shown = event.turns[-1].message.text
            elif isinstance(event, TextAdded):
                shown += event.text
        assert shown == whole.text


@pytest.mark.parametrize("stops_at", range(3, 12))
def test_a_stop_string_across_the_cut_still_ends_the_reply(stops_at: int) -> None:
    """The reply is stopped while a part of the stop string is held back."""
    plain = whole_reply()
    signs = [f"<{token}>" for token in plain.tokens]
    stop = ("".join(signs[8:10]),)
    expected = plain.text[: plain.text.index(stop[0])]
    settings = SamplingSettings(max_tokens=TOKENS, stop=stop)
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=10**9, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        cloud.on_exchange = lambda number: library.stop() if number == stops_at else None
        library.send(chat, QUESTION)
        cut = seen.reply()
        if cut.reason is EndReason.STOPPED and cut.message is not None:
            cloud.on_exchange = lambda number: None
            assert cut.message.can_continue
            library.continue_reply(chat, cut.message_id)
            assert seen.reply().reason is EndReason.STOP_STRING
            reply = last(library, chat)
            assert reply.text == expected
            assert reply.tokens == ()  # they say more than the text: it cannot go on once more
            assert not reply.can_continue


def test_what_has_ended_or_is_another_models_is_not_gone_on_with() -> None:
    settings = SamplingSettings()
    with open_library(sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        assert seen.reply().reason is EndReason.END_OF_TEXT
        with pytest.raises(SettingsError, match="has ended"):
            library.continue_reply(chat, last(library, chat).id)
        person = Message(new_message_id(), Role.USER, "hello")
        other = Message(new_message_id(), Role.ASSISTANT, "<5>", (5,), parent=person.id, model_id="another")
        info = ChatInfo(new_chat_id())
        library.add_chats([StoredChat(info, [person, other])])
        with pytest.raises(SettingsError, match="Another model"):
            library.continue_reply(info.id, other.id)
        assert library.busy_chat is None


def test_a_reply_in_the_middle_grows_in_its_place() -> None:
    settings = SamplingSettings(max_tokens=3)
    with open_library(end_after=10**9, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        for text in ("one", "two"):
            library.send(chat, text)
            seen.reply()
        first = library.turns(chat)[1].message
        library.continue_reply(chat, first.id)
        seen.reply()
        turns = library.turns(chat)
        assert len(turns) == 4 and len(turns[1].message.tokens) == 6
        assert turns[1].message.text.startswith(first.text)


def test_a_full_context_is_said_and_the_reply_stays() -> None:
    settings = SamplingSettings(max_tokens=10**6)
    with open_library(end_after=10**9, sampling=lambda: settings) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "x" * (MODEL.max_positions - 20))
        assert seen.reply().reason is EndReason.CONTEXT_FULL
        assert not last(library, chat).can_continue
        stuck = replace(last(library, chat), end=None)
        _pretend(library, chat, stuck)
        library.continue_reply(chat, stuck.id)
        ended: ReplyEnded = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.error is not None and "no room" in ended.error.message
        assert said(library, chat)[-1] == stuck.text


def _pretend(library: Library, chat: object, reply: Message) -> None:
    library._tree(chat).update(reply)  # type: ignore[arg-type]
