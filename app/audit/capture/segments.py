"""One packet taken apart: link layer, IPv4 or IPv6, and TCP, or whatever else IP carried.

Link layers: Ethernet (with VLAN tags), Linux cooked v1 and v2, loopback (NULL, LOOP), raw IP. Checksums are not judged:
network cards fill them in after tcpdump saw the packet. Malformed packets are None, never an exception.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from app.audit.capture.packets import Packet

TCP, UDP = 6, 17
FIN, SYN, RST, ACK = 1, 2, 4, 16

_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN_TYPES = (0x8100, 0x88A8, 0x9100)
_IPV6_EXTENSIONS = (0, 43, 60, 135)  # hop-by-hop, routing, destination, mobility
_IPV6_FRAGMENT, _IPV6_AUTHENTICATION = 44, 51
_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:a.b.c.d


@dataclass(frozen=True, slots=True)
class Segment:
    """What one IP packet carried. address: 4 or 16 bytes; size: announced bytes of content, `data` what was kept.

    seq and flags are TCP's; 0 for other protocols. Ports are 0 where the protocol has none.
    """

    time_ns: int
    protocol: int
    source: bytes
    source_port: int
    target: bytes
    target_port: int
    seq: int
    flags: int
    data: bytes
    size: int


class SegmentReader:
    """Takes packets apart and counts what it could not read, by reason."""

    def __init__(self) -> None:
        self.unread: dict[str, int] = {}

    def read(self, packet: Packet) -> Segment | None:
        """None for what is not IP (ARP and the like), and for what is malformed or in fragments."""
        link = _LINKS.get(packet.link_type)
        if link is None:
            self._count(f"link layer {packet.link_type}, which this program does not know")
            return None
        try:
            start, protocol = link(packet.data)
            if protocol == _IPV4:
                return self._ipv4(packet, start)
            if protocol == _IPV6:
                return self._ipv6(packet, start)
        except (struct.error, IndexError):
            self._count("too short for their own headers")
        return None

    def _ipv4(self, packet: Packet, start: int) -> Segment | None:
        data = packet.data
        if data[start] >> 4 != 4:
            self._count("not the IPv4 they are said to be")
            return None
        header_bytes = (data[start] & 15) * 4
        total, _id, fragment, _ttl, protocol = struct.unpack_from(">HHHBB", data, start + 2)
        total = total or packet.wire_bytes - start  # a card that cuts segments itself leaves it 0
        if header_bytes < 20 or total < header_bytes:
            self._count("wrong about their own length")
            return None
        if fragment & 0x3FFF:
            self._count("IP fragments")
            return None
        source, target = data[start + 12 : start + 16], data[start + 16 : start + 20]
        return self._content(packet, start + header_bytes, start + total, protocol, source, target)

    def _ipv6(self, packet: Packet, start: int) -> Segment | None:
        data = packet.data
        if data[start] >> 4 != 6:
            self._count("not the IPv6 they are said to be")
            return None
        size, protocol = struct.unpack_from(">HB", data, start + 4)
        end = start + 40 + size if size else packet.wire_bytes
        source, target = _plain(data[start + 8 : start + 24]), _plain(data[start + 24 : start + 40])
        place = start + 40
        while protocol in _IPV6_EXTENSIONS or protocol in (_IPV6_FRAGMENT, _IPV6_AUTHENTICATION):
            following, length = data[place], data[place + 1]
            if protocol == _IPV6_FRAGMENT:
                if struct.unpack_from(">H", data, place + 2)[0] & 0xFFF9:
                    self._count("IP fragments")
                    return None
                place += 8
            else:
                place += (length + 2) * 4 if protocol == _IPV6_AUTHENTICATION else (length + 1) * 8
            protocol = following
        return self._content(packet, place, end, protocol, source, target)

    def _content(
        self, packet: Packet, start: int, end: int, protocol: int, source: bytes, target: bytes
    ) -> Segment | None:
        """`start` to `end`: what IP says it carries; the packet may have been cut before that end."""
        data = packet.data
        if len(target) not in (4, 16) or start > len(data):
            raise IndexError
        source_port = target_port = seq = flags = 0
        if protocol == TCP:
            source_port, target_port, seq, _ack, words, flags = struct.unpack_from(">HHIIBB", data, start)
            header_bytes = (words >> 4) * 4
            if header_bytes < 20 or start + header_bytes > end:
                self._count("wrong about their own length")
                return None
            start += header_bytes
        elif protocol == UDP:
            source_port, target_port = struct.unpack_from(">HH", data, start)
            start += 8
        return Segment(
            packet.time_ns, protocol, source, source_port, target, target_port, seq, flags,
            data[start:end], max(end - start, 0),
        )  # fmt: skip

    def _count(self, reason: str) -> None:
        self.unread[reason] = self.unread.get(reason, 0) + 1


def _plain(address: bytes) -> bytes:
    return address[12:] if address.startswith(_MAPPED) else address


def _ethernet(data: bytes) -> tuple[int, int]:
    place = 12
    while (protocol := _u16(data, place)) in _VLAN_TYPES:
        place += 4
    return place + 2, protocol


def _cooked(data: bytes) -> tuple[int, int]:
    return 16, _u16(data, 14)


def _cooked_v2(data: bytes) -> tuple[int, int]:
    return 20, _u16(data, 0)


def _loopback(data: bytes) -> tuple[int, int]:
    """The family's number in the order of whoever captured: 2 is IPv4; IPv6 has another number on each system."""
    family = max(data[0], data[3])
    return 4, {2: _IPV4, 10: _IPV6, 24: _IPV6, 28: _IPV6, 30: _IPV6}.get(family, 0)


def _raw(data: bytes) -> tuple[int, int]:
    return 0, {4: _IPV4, 6: _IPV6}.get(data[0] >> 4, 0)


def _u16(data: bytes, place: int) -> int:
    return int(struct.unpack_from(">H", data, place)[0])


_LINKS: dict[int, Callable[[bytes], tuple[int, int]]] = {
    0: _loopback, 108: _loopback, 1: _ethernet, 113: _cooked, 276: _cooked_v2,
    12: _raw, 14: _raw, 101: _raw, 228: _raw, 229: _raw,
}  # fmt: skip
