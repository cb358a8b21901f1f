"""The ledger as columns: the entries that its own reader gives, also while it grows, is erased, or is another file."""

import random
from pathlib import Path

import numpy as np
import pytest

from app.core.panel_feed import PanelFeed
from app.core.panel_filter import Everything
from app.core.panel_ledger import LedgerMap, open_ledger
from app.core.panel_rows import PIECE, FilterRun, Groups, ShownRows
from app.domain.clearance import Clearance, Purpose
from app.domain.ids import NO_MESSAGE, new_message_id
from app.privacy.ledger_format import LedgerFormatError, read_entries
from tests.sim.scripted_panel import RecordedSource


@pytest.fixture
def source(tmp_path: Path):
    source = RecordedSource(tmp_path)
    yield source
    source.close()


COLUMNS = (
    ("number", "number"), ("time_ns", "time_ns"), ("direction", "direction"), ("purpose", "purpose"), ("kind", "kind"),
    ("dtype", "dtype"), ("side_dtype", "side_dtype"), ("tap", "tap"), ("connection", "connection"),
    ("session", "session"), ("step", "step"), ("position", "position"), ("rows", "rows"), ("cols", "cols"),
    ("side_cols", "side_cols"), ("payload_bytes", "payload_bytes"), ("wire_bytes", "wire_bytes"),
    ("step_flags", "step_flags"),
)  # fmt: skip


def assert_same(source: RecordedSource, feed: PanelFeed) -> None:
    assert feed.ledger is not None
    entries = list(read_entries(source.ledger_path))
    run = FilterRun(feed.ledger, Everything(), feed.view())
    while not run.is_done:
        run.step()
    rows = [int(row) for row in run.rows()]
    assert rows == [entry.number for entry in entries]
    for entry, row in zip(entries, rows, strict=True):
        record = feed.ledger.entry(row)
        for column, name in COLUMNS:
            assert int(record[column]) == getattr(entry, name), name
        assert record["sha256"].tobytes() == entry.sha256
        assert feed.message(row) == entry.message
        assert feed.ledger.host(row) == entry.host


def test_columns_are_what_the_ledgers_own_reader_says(source: RecordedSource) -> None:
    source.open_session()
    source.record_reply(new_message_id())
    assert_same(source, PanelFeed(source))


def test_it_grows_with_the_ledger_past_many_mappings(source: RecordedSource) -> None:
    feed = PanelFeed(source)
    for _ in range(3):
        source.open_session()
        source.record_reply(new_message_id(), tokens=300)
        feed.refresh()
        assert feed.ledger is not None
        assert feed.ledger.count == sum(1 for _ in read_entries(source.ledger_path)) + feed.ledger.others
    assert_same(source, feed)


def test_several_starts_of_the_app_keep_their_hosts_apart(tmp_path: Path) -> None:
    for port in (1, 2, 3):
        source = RecordedSource(tmp_path)
        source.gate.allow(f"other:{port}")
        connection = source.gate.next_connection(f"other:{port}")
        answer = b"HTTP/1.1 200 OK\r\n\r\n"
        source.gate.received(answer, answer, Clearance(connection, f"other:{port}", Purpose.HEALTH))
        source.open_session()
        source.close()
    source = RecordedSource(tmp_path)
    feed = PanelFeed(source)
    assert_same(source, feed)
    assert feed.ledger is not None
    rows = np.array([entry.number for entry in read_entries(source.ledger_path)])
    found = feed.ledger.of_hosts(rows, lambda name: name == "other:2")
    assert found.tolist() == [entry.host == "other:2" for entry in read_entries(source.ledger_path)]
    source.close()


def test_erased_entries_are_gone_after_a_refresh(source: RecordedSource) -> None:
    source.open_session()
    kept, erased = new_message_id(), new_message_id()
    source.record_reply(erased)
    source.record_reply(kept)
    feed = PanelFeed(source)
    source.gate.erase({erased})
    assert feed.refresh(), "everything is to be read anew"
    assert_same(source, feed)
    assert len(feed.rows_of(erased)) == 0
    assert len(feed.rows_of(kept)) > 0


def test_a_ledger_begun_anew_is_another_one(source: RecordedSource, tmp_path: Path) -> None:
    source.open_session()
    feed = PanelFeed(source)
    source.gate.begin_anew(lambda: [path.unlink() for path in tmp_path.glob("ledger*")])
    source.open_session()
    assert feed.refresh()
    assert_same(source, feed)


def test_what_is_no_ledger_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert open_ledger(path) is None
    for content in (b"", b"NHLEDGER", random.Random(0).randbytes(5000)):
        path.write_bytes(content)
        assert open_ledger(path) is None
        with pytest.raises(LedgerFormatError):
            LedgerMap(path)


def test_totals_are_counted_once_while_they_grow(source: RecordedSource) -> None:
    source.open_session()
    source.record_reply(new_message_id())
    message = new_message_id()
    feed = PanelFeed(source)
    feed.last_message = message
    for start in (0, 20, 40):
        source.record_reply(message, start=start)
        feed.refresh()
        own = [entry for entry in read_entries(source.ledger_path) if entry.message == message]
        totals = feed.totals()
        assert totals.entries == len(own)
        assert totals.bytes_up == sum(entry.wire_bytes for entry in own if entry.direction == 1)
        assert totals.bytes_down == sum(entry.wire_bytes for entry in own if entry.direction == 2)
        assert totals.frames_up == sum(entry.direction == 1 for entry in own)
        assert (totals.first, totals.last) == (own[0].number, own[-1].number)
        assert feed.rows_of(message).tolist() == [entry.number for entry in own]


def test_the_last_message_of_an_earlier_start_is_found(source: RecordedSource) -> None:
    assert PanelFeed(source).last_message == NO_MESSAGE
    source.open_session()
    message = new_message_id()
    source.record_reply(new_message_id())
    source.record_reply(message)
    assert PanelFeed(source).last_message == message


def test_notes_belong_to_one_ledger_and_survive(source: RecordedSource) -> None:
    source.open_session()
    feed = PanelFeed(source)
    feed.set_mark([5, 6], is_marked=True)
    feed.set_mark([6], is_marked=False)
    feed.set_note(5, "  why?  ")
    again = PanelFeed(source)
    assert (again.notes.marks, again.notes.texts) == ({5}, {5: "why?"})
    again.set_note(5, "")
    assert PanelFeed(source).notes.texts == {}


@pytest.mark.parametrize("text", ["x", "[]", "{", '{"a": 1}', '{"%s": {"marks": "x", "notes": [1]}}', '{"%s": 7}'])
def test_damaged_notes_are_left_out(source: RecordedSource, text: str) -> None:
    source.open_session()
    known = PanelFeed(source).ledger
    assert known is not None
    source.notes = text.replace("%s", known.id.hex())
    assert PanelFeed(source).notes.marks == set()


def test_shown_rows_grow_without_loss() -> None:
    shown, expected = ShownRows(), []
    for count in (0, 3, 5000, 1, 20_000):
        new = np.arange(len(expected), len(expected) + count)
        shown.add(new)
        expected += new.tolist()
        assert shown.rows.tolist() == expected


def test_groups_map_lines_to_rows_and_back(source: RecordedSource) -> None:
    source.open_session()
    for _ in range(4):
        source.record_reply(new_message_id(), tokens=2)
    feed = PanelFeed(source)
    assert feed.ledger is not None
    rows = np.array([entry.number for entry in read_entries(source.ledger_path)])
    firsts = {int(rows[0])} | {int(feed.rows_of(m)[0]) for m in {feed.message(int(r)) for r in rows} if m != NO_MESSAGE}
    for is_open in (lambda row: False, lambda row: True, lambda row: row % 2 == 0):
        groups = Groups(feed.ledger, rows, is_open)
        assert groups.count == 5
        seen = []
        for line in range(len(groups)):
            group, place = groups.at(line)
            if place < 0:
                assert int(rows[group.first]) in firsts
                assert groups.heading_of(group.first) == line
            else:
                assert groups.line_of(place) == line
                seen.append(place)
        opened = [
            group for group in {groups.at(line)[0] for line in range(len(groups))} if is_open(int(rows[group.first]))
        ]
        assert sorted(seen) == sorted(p for group in opened for p in range(group.first, group.first + group.size))


def test_pieces_are_small() -> None:
    assert PIECE <= 100_000, "one is filtered between two paintings of the window"
