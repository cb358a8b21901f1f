"""TLS: a certificate authority of one's own works, and any other gives a clear error."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.clearance import Purpose
from app.domain.errors import BackendError, ConnectionLost, SettingsError, UntrustedCertificate
from app.domain.ids import new_message_id
from app.net import key_log
from app.net.channel import DataChannel
from app.net.control import ControlClient
from app.privacy.ledger_format import read_entries
from tests.sim.gated import backend_at, make_gate, step_frame
from tests.sim.websocket_peer import websocket_peer


class Authority:
    """A certificate authority for one test. Files lie in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._sign(self._name, self._key.public_key(), is_ca=True)
        self.folder = folder
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server_context(self, address: str = "127.0.0.1") -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "backend")])
        certificate = self._sign(name, key.public_key(), is_ca=False, address=address)
        file = self.folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, is_ca: bool, address: str = ""
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        issuer = self._key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
            .add_extension(x509.KeyUsage(True, False, False, False, False, is_ca, is_ca, False, False), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), "right")


def test_an_authority_of_ones_own_is_trusted(tmp_path: Path, authority: Authority) -> None:
    with websocket_peer(context=authority.server_context()) as port:
        gate = make_gate(tmp_path, port)
        channel = DataChannel(backend_at(port, scheme="https", ca_file=str(authority.file)), gate)
        channel.connect()
        for cols in (176, 60_000):
            frame = step_frame(4, cols)
            assert channel.exchange(frame, Purpose.GENERATE, new_message_id(), 5.0) == frame
        assert channel.ping() > 0
        channel.keep_alive()
        channel.close()
        gate.close()
    entries = list(read_entries(tmp_path / "ledger.bin"))
    assert entries
    assert all(entry.is_tls for entry in entries)


def test_another_authority_gives_a_clear_error_on_both_channels(tmp_path: Path, authority: Authority) -> None:
    wrong = Authority(tmp_path, "wrong")
    with websocket_peer(context=authority.server_context()) as port:
        gate = make_gate(tmp_path, port)
        for ca_file in (str(wrong.file), None):
            backend = backend_at(port, scheme="https", ca_file=ca_file)
            with pytest.raises(BackendError, match="not trusted") as caught:
                DataChannel(backend, gate).connect()
            assert caught.value.advice
            assert not isinstance(caught.value, ConnectionLost)  # trying again does not help
            client = ControlClient(backend, gate)
            with pytest.raises(BackendError, match="not trusted"):
                client.list_models()
            client.close()
        gate.close()
    assert list(read_entries(tmp_path / "ledger.bin")) == []  # nothing was sent to it


def test_a_certificate_for_another_address_is_refused(tmp_path: Path, authority: Authority) -> None:
    with websocket_peer(context=authority.server_context("127.0.0.2")) as port:
        gate = make_gate(tmp_path, port)
        with pytest.raises(BackendError, match="not trusted"):
            DataChannel(backend_at(port, scheme="https", ca_file=str(authority.file)), gate).connect()
        gate.close()


def test_tls_to_a_port_that_speaks_none_is_a_lost_connection(tmp_path: Path) -> None:
    with websocket_peer() as port:
        gate = make_gate(tmp_path, port)
        with pytest.raises(ConnectionLost, match="secure"):
            DataChannel(backend_at(port, scheme="https"), gate).connect()
        gate.close()


def test_old_tls_is_refused(tmp_path: Path, authority: Authority) -> None:
    context = authority.server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with websocket_peer(context=context) as port:
        gate = make_gate(tmp_path, port)
        with pytest.raises(ConnectionLost, match="secure"):
            DataChannel(backend_at(port, scheme="https", ca_file=str(authority.file)), gate).connect()
        gate.close()


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_a_bad_file_of_authorities_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    gate = make_gate(tmp_path, 1)
    with pytest.raises(SettingsError):
        ControlClient(backend_at(1, scheme="https", ca_file=str(file)), gate)
    with pytest.raises(SettingsError):
        DataChannel(backend_at(1, scheme="https", ca_file=str(file)), gate)
    gate.close()


@contextmanager
def listening_tls(context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS peer that answers nothing; yields its port and everything that was ever written to it, decrypted."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def listen() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as link:
                    heard.append(link.recv(4096))
            except OSError:
                pass

    thread = threading.Thread(target=listen, name="listening-tls")
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def fingerprint_of_file(folder: Path) -> str:
    """Of the certificate that the peer in this test shows."""
    certificate = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex()


def test_a_certificate_that_nobody_vouches_for_says_its_fingerprint(tmp_path: Path, authority: Authority) -> None:
    with websocket_peer(context=authority.server_context()) as port:
        gate = make_gate(tmp_path, port)
        expected = fingerprint_of_file(authority.folder)
        backend = backend_at(port, scheme="https")
        with pytest.raises(UntrustedCertificate) as on_data:
            DataChannel(backend, gate).connect()
        client = ControlClient(backend, gate)
        with pytest.raises(UntrustedCertificate) as on_control:
            client.list_models()
        client.close()
        gate.close()
    assert (on_data.value.fingerprint, on_control.value.fingerprint) == (expected, expected)
    assert not on_data.value.is_changed


def test_a_pinned_certificate_is_accepted_without_an_authority(tmp_path: Path, authority: Authority) -> None:
    context = authority.server_context("127.0.0.2")  # not even its name fits: it is the certificate that is trusted
    pinned = replace(backend_at(0), fingerprint=fingerprint_of_file(authority.folder))
    with websocket_peer(context=context) as port:
        gate = make_gate(tmp_path, port)
        channel = DataChannel(replace(pinned, url=f"https://127.0.0.1:{port}"), gate)
        channel.connect()
        frame = step_frame()
        assert channel.exchange(frame, Purpose.GENERATE, new_message_id(), 5.0) == frame
        channel.close()
        gate.close()
    assert all(entry.is_tls for entry in read_entries(tmp_path / "ledger.bin"))


@pytest.mark.parametrize("is_vouched_for", [False, True])
def test_another_certificate_than_the_pinned_one_is_refused(
    tmp_path: Path, authority: Authority, *, is_vouched_for: bool
) -> None:
    authority.server_context()
    pinned = fingerprint_of_file(authority.folder)
    ca_file = str(authority.file) if is_vouched_for else None  # an authority's word does not replace the pin
    with listening_tls(authority.server_context()) as (port, heard):
        backend = replace(backend_at(port, scheme="https", ca_file=ca_file), fingerprint=pinned)
        gate = make_gate(tmp_path, port)
        with pytest.raises(UntrustedCertificate, match="another certificate") as on_data:
            DataChannel(backend, gate).connect()
        client = ControlClient(backend, gate)
        with pytest.raises(UntrustedCertificate, match="another certificate"):
            client.list_models()
        client.close()
        gate.close()
        assert on_data.value.is_changed
        assert on_data.value.fingerprint == fingerprint_of_file(authority.folder) != pinned
    assert list(read_entries(tmp_path / "ledger.bin")) == []
    assert heard  # the peer did wait for our words,
    assert b"".join(heard) == b""  # and none came: neither request nor token


def test_nothing_is_written_to_a_peer_that_is_not_trusted(tmp_path: Path, authority: Authority) -> None:
    with listening_tls(authority.server_context()) as (port, heard):
        gate = make_gate(tmp_path, port)
        with pytest.raises(UntrustedCertificate):
            DataChannel(backend_at(port, scheme="https"), gate).connect()
        gate.close()
    assert b"".join(heard) == b""


def talk_over_tls(folder: Path, authority: Authority, is_pinned: bool) -> None:
    with websocket_peer(context=authority.server_context()) as port:
        backend = backend_at(port, scheme="https", ca_file=str(authority.file))
        if is_pinned:
            backend = replace(backend, ca_file=None, fingerprint=fingerprint_of_file(authority.folder))
        gate = make_gate(folder, port)
        channel = DataChannel(backend, gate)
        channel.connect()
        channel.exchange(step_frame(), Purpose.GENERATE, new_message_id(), 5.0)
        channel.close()
        gate.close()


@pytest.mark.parametrize("is_pinned", [False, True])
def test_keys_are_written_only_where_a_person_asked_and_only_for_a_time(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, is_pinned: bool
) -> None:
    asked, unasked = tmp_path / "asked.log", tmp_path / "unasked.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(unasked))  # which Python would obey in silence
    talk_over_tls(tmp_path, authority, is_pinned)
    assert not unasked.exists()
    try:
        key_log.begin(asked)
        assert key_log.active() is not None
        talk_over_tls(tmp_path, authority, is_pinned)
        written = asked.read_text()
        assert "CLIENT_TRAFFIC_SECRET_0" in written
        assert asked.stat().st_mode & 0o077 == 0
        key_log.begin(asked, seconds=0)
        assert key_log.active() is None
        talk_over_tls(tmp_path, authority, is_pinned)
        assert asked.read_text() == written
    finally:
        key_log.end()
    assert not unasked.exists()


def test_a_key_log_that_cannot_be_written_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        key_log.begin(tmp_path / "missing" / "keys.log")
    assert caught.value.advice
    assert key_log.active() is None
