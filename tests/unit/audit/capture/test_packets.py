"""Capture files of every form are the same packets; what is wrong with one is said in words."""

import io
import struct

import pytest

from app.audit.capture.capture import capture_of
from app.audit.capture.keylog import KeyLog
from app.audit.capture.packets import NotACapture, PacketReader
from tests.sim.capture_files import START_NS, Dialogue, Sent, ip, pcap, pcapng, tcp, udp

UP, DOWN = b"GET / HTTP/1.1\r\n\r\n" + bytes(range(256)) * 20, b"down" * 3000


def dialogue(v6: bool = False) -> Dialogue:
    ends = (("::1", 40000), ("::1", 8000)) if v6 else (("127.0.0.1", 40000), ("127.0.0.1", 8000))
    return Dialogue(*ends).open().up(UP).down(DOWN).close()


def streams(data: bytes) -> list[tuple[bytes, bytes, int]]:
    capture = capture_of(io.BytesIO(data), KeyLog())
    assert not capture.faults
    return [(one.up.rest(0), one.down.rest(0), one.opened_ns) for one in capture.connections]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("link_type", [0, 1, 1001, 101, 108, 113, 276])
@pytest.mark.parametrize("v6", [False, True], ids=["v4", "v6"])
def test_a_pcap_of_every_link_layer_and_byte_order(order: str, link_type: int, v6: bool) -> None:
    for nano in (False, True):
        data = pcap(dialogue(v6).packets, link_type, order, nano=nano)
        assert streams(data) == [(UP, DOWN, START_NS + 1000)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("resolution", [6, 9, 0x80 | 20])
def test_a_pcapng_of_every_clock_and_byte_order(order: str, resolution: int) -> None:
    ((up, down, opened_ns),) = streams(pcapng(dialogue().packets, 1, order, resolution=resolution))
    assert (up, down) == (UP, DOWN)
    assert abs(opened_ns - START_NS - 1000) < 2000


def test_several_sections_in_different_byte_orders() -> None:
    packets = dialogue().packets
    half = len(packets) // 2
    assert streams(pcapng(packets[:half], 1, "<") + pcapng(packets[half:], 276, ">"))[0][:2] == (UP, DOWN)


def test_simple_and_old_packet_blocks_and_unknown_ones() -> None:
    from tests.sim.capture_files import block

    data = pcapng([], 101)
    packet = dialogue().packets[0].ip
    data += block("<", 3, struct.pack("<I", len(packet)) + packet)
    data += block("<", 2, struct.pack("<HHIIII", 0, 0, 0, 0, len(packet), len(packet)) + packet)
    data += block("<", 0x0BAD, b"what is this")
    reader = PacketReader(io.BytesIO(data))
    assert [packet.data for packet in reader] == [packet, packet]
    assert not reader.faults


def test_keys_inside_a_pcapng() -> None:
    secrets = b"CLIENT_RANDOM " + b"ab" * 32 + b" " + b"cd" * 48 + b"\n# a comment\nnonsense\nCLIENT_RANDOM zz zz\n"
    capture = capture_of(io.BytesIO(pcapng(dialogue().packets, secrets=secrets)), KeyLog())
    assert capture.keys.secret("CLIENT_RANDOM", b"\xab" * 32) == b"\xcd" * 48
    assert capture.keys.unread == 2


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_file_cut_anywhere_keeps_what_is_whole_and_says_so(make: object) -> None:
    assert callable(make)
    packets = dialogue().packets[:6]
    whole = make(packets)
    before = 0
    for end in range(24 if make is pcap else 48, len(whole)):
        reader = PacketReader(io.BytesIO(whole[:end]))
        count = len(list(reader))
        assert before <= count < len(packets)
        before = count
    assert reader.faults == [f"The capture file ends in the middle of what follows packet {count}."]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a zip", b"\x1f\x8b gzip", b"\xd4\xc3"])
def test_what_is_no_capture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotACapture) as caught:
        capture_of(io.BytesIO(data), KeyLog())
    assert caught.value.advice


def test_huge_lengths_end_the_reading_and_take_no_memory() -> None:
    data = pcap(dialogue().packets[:2]) + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    reader = PacketReader(io.BytesIO(data))
    assert len(list(reader)) == 2
    assert "4,294,967,295 bytes long" in reader.faults[0]
    data = pcapng(dialogue().packets[:2]) + struct.pack("<II", 6, 0xFFFFFFFC)
    reader = PacketReader(io.BytesIO(data))
    assert len(list(reader)) == 2
    assert reader.faults


def test_what_is_not_read_is_counted_by_reason() -> None:
    fragment = bytearray(tcp(("10.0.0.1", 1), ("10.0.0.2", 2), 1, 16, b"x"))
    fragment[6] = 0x20
    too_short = ip("10.0.0.1", "10.0.0.2", 6, b"short")
    packets = [
        Sent(bytes(fragment), START_NS),
        Sent(too_short, START_NS),
        Sent(udp(("1.2.3.4", 5), ("6.7.8.9", 53), b"q"), START_NS),
    ]
    capture = capture_of(io.BytesIO(pcap(packets)), KeyLog())
    assert capture.unread == {"IP fragments": 1, "too short for their own headers": 1}
    assert [(one.protocol, one.content_bytes, one.first) for one in capture.others] == [(17, 1, b"q")]
    capture = capture_of(io.BytesIO(pcap(packets, 105)), KeyLog())
    assert list(capture.unread) == ["link layer 105, which this program does not know"]
