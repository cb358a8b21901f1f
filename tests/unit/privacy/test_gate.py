"""The gate: what it refuses, what it keeps, what it counts."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

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


def clearance(purpose: Purpose = Purpose.GENERATE, message: MessageId = NO_MESSAGE, host: str = HOST) -> Clearance:
    return Clearance(3, host, purpose, message)


def unmasked(data: bytes) -> bytes:
    """What an independent WebSocket library reads out of `data`, all of it one masked frame."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing = WebSocketFrame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    assert done.value.value.opcode is Opcode.BINARY and not reader.buffer
    return bytes(done.value.value.data)


def test_facts_are_read_from_the_frame_itself(gate: PrivacyGate, tmp_path: Path) -> None:
    frame = Frame(Kind.DELTA, 77, 5, 6, 12, 2, 96, Dtype.FP16, payload=bytes(384)).encode()
    cleared = gate.clear_message(frame, clearance())
    (entry,) = read_entries(tmp_path / "ledger.bin")
    assert cleared.entry == entry.number
    assert (entry.kind, entry.session, entry.step, entry.position, entry.tap) == (Kind.DELTA, 77, 5, 6, 12)
    assert (entry.rows, entry.cols, entry.dtype) == (2, 96, Dtype.FP16)
    assert (entry.payload_bytes, entry.wire_bytes) == (len(frame), len(frame) + 8)


@pytest.mark.parametrize("cols", [1, 3, 30, 176, 1000, 32_768, 65_536])
def test_frames_of_every_length_form_pass(gate: PrivacyGate, cols: int) -> None:
    frame = step_frame(3, cols)
    first, second = (gate.clear_message(frame, clearance()).data for _ in range(2))
    assert unmasked(first) == unmasked(second) == frame
    assert first != second  # each has a masking key of its own
    assert gate.kept()[-1].content == frame


DOWN_FRAME = Frame(Kind.STATE, 1, rows=1, cols=4, dtype=Dtype.FP32, payload=bytes(16)).encode()
TAP_FRAME = Frame(Kind.TAP, 1, 2, 3, 4, rows=1, cols=4, dtype=Dtype.FP32, payload=bytes(16)).encode()
PING = masked(b"12345678", Opcode.PING)
KEEP = clearance(Purpose.KEEPALIVE)
REFUSED_FRAMES = {
    "a kind that comes down": (DOWN_FRAME, clearance()),
    "text instead of a frame": (b"hello" * 20, clearance()),
    "a short frame": (b"NH", clearance()),
    "nothing": (b"", clearance()),
    "bytes behind the frame": (step_frame() + b"x", clearance()),
    "a frame cut short": (step_frame()[:-1], clearance()),
    "columns without a type": (step_frame()[:5] + b"\x00" + step_frame()[6:], clearance()),
    "unknown flags": (step_frame()[:7] + b"\x08" + step_frame()[8:], clearance()),
    "words in the reserved bytes": (step_frame()[:26] + b"hi" + step_frame()[28:], clearance()),
    "words in the reserved end": (step_frame()[:44] + b"word" + step_frame()[48:], clearance()),
    "a frame said to be a list of models": (step_frame(), clearance(Purpose.LIST_MODELS)),
    "a frame said to be a close": (step_frame(), clearance(Purpose.CLOSE)),
}
REFUSED = {
    "a frame that the gate did not wrap": (masked(step_frame()), step_frame(), clearance()),
    "a frame said to be a list of models": (masked(step_frame()), step_frame(), clearance(Purpose.LIST_MODELS)),
    "a text message": (masked(b"hello", Opcode.TEXT), b"hello", clearance()),
    "a ping with other bytes than it was told": (PING, b"12345679", KEEP),
    "a ping with more bytes than it was told": (PING + b"text", b"12345678", KEEP),
    "a ping of another length than it says": (PING, b"1234567", KEEP),
    "an unmasked ping": (WebSocketFrame(Opcode.PING, b"12345678").serialize(mask=False), b"12345678", KEEP),
    "a long ping": (b"\x89\xfe\x00\x80" + bytes(132), bytes(128), KEEP),
    "a ping for a reply": (PING, b"12345678", clearance()),
    "a post": (b"POST / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", clearance(Purpose.HEALTH)),
    "a get with a body": (GET + b"body", GET + b"body", clearance(Purpose.UPGRADE)),
    "two requests": (GET + GET, GET + GET, clearance(Purpose.UPGRADE)),
    "a get said to be another": (GET, GET.replace(b"session", b"models!"), clearance(Purpose.UPGRADE)),
    "a get for a reply": (GET, GET, clearance()),
    "a huge get": (
        b"GET /" + b"a" * 20_000 + GET[4:],
        b"GET /" + b"a" * 20_000 + GET[4:],
        clearance(Purpose.HEALTH),
    ),
    "nothing": (b"", b"", clearance()),
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
REFUSED |= {name: (data, data, clearance(Purpose.UPGRADE)) for name, data in SPOILT_REQUESTS.items()}


def request_of(route: bytes) -> bytes:
    return GET.replace(b"/v1/session", route)


@pytest.mark.parametrize("route", ROUTES, ids=bytes.decode)
def test_every_route_of_the_app_passes_and_only_for_its_purpose(gate: PrivacyGate, route: bytes) -> None:
    data = request_of(route)
    for purpose in set(Purpose):
        if purpose is ROUTES[route]:
            assert gate.clear(data, data, clearance(purpose)).data is data
        else:
            with pytest.raises(NotCleared):
                gate.clear(data, data, clearance(purpose))


def test_routes_lie_under_the_path_that_the_person_gave(gate: PrivacyGate) -> None:
    gate.allow(HOST, "/far")
    inside = request_of(b"/far/v1/session")
    gate.clear(inside, inside, clearance(Purpose.UPGRADE))
    with pytest.raises(NotCleared):
        gate.clear(GET, GET, clearance(Purpose.UPGRADE))


@pytest.mark.parametrize(
    ("host", "written"),
    [("cloud.example:443", b"cloud.example"), ("cloud.example:8443", b"cloud.example:8443"), ("[::1]:80", b"[::1]"),
     ("k\xf6ln.example:443", b"xn--kln-sna.example")],
)  # fmt: skip
def test_a_host_is_written_as_http_does(gate: PrivacyGate, host: str, written: bytes) -> None:
    gate.allow(host)
    data = GET.replace(b"127.0.0.1:1", written)
    gate.clear(data, data, clearance(Purpose.UPGRADE, host=host))


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_leave_is_refused_and_not_recorded(gate: PrivacyGate, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotCleared):
        gate.clear(*REFUSED[name])
    assert list(read_entries(tmp_path / "ledger.bin")) == []
    assert gate.kept() == ()


@pytest.mark.parametrize("name", REFUSED_FRAMES)
@pytest.mark.parametrize("after", [b"", step_frame()], ids=["first", "after a good one"])
def test_a_frame_that_may_not_leave_is_refused_and_not_recorded(
    gate: PrivacyGate, tmp_path: Path, name: str, after: bytes
) -> None:
    content, said = REFUSED_FRAMES[name]
    if after:
        gate.clear_message(after, clearance())
    with pytest.raises(NotCleared):
        gate.clear_message(content, said)
    assert len(list(read_entries(tmp_path / "ledger.bin"))) == len(gate.kept()) == bool(after)


def test_a_host_that_was_not_allowed_is_refused_before_it_is_looked_up(gate: PrivacyGate) -> None:
    with pytest.raises(NotCleared, match="elsewhere:443"):
        gate.next_connection("elsewhere:443")
    with pytest.raises(NotCleared):
        gate.clear_message(step_frame(), clearance(host="elsewhere:443"))
    same = clearance()
    gate.clear_message(step_frame(), same)
    gate.disallow(HOST)
    with pytest.raises(NotCleared):
        gate.clear_message(step_frame(), same)


def test_what_arrives_is_recorded_whatever_it_is(gate: PrivacyGate, tmp_path: Path) -> None:
    for content in (b"garbage" * 20, b"", DOWN_FRAME):
        gate.received(content, content, clearance())
    assert [entry.kind for entry in read_entries(tmp_path / "ledger.bin")] == [0, 0, Kind.STATE]


def test_a_tap_is_recorded_with_its_answer_or_before_whatever_else_comes(gate: PrivacyGate, tmp_path: Path) -> None:
    down = b"\x82\x40" + TAP_FRAME

    def kinds() -> list[int]:
        return [entry.kind for entry in read_entries(tmp_path / "ledger.bin")]

    gate.received(down, TAP_FRAME, clearance())
    assert kinds() == []
    gate.clear_message(step_frame(), clearance())
    assert kinds() == [Kind.TAP, Kind.STEP]
    for then in (
        lambda: gate.received(down, TAP_FRAME, clearance()),
        lambda: gate.received(DOWN_FRAME, DOWN_FRAME, clearance()),
        lambda: gate.clear(PING, b"12345678", KEEP),
        lambda: gate.next_connection(HOST),
        gate.close,
    ):
        before = len(kinds())
        gate.received(down, TAP_FRAME, clearance())
        then()
        assert kinds()[before] == Kind.TAP, then
    assert verify(tmp_path / "ledger.bin").is_good
    assert gate.kept() == ()


def test_the_entry_of_what_was_cleared_is_told_also_behind_a_tap(gate: PrivacyGate, tmp_path: Path) -> None:
    gate.received(b"\x82\x40" + TAP_FRAME, TAP_FRAME, clearance())
    cleared = gate.clear_message(step_frame(), clearance())
    tap, step = read_entries(tmp_path / "ledger.bin")
    assert (cleared.entry, tap.time_ns <= step.time_ns) == (step.number, True)
    assert [kept.entry for kept in gate.kept()] == [tap.number, step.number]


def test_a_tap_behind_a_request_is_no_tap(gate: PrivacyGate, tmp_path: Path) -> None:
    gate.received(TAP_FRAME, TAP_FRAME, clearance(Purpose.DEVICE_PACK))
    (entry,) = read_entries(tmp_path / "ledger.bin")
    assert entry.kind == 0


def test_the_token_is_neither_kept_nor_in_the_ledger(gate: PrivacyGate, tmp_path: Path) -> None:
    for route, purpose in ROUTES.items():
        data = request_of(route)
        gate.clear(data, data, clearance(purpose))
    assert b"Authorization: Bearer ***\r\n" in gate.kept()[0].content
    assert all(b"s3cret" not in kept.content for kept in gate.kept())
    assert b"s3cret" not in (tmp_path / "ledger.bin").read_bytes()


def test_totals_count_frames_and_wire_bytes_of_a_message(gate: PrivacyGate) -> None:
    ours, other = new_message_id(), new_message_id()
    frame = step_frame()
    for _ in range(3):
        gate.clear_message(frame, clearance(message=ours))
        gate.received(b"\x82\x40" + DOWN_FRAME, DOWN_FRAME, clearance(message=ours))
    gate.clear_message(frame, clearance(message=other))
    assert gate.totals(ours) == Totals(3, 3, 3 * 408, 3 * 66)
    assert gate.totals(other) == Totals(1, 0, 408, 0)
    assert gate.totals(new_message_id()) == Totals()


def test_the_window_is_bounded_by_bytes_and_keeps_the_latest(tmp_path: Path) -> None:
    gate = PrivacyGate(Ledger(tmp_path / "ledger.bin"), window_bytes=1000)
    gate.allow(HOST)
    entries = [gate.clear_message(step_frame(), clearance()).entry for _ in range(10)]
    assert [kept.entry for kept in gate.kept()] == entries[-2:]
    gate.forget()
    assert gate.kept() == ()
    gate.close()


def test_a_device_pack_does_not_push_the_frames_out(gate: PrivacyGate) -> None:
    gate.clear_message(step_frame(), clearance())
    gate.received(bytes(2**20), bytes(2**20), clearance(Purpose.DEVICE_PACK))
    assert [len(kept.content) for kept in gate.kept()] == [400, 16_384]


def test_a_failed_ledger_stops_both_ways_until_a_new_connection(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"in the way")
    gate = PrivacyGate(Ledger(tmp_path / "folder" / "ledger.bin"))
    gate.allow(HOST)
    with pytest.raises(LedgerError):
        gate.next_connection(HOST)
    with pytest.raises(LedgerError):
        gate.clear_message(step_frame(), clearance())
    with pytest.raises(LedgerError):
        gate.received(b"x", b"x", clearance())
    assert gate.kept() == ()
    (tmp_path / "folder").unlink()
    with pytest.raises(LedgerError):
        gate.clear_message(step_frame(), clearance())
    gate.next_connection(HOST)
    gate.clear_message(step_frame(), clearance())
    gate.close()


def test_many_threads_write_one_chain(gate: PrivacyGate, tmp_path: Path) -> None:
    message = new_message_id()

    def work() -> None:
        said = clearance(message=message)
        for _ in range(200):
            gate.clear_message(step_frame(), said)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify(tmp_path / "ledger.bin")
    assert (verdict.is_good, verdict.entries) == (True, 800)
    assert gate.totals(message).frames_up == 800


def test_direction_and_purpose_are_kept_for_the_panel(gate: PrivacyGate) -> None:
    gate.received(b"pong", b"pong", clearance(Purpose.KEEPALIVE))
    (kept,) = gate.kept()
    assert (kept.direction, kept.purpose, kept.content) == (Direction.DOWN, Purpose.KEEPALIVE, b"pong")
