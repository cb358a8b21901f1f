"""The real app in a network namespace, recorded by tcpdump: `nearhalf audit verify --pcap` finds every byte in the
ledger, and names every frame that somebody drops, adds, alters or swaps in either, and every socket behind the gate."""

import io
import json
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.audit.capture.capture import read_capture
from app.audit.capture.match import match, ports_of
from app.audit.capture.packets import Packet, read_packets
from app.audit.capture.segments import SegmentReader
from app.audit.capture.verdict import CaptureVerdict, Fault, Outcome
from app.cli import run
from app.cli.terminal import Terminal
from app.domain.clearance import Direction, Purpose
from app.privacy.ledger_format import LedgerEntry, read_entries
from app.wire.frames import Kind
from tests.sim.outside_tools import needs
from tests.sim.scripted_services import ScriptedServices

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Packets = list[Packet]


@pytest.fixture(scope="session")
def entries(audited: Path) -> list[LedgerEntry]:
    return list(read_entries(audited / "plain" / "home" / "ledger.nhl"))


@pytest.fixture(scope="session")
def packets(audited: Path) -> Packets:
    return read_packets(audited / "plain" / "capture.pcap")[0]


def judge(entries: list[LedgerEntry], pcap: Path, keys: Path | None = None) -> CaptureVerdict:
    return match(entries, read_capture(pcap, keys, ports_of(entries)))


def write(packets: Packets, path: Path) -> Path:
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 2**18, packets[0].link_type))
        for one in packets:
            file.write(struct.pack("<IIII", one.time_ns // 10**9, one.time_ns % 10**9, len(one.data), one.wire_bytes))
            file.write(one.data)
    return path


def test_every_byte_of_the_session_is_in_the_ledger_and_the_reverse(audited: Path, entries: list[LedgerEntry]) -> None:
    verdict = judge(entries, audited / "plain" / "capture.pcap")
    assert verdict.outcome is Outcome.MATCHES, verdict.sentences()
    assert verdict.matched == verdict.entries == len(entries) and not verdict.outside
    assert verdict.matched_up + verdict.matched_down == sum(entry.wire_bytes for entry in entries)
    assert verdict.frames > 80 and verdict.connections == 3 and not verdict.elsewhere
    purposes = {Purpose(entry.purpose) for entry in entries}
    assert {Purpose.DEVICE_PACK, Purpose.UPGRADE, Purpose.GENERATE, Purpose.REPLAY, Purpose.CLOSE} <= purposes
    assert verdict.head_start_ns is not None and verdict.head_start_ns > 0  # written before it was sent
    assert {finding.fault for finding in verdict.notices} <= {
        Fault.EMPTY_CONNECTION,
        Fault.NEVER_READ,
        Fault.NEVER_SENT,
    }


def test_what_the_app_counted_is_what_was_on_the_wire(audited: Path, entries: list[LedgerEntry]) -> None:
    told = json.loads((audited / "plain" / "told.json").read_text())
    assert [one["end"] for one in told][:2] == ["MAX_TOKENS", "STOPPED"]
    messages = list(dict.fromkeys(entry.message for entry in entries if entry.message.int))
    for one, message in zip(told, messages, strict=True):
        of_it = [entry for entry in entries if entry.message == message]
        for direction, name in ((Direction.UP, "bytes_up"), (Direction.DOWN, "bytes_down")):
            assert one[name] == sum(entry.wire_bytes for entry in of_it if entry.direction == direction)


def test_over_tls_with_the_key_log_and_without_it(audited: Path) -> None:
    mine = list(read_entries(audited / "tls" / "home" / "ledger.nhl"))
    pcap = audited / "tls" / "capture.pcap"
    verdict = judge(mine, pcap, audited / "tls" / "keys.log")
    assert verdict.outcome is Outcome.MATCHES, verdict.sentences()
    assert verdict.matched == len(mine) and verdict.encrypted_around > 1000
    assert all(entry.is_tls for entry in mine)
    assert {Kind.STEP, Kind.TAP, Kind.DELTA, Kind.STATE} <= {entry.kind for entry in mine}
    verdict = judge(mine, pcap)
    assert verdict.outcome is not Outcome.MATCHES and not verdict.matched
    assert Fault.ENCRYPTED in {finding.fault for finding in verdict.differences}
    assert (audited / "tls" / "keys.log").stat().st_mode & 0o077 == 0


def frames(entries: list[LedgerEntry], direction: Direction) -> list[LedgerEntry]:
    return [one for one in entries if one.purpose == Purpose.GENERATE and one.direction == direction]


Tamper = Callable[[list[LedgerEntry], LedgerEntry, LedgerEntry], list[LedgerEntry]]
LEDGER_TAMPERING: dict[str, tuple[Tamper, Fault]] = {
    "drop": (lambda all_, one, _: [each for each in all_ if each is not one], Fault.NOT_IN_LEDGER),
    "alter": (
        lambda all_, one, _: [each._replace(sha256=bytes(32)) if each is one else each for each in all_],
        Fault.CHANGED,
    ),
    "add": (
        lambda all_, one, _: [
            made for each in all_ for made in ([each, each._replace(sha256=b"\1" * 32)] if each is one else [each])
        ],
        Fault.NOT_ON_WIRE,
    ),
    "swap": (
        lambda all_, one, other: [other if each is one else one if each is other else each for each in all_],
        Fault.OUT_OF_ORDER,
    ),
}


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("name", list(LEDGER_TAMPERING))
def test_one_frame_of_the_ledger(audited: Path, entries: list[LedgerEntry], name: str, direction: Direction) -> None:
    tamper, fault = LEDGER_TAMPERING[name]
    some = frames(entries, direction)
    verdict = judge(tamper(entries, some[7], some[8]), audited / "plain" / "capture.pcap")
    assert verdict.outcome is Outcome.DIFFERS
    assert {finding.fault for finding in verdict.differences} == {fault}
    assert len(verdict.differences) <= 2
    finding = verdict.differences[0]
    assert finding.host == some[7].host and finding.size == some[7].wire_bytes and int(finding.way) == direction


def carrying(packets: Packets, size: int) -> list[int]:
    """Places of the packets that carry exactly so many bytes."""
    reader = SegmentReader()
    segments = [reader.read(one) for one in packets]
    return [place for place, segment in enumerate(segments) if segment is not None and segment.size == size]


@pytest.mark.parametrize("name", ["drop", "alter", "swap", "cut"])
def test_one_frame_of_the_capture(tmp_path: Path, entries: list[LedgerEntry], packets: Packets, name: str) -> None:
    steps = [one for one in frames(entries, Direction.UP) if one.rows == 1]
    size = steps[0].wire_bytes
    first, second = carrying(packets, size)[3:5]
    spoilt = list(packets)
    one, other = packets[first], packets[second]
    if name == "drop":
        del spoilt[first]
        expected = Fault.NOT_CAPTURED
    elif name == "alter":
        spoilt[first] = Packet(1, one.time_ns, one.link_type, one.data[:-5] + bytes(5), one.wire_bytes)
        expected = Fault.CHANGED
    elif name == "cut":
        spoilt[first] = Packet(one.number, one.time_ns, one.link_type, one.data[:100], one.wire_bytes)
        expected = Fault.NOT_CAPTURED
    else:  # their contents
        spoilt[first] = Packet(1, one.time_ns, one.link_type, one.data[:-size] + other.data[-size:], one.wire_bytes)
        spoilt[second] = Packet(2, other.time_ns, one.link_type, other.data[:-size] + one.data[-size:], one.wire_bytes)
        expected = Fault.OUT_OF_ORDER
    verdict = judge(entries, write(spoilt, tmp_path / "spoilt.pcap"))
    assert not verdict.is_good
    assert {finding.fault for finding in verdict.differences} == {expected}
    assert len(verdict.differences) <= 2
    assert abs(verdict.differences[0].time_ns - one.time_ns) < 10**9


def test_a_socket_behind_the_gates_back(audited: Path, tmp_path: Path, entries: list[LedgerEntry]) -> None:
    """Joined by a tool of Wireshark's, which writes a pcapng."""
    needs("mergecap")
    joined = tmp_path / "joined.pcapng"
    sources = [str(audited / "plain" / name) for name in ("capture.pcap", "behind.pcap")]
    subprocess.run(["mergecap", "-w", str(joined), *sources], check=True, capture_output=True)
    verdict = judge(entries, joined)
    assert verdict.matched == len(entries)
    assert {finding.fault for finding in verdict.differences} == {Fault.NOT_IN_LEDGER}
    (up,) = [finding for finding in verdict.differences if int(finding.way) == Direction.UP]
    assert up.what.startswith("request GET /livez?the=secret") and up.first.startswith(b"GET /livez?the=")
    assert any(int(finding.way) == Direction.DOWN for finding in verdict.differences)


@pytest.mark.parametrize("form", ["pcapng", "nsecpcap", "pcap"])
def test_a_shuffled_and_repeated_capture_in_any_form_still_matches(
    tmp_path: Path, entries: list[LedgerEntry], packets: Packets, form: str
) -> None:
    needs("editcap")
    spoilt = [*packets[:50], *(one for pair in zip(packets[51::2], packets[50::2], strict=False) for one in pair)]
    spoilt += packets[len(spoilt) :] + packets[100:120]
    written = write(spoilt, tmp_path / "shuffled.pcap")
    subprocess.run(["editcap", "-F", form, str(written), str(tmp_path / "form")], check=True, capture_output=True)
    assert judge(entries, tmp_path / "form").outcome is Outcome.MATCHES


def test_the_command_says_so_with_its_exit_status(audited: Path, tmp_path: Path) -> None:
    plain = audited / "plain"
    ledger, capture = str(plain / "home" / "ledger.nhl"), str(plain / "capture.pcap")
    behind = str(plain / "behind.pcap")
    assert command(tmp_path, "verify", ledger, "--pcap", capture) == (0, True)
    assert command(tmp_path, "verify", ledger, "--pcap", behind, "--json") == (1, False)
    assert command(tmp_path, "verify", ledger, "--keylog", behind)[0] == 1  # a key log of no capture


def command(folder: Path, *words: str) -> tuple[int, bool]:
    """The exit status of `nearhalf audit`, and whether it says that the capture matches."""
    out = io.StringIO()
    status = run(["audit", *words], ScriptedServices(folder), Terminal(io.StringIO(), out, io.StringIO(), {}))
    says = out.getvalue()
    return status, "The capture matches the ledger" in says or '"outcome": "matches"' in says
