"""A backend with the simulated engine."""

from collections.abc import Iterator

import pytest

from tests.sim.live_server import LiveServer

PACK = bytes(range(256)) * 40


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with LiveServer(pack=PACK) as running:
        yield running
