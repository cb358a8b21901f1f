"""Replies over a simulated cloud: what a person asks for, and the events they then see."""

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from app.core.conversations import Library
from app.core.events import EndReason, LinkChanged, LinkState, Role
from app.domain.conversation import ChatOptions, Message
from app.domain.errors import SettingsError
from app.domain.sampling import SamplingSettings
from app.wire.errors import ErrorCode
from app.wire.frames import Kind
from app.wire.plan import ExchangePlan, layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedTokens
from tests.sim.library import Recorder, open_library

SETTINGS = SamplingSettings()


class OneChat:
    """One chat of a Library, with the settings of each reply."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.id = library.new_chat()

    def send(self, text: str, settings: SamplingSettings = SETTINGS) -> None:
        self.library.set_options(self.id, ChatOptions(sampling=settings))
        self.library.send(self.id, text)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(turn.message for turn in self.library.turns(self.id))


@contextmanager
def open_chat(
    cloud: SimulatedCloud,
    end_after: int = 12,
    plan: ExchangePlan | None = None,
    tokenizer: SimulatedTokens | None = None,
) -> Iterator[tuple[OneChat, Recorder]]:
    with open_library(cloud, end_after, plan, tokenizer) as (library, seen):
        yield OneChat(library), seen


def test_a_reply_streams_and_is_kept() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello")
        ended = seen.reply()
        assert ended.reason is EndReason.END_OF_TEXT
        assert [message.role for message in chat.messages] == [Role.USER, Role.ASSISTANT]
        assert chat.messages[-1].text == seen.text != ""
        assert (ended.traffic.tokens, ended.traffic.frames_up) == (13, 13)
        assert ended.traffic.bytes_up > 0 and ended.traffic.bytes_down > 0


def test_only_new_positions_are_sent_in_the_second_turn() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud) as (chat, seen):
        chat.send("hello")
        seen.reply()
        sent = len(cloud.log)
        chat.send("and?")
        ended = seen.reply()
        kind, position, rows = cloud.log[sent][1:]
        # "hello", its end, 12 tokens of the reply; new are the reply's end, "and?" and its end
        assert (kind, position, rows) == (Kind.STEP, 18, 6)
        assert ended.traffic.prompt_tokens == 6


def test_regenerate_repeats_greedy_text_and_edit_changes_it() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello")
        seen.reply()
        first = chat.messages[-1].text
        chat.library.edit(chat.id, chat.messages[0].id, "other")
        seen.reply()
        assert chat.messages[-1].text != first
        chat.library.regenerate(chat.id)
        seen.reply()
        assert len(chat.messages) == 2


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_lost_connection_does_not_change_the_text(cut: int) -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello there, this is long enough for two chunks")
        seen.reply()
        expected = seen.text
    with open_chat(SimulatedCloud(cut_before_answer={cut})) as (chat, seen):
        chat.send("hello there, this is long enough for two chunks")
        assert seen.reply().reason is EndReason.END_OF_TEXT
        assert seen.text == expected
        states = [event.state for event in seen.events if isinstance(event, LinkChanged)]
        assert LinkState.RECONNECTING in states and states[-1] is LinkState.READY


def test_stop_keeps_what_was_written() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        cloud.on_exchange = lambda number: chat.library.stop() if number == 8 else None
        chat.send("hello")
        assert seen.reply().reason is EndReason.STOPPED
        assert chat.messages[-1].text == seen.text != ""
        sent = cloud.exchanges
        cloud.on_exchange = lambda number: chat.library.stop() if number == sent + 5 else None
        chat.send("more")
        assert seen.reply().reason is EndReason.STOPPED


def test_stop_breaks_off_a_step_that_takes_long() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud) as (chat, seen):
        waiting = threading.Event()

        def hang(number: int) -> None:
            if number == 3:
                waiting.set()
                channel = chat.library._writer._session._channel  # type: ignore[union-attr]
                assert channel is not None
                assert channel.is_cut.wait(5)  # type: ignore[attr-defined]

        cloud.on_exchange = hang
        chat.send("hello")
        assert waiting.wait(5)
        chat.library.stop()
        assert seen.reply().reason is EndReason.STOPPED


def test_a_failure_is_told_and_the_chat_goes_on() -> None:
    cloud = SimulatedCloud(refuse_open=[ErrorCode.MODEL_UNKNOWN])
    with open_chat(cloud) as (chat, seen):
        chat.send("hello")
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.error is not None and ended.error.advice
        chat.library.regenerate(chat.id)
        assert seen.reply().reason is EndReason.END_OF_TEXT


def test_limits_end_a_reply_with_their_name() -> None:
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, seen):
        chat.send("hello", SamplingSettings(max_tokens=5))
        ended = seen.reply()
        assert (ended.reason, ended.traffic.tokens) == (EndReason.MAX_TOKENS, 5)
        chat.send("hello", SamplingSettings(max_tokens=10**6))
        assert seen.reply().reason is EndReason.CONTEXT_FULL
        chat.send("x" * 500)
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.error is not None and "400" in ended.error.message


def test_a_prompt_has_to_leave_room_for_a_reply() -> None:
    """The simulated tokenizer makes a token of each character, and one of the message's end."""
    positions = MODEL.max_positions
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        chat.send("x" * (positions - 1))
        ended = seen.reply()
        assert ended.error is not None and "no room for a reply" in ended.error.message
        assert cloud.exchanges == 0
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, seen):
        chat.send("x" * (positions - 2))
        ended = seen.reply()
        assert ended.reason is EndReason.CONTEXT_FULL
        assert ended.traffic.tokens == 2  # the first takes the last position, and gives the second


class AlternatingTokens(SimulatedTokens):
    """A chat template that demands alternating roles, as several models' do. Keeps what it was given."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.replies: dict[int, list[int]] = {}

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = {},
    ) -> list[int]:
        roles = [role for role, _ in messages]
        assert all(a != b for a, b in itertools.pairwise(roles)), "roles must alternate"
        self.messages = list(messages)
        self.replies = {place: list(tokens) for place, tokens in replies.items()}
        return super().encode_chat(messages, add_generation_prompt=add_generation_prompt, replies=replies)


def test_messages_without_a_reply_between_them_become_one_in_the_prompt() -> None:
    tokens = AlternatingTokens()
    cloud = SimulatedCloud(refuse_open=[ErrorCode.MODEL_UNKNOWN])
    with open_chat(cloud, tokenizer=tokens) as (chat, seen):
        chat.send("first")
        assert seen.reply().reason is EndReason.FAILED
        chat.send("second")
        assert seen.reply().reason is EndReason.END_OF_TEXT
        assert tokens.messages == [("user", "first\n\nsecond")]
        made = [token for token in chat.messages[-1].tokens if token not in tokens.eos_ids]
        chat.send("third")
        seen.reply()
        assert [role for role, _ in tokens.messages] == ["user", "assistant", "user"]
        assert tokens.replies == {1: made}
        assert [message.text for message in chat.messages][:2] == ["first", "second"]  # the person still sees two


def test_a_stop_string_ends_a_reply_before_it() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello")
        seen.reply()
        whole = chat.messages[-1].text
    third = whole.split(">")[2] + ">"
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SamplingSettings(stop=(third,)))
        assert seen.reply().reason is EndReason.STOP_STRING
        assert chat.messages[-1].text == seen.text == whole[: whole.index(third)]


def test_round_trips_are_those_of_the_plan() -> None:
    with open_chat(SimulatedCloud(), plan=layer_by_layer(range(3), 2)) as (chat, seen):
        chat.send("hello")
        assert seen.reply().traffic.round_trips_per_token == 3


def test_a_second_message_has_to_wait() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        chat.send("hello")
        with pytest.raises(SettingsError):
            chat.send("again")
        chat.library.stop()
        seen.reply()


def test_closing_in_the_middle_of_a_reply_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, _):
        chat.send("hello")
    assert {thread for thread in threading.enumerate() if thread.is_alive()} <= before


@pytest.mark.allow_warning_logs
def test_a_bug_ends_the_reply_and_its_message_stays_out_of_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: SimulatedTokens, *args: object, **options: object) -> list[int]:
        raise ValueError("what the person wrote")

    monkeypatch.setattr(SimulatedTokens, "encode_chat", broken)
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello")
        ended = seen.reply()
    assert ended.reason is EndReason.FAILED and ended.error is not None and ended.error.advice
    assert "ValueError" in caplog.text and "test_replies.py" in caplog.text
    assert "what the person wrote" not in caplog.text
