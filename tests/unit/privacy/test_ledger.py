"""The ledger: what is written is read back, the chain holds, and every kind of tampering is named."""

import hashlib
import mmap
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.domain.clearance import Clearance, Direction, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import MessageId, new_message_id
from app.privacy.ledger import Ledger
from app.privacy.ledger_file import GROWTH_BYTES, SPARE_BYTES
from app.privacy.ledger_format import (
    FILE_HEADER,
    RECORD_BYTES,
    LedgerFormatError,
    Verdict,
    first_chain,
    read_entries,
    verify,
)
from app.wire.frames import Dtype, Flags, Frame, Kind

HOST = "backend.example:443"
GRANULE = mmap.ALLOCATIONGRANULARITY
FRAME = Frame(Kind.STEP, 2**63, 2**31, 7, 3, 5, 64, Dtype.BF16, 32, Dtype.INT8, Flags.WANT_LAST).encode()


def append(ledger: Ledger, clearance: Clearance, wire: bytes, direction: Direction = Direction.UP) -> int:
    return ledger.append([(direction, clearance, FRAME, wire, True, time.time_ns())])


def write_entries(ledger: Ledger, count: int, message: MessageId | None = None) -> int:
    connection = ledger.announce_connection(HOST)
    clearance = Clearance(connection, HOST, Purpose.GENERATE, message or new_message_id(), is_tls=True)
    for number in range(count):
        append(ledger, clearance, b"wire %d" % number)
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.bin"


@pytest.fixture
def small_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.privacy.ledger_file.GROWTH_BYTES", GRANULE)


@pytest.fixture
def written(path: Path) -> Path:
    """Records: 0 opened, 1 host, 2 connection, 3..12 entries, 13 closed."""
    ledger = Ledger(path)
    write_entries(ledger, 10)
    ledger.close()
    return path


def records_of(path: Path) -> list[bytes]:
    data = path.read_bytes()[FILE_HEADER.size :]
    return [data[start : start + RECORD_BYTES] for start in range(0, len(data), RECORD_BYTES)]


def put_records(path: Path, records: list[bytes]) -> None:
    path.write_bytes(path.read_bytes()[: FILE_HEADER.size] + b"".join(records))


def test_every_field_is_read_back(path: Path) -> None:
    ledger = Ledger(path)
    message = new_message_id()
    connection = write_entries(ledger, 1, message)
    (entry,) = read_entries(path)
    assert (entry.connection, entry.host, entry.message, entry.is_tls) == (connection, HOST, message, True)
    assert (entry.direction, entry.purpose, entry.kind) == (Direction.UP, Purpose.GENERATE, Kind.STEP)
    assert (entry.session, entry.step, entry.position, entry.tap) == (2**63, 2**31, 7, 3)
    assert (entry.rows, entry.cols, entry.side_cols) == (5, 64, 32)
    assert (entry.dtype, entry.side_dtype, entry.step_flags) == (Dtype.BF16, Dtype.INT8, Flags.WANT_LAST)
    assert (entry.payload_bytes, entry.wire_bytes) == (len(FRAME), 6)
    assert entry.sha256 == hashlib.sha256(b"wire 0").digest()
    ledger.close()


def test_the_chain_is_what_the_document_says(written: Path) -> None:
    chain = hashlib.sha256(written.read_bytes()[:32]).digest()
    for record in records_of(written):
        assert len(record) == 160
        chain = hashlib.sha256(chain + record[:128]).digest()
        assert record[128:] == chain


def test_a_whole_ledger_verifies_while_open_and_after(path: Path) -> None:
    ledger = Ledger(path)
    write_entries(ledger, 10)
    assert verify(path) == Verdict(13, 10, None, "", ledger.head, False, 0)
    ledger.close()
    assert verify(path).is_closed


def test_the_chain_continues_after_reopening(written: Path) -> None:
    ledger = Ledger(written)
    assert ledger.notice == ""
    connection = write_entries(ledger, 5)
    ledger.close()
    verdict = verify(written)
    assert (verdict.is_good, verdict.entries, verdict.repairs) == (True, 15, 0)
    assert [entry.connection for entry in read_entries(written)] == [2] * 10 + [connection] * 5


def test_entries_written_together_follow_each_other(path: Path) -> None:
    ledger = Ledger(path)
    runs = [Clearance(7, host, Purpose.GENERATE, new_message_id()) for host in ("one:1", "two:2")]
    first = ledger.append(
        [
            (Direction.DOWN, runs[0], FRAME, b"z", True, 5),
            (Direction.UP, runs[1], b"content", b"y", False, 6),
            (Direction.UP, runs[0], FRAME, b"y", True, 7),
        ]
    )
    entries = list(read_entries(path))
    assert [entry.number for entry in entries] == [first, first + 1, first + 2]
    assert [(entry.host, entry.message) for entry in entries] == [
        (run.host, run.message) for run in (runs[0], runs[1], runs[0])
    ]
    assert [(entry.direction, entry.kind, entry.time_ns) for entry in entries] == [
        (Direction.DOWN, Kind.STEP, 5),
        (Direction.UP, 0, 6),
        (Direction.UP, Kind.STEP, 7),
    ]
    ledger.close()
    assert verify(path).is_good


def test_a_long_host_name_is_kept_whole(path: Path) -> None:
    host = "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 61 + ":65535"
    ledger = Ledger(path)
    append(ledger, Clearance(ledger.announce_connection(host), host, Purpose.HEALTH), b"x")
    ledger.close()
    assert [entry.host for entry in read_entries(path)] == [host]
    assert verify(path).is_good


def drop(records: list[bytes]) -> int:
    del records[5]
    return 5


def alter(records: list[bytes]) -> int:
    records[6] = records[6][:80] + b"\xff" + records[6][81:]
    return 6


def alter_hash(records: list[bytes]) -> int:
    records[6] = records[6][:100] + b"\xff" + records[6][101:]
    return 6


def alter_chain(records: list[bytes]) -> int:
    records[7] = records[7][:-1] + bytes([records[7][-1] ^ 1])
    return 7


def swap(records: list[bytes]) -> int:
    records[4], records[5] = records[5], records[4]
    return 4


def insert(records: list[bytes]) -> int:
    records.insert(8, records[8])
    return 9


def insert_with_a_number_of_its_own(records: list[bytes]) -> int:
    body = (8).to_bytes(8, "little") + records[8][8:128]
    records.insert(8, body + hashlib.sha256(records[7][128:] + body).digest())
    return 9


def truncate(records: list[bytes]) -> int:
    records[9:] = [records[9][:100]]
    return 9


def swap_ledgers(records: list[bytes]) -> int:
    """The records of this file chain to another file's header."""
    body = records[0][:128]
    records[0] = body + hashlib.sha256(first_chain(b"another" + bytes(25)) + body).digest()
    return 0


@pytest.mark.parametrize(
    "tamper",
    [drop, alter, alter_hash, alter_chain, swap, insert, insert_with_a_number_of_its_own, truncate, swap_ledgers],
)
def test_tampering_is_named(written: Path, tamper: Callable[[list[bytes]], int]) -> None:
    records = records_of(written)
    place = tamper(records)
    put_records(written, records)
    verdict = verify(written)
    assert verdict.first_bad == place
    assert str(place) in verdict.reason


def test_records_missing_at_the_end_show_by_the_head_and_by_the_missing_close(written: Path) -> None:
    head = verify(written).head
    put_records(written, records_of(written)[:-2])
    assert not verify(written).is_closed
    verdict = verify(written, head=head)
    assert verdict.first_bad == 12
    assert "missing at the end" in verdict.reason


def test_a_forged_chain_is_found_by_the_head_alone(written: Path) -> None:
    head = verify(written).head
    records = records_of(written)
    records[5] = records[5][:80] + b"\xff" + records[5][81:]
    for place in range(5, len(records)):
        body = records[place][:128]
        records[place] = body + hashlib.sha256(records[place - 1][128:] + body).digest()
    put_records(written, records)
    assert verify(written).is_good  # no secret is in the chain: whoever may write the file may forge it
    assert not verify(written, head=head).is_good


@pytest.mark.parametrize("content", [b"", b"short", b"NOTALEDGER" + bytes(400), b"NHLEDGER\x09" + bytes(400)])
def test_what_is_no_ledger_gets_a_verdict(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert verify(path).first_bad == 0
    with pytest.raises(LedgerFormatError):
        list(read_entries(path))


def test_a_missing_file_gets_a_verdict(path: Path) -> None:
    assert not verify(path).is_good


@pytest.mark.parametrize("torn_bytes", [1, 100, 159])
def test_a_record_torn_by_a_crash_is_set_aside_and_said(written: Path, torn_bytes: int) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole + b"\x05" * torn_bytes)
    ledger = Ledger(written)
    assert str(torn_bytes) in ledger.notice
    write_entries(ledger, 1)
    ledger.close()
    verdict = verify(written)
    assert (verdict.is_good, verdict.entries, verdict.repairs) == (True, 11, 1)
    (aside,) = written.parent.glob("*.set-aside-*")
    assert aside.read_bytes() == b"\x05" * torn_bytes


@pytest.mark.parametrize("zeros", [1, 3 * RECORD_BYTES, 100_003, 2**21 + 5])
def test_an_unused_end_is_no_fault_and_is_used_again(written: Path, zeros: int) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole + bytes(zeros))
    assert verify(written) == Verdict(14, 10, None, "", whole[-32:], True, 0)
    assert len(list(read_entries(written))) == 10
    ledger = Ledger(written)
    assert ledger.notice == ""
    write_entries(ledger, 1)
    ledger.close()
    assert verify(written).entries == 11


def test_a_file_of_which_only_the_header_is_used(path: Path) -> None:
    Ledger(path).close()
    path.write_bytes(path.read_bytes()[: FILE_HEADER.size] + bytes(1000))
    assert verify(path).is_good
    ledger = Ledger(path)
    assert (ledger.notice, ledger.records) == ("", 1)
    ledger.close()


def test_closing_cuts_the_unused_end_off(path: Path) -> None:
    ledger = Ledger(path)
    write_entries(ledger, 1)
    assert path.stat().st_size >= GROWTH_BYTES
    ledger.close()
    assert path.stat().st_size == FILE_HEADER.size + 5 * RECORD_BYTES


def test_a_ledger_grows_and_what_is_open_can_be_verified_all_the_while(path: Path, small_growth: None) -> None:
    ledger = Ledger(path)
    written = 0
    for count in (20, 7, 100, 1):
        write_entries(ledger, count)
        written += count
        assert (verify(path).entries, verify(path).reason) == (written, "")
        assert path.stat().st_size % GRANULE == 0
    ledger.close()
    for count in (1, 60):
        ledger = Ledger(path)
        write_entries(ledger, count)
        written += count
        ledger.close()
    verdict = verify(path)
    assert (verdict.entries, verdict.reason, verdict.repairs) == (written, "", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_kill_loses_no_entry_of_what_was_let_out_and_the_next_start_goes_on(path: Path) -> None:
    command = [sys.executable, "-c", WRITES_FOR_EVER.format(root=str(Path.cwd()), path=str(path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = 0
        while last < 9000:  # far enough for two growths
            last = int(child.stdout.readline())
        child.kill()
        let_out = child.stdout.read().split("\n")[:-1]  # the last line may be cut
        last = int(let_out[-1]) if let_out else last
    verdict = verify(path)
    is_torn = not verdict.is_good  # killed in the middle of a copy: that record's bytes were not let out
    assert last <= verdict.records - 1 <= last + 1, verdict.reason
    ledger = Ledger(path)
    assert (bool(ledger.notice), ledger.records) == (is_torn, verdict.records + 1 + is_torn)
    write_entries(ledger, 1)
    ledger.close()
    after = verify(path)
    assert (after.entries, after.is_closed, after.repairs) == (verdict.entries + 1, True, is_torn)


WRITES_FOR_EVER = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.unit.privacy.test_ledger import HOST, Clearance, Ledger, Purpose, append
ledger = Ledger(Path({path!r}))
clearance = Clearance(ledger.announce_connection(HOST), HOST, Purpose.GENERATE)
while True:
    os.write(1, b"%d\\n" % append(ledger, clearance, b"wire"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no mapped file")
def test_a_file_cut_from_outside_is_noticed_at_the_next_connection_and_at_growth(
    path: Path, small_growth: None
) -> None:
    def announce(ledger: Ledger) -> None:
        ledger.announce_connection(HOST)

    for work in (announce, fill):
        ledger = Ledger(path)
        write_entries(ledger, 30)
        os.truncate(path, path.stat().st_size - 1)  # a byte only, so that no page of the mapping is gone
        with pytest.raises(LedgerError, match="cut by another program"):
            work(ledger)
        ledger.reopen()
        write_entries(ledger, 1)
        ledger.close()
        assert verify(path).is_good


@pytest.mark.skipif(sys.platform != "linux", reason="what a cut mapping does is the system's own business")
def test_a_mapping_cut_from_outside_ends_the_app_before_anything_is_let_out(path: Path) -> None:
    script = WRITES_FOR_EVER.replace("while True:", "os.truncate(ledger.path, 0)\nwhile True:")
    done = subprocess.run(
        [sys.executable, "-c", script.format(root=str(Path.cwd()), path=str(path))], capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (-signal.SIGBUS, b"")


def fill(ledger: Ledger) -> None:
    clearance = Clearance(1, HOST, Purpose.GENERATE)
    for _ in range(GRANULE // RECORD_BYTES + 1):
        append(ledger, clearance, b"x")


def as_version_1(path: Path) -> bytes:
    """Make it what the first version wrote: the same records behind another header."""
    data = path.read_bytes()
    header = data[:8] + b"\x01" + data[9 : FILE_HEADER.size]
    chain, records = hashlib.sha256(header).digest(), []
    for record in records_of(path):
        chain = hashlib.sha256(chain + record[:128]).digest()
        records.append(record[:128] + chain)
    path.write_bytes(header + b"".join(records))
    return path.read_bytes()


def test_a_ledger_of_version_1_is_read_and_set_aside_in_words(written: Path) -> None:
    old = as_version_1(written)
    assert verify(written).is_good
    assert len(list(read_entries(written))) == 10
    ledger = Ledger(written)
    assert "version 1" in ledger.notice
    write_entries(ledger, 1)
    ledger.close()
    (aside,) = written.parent.glob("*.set-aside-*")
    assert aside.read_bytes() == old
    assert (verify(aside).entries, verify(written).entries) == (10, 1)


def test_an_altered_last_record_is_set_aside_and_said(written: Path) -> None:
    records = records_of(written)
    records[-1] = records[-1][:20] + b"\xff" + records[-1][21:]
    put_records(written, records)
    ledger = Ledger(written)
    assert ledger.notice
    ledger.close()
    assert verify(written).repairs == 1


def test_tampering_in_the_middle_survives_reopening(written: Path) -> None:
    records = records_of(written)
    records[6] = records[6][:80] + b"\xff" + records[6][81:]
    put_records(written, records)
    ledger = Ledger(written)
    write_entries(ledger, 1)
    ledger.close()
    assert verify(written).first_bad == 6


@pytest.mark.parametrize("content", [b"short", b"NOTALEDGER" + bytes(400), b"NHLEDGER\x09" + bytes(400)])
def test_a_file_that_is_no_ledger_does_not_stop_the_start(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    ledger = Ledger(path)
    write_entries(ledger, 1)
    assert ledger.notice
    assert verify(path).is_good
    (aside,) = path.parent.glob("*.set-aside-*")
    assert aside.read_bytes() == content
    ledger.close()


def test_two_processes_get_a_ledger_each(path: Path) -> None:
    first, second = Ledger(path), Ledger(path)
    write_entries(first, 2)
    write_entries(second, 3)
    assert first.path != second.path
    assert (verify(first.path).entries, verify(second.path).entries) == (2, 3)
    first.close()
    second.close()


def test_a_full_disk_latches_until_reopened(path: Path, small_growth: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(path)
    write_entries(ledger, 1)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=SPARE_BYTES))
        with pytest.raises(LedgerError, match="No space left"):
            fill(ledger)
    entries = verify(path).entries
    assert verify(path).is_good
    for _ in range(2):
        with pytest.raises(LedgerError, match="No space left"):  # there is space again, but nobody has asked to go on
            fill(ledger)
    ledger.reopen()
    write_entries(ledger, 1)
    ledger.close()
    assert (verify(path).entries, verify(path).is_good) == (entries + 1, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the file's size")
@pytest.mark.parametrize("limit", [GROWTH_BYTES + 77, 2 * GROWTH_BYTES])
def test_a_disk_that_fills_while_the_file_grows_latches_and_loses_nothing(path: Path, limit: int) -> None:
    script = f"""
        import resource, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path.cwd())!r})
        from tests.unit.privacy.test_ledger import Ledger, LedgerError, write_entries
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
        ledger = Ledger(Path({str(path)!r}))
        try:
            write_entries(ledger, 10_000)
        except LedgerError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("The ledger of what leaves"), done.stdout
    verdict = verify(path)
    full = (limit // GROWTH_BYTES * GROWTH_BYTES - FILE_HEADER.size) // RECORD_BYTES
    assert (verdict.records, verdict.reason) == (full, "")
    ledger = Ledger(path)
    assert (ledger.notice, ledger.records) == ("", full + 1)
    ledger.close()


def test_a_disk_without_room_for_the_first_piece_does_not_stop_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    ledger = Ledger(path)
    assert "No space left" in ledger.failure
    with pytest.raises(LedgerError):
        write_entries(ledger, 1)
    ledger.close()


def test_a_closed_ledger_refuses(path: Path) -> None:
    ledger = Ledger(path)
    ledger.close()
    with pytest.raises(LedgerError):
        write_entries(ledger, 1)


def test_a_folder_that_cannot_be_made_does_not_stop_the_start_but_the_sending(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    ledger = Ledger(tmp_path / "file" / "ledger.bin")
    assert ledger.failure
    with pytest.raises(LedgerError):
        write_entries(ledger, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete open files")
def test_a_deleted_ledger_is_noticed_at_the_next_connection(path: Path) -> None:
    ledger = Ledger(path)
    write_entries(ledger, 1)
    path.unlink()
    with pytest.raises(LedgerError, match="deleted"):
        ledger.announce_connection(HOST)
    ledger.reopen()
    write_entries(ledger, 1)
    assert verify(path).entries == 1
    ledger.close()


def test_only_the_owner_can_read_it(written: Path) -> None:
    assert written.stat().st_mode & 0o077 == 0
