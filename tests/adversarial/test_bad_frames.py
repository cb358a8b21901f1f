"""Frames that break a rule, one attack each: refused by name, the session over, every other session untouched."""

import struct
from collections.abc import Callable

import pytest

from app.wire.errors import ErrorCode
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.adversarial.conftest import Bystander
from tests.sim.live_server import TWO_TAPS, Device, LiveServer, open_message, step_payload

NAN = struct.pack("<f", float("nan"))
Attack = Callable[[Device], None]


def _step(device: Device, **changes: object) -> Frame:
    """The next step, as it should be, with `changes`."""
    hidden = device.wire_hidden
    fields: dict[str, object] = {
        "kind": Kind.STEP,
        "session": device.wire.session,
        "step": device.number + 1,
        "position": device.position,
        "rows": 1,
        "cols": hidden,
        "dtype": Dtype.FP32,
        "flags": Flags.WANT_LAST,
        "payload": step_payload(device.asked, device.position, 1, hidden),
    }
    return Frame(**(fields | changes))  # type: ignore[arg-type]


def _patched(frame: Frame, offset: int, value: bytes) -> bytes:
    data = bytearray(frame.encode())
    data[offset : offset + len(value)] = value
    return bytes(data)


def _send(make: Callable[[Device], bytes | str]) -> Attack:
    return lambda device: device.socket.send(make(device))


def _delta(device: Device, **changes: object) -> Frame:
    device.send_step()
    z = device.receive()
    fields: dict[str, object] = {
        "kind": Kind.DELTA,
        "session": z.session,
        "step": z.step,
        "position": z.position,
        "tap": z.tap,
        "rows": 1,
        "cols": 6,
        "dtype": Dtype.FP32,
        "payload": bytes(24),
    }
    return Frame(**(fields | changes))  # type: ignore[arg-type]


def _two_steps_at_once(device: Device) -> None:
    """In one write: a second that comes after the answer to the first is a retry, which is harmless."""
    frame, connection = _step(device).encode(), device.socket
    with connection.protocol_mutex:
        connection.protocol.send_binary(frame)
        connection.protocol.send_binary(frame)
        connection.socket.sendall(b"".join(connection.protocol.data_to_send()))


def _stale_step(device: Device) -> None:
    device.step()
    device.step()
    device.socket.send(_step(device, step=1).encode())


def _fill_and_send_one_more(device: Device) -> None:
    for _ in range(8):
        device.step(8)
    device.socket.send(_step(device).encode())


def _step_instead_of_delta(device: Device) -> None:
    device.send_step()
    device.receive()
    device.socket.send(_step(device).encode())


ATTACKS: dict[str, tuple[ErrorCode, Attack]] = {
    "wrong magic": (ErrorCode.BAD_MAGIC, _send(lambda d: _patched(_step(d), 0, b"XX"))),
    "unknown major version": (ErrorCode.VERSION_UNSUPPORTED, _send(lambda d: _patched(_step(d), 2, b"\x09"))),
    "unknown kind": (ErrorCode.UNKNOWN_KIND, _send(lambda d: _patched(_step(d), 4, b"\x0f"))),
    "a kind that only the cloud sends": (
        ErrorCode.OUT_OF_ORDER,
        _send(lambda d: Frame(Kind.TAP, d.wire.session, rows=1, cols=1, dtype=Dtype.FP32, payload=bytes(4)).encode()),
    ),
    "unknown dtype": (ErrorCode.WRONG_DTYPE, _send(lambda d: _patched(_step(d), 5, b"\x63"))),
    "unknown flag": (ErrorCode.BAD_HEADER, _send(lambda d: _patched(_step(d), 7, b"\x80"))),
    "reserved bytes set": (ErrorCode.BAD_HEADER, _send(lambda d: _patched(_step(d), 44, b"\x01"))),
    "empty message": (ErrorCode.TRUNCATED, _send(lambda d: b"")),
    "half a header": (ErrorCode.TRUNCATED, _send(lambda d: _step(d).encode()[:20])),
    "half a payload": (ErrorCode.TRUNCATED, _send(lambda d: _step(d).encode()[:-4])),
    "bytes after the frame": (ErrorCode.TRAILING_BYTES, _send(lambda d: _step(d).encode() + b"!")),
    "text message": (ErrorCode.BAD_MAGIC, _send(lambda d: "hello")),
    "garbage": (ErrorCode.BAD_MAGIC, _send(lambda d: bytes(range(256)))),
    "header announces too much": (
        ErrorCode.FRAME_TOO_LARGE,
        _send(lambda d: _patched(_step(d), 40, struct.pack("<I", 2**31))),
    ),
    "header announces too many rows": (
        ErrorCode.TOO_MANY_ROWS,
        _send(lambda d: _patched(_step(d), 28, struct.pack("<I", 2**20))),
    ),
    "too many rows": (
        ErrorCode.TOO_MANY_ROWS,
        _send(lambda d: _step(d, rows=9, payload=step_payload(d.asked, d.position, 9, d.wire_hidden)).encode()),
    ),
    "no rows": (ErrorCode.WRONG_SHAPE, _send(lambda d: _step(d, rows=0, payload=b"").encode())),
    "wrong width": (ErrorCode.WRONG_SHAPE, _send(lambda d: _step(d, cols=7, payload=bytes(28)).encode())),
    "payload shorter than its shape": (ErrorCode.WRONG_SHAPE, _send(lambda d: _step(d, payload=bytes(8)).encode())),
    "deltas of a free tap that the plan lacks": (
        ErrorCode.WRONG_SHAPE,
        _send(lambda d: _step(d, side_cols=1, side_dtype=Dtype.FP32, payload=bytes(36)).encode()),
    ),
    "wrong dtype": (ErrorCode.WRONG_DTYPE, _send(lambda d: _step(d, dtype=Dtype.FP16, payload=bytes(16)).encode())),
    "NaN in the embeddings": (
        ErrorCode.NOT_FINITE,
        _send(lambda d: _step(d, payload=bytes(28) + NAN).encode()),
    ),
    "infinity in the embeddings": (
        ErrorCode.NOT_FINITE,
        _send(lambda d: _step(d, payload=struct.pack("<8f", *[float("inf")] * 8)).encode()),
    ),
    "second OPEN": (
        ErrorCode.OUT_OF_ORDER,
        _send(lambda d: Frame(Kind.OPEN, payload=open_message().encode()).encode()),
    ),
    "delta before any step": (
        ErrorCode.OUT_OF_ORDER,
        _send(
            lambda d: Frame(Kind.DELTA, d.wire.session, rows=1, cols=6, dtype=Dtype.FP32, payload=bytes(24)).encode()
        ),
    ),
    "second frame in flight": (ErrorCode.OUT_OF_ORDER, _two_steps_at_once),
    "position gap": (ErrorCode.POSITION_GAP, _send(lambda d: _step(d, position=5).encode())),
    "stale step": (ErrorCode.STALE_STEP, _stale_step),
    "another session's id": (ErrorCode.WRONG_SESSION, _send(lambda d: _step(d, session=d.wire.session ^ 1).encode())),
    "out of positions": (
        ErrorCode.OUT_OF_POSITIONS,
        _fill_and_send_one_more,
    ),
    "delta for another tap": (ErrorCode.OUT_OF_ORDER, _send(lambda d: _delta(d, tap=3).encode())),
    "delta for another step": (ErrorCode.STALE_STEP, _send(lambda d: _delta(d, step=77).encode())),
    "delta of another session": (ErrorCode.WRONG_SESSION, _send(lambda d: _delta(d, session=1).encode())),
    "delta of the wrong width": (ErrorCode.WRONG_SHAPE, _send(lambda d: _delta(d, cols=5, payload=bytes(20)).encode())),
    "delta of the wrong dtype": (
        ErrorCode.WRONG_DTYPE,
        _send(lambda d: _delta(d, dtype=Dtype.BF16, payload=bytes(12)).encode()),
    ),
    "NaN in a delta": (ErrorCode.NOT_FINITE, _send(lambda d: _delta(d, payload=bytes(20) + NAN).encode())),
    "step where a delta is owed": (
        ErrorCode.OUT_OF_ORDER,
        _step_instead_of_delta,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_bad_frame_is_refused_by_name_and_others_go_on(attack: str, server: LiveServer, bystander: Bystander) -> None:
    code, commit = ATTACKS[attack]
    refused_before = server.refusals(code)
    with Device(server) as device:
        device.open(open_message(TWO_TAPS))
        commit(device)
        assert device.refused_with() is code
        assert device.socket.close_reason == code.name
    assert server.refusals(code) == refused_before + 1
    bystander.goes_on()


def test_message_over_the_socket_limit_is_refused_by_name(server: LiveServer, bystander: Bystander) -> None:
    with Device(server) as device:
        device.open()
        device.socket.send(bytes(server.server.config.ws_max_size + 1))
        assert device.refused_with() is ErrorCode.FRAME_TOO_LARGE
        assert device.socket.close_code == 1009
    bystander.goes_on()


def test_step_before_open_is_out_of_order(server: LiveServer, bystander: Bystander) -> None:
    with Device(server) as device:
        device.socket.send(_step(device).encode())
        assert device.refused_with() is ErrorCode.OUT_OF_ORDER
    bystander.goes_on()


BAD_OPENS = {
    "unknown model": (ErrorCode.MODEL_UNKNOWN, open_message(model_hash=bytes(32))),
    "unknown recipe version": (ErrorCode.RECIPE_UNKNOWN, open_message(TWO_TAPS, recipe_version=9)),
    "unknown recipe hash": (ErrorCode.RECIPE_UNKNOWN, open_message(TWO_TAPS, recipe_hash=bytes(32))),
    "recipe that this model lacks": (ErrorCode.RECIPE_UNKNOWN, open_message(TWO_TAPS, recipe=Recipe.RANDOM)),
    "layer that the model lacks": (
        ErrorCode.PLAN_REFUSED,
        open_message(ExchangePlan((Tap(1, (Target(9, Projection.Q),), 2, 2),))),
    ),
    "rank over the recipe's": (
        ErrorCode.PLAN_REFUSED,
        open_message(ExchangePlan((Tap(1, (Target(1, Projection.Q),), 99, 2),))),
    ),
    "no positions": (ErrorCode.OUT_OF_POSITIONS, open_message(positions=0)),
    "more positions than the model has": (ErrorCode.OUT_OF_POSITIONS, open_message(positions=4097)),
}


@pytest.mark.parametrize("attack", BAD_OPENS)
def test_bad_open_is_refused_by_name(attack: str, server: LiveServer, bystander: Bystander) -> None:
    code, message = BAD_OPENS[attack]
    with Device(server) as device:
        device.socket.send(device.wire.open(message))
        assert device.refused_with() is code
    bystander.goes_on()


def test_open_with_a_broken_plan_or_recipe_number_is_refused(server: LiveServer, bystander: Bystander) -> None:
    good = open_message(TWO_TAPS).encode()
    cases = {
        ErrorCode.PLAN_REFUSED: good[:-1],
        ErrorCode.RECIPE_UNKNOWN: good[:64] + b"\x63\x00" + good[66:],
        ErrorCode.BAD_HEADER: good[:40],
        ErrorCode.WRONG_DTYPE: good[:72] + b"\x00" + good[73:],
    }
    for code, payload in cases.items():
        with Device(server) as device:
            device.socket.send(Frame(Kind.OPEN, payload=payload).encode())
            device.wire.open(open_message())  # the bytes stay here: the client's state must expect an answer
            assert device.refused_with() is code
    bystander.goes_on()
