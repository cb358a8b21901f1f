"""A chat over a simulated cloud: what a person asks for, and the events they then see."""

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from app.core.chat import Chat
from app.core.events import EndReason, Event, LinkChanged, LinkState, ReplyEnded, Role, TextAdded
from app.core.session import RetryPolicy
from app.domain.errors import SettingsError
from app.domain.sampling import SamplingSettings
from app.wire.errors import ErrorCode
from app.wire.frames import Kind
from app.wire.plan import ExchangePlan, layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedNear, SimulatedTokens

SETTINGS = SamplingSettings()


class Recorder:
    """Keeps events, and waits for replies to end."""

    def __init__(self, chat: Chat) -> None:
        self.events: list[Event] = []
        self._ended = threading.Semaphore(0)
        chat.subscribe(self._on_event)

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, ReplyEnded):
            self._ended.release()

    def reply(self) -> ReplyEnded:
        assert self._ended.acquire(timeout=10)
        return [event for event in self.events if isinstance(event, ReplyEnded)][-1]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextAdded))


@contextmanager
def open_chat(
    cloud: SimulatedCloud,
    end_after: int = 12,
    plan: ExchangePlan | None = None,
    tokenizer: SimulatedTokens | None = None,
) -> Iterator[tuple[Chat, Recorder]]:
    chat = Chat(
        model=MODEL,
        near=SimulatedNear(plan, end_after),
        tokenizer=tokenizer or SimulatedTokens(),
        open_channel=cloud.open_channel,
        meter=cloud,
        retry=RetryPolicy(lambda: [0.0] * 3),
    )
    try:
        yield chat, Recorder(chat)
    finally:
        chat.close()


def test_a_reply_streams_and_is_kept() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SETTINGS)
        ended = seen.reply()
        assert ended.reason is EndReason.END_OF_TEXT
        assert [message.role for message in chat.messages] == [Role.USER, Role.ASSISTANT]
        assert chat.messages[-1].text == seen.text != ""
        assert (ended.traffic.tokens, ended.traffic.frames_up) == (13, 13)
        assert ended.traffic.bytes_up > 0 and ended.traffic.bytes_down > 0


def test_only_new_positions_are_sent_in_the_second_turn() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud) as (chat, seen):
        chat.send("hello", SETTINGS)
        seen.reply()
        sent = len(cloud.log)
        chat.send("and?", SETTINGS)
        ended = seen.reply()
        kind, position, rows = cloud.log[sent][1:]
        # "hello", its end, 12 tokens of the reply; new are the reply's end, "and?" and its end
        assert (kind, position, rows) == (Kind.STEP, 18, 6)
        assert ended.traffic.prompt_tokens == 6


def test_regenerate_repeats_greedy_text_and_edit_changes_it() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SETTINGS)
        seen.reply()
        first = chat.messages[-1].text
        chat.edit(chat.messages[0].id, "other", SETTINGS)
        seen.reply()
        assert chat.messages[-1].text != first
        chat.regenerate(SETTINGS)
        seen.reply()
        assert len(chat.messages) == 2


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_lost_connection_does_not_change_the_text(cut: int) -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello there, this is long enough for two chunks", SETTINGS)
        seen.reply()
        expected = seen.text
    with open_chat(SimulatedCloud(cut_before_answer={cut})) as (chat, seen):
        chat.send("hello there, this is long enough for two chunks", SETTINGS)
        assert seen.reply().reason is EndReason.END_OF_TEXT
        assert seen.text == expected
        states = [event.state for event in seen.events if isinstance(event, LinkChanged)]
        assert LinkState.RECONNECTING in states and states[-1] is LinkState.READY


def test_stop_keeps_what_was_written() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        cloud.on_exchange = lambda number: chat.stop() if number == 8 else None
        chat.send("hello", SETTINGS)
        assert seen.reply().reason is EndReason.STOPPED
        assert chat.messages[-1].text == seen.text != ""
        sent = cloud.exchanges
        cloud.on_exchange = lambda number: chat.stop() if number == sent + 5 else None
        chat.send("more", SETTINGS)
        assert seen.reply().reason is EndReason.STOPPED


def test_stop_breaks_off_a_step_that_takes_long() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud) as (chat, seen):
        waiting = threading.Event()

        def hang(number: int) -> None:
            if number == 3:
                waiting.set()
                channel = chat._session._channel
                assert channel is not None
                assert channel.is_cut.wait(5)  # type: ignore[attr-defined]

        cloud.on_exchange = hang
        chat.send("hello", SETTINGS)
        assert waiting.wait(5)
        chat.stop()
        assert seen.reply().reason is EndReason.STOPPED


def test_a_failure_is_told_and_the_chat_goes_on() -> None:
    cloud = SimulatedCloud(refuse_open=[ErrorCode.MODEL_UNKNOWN])
    with open_chat(cloud) as (chat, seen):
        chat.send("hello", SETTINGS)
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.error is not None and ended.error.advice
        chat.regenerate(SETTINGS)
        assert seen.reply().reason is EndReason.END_OF_TEXT


def test_limits_end_a_reply_with_their_name() -> None:
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, seen):
        chat.send("hello", SamplingSettings(max_tokens=5))
        ended = seen.reply()
        assert (ended.reason, ended.traffic.tokens) == (EndReason.MAX_TOKENS, 5)
        chat.send("hello", SamplingSettings(max_tokens=10**6))
        assert seen.reply().reason is EndReason.CONTEXT_FULL
        chat.send("x" * 500, SETTINGS)
        ended = seen.reply()
        assert ended.reason is EndReason.FAILED and ended.error is not None and "400" in ended.error.message


def test_a_prompt_has_to_leave_room_for_a_reply() -> None:
    """The simulated tokenizer makes a token of each character, and one of the message's end."""
    positions = MODEL.max_positions
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        chat.send("x" * (positions - 1), SETTINGS)
        ended = seen.reply()
        assert ended.error is not None and "no room for a reply" in ended.error.message
        assert cloud.exchanges == 0
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, seen):
        chat.send("x" * (positions - 2), SETTINGS)
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
        chat.send("first", SETTINGS)
        assert seen.reply().reason is EndReason.FAILED
        chat.send("second", SETTINGS)
        assert seen.reply().reason is EndReason.END_OF_TEXT
        assert tokens.messages == [("user", "first\n\nsecond")]
        made = [token for token in chat.messages[-1].tokens if token not in tokens.eos_ids]
        chat.send("third", SETTINGS)
        seen.reply()
        assert [role for role, _ in tokens.messages] == ["user", "assistant", "user"]
        assert tokens.replies == {1: made}
        assert [message.text for message in chat.messages][:2] == ["first", "second"]  # the person still sees two


def test_a_stop_string_ends_a_reply_before_it() -> None:
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SETTINGS)
        seen.reply()
        whole = chat.messages[-1].text
    third = whole.split(">")[2] + ">"
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SamplingSettings(stop=(third,)))
        assert seen.reply().reason is EndReason.STOP_STRING
        assert chat.messages[-1].text == seen.text == whole[: whole.index(third)]


def test_round_trips_are_those_of_the_plan() -> None:
    with open_chat(SimulatedCloud(), plan=layer_by_layer(range(3), 2)) as (chat, seen):
        chat.send("hello", SETTINGS)
        assert seen.reply().traffic.round_trips_per_token == 3


def test_a_second_message_has_to_wait() -> None:
    cloud = SimulatedCloud()
    with open_chat(cloud, end_after=10**9) as (chat, seen):
        chat.send("hello", SETTINGS)
        with pytest.raises(SettingsError):
            chat.send("again", SETTINGS)
        chat.stop()
        seen.reply()
        chat.new_chat()


def test_closing_in_the_middle_of_a_reply_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with open_chat(SimulatedCloud(), end_after=10**9) as (chat, _):
        chat.send("hello", SETTINGS)
    assert {thread for thread in threading.enumerate() if thread.is_alive()} <= before


@pytest.mark.allow_warning_logs
def test_a_bug_ends_the_reply_and_its_message_stays_out_of_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: SimulatedTokens, *args: object, **options: object) -> list[int]:
        raise ValueError("what the person wrote")

    monkeypatch.setattr(SimulatedTokens, "encode_chat", broken)
    with open_chat(SimulatedCloud()) as (chat, seen):
        chat.send("hello", SETTINGS)
        ended = seen.reply()
    assert ended.reason is EndReason.FAILED and ended.error is not None and ended.error.advice
    assert "ValueError" in caplog.text and "test_chat.py" in caplog.text
    assert "what the person wrote" not in caplog.text
