"""The order of messages: a whole conversation, and what happens where one side leaves the script."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.wire.errors import ErrorCode, LocalProtocolError, RefusedByPeer, RemoteProtocolError
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, layer_by_layer
from app.wire.state import CloudConnection, DeviceConnection, Phase, SessionShape

HIDDEN = 4
PLAN = layer_by_layer(range(3), 2)  # layer 0 is free; layers 1 and 2 are exchanged
ASKED = Open(bytes(32), bytes(32), Recipe.SVD, 1, 8, Dtype.FP32, Dtype.FP32, PLAN)
SHAPE = SessionShape(HIDDEN, PLAN, Dtype.FP32, Dtype.FP32, positions=8, max_rows=4)
FREE_BYTES = 4 * PLAN.free_cols
TRAIN = Flags.WANT_ALL | Flags.TRAIN


def step_payload(rows: int) -> bytes:
    return bytes(rows * (4 * HIDDEN + FREE_BYTES))


def opened_pair() -> tuple[DeviceConnection, CloudConnection]:
    device, cloud = DeviceConnection(HIDDEN), CloudConnection(Limits())
    cloud.receive(device.open(ASKED))
    device.receive(cloud.opened(99, SHAPE, Opened(8, 4, 600, 30)))
    return device, cloud


def send_step(device: DeviceConnection, number: int, position: int, rows: int, flags: Flags = Flags.WANT_LAST) -> bytes:
    return device.step(number=number, position=position, rows=rows, flags=flags, payload=step_payload(rows))


def finish_step(device: DeviceConnection, cloud: CloudConnection, rows: int, wanted: int = 1) -> Frame:
    for _ in PLAN.exchanged_taps:
        device.receive(cloud.tap(bytes(rows * 2 * 4)))
        cloud.receive(device.delta(bytes(rows * 6 * 4)))
    return device.receive(cloud.state(bytes(wanted * HIDDEN * 4), wanted))


def test_a_whole_conversation() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 3))
    assert finish_step(device, cloud, 3).kind is Kind.STATE
    assert cloud.length == 3
    cloud.receive(send_step(device, 1, 3, 1, Flags.NONE))
    assert finish_step(device, cloud, 1, wanted=0).rows == 0
    assert (device.phase, cloud.phase, cloud.length) == (Phase.READY, Phase.READY, 4)


def test_positions_commit_only_when_the_step_ends() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 3))
    cloud.tap(bytes(24))
    assert cloud.length == 0


def test_a_step_sent_twice_is_computed_again() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 2))
    finish_step(device, cloud, 2)
    cloud.receive(send_step(device, 0, 0, 2))
    finish_step(device, cloud, 2)
    assert cloud.length == 2


def test_an_earlier_position_rolls_the_cache_back() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 4))
    finish_step(device, cloud, 4)
    cloud.receive(send_step(device, 1, 1, 1))
    finish_step(device, cloud, 1)
    assert cloud.length == 2


def raw_step(**changes: object) -> bytes:
    fields: dict[str, object] = {
        "session": 99,
        "step": 0,
        "position": 0,
        "rows": 1,
        "cols": HIDDEN,
        "dtype": Dtype.FP32,
        "side_cols": PLAN.free_cols,
        "side_dtype": Dtype.FP32,
        "payload": step_payload(1),
    }
    return Frame(Kind.STEP, **{**fields, **changes}).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (raw_step(session=98), ErrorCode.WRONG_SESSION),
        (raw_step(position=1), ErrorCode.POSITION_GAP),
        (raw_step(rows=5, payload=step_payload(5)), ErrorCode.TOO_MANY_ROWS),
        (raw_step(cols=HIDDEN + 1, payload=step_payload(1) + bytes(4)), ErrorCode.WRONG_SHAPE),
        (raw_step(side_cols=0, side_dtype=Dtype.NONE, payload=bytes(16)), ErrorCode.WRONG_SHAPE),
        (raw_step(rows=0, payload=b""), ErrorCode.WRONG_SHAPE),
        (raw_step(dtype=Dtype.BF16, payload=bytes(8 + FREE_BYTES)), ErrorCode.WRONG_DTYPE),
        (Frame(Kind.OPEN, payload=ASKED.encode()).encode(), ErrorCode.OUT_OF_ORDER),
        (Frame(Kind.DELTA, 99, rows=1, cols=1, dtype=Dtype.FP32, payload=bytes(4)).encode(), ErrorCode.OUT_OF_ORDER),
        (Frame(Kind.STATE, 99).encode(), ErrorCode.OUT_OF_ORDER),
        (b"garbage", ErrorCode.TRUNCATED),
    ],
)
def test_the_cloud_refuses_each_fault_by_name(data: bytes, code: ErrorCode) -> None:
    _, cloud = opened_pair()
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(data)
    assert caught.value.code is code
    assert cloud.phase is Phase.ENDED


@pytest.mark.parametrize("major", [0, 2, 255])
def test_a_frame_of_another_version_is_a_refusal_that_names_it(major: int) -> None:
    device = DeviceConnection(HIDDEN)
    device.open(ASKED)
    untrusted = bytearray(CloudConnection(Limits()).error(ErrorCode.VERSION_UNSUPPORTED))
    untrusted[2] = major
    with pytest.raises(RefusedByPeer) as caught:
        device.receive(bytes(untrusted))
    assert (caught.value.code, caught.value.detail) == (ErrorCode.VERSION_UNSUPPORTED, str(major))
    assert device.phase is Phase.ENDED


def test_a_session_cannot_outgrow_what_it_reserved() -> None:
    device, cloud = opened_pair()
    for position in (0, 4):
        cloud.receive(send_step(device, position, position, 4))
        finish_step(device, cloud, 4)
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(send_step(device, 9, 8, 1))
    assert caught.value.code is ErrorCode.OUT_OF_POSITIONS


def test_an_older_step_number_is_stale() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 5, 0, 1))
    finish_step(device, cloud, 1)
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(raw_step(step=4, position=1))
    assert caught.value.code is ErrorCode.STALE_STEP


def test_a_second_frame_in_flight_is_out_of_order() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 1))
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(raw_step())
    assert caught.value.code is ErrorCode.OUT_OF_ORDER


def at_tap(change: Callable[[dict[str, object]], None]) -> bytes:
    fields: dict[str, object] = {
        "session": 99,
        "step": 0,
        "position": 0,
        "tap": 1,
        "rows": 1,
        "cols": 2,
        "dtype": Dtype.FP32,
        "payload": bytes(8),
    }
    change(fields)
    return Frame(Kind.TAP, **fields).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (at_tap(lambda f: f.update(session=1)), ErrorCode.WRONG_SESSION),
        (at_tap(lambda f: f.update(step=3)), ErrorCode.STALE_STEP),
        (at_tap(lambda f: f.update(tap=2)), ErrorCode.OUT_OF_ORDER),
        (at_tap(lambda f: f.update(cols=3, payload=bytes(12))), ErrorCode.WRONG_SHAPE),
        (at_tap(lambda f: f.update(rows=2, payload=bytes(16))), ErrorCode.WRONG_SHAPE),
        (at_tap(lambda f: f.update(dtype=Dtype.FP16, payload=bytes(4))), ErrorCode.WRONG_DTYPE),
        (Frame(Kind.STATE, 99, rows=1, cols=4, dtype=Dtype.FP32, payload=bytes(16)).encode(), ErrorCode.OUT_OF_ORDER),
    ],
)
def test_the_device_refuses_each_fault_by_name(data: bytes, code: ErrorCode) -> None:
    device, _ = opened_pair()
    send_step(device, 0, 0, 1)
    with pytest.raises(RemoteProtocolError) as caught:
        device.receive(data)
    assert caught.value.code is code
    assert device.phase is Phase.ENDED


@pytest.mark.parametrize("rows", [0, 2])
def test_a_state_of_the_wrong_height_is_refused(rows: int) -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 1))
    with pytest.raises(RemoteProtocolError) as caught:
        finish_step(device, cloud, 1, wanted=rows)
    assert caught.value.code is ErrorCode.WRONG_SHAPE


def test_an_error_frame_ends_the_session_with_its_code() -> None:
    device, cloud = opened_pair()
    with pytest.raises(RefusedByPeer) as caught:
        device.receive(cloud.error(ErrorCode.DRAINING))
    assert caught.value.code is ErrorCode.DRAINING
    with pytest.raises(LocalProtocolError):
        send_step(device, 0, 0, 1)


def test_each_side_refuses_to_speak_out_of_turn() -> None:
    device, cloud = opened_pair()
    for speak in (
        lambda: device.delta(b""),
        lambda: device.open(ASKED),
        lambda: cloud.tap(b""),
        lambda: cloud.state(b"", 0),
    ):
        with pytest.raises(LocalProtocolError):
            speak()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=12))
def test_the_committed_length_is_always_the_end_of_the_last_step(moves: list[tuple[int, int]]) -> None:
    device, cloud = opened_pair()
    for number, (position, rows) in enumerate(moves):
        before = cloud.length
        try:
            cloud.receive(send_step(device, number, position, rows))
        except RemoteProtocolError as error:
            legal = position <= before and position + rows <= SHAPE.positions
            assert not legal, error
            return
        finish_step(device, cloud, rows)
        assert cloud.length == position + rows


def held_pair(plan: ExchangePlan = PLAN) -> tuple[DeviceConnection, CloudConnection]:
    """Both sides after the STATE of a training step of two rows."""
    shape = replace(SHAPE, plan=plan)
    device, cloud = DeviceConnection(HIDDEN), CloudConnection(Limits())
    cloud.receive(device.open(replace(ASKED, plan=plan)))
    device.receive(cloud.opened(99, shape, Opened(8, 4, 600, 30)))
    payload = bytes(2 * 4 * (HIDDEN + plan.free_cols))
    cloud.receive(device.step(number=0, position=0, rows=2, flags=TRAIN, payload=payload))
    for tap in plan.exchanged_taps:
        device.receive(cloud.tap(bytes(2 * 4 * tap.r_down)))
        cloud.receive(device.delta(bytes(2 * 4 * tap.up_cols)))
    device.receive(cloud.state(bytes(2 * 4 * HIDDEN), 2))
    return device, cloud


@pytest.mark.parametrize("plan", [PLAN, layer_by_layer([1, 2], 2), layer_by_layer([0], 2)])
def test_a_training_step_goes_back_through_the_taps_falling(plan: ExchangePlan) -> None:
    device, cloud = held_pair(plan)
    assert (device.phase, cloud.phase) == (Phase.HOLDING, Phase.HOLDING)
    cloud.receive(device.gradient(bytes(2 * 4 * HIDDEN)))
    for tap in reversed(plan.exchanged_taps):
        assert cloud.gradients_due
        frame = device.receive(cloud.delta_gradient(bytes(2 * 4 * tap.up_cols)))
        assert (frame.kind, frame.tap, frame.cols) == (Kind.DELTA_GRADIENT, tap.layer, tap.up_cols)
        assert cloud.receive(device.tap_gradient(bytes(2 * 4 * tap.r_down))).tap == tap.layer
    assert not cloud.gradients_due
    last = device.receive(cloud.step_gradient(bytes(2 * 4 * plan.free_cols)))
    assert (last.rows, last.cols) == ((2, plan.free_cols) if plan.free_taps else (0, 0))
    assert (device.phase, cloud.phase, cloud.length) == (Phase.READY, Phase.READY, 0)


def test_a_training_step_without_taps_ends_with_its_state() -> None:
    device, cloud = held_pair(ExchangePlan())
    assert (device.phase, cloud.phase) == (Phase.READY, Phase.READY)


def test_a_training_step_leaves_the_committed_length_alone() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 3))
    finish_step(device, cloud, 3)
    cloud.receive(send_step(device, 1, 0, 2, TRAIN))
    finish_step(device, cloud, 2, wanted=2)
    assert cloud.length == 3
    cloud.receive(send_step(device, 2, 3, 1))  # instead of GRADIENT: what was kept is dropped
    finish_step(device, cloud, 1)
    assert (cloud.length, device.phase) == (4, Phase.READY)


def back(kind: Kind = Kind.GRADIENT, **changes: object) -> bytes:
    cols = {Kind.GRADIENT: HIDDEN, Kind.TAP_GRADIENT: 2}[kind]
    fields: dict[str, object] = {
        "session": 99,
        "rows": 2,
        "cols": cols,
        "dtype": Dtype.FP32,
        "payload": bytes(8 * cols),
    }
    if kind is Kind.TAP_GRADIENT:
        fields["tap"] = 2
    return Frame(kind, **{**fields, **changes}).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (back(session=98), ErrorCode.WRONG_SESSION),
        (back(step=1), ErrorCode.STALE_STEP),
        (back(rows=1, payload=bytes(16)), ErrorCode.WRONG_SHAPE),
        (back(cols=2, payload=bytes(16)), ErrorCode.WRONG_SHAPE),
        (back(dtype=Dtype.BF16, payload=bytes(16)), ErrorCode.WRONG_DTYPE),
        (back(Kind.TAP_GRADIENT), ErrorCode.OUT_OF_ORDER),
        (raw_step(position=1, flags=Flags.WANT_ALL | Flags.TRAIN), ErrorCode.BAD_HEADER),
        (raw_step(flags=Flags.TRAIN), ErrorCode.BAD_HEADER),
        (raw_step(flags=Flags.WANT_ALL | Flags.TRAIN | Flags.ROWWISE), ErrorCode.BAD_HEADER),
        (Frame(Kind.DELTA_GRADIENT, 99).encode(), ErrorCode.OUT_OF_ORDER),
    ],
)
def test_the_cloud_refuses_each_fault_after_a_training_step(data: bytes, code: ErrorCode) -> None:
    _, cloud = held_pair()
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(data)
    assert caught.value.code is code
    assert cloud.phase is Phase.ENDED


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (back(Kind.TAP_GRADIENT, tap=1), ErrorCode.OUT_OF_ORDER),
        (back(Kind.TAP_GRADIENT, cols=6, payload=bytes(48)), ErrorCode.WRONG_SHAPE),
        (back(Kind.TAP_GRADIENT, rows=1, payload=bytes(8)), ErrorCode.WRONG_SHAPE),
        (back(Kind.TAP_GRADIENT, dtype=Dtype.FP16, payload=bytes(8)), ErrorCode.WRONG_DTYPE),
        (back(), ErrorCode.OUT_OF_ORDER),
        (raw_step(), ErrorCode.OUT_OF_ORDER),
    ],
)
def test_the_cloud_refuses_each_fault_while_it_waits_for_dz(data: bytes, code: ErrorCode) -> None:
    device, cloud = held_pair()
    cloud.receive(device.gradient(bytes(2 * 4 * HIDDEN)))
    cloud.delta_gradient(bytes(48))
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(data)
    assert caught.value.code is code


def test_a_gradient_after_an_ordinary_step_is_out_of_order() -> None:
    device, cloud = opened_pair()
    cloud.receive(send_step(device, 0, 0, 2))
    finish_step(device, cloud, 2)
    with pytest.raises(RemoteProtocolError) as caught:
        cloud.receive(back())
    assert caught.value.code is ErrorCode.OUT_OF_ORDER
    with pytest.raises(LocalProtocolError):
        device.gradient(bytes(32))


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        (Kind.DELTA_GRADIENT, {"tap": 1}, ErrorCode.OUT_OF_ORDER),
        (Kind.DELTA_GRADIENT, {"cols": 2, "payload": bytes(16)}, ErrorCode.WRONG_SHAPE),
        (Kind.DELTA_GRADIENT, {"dtype": Dtype.FP16, "payload": bytes(24)}, ErrorCode.WRONG_DTYPE),
        (Kind.DELTA_GRADIENT, {"step": 4}, ErrorCode.STALE_STEP),
        (Kind.STEP_GRADIENT, {"tap": 0}, ErrorCode.OUT_OF_ORDER),
        (Kind.STATE, {"tap": 0}, ErrorCode.OUT_OF_ORDER),
    ],
)
def test_the_device_refuses_each_fault_on_the_way_back(kind: Kind, changes: dict[str, object], code: ErrorCode) -> None:
    device, _ = held_pair()
    device.gradient(bytes(32))
    fields: dict[str, object] = {"tap": 2, "rows": 2, "cols": 6, "dtype": Dtype.FP32, "payload": bytes(48)}
    with pytest.raises(RemoteProtocolError) as caught:
        device.receive(Frame(kind, 99, **{**fields, **changes}).encode())  # type: ignore[arg-type]
    assert caught.value.code is code


@pytest.mark.parametrize("rows", [0, 1])
def test_a_step_gradient_of_another_height_is_refused(rows: int) -> None:
    device, cloud = held_pair(layer_by_layer([0], 2))
    cloud.receive(device.gradient(bytes(32)))
    with pytest.raises(RemoteProtocolError) as caught:
        device.receive(
            Frame(Kind.STEP_GRADIENT, 99, rows=rows, cols=6, dtype=Dtype.FP32, payload=bytes(24 * rows)).encode()
        )
    assert caught.value.code is ErrorCode.WRONG_SHAPE
