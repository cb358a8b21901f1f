"""One writer, many adapters: loaded when a chat asks for one, on one session that is opened anew only where it must."""

from collections.abc import Callable, Iterator

import pytest

from app.core.conversations import Library
from app.core.events import EndReason, ReplyEnded
from app.core.memory_store import MemoryStore
from app.core.reply_writer import ReplyWriter
from app.core.session import RetryPolicy
from app.domain.conversation import AdapterUse, ChatOptions
from app.domain.errors import AdapterError
from app.domain.ids import ChatId
from app.domain.sampling import SamplingSettings
from app.wire.frames import Kind
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedNear, SimulatedTokens
from tests.sim.library import Recorder

PLANS = {"pirate": grouped(4, 2, 2), "monk": layer_by_layer(range(4), 2)}


class Bench:
    """A Library over a simulated cloud, whose writer knows two adapters."""

    def __init__(self) -> None:
        self.cloud = SimulatedCloud()
        self.loaded: list[AdapterUse | None] = []
        self.deleted: set[str] = set()
        self.library = Library(
            MemoryStore(), sampling=SamplingSettings, system=lambda: "", adapter_name=lambda file: file.title()
        )
        self.writer = ReplyWriter(
            model=MODEL,
            near=SimulatedNear(),
            tokenizer=SimulatedTokens(),
            open_channel=self.cloud.open_channel,
            meter=self.cloud,
            retry=RetryPolicy(lambda: [0.0] * 3),
            load_near=self._load,
            has_adapter=lambda file: file not in self.deleted,
        )
        self.library.attach(self.writer)
        self.seen = Recorder(self.library)
        self.chat = self.library.new_chat()

    def _load(self, use: AdapterUse | None) -> SimulatedNear:
        self.loaded.append(use)
        if use is not None and (use.file not in PLANS or use.file in self.deleted):
            raise AdapterError("The adapter that was chosen is no longer there.", "Choose another adapter, or none.")
        return SimulatedNear(PLANS[use.file] if use is not None else ExchangePlan())

    def ask(self, adapter: str | None, strength: int | None = None, chat: ChatId | None = None) -> EndReason:
        chat = chat or self.chat
        self.library.set_options(chat, ChatOptions(adapter=adapter, strength=strength))
        self.library.send(chat, "Ahoy")
        return self.seen.reply().reason

    @property
    def opens(self) -> int:
        return sum(kind is Kind.OPEN for _, kind, _, _ in self.cloud.log)

    def positions_sent(self, ask: Callable[[], object]) -> int:
        before = len(self.cloud.log)
        ask()
        return sum(rows for _, kind, _, rows in self.cloud.log[before:] if kind is Kind.STEP)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.library.close()


def test_each_chat_is_answered_with_its_own_adapter_and_the_details_say_so(bench: Bench) -> None:
    other = bench.library.new_chat()
    bench.ask("pirate", 50)
    bench.ask("monk", chat=other)
    bench.ask("pirate", 50)
    made = [turn.message for chat in (bench.chat, other) for turn in bench.library.turns(chat)]
    uses = [message.adapter for message in made if message.model_id]
    pirate = AdapterUse("pirate", 50)
    assert uses == [pirate, pirate, AdapterUse("monk")]
    assert uses[0] is not None and uses[0].name == "Pirate"
    assert bench.loaded == [pirate, AdapterUse("monk"), pirate]
    replies = [message for message in made if message.traffic is not None]
    assert [reply.traffic.round_trips_per_token for reply in replies if reply.traffic] == [2, 2, 4]


def test_another_plan_opens_a_new_session_and_another_strength_does_not(bench: Bench) -> None:
    bench.ask(None)
    assert bench.opens == 1
    bench.ask("pirate")
    assert bench.opens == 2
    bench.ask("pirate", 150)
    assert bench.opens == 2
    bench.ask("", chat=bench.chat)
    assert bench.opens == 3


def test_what_another_strength_computed_is_not_reused(bench: Bench) -> None:
    bench.ask("pirate")
    same = bench.positions_sent(lambda: bench.ask("pirate"))
    other = bench.positions_sent(lambda: bench.ask("pirate", 90))
    assert other > same + 10  # the whole chat again, not only the new message


def test_the_estimate_knows_that_another_adapter_has_nothing_in_the_cache(bench: Bench) -> None:
    bench.ask("pirate")
    kept = bench.library.estimate(bench.chat, "And now?")
    bench.library.set_options(bench.chat, ChatOptions(adapter="monk"))
    changed = bench.library.estimate(bench.chat, "And now?")
    assert kept is not None and changed is not None
    assert kept.new_tokens < changed.new_tokens == changed.total_tokens


def test_an_adapter_that_is_gone_ends_the_reply_in_words_and_the_next_one_works(bench: Bench) -> None:
    bench.ask("pirate")
    assert bench.ask("deleted") is EndReason.FAILED
    ended = [event for event in bench.seen.events if isinstance(event, ReplyEnded)][-1]
    assert ended.error is not None and "no longer there" in ended.error.message and ended.error.advice
    before = list(bench.loaded)
    assert bench.ask("pirate") is EndReason.END_OF_TEXT
    assert bench.loaded == before  # it was still loaded


def test_a_deleted_adapter_is_let_go_of_though_it_was_loaded(bench: Bench) -> None:
    bench.ask("pirate")
    bench.deleted.add("pirate")
    assert bench.ask("pirate") is EndReason.FAILED
    assert bench.loaded[-2:] == [None, AdapterUse("pirate")]
    assert bench.ask("") is EndReason.END_OF_TEXT
    assert bench.library.turns(bench.chat)[-1].message.adapter is None


def test_strength_zero_is_no_adapter(bench: Bench) -> None:
    bench.ask(None)
    bench.ask("pirate", 0)
    assert bench.loaded == [] and bench.opens == 1
