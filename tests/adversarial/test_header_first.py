"""Messages whose header says enough: refused by name at once, while the peer still keeps the payload back."""

import struct
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from app.wire.errors import ErrorCode
from app.wire.frames import HEADER_BYTES, Dtype, Frame, Kind, decode
from app.wire.limits import CONTROL_PAYLOAD_BYTES, Limits
from cloud_backend.server.protocols import DataProtocol
from tests.adversarial.conftest import Bystander
from tests.adversarial.raw_device import RawDevice
from tests.sim.live_server import OTHER_TOKEN, TWO_TAPS, Device, LiveServer, open_message, step_payload, wait_until

MIB = 2**20
Make = Callable[..., LiveServer]


def header(kind: Kind, payload_bytes: int, **fields: object) -> bytes:
    """A frame's header that announces a payload."""
    whole = bytearray(Frame(kind, **fields).encode())  # type: ignore[arg-type]
    whole[40:44] = struct.pack("<I", payload_bytes)
    return bytes(whole)


def _step(device: RawDevice, rows: int, cols: int = 8, **fields: object) -> bytes:
    fields = {"session": device.wire.session, "step": 1, "rows": rows, "cols": cols, "dtype": Dtype.FP32} | fields
    return header(Kind.STEP, 4 * rows * cols, **fields)


def _held_bytes(server: LiveServer) -> list[int]:
    sockets = [one for one in server.server.server_state.connections if isinstance(one, DataProtocol)]
    return [one._reader.held_bytes for one in sockets if one._reader is not None]


@pytest.fixture
def raw(server: LiveServer) -> Iterator[RawDevice]:
    with closing(RawDevice(server)) as device:
        yield device


BEFORE_OPEN = {
    "wrong magic": (ErrorCode.BAD_MAGIC, b"XX" + bytes(HEADER_BYTES - 2), 1000),
    "an OPEN over 64 KiB": (ErrorCode.FRAME_TOO_LARGE, header(Kind.OPEN, 65_537), HEADER_BYTES + 65_537),
    "a STEP": (
        ErrorCode.OUT_OF_ORDER,
        header(Kind.STEP, 256, rows=8, cols=8, dtype=Dtype.FP32),
        HEADER_BYTES + 256,
    ),
    "longer than its header says": (ErrorCode.TRAILING_BYTES, header(Kind.OPEN, 100), HEADER_BYTES + 101),
    "shorter than its header says": (ErrorCode.TRUNCATED, header(Kind.OPEN, 100), HEADER_BYTES + 99),
    "a message over every limit": (ErrorCode.FRAME_TOO_LARGE, b"", 2**40),
}


@pytest.mark.parametrize("attack", BEFORE_OPEN)
def test_before_a_session_the_header_is_enough(
    attack: str, server: LiveServer, bystander: Bystander, raw: RawDevice
) -> None:
    code, sent, announced = BEFORE_OPEN[attack]
    raw.send_part(sent, announced)
    assert raw.refused_with() is code
    bystander.goes_on()


def test_in_a_session_its_shape_is_the_limit(server: LiveServer, bystander: Bystander) -> None:
    cases: dict[ErrorCode, Callable[[RawDevice], bytes]] = {
        ErrorCode.TOO_MANY_ROWS: lambda raw: _step(raw, 600),
        ErrorCode.WRONG_SHAPE: lambda raw: _step(raw, 8, cols=200),
        ErrorCode.WRONG_DTYPE: lambda raw: header(
            Kind.STEP, 128, session=raw.wire.session, rows=8, cols=8, dtype=Dtype.FP16
        ),
        ErrorCode.OUT_OF_ORDER: lambda raw: header(Kind.OPEN, 1000),
        ErrorCode.OUT_OF_POSITIONS: lambda raw: _step(raw, 5),
    }
    for code, make in cases.items():
        with closing(RawDevice(server)) as raw:
            raw.open(4 if code is ErrorCode.OUT_OF_POSITIONS else 64)
            sent = make(raw)
            raw.send_part(sent, HEADER_BYTES + struct.unpack_from("<I", sent, 40)[0])
            assert raw.refused_with() is code
    bystander.goes_on()


def test_a_delta_is_judged_by_the_step_under_way(server: LiveServer, raw: RawDevice) -> None:
    raw.open(plan=TWO_TAPS)
    raw.send(_step(raw, 1) + bytes(32))
    tap = decode(raw.read_message(), Limits())
    delta = header(
        Kind.DELTA, 4 * 8 * 6, session=tap.session, step=tap.step, tap=tap.tap, rows=8, cols=6, dtype=Dtype.FP32
    )
    raw.send_part(delta, HEADER_BYTES + 4 * 8 * 6)
    assert raw.refused_with() is ErrorCode.WRONG_SHAPE


def test_header_is_judged_however_it_is_fragmented(server: LiveServer, raw: RawDevice) -> None:
    raw.open()
    for number, part in enumerate([_step(raw, 600)[at : at + 16] for at in (0, 16, 32)]):
        raw.send_part(part, len(part), opcode=0 if number else 2, fin=False)
    assert raw.refused_with() is ErrorCode.TOO_MANY_ROWS


def test_text_is_refused_before_its_end(raw: RawDevice) -> None:
    raw.send_part(b"hello", 60_000, opcode=1)
    assert raw.refused_with() is ErrorCode.BAD_MAGIC


def test_data_frame_inside_a_message_is_a_fault_of_websocket_itself(server: LiveServer, raw: RawDevice) -> None:
    raw.send_part(b"N", 1, fin=False)
    raw.send_part(b"H", 1)
    raw.socket.settimeout(5)
    assert raw.socket.recv(4) == b"\x88\x02\x03\xea"  # close, 1002


def test_24_mib_without_a_session_are_refused_and_never_held(make_server: Make) -> None:
    server = make_server()
    server.server.config.ws_max_size = 64 * MIB  # so that only the header can tell
    with closing(RawDevice(server)) as raw:
        raw.send_part(header(Kind.OPEN, 24 * MIB) + bytes(30_000), HEADER_BYTES + 24 * MIB)
        assert raw.refused_with() is ErrorCode.FRAME_TOO_LARGE
        for _ in range(24):
            raw.socket.sendall(bytes(MIB))  # it sends on all the same
            assert max(_held_bytes(server), default=0) < 1000


def test_a_socket_without_a_session_holds_64_kib_at_most(server: LiveServer, raw: RawDevice) -> None:
    most = HEADER_BYTES + CONTROL_PAYLOAD_BYTES
    raw.send_part(header(Kind.OPEN, CONTROL_PAYLOAD_BYTES) + bytes(CONTROL_PAYLOAD_BYTES - 1), most)
    wait_until(lambda: _held_bytes(server) == [most - 1])


def test_sockets_of_one_token_leave_others_their_room(make_server: Make) -> None:
    server = make_server(max_connections_per_token=2)
    with Device(server) as first, closing(RawDevice(server)):
        first.open()
        with closing(RawDevice(server)) as third:
            assert third.refused_with() is ErrorCode.TOKEN_SESSIONS_FULL
        with Device(server, token=OTHER_TOKEN) as other:
            other.open()
            other.step()
        first.step()
    wait_until(lambda: not _held_bytes(server))
    with Device(server) as later:
        later.open()


def test_payload_in_drops_is_taken(server: LiveServer, raw: RawDevice) -> None:
    """The rule of this file must not hurt a slow but honest peer."""
    raw.open()
    payload = step_payload(open_message(), 0, 3, 8)
    whole = _step(raw, 3) + payload
    raw.send_part(whole[:10], len(whole))
    for at in range(10, len(whole)):
        raw.socket.sendall(whole[at : at + 1])
    raw.wire.step(number=1, position=0, rows=3, flags=Frame(Kind.STEP).flags, payload=payload)
    assert raw.wire.receive(raw.read_message()).kind is Kind.STATE
