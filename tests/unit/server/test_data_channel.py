"""Well-behaved sessions over a real socket; bad ones are in tests/adversarial."""

import asyncio
import socket
import threading
import time

import pytest

from app.wire.errors import ErrorCode
from app.wire.frames import Dtype, Flags
from cloud_backend.server.protocols import disable_nagle
from tests.sim.live_server import FREE_AND_ONE, TWO_TAPS, Device, LiveServer, expected_states, open_message, wait_until


@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8])
@pytest.mark.parametrize("plan", [TWO_TAPS, FREE_AND_ONE, open_message().plan], ids=["taps", "free tap", "no adapter"])
def test_states_are_those_of_an_undisturbed_run(server: LiveServer, plan: object, dtype: Dtype) -> None:
    asked = open_message(plan, state_dtype=dtype, exchange_dtype=dtype)  # type: ignore[arg-type]
    with Device(server) as device:
        opened = device.open(asked)
        assert (opened.positions, opened.max_rows, opened.idle_timeout_s, opened.step_timeout_s) == (64, 512, 900, 30)
        assert [device.step(5), device.step(), device.step(2)] == expected_states(asked, [5, 1, 2])


def test_step_that_wants_all_or_no_states(server: LiveServer) -> None:
    with Device(server) as device:
        device.open()
        assert len(device.step(3, flags=Flags.WANT_ALL)) == 3 * server.engine.hidden_size * 4
        assert device.step(2, flags=Flags.NONE) == b""


def test_step_sent_again_is_harmless(server: LiveServer) -> None:
    asked = open_message(TWO_TAPS)
    with Device(server) as device:
        device.open(asked)
        device.step(3)
        once = device.step(2)
        device.position -= 2
        assert device.step(2, again=True) == once
        assert device.step() == expected_states(asked, [3, 2, 1])[-1]


def test_cache_rolls_back_to_a_position(server: LiveServer) -> None:
    asked = open_message(TWO_TAPS)
    with Device(server) as device:
        device.open(asked)
        device.step(3)
        device.step(5)
        device.position = 3
        assert device.step() == expected_states(asked, [3, 1])[-1]


def test_eight_sessions_at_once_do_not_mix(server: LiveServer) -> None:
    asked = open_message(TWO_TAPS)
    expected = expected_states(asked, [1] * 20)
    answers: dict[int, list[bytes]] = {}

    def talk(number: int) -> None:
        with Device(server) as device:
            device.open(asked)
            answers[number] = [device.step() for _ in range(20)]

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert list(answers.values()) == [expected] * 8
    assert server.engine.overlaps == 8 * 20 * 2
    wait_until(lambda: server.engine.live_caches == 0)


def test_sockets_have_tcp_nodelay(server: LiveServer) -> None:
    with Device(server) as device:
        device.open()
        (connection,) = server.server.server_state.connections
        sock = connection.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_compute_does_not_block_the_loop(server: LiveServer) -> None:
    with Device(server) as busy:
        busy.open()
        server.engine.layer_seconds = 1.0  # 4 s a step
        busy.send_step()
        started = time.monotonic()
        assert server.get("/livez", token=None).status_code == 200
        assert time.monotonic() - started < 3
        server.engine.layer_seconds = 0.0
        busy.receive()


def test_sessions_hear_draining_before_the_server_stops() -> None:
    with LiveServer() as server, Device(server) as idle, Device(server) as computing:
        idle.open()
        computing.open()
        server.engine.layer_seconds = 0.5
        computing.send_step()
        started = time.monotonic()
        server.server.should_exit = True
        assert idle.refused_with() is ErrorCode.DRAINING
        assert idle.socket.close_code == 1012
        assert computing.refused_with() is ErrorCode.DRAINING
        server.stop()
        assert time.monotonic() - started < 20


def test_nagle_is_switched_off_where_the_loop_left_it_on() -> None:
    """As with several uvicorn workers on the plain asyncio loop (uvicorn#3149)."""

    class Transport(asyncio.Transport):
        def get_extra_info(self, name: str, default: object = None) -> object:
            return accepted if name == "socket" else default

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert not accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        disable_nagle(Transport())
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
