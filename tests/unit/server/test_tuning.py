"""Training sessions: the whole way over a socket, limits, turns, and memory given back whatever happens."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.plan import ExchangePlan
from cloud_backend.server.config import ServerConfig
from tests.sim.live_server import (
    FREE_AND_ONE,
    OTHER_TOKEN,
    TWO_TAPS,
    Device,
    LiveServer,
    expected_states,
    open_message,
    wait_until,
)
from tests.sim.sim_tuner import HIDDEN, ROW_BYTES, SimTuner

LONG_S = 30.0
TRAIN = Flags.WANT_ALL | Flags.TRAIN


@contextmanager
def training_server(**limits: Any) -> Iterator[tuple[LiveServer, SimTuner]]:
    tuner = SimTuner()
    with LiveServer(ServerConfig(**limits), tuner=tuner) as server:
        yield server, tuner


@contextmanager
def trainee(server: LiveServer, plan: ExchangePlan = TWO_TAPS, **how: Any) -> Iterator[Device]:
    with Device(server, **how) as device:
        device.open(open_message(plan))
        yield device


def all_free(server: LiveServer, tuner: SimTuner) -> None:
    wait_until(lambda: tuner.live_runs == 0 and server.metric("nearhalf_tuning_sessions_active") == 0, LONG_S)
    assert server.metric("nearhalf_tuning_reserved_bytes") == 0
    wait_until(lambda: server.engine.live_caches == 0, LONG_S)


@pytest.mark.parametrize("plain_host", [False, True])
@pytest.mark.parametrize("plan", [TWO_TAPS, FREE_AND_ONE])
def test_a_training_step_goes_all_the_way_back(plan: ExchangePlan, plain_host: bool) -> None:
    tuner = SimTuner()
    with LiveServer(tuner=tuner, plain_host=plain_host) as server:
        with trainee(server, plan) as device:
            frames = device.train(3)
            kinds = [Kind.DELTA_GRADIENT] * len(plan.exchanged_taps)
            assert [frame.kind for frame in frames] == [Kind.STATE, *kinds, Kind.STEP_GRADIENT]
            assert [f.payload for f in device.train(3)] == [f.payload for f in frames]
            assert not tuner.runs[0].holds
            assert server.metric("nearhalf_tuning_steps_total") == 2
            assert server.metric("nearhalf_tuning_rows_total") == 6
        all_free(server, tuner)


def test_a_training_step_leaves_the_cache_alone() -> None:
    with training_server() as (server, _), trainee(server) as device:
        states = [device.step(3)]
        device.train(2)
        states.append(device.step())
        device.train_forward(4)  # its gradient never comes
        states.append(device.step())
        assert states == expected_states(device.asked, [3, 1, 1])


def test_a_step_instead_of_the_gradient_drops_what_was_kept() -> None:
    with training_server() as (server, tuner), trainee(server) as device:
        device.train_forward()
        assert tuner.runs[0].holds
        device.step()
        wait_until(lambda: not tuner.runs[0].holds, LONG_S)
        device.train()


def test_models_say_how_long_a_training_step_may_be() -> None:
    with training_server(max_tuning_sessions=4, max_tuning_bytes=4 * 32 * ROW_BYTES) as (server, tuner):
        (model,) = server.get("/v1/models").json()["models"]
        assert model["tuning"] == {"max_rows": 32}
        with trainee(server) as device:
            device.train(32)
            assert tuner.runs[0].memory_bytes == 32 * ROW_BYTES
        with trainee(server) as device:
            device.send_training_step(33)
            assert device.refused_with(LONG_S) is ErrorCode.TUNING_REFUSED
            assert device.refusal.detail == "32"
        all_free(server, tuner)


@pytest.mark.parametrize("limits", [{"max_tuning_sessions": 0}, {"max_tuning_bytes": ROW_BYTES}])
def test_a_server_that_does_not_train_refuses_by_code(limits: dict[str, int]) -> None:
    with training_server(**limits) as (server, tuner), trainee(server) as device:
        (model,) = server.get("/v1/models").json()["models"]
        assert model["tuning"] is None
        device.send_training_step()
        assert device.refused_with(LONG_S) is ErrorCode.TUNING_REFUSED
        assert not tuner.runs


def test_a_model_without_a_tuner_refuses_by_code() -> None:
    with LiveServer() as server, trainee(server) as device:
        device.send_training_step()
        assert device.refused_with(LONG_S) is ErrorCode.TUNING_REFUSED


def test_places_are_counted_in_all_and_per_token() -> None:
    with training_server(max_tuning_sessions=2, max_tuning_sessions_per_token=1) as (server, tuner):
        with trainee(server) as mine, trainee(server) as second, trainee(server, token=OTHER_TOKEN) as other:
            mine.train()
            second.send_training_step()
            assert second.refused_with(LONG_S) is ErrorCode.TUNING_REFUSED
            other.train()
            assert server.metric("nearhalf_tuning_sessions_active") == 2
            mine.train()  # its place is kept
        all_free(server, tuner)
        with trainee(server) as again:
            again.train()


def test_a_peer_gone_in_a_layer_frees_everything_at_its_end() -> None:
    with training_server() as (server, tuner):
        tuner.gate.clear()
        with trainee(server) as device:
            device.send_training_step()
            wait_until(lambda: bool(tuner.slices), LONG_S)
            device.socket.socket.close()
        wait_until(lambda: server.metric("nearhalf_sessions_active") == 0, LONG_S)
        assert tuner.live_runs == 1
        tuner.gate.set()
        all_free(server, tuner)
        assert len(tuner.slices) == 1, "it went on after its peer had left"


def test_a_peer_gone_before_its_gradient_frees_everything() -> None:
    with training_server() as (server, tuner):
        with trainee(server) as device:
            device.train_forward()
            assert tuner.runs[0].holds
            device.socket.socket.close()
        all_free(server, tuner)


def test_a_device_that_never_sends_its_gradient_is_told() -> None:
    with training_server(tuning_timeout_s=0.5) as (server, tuner), trainee(server) as device:
        device.train_forward()
        assert device.refused_with(LONG_S) is ErrorCode.TOO_SLOW
        all_free(server, tuner)


@pytest.mark.allow_warning_logs
def test_a_fault_in_training_ends_that_session_only() -> None:
    with training_server() as (server, tuner), trainee(server) as chat, trainee(server) as device:
        chat.step(3)
        tuner.fault = RuntimeError("broken")
        device.send_training_step()
        assert device.refused_with(LONG_S) is ErrorCode.INTERNAL
        assert [chat.step()] == expected_states(chat.asked, [3, 1])[1:]
        wait_until(lambda: tuner.live_runs == 0, LONG_S)


def nan(count: int) -> bytes:
    return struct.pack(f"<{count}f", *[float("nan")] * count)


def raw(device: Device, kind: Kind, **fields: Any) -> None:
    frame: dict[str, Any] = {"step": device.number, "rows": 2, "dtype": Dtype.FP32} | fields
    device.socket.send(Frame(kind, device.wire.session, **frame).encode())


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (Kind.GRADIENT, {"cols": HIDDEN, "payload": nan(2 * HIDDEN)}, ErrorCode.NOT_FINITE),
        (Kind.GRADIENT, {"cols": HIDDEN, "rows": 3, "payload": bytes(12 * HIDDEN)}, ErrorCode.WRONG_SHAPE),
        (Kind.GRADIENT, {"cols": 9, "payload": bytes(72)}, ErrorCode.WRONG_SHAPE),
        (Kind.GRADIENT, {"cols": HIDDEN, "dtype": Dtype.FP16, "payload": bytes(4 * HIDDEN)}, ErrorCode.WRONG_DTYPE),
        (Kind.GRADIENT, {"cols": HIDDEN, "step": 9, "payload": bytes(8 * HIDDEN)}, ErrorCode.STALE_STEP),
        (Kind.TAP_GRADIENT, {"cols": 4, "tap": 3, "payload": bytes(32)}, ErrorCode.OUT_OF_ORDER),
        (Kind.DELTA, {"cols": 2, "tap": 3, "payload": bytes(16)}, ErrorCode.OUT_OF_ORDER),
        (Kind.STEP_GRADIENT, {"rows": 0, "dtype": Dtype.NONE}, ErrorCode.OUT_OF_ORDER),
        (Kind.STEP, {"cols": HIDDEN, "flags": Flags.TRAIN, "payload": bytes(64)}, ErrorCode.BAD_HEADER),
        (Kind.STEP, {"cols": HIDDEN, "flags": TRAIN | Flags.ROWWISE, "payload": bytes(64)}, ErrorCode.BAD_HEADER),
        (Kind.STEP, {"cols": HIDDEN, "flags": TRAIN, "position": 1, "payload": bytes(64)}, ErrorCode.BAD_HEADER),
        (
            Kind.STEP,
            {"cols": HIDDEN, "flags": TRAIN, "rows": 65, "payload": bytes(2080)},
            ErrorCode.OUT_OF_POSITIONS,
        ),
        (Kind.STEP, {"cols": HIDDEN, "flags": TRAIN, "payload": nan(2 * HIDDEN)}, ErrorCode.NOT_FINITE),
    ],
)
def test_hostile_frames_after_a_training_step(kind: Kind, fields: dict[str, Any], code: ErrorCode) -> None:
    with training_server() as (server, tuner):
        with trainee(server) as device:
            device.train_forward()
            raw(device, kind, **fields)
            assert device.refused_with(LONG_S) is code
        all_free(server, tuner)


def test_a_gradient_without_a_training_step_is_out_of_order() -> None:
    with training_server() as (server, tuner), trainee(server) as device:
        device.step(2)
        raw(device, Kind.GRADIENT, cols=HIDDEN, payload=bytes(8 * HIDDEN))
        assert device.refused_with(LONG_S) is ErrorCode.OUT_OF_ORDER
        assert not tuner.runs


def test_the_tuners_own_refusal_reaches_the_device() -> None:
    with training_server() as (server, tuner), trainee(server) as device:
        tuner.fault = WireError(ErrorCode.TUNING_REFUSED)
        device.send_training_step()
        assert device.refused_with(LONG_S) is ErrorCode.TUNING_REFUSED
