"""The ledger: what is written is read back, the chain holds, and every kind of tampering is named."""

import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.clearance import Clearance, Direction, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import MessageId, new_message_id
from app.privacy.ledger import Ledger
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
FRAME = Frame(Kind.STEP, 2**63, 2**31, 7, 3, 5, 64, Dtype.BF16, 32, Dtype.INT8, Flags.WANT_LAST)


def write_entries(ledger: Ledger, count: int, message: MessageId | None = None) -> int:
    connection = ledger.announce_connection(HOST)
    clearance = Clearance(connection, HOST, Purpose.GENERATE, b"content", message or new_message_id(), is_tls=True)
    for number in range(count):
        ledger.append(Direction.UP, clearance, FRAME, b"wire %d" % number)
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.bin"


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
    assert (entry.payload_bytes, entry.wire_bytes) == (7, 6)
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


def test_what_is_answered_at_once_is_written_with_its_answer(path: Path) -> None:
    ledger = Ledger(path)
    connection = write_entries(ledger, 1)
    clearance = Clearance(connection, HOST, Purpose.GENERATE, b"content", new_message_id())
    before = path.stat().st_size
    ledger.append(Direction.DOWN, clearance, FRAME, b"z", is_answered_at_once=True)
    assert path.stat().st_size == before
    ledger.append(Direction.UP, clearance, FRAME, b"y")
    assert path.stat().st_size == before + 2 * RECORD_BYTES
    ledger.append(Direction.DOWN, clearance, FRAME, b"z", is_answered_at_once=True)
    ledger.close()
    assert verify(path).is_good
    assert [entry.direction for entry in read_entries(path)][1:] == [Direction.DOWN, Direction.UP, Direction.DOWN]


def test_a_long_host_name_is_kept_whole(path: Path) -> None:
    host = "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 61 + ":65535"
    ledger = Ledger(path)
    clearance = Clearance(ledger.announce_connection(host), host, Purpose.HEALTH)
    ledger.append(Direction.UP, clearance, None, b"x")
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


def test_zeros_after_a_power_cut_are_set_aside(written: Path) -> None:
    written.write_bytes(written.read_bytes() + bytes(3 * RECORD_BYTES))
    ledger = Ledger(written)
    assert "480 bytes" in ledger.notice
    ledger.close()
    assert verify(written).is_good


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_latches_until_reopened(path: Path) -> None:
    ledger = Ledger(path)
    connection = write_entries(ledger, 1)
    clearance = Clearance(connection, HOST, Purpose.GENERATE)
    kept = os.dup(ledger.fileno())
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, ledger.fileno())
    for _ in range(2):
        with pytest.raises(LedgerError, match="No space left"):
            ledger.append(Direction.UP, clearance, None, b"x")
        os.dup2(kept, ledger.fileno())  # there is space again, but nobody has asked to go on
    os.close(kept)
    os.close(full)
    ledger.reopen()
    write_entries(ledger, 1)
    ledger.close()
    assert verify(path).is_good


def test_a_disk_that_fills_inside_a_record_latches_and_is_repaired(tmp_path: Path) -> None:
    script = f"""
        import resource, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path.cwd())!r})
        from tests.unit.privacy.test_ledger import Ledger, LedgerError, write_entries
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 + 160 * 5 + 77, resource.RLIM_INFINITY))
        ledger = Ledger(Path({str(tmp_path / "ledger.bin")!r}))
        try:
            write_entries(ledger, 10)
        except LedgerError as error:
            print(ledger.records, error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("5 The ledger of what leaves"), done.stdout
    path = tmp_path / "ledger.bin"
    assert not verify(path).is_good
    ledger = Ledger(path)
    assert "77 bytes" in ledger.notice
    ledger.close()
    assert verify(path).is_good


def test_a_closed_ledger_refuses(path: Path) -> None:
    ledger = Ledger(path)
    ledger.close()
    with pytest.raises(LedgerError):
        write_entries(ledger, 1)


def test_a_descriptor_closed_behind_its_back_refuses(path: Path) -> None:
    ledger = Ledger(path)
    connection = write_entries(ledger, 1)
    os.close(ledger.fileno())
    with pytest.raises(LedgerError):
        ledger.append(Direction.UP, Clearance(connection, HOST, Purpose.GENERATE), None, b"x")
    ledger.close()


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
