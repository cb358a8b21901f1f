"""The gate: what it refuses, what it keeps, what it counts."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from app.domain.clearance import Clearance, Direction, NotCleared, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import NO_MESSAGE, MessageId, new_message_id
from app.privacy.gate import PrivacyGate, Totals
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import read_entries, verify
from app.wire.frames import Dtype, Frame, Kind
from tests.sim.gated import make_gate, step_frame

HOST = "127.0.0.1:1"
GET = (
    b"GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAuthorization: Bearer s3cret-token\r\nUpgrade: websocket\r\n\r\n"
)
ROUTES = {
    b"/v1/models": Purpose.LIST_MODELS,
    b"/v1/models/a%20model.1_2/device-pack": Purpose.DEVICE_PACK,
    b"/livez": Purpose.HEALTH,
    b"/readyz": Purpose.HEALTH,
    b"/v1/session": Purpose.UPGRADE,
}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[PrivacyGate]:
    gate = make_gate(tmp_path, 1)
    yield gate
    gate.close()


def masked(content: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    return WebSocketFrame(opcode, content).serialize(mask=True)


def clearance(
    content: bytes, purpose: Purpose = Purpose.GENERATE, message: MessageId = NO_MESSAGE, host: str = HOST
) -> Clearance:
    return Clearance(3, host, purpose, content, message)


def test_facts_are_read_from_the_frame_itself(gate: PrivacyGate, tmp_path: Path) -> None:
    frame = Frame(Kind.DELTA, 77, 5, 6, 12, 2, 96, Dtype.FP16, payload=bytes(384)).encode()
    cleared = gate.clear(masked(frame), clearance(frame))
    (entry,) = read_entries(tmp_path / "ledger.bin")
    assert cleared.entry == entry.number
    assert (entry.kind, entry.session, entry.step, entry.position, entry.tap) == (Kind.DELTA, 77, 5, 6, 12)
    assert (entry.rows, entry.cols, entry.dtype) == (2, 96, Dtype.FP16)
    assert (entry.payload_bytes, entry.wire_bytes) == (len(frame), len(frame) + 8)


@pytest.mark.parametrize("cols", [1, 30, 176, 32_768, 65_536])
def test_frames_of_every_length_form_pass(gate: PrivacyGate, cols: int) -> None:
    frame = step_frame(3, cols)
    data = masked(frame)
    assert gate.clear(data, clearance(frame)).data is data
    assert gate.kept()[-1].content == frame


def tampered(frame: bytes) -> bytes:
    return frame[:-1] + bytes([frame[-1] ^ 1])


DOWN_FRAME = Frame(Kind.STATE, 1, rows=1, cols=4, dtype=Dtype.FP32, payload=bytes(16)).encode()
REFUSED = {
    "a kind that comes down": (masked(DOWN_FRAME), clearance(DOWN_FRAME)),
    "text instead of a frame": (masked(b"hello" * 20), clearance(b"hello" * 20)),
    "a short frame": (masked(b"NH"), clearance(b"NH")),
    "bytes behind the frame": (masked(step_frame() + b"x"), clearance(step_frame() + b"x")),
    "a frame cut short": (masked(step_frame()[:-1]), clearance(step_frame()[:-1])),
    "other bytes than it was told": (masked(tampered(step_frame())), clearance(step_frame())),
    "more bytes than it was told": (masked(step_frame()) + b"text", clearance(step_frame())),
    "an unmasked frame": (WebSocketFrame(Opcode.BINARY, step_frame()).serialize(mask=False), clearance(step_frame())),
    "a text message": (masked(step_frame(), Opcode.TEXT), clearance(step_frame())),
    "a fragment": (
        WebSocketFrame(Opcode.BINARY, step_frame(), fin=False).serialize(mask=True),
        clearance(step_frame()),
    ),
    "a frame said to be a list of models": (masked(step_frame()), clearance(step_frame(), Purpose.LIST_MODELS)),
    "a ping for a reply": (masked(b"12345678", Opcode.PING), clearance(b"12345678")),
    "a post": (b"POST / HTTP/1.1\r\n\r\n", clearance(b"POST / HTTP/1.1\r\n\r\n", Purpose.HEALTH)),
    "a get with a body": (GET + b"body", clearance(GET + b"body", Purpose.UPGRADE)),
    "two requests": (GET + GET, clearance(GET + GET, Purpose.UPGRADE)),
    "a get said to be another": (GET, clearance(GET.replace(b"session", b"models!"), Purpose.UPGRADE)),
    "a get for a reply": (GET, clearance(GET)),
    "a huge get": (b"GET /" + b"a" * 20_000 + GET[4:], clearance(b"GET /" + b"a" * 20_000 + GET[4:], Purpose.HEALTH)),
    "nothing": (b"", clearance(b"")),
}
SPOILT_REQUESTS = {
    "a query": GET.replace(b"/v1/session", b"/v1/session?leak=words"),
    "a fragment": GET.replace(b"/v1/session", b"/v1/session#words"),
    "an unknown route": GET.replace(b"/v1/session", b"/v1/notes"),
    "a route with more behind it": GET.replace(b"/v1/session", b"/v1/session/words"),
    "another purpose's route": GET.replace(b"/v1/session", b"/v1/models"),
    "another base path": GET.replace(b"/v1/session", b"/words/v1/session"),
    "an unknown header": GET.replace(b"Upgrade: websocket", b"X-Note: words"),
    "a header's value with words": GET.replace(b"Upgrade: websocket", b"User-Agent: words"),
    "another host's name": GET.replace(b"127.0.0.1:1", b"words.example"),
    "a header twice": GET.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\n\r\n"),
    "a token with spaces": GET.replace(b"s3cret-token", b"some words"),
    "a folded header": GET.replace(b"\r\nUpgrade", b"\r\n words\r\nUpgrade"),
    "bytes that are not ASCII": GET.replace(b"s3cret-token", b"s3cret-\xff"),
    "another method's line": GET.replace(b" HTTP/1.1", b" words HTTP/1.1"),
}
REFUSED |= {name: (data, clearance(data, Purpose.UPGRADE)) for name, data in SPOILT_REQUESTS.items()}


def request_of(route: bytes) -> bytes:
    return GET.replace(b"/v1/session", route)


@pytest.mark.parametrize("route", ROUTES, ids=bytes.decode)
def test_every_route_of_the_app_passes_and_only_for_its_purpose(gate: PrivacyGate, route: bytes) -> None:
    data = request_of(route)
    for purpose in set(Purpose):
        if purpose is ROUTES[route]:
            assert gate.clear(data, clearance(data, purpose)).data is data
        else:
            with pytest.raises(NotCleared):
                gate.clear(data, clearance(data, purpose))


def test_routes_lie_under_the_path_that_the_person_gave(gate: PrivacyGate) -> None:
    gate.allow(HOST, "/far")
    inside = request_of(b"/far/v1/session")
    gate.clear(inside, clearance(inside, Purpose.UPGRADE))
    with pytest.raises(NotCleared):
        gate.clear(GET, clearance(GET, Purpose.UPGRADE))


@pytest.mark.parametrize(
    ("host", "written"),
    [("cloud.example:443", b"cloud.example"), ("cloud.example:8443", b"cloud.example:8443"), ("[::1]:80", b"[::1]"),
     ("k\xf6ln.example:443", b"xn--kln-sna.example")],
)  # fmt: skip
def test_a_host_is_written_as_http_does(gate: PrivacyGate, host: str, written: bytes) -> None:
    gate.allow(host)
    data = GET.replace(b"127.0.0.1:1", written)
    gate.clear(data, clearance(data, Purpose.UPGRADE, host=host))


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_leave_is_refused_and_not_recorded(gate: PrivacyGate, tmp_path: Path, name: str) -> None:
    data, said = REFUSED[name]
    with pytest.raises(NotCleared):
        gate.clear(data, said)
    assert list(read_entries(tmp_path / "ledger.bin")) == []
    assert gate.kept() == ()


def test_a_host_that_was_not_allowed_is_refused_before_it_is_looked_up(gate: PrivacyGate) -> None:
    with pytest.raises(NotCleared, match="elsewhere:443"):
        gate.next_connection("elsewhere:443")
    with pytest.raises(NotCleared):
        gate.clear(masked(step_frame()), clearance(step_frame(), host="elsewhere:443"))
    gate.disallow(HOST)
    with pytest.raises(NotCleared):
        gate.clear(masked(step_frame()), clearance(step_frame()))


def test_what_arrives_is_recorded_whatever_it_is(gate: PrivacyGate, tmp_path: Path) -> None:
    for content in (b"garbage" * 20, b"", DOWN_FRAME):
        gate.received(content, clearance(content))
    assert [entry.kind for entry in read_entries(tmp_path / "ledger.bin")] == [0, 0, Kind.STATE]


def test_the_token_is_neither_kept_nor_in_the_ledger(gate: PrivacyGate, tmp_path: Path) -> None:
    for route, purpose in ROUTES.items():
        data = request_of(route)
        gate.clear(data, clearance(data, purpose))
    assert b"Authorization: Bearer ***\r\n" in gate.kept()[0].content
    assert all(b"s3cret" not in kept.content for kept in gate.kept())
    assert b"s3cret" not in (tmp_path / "ledger.bin").read_bytes()


def test_totals_count_frames_and_wire_bytes_of_a_message(gate: PrivacyGate) -> None:
    ours, other = new_message_id(), new_message_id()
    frame = step_frame()
    for _ in range(3):
        gate.clear(masked(frame), clearance(frame, message=ours))
        gate.received(b"\x82\x40" + DOWN_FRAME, clearance(DOWN_FRAME, message=ours))
    gate.clear(masked(frame), clearance(frame, message=other))
    assert gate.totals(ours) == Totals(3, 3, 3 * 408, 3 * 66)
    assert gate.totals(other) == Totals(1, 0, 408, 0)
    assert gate.totals(new_message_id()) == Totals()


def test_the_window_is_bounded_by_bytes_and_keeps_the_latest(tmp_path: Path) -> None:
    gate = PrivacyGate(Ledger(tmp_path / "ledger.bin"), window_bytes=1000)
    gate.allow(HOST)
    entries = [gate.clear(masked(step_frame()), clearance(step_frame())).entry for _ in range(10)]
    assert [kept.entry for kept in gate.kept()] == entries[-2:]
    gate.forget()
    assert gate.kept() == ()
    gate.close()


def test_a_device_pack_does_not_push_the_frames_out(gate: PrivacyGate) -> None:
    gate.clear(masked(step_frame()), clearance(step_frame()))
    gate.received(bytes(2**20), clearance(bytes(2**20), Purpose.DEVICE_PACK))
    assert [len(kept.content) for kept in gate.kept()] == [400, 16_384]


def test_a_failed_ledger_stops_both_ways_until_a_new_connection(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"in the way")
    gate = PrivacyGate(Ledger(tmp_path / "folder" / "ledger.bin"))
    gate.allow(HOST)
    with pytest.raises(LedgerError):
        gate.next_connection(HOST)
    with pytest.raises(LedgerError):
        gate.clear(masked(step_frame()), clearance(step_frame()))
    with pytest.raises(LedgerError):
        gate.received(b"x", clearance(b"x"))
    assert gate.kept() == ()
    (tmp_path / "folder").unlink()
    with pytest.raises(LedgerError):
        gate.clear(masked(step_frame()), clearance(step_frame()))
    gate.next_connection(HOST)
    gate.clear(masked(step_frame()), clearance(step_frame()))
    gate.close()


def test_many_threads_write_one_chain(gate: PrivacyGate, tmp_path: Path) -> None:
    message = new_message_id()

    def work() -> None:
        for _ in range(200):
            gate.clear(masked(step_frame()), clearance(step_frame(), message=message))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify(tmp_path / "ledger.bin")
    assert (verdict.is_good, verdict.entries) == (True, 800)
    assert gate.totals(message).frames_up == 800


def test_direction_and_purpose_are_kept_for_the_panel(gate: PrivacyGate) -> None:
    gate.received(b"pong", clearance(b"pong", Purpose.KEEPALIVE))
    (kept,) = gate.kept()
    assert (kept.direction, kept.purpose, kept.content) == (Direction.DOWN, Purpose.KEEPALIVE, b"pong")
