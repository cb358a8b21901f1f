"""Limits: what does not fit is refused by code, with the number, and room comes back when a session ends."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed

from app.wire.errors import ErrorCode, RefusedByPeer
from tests.sim.live_server import OTHER_TOKEN, TWO_TAPS, Device, LiveServer, expected_states, open_message, wait_until

Make = Callable[..., LiveServer]


def _refused(device: Device, positions: int = 64) -> tuple[ErrorCode, str]:
    device.socket.send(device.wire.open(open_message(positions=positions)))
    return device.refused_with(), device.refusal.detail


def test_sessions_in_all(make_server: Make) -> None:
    server = make_server(max_sessions=2)
    with Device(server) as first, Device(server, token=OTHER_TOKEN) as second:
        first.open()
        second.open()
        with Device(server) as third:
            assert _refused(third) == (ErrorCode.SESSIONS_FULL, "2")
        first.step()
        second.step()
    wait_until(lambda: server.metric("nearhalf_sessions_active") == 0)
    with Device(server) as later:
        later.open()
        later.step()


def test_sessions_of_one_token_leave_others_their_room(make_server: Make) -> None:
    server = make_server(max_sessions_per_token=1)
    with Device(server) as first:
        first.open()
        with Device(server) as second:
            assert _refused(second) == (ErrorCode.TOKEN_SESSIONS_FULL, "1")
        with Device(server, token=OTHER_TOKEN) as other:
            other.open()
            other.step()
        first.step()


def test_kv_memory_in_all(make_server: Make) -> None:
    server = make_server(max_kv_bytes=100_000)  # 1,000 bytes a position
    with Device(server) as first:
        first.open(open_message(positions=60))
        assert server.metric("nearhalf_kv_reserved_bytes") == 60_000
        with Device(server) as second:
            assert _refused(second, positions=41) == (ErrorCode.KV_FULL, "100000")
        with Device(server) as third:
            third.open(open_message(positions=40))
            third.step()
        first.step()
    wait_until(lambda: server.metric("nearhalf_kv_reserved_bytes") == 0)
    assert server.engine.live_caches == 0


def test_matrices_of_plans_count_as_memory(make_server: Make) -> None:
    server = make_server(max_kv_bytes=20_000)  # 1,000 bytes a position, and a column of y
    asked = open_message(TWO_TAPS, positions=2)
    with Device(server) as first, Device(server) as second:
        first.open(asked)
        second.open(asked)
        assert server.metric("nearhalf_kv_reserved_bytes") == 2 * (2_000 + 8_000)
        with Device(server) as third:
            third.socket.send(third.wire.open(replace(asked, positions=1)))
            assert (third.refused_with(), third.refusal.detail) == (ErrorCode.KV_FULL, "20000")
        with Device(server) as other:
            other.socket.send(other.wire.open(replace(asked, recipe_version=7)))
            assert other.refused_with() is ErrorCode.RECIPE_UNKNOWN  # memory will not help it
        assert [first.step(), second.step()] == 2 * expected_states(asked, [1])
    wait_until(lambda: server.metric("nearhalf_kv_reserved_bytes") == 0)


def test_positions_of_a_session(make_server: Make) -> None:
    server = make_server(max_positions=32)
    with Device(server) as device:
        assert _refused(device, positions=33) == (ErrorCode.OUT_OF_POSITIONS, "32")
    with Device(server) as device:
        assert device.open(open_message(positions=32)).positions == 32


def test_refused_plan_gives_its_room_back(make_server: Make) -> None:
    server = make_server(max_sessions=1)
    for _ in range(3):
        with Device(server) as device:
            device.socket.send(device.wire.open(open_message(TWO_TAPS, recipe_version=7)))
            assert device.refused_with() is ErrorCode.RECIPE_UNKNOWN
    wait_until(lambda: server.metric("nearhalf_kv_reserved_bytes") == 0)
    with Device(server) as device:
        device.open()
        device.step()


def test_idle_session_expires(make_server: Make) -> None:
    server = make_server(idle_timeout_s=0.6)
    with Device(server) as idle, Device(server) as busy:
        idle.open()
        asked = open_message(TWO_TAPS)
        busy.open(asked)
        states = []
        for _ in range(10):
            states.append(busy.step())
            time.sleep(0.1)
        assert idle.refused_with() is ErrorCode.SESSION_EXPIRED
        assert states == expected_states(asked, [1] * 10)
        wait_until(lambda: server.metric("nearhalf_sessions_active") == 1)


def test_session_that_is_too_old_expires_though_it_works(make_server: Make) -> None:
    server = make_server(max_lifetime_s=0.6)
    with Device(server) as device:
        device.open(open_message(positions=4096))
        with pytest.raises((RefusedByPeer, ConnectionClosed), match="SESSION_EXPIRED"):
            _work(device, steps=4000)
    wait_until(lambda: server.metric("nearhalf_sessions_active") == 0)


def test_socket_that_never_opens_a_session_is_closed(make_server: Make) -> None:
    server = make_server(step_timeout_s=0.5)
    with Device(server) as device:
        assert device.refused_with() is ErrorCode.TOO_SLOW


def test_device_that_never_answers_a_tap_is_too_slow(make_server: Make) -> None:
    server = make_server(step_timeout_s=0.5)
    asked = open_message(TWO_TAPS)
    with Device(server) as silent, Device(server) as other:
        silent.open(asked)
        other.open(asked)
        silent.send_step()
        assert silent.receive().tap == 1
        first = other.step(2)
        assert silent.refused_with() is ErrorCode.TOO_SLOW
        assert [first, other.step()] == expected_states(asked, [2, 1])
    wait_until(lambda: server.metric("nearhalf_kv_reserved_bytes") == 0)


def _work(device: Device, steps: int) -> None:
    for _ in range(steps):
        device.step()
        time.sleep(0.01)  # so that the steps last longer than any session may, however quick the machine
