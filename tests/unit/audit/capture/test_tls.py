"""TLS as Python's own ssl makes it is opened with its key log, every suite; key updates by hand; faults in words."""

import io
import ssl
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from app.audit.capture.capture import capture_of
from app.audit.capture.keylog import KeyLog
from app.audit.capture.tls import Inside, open_tls
from tests.sim.capture_files import Dialogue, pcap

SAID, ANSWERED = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + bytes(70_000),
    b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 50_000,
)
SUITES_12 = [
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "AES128-GCM-SHA256",
]


@dataclass
class Talk:
    """What each side put on the wire, piece by piece."""

    pieces: list[tuple[int, bytes]]
    keys: bytes

    def open(self, keys: bytes | None = None, pieces: list[tuple[int, bytes]] | None = None) -> Inside:
        dialogue = Dialogue().open()
        for way, data in self.pieces if pieces is None else pieces:
            dialogue = dialogue.down(data) if way else dialogue.up(data)
        log = KeyLog()
        log.add(self.keys if keys is None else keys)
        (connection,) = capture_of(io.BytesIO(pcap(dialogue.close().packets)), log).connections
        return open_tls(connection, log)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def talk(identity: Path, folder: Path, version: ssl.TLSVersion, suite: str = "") -> Talk:
    """A client and a server in memory: handshake, SAID, ANSWERED, SAID again, goodbye."""
    keys = folder / "keys.log"
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.keylog_filename = str(keys)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
    for context in (client, server):
        context.minimum_version = context.maximum_version = version
    if suite:
        client.set_ciphers(suite)
        server.set_ciphers(suite)
    wires = [ssl.MemoryBIO(), ssl.MemoryBIO()]  # what each end wrote
    pieces: list[tuple[int, bytes]] = []
    inboxes = [ssl.MemoryBIO(), ssl.MemoryBIO()]
    ends = [
        client.wrap_bio(inboxes[0], wires[0], server_hostname="localhost"),
        server.wrap_bio(inboxes[1], wires[1], server_side=True),
    ]

    def carry() -> None:
        for way in (0, 1):
            if data := wires[way].read():
                pieces.append((way, data))
                inboxes[1 - way].write(data)

    done = [False, False]
    while not all(done):
        for side in (0, 1):
            try:
                ends[side].do_handshake()
                done[side] = True
            except ssl.SSLWantReadError:
                pass
            carry()
    for side, content in ((0, SAID), (1, ANSWERED), (0, SAID)):
        ends[side].write(content)
        carry()
        got = b""
        while len(got) < len(content):
            got += ends[1 - side].read(2**20)
    for end in ends:
        try:
            end.unwrap()
        except (ssl.SSLWantReadError, ssl.SSLSyscallError):
            pass
        carry()
    return Talk(pieces, keys.read_bytes())


def check(inside: Inside) -> None:
    assert inside.fault == ""
    assert inside.server_name == "localhost"
    assert inside.up.rest(0) == SAID + SAID
    assert inside.down.rest(0) == ANSWERED
    assert 0 < inside.around_down < 6000


@pytest.mark.parametrize("suite", SUITES_12)
def test_tls_1_2(identity: Path, tmp_path: Path, suite: str) -> None:
    check(talk(identity, tmp_path, ssl.TLSVersion.TLSv1_2, suite).open())


def test_tls_1_3(identity: Path, tmp_path: Path) -> None:
    check(talk(identity, tmp_path, ssl.TLSVersion.TLSv1_3).open())


def test_no_keys_or_those_of_another_connection(identity: Path, tmp_path: Path) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        conversation = talk(identity, tmp_path, version)
        inside = conversation.open(b"# nothing\n")
        assert "key log has no keys" in inside.fault
        assert inside.server_name == "localhost" and not inside.up.end and not inside.is_altered
        wrong = b"\n".join(
            line[:-2] + (b"00" if line[-2:] != b"00" else b"11") for line in conversation.keys.split(b"\n")
        )
        assert conversation.open(wrong).is_altered


def test_an_altered_record_ends_it_there(identity: Path, tmp_path: Path) -> None:
    conversation = talk(identity, tmp_path, ssl.TLSVersion.TLSv1_3)
    pieces = list(conversation.pieces)
    last = max(n for n, (way, data) in enumerate(pieces) if way == 0 and len(data) > 50_000)
    data = bytearray(pieces[last][1])
    data[40_000] ^= 1
    pieces[last] = (0, bytes(data))
    inside = conversation.open(pieces=pieces)
    assert inside.is_altered and "does not open" in inside.fault
    assert inside.up.rest(0) == (SAID + SAID)[: len(SAID) + 2 * 2**14]
    assert inside.down.rest(0) == ANSWERED


def test_a_connection_that_ends_inside_a_record(identity: Path, tmp_path: Path) -> None:
    conversation = talk(identity, tmp_path, ssl.TLSVersion.TLSv1_3)
    way, data = conversation.pieces[-1]
    inside = conversation.open(pieces=[*conversation.pieces[:-1], (way, data[:-1])])
    assert inside.fault == "The connection ends inside a TLS record" and not inside.is_altered


# ---- TLS 1.3 by hand: suites that ssl does not choose, hello retries, key updates. HKDF is cryptography's own.


def expand(hash_name: str, secret: bytes, label: bytes, size: int) -> bytes:
    info = struct.pack(">HB", size, 6 + len(label)) + b"tls13 " + label + b"\0"
    return HKDFExpand(hashes.SHA384() if hash_name == "sha384" else hashes.SHA256(), size, info).derive(secret)


@dataclass
class Sealer:
    hash_name: str
    secret: bytes
    key_bytes: int
    is_chacha: bool
    number: int = 0

    def seal(self, kind: int, content: bytes, padding: int = 0) -> bytes:
        key = expand(self.hash_name, self.secret, b"key", self.key_bytes)
        iv = int.from_bytes(expand(self.hash_name, self.secret, b"iv", 12))
        aead = ChaCha20Poly1305(key) if self.is_chacha else AESGCM(key)
        inner = content + bytes((kind,)) + bytes(padding)
        header = struct.pack(">BHH", 23, 0x0303, len(inner) + 16)
        sealed = aead.encrypt((iv ^ self.number).to_bytes(12), inner, header)
        self.number += 1
        return header + sealed

    def update(self) -> None:
        self.secret = expand(self.hash_name, self.secret, b"traffic upd", len(self.secret))
        self.number = 0


def record(kind: int, content: bytes) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(content)) + content


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3) + body


@pytest.mark.parametrize("suite", [0x1301, 0x1302, 0x1303])
@pytest.mark.parametrize("retries", [False, True])
def test_every_suite_of_tls_1_3_with_key_updates_and_padding(suite: int, retries: bool) -> None:
    hash_name, size = ("sha384", 48) if suite == 0x1302 else ("sha256", 32)
    random = bytes(range(32))
    version = struct.pack(">HHH", 43, 2, 0x0304)
    hello = b"\x03\x03" + random + b"\0" + struct.pack(">HH", 2, suite) + b"\1\0" + b"\0\0"
    answer = b"\x03\x03" + bytes(32) + b"\0" + struct.pack(">HB", suite, 0) + struct.pack(">H", len(version)) + version
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    up, down = record(22, message(1, hello)), b""
    if retries:
        down += record(22, message(2, answer[:2] + retry + answer[34:])) + record(20, b"\1")
        up += record(20, b"\1") + record(22, message(1, hello))
    down += record(22, message(2, answer))
    secrets = [bytes((n,)) * size for n in range(1, 5)]
    sides = [Sealer(hash_name, secret, 16 if suite == 0x1301 else 32, suite == 0x1303) for secret in secrets]
    up += record(20, b"\1")
    finished = message(20, bytes(size))
    up += sides[0].seal(22, finished[:9]) + sides[0].seal(22, finished[9:])  # over two records
    down += sides[1].seal(22, message(8, b"\0\0") + finished)
    up += sides[2].seal(23, b"one", padding=100) + sides[2].seal(22, message(24, b"\1"))
    sides[2].update()
    up += sides[2].seal(23, b" two") + sides[2].seal(22, message(24, b"\0"))
    sides[2].update()
    up += sides[2].seal(23, b" three") + sides[2].seal(21, b"\1\0")
    down += sides[3].seal(22, message(4, bytes(40))) + sides[3].seal(23, b"tickets before") + sides[3].seal(23, b"")
    labels = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"]
    labels += ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"]
    keys = "\n".join(f"{label} {random.hex()} {secret.hex()}" for label, secret in zip(labels, secrets, strict=True))
    inside = Talk([(0, up), (1, down)], keys.encode()).open()
    assert inside.fault == ""
    assert (inside.up.rest(0), inside.down.rest(0)) == (b"one two three", b"tickets before")


def test_what_is_no_hello_or_an_unknown_suite() -> None:
    hello = b"\x03\x03" + bytes(32) + b"\0" + struct.pack(">HH", 2, 0xC013) + b"\1\0"
    answer = b"\x03\x03" + bytes(32) + b"\0" + struct.pack(">HB", 0xC013, 0)
    keys = b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48
    inside = Talk([(0, record(22, message(1, hello))), (1, record(22, message(2, answer)))], keys).open()
    assert inside.fault == "The cipher suite 0xc013 is not read"
    inside = Talk([(0, record(22, message(1, b"\3\3")) + b"rest"), (1, b"x")], b"").open()
    assert inside.fault
