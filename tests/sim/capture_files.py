"""Writes captures: TCP conversations as packets, link layers around them, pcap and pcapng files. Shares no code with
the reader in app/audit/capture; the tests with tcpdump's own files judge both."""

import struct
from dataclasses import dataclass, field
from ipaddress import ip_address

START_NS = 1_800_000_000_000_000_000
FIN, SYN, RST, ACK = 1, 2, 4, 16


@dataclass
class Sent:
    """One packet to be written: an IP packet, and when."""

    ip: bytes
    time_ns: int


def tcp(source: tuple[str, int], target: tuple[str, int], seq: int, flags: int, data: bytes = b"") -> bytes:
    """An IP packet with a TCP segment."""
    segment = struct.pack(">HHIIBBHHH", source[1], target[1], seq % 2**32, 0, 5 << 4, flags, 65535, 0, 0) + data
    return ip(source[0], target[0], 6, segment)


def udp(source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    return ip(source[0], target[0], 17, struct.pack(">HHHH", source[1], target[1], 8 + len(data), 0) + data)


def ip(source: str, target: str, protocol: int, content: bytes) -> bytes:
    a, b = ip_address(source), ip_address(target)
    if a.version == 4:
        return (
            struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(content), 1, 0, 64, protocol, 0) + a.packed + b.packed + content
        )
    return struct.pack(">IHBB", 6 << 28, len(content), protocol, 64) + a.packed + b.packed + content


@dataclass
class Dialogue:
    """One TCP connection as packets, in order; tests then reorder, drop or spoil them."""

    client: tuple[str, int] = ("127.0.0.1", 40000)
    server: tuple[str, int] = ("127.0.0.1", 8000)
    isn: tuple[int, int] = (1000, 0xFFFFFF00)  # the server's numbers wrap soon
    time_ns: int = START_NS
    packets: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = [self.isn[0], self.isn[1]]

    def open(self) -> "Dialogue":
        self._put(0, SYN)
        self._put(1, SYN | ACK)
        self._next = [self._next[0] + 1, self._next[1] + 1]
        self._put(0, ACK)
        return self

    def up(self, data: bytes, piece: int = 1400) -> "Dialogue":
        return self._send(0, data, piece)

    def down(self, data: bytes, piece: int = 1400) -> "Dialogue":
        return self._send(1, data, piece)

    def close(self) -> "Dialogue":
        for side in (0, 1):
            self._put(side, FIN | ACK)
            self._next[side] += 1
        return self

    def reset(self, side: int) -> "Dialogue":
        self._put(side, RST)
        return self

    def _send(self, side: int, data: bytes, piece: int) -> "Dialogue":
        for start in range(0, len(data), piece):
            part = data[start : start + piece]
            self._put(side, ACK, part)
            self._next[side] += len(part)
        return self

    def _put(self, side: int, flags: int, data: bytes = b"") -> None:
        ends = (self.client, self.server)
        self.time_ns += 1000
        self.packets.append(Sent(tcp(ends[side], ends[1 - side], self._next[side], flags, data), self.time_ns))


def linked(packet: bytes, link_type: int, order: str = "<") -> bytes:
    """An IP packet inside a link layer."""
    is_v4 = packet[0] >> 4 == 4
    ether_type = struct.pack(">H", 0x0800 if is_v4 else 0x86DD)
    if link_type == 1:
        return bytes(12) + ether_type + packet
    if link_type == 1001:  # Ethernet with a VLAN tag, and padded as short frames are
        return bytes(12) + b"\x81\x00\x00\x07" + ether_type + packet + bytes(8)
    if link_type == 113:
        return struct.pack(">HHH8s", 0, 1, 6, bytes(8)) + ether_type + packet
    if link_type == 276:
        return ether_type + struct.pack(">HIHBB8s", 0, 1, 1, 0, 6, bytes(8)) + packet
    if link_type == 0:
        return struct.pack(order + "I", 2 if is_v4 else 30) + packet
    if link_type == 108:
        return struct.pack(">I", 2 if is_v4 else 24) + packet
    return packet


def pcap(packets: list[Sent], link_type: int = 1, order: str = "<", *, nano: bool = False, snap: int = 2**18) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link_type % 1000)
    for sent in packets:
        data = linked(sent.ip, link_type, order)
        fraction = sent.time_ns % 10**9 // (1 if nano else 1000)
        out += struct.pack(order + "IIII", sent.time_ns // 10**9, fraction, len(data[:snap]), len(data)) + data[:snap]
    return out


def block(order: str, number: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", number) + size + body + size


def pcapng(
    packets: list[Sent], link_type: int = 1, order: str = "<", *, resolution: int = 9, secrets: bytes = b""
) -> bytes:
    out = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    clock = struct.pack(order + "HHB3x", 9, 1, resolution) + struct.pack(order + "HH", 0, 0)
    out += block(order, 1, struct.pack(order + "HHI", link_type, 0, 0) + clock)
    if secrets:
        out += block(order, 10, struct.pack(order + "II", 0x544C534B, len(secrets)) + secrets)
    for sent in packets:
        data = linked(sent.ip, link_type, order)
        if resolution & 0x80:
            ticks = sent.time_ns * 2 ** (resolution & 0x7F) // 10**9
        else:
            ticks = sent.time_ns // 10 ** (9 - resolution)
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
        out += block(order, 6, head + data)
    return out
