"""One backend for all attacks of a file: that it stays up through them is part of each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cloud_backend.server.config import ServerConfig
from tests.sim.live_server import TWO_TAPS, Device, LiveServer, expected_states, open_message, wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(ServerConfig(max_rows=8)) as running:
        yield running


@pytest.fixture
def make_server() -> Iterator[Callable[..., LiveServer]]:
    """Servers with limits of the test's own."""
    with ExitStack() as stack:

        def make(engine: Any = None, **limits: Any) -> LiveServer:
            return stack.enter_context(LiveServer(ServerConfig(**limits), engine=engine))

        yield make


class Bystander:
    """A well-behaved session that was open before the attack."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server
        self._asked = open_message(TWO_TAPS)
        self.device = Device(server)
        try:
            self.device.open(self._asked)
            self._before = self.device.step(3)
        except BaseException:
            self.device.close()
            raise

    def goes_on(self) -> None:
        """It and a new session get the right results, and nothing but its own session is held."""
        expected = expected_states(self._asked, [3, 1])
        assert [self._before, self.device.step()] == expected
        with Device(self._server) as newcomer:
            newcomer.open(self._asked)
            assert [newcomer.step(3), newcomer.step()] == expected
        wait_until(lambda: self._server.metric("nearhalf_sessions_active") == 1)
        assert self._server.get("/readyz").status_code == 200


@pytest.fixture
def bystander(server: LiveServer) -> Iterator[Bystander]:
    one = Bystander(server)
    with one.device:
        yield one
    wait_until(lambda: server.metric("nearhalf_sessions_active") == 0)
