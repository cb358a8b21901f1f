"""A whole capture, read once: its TCP connections put together, other traffic counted, and what was wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import BinaryIO

from app.audit.capture.keylog import KeyLog
from app.audit.capture.packets import NotACapture, PacketReader
from app.audit.capture.segments import TCP, Segment, SegmentReader
from app.audit.capture.streams import Connection, ConnectionTable

_MOST_OTHERS = 10_000
_MOST_KEY_LOG_BYTES = 64 * 2**20


@dataclass(slots=True)
class Other:
    """Packets of one kind between two addresses that are not TCP: UDP, ICMP and the like."""

    protocol: int
    source: bytes
    source_port: int
    target: bytes
    target_port: int
    time_ns: int
    first: bytes
    packets: int = 0
    content_bytes: int = 0


@dataclass(slots=True)
class Capture:
    """What an independent recorder saw. faults: what is wrong with the file; unread: packets by the reason why."""

    connections: list[Connection] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    keys: KeyLog = field(default_factory=KeyLog)
    packets: int = 0
    first_ns: int = 0
    last_ns: int = 0
    cut_packets: int = 0
    faults: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)


def read_capture(path: Path, key_log: Path | None = None, server_ports: Iterable[int] = ()) -> Capture:
    """Raises NotACapture where a file cannot be opened, or is no capture."""
    try:
        keys = KeyLog()
        if key_log is not None:
            with key_log.open("rb") as lines:
                keys.add(lines.read(_MOST_KEY_LOG_BYTES))
        with path.open("rb") as file:
            return capture_of(file, keys, server_ports)
    except OSError as error:
        raise NotACapture(f"The capture cannot be read: {error.strerror or error}.", "Check its path.") from error


def capture_of(untrusted: BinaryIO, keys: KeyLog, server_ports: Iterable[int] = ()) -> Capture:
    """The same from an open file. Raises NotACapture."""
    capture = Capture(keys=keys)
    reader = PacketReader(untrusted)
    segments = SegmentReader()
    table = ConnectionTable(frozenset(server_ports))
    others: dict[tuple[int, bytes, int, bytes, int], Other] = {}
    for packet in reader:
        if packet.time_ns:
            capture.first_ns = min(capture.first_ns or packet.time_ns, packet.time_ns)
            capture.last_ns = max(capture.last_ns, packet.time_ns)
        capture.cut_packets += packet.wire_bytes > len(packet.data)
        segment = segments.read(packet)
        if segment is None:
            continue
        if segment.protocol == TCP:
            table.add(segment)
        else:
            _count(others, segment)
    for secrets in reader.secrets:
        keys.add(secrets)
    capture.connections, capture.others = table.connections, list(others.values())
    capture.packets, capture.faults, capture.unread = reader.packets, reader.faults, segments.unread
    return capture


def _count(others: dict[tuple[int, bytes, int, bytes, int], Other], segment: Segment) -> None:
    key = (segment.protocol, segment.source, segment.source_port, segment.target, segment.target_port)
    other = others.get(key)
    if other is None:
        if len(others) >= _MOST_OTHERS:
            return
        other = others[key] = Other(*key, segment.time_ns, segment.data[:64])
    other.packets += 1
    other.content_bytes += segment.size


def address_of(packed: bytes) -> IPv4Address | IPv6Address:
    return ip_address(packed)


def shown(packed: bytes, port: int) -> str:
    """An address as the ledger writes hosts."""
    address = address_of(packed)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
