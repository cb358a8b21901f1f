"""The filter language: what it keeps is what a person would pick by hand; whatever is typed gives a filter or words."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.panel_feed import PanelFeed
from app.core.panel_filter import FilterView
from app.core.panel_query import FIELDS, VALUES, FilterProblem, Problem, complete, read_filter
from app.core.panel_rows import FilterRun
from app.domain.clearance import Direction, Purpose
from app.domain.ids import MessageId, new_message_id
from app.privacy.ledger_format import LedgerEntry, read_entries
from app.wire.frames import Dtype, Kind
from tests.sim.scripted_panel import HIDDEN, RecordedSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedSource]:
    source = RecordedSource(tmp_path_factory.mktemp("ledger"))
    for _ in range(3):
        source.open_session()
        for start in (0, 40):
            source.record_reply(new_message_id(), prompt=6, tokens=9, start=start)
    yield source
    source.close()


def kept(source: RecordedSource, text: str, **view: object) -> list[int]:
    feed = PanelFeed(source)
    assert feed.ledger is not None
    run = FilterRun(feed.ledger, read_filter(text), FilterView(feed.ledger, **view))  # type: ignore[arg-type]
    while not run.is_done:
        run.step()
    return [int(row) for row in run.rows()]


BY_HAND: dict[str, Callable[[LedgerEntry], bool]] = {
    "": lambda e: True,
    "dir:up": lambda e: e.direction == Direction.UP,
    "up": lambda e: e.direction == Direction.UP,
    "-dir:up": lambda e: e.direction != Direction.UP,
    "kind:step": lambda e: e.kind == Kind.STEP,
    "kind:tap,delta": lambda e: e.kind in (Kind.TAP, Kind.DELTA),
    "KIND:Tap": lambda e: e.kind == Kind.TAP,
    "tap": lambda e: e.kind == Kind.TAP,
    "tap:4": lambda e: e.tap == 4,
    "tap:0": lambda e: False,
    "tap:4..8": lambda e: e.kind in (Kind.TAP, Kind.DELTA),
    "tap:5..": lambda e: e.tap >= 5,
    "tap:..7": lambda e: e.kind in (Kind.TAP, Kind.DELTA) and e.tap <= 7,
    "bytes>1000": lambda e: e.wire_bytes > 1000,
    "bytes>=1k": lambda e: e.wire_bytes >= 1000,
    "bytes<0.1kB": lambda e: e.wire_bytes < 100,
    "bytes>99999999999999": lambda e: False,
    "bytes<=0": lambda e: False,
    "raw:66": lambda e: e.payload_bytes == 66,
    "position:7": lambda e: e.kind in (2, 3, 17, 18) and e.position == 7,
    "rows>1": lambda e: e.rows > 1,
    f"cols={HIDDEN}": lambda e: e.cols == HIDDEN,
    "dtype:bf16": lambda e: e.dtype == Dtype.BF16,
    "purpose:generate": lambda e: e.purpose == Purpose.GENERATE,
    "not purpose:generate": lambda e: e.purpose != Purpose.GENERATE,
    "purpose:session or purpose:upgrade": lambda e: e.purpose in (Purpose.SESSION, Purpose.UPGRADE),
    "dir:down (kind:state or kind:opened)": lambda e: e.kind in (Kind.STATE, Kind.OPENED),
    "not (up or kind:tap)": lambda e: e.direction == 2 and e.kind != Kind.TAP,
    "not not up": lambda e: e.direction == 1,
    "host:127": lambda e: True,
    "host:elsewhere": lambda e: False,
    'host:"0.1:8123"': lambda e: True,
    "kind:none": lambda e: e.kind == 0,
    "since:1d": lambda e: True,
    "until:1d": lambda e: False,
    "since:2100-01-01": lambda e: False,
    "until:2100-01-01T10:00": lambda e: True,
    "is:tls": lambda e: False,
    "number:5..9": lambda e: 5 <= e.number <= 9,
    "hash:a": lambda e: e.sha256.hex().startswith("a"),
    "hash:0,f": lambda e: e.sha256.hex()[0] in "0f",
}


@pytest.mark.parametrize("text", BY_HAND)
def test_it_keeps_what_one_would_pick_by_hand(source: RecordedSource, text: str) -> None:
    expected = [entry.number for entry in read_entries(source.ledger_path) if BY_HAND[text](entry)]
    assert kept(source, text) == expected


def test_messages_chats_and_what_is_kept(source: RecordedSource) -> None:
    entries = list(read_entries(source.ledger_path))
    message = MessageId(entries[20].message)
    own = [entry.number for entry in entries if entry.message == message]
    assert own
    assert kept(source, f"message:{message.hex[:8]}") == own
    assert kept(source, f"message:{message}") == own
    assert kept(source, "message:last", last_message=lambda: message.bytes) == own
    assert kept(source, "chat:this", chat_messages=lambda: {message.bytes}) == own
    assert kept(source, "chat:this") == []
    assert kept(source, "is:kept", first_kept=lambda: entries[10].number) == [e.number for e in entries[10:]]
    assert kept(source, "is:kept") == []
    assert kept(source, "is:marked or noted", marked=lambda: {7}, noted=lambda: {9, 10**15}) == [7, 9]


def test_latency_is_the_answer_minus_the_question(source: RecordedSource) -> None:
    entries = list(read_entries(source.ledger_path))
    feed = PanelFeed(source)
    assert feed.ledger is not None
    latencies = {}
    last: dict[int, LedgerEntry] = {}
    for entry in entries:
        before = last.get(entry.connection)
        if before and before.direction != entry.direction and entry.kind not in (Kind.STEP, Kind.OPEN):
            latencies[entry.number] = entry.time_ns - before.time_ns
        last[entry.connection] = entry
    found = feed.ledger.latency_ns(np.array([entry.number for entry in entries]))
    assert {e.number: int(ns) for e, ns in zip(entries, found, strict=True) if ns >= 0} == latencies
    assert [feed.ledger.latency_of(number) for number in latencies] == list(latencies.values())
    middle = sorted(latencies.values())[len(latencies) // 2]
    expected = [number for number, ns in latencies.items() if ns > middle]
    assert kept(source, f"latency>{middle}ns") == expected


def test_times_count_from_now_and_from_the_clock() -> None:
    now = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    day = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
    for text, seconds in (
        ("since:10m", day + 15 * 3600 + 20 * 60),
        ("since:14:05", day + 14 * 3600 + 5 * 60),
        ("since:9:05:07", day + 9 * 3600 + 5 * 60 + 7),
        ("since:2026-11-22", day - 86_400),
        ("since:2026-11-22T12:00:01+01:00", day - 86_400 + 11 * 3600 + 1),
    ):
        found = read_filter(text, lambda: now)
        assert found.low == seconds * 10**9, text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "problem", "word"),
    [
        ("colour:red", Problem.UNKNOWN_FIELD, "colour"),
        ("kind:stepp", Problem.UNKNOWN_VALUE, "stepp"),
        ("is:lost", Problem.UNKNOWN_VALUE, "lost"),
        ("chat:that", Problem.UNKNOWN_VALUE, "that"),
        ("hello", Problem.UNKNOWN_WORD, "hello"),
        ("tap:x", Problem.NO_NUMBER, "x"),
        ("tap:1k", Problem.NO_NUMBER, "1k"),
        ("tap:..", Problem.NO_NUMBER, ".."),
        ("since:soon", Problem.NO_TIME, "soon"),
        ("since:25:00", Problem.NO_TIME, "25:00"),
        ("latency>fast", Problem.NO_TIME, "fast"),
        ("hash:xyz", Problem.NO_HEX, "xyz"),
        ("kind>step", Problem.NO_ORDER, "kind"),
        ("kind:", Problem.NO_VALUE, "kind"),
        ("kind:,", Problem.NO_VALUE, "kind"),
        ("(up", Problem.OPEN_BRACKET, "("),
        ("up)", Problem.STRAY_BRACKET, ")"),
        ("()", Problem.STRAY_BRACKET, "("),
        ('host:"x', Problem.OPEN_QUOTE, '"x'),
        ("up or", Problem.NOTHING_AFTER, "or"),
        ("not", Problem.NOTHING_AFTER, "not"),
        ("(" * 50 + "up" + ")" * 50, Problem.TOO_DEEP, "("),
        ("not " * 50 + "up", Problem.TOO_DEEP, "not"),
        ("up " * 1000, Problem.TOO_LONG, ""),
    ],
)
def test_mistakes_have_a_name_and_a_place(text: str, problem: Problem, word: str) -> None:
    with pytest.raises(FilterProblem) as raised:
        read_filter(text)
    assert (raised.value.problem, raised.value.word) == (problem, word)
    assert 0 <= raised.value.start <= raised.value.end <= len(text)


PIECES = st.sampled_from(
    [
        *(f"{field}:" for field in FIELDS),
        "not",
        "or",
        "(",
        ")",
        "-",
        '"',
        ">",
        "<",
        "..",
        ",",
        " ",
        "1k",
        "10m",
        "up",
        "step",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_whatever_is_typed_gives_a_filter_or_words(source: RecordedSource, text: str) -> None:
    feed = PanelFeed(source)
    assert feed.ledger is not None
    try:
        found = read_filter(text)
    except FilterProblem as problem:
        assert problem.problem in Problem
        return
    rows = np.arange(3, feed.ledger.count)
    assert found.keep(feed.view(), rows).shape == rows.shape


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.integers(0, 40))
def test_completion_never_fails(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    assert 0 <= complete(text, cursor, ("localhost:1",)).start <= cursor


@pytest.mark.parametrize(
    ("text", "start", "texts"),
    [
        ("ki", 0, ("kind:",)),
        ("up -ki", 4, ("kind:",)),
        ("kind:st", 5, ("step", "state", "step_gradient")),
        ("kind:tap,de", 9, ("delta", "delta_gradient")),
        ("host:loc", 5, ("localhost:1",)),
        ("(is:", 4, VALUES["is"]),
        ("nothing:", 8, ()),
    ],
)
def test_completion_knows_fields_and_values(text: str, start: int, texts: tuple[str, ...]) -> None:
    found = complete(text, len(text), ("localhost:1", "example.org:443"))
    assert (found.start, found.texts) == (start, texts)
