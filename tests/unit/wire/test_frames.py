"""The frame parser: whole, byte by byte, with a tail; golden vectors; garbage gives a documented error only."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.frames import HEADER_BYTES, MAX_COLS, Dtype, Flags, Frame, FrameReader, Kind, decode, read_header
from app.wire.limits import CONTROL_PAYLOAD_BYTES, Limits
from tests.unit.wire.samples import floats, sample_frames

VECTORS = Path(__file__).parents[2] / "vectors" / "frames.json"
LIMITS = Limits()
every_sample = pytest.mark.parametrize("name", sorted(sample_frames()))


@every_sample
def test_golden_vectors_have_not_moved(name: str) -> None:
    assert sample_frames()[name].encode().hex() == json.loads(VECTORS.read_text())[name]


def test_every_kind_has_a_golden_vector() -> None:
    assert {frame.kind for frame in sample_frames().values()} == set(Kind)
    assert set(json.loads(VECTORS.read_text())) == set(sample_frames())


@every_sample
def test_a_whole_message_is_read(name: str) -> None:
    frame = sample_frames()[name]
    assert decode(frame.encode(), LIMITS) == frame


@every_sample
def test_a_frame_is_read_byte_by_byte(name: str) -> None:
    frame = sample_frames()[name]
    reader = FrameReader(LIMITS)
    data = frame.encode()
    for i in range(len(data) - 1):
        assert reader.feed(data[i : i + 1]) == []
    assert reader.feed(data[-1:]) == [frame]
    reader.end()


@every_sample
def test_a_frame_is_read_with_a_tail(name: str) -> None:
    frame = sample_frames()[name]
    tail = sample_frames()["state_fp32"]
    reader = FrameReader(LIMITS)
    assert reader.feed(frame.encode() + tail.encode()[:-1]) == [frame]
    with pytest.raises(RemoteProtocolError) as caught:
        reader.end()
    assert caught.value.code is ErrorCode.TRUNCATED
    assert reader.feed(tail.encode()[-1:]) == [tail]


@every_sample
def test_a_message_that_is_cut_or_has_a_tail_is_refused(name: str) -> None:
    data = sample_frames()[name].encode()
    for cut in range(len(data)):
        with pytest.raises(RemoteProtocolError) as caught:
            decode(data[:cut], LIMITS)
        assert caught.value.code is ErrorCode.TRUNCATED
    with pytest.raises(RemoteProtocolError) as caught:
        decode(data + b"\0", LIMITS)
    assert caught.value.code is ErrorCode.TRAILING_BYTES


@given(st.lists(st.sampled_from(sorted(sample_frames())), max_size=5), st.data())
def test_any_chunking_gives_the_same_frames(names: list[str], data: st.DataObject) -> None:
    frames = [sample_frames()[name] for name in names]
    stream = b"".join(frame.encode() for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = FrameReader(LIMITS)
    out: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        out += reader.feed(stream[start:end])
    assert out == frames
    reader.end()


@given(st.binary(max_size=200))
def test_garbage_gives_a_documented_error(garbage: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode(garbage, LIMITS)


@given(st.sampled_from(sorted(sample_frames())), st.integers(0, HEADER_BYTES - 1), st.integers(0, 255))
def test_a_changed_header_byte_is_read_or_refused(name: str, offset: int, value: int) -> None:
    data = bytearray(sample_frames()[name].encode())
    data[offset] = value
    try:
        frame = decode(bytes(data), LIMITS)
    except RemoteProtocolError:
        return
    # Accepted: then it means exactly what its bytes say (only the minor version is free to differ).
    again = bytearray(frame.encode())
    again[3] = data[3]
    assert again == data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.__setitem__(slice(0, 2), b"XX"), ErrorCode.BAD_MAGIC),
        (lambda d: d.__setitem__(2, 2), ErrorCode.VERSION_UNSUPPORTED),
        (lambda d: d.__setitem__(4, 99), ErrorCode.UNKNOWN_KIND),
        (lambda d: d.__setitem__(5, 9), ErrorCode.WRONG_DTYPE),
        (lambda d: d.__setitem__(6, 9), ErrorCode.WRONG_DTYPE),
        (lambda d: d.__setitem__(7, 16), ErrorCode.BAD_HEADER),
        (lambda d: d.__setitem__(7, 3), ErrorCode.BAD_HEADER),
        (lambda d: d.__setitem__(7, 8), ErrorCode.BAD_HEADER),  # TRAIN without WANT_ALL
        (lambda d: d.__setitem__(7, 9), ErrorCode.BAD_HEADER),  # TRAIN with WANT_LAST
        (lambda d: d.__setitem__(7, 14), ErrorCode.BAD_HEADER),  # TRAIN with ROWWISE
        (lambda d: d.__setitem__(26, 1), ErrorCode.BAD_HEADER),
        (lambda d: d.__setitem__(44, 1), ErrorCode.BAD_HEADER),
        (lambda d: d.__setitem__(28, 3), ErrorCode.WRONG_SHAPE),
        (lambda d: d.__setitem__(40, 25), ErrorCode.WRONG_SHAPE),
        (lambda d: d.__setitem__(slice(28, 32), (513).to_bytes(4, "little")), ErrorCode.TOO_MANY_ROWS),
        (lambda d: d.__setitem__(slice(32, 36), (MAX_COLS + 1).to_bytes(4, "little")), ErrorCode.FRAME_TOO_LARGE),
        (lambda d: d.__setitem__(slice(40, 44), (2**31).to_bytes(4, "little")), ErrorCode.FRAME_TOO_LARGE),
    ],
)
def test_each_rule_of_the_header_has_its_code(change, code: ErrorCode) -> None:  # type: ignore[no-untyped-def]
    data = bytearray(sample_frames()["step_fp32"].encode())
    change(data)
    with pytest.raises(RemoteProtocolError) as caught:
        read_header(data, LIMITS)
    assert caught.value.code is code


def test_a_header_is_judged_before_its_payload_arrives() -> None:
    huge = Frame(Kind.OPEN, payload=bytes(CONTROL_PAYLOAD_BYTES + 1)).encode()
    with pytest.raises(RemoteProtocolError) as caught:
        FrameReader(LIMITS).feed(huge[:HEADER_BYTES])
    assert caught.value.code is ErrorCode.FRAME_TOO_LARGE


def test_int8_rows_carry_a_scale_each() -> None:
    frame = Frame(Kind.TAP, 1, rows=2, cols=3, dtype=Dtype.INT8, payload=floats(1, 1) + bytes(6))
    assert decode(frame.encode(), LIMITS).main_bytes == 14


def test_flags_belong_to_steps_only() -> None:
    data = bytearray(sample_frames()["tap_bf16"].encode())
    data[7] = Flags.WANT_LAST
    with pytest.raises(RemoteProtocolError):
        read_header(data, LIMITS)
