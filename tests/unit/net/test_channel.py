"""The data channel against real sockets: answers, refusals, losses, aborts, pings."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.domain.clearance import Clearance, Purpose
from app.domain.errors import AppError, BackendError, BackendRefused, ConnectionLost, LedgerError
from app.domain.ids import NO_MESSAGE, new_message_id
from app.net.channel import DataChannel
from app.net.measure import round_trips_ms
from app.net.websocket import MAX_MESSAGE_BYTES, frame_bytes
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_file import GROWTH_BYTES
from app.privacy.ledger_format import FILE_HEADER, RECORD_BYTES
from tests.sim.gated import backend_at, make_gate, step_frame
from tests.sim.websocket_peer import Script, accept_upgrade, raw_peer, read_request, server_frame, websocket_peer

BINARY, TEXT, CONTINUED, CLOSE, PING, PONG = 2, 1, 0, 8, 9, 10


@pytest.fixture
def gates() -> Iterator[list[PrivacyGate]]:
    made: list[PrivacyGate] = []
    yield made
    for gate in made:
        gate.close()


def open_channel(folder: Path, port: int, gates: list[PrivacyGate], token: str | None = None) -> DataChannel:
    gate = make_gate(folder, port)
    gates.append(gate)
    channel = DataChannel(backend_at(port, token=token) if token else backend_at(port), gate, connect_timeout_s=3.0)
    channel.connect()
    return channel


def ask(channel: DataChannel, data: bytes = b"", timeout_s: float = 5.0) -> bytes:
    return channel.exchange(data or step_frame(), Purpose.GENERATE, new_message_id(), timeout_s)


def script_of(*parts: bytes, wait_s: float = 0.0) -> Script:
    """Wait for one message, then send `parts`, then wait for the peer to leave (or `wait_s`)."""

    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        for part in parts:
            connection.sendall(part)
        connection.settimeout(wait_s or 5)
        try:
            while connection.recv(65_536):
                pass
        except TimeoutError:
            pass

    return script


@pytest.mark.parametrize("cols", [1, 176, 40_000, 65_536])
def test_messages_of_every_length_come_back(tmp_path: Path, gates: list[PrivacyGate], cols: int) -> None:
    with websocket_peer() as port:
        channel = open_channel(tmp_path, port, gates)
        frame = step_frame(4, cols)
        assert ask(channel, frame) == frame
        channel.close()


def test_nodelay_is_set(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with websocket_peer() as port:
        channel = open_channel(tmp_path, port, gates)
        link = channel._link._socket._socket
        assert link is not None
        assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        channel.close()


def test_a_wrong_token_is_refused_in_words_without_the_token(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with websocket_peer() as port, pytest.raises(BackendRefused, match="token") as caught:
        open_channel(tmp_path, port, gates, token="wr0ng")
    assert not caught.value.can_retry
    assert caught.value.advice
    assert "wr0ng" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("answer", "kind", "can_retry"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", BackendRefused, False),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", BackendRefused, False),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", BackendRefused, True),
        (b"HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", BackendRefused, True),
        (b"HTTP/1.1 302 Found\r\nLocation: http://evil/\r\nContent-Length: 0\r\n\r\n", BackendRefused, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BackendRefused, False),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", BackendError, None),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", BackendError, None),
        (b"x" * 70_000, BackendError, None),
        (b"HTTP/1.1 101 Swit", ConnectionLost, None),
        (b"", ConnectionLost, None),
    ],
)
def test_other_answers_to_the_upgrade_are_named(
    tmp_path: Path, gates: list[PrivacyGate], answer: bytes, kind: type[AppError], can_retry: bool | None
) -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(10)

    with raw_peer(script, upgrade=False) as port, pytest.raises(kind) as caught:
        open_channel(tmp_path, port, gates)
    assert caught.value.message
    if isinstance(caught.value, BackendRefused):
        assert caught.value.can_retry is can_retry


def test_nobody_listening_is_a_lost_connection(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionLost, match="does not answer"):
        open_channel(tmp_path, port, gates)


def test_a_message_in_the_same_packet_as_the_upgrade_is_the_first_answer(
    tmp_path: Path, gates: list[PrivacyGate]
) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(accept_upgrade(read_request(connection)) + server_frame(BINARY, b"why it ends"))
        connection.recv(10)

    with raw_peer(script, upgrade=False) as port:
        channel = open_channel(tmp_path, port, gates)
        assert ask(channel) == b"why it ends"
        channel.close()


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((server_frame(BINARY, b"x" * 500)[:200],), ConnectionLost),
        ((b"\x82",), ConnectionLost),
        ((server_frame(CLOSE, (1001).to_bytes(2)),), ConnectionLost),
        ((server_frame(CLOSE, b""),), ConnectionLost),
        ((server_frame(TEXT, b"hello"),), BackendError),
        ((server_frame(3, b"unknown opcode"),), BackendError),
        ((b"\xc2\x01x",), BackendError),
        ((b"\x82\x81abcdx",), BackendError),
        ((b"\x82\x7f" + (MAX_MESSAGE_BYTES + 1).to_bytes(8),), BackendError),
        ((b"\x82\x7f" + (2**63 - 1).to_bytes(8),), BackendError),
        ((server_frame(CONTINUED, b"x"),), BackendError),
    ],
    ids=[
        "ends inside a message", "ends inside a header", "says goodbye", "says nothing but goodbye", "text",
        "unknown opcode", "reserved bit", "masked", "too large by one", "absurdly large", "continues nothing",
    ],
)  # fmt: skip
def test_bad_answers_are_named_at_once(
    tmp_path: Path, gates: list[PrivacyGate], parts: tuple[bytes, ...], kind: type[AppError]
) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(2)
        while connection.recv(65_536):
            pass

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        started_s = time.monotonic()
        with pytest.raises(kind) as caught:
            ask(channel)
        assert time.monotonic() - started_s < 20
        assert isinstance(caught.value, ConnectionLost) == (kind is ConnectionLost)
        with pytest.raises(ConnectionLost):
            ask(channel)  # there is nothing left to use
        channel.close()


def test_fragments_make_one_message_and_pings_between_them_are_answered(
    tmp_path: Path, gates: list[PrivacyGate]
) -> None:
    seen: list[bytes] = []

    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(server_frame(BINARY, b"one ", fin=False) + server_frame(PING, b"are you there"))
        seen.append(connection.recv(1000))
        for part in (server_frame(CONTINUED, b"two ", fin=False), server_frame(CONTINUED, b"three")):
            connection.sendall(part)
        connection.recv(1000)

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        assert ask(channel) == b"one two three"
        assert seen[0][0] == 0x80 | PONG
        channel.close()


def test_a_message_split_into_single_bytes_is_put_together(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    def script(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.recv(65_536)
        for byte in server_frame(BINARY, b"z" * 300):
            connection.sendall(bytes([byte]))
        connection.recv(1000)

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        assert ask(channel) == b"z" * 300
        channel.close()


def test_silence_ends_after_the_time_limit(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with raw_peer(script_of(wait_s=3)) as port:
        channel = open_channel(tmp_path, port, gates)
        started_s = time.monotonic()
        with pytest.raises(ConnectionLost, match="in time"):
            ask(channel, timeout_s=0.3)
        assert time.monotonic() - started_s > 0.2


def test_a_trickle_does_not_outrun_the_time_limit(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        for byte in server_frame(BINARY, b"z" * 100):
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        started_s = time.monotonic()
        with pytest.raises(ConnectionLost, match="in time"):
            ask(channel, timeout_s=0.5)
        assert time.monotonic() - started_s < 8  # the whole trickle takes 10


@pytest.mark.parametrize("work", ["exchange", "keep_alive"])
def test_abort_wakes_a_waiting_call(tmp_path: Path, gates: list[PrivacyGate], work: str) -> None:
    with raw_peer(script_of(wait_s=3)) as port:
        channel = open_channel(tmp_path, port, gates)
        woken: list[float] = []

        def wait() -> None:
            with pytest.raises(ConnectionLost):
                ask(channel, timeout_s=30) if work == "exchange" else channel.keep_alive()
            woken.append(time.monotonic())

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.2)
        aborted_s = time.monotonic()
        channel.abort()
        thread.join(30)
        assert woken[0] - aborted_s < 2  # the peer leaves after 3
        channel.close()


def test_abort_breaks_off_a_connect_that_nobody_answers(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        port = silent.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]  # a full backlog: further connects hang
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        gate = make_gate(tmp_path, port)
        gates.append(gate)
        channel = DataChannel(backend_at(port), gate, connect_timeout_s=20.0)
        timer = threading.Timer(0.3, channel.abort)
        timer.start()
        started_s = time.monotonic()
        with pytest.raises(ConnectionLost):
            channel.connect()
        assert time.monotonic() - started_s < 15
        timer.join()
        for filler in fillers:
            filler.close()


def test_an_aborted_channel_stays_aborted(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with websocket_peer() as port:
        gate = make_gate(tmp_path, port)
        gates.append(gate)
        channel = DataChannel(backend_at(port), gate)
        channel.abort()
        with pytest.raises(ConnectionLost):
            channel.connect()
        channel.close()


def test_keep_alive_answers_pings_and_finds_a_dead_link(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    seen: list[int] = []
    gone = threading.Event()

    def script(connection: socket.socket) -> None:
        upgraded = accept_upgrade(read_request(connection))
        connection.sendall(upgraded + server_frame(PING, b"server"))  # at once: it must not lie in a buffer unanswered
        frames = bytearray()
        while len(frames) < 6 + 6 + 6 + 8:  # a pong for the ping above, and its own ping
            frames += connection.recv(1000)
        seen.extend(byte & 0x0F for byte in (frames[0], frames[12]))
        mask, payload = frames[14:18], frames[18:26]
        connection.sendall(server_frame(PONG, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))))
        gone.wait(5)

    with raw_peer(script, upgrade=False) as port:
        channel = open_channel(tmp_path, port, gates)
        channel.keep_alive()
        assert seen == [PONG, PING]
        gone.set()
        time.sleep(0.2)
        with pytest.raises(ConnectionLost):
            channel.keep_alive()
        channel.close()


def test_keep_alive_does_not_wait_for_an_exchange(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with raw_peer(script_of(wait_s=3)) as port:
        channel = open_channel(tmp_path, port, gates)

        def wait() -> None:
            with pytest.raises(ConnectionLost):
                ask(channel, timeout_s=30)

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        started_s = time.monotonic()
        channel.keep_alive()
        assert time.monotonic() - started_s < 2  # the exchange takes 3
        channel.abort()
        thread.join(30)


def test_the_reason_why_a_session_ended_meanwhile_is_the_answer(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(server_frame(BINARY, b"expired") + server_frame(CLOSE, (1008).to_bytes(2)))
        time.sleep(1)

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        time.sleep(0.6)  # longer than an idle moment
        assert ask(channel) == b"expired"
        with pytest.raises(ConnectionLost):
            ask(channel)


def test_a_backend_that_stops_reading_may_still_say_why(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(server_frame(BINARY, b"too large") + server_frame(CLOSE, (1009).to_bytes(2)))
        time.sleep(0.2)

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        assert ask(channel, step_frame(256, 60_000)) == b"too large"
        channel.close()


def test_close_says_goodbye_and_never_raises(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    said: list[bytes] = []

    def script(connection: socket.socket) -> None:
        said.append(connection.recv(1000))
        connection.sendall(server_frame(CLOSE, (1000).to_bytes(2)))

    with raw_peer(script) as port:
        channel = open_channel(tmp_path, port, gates)
        channel.close()
        channel.close()
    assert said[0][0] == 0x80 | CLOSE


def test_round_trips_are_measured(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with websocket_peer() as port:
        channel = open_channel(tmp_path, port, gates)
        times_ms = round_trips_ms(channel, 5)
        assert len(times_ms) == 5
        assert all(0 < time_ms < 1000 for time_ms in times_ms)
        channel.close()


def test_a_full_disk_stops_sending_and_no_byte_reaches_the_peer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[bytes] = []

    def script(connection: socket.socket) -> None:
        while data := connection.recv(65_536):
            received.append(data)

    with raw_peer(script) as port:
        ledger = Ledger(tmp_path / "ledger.bin")
        gate = PrivacyGate(ledger)
        gate.allow(f"127.0.0.1:{port}")
        channel = DataChannel(backend_at(port), gate)
        channel.connect()
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
        said = Clearance(1, f"127.0.0.1:{port}", Purpose.KEEPALIVE)
        while FILE_HEADER.size + (ledger.records + 1) * RECORD_BYTES <= GROWTH_BYTES:  # until the file must grow
            gate.received(b"x", b"x", said)
        with pytest.raises(LedgerError):
            ask(channel)
        channel.close()
        with pytest.raises(AppError):
            ask(channel)
    gate.close()
    assert received == []


def test_the_token_is_neither_in_the_ledger_nor_in_the_window_nor_in_a_log(
    tmp_path: Path, gates: list[PrivacyGate], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with websocket_peer() as port:
        channel = open_channel(tmp_path, port, gates)
        ask(channel)
        channel.close()
    secret = backend_at(port).token
    assert secret.encode() not in (tmp_path / "ledger.bin").read_bytes()
    assert all(secret.encode() not in kept.content for kept in gates[0].kept())
    assert any(b"Bearer ***" in kept.content for kept in gates[0].kept())
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("websockets.server")]
    assert secret not in "\n".join(ours)


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"", 0), (b"\x82", 0), (b"\x82\x05", 7), (b"\x82\x7e\x01", 0), (b"\x82\x7e\x01\x00", 260),
     (b"\x82\x7f" + bytes(7), 0),
     (b"\x82\x7f" + (70_000).to_bytes(8), 70_010)],
)  # fmt: skip
def test_frame_lengths_are_read_from_the_header(data: bytes, size: int) -> None:
    assert frame_bytes(data) == size


def test_messages_of_no_chat_are_allowed_too(tmp_path: Path, gates: list[PrivacyGate]) -> None:
    with websocket_peer() as port:
        channel = open_channel(tmp_path, port, gates)
        assert channel.exchange(step_frame(), Purpose.SESSION, NO_MESSAGE, 5.0) == step_frame()
        channel.close()
