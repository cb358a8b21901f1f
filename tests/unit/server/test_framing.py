"""WebSocket messages: whole, byte by byte, in any chunks and fragments; faults; memory."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import HEADER_BYTES
from cloud_backend.server.framing import MessageReader, binary_message

LIMIT = 2000


@dataclass
class Listener:
    """A Receiver: a message's second byte says how long it ought to be; a first byte of 9 is refused."""

    messages: list[bytes | None] = field(default_factory=list)
    controls: list[bytes] = field(default_factory=list)
    ended: list[ErrorCode] = field(default_factory=list)
    faults: int = 0

    def judge(self, untrusted_header: bytes) -> int:
        if untrusted_header[0] == 9:
            raise WireError(ErrorCode.BAD_MAGIC)
        return untrusted_header[1]

    def take(self, untrusted: bytes | None) -> None:
        self.messages.append(untrusted)

    def end(self, code: ErrorCode, limit: int = 0) -> None:
        self.ended.append(code)

    def fault(self) -> None:
        self.faults += 1


def _reader() -> tuple[Listener, MessageReader]:
    listener = Listener()
    return listener, MessageReader(listener, LIMIT, listener.controls.append, listener.fault)


def _frame(payload: bytes, opcode: Opcode = Opcode.BINARY, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


def _message(extra: int) -> bytes:
    return bytes([1, extra]) + bytes(range(HEADER_BYTES - 2)) + bytes(range(extra))


@given(
    sizes=st.lists(st.integers(0, 200), max_size=4),
    cuts=st.lists(st.integers(0, 60), max_size=6),
    chunk=st.integers(1, 300),
)
def test_messages_survive_any_fragments_and_chunks(sizes: list[int], cuts: list[int], chunk: int) -> None:
    sent, wire = [_message(size) for size in sizes], b""
    for message in sent:
        opcode, rest = Opcode.BINARY, message
        for cut in cuts:
            wire += _frame(rest[:cut], opcode, fin=False) + _frame(b"?", Opcode.PING)
            opcode, rest = Opcode.CONT, rest[cut:]
        wire += _frame(rest, opcode)
    listener, reader = _reader()
    for at in range(0, len(wire), chunk):
        reader.feed(wire[at : at + chunk])
    assert listener.messages == sent
    assert len(listener.controls) == len(sent) * len(cuts)
    assert (listener.ended, listener.faults, reader.held_bytes) == ([], 0, 0)


@given(st.binary(max_size=400), st.integers(1, 50))
def test_garbage_is_never_more_than_refused(garbage: bytes, chunk: int) -> None:
    listener, reader = _reader()
    for at in range(0, len(garbage), chunk):
        reader.feed(garbage[at : at + chunk])
        assert reader.held_bytes <= LIMIT
    assert listener.faults <= 1
    assert len(listener.ended) <= 1


@pytest.mark.parametrize(
    "bad",
    [
        b"\xc2\x80",  # a reserved bit
        b"\x82\x00",  # not masked
        b"\x83\x80",  # an opcode that is none
        b"\x80\x80",  # goes on where nothing began
        b"\x09\x80",  # a ping in fragments
        b"\x89\xfe",  # a ping over 125 bytes
        _frame(b"", fin=False) + b"\x82\x80",  # a message inside a message
    ],
    ids=lambda bad: f"{bad[0]:02x}{bad[1]:02x}, {len(bad)} bytes",  # a frame's mask is drawn anew each time
)
def test_breach_of_websocket_is_a_fault_and_nothing_more_is_read(bad: bytes) -> None:
    listener, reader = _reader()
    reader.feed(bad + _frame(_message(3)))
    reader.feed(_frame(_message(3)))
    assert (listener.faults, listener.messages) == (1, [])


def test_refused_by_its_header_it_is_discarded_to_its_end() -> None:
    listener, reader = _reader()
    wire = _frame(bytes([9]) * 500)
    reader.feed(wire[:60])
    assert listener.ended == [ErrorCode.BAD_MAGIC]
    assert reader.held_bytes == 0
    reader.feed(wire[60:] + _frame(b"?", Opcode.PING))
    assert (listener.messages, len(listener.controls)) == ([], 1)


def test_our_frames_are_those_of_the_library() -> None:
    for size in (0, 125, 126, 65_535, 65_536):
        assert binary_message(bytes(size)) == Frame(Opcode.BINARY, bytes(size)).serialize(mask=False)
