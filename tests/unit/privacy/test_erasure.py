"""Erasure in the ledger: what is deleted is gone from the bytes, a tombstone stays, and nothing else passes for one."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clearance import Clearance, Direction, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import NO_MESSAGE, MessageId
from app.privacy import ledger_file
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_erasure import Erased, erasure_bodies, erasure_ranges, merged
from app.privacy.ledger_format import (
    BODY_BYTES,
    FILE_HEADER,
    RECORD_BYTES,
    chain_hash,
    first_chain,
    read_entries,
    verify,
)
from tests.unit.privacy.test_ledger import HOST, append, put_records, records_of

KEPT, GONE, ALSO_GONE = (MessageId(UUID(int=n + (1 << 100))) for n in (1, 2, 3))


def write(path: Path, *messages: MessageId) -> Ledger:
    """Records: 0 opened, 1 host, 2 connection, then an entry a message."""
    ledger = Ledger(path)
    connection = ledger.announce_connection(HOST)
    for number, message in enumerate(messages):
        append(ledger, Clearance(connection, HOST, Purpose.GENERATE, message), b"wire %d" % number)
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.nhl"


@pytest.fixture
def erased(path: Path) -> Path:
    """0 opened, 1 host, 2 connection, 3 kept, 4 5 erased, 6 kept, 7 erased, 8 erasure, 9 kept, 10 closed."""
    ledger = write(path, KEPT, GONE, GONE, KEPT, GONE)
    ledger.erase({GONE})
    append(ledger, Clearance(2, HOST, Purpose.GENERATE, KEPT), b"later")
    ledger.close()
    return path


def types(path: Path) -> list[int]:
    return [record[16] for record in records_of(path)]


def test_what_is_erased_is_gone_from_the_bytes_and_the_chain_holds(path: Path) -> None:
    ledger = write(path, KEPT, GONE, GONE, KEPT, ALSO_GONE)
    before = records_of(path)
    assert ledger.erase({GONE, ALSO_GONE}) == 3
    after = records_of(path)
    for place in (4, 5, 7):
        assert (
            after[place] == place.to_bytes(8, "little") + bytes(8) + b"\x05" + bytes(111) + before[place][BODY_BYTES:]
        )
    assert [after[place] for place in (0, 1, 2, 3, 6)] == [before[place] for place in (0, 1, 2, 3, 6)]
    data = path.read_bytes()
    for gone in (GONE.bytes, ALSO_GONE.bytes, before[4][96:128], before[5][96:128], before[7][8:16]):
        assert gone not in data
    assert erasure_ranges(after[8]) == [(4, 2), (7, 1)]
    ledger.close()
    verdict = verify(path)
    assert (verdict.is_good, verdict.entries, verdict.erased, verdict.erasures) == (True, 2, 3, 1)
    assert [entry.message for entry in read_entries(path)] == [KEPT, KEPT]


def test_the_chain_goes_on_after_an_erasure_and_after_reopening(erased: Path) -> None:
    ledger = Ledger(erased)
    assert ledger.notice == ""
    append(ledger, Clearance(2, HOST, Purpose.GENERATE, KEPT), b"more")
    ledger.close()
    assert verify(erased).is_good
    assert verify(erased).entries == 4


def test_an_older_head_is_found_at_its_place_after_the_erasure(path: Path) -> None:
    ledger = write(path, KEPT, GONE)
    head = ledger.head
    ledger.erase({GONE})
    ledger.close()
    assert records_of(path)[4][BODY_BYTES:] == head


def test_nothing_to_erase_writes_nothing(path: Path) -> None:
    ledger = write(path, KEPT)
    append(ledger, Clearance(2, HOST, Purpose.HEALTH), b"no message")
    records = ledger.records
    assert ledger.erase({GONE, NO_MESSAGE}) == 0
    assert ledger.erase(()) == 0
    assert ledger.records == records
    ledger.close()


def test_many_ranges_are_many_records(path: Path) -> None:
    ledger = write(path, *[KEPT, GONE] * 30)
    assert ledger.erase({GONE}) == 30
    ledger.close()
    verdict = verify(path)
    assert (verdict.is_good, verdict.erased, verdict.erasures) == (True, 30, 4)


# Tampering: each changes the list of records of `erased` and returns the place that must be named.


def erase_another(records: list[bytes]) -> int:
    records[6] = (6).to_bytes(8, "little") + records[4][8:BODY_BYTES] + records[6][BODY_BYTES:]
    return 6


def say_more_in_an_erased_one(records: list[bytes]) -> int:
    records[5] = records[5][:40] + b"x" + records[5][41:]
    return 5


def another_chain_hash_behind_an_erased_run(records: list[bytes]) -> int:
    records[5] = records[5][:BODY_BYTES] + bytes(32)
    return 6  # the next one no longer fits


def swap_erased(records: list[bytes]) -> int:
    records[4], records[5] = records[5], records[4]
    return 4


def drop_an_erased_one(records: list[bytes]) -> int:
    del records[5]
    return 5


def take_the_erasure_away(records: list[bytes]) -> int:
    del records[8:]
    return 4


def rechained(records: list[bytes], first: int) -> None:
    """As somebody who knows the format does it."""
    for place in range(first, len(records)):
        body = records[place][:BODY_BYTES]
        records[place] = body + chain_hash(records[place - 1][BODY_BYTES:], body)


def no_such_erasure(records: list[bytes]) -> int:
    records[8] = records[8][:16] + bytes((9,)) + records[8][17:]
    rechained(records, 8)
    return 4


def an_erasure_of_what_is_whole(records: list[bytes]) -> int:
    records[8] = erasure_bodies([(3, 3), (7, 1)], 8, 0)[0] + bytes(32)
    rechained(records, 8)
    return 3


def an_erasure_of_less(records: list[bytes]) -> int:
    records[8] = erasure_bodies([(4, 2)], 8, 0)[0] + bytes(32)
    rechained(records, 8)
    return 7


def an_erasure_of_what_comes_later(records: list[bytes]) -> int:
    records[8] = erasure_bodies([(4, 2), (7, 1), (9, 1)], 8, 0)[0] + bytes(32)
    rechained(records, 8)
    return 8


def an_erasure_that_counts_wrongly(records: list[bytes]) -> int:
    records[8] = records[8][:24] + (2).to_bytes(8, "little") + records[8][32:]
    rechained(records, 8)
    return 8


def an_erasure_of_nothing(records: list[bytes]) -> int:
    records[8] = records[8][:18] + bytes(110) + bytes(32)
    rechained(records, 8)
    return 8


TAMPERINGS = [
    erase_another,
    say_more_in_an_erased_one,
    another_chain_hash_behind_an_erased_run,
    swap_erased,
    drop_an_erased_one,
    take_the_erasure_away,
    no_such_erasure,
    an_erasure_of_what_is_whole,
    an_erasure_of_less,
    an_erasure_of_what_comes_later,
    an_erasure_that_counts_wrongly,
    an_erasure_of_nothing,
]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_is_named(erased: Path, tamper: Callable[[list[bytes]], int]) -> None:
    records = records_of(erased)
    assert types(erased) == [4, 2, 3, 1, 5, 5, 1, 5, 6, 1, 4]
    place = tamper(records)
    put_records(erased, records)
    verdict = verify(erased)
    assert (verdict.first_bad, verdict.is_good) == (place, False)
    assert str(place) in verdict.reason


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_what_is_covered_is_what_is_named(gone: set[int], named: set[int]) -> None:
    erased = Erased()
    for place in sorted(gone):
        erased.add(place)
    fault = None
    for body in erasure_bodies(merged(iter(sorted(named))), 41, 0):
        fault = fault or erased.cover(body + bytes(32), 41)
    if named - gone:
        assert fault is not None
        assert fault[0] == min(named - gone)
    else:
        assert fault is None
        assert erased.first_uncovered() == min(gone - named, default=None)


@given(
    st.binary(min_size=RECORD_BYTES * 3, max_size=RECORD_BYTES * 3), st.lists(st.sampled_from([1, 5, 6]), min_size=3)
)
def test_garbage_that_chains_gets_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, kinds: list[int]
) -> None:
    path = tmp_path_factory.mktemp("garbage") / "ledger"
    header = FILE_HEADER.pack(b"NHLEDGER", 3, RECORD_BYTES, 0, bytes(16))
    chain, data = first_chain(header), header
    for place in range(3):
        body = noise[place * RECORD_BYTES :][:BODY_BYTES]
        body = place.to_bytes(8, "little") + body[8:16] + bytes((kinds[place],)) + body[17:]
        chain = chain_hash(chain, body)
        data += body + chain
    path.write_bytes(data)
    assert verify(path).first_bad is not None


# Crashes


@pytest.mark.parametrize("moment", ["before the ERASURE record", "behind it", "in the middle of blanking"])
def test_a_kill_during_an_erasure_is_finished_at_the_next_opening(path: Path, moment: str) -> None:
    write(path, KEPT, *[GONE] * 5, KEPT, *[GONE] * 5, KEPT).close()
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from app.privacy import erasing, ledger_file
        from app.privacy.ledger import Ledger
        from tests.unit.privacy.test_erasure import GONE

        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)

        path, moment = Path(sys.argv[1]), sys.argv[2]
        ledger = Ledger(path)
        if moment.startswith("before"):
            Ledger._write = die
        elif moment == "behind it":
            ledger_file.blank = die
        else:
            real = erasing._write_at
            erasing._write_at = lambda *given: (real(*given), die())  # after the first of two ranges
        ledger.erase({GONE})
        """
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path), moment], check=False, timeout=60)
    assert killed.returncode == -9
    verdict = verify(path)
    if moment.startswith("before"):
        assert (verdict.is_good, verdict.erased) == (True, 0)
        return
    assert not verdict.is_good
    assert "was to be erased" in verdict.reason
    ledger = Ledger(path)
    append(ledger, Clearance(2, HOST, Purpose.GENERATE, KEPT), b"goes on")
    ledger.close()
    verdict = verify(path)
    assert (verdict.is_good, verdict.erased, verdict.repairs) == (True, 10, 0)
    assert GONE.bytes not in path.read_bytes()


def test_an_erasure_that_the_disk_refuses_stops_sending_until_it_is_finished(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no")

    ledger = write(path, KEPT, GONE)
    with monkeypatch.context() as patch:
        patch.setattr(ledger_file, "blank", refuse)
        with pytest.raises(LedgerError):
            ledger.erase({GONE})
    with pytest.raises(LedgerError):
        append(ledger, Clearance(2, HOST, Purpose.GENERATE, KEPT), b"more")
    ledger.reopen()
    append(ledger, Clearance(2, HOST, Purpose.GENERATE, KEPT), b"more")
    ledger.close()
    assert verify(path).erased == 1
    assert verify(path).is_good


# The gate, and the other files of the folder


def test_the_gate_forgets_contents_totals_and_entries_and_nothing_else(path: Path) -> None:
    ledger = Ledger(path)
    gate = PrivacyGate(ledger)
    gate.allow(HOST)
    connection = gate.next_connection(HOST)
    for message in (KEPT, GONE, KEPT):
        gate.received(b"down", b"down", Clearance(connection, HOST, Purpose.GENERATE, message))
    assert gate.erase({GONE}) == 1
    assert [kept.message for kept in gate.kept()] == [KEPT, KEPT]
    assert (gate.totals(GONE).bytes_down, gate.totals(KEPT).bytes_down) == (0, 8)
    assert gate.erase({GONE}) == 0
    gate.close()
    assert [entry.message for entry in read_entries(path)] == [KEPT, KEPT]
    assert verify(path).is_good


def test_ledgers_of_other_processes_and_what_was_set_aside_are_erased_too(path: Path) -> None:
    main, beside = write(path, GONE), write(path, KEPT, GONE)
    assert beside.path != path
    beside.close()
    aside, end = (path.with_name(f"{path.name}.set-aside-{n}") for n in (1, 2))
    write(aside, KEPT, GONE).close()
    end.write_bytes(b"".join(records_of(aside)[3:]) + b"torn")  # as it is cut off a ledger's end
    gate = PrivacyGate(main)
    assert gate.erase({GONE}) == 2
    for file in (path, beside.path, aside, end):
        assert GONE.bytes not in file.read_bytes()
    assert verify(beside.path).is_good
    assert KEPT.bytes in aside.read_bytes()
    assert KEPT.bytes in end.read_bytes()
    gate.close()


def test_a_ledger_that_another_process_holds_is_said_and_erased_later(path: Path) -> None:
    main, beside = write(path, GONE), write(path, GONE)
    with pytest.raises(LedgerError, match="every ledger"):
        main.erase_beside({GONE})
    beside.close()
    assert main.erase_beside({GONE}) == 1
    assert verify(beside.path).is_good
    main.close()


def test_beginning_anew_writes_a_fresh_ledger_where_the_old_one_was(path: Path) -> None:
    gate = PrivacyGate(Ledger(path))
    gate.allow(HOST)
    clearance = Clearance(gate.next_connection(HOST), HOST, Purpose.GENERATE, KEPT)
    gate.received(b"down", b"down", clearance)
    gate.begin_anew(path.unlink)
    assert (gate.kept(), gate.totals(KEPT).bytes_down) == ((), 0)
    gate.received(b"again", b"again", Clearance(gate.next_connection(HOST), HOST, Purpose.GENERATE, KEPT))
    gate.close()
    assert [(entry.direction, entry.payload_bytes) for entry in read_entries(path)] == [(Direction.DOWN, 5)]
    assert verify(path).is_good


def test_where_deleting_fails_the_gate_goes_on_with_what_is_there(path: Path) -> None:
    def fail() -> None:
        raise OSError("held")

    gate = PrivacyGate(Ledger(path))
    gate.allow(HOST)
    with pytest.raises(OSError, match="held"):
        gate.begin_anew(fail)
    gate.next_connection(HOST)
    gate.close()
    assert verify(path).is_good


def test_a_ledger_of_version_2_is_set_aside_in_words(path: Path) -> None:
    write(path, KEPT).close()
    data = path.read_bytes()
    path.write_bytes(data[:8] + b"\x02" + data[9:])
    ledger = Ledger(path)
    assert "version 2" in ledger.notice
    ledger.close()
    assert KEPT.bytes not in path.read_bytes()
