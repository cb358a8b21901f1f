"""Strangers: nobody gets past the door without a token, and no token gets into a log."""

import datetime
import ipaddress
import json
import logging
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.exceptions import InvalidStatus

from cloud_backend.server.config import ServerConfig
from cloud_backend.server.eventlog import JsonLines
from cloud_backend.server.listener import load_tls
from tests.adversarial.conftest import Bystander
from tests.sim.live_server import TOKEN, TWO_TAPS, Device, LiveServer, expected_states, open_message, wait_until

CLOSED_PATHS = ["/v1/models", "/v1/models/sim/device-pack", "/metrics", "/v1/openapi.json", "/nowhere", "/docs"]


@pytest.mark.parametrize("path", CLOSED_PATHS)
@pytest.mark.parametrize("token", [None, "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_every_path_asks_for_the_token(server: LiveServer, path: str, token: str | None) -> None:
    headers = {b"Authorization": b"Bearer " + token.encode("latin-1")} if token is not None else {}
    response = httpx.get(server.url + path, headers=headers, trust_env=False)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.headers["Connection"] == "close"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"X-Api-Key": TOKEN},
        [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")],
    ],
)
def test_other_ways_to_show_a_token_do_not_count(server: LiveServer, headers: dict[str, str]) -> None:
    assert httpx.get(f"{server.url}/v1/models?token={TOKEN}", headers=headers, trust_env=False).status_code == 401


def test_health_is_open_to_all(server: LiveServer) -> None:
    assert server.get("/livez", token=None).json() == {"live": True}
    assert server.get("/readyz", token=None).json() == {"ready": True}


def test_upgrade_without_the_token_is_answered_before_the_upgrade(server: LiveServer, bystander: Bystander) -> None:
    refused_before = server.metric("nearhalf_refused_total", code="UNAUTHORIZED")
    for token in ("wrong", TOKEN[:-1]):
        with pytest.raises(InvalidStatus) as refusal:
            Device(server, token=token)
        assert refusal.value.response.status_code == 401
        assert "Bearer" in refusal.value.response.headers["WWW-Authenticate"]
    assert server.metric("nearhalf_refused_total", code="UNAUTHORIZED") == refused_before + 2
    bystander.goes_on()


def test_no_token_reaches_a_log(server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("uvicorn", "uvicorn.error", "websockets", "nearhalf.cloud"):
        caplog.set_level(logging.DEBUG, logger=name)
    wrong = "a-wrong-token-that-is-secret-too"
    server.get(f"/v1/models?token={TOKEN}")
    server.get("/v1/models", token=wrong)
    with pytest.raises(InvalidStatus):
        Device(server, token=wrong)
    with Device(server) as device:
        device.open(open_message(TWO_TAPS))
        device.step(2)
        device.socket.send("text")
        device.refused_with()
    lines = [JsonLines().format(record) for record in caplog.records]
    events = [json.loads(line).get("event") for line in lines]
    assert "session_opened" in events
    assert "session_ended" in events
    for line in lines:
        assert TOKEN not in line
        assert wrong not in line
        assert str(device.wire.session) not in line
        assert f"{device.wire.session:x}" not in line


def _raw(server: LiveServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_request_head_that_never_ends_is_dropped(make_server: Callable[..., LiveServer]) -> None:
    server = make_server(header_timeout_s=0.5)
    with _raw(server) as silent, _raw(server) as dripping:
        dripping.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
        for waiting in (silent, dripping):
            try:
                assert waiting.recv(100) == b""
            except ConnectionResetError:
                pass
    assert server.get("/readyz").status_code == 200


@pytest.mark.allow_warning_logs
def test_request_head_that_grows_is_refused(make_server: Callable[..., LiveServer]) -> None:
    server = make_server()
    with _raw(server) as greedy:
        greedy.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 70_000)
        try:
            assert b" 400 " in greedy.recv(1000)
        except ConnectionResetError:
            pass
    assert server.get("/readyz").status_code == 200


def test_sockets_are_counted_strangers_too(make_server: Callable[..., LiveServer]) -> None:
    server = make_server(max_connections=4)
    held = [_raw(server) for _ in range(4)]
    wait_until(lambda: len(server.server.server_state.connections) == 4)
    with _raw(server) as one_too_many:
        try:
            assert one_too_many.recv(100) == b""
        except ConnectionResetError:
            pass
    for one in held:
        one.close()
    wait_until(lambda: not server.server.server_state.connections)
    assert server.get("/readyz").status_code == 200


# ---------------------------------------------------------------- TLS, and its absence


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nearhalf test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def test_tls_serves_both_channels_and_nothing_in_the_clear(certificate: tuple[Path, Path]) -> None:
    trust = ssl.create_default_context(cafile=certificate[0])
    with LiveServer(ServerConfig(), tls=load_tls(*certificate)) as server:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.get(f"{server.url}/v1/models", headers=bearer, verify=trust, trust_env=False).status_code == 200
        with Device(server, tls=trust) as device:
            asked = open_message(TWO_TAPS)
            device.open(asked)
            assert [device.step(2), device.step()] == expected_states(asked, [2, 1])
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url.replace("https", "http") + "/livez", trust_env=False)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/livez", trust_env=False)  # a stranger's certificate is not believed


def _serve(*arguments: str, token_file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cloud_backend", "serve", "--model", "nowhere", "--token-file", str(token_file)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_listening_beyond_loopback_without_tls_is_refused(host: str, tmp_path: Path) -> None:
    finished = _serve("--host", host, token_file=tmp_path / "tokens")
    assert finished.returncode == 2
    assert "--dangerously-allow-plaintext" in finished.stderr
    assert "--tls-cert" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_flag_named_for_the_danger_allows_plaintext(tmp_path: Path) -> None:
    finished = _serve("--host", "0.0.0.0", "--dangerously-allow-plaintext", token_file=tmp_path / "tokens")
    assert "The token file" in finished.stderr  # the next thing that is wrong
    assert finished.returncode == 2
