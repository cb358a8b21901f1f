"""What the gate remembers of a header and how it wraps a frame, against the slow and the independent way."""

from random import Random

import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from app.domain.clearance import NotCleared
from app.privacy.message import FrameForms, Wrapping, carries
from app.wire.errors import RemoteProtocolError
from app.wire.frames import HEADER_BYTES, UP_KINDS, Dtype, Frame, Kind, read_header
from app.wire.limits import Limits

LIMITS = Limits(max_rows=65_536)
FRAMES = [
    Frame(kind, 5, 6, 7, 8, 2, 16, Dtype.BF16, 4, Dtype.INT8, payload=bytes(64 + 16)).encode()
    for kind in (Kind.STEP, Kind.DELTA, Kind.TAP, Kind.STATE)
] + [Frame(kind, payload=bytes(4)).encode() for kind in (Kind.OPEN, Kind.OPENED, Kind.ERROR)]


def slow_verdict(content: bytes) -> tuple[bool, bool]:
    """May go up; begins with a header. Asked of the wire each time."""
    try:
        frame, payload_bytes = read_header(content, LIMITS)
    except RemoteProtocolError:
        return False, False
    return frame.kind in UP_KINDS and len(content) == HEADER_BYTES + payload_bytes, True


def verdict(forms: FrameForms, content: bytes) -> tuple[bool, bool]:
    try:
        forms.judge_up(content)
    except NotCleared:
        return False, forms.begins_with_header(content)
    return True, forms.begins_with_header(content)


@pytest.mark.parametrize("byte", range(HEADER_BYTES))
def test_after_a_good_frame_every_change_of_its_header_is_judged_as_the_wire_judges_it(byte: int) -> None:
    forms = FrameForms()
    for frame in FRAMES:
        for value in range(256):
            verdict(forms, frame)  # so that this form is the one remembered
            changed = frame[:byte] + bytes([value]) + frame[byte + 1 :]
            assert verdict(forms, changed) == slow_verdict(changed), (frame, value)


def test_random_headers_are_judged_as_the_wire_judges_them() -> None:
    random, forms = Random(0), FrameForms()
    good = 0
    for _ in range(20_000):
        content = bytearray(random.choice(FRAMES))
        for _ in range(random.randrange(3)):
            content[random.randrange(HEADER_BYTES)] = random.choice((0, 1, 2, 3, 4, 16, 255))
        del content[random.choice((len(content), len(content), len(content) - 1, HEADER_BYTES)) :]
        expected = slow_verdict(bytes(content))
        assert verdict(forms, bytes(content)) == expected
        good += expected[0]
    assert 1000 < good < 19_000


@pytest.mark.parametrize("size", [0, 1, 47])
def test_less_than_a_header_is_no_frame(size: int) -> None:
    forms = FrameForms()
    assert verdict(forms, FRAMES[0]) == (True, True)
    assert verdict(forms, FRAMES[0][:size]) == (False, False)


@pytest.mark.parametrize("size", [*range(20), 125, 126, 8191, 8192, 8193, 8195, 65_535, 65_536])
def test_a_frame_is_wrapped_as_an_independent_library_wraps_it(size: int) -> None:
    content = Random(size).randbytes(size)
    data = Wrapping().wrap(content)
    head = len(WebSocketFrame(Opcode.BINARY, content).serialize(mask=False)) - size
    key = data[head : head + 4]

    assert data[:head] == bytes([0x82]) + _with_mask_bit(WebSocketFrame(Opcode.BINARY, content), head)
    assert bytes(a ^ key[i % 4] for i, a in enumerate(data[head + 4 :])) == content
    assert carries(data, content)


def _with_mask_bit(frame: WebSocketFrame, head: int) -> bytes:
    plain = frame.serialize(mask=False)[:head]
    return bytes([plain[1] | 0x80]) + plain[2:]


def test_no_key_is_used_twice_in_a_row_and_keys_do_not_run_out() -> None:
    wrapping = Wrapping()
    keys = [wrapping.wrap(bytes(8))[2:6] for _ in range(3000)]
    assert len(set(keys)) > 2990
