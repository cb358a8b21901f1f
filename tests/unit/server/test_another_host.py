"""A host without our protocol class: the same sessions, through ASGI alone."""

from collections.abc import Iterator

import pytest

from app.wire.errors import ErrorCode
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.protocols import DataProtocol
from tests.sim.live_server import FREE_AND_ONE, TWO_TAPS, Device, LiveServer, expected_states, open_message, wait_until


@pytest.fixture(scope="module")
def host() -> Iterator[LiveServer]:
    with LiveServer(ServerConfig(max_rows=8, step_timeout_s=0.6), plain_host=True) as running:
        yield running


@pytest.mark.parametrize("plan", [TWO_TAPS, FREE_AND_ONE])
def test_states_are_the_same(host: LiveServer, plan: object) -> None:
    asked = open_message(plan)  # type: ignore[arg-type]
    with Device(host) as device:
        assert not any(isinstance(one, DataProtocol) for one in host.server.server_state.connections)
        device.open(asked)
        assert [device.step(5), device.step(), device.step(2)] == expected_states(asked, [5, 1, 2])


def test_bad_frames_are_refused_by_name(host: LiveServer) -> None:
    for bad, code in (
        (b"garbage" * 10, ErrorCode.BAD_MAGIC),
        ("text", ErrorCode.BAD_MAGIC),
        (b"", ErrorCode.TRUNCATED),
    ):
        with Device(host) as device:
            device.open()
            device.socket.send(bad)
            assert device.refused_with() is code


def test_deadlines_and_leaving(host: LiveServer) -> None:
    with Device(host) as silent:
        assert silent.refused_with() is ErrorCode.TOO_SLOW
    with Device(host) as leaver:
        leaver.open(open_message(TWO_TAPS))
        leaver.send_step()
    wait_until(lambda: host.metric("nearhalf_sessions_active") == 0)
