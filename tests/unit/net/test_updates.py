"""The update check against real sockets: what it says, what it refuses, and that nothing else may go there."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.clearance import Clearance, NotCleared, Purpose
from app.domain.errors import FeedError, SettingsError
from app.net.updates import ANSWER_BYTES, FeedClient, feed_address
from app.privacy.gate import PrivacyGate
from tests.sim.gated import assert_ledger_equals, entries_by_connection, make_gate, step_frame
from tests.sim.recording_proxy import RecordingProxy
from tests.sim.websocket_peer import raw_peer, read_request

FEED = b'{"version": "9.0", "url": "https://example.org"}'
SCRIPT = Callable[[socket.socket], None]


def answering(*parts: bytes, seen: list[bytes] | None = None) -> SCRIPT:
    def script(connection: socket.socket) -> None:
        request = read_request(connection)
        if seen is not None:
            seen.append(request)
        for part in parts:
            connection.sendall(part)

    return script


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def client_at(port: int, gate: PrivacyGate, path: str = "/nearhalf/releases.json") -> FeedClient:
    gate.allow_feed(f"127.0.0.1:{port}", path)
    return FeedClient(f"http://127.0.0.1:{port}{path}", gate)


def test_the_request_says_nothing_of_who_asks_and_is_in_the_ledger(tmp_path: Path) -> None:
    seen: list[bytes] = []
    gate = make_gate(tmp_path)
    with raw_peer(answering(ok(FEED), seen=seen), upgrade=False) as port, RecordingProxy(port) as proxy:
        assert client_at(proxy.port, gate).fetch() == FEED
    gate.close()
    line, *headers = seen[0].removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert line == b"GET /nearhalf/releases.json HTTP/1.1"
    assert sorted(headers) == [
        b"Accept-Encoding: identity",
        b"Accept: */*",
        b"Connection: close",
        b"Host: 127.0.0.1:%d" % proxy.port,
        b"User-Agent: nearhalf",
    ]
    (entries,) = entries_by_connection(tmp_path)
    assert {entry.purpose for entry in entries} == {Purpose.UPDATE_CHECK}
    assert_ledger_equals(entries, proxy.connections[0])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        ok(b" " * (ANSWER_BYTES + 1)),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b" " * (ANSWER_BYTES + 1),
    ],
    ids=["nothing", "half", "no feed", "no HTTP", "too long", "promised too long"],
)
def test_a_bad_answer_is_one_sentence(tmp_path: Path, answer: bytes) -> None:
    gate = make_gate(tmp_path)
    with raw_peer(answering(answer), upgrade=False) as port, pytest.raises(FeedError) as caught:
        client_at(port, gate).fetch()
    assert caught.value.advice
    gate.close()


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        location = b"Location: http://127.0.0.1:%d/x\r\n" % elsewhere.getsockname()[1]
        moved = b"HTTP/1.1 302 Found\r\n" + location + b"Content-Length: 0\r\n\r\n"
        with raw_peer(answering(moved), upgrade=False) as port, pytest.raises(FeedError, match="not followed"):
            client_at(port, gate).fetch()
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    gate.close()


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gate = make_gate(tmp_path)
    with pytest.raises(FeedError, match="did not answer"):
        client_at(port, gate).fetch()
    gate.close()


def test_without_the_persons_wish_nothing_is_even_looked_up(tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    with pytest.raises(NotCleared):
        FeedClient("https://feed.example/releases.json", gate).fetch()
    gate.close()


GET = b"GET /f.json HTTP/1.1\r\nHost: 127.0.0.1:1\r\nUser-Agent: nearhalf\r\n\r\n"


@pytest.mark.parametrize(
    "spoilt",
    [
        GET.replace(b"/f.json", b"/f.json?version=1"),
        GET.replace(b"/f.json", b"/f.json/more"),
        GET.replace(b"/f.json", b"/v1/models"),
        GET.replace(b"User-Agent: nearhalf", b"Authorization: Bearer token"),
        GET.replace(b"User-Agent: nearhalf", b"User-Agent: nearhalf/0.1.0"),
        GET.replace(b"User-Agent: nearhalf", b"Range: bytes=1-"),
        GET.replace(b"User-Agent: nearhalf", b"If-None-Match: 1"),
        GET.replace(b"GET", b"POST"),
    ],
)
def test_the_gate_lets_only_that_request_go_there(tmp_path: Path, spoilt: bytes) -> None:
    gate = make_gate(tmp_path)
    gate.allow_feed("127.0.0.1:1", "/f.json")
    clearance = Clearance(1, "127.0.0.1:1", Purpose.UPDATE_CHECK)
    assert gate.clear(GET, GET, clearance).data == GET
    with pytest.raises(NotCleared):
        gate.clear(spoilt, spoilt, clearance)
    gate.close()


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.UPDATE_CHECK])
def test_nothing_else_may_go_to_the_feed(tmp_path: Path, purpose: Purpose) -> None:
    gate = make_gate(tmp_path)
    gate.allow_feed("127.0.0.1:1", "/f.json")
    clearance = Clearance(1, "127.0.0.1:1", purpose)
    with pytest.raises(NotCleared):
        gate.clear(GET, GET, clearance)
    with pytest.raises(NotCleared):
        gate.clear_message(step_frame(), clearance)
    gate.close()


def test_a_backend_is_asked_for_no_feed(tmp_path: Path) -> None:
    gate = make_gate(tmp_path, 1)
    with pytest.raises(NotCleared):
        gate.clear(GET, GET, Clearance(1, "127.0.0.1:1", Purpose.UPDATE_CHECK))
    gate.close()


@pytest.mark.parametrize(
    "url",
    ["", "http://feed.example/f.json", "https://feed.example", "https://a:b@feed.example/f", "https://feed.example/f?me=1",
     "ftp://feed.example/f", "https://feed.example/ü", "https://feed.example/a b", "nonsense"],
)  # fmt: skip
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        feed_address(url)
