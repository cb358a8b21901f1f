"""Whatever a capture, a key log or a ledger holds: a verdict in words, and no traceback."""

import io
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.audit.capture.capture import capture_of
from app.audit.capture.http import frame_at, units, unmasked
from app.audit.capture.keylog import KeyLog
from app.audit.capture.match import match, ports_of
from app.audit.capture.packets import NotACapture
from app.audit.capture.streams import Stream
from app.audit.capture.verdict import CaptureVerdict, Outcome
from app.privacy.ledger_format import LedgerEntry
from tests.sim.capture_files import Dialogue, pcap, pcapng

UPGRADE = b"GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(520)

entries = st.builds(
    LedgerEntry,
    number=st.integers(0, 2**63),
    time_ns=st.integers(0, 2**64 - 1),
    connection=st.integers(0, 3),
    host=st.sampled_from(
        ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "a.example:443", "::::", "", "1.2.3.4:99999"]
    ),
    direction=st.integers(0, 3),
    purpose=st.integers(0, 255),
    session=st.just(0),
    message=st.just(UUID(int=0)),
    kind=st.integers(0, 255),
    tap=st.just(0),
    rows=st.just(0),
    cols=st.just(0),
    side_cols=st.just(0),
    dtype=st.just(0),
    side_dtype=st.just(0),
    step_flags=st.just(0),
    step=st.just(0),
    position=st.just(0),
    payload_bytes=st.just(0),
    wire_bytes=st.one_of(st.integers(0, 40), st.integers(0, 2**32 - 1)),
    sha256=st.binary(min_size=32, max_size=32),
    is_tls=st.booleans(),
    chain=st.just(bytes(32)),
)
parts = st.one_of(st.binary(max_size=200), st.sampled_from([UPGRADE, SWITCHED, TLS, b"\x82\xfe\xff\xff", b"\x82\x7f"]))


def judged(data: bytes, ledger: list[LedgerEntry]) -> CaptureVerdict | None:
    try:
        capture = capture_of(io.BytesIO(data), KeyLog(), ports_of(ledger))
    except NotACapture as error:
        assert error.message and error.advice
        return None
    verdict = match(ledger, capture)
    assert all(verdict.sentences())
    assert verdict.facts()
    return verdict


@given(st.lists(st.tuples(st.booleans(), parts), max_size=6), st.lists(entries, max_size=6))
@settings(max_examples=150)
def test_any_bytes_in_a_connection_and_any_entries(said: list[tuple[bool, bytes]], ledger: list[LedgerEntry]) -> None:
    dialogue = Dialogue().open()
    for is_up, data in said:
        dialogue = dialogue.up(data) if is_up else dialogue.down(data)
    verdict = judged(pcap(dialogue.close().packets), ledger)
    assert verdict is not None
    known = any(one.host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000") for one in ledger)
    if known and any(data for _is_up, data in said):
        assert verdict.outcome is not Outcome.MATCHES  # hashes that nobody could have met


@given(st.data(), st.sampled_from([pcap, pcapng]))
@settings(max_examples=150)
def test_a_capture_with_any_bytes_changed_or_cut(data: st.DataObject, make: object) -> None:
    assert callable(make)
    whole = bytearray(make(Dialogue().open().up(UPGRADE).down(SWITCHED).up(TLS).close().packets))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(4, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    judged(bytes(whole[: data.draw(st.integers(0, len(whole)))]), [])


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a"]))
def test_any_file(data: bytes, magic: bytes) -> None:
    judged(magic + data, [])


@given(st.binary(max_size=400))
@example(b"CLIENT_RANDOM \xff\xff 00")
@example(b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"00" * 5000)
def test_any_key_log(data: bytes) -> None:
    KeyLog().add(data)
    capture = capture_of(io.BytesIO(pcapng(Dialogue().open().up(TLS).packets, secrets=data)), KeyLog())
    assert capture.packets


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_units_cover_every_byte_once(up: bytes, down: bytes) -> None:
    streams = (Stream(), Stream())
    for stream, data in zip(streams, (UPGRADE + up, SWITCHED + down), strict=True):
        stream.append(data, 1)
    for stream, cut in zip(streams, units(*streams), strict=True):
        place = 0
        for unit in cut:
            assert unit.start == place < unit.end
            place = unit.end
        assert place == stream.end


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_a_masked_frame_is_unmasked(payload: bytes, key: bytes) -> None:
    masked = bytes(byte ^ key[n % 4] for n, byte in enumerate(payload))
    size = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
    frame = b"\x82" + size + key + masked
    unit = frame_at(frame, 0)
    assert unit is not None and unit.end == len(frame)
    assert unmasked(unit, frame) == payload
