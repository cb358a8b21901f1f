"""The control channel against a real HTTP server: models, packs with cuts and damage, refusals in words."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.clearance import NotCleared, Purpose
from app.domain.errors import AppError, BackendError, BackendRefused, Cancelled, ConnectionLost, ModelError
from app.net.control import ControlClient
from app.privacy.gate import PrivacyGate
from tests.sim.control_peer import ControlState, control_peer
from tests.sim.faulty_proxy import Faults, FaultyProxy
from tests.sim.gated import backend_at, make_gate
from tests.sim.websocket_peer import TOKEN, raw_peer, read_request

PACK = bytes(range(256)) * 8192  # 2 MiB


@dataclass
class Place:
    state: ControlState
    port: int
    gate: PrivacyGate
    client: ControlClient
    folder: Path

    @property
    def pack(self) -> Path:
        return self.folder / "packs" / "device-pack.zip"

    def parts(self) -> list[Path]:
        return list(self.folder.rglob("*.part"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    state = ControlState(PACK)
    with control_peer(state) as port:
        gate = make_gate(tmp_path, port)
        client = ControlClient(backend_at(port), gate)
        yield Place(state, port, gate, client, tmp_path)
        client.close()
        gate.close()


def test_models_are_listed(place: Place) -> None:
    (model,) = place.client.list_models()
    assert (model.model_id, model.hidden_size, model.layers) == ("sim model/1", 576, 30)
    assert (model.max_positions, model.max_rows) == (2048, 512)  # the smaller of the model's and the server's
    assert model.recipes[0].rank == 128
    assert model.pack_sha256 == hashlib.sha256(PACK).hexdigest()


def test_a_model_says_whether_it_can_be_trained_and_its_matrices_fetched(place: Place) -> None:
    listing = json.loads(place.state.models())
    (model,) = place.client.list_models()
    assert (model.tuning_rows, model.recipes[0].bytes, model.pack_format) == (0, 0, 2)
    with pytest.raises(ModelError, match="A and B"):
        place.client.download_recipe(model, model.recipes[0], place.pack)
    listing["models"][0]["tuning"] = {"max_rows": 256}
    listing["models"][0]["recipes"][0] |= {"bytes": len(PACK), "sha256": hashlib.sha256(PACK).hexdigest()}
    place.state.models_body = json.dumps(listing).encode()
    (model,) = place.client.list_models()
    assert model.tuning_rows == 256
    place.client.download_recipe(model, model.recipes[0], place.pack)
    assert place.pack.read_bytes() == PACK
    assert place.state.requests[-1][0] == "/v1/models/sim%20model%2F1/recipe/svd-1"
    listing["models"][0]["recipes"][0]["sha256"] = "cd" * 32
    place.state.models_body = json.dumps(listing).encode()
    (model,) = place.client.list_models()
    with pytest.raises(ModelError, match="damaged"):
        place.client.download_recipe(model, model.recipes[0], place.pack)


def test_requests_say_no_more_than_needed(place: Place) -> None:
    place.client.list_models()
    request = place.gate.kept()[0].content
    names = {line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"accept", b"accept-encoding", b"connection", b"user-agent", b"authorization"}
    assert b"Bearer ***" in request


def test_proxies_and_netrc_of_the_environment_are_not_used(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = ControlClient(backend_at(place.port), place.gate)
    assert client.list_models()
    client.close()


def test_a_wrong_token_is_refused_in_words_without_the_token(place: Place) -> None:
    client = ControlClient(backend_at(place.port, token="wr0ng"), place.gate)
    with pytest.raises(BackendRefused, match="token") as caught:
        client.list_models()
    assert caught.value.advice
    assert "wr0ng" not in f"{caught.value} {caught.value.__cause__!r}"
    client.close()


@pytest.mark.parametrize(("status", "can_retry"), [(404, False), (403, False), (503, True), (500, True), (429, True)])
def test_statuses_are_named(place: Place, status: int, can_retry: bool) -> None:
    place.state.status = status
    with pytest.raises(BackendRefused) as caught:
        place.client.list_models()
    assert caught.value.can_retry is can_retry


def test_a_redirect_is_not_followed(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        place.state.status = 307
        place.state.location = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v1/models"
        with pytest.raises(BackendRefused, match="not followed"):
            place.client.list_models()
        elsewhere.settimeout(0.1)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"{}", b'{"models": 3}', b'{"models": [{}]}', b'{"models": ["x"]}', b"[" * 100_000,
     b'{"models": [{"limits": null}]}', b"\xff\xfe", b" " * (5 * 2**20)],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_an_error_with_advice(place: Place, body: bytes) -> None:
    place.state.models_body = body
    with pytest.raises(BackendError) as caught:
        place.client.list_models()
    assert caught.value.advice


@pytest.mark.parametrize(
    ("field", "value"),
    [("hidden_size", -1), ("layers", True), ("pack_sha256", "../../etc"), ("id", "a\nb"), ("vocab_size", "9")],
)
def test_impossible_facts_of_a_model_are_refused(place: Place, field: str, value: object) -> None:
    listing = json.loads(place.state.models())
    listing["models"][0][field] = value
    place.state.models_body = json.dumps(listing).encode()
    with pytest.raises(BackendError):
        place.client.list_models()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", ConnectionLost),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", ConnectionLost),
        (b"SSH-2.0-OpenSSH_9.2\r\n", BackendError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", BackendError),
    ],
)
def test_broken_http_is_named(tmp_path: Path, answer: bytes, kind: type[AppError]) -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    with raw_peer(script, upgrade=False) as port:
        gate = make_gate(tmp_path, port)
        client = ControlClient(backend_at(port), gate)
        with pytest.raises(kind):
            client._get_once("/v1/models", Purpose.LIST_MODELS)
        client.close()
        gate.close()


def test_a_host_that_was_not_allowed_is_not_even_connected_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gate = make_gate(tmp_path)
        client = ControlClient(backend_at(listener.getsockname()[1]), gate)
        with pytest.raises(NotCleared):
            client.list_models()
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()
        client.close()
        gate.close()


def test_a_kept_connection_that_went_away_is_opened_again(place: Place) -> None:
    with FaultyProxy(place.port, Faults()) as proxy:
        place.gate.allow(f"127.0.0.1:{proxy.port}")
        client = ControlClient(backend_at(proxy.port), place.gate)
        client.list_models()
        proxy.cut()
        assert client.list_models()
        client.close()


def test_a_pack_is_fetched_and_then_kept(place: Place) -> None:
    (model,) = place.client.list_models()
    seen: list[tuple[int, int]] = []
    place.client.download_pack(model, place.pack, lambda done, total: seen.append((done, total)))
    assert place.pack.read_bytes() == PACK
    assert seen[-1] == (len(PACK), len(PACK))
    assert seen == sorted(seen)
    assert place.parts() == []
    asked = len(place.state.requests)
    place.client.download_pack(model, place.pack)
    assert len(place.state.requests) == asked
    assert place.state.requests[-1][0] == "/v1/models/sim%20model%2F1/device-pack"


@pytest.mark.parametrize("cuts", [1, 3])
def test_a_cut_download_goes_on_where_it_stopped(place: Place, cuts: int) -> None:
    (model,) = place.client.list_models()
    with FaultyProxy(place.port, Faults(cut_after_down=500_000, cuts=cuts)) as proxy:
        place.gate.allow(f"127.0.0.1:{proxy.port}")
        client = ControlClient(backend_at(proxy.port), place.gate)
        client.download_pack(model, place.pack)
        client.close()
    assert place.pack.read_bytes() == PACK
    ranges = [asked for path, asked in place.state.requests if path.endswith("device-pack")]
    assert len(ranges) == cuts + 1
    assert ranges[0] == ""
    starts = [int(asked[6:-1]) for asked in ranges[1:]]
    assert all(start >= 400_000 * (n + 1) for n, start in enumerate(starts))


def test_a_part_of_an_earlier_run_is_used(place: Place) -> None:
    (model,) = place.client.list_models()
    with pytest.raises(Cancelled):
        place.client.download_pack(model, place.pack, leaving_after(3))
    (part,) = place.parts()
    assert 0 < part.stat().st_size < len(PACK)
    place.client.download_pack(model, place.pack)
    assert place.pack.read_bytes() == PACK
    assert place.state.requests[-1][1].startswith("bytes=")


def leaving_after(chunks: int) -> Callable[[int, int], None]:
    """Progress told to a person who leaves at the n-th word."""
    left = chunks

    def progress(done: int, total: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cancelled

    return progress


def test_a_pack_that_changed_is_fetched_from_the_beginning(place: Place) -> None:
    (model,) = place.client.list_models()
    with pytest.raises(Cancelled):
        place.client.download_pack(model, place.pack, leaving_after(3))
    place.state.pack = PACK[::-1]
    with pytest.raises(ModelError, match="SHA-256"):
        place.client.download_pack(model, place.pack)
    assert not place.pack.exists()
    assert place.parts() == []
    (model,) = place.client.list_models()
    place.client.download_pack(model, place.pack)
    assert place.pack.read_bytes() == PACK[::-1]


def test_a_damaged_pack_is_deleted_with_a_clear_error(place: Place) -> None:
    place.state.announced_sha256 = "00" * 32
    (model,) = place.client.list_models()
    with pytest.raises(ModelError, match="damaged") as caught:
        place.client.download_pack(model, place.pack)
    assert caught.value.advice
    assert not place.pack.exists()
    assert place.parts() == []


def test_a_pack_larger_than_announced_is_refused(place: Place) -> None:
    place.state.announced_bytes = 100_000
    (model,) = place.client.list_models()
    with pytest.raises(ModelError, match="larger"):
        place.client.download_pack(model, place.pack)
    assert not place.pack.exists()


def test_a_backend_that_stays_away_is_given_up_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.net.control.delays_s", lambda: iter([0.01] * 100))
    (model,) = place.client.list_models()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    place.gate.allow(f"127.0.0.1:{port}")
    client = ControlClient(backend_at(port), place.gate)
    with pytest.raises(ConnectionLost):
        client.download_pack(model, place.pack)
    client.close()


def test_abort_wakes_a_stalled_download(tmp_path: Path, place: Place) -> None:
    (model,) = place.client.list_models()

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n" + bytes(1000))
        connection.recv(1)

    with raw_peer(script, upgrade=False) as port:
        place.gate.allow(f"127.0.0.1:{port}")
        client = ControlClient(backend_at(port), place.gate)
        timer = threading.Timer(0.3, client.abort)
        timer.start()
        started_s = time.monotonic()
        with pytest.raises(ConnectionLost):
            client.download_pack(model, place.pack)
        assert time.monotonic() - started_s < 20
        timer.join()
        client.close()


def test_the_token_is_in_no_entry(place: Place) -> None:
    place.client.list_models()
    assert TOKEN.encode() not in (place.folder / "ledger.bin").read_bytes()
    assert all(TOKEN.encode() not in kept.content for kept in place.gate.kept())
