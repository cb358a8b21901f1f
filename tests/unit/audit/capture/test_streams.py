"""TCP comes out whole from packets in any order, repeated, overlapping; what is missing or contradictory is named."""

import io
import random

from hypothesis import given
from hypothesis import strategies as st

from app.audit.capture.capture import capture_of
from app.audit.capture.keylog import KeyLog
from app.audit.capture.streams import Connection, Stream
from tests.sim.capture_files import ACK, START_NS, SYN, Dialogue, Sent, pcap, tcp

CONTENT = random.Random(5).randbytes(5000)


def one(packets: list[Sent], snap: int = 2**18) -> Connection:
    capture = capture_of(io.BytesIO(pcap(packets, snap=snap)), KeyLog(), [8000])
    (connection,) = capture.connections
    return connection


@given(st.integers(0, 2**32 - 1), st.integers(1, 900), st.integers(0, 2**32 - 1))
def test_any_order_repetition_and_overlap(seed: int, piece: int, isn: int) -> None:
    shuffle = random.Random(seed)
    stream = Stream()
    stream.begin(isn)
    pieces = [(start, CONTENT[start : start + piece]) for start in range(0, len(CONTENT), piece)]
    for _ in range(20):
        start = shuffle.randrange(len(CONTENT))
        pieces.append((start, CONTENT[start : start + shuffle.randrange(1, 2000)]))
    shuffle.shuffle(pieces)
    for number, (start, data) in enumerate(pieces):
        stream.add((isn + start) % 2**32, data, len(data), START_NS + number)
    assert stream.rest(0) == CONTENT
    assert stream.gaps() == [] and stream.conflicts == []
    assert stream.captured_bytes == len(CONTENT)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=40), st.integers(0, 2**20)), max_size=30))
def test_no_sequence_of_segments_breaks_it(segments: list[tuple[int, bytes, int]]) -> None:
    stream = Stream()
    for number, (seq, data, more) in enumerate(segments):
        stream.add(seq, data, len(data) + more, number)
    assert stream.captured_bytes <= sum(len(data) for _seq, data, _more in segments)
    for gap in stream.gaps():
        assert gap.start < gap.end and stream.take(gap.start, gap.end - gap.start) is None
    place = stream.start
    for start, data in stream.pieces():
        assert start >= place
        assert stream.take(start, len(data)) == data
        place = start + len(data)


def test_numbers_that_wrap() -> None:
    assert one(Dialogue(isn=(2**32 - 10, 5)).open().up(CONTENT).packets).up.rest(0) == CONTENT


def test_a_lost_packet_is_a_gap_with_its_time() -> None:
    packets = Dialogue().open().up(CONTENT, 1000).close().packets
    lost = packets.pop(4)
    stream = one(packets).up
    (gap,) = stream.gaps()
    assert (gap.start, gap.end) == (1000, 2000)
    assert gap.time_ns == lost.time_ns - 1000  # the packet before it
    assert stream.take(990, 20) is None and stream.take(2000, 3000) == CONTENT[2000:]
    assert stream.has_gap(0, 1001) and not stream.has_gap(2000, 3000)


def test_packets_cut_by_the_recorder_leave_gaps() -> None:
    stream = one(Dialogue().open().up(CONTENT, 1000).close().packets, snap=154).up
    assert stream.end == 5000
    assert [(gap.start, gap.end) for gap in stream.gaps()] == [(n * 1000 + 100, n * 1000 + 1000) for n in range(5)]


def test_two_versions_of_one_byte_are_noted_and_the_first_stays() -> None:
    packets = Dialogue().open().up(CONTENT, 1000).packets
    other = Sent(tcp(("127.0.0.1", 40000), ("127.0.0.1", 8000), 1501, ACK, b"\xff" * 30), START_NS)
    stream = one([*packets, other]).up
    assert stream.rest(0) == CONTENT
    assert len(stream.conflicts) == 1 and 500 <= stream.conflicts[0] < 530


def test_a_probe_for_life_is_no_byte_of_the_stream() -> None:
    dialogue = Dialogue().open()
    probe = tcp(("127.0.0.1", 40000), ("127.0.0.1", 8000), 1000, ACK, b"\0")
    dialogue.packets.append(Sent(probe, START_NS))
    assert one(dialogue.up(CONTENT).packets).up.rest(0) == CONTENT


def test_the_same_ports_again_are_another_connection() -> None:
    first, second = Dialogue().open().up(b"first").close(), Dialogue(isn=(7, 8)).open().up(b"second").close()
    capture = capture_of(io.BytesIO(pcap(first.packets + second.packets)), KeyLog())
    assert [one.up.rest(0) for one in capture.connections] == [b"first", b"second"]


def test_who_is_the_server_where_no_handshake_was_seen() -> None:
    packets = Dialogue(("127.0.0.1", 4000), ("127.0.0.1", 8000)).open().down(b"hello").up(b"you").packets[3:]
    connection = one(packets)
    assert (connection.up.rest(0), connection.down.rest(0)) == (b"you", b"hello")
    assert not connection.is_begun


def test_a_number_far_away_costs_nothing() -> None:
    far = Sent(tcp(("127.0.0.1", 40000), ("127.0.0.1", 8000), 2**30, ACK, b"far"), START_NS)
    stream = one([*Dialogue().open().up(b"near").packets, far]).up
    assert stream.captured_bytes == 7
    stray = Sent(tcp(("127.0.0.1", 40000), ("127.0.0.1", 8000), 2**31, ACK, b"far"), START_NS)
    assert one([*Dialogue().open().up(b"near").packets, stray]).up.strays == 1
    again = Sent(tcp(("127.0.0.1", 40000), ("127.0.0.1", 8000), 1000, SYN), START_NS)
    assert one([*Dialogue().open().up(b"near").packets, again]).up.rest(0) == b"near"
