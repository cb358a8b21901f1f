"""A captured TLS connection as the bytes inside it, with a key log. Handshakes are only read as far as keys need it.

Never raises for what a capture holds: `fault` says in words where and why decryption stopped.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.audit.capture.keylog import KeyLog
from app.audit.capture.streams import Connection, Stream
from app.audit.capture.tls_keys import SUITES_12, SUITES_13, CannotOpen, Opener12, Opener13, Suite, openers_12

_CHANGE_CIPHER, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23
_CLIENT_HELLO, _SERVER_HELLO, _FINISHED, _KEY_UPDATE = 1, 2, 20, 24
_RECORD_HEADER_BYTES = 5
_MOST_RECORD_BYTES = 2**14 + 2048
_MOST_HANDSHAKE_BYTES = 2**18
_SERVER_NAME, _SUPPORTED_VERSIONS = 0, 43
_TLS12, _TLS13 = 0x0303, 0x0304
# RFC 8446, 4.1.3: a ServerHello with this random asks for another ClientHello
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclass(slots=True)
class Inside:
    """What was inside TLS. around_up, around_down: bytes of handshakes, alerts, record headers: in no ledger entry."""

    up: Stream = field(default_factory=Stream)
    down: Stream = field(default_factory=Stream)
    server_name: str = ""
    fault: str = ""
    fault_ns: int = 0
    is_altered: bool = False
    around_up: int = 0
    around_down: int = 0


@dataclass(frozen=True, slots=True)
class _Record:
    place: int
    header: bytes
    body: bytes
    time_ns: int

    @property
    def kind(self) -> int:
        return self.header[0]


@dataclass(frozen=True, slots=True)
class _Hello:
    random: bytes
    suite: int
    version: int
    server_name: str


class _Stop(Exception):
    """Decryption of one direction ends here."""

    def __init__(self, words: str, time_ns: int, is_altered: bool = False) -> None:
        super().__init__(words)
        self.words, self.time_ns, self.is_altered = words, time_ns, is_altered


def looks_like_tls(stream: Stream) -> bool:
    """True where a stream begins with a handshake record."""
    start = stream.take(stream.start, 3) or b""
    return start[:2] == b"\x16\x03" and start[2:] <= b"\x04"


def open_tls(connection: Connection, keys: KeyLog) -> Inside:
    """Decrypt both directions as far as it goes."""
    inside = Inside()
    try:
        client = _first_hello(connection.up, _CLIENT_HELLO)
        inside.server_name = client.server_name
        server = _first_hello(connection.down, _SERVER_HELLO)
        openers = _openers(client, server, keys, connection.opened_ns)
    except _Stop as stop:
        inside.around_up, inside.around_down = connection.up.end, connection.down.end
        return _with_fault(inside, stop)
    for raw, plain, first, later in (
        (connection.up, inside.up, *openers[0]),
        (connection.down, inside.down, *openers[1]),
    ):
        try:
            _open_direction(raw, plain, first, later)
        except _Stop as stop:
            _with_fault(inside, stop)
    inside.around_up = max(connection.up.end - inside.up.end, 0)
    inside.around_down = max(connection.down.end - inside.down.end, 0)
    return inside


def _with_fault(inside: Inside, stop: _Stop) -> Inside:
    if not inside.fault:
        inside.fault, inside.fault_ns = stop.words, stop.time_ns
    inside.is_altered = inside.is_altered or stop.is_altered
    return inside


_Opener = Opener13 | Opener12 | None


def _openers(
    client: _Hello, server: _Hello, keys: KeyLog, time_ns: int
) -> tuple[tuple[_Opener, _Opener], tuple[_Opener, _Opener]]:
    """For each direction: of the handshake (None in TLS 1.2), and of what follows."""
    missing = _Stop("The key log has no keys of this connection, so it cannot be looked into", time_ns)
    if server.version == _TLS13:
        suite = _suite(SUITES_13, server.suite, time_ns)
        found: list[tuple[_Opener, _Opener]] = []
        for side in ("CLIENT", "SERVER"):
            handshake = keys.secret(f"{side}_HANDSHAKE_TRAFFIC_SECRET", client.random)
            traffic = keys.secret(f"{side}_TRAFFIC_SECRET_0", client.random)
            if handshake is None or traffic is None:
                raise missing
            found.append((Opener13(suite, handshake), Opener13(suite, traffic)))
        return found[0], found[1]
    if server.version != _TLS12:
        raise _Stop(f"TLS version {server.version:#06x} is not read", time_ns)
    master = keys.secret("CLIENT_RANDOM", client.random)
    suite = _suite(SUITES_12, server.suite, time_ns)
    if master is None:
        raise missing
    up, down = openers_12(suite, master, client.random, server.random)
    return (None, up), (None, down)


def _suite(known: dict[int, Suite], number: int, time_ns: int) -> Suite:
    if number not in known:
        raise _Stop(f"The cipher suite {number:#06x} is not read", time_ns)
    return known[number]


def _open_direction(raw: Stream, plain: Stream, first: _Opener, later: _Opener) -> None:
    """Records of one direction to their content. Raises _Stop where that ends before the stream does."""
    opener = first
    messages = bytearray()
    for record in _records(raw):
        if isinstance(later, Opener12):
            if record.kind == _CHANGE_CIPHER:
                opener = later
                continue
            if opener is None:
                continue
        elif record.kind != _DATA:
            continue
        assert opener is not None
        try:
            kind, content = opener.open(record.header, record.body)
        except CannotOpen as error:
            words = "A TLS record does not open with the logged keys: it was altered, or records are missing"
            raise _Stop(words, record.time_ns, is_altered=True) from error
        if kind == _DATA:
            plain.append(content, record.time_ns)
        elif kind == _HANDSHAKE and isinstance(opener, Opener13):
            messages += content
            for message_kind in _whole_messages(messages):
                if message_kind == _FINISHED:
                    opener = later
                elif message_kind == _KEY_UPDATE:
                    assert isinstance(opener, Opener13)
                    opener = opener.updated()
            if len(messages) > _MOST_HANDSHAKE_BYTES:
                raise _Stop("A TLS handshake message is too long", record.time_ns)


def _records(stream: Stream) -> Iterator[_Record]:
    """The records of a stream up to its end. Raises _Stop at a gap, or where no record stands."""
    place = stream.start
    while place < stream.end:
        time_ns = stream.time_at(place)
        header = stream.take(place, _RECORD_HEADER_BYTES)
        size = int.from_bytes(header[3:5]) if header else 0
        if header and (not _CHANGE_CIPHER <= header[0] <= _DATA or header[1] != 3 or size > _MOST_RECORD_BYTES):
            raise _Stop("What follows is not TLS", time_ns, is_altered=True)
        body = stream.take(place + _RECORD_HEADER_BYTES, size) if header else None
        if header is None or body is None:
            if place + _RECORD_HEADER_BYTES + size > stream.end and not stream.has_gap(place, stream.end - place):
                raise _Stop("The connection ends inside a TLS record", time_ns)
            raise _Stop("Bytes are missing in the capture, so what follows cannot be decrypted", time_ns)
        yield _Record(place, header, body, stream.time_at(place + _RECORD_HEADER_BYTES + size - 1))
        place += _RECORD_HEADER_BYTES + size


def _first_hello(stream: Stream, wanted: int) -> _Hello:
    """The ClientHello or ServerHello that counts. Raises _Stop."""
    messages = bytearray()
    time_ns = stream.first_ns
    for record in _records(stream):
        if record.kind == _HANDSHAKE:
            messages += record.body
        elif record.kind != _CHANGE_CIPHER:
            break
        while len(messages) >= 4 and len(messages) >= 4 + int.from_bytes(messages[1:4]):
            kind, body = messages[0], bytes(messages[4 : 4 + int.from_bytes(messages[1:4])])
            del messages[: 4 + len(body)]
            if kind == wanted:
                try:
                    hello = _hello(body, wanted)
                except (struct.error, IndexError) as error:
                    raise _Stop("A TLS handshake cannot be read", time_ns) from error
                if hello.random != _RETRY:
                    return hello
        if len(messages) > _MOST_HANDSHAKE_BYTES:
            break
    raise _Stop("The beginning of the TLS connection was not captured", time_ns)


def _hello(body: bytes, kind: int) -> _Hello:
    (version,) = struct.unpack_from(">H", body)
    random = body[2:34]
    place = 35 + body[34]
    suite = 0
    if kind == _SERVER_HELLO:
        (suite,) = struct.unpack_from(">H", body, place)
        place += 3
    else:
        place += 2 + int(struct.unpack_from(">H", body, place)[0])
        place += 1 + body[place]
    server_name = ""
    for number, value in _extensions(body, place):
        if number == _SUPPORTED_VERSIONS and kind == _SERVER_HELLO:
            (version,) = struct.unpack_from(">H", value)
        elif number == _SERVER_NAME and kind == _CLIENT_HELLO and len(value) > 5:
            server_name = value[5 : 5 + int.from_bytes(value[3:5])].decode("ascii", "replace")
    return _Hello(random, suite, version, server_name)


def _extensions(body: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    if place + 2 > len(body):
        return
    end = min(place + 2 + int(struct.unpack_from(">H", body, place)[0]), len(body))
    place += 2
    while place + 4 <= end:
        number, size = struct.unpack_from(">HH", body, place)
        yield number, body[place + 4 : place + 4 + size]
        place += 4 + size


def _whole_messages(messages: bytearray) -> Iterator[int]:
    """Kinds of the handshake messages that are whole; they are taken away."""
    while len(messages) >= 4 and len(messages) >= 4 + int.from_bytes(messages[1:4]):
        kind = messages[0]
        del messages[: 4 + int.from_bytes(messages[1:4])]
        yield kind
