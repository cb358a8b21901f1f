"""What an independent recorder between the app and the backend saw is exactly what the ledger says: sums and hashes, in
order, for both directions of every connection."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from app.domain.clearance import Direction, Purpose
from app.domain.errors import BackendRefused, ConnectionLost
from app.domain.ids import new_message_id
from app.net.channel import DataChannel
from app.net.control import ControlClient
from app.net.measure import round_trips_ms
from app.privacy.gate import PrivacyGate
from app.privacy.ledger_format import LedgerEntry, verify
from app.wire.frames import Kind
from tests.sim.control_peer import ControlState, control_peer
from tests.sim.faulty_proxy import Faults, FaultyProxy
from tests.sim.gated import assert_ledger_equals, backend_at, entries_by_connection, make_gate, step_frame
from tests.sim.recording_proxy import RecordingProxy
from tests.sim.websocket_peer import raw_peer, server_frame, websocket_peer


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[PrivacyGate]:
    gate = make_gate(tmp_path)
    yield gate
    gate.close()


def channel_through(proxy: RecordingProxy, gate: PrivacyGate) -> DataChannel:
    gate.allow(f"127.0.0.1:{proxy.port}")
    channel = DataChannel(backend_at(proxy.port), gate)
    channel.connect()
    return channel


def exchange_often(proxy: RecordingProxy, gate: PrivacyGate) -> None:
    channel = channel_through(proxy, gate)
    for _ in range(5):
        channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 5.0)


def check(folder: Path, proxy: RecordingProxy) -> list[list[LedgerEntry]]:
    streams = entries_by_connection(folder)
    assert len(streams) == len(proxy.connections)
    for entries, recording in zip(streams, proxy.connections, strict=True):
        assert_ledger_equals(entries, recording)
    assert verify(folder / "ledger.bin").is_good
    return streams


def talkative_echo(connection: ServerConnection) -> None:
    """Ping before every answer; the second answer comes in fragments."""
    try:
        for number, message in enumerate(connection):
            assert isinstance(message, bytes)
            connection.ping(b"still there?")
            connection.send([message[:100], message[100:200], message[200:]] if number == 1 else message)
    except ConnectionClosed:
        pass


def test_a_data_channel_from_upgrade_to_close(tmp_path: Path, gate: PrivacyGate) -> None:
    message = new_message_id()
    with websocket_peer(talkative_echo) as port, RecordingProxy(port) as proxy:
        channel = channel_through(proxy, gate)
        channel.exchange(step_frame(), Purpose.SESSION, message, 5.0)
        for cols in (176, 3000, 60_000):
            channel.exchange(step_frame(2, cols), Purpose.GENERATE, message, 5.0)
        channel.keep_alive()
        round_trips_ms(channel, 3)
        channel.close()
        (entries,) = check(tmp_path, proxy)
    purposes = {Purpose(entry.purpose) for entry in entries}
    assert purposes == {
        Purpose.UPGRADE, Purpose.SESSION, Purpose.GENERATE, Purpose.KEEPALIVE, Purpose.MEASURE, Purpose.CLOSE
    }  # fmt: skip
    frames = [entry for entry in entries if entry.kind]
    assert len(frames) == 8
    assert {entry.kind for entry in frames} == {Kind.STEP}
    totals = gate.totals(message)
    assert totals.frames_up == totals.frames_down == 4
    of_message = [entry for entry in entries if entry.message == message]
    assert totals.bytes_up == sum(entry.wire_bytes for entry in of_message if entry.direction == Direction.UP)


def test_a_message_cut_into_slices_by_the_network(tmp_path: Path, gate: PrivacyGate) -> None:
    with websocket_peer() as port, FaultyProxy(port, Faults(slice_bytes=7)) as proxy:
        channel = channel_through(proxy, gate)
        for _ in range(3):
            channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 5.0)
        channel.close()
        (entries,) = check(tmp_path, proxy)
    assert sum(1 for entry in entries if entry.kind) == 6  # still one entry a frame


@pytest.mark.parametrize("cut_at", [60, 300, 400, 700])
def test_a_connection_cut_inside_what_comes_down(tmp_path: Path, gate: PrivacyGate, cut_at: int) -> None:
    with websocket_peer() as port, FaultyProxy(port, Faults(cut_after_down=cut_at)) as proxy:
        with pytest.raises(ConnectionLost):
            exchange_often(proxy, gate)
        channel_through(proxy, gate).close()  # the second connection is whole
        first, _second = check(tmp_path, proxy)
    assert sum(entry.wire_bytes for entry in first if entry.direction == Direction.DOWN) == cut_at


def test_the_goodbye_of_a_backend_and_what_it_left_behind(tmp_path: Path, gate: PrivacyGate) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(server_frame(2, b"why") + server_frame(8, (1001).to_bytes(2)))
        connection.settimeout(2)
        while connection.recv(1000):
            pass

    with raw_peer(script) as port, RecordingProxy(port) as proxy:
        channel = channel_through(proxy, gate)
        time.sleep(0.6)
        assert channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 5.0) == b"why"
        time.sleep(0.1)
        check(tmp_path, proxy)


def test_half_a_message_before_an_abort(tmp_path: Path, gate: PrivacyGate) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(server_frame(2, bytes(500))[:200])
        connection.recv(1000)

    with raw_peer(script) as port, RecordingProxy(port) as proxy:
        channel = channel_through(proxy, gate)
        with pytest.raises(ConnectionLost):
            channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 0.3)
        (entries,) = check(tmp_path, proxy)
    assert entries[-1].wire_bytes == 200


def test_a_refused_upgrade(tmp_path: Path, gate: PrivacyGate) -> None:
    with websocket_peer() as port, RecordingProxy(port) as proxy:
        gate.allow(f"127.0.0.1:{proxy.port}")
        with pytest.raises(BackendRefused):
            DataChannel(backend_at(proxy.port, token="wrong"), gate).connect()
        check(tmp_path, proxy)


def test_the_control_channel_with_a_download_that_was_cut(tmp_path: Path, gate: PrivacyGate) -> None:
    state = ControlState(bytes(range(256)) * 4096)
    with control_peer(state) as port, FaultyProxy(port, Faults(cut_after_down=300_000, cuts=2)) as proxy:
        gate.allow(f"127.0.0.1:{proxy.port}")
        client = ControlClient(backend_at(proxy.port), gate)
        (model,) = client.list_models()
        client.download_pack(model, tmp_path / "pack.zip")
        client.close()
        time.sleep(0.1)
        streams = check(tmp_path, proxy)
    assert (tmp_path / "pack.zip").read_bytes() == state.pack
    assert len(streams) == 3
    assert {Purpose(entry.purpose) for entry in streams[0]} == {Purpose.LIST_MODELS, Purpose.DEVICE_PACK}


def test_the_comparison_can_fail(tmp_path: Path, gate: PrivacyGate) -> None:
    with websocket_peer() as port, RecordingProxy(port) as proxy:
        channel = channel_through(proxy, gate)
        channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 5.0)
        channel.close()
        (entries,) = check(tmp_path, proxy)
        recording = proxy.connections[0]
        for spoil in (
            lambda: recording.up.extend(b"x"),
            lambda: recording.down.__setitem__(200, recording.down[200] ^ 1),
        ):
            spoil()
            with pytest.raises(AssertionError):
                assert_ledger_equals(entries, recording)
            if len(recording.up) and recording.up[-1:] == b"x":
                del recording.up[-1:]
