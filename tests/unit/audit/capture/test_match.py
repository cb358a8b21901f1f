"""The ledger of the real gate against captures of what an independent relay saw: equal is said to be equal, and every
kind of tampering with either is named, at its place."""

import io
import random
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from app.audit.capture.capture import Capture, capture_of
from app.audit.capture.keylog import KeyLog
from app.audit.capture.match import match, ports_of
from app.audit.capture.verdict import CaptureVerdict, Fault, Outcome
from app.domain.clearance import Direction, Purpose
from app.domain.ids import new_message_id
from app.net.channel import DataChannel
from app.net.control import ControlClient
from app.privacy.ledger_format import LedgerEntry, read_entries
from tests.sim.capture_files import START_NS, Dialogue, Sent, pcap, udp
from tests.sim.control_peer import ControlState, control_peer
from tests.sim.gated import backend_at, make_gate, step_frame
from tests.sim.recording_proxy import RecordingProxy
from tests.sim.websocket_peer import websocket_peer

Entries = list[LedgerEntry]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Entries, list[Dialogue]]:
    """Models, a download, and a data channel with twelve exchanges: as the ledger tells it, and as a relay saw it."""
    folder = tmp_path_factory.mktemp("match")
    gate = make_gate(folder)
    state = ControlState(random.Random(7).randbytes(2**19))
    dialogues: list[Dialogue] = []
    with control_peer(state) as port, RecordingProxy(port) as proxy:
        gate.allow(f"127.0.0.1:{proxy.port}")
        client = ControlClient(backend_at(proxy.port), gate)
        client.download_pack(client.list_models()[0], folder / "pack.zip")
        client.close()
        time.sleep(0.1)
        dialogues += [dialogue_of(one.up, one.down, proxy.port, 40_000) for one in proxy.connections]
    with websocket_peer() as port, RecordingProxy(port) as proxy:
        gate.allow(f"127.0.0.1:{proxy.port}")
        channel = DataChannel(backend_at(proxy.port), gate)
        channel.connect()
        for number in range(12):
            channel.exchange(step_frame(1 + number % 3), Purpose.GENERATE, new_message_id(), 5.0)
        channel.keep_alive()
        channel.close()
        dialogues += [dialogue_of(one.up, one.down, proxy.port, 41_000) for one in proxy.connections]
    gate.close()
    entries = [one._replace(time_ns=START_NS + 10**6 * n) for n, one in enumerate(read_entries(folder / "ledger.bin"))]
    return entries, dialogues


def dialogue_of(up: bytes | bytearray, down: bytes | bytearray, port: int, client_port: int) -> Dialogue:
    dialogue = Dialogue(("127.0.0.1", client_port), ("127.0.0.1", port)).open()
    return dialogue.up(bytes(up), 777).down(bytes(down), 1448).close()


def capture(*dialogues: Dialogue, extra: list[Sent] | None = None, ports: frozenset[int] = frozenset()) -> Capture:
    """With a packet long before and after, so that it covers every entry's time."""
    bounds = [Sent(udp(("10.9.9.9", 1), ("10.9.9.8", 2), b""), START_NS + at * 10**9) for at in (-1, 3600)]
    packets = [sent for one in dialogues for sent in one.packets]
    return capture_of(io.BytesIO(pcap([bounds[0], *packets, *(extra or []), bounds[1]], nano=True)), KeyLog(), ports)


def faults(verdict: CaptureVerdict) -> list[tuple[Fault, int | None]]:
    return [(finding.fault, finding.entry) for finding in verdict.differences]


def frames_up(entries: Entries) -> Entries:
    return [one for one in entries if one.purpose == Purpose.GENERATE and one.direction == Direction.UP]


def test_equal_is_equal(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    verdict = match(entries, capture(*dialogues))
    assert verdict.outcome is Outcome.MATCHES, verdict.sentences()
    assert verdict.matched == verdict.entries == len(entries)
    assert verdict.frames == 28  # twelve steps and their echoes, a ping and its pong, two closes
    assert verdict.matched_up + verdict.matched_down == sum(one.wire_bytes for one in entries)


def test_nothing_in_the_capture_is_not_called_equal(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, _dialogues = recorded
    verdict = match(entries, capture())
    assert verdict.outcome is Outcome.DIFFERS
    assert {fault for fault, _ in faults(verdict)} == {Fault.NOT_ON_WIRE} and len(faults(verdict)) == len(entries)
    late = [one._replace(time_ns=START_NS + 10**15) for one in entries]
    verdict = match(late, capture())
    assert verdict.outcome is Outcome.INCOMPLETE and verdict.outside == len(entries)


@pytest.mark.parametrize("which", [0, 5, -1])
@pytest.mark.parametrize("direction", list(Direction))
def test_an_entry_taken_out_of_the_ledger(
    recorded: tuple[Entries, list[Dialogue]], which: int, direction: Direction
) -> None:
    entries, dialogues = recorded
    frames = [one for one in entries if one.purpose == Purpose.GENERATE and one.direction == direction]
    gone = frames[which]
    verdict = match([one for one in entries if one is not gone], capture(*dialogues))
    (finding,) = verdict.differences
    assert finding.fault is Fault.NOT_IN_LEDGER
    assert (finding.size, int(finding.way), finding.entry) == (gone.wire_bytes, direction, None)
    assert finding.what == "WebSocket binary frame" and finding.host == gone.host
    assert finding.first[0] == 0x82
    assert verdict.matched == len(entries) - 1


@pytest.mark.parametrize("which", [0, 3, -1])
def test_a_run_of_a_download_taken_out_of_the_ledger(recorded: tuple[Entries, list[Dialogue]], which: int) -> None:
    entries, dialogues = recorded
    runs = [one for one in entries if one.purpose == Purpose.DEVICE_PACK and one.direction == Direction.DOWN]
    verdict = match([one for one in entries if one is not runs[which]], capture(*dialogues))
    if which == -1:  # at its very end this is what an app leaves that closes before it reads all
        assert [one.fault for one in verdict.notices] == [Fault.NEVER_READ]
        assert verdict.notices[0].size == runs[which].wire_bytes
        return
    named = verdict.differences
    assert {one.fault for one in named} == {Fault.NOT_IN_LEDGER}
    assert sum(one.size for one in named) == runs[which].wire_bytes
    assert verdict.matched == len(entries) - 1


@pytest.mark.parametrize("which", [0, 5, -1])
def test_an_entry_changed_in_the_ledger(recorded: tuple[Entries, list[Dialogue]], which: int) -> None:
    entries, dialogues = recorded
    spoilt = frames_up(entries)[which]
    verdict = match(
        [one._replace(sha256=sha256(b"other").digest()) if one is spoilt else one for one in entries],
        capture(*dialogues),
    )
    assert faults(verdict) == [(Fault.CHANGED, spoilt.number)]


def test_an_entry_added_to_the_ledger(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    frame = frames_up(entries)[4]
    place = entries.index(frame)
    invented = frame._replace(sha256=sha256(b"invented").digest(), number=4711)
    verdict = match([*entries[:place], invented, *entries[place:]], capture(*dialogues))
    assert faults(verdict) == [(Fault.NOT_ON_WIRE, 4711)]


@pytest.mark.parametrize("distance", [1, 3])
def test_two_entries_swapped_in_the_ledger(recorded: tuple[Entries, list[Dialogue]], distance: int) -> None:
    entries, dialogues = recorded
    one, other = frames_up(entries)[3], frames_up(entries)[3 + distance]
    swapped = [other if each is one else one if each is other else each for each in entries]
    verdict = match(swapped, capture(*dialogues))
    assert {fault for fault, _ in faults(verdict)} == {Fault.OUT_OF_ORDER}
    assert {number for _, number in faults(verdict)} <= {one.number, other.number}


def test_an_entry_said_to_be_with_another_host(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    host = frames_up(entries)[0].host
    moved = [one._replace(host="192.0.2.7:443") if one.host == host else one for one in entries]
    verdict = match(moved, capture(*dialogues))
    wrong = [finding for finding in verdict.differences if finding.fault is Fault.WRONG_HOST]
    assert [finding.host for finding in wrong] == [host]


def data_packets(dialogue: Dialogue, way: int) -> list[int]:
    port = dialogue.client[1] if way == 0 else dialogue.server[1]
    return [
        n for n, sent in enumerate(dialogue.packets) if int.from_bytes(sent.ip[20:22]) == port and len(sent.ip) > 40
    ]


def spoiled(dialogues: list[Dialogue], change: Callable[[list[Sent], list[int]], None], way: int = 0) -> list[Dialogue]:
    """The last connection, the data channel, with its packets changed."""
    last = dialogues[-1]
    copy = replace(last, packets=list(last.packets))
    change(copy.packets, data_packets(last, way))
    return [*dialogues[:-1], copy]


@pytest.mark.parametrize("way", [0, 1])
def test_a_packet_dropped_from_the_capture(recorded: tuple[Entries, list[Dialogue]], way: int) -> None:
    entries, dialogues = recorded
    lost: list[Sent] = []
    verdict = match(entries, capture(*spoiled(dialogues, lambda packets, data: lost.append(packets.pop(data[3])), way)))
    (finding,) = verdict.differences
    assert (finding.fault, finding.size) == (Fault.NOT_CAPTURED, len(lost[0].ip) - 40)
    assert "where entries" in finding.what
    assert verdict.outcome is Outcome.INCOMPLETE
    assert verdict.matched >= len(entries) - 5


def test_a_byte_changed_in_the_capture(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded

    def change(packets: list[Sent], data: list[int]) -> None:
        old = packets[data[4]]
        packets[data[4]] = Sent(old.ip[:-100] + bytes([old.ip[-100] ^ 1]) + old.ip[-99:], old.time_ns)

    verdict = match(entries, capture(*spoiled(dialogues, change)))
    ((fault, number),) = faults(verdict)
    assert fault is Fault.CHANGED and number in [one.number for one in frames_up(entries)]


def test_a_packet_added_to_the_capture(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    last = dialogues[-1]
    more = replace(last, packets=list(last.packets[:-2]))  # before its end
    more.__post_init__()
    more._next = [1001 + len(stream_of(last, 0)), 0]
    more.up(b"\x82\x85abcd" + b"hello")
    verdict = match(entries, capture(*dialogues[:-1], more))
    (finding,) = verdict.differences
    assert (finding.fault, finding.size, finding.what) == (Fault.NOT_IN_LEDGER, 11, "WebSocket binary frame")


def stream_of(dialogue: Dialogue, way: int) -> bytes:
    return b"".join(dialogue.packets[n].ip[40:] for n in data_packets(dialogue, way))


def test_two_packets_that_tell_one_byte_in_two_ways(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded

    def change(packets: list[Sent], data: list[int]) -> None:
        old = packets[data[4]]
        packets.insert(data[4] + 1, Sent(old.ip[:-9] + b"different", old.time_ns + 1))

    verdict = match(entries, capture(*spoiled(dialogues, change)))
    assert [fault for fault, _ in faults(verdict)] == [Fault.TWO_VERSIONS]
    assert verdict.outcome is Outcome.DIFFERS


def test_packets_reordered_and_repeated_are_no_difference(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded

    def change(packets: list[Sent], data: list[int]) -> None:
        packets[data[2]], packets[data[5]] = packets[data[5]], packets[data[2]]
        packets.insert(data[-1], packets[data[3]])

    for way in (0, 1):
        assert match(entries, capture(*spoiled(dialogues, change, way))).outcome is Outcome.MATCHES


def test_a_second_socket_behind_the_gates_back(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    server = dialogues[-1].server
    behind = Dialogue(("127.0.0.1", 45_678), server).open().up(b"GET /?q=secret HTTP/1.1\r\nHost: x\r\n\r\n").close()
    verdict = match(entries, capture(*dialogues, behind))
    (finding,) = verdict.differences
    assert finding.fault is Fault.NOT_IN_LEDGER
    assert finding.what == "request GET /?q=secret from 127.0.0.1:45678"
    assert finding.first == b"GET /?q=secret H"
    silent = Dialogue(("127.0.0.1", 45_678), server).open().close()
    verdict = match(entries, capture(*dialogues, silent))
    assert verdict.outcome is Outcome.MATCHES
    assert [one.fault for one in verdict.notices] == [Fault.EMPTY_CONNECTION]


def test_a_packet_of_another_protocol_to_our_host(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    secret = Sent(udp(("127.0.0.1", 1234), dialogues[0].server, b"secret"), START_NS)
    elsewhere = Sent(udp(("127.0.0.1", 1234), ("127.0.0.1", 53), b"name?"), START_NS)
    verdict = match(entries, capture(*dialogues, extra=[secret, elsewhere]))
    (finding,) = verdict.differences
    assert (finding.fault, finding.first, finding.size) == (Fault.NOT_IN_LEDGER, b"secret", 6)
    assert any("127.0.0.1:53" in words for words in verdict.elsewhere)


def test_any_port_of_an_address_that_is_not_loopback_is_ours(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    remote = ("192.0.2.7", 8443)
    here = [one._replace(host="192.0.2.7:8443") for one in entries if one.host == frames_up(entries)[0].host]
    last = dialogues[-1]
    again = Dialogue(("192.0.2.1", 50_000), remote).open().up(stream_of(last, 0)).down(stream_of(last, 1)).close()
    assert match(here, capture(again)).outcome is Outcome.MATCHES
    behind = Dialogue(("192.0.2.1", 50_001), ("192.0.2.7", 22)).open().up(b"tunnel").close()
    verdict = match(here, capture(again, behind))
    assert [(one.fault, one.first) for one in verdict.differences] == [(Fault.NOT_IN_LEDGER, b"tunnel")]


def test_a_capture_that_begins_in_the_middle(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    mine = [one for one in entries if one.host == frames_up(entries)[0].host]
    last = dialogues[-1]
    late = replace(last, packets=[last.packets[n] for n in range(8, len(last.packets))])
    packets = [*late.packets, Sent(udp(("10.9.9.9", 1), ("10.9.9.8", 2), b""), START_NS + 10**12)]
    verdict = match(mine, capture_of(io.BytesIO(pcap(packets, nano=True)), KeyLog(), ports_of(mine)))
    assert verdict.matched > len(mine) // 2
    assert {fault for fault, _ in faults(verdict)} <= {Fault.NOT_CAPTURED, Fault.NOT_IN_LEDGER, Fault.NOT_ON_WIRE}
    assert verdict.outcome is not Outcome.MATCHES


def test_bytes_that_nobody_read_and_bytes_that_never_left(
    recorded: tuple[Entries, list[Dialogue]], tmp_path: Path
) -> None:
    entries, dialogues = recorded
    mine = [one for one in entries if one.host == frames_up(entries)[0].host]
    last = dialogues[-1]
    up, down = stream_of(last, 0), stream_of(last, 1)
    unread = Dialogue(last.client, last.server).open().up(up).down(down + b"\x88\x00").close()
    verdict = match(mine, capture(unread))
    assert verdict.outcome is Outcome.MATCHES and [one.fault for one in verdict.notices] == [Fault.NEVER_READ]
    cut = Dialogue(last.client, last.server).open().up(up[: -mine[-2].wire_bytes]).down(down).reset(1)
    verdict = match(mine, capture(cut))
    assert {one.fault for one in verdict.notices} == {Fault.NEVER_SENT}
    whole = Dialogue(last.client, last.server).open().up(up[: -mine[-2].wire_bytes]).down(down)
    assert {fault for fault, _ in faults(match(mine, capture(whole)))} == {Fault.NOT_ON_WIRE}


def test_the_verdict_in_words_and_for_programs(recorded: tuple[Entries, list[Dialogue]]) -> None:
    entries, dialogues = recorded
    verdict = match([one for one in entries if one is not frames_up(entries)[2]], capture(*dialogues))
    text = "\n".join(verdict.sentences())
    assert "differ: 1 findings" in text
    assert "on the wire, not in the ledger: WebSocket binary frame" in text and "begins 82 fe" in text
    facts = verdict.facts()
    assert facts["outcome"] == "differs" and facts["entries_matched"] == len(entries) - 1
