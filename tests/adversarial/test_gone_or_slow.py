"""Peers that leave, hang or do not read: their cache is free within a second, and others do not notice."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from app.wire.errors import ErrorCode
from app.wire.frames import Flags
from tests.adversarial.raw_device import RawDevice
from tests.sim.live_server import (
    TWO_TAPS,
    Device,
    LiveServer,
    expected_states,
    open_message,
    wait_until,
)
from tests.sim.sim_engine import SimEngine

Make = Callable[..., LiveServer]

SOON_S = 5.0  # a second on a quiet machine; the steps that are broken off would take longer


@contextmanager
def _other_goes_on(server: LiveServer, layers: int = 4) -> Iterator[None]:
    asked = open_message(TWO_TAPS)
    with Device(server) as other:
        other.open(asked)
        first = other.step(2)
        yield
        assert [first, other.step()] == expected_states(asked, [2, 1], layers=layers)


def _seconds_until_alone(server: LiveServer) -> float:
    return wait_until(lambda: _is_alone(server))


def _is_alone(server: LiveServer) -> bool:
    return server.metric("nearhalf_sessions_active") == 1


@pytest.mark.parametrize("way", ["close", "reset"])
def test_device_that_leaves_in_the_middle_of_a_step_frees_its_cache_at_once(make_server: Make, way: str) -> None:
    engine = SimEngine(layers=400)
    server = make_server(engine)
    with _other_goes_on(server, layers=400), closing(RawDevice(server)) as leaver:
        engine.layer_seconds = 0.05  # the step would take 20 s
        leaver.open()
        leaver.step(1, 1, engine.hidden_size, Flags.WANT_LAST)
        time.sleep(0.3)
        assert server.metric("nearhalf_sessions_active") == 2
        if way == "reset":
            leaver.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaver.close()
        assert _seconds_until_alone(server) < SOON_S
        assert engine.live_caches == 1
        assert server.metric("nearhalf_kv_reserved_bytes") == 64_000 + 8_000  # cache and plan
        assert server.metric("nearhalf_steps_cancelled_total") == 1
        engine.layer_seconds = 0.0


def test_device_that_leaves_while_a_delta_is_owed_frees_its_cache_at_once(make_server: Make) -> None:
    server = make_server()
    with _other_goes_on(server):
        with Device(server) as leaver:
            leaver.open(open_message(TWO_TAPS))
            leaver.send_step()
            leaver.receive()
        assert _seconds_until_alone(server) < SOON_S


def test_device_that_leaves_while_its_session_opens_leaves_nothing(make_server: Make) -> None:
    engine = SimEngine()
    server = make_server(engine)
    with _other_goes_on(server):
        for _ in range(20):
            with Device(server) as leaver:
                leaver.socket.send(leaver.wire.open(open_message()))
        assert _seconds_until_alone(server) < SOON_S
        assert engine.live_caches == 1


def test_half_open_socket_is_dropped_when_it_answers_no_ping(make_server: Make) -> None:
    server = make_server(ping_interval_s=0.5, ping_timeout_s=1.5)
    with _other_goes_on(server), closing(RawDevice(server)) as hung:
        hung.open()
        assert server.metric("nearhalf_sessions_active") == 2
        assert _seconds_until_alone(server) < 10


def test_slow_reader_is_dropped_and_its_cache_is_freed(make_server: Make) -> None:
    engine = SimEngine(hidden_size=4096)
    server = make_server(engine, send_timeout_s=0.5, ping_interval_s=60, max_rows=512)
    asked = open_message(TWO_TAPS)
    with Device(server) as other, ExitStack() as stack:
        other.open(asked)
        other.step(2)
        slow = stack.enter_context(closing(RawDevice(server, receive_buffer=4096)))
        slow.open(positions=512)
        slow.step(1, 512, 4096, Flags.WANT_ALL)  # an answer of 8 MiB: more than the kernel keeps
        wait_until(lambda: server.metric("nearhalf_steps_total") == 2, 20)
        assert _seconds_until_alone(server) < 10
        assert server.refusals(ErrorCode.TOO_SLOW) == 1
        assert server.metric("nearhalf_kv_reserved_bytes") == 64_000 + 8_000  # cache and plan
        wait_until(lambda: len(server.server.server_state.connections) == 1, 10)
        other.step()


def test_reader_too_slow_for_the_farewell_is_dropped_too(make_server: Make) -> None:
    """It broke a rule, and does not read the ERROR frame either: the socket must not linger."""
    server = make_server(send_timeout_s=0.5)
    with _other_goes_on(server), closing(RawDevice(server)) as rude:
        rude.send(b"garbage")
        wait_until(lambda: len(server.server.server_state.connections) == 1, 20)


@pytest.mark.allow_warning_logs
def test_fault_of_the_engine_ends_one_session_and_tells_nothing(
    make_server: Make, caplog: pytest.LogCaptureFixture
) -> None:
    engine = SimEngine()
    server = make_server(engine)
    with _other_goes_on(server):
        with Device(server) as unlucky:
            unlucky.open()
            engine.fault = RuntimeError("secret activation 3.14159")
            unlucky.send_step()
            assert unlucky.refused_with() is ErrorCode.INTERNAL
        assert _seconds_until_alone(server) < SOON_S
    assert "3.14159" not in caplog.text
    failed = [record for record in caplog.records if record.getMessage() == "session_failed"]
    assert [record.nearhalf["exception"] for record in failed] == ["RuntimeError"]  # type: ignore[attr-defined]
