"""Capture files: pcap and pcapng, either byte order, micro- or nanoseconds, as tcpdump, dumpcap and tshark write them.

Formats: draft-ietf-opsawg-pcap and -pcapng. Whatever the file holds, reading ends in packets and sentences on what was
wrong; only a file that is no capture at all raises.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import AppError

MOST_PACKET_BYTES = 16 * 2**20  # tcpdump's own limit is 256 KiB; beyond this a length is damage, not a packet

_PCAP_MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
_PCAPNG_MAGIC = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDER = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 2, 3, 6, 10
_TLS_KEY_LOG = 0x544C534B
_MOST_BLOCK_BYTES = MOST_PACKET_BYTES + 2**16
_MOST_INTERFACES = 4096


class NotACapture(AppError):
    """The file cannot be read as a capture at all."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as captured. data: what was kept of it; wire_bytes: how long it was; time_ns: since 1970, UTC."""

    number: int
    time_ns: int
    link_type: int
    data: bytes
    wire_bytes: int


@dataclass(slots=True)
class _Interface:
    link_type: int
    snap_bytes: int
    ticks_per_s: int = 10**6
    offset_s: int = 0


class PacketReader:
    """Iterate once. faults: sentences on what was wrong with the file; secrets: key logs that a pcapng carries."""

    def __init__(self, untrusted: BinaryIO) -> None:
        self._file = untrusted
        self.faults: list[str] = []
        self.secrets: list[bytes] = []
        self.packets = 0

    def __iter__(self) -> Iterator[Packet]:
        """Raises NotACapture before the first packet, nothing afterwards."""
        magic = self._file.read(4)
        if magic in _PCAP_MAGIC:
            yield from self._pcap(*_PCAP_MAGIC[magic])
        elif magic == _PCAPNG_MAGIC:
            yield from self._pcapng()
        else:
            raise NotACapture(
                "The file is not a capture that this program reads.",
                "Give it a pcap or pcapng file, as tcpdump -w, dumpcap or Wireshark write them, not compressed.",
            )

    def _pcap(self, order: str, nanoseconds: int) -> Iterator[Packet]:
        header = self._file.read(20)
        if len(header) < 20:
            self.faults.append("The capture ends inside its header.")
            return
        link_type = int(struct.unpack_from(order + "I", header, 16)[0]) & 0xFFFF
        record = struct.Struct(order + "IIII")
        while head := self._file.read(record.size):
            if len(head) < record.size:
                self._cut_short()
                return
            seconds, fraction, kept_bytes, wire_bytes = record.unpack(head)
            if kept_bytes > MOST_PACKET_BYTES:
                self._damaged(f"says that it is {kept_bytes:,} bytes long")
                return
            data = self._file.read(kept_bytes)
            if len(data) < kept_bytes:
                self._cut_short()
                return
            time_ns = seconds * 10**9 + fraction * nanoseconds
            yield self._packet(time_ns, link_type, data, wire_bytes)

    def _pcapng(self) -> Iterator[Packet]:
        order = "<"
        interfaces: list[_Interface] = []
        block_type = _PCAPNG_MAGIC
        while True:
            if block_type == _PCAPNG_MAGIC:
                start = self._file.read(8)  # length, byte order
                if len(start) == 8 and start[4:] not in _BYTE_ORDER:
                    self._damaged("begins a section in no known byte order")
                    return
                order = _BYTE_ORDER.get(start[4:], order)
                interfaces.clear()
                known = start[4:]
            else:
                start, known = self._file.read(4), b""
            if len(start) < 4 + len(known) or not start:
                self._cut_short()
                return
            body = self._block(order, start[:4], known)
            if body is None:
                return
            number = int(struct.unpack(order + "I", block_type)[0])
            try:
                packet = self._take(number, body, order, interfaces)
            except (struct.error, ValueError, IndexError):
                self._damaged("is not in order inside")
                return
            if packet is not None:
                yield packet
            block_type = self._file.read(4)
            if not block_type:
                return
            if len(block_type) < 4:
                self._cut_short()
                return

    def _block(self, order: str, length: bytes, known: bytes) -> bytes | None:
        """The rest of a block, without its lengths; None where it is damaged or cut."""
        block_bytes = int(struct.unpack(order + "I", length)[0])
        if block_bytes % 4 or block_bytes < 12 + len(known) or block_bytes > _MOST_BLOCK_BYTES:
            self._damaged(f"says that it is {block_bytes:,} bytes long")
            return None
        rest = self._file.read(block_bytes - 8 - len(known))
        if len(rest) < block_bytes - 8 - len(known):
            self._cut_short()
            return None
        if rest[-4:] != length:
            self._damaged("says two different lengths")
            return None
        return rest[:-4]

    def _take(self, block_type: int, body: bytes, order: str, interfaces: list[_Interface]) -> Packet | None:
        if block_type == _INTERFACE and len(interfaces) < _MOST_INTERFACES:
            interfaces.append(_interface(body, order))
        elif block_type == _SECRETS:
            kind, size = struct.unpack_from(order + "II", body)
            if kind == _TLS_KEY_LOG:
                self.secrets.append(body[8 : 8 + size])
        elif block_type == _PACKET:
            index, high, low, kept_bytes, wire_bytes = struct.unpack_from(order + "IIIII", body)
            return self._timed(interfaces[index], high, low, body[20:], kept_bytes, wire_bytes)
        elif block_type == _OLD_PACKET:
            index, _drops, high, low, kept_bytes, wire_bytes = struct.unpack_from(order + "HHIIII", body)
            return self._timed(interfaces[index], high, low, body[20:], kept_bytes, wire_bytes)
        elif block_type == _SIMPLE_PACKET:
            (wire_bytes,) = struct.unpack_from(order + "I", body)
            snap_bytes = interfaces[0].snap_bytes or wire_bytes
            return self._timed(interfaces[0], 0, 0, body[4:], min(wire_bytes, snap_bytes), wire_bytes)
        return None

    def _timed(
        self, interface: _Interface, high: int, low: int, data: bytes, kept_bytes: int, wire_bytes: int
    ) -> Packet:
        if kept_bytes > len(data):
            raise ValueError("a packet longer than its block")
        ticks = high << 32 | low
        time_ns = ticks * 10**9 // interface.ticks_per_s + interface.offset_s * 10**9
        return self._packet(time_ns, interface.link_type, data[:kept_bytes], wire_bytes)

    def _packet(self, time_ns: int, link_type: int, data: bytes, wire_bytes: int) -> Packet:
        self.packets += 1
        return Packet(self.packets, time_ns, link_type, data, max(wire_bytes, len(data)))

    def _cut_short(self) -> None:
        self.faults.append(f"The capture file ends in the middle of what follows packet {self.packets}.")

    def _damaged(self, how: str) -> None:
        self.faults.append(
            f"The capture file is damaged: what follows packet {self.packets} {how}. The rest is unread."
        )


def _interface(body: bytes, order: str) -> _Interface:
    """An interface description with its clock: options 9 (resolution) and 14 (offset)."""
    link_type, _reserved, snap_bytes = struct.unpack_from(order + "HHI", body)
    found = _Interface(link_type, snap_bytes)
    place = 8
    while place + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, place)
        value = body[place + 4 : place + 4 + size]
        if code == 0:
            break
        if code == 9 and size == 1:
            exponent = value[0] & 0x7F
            if exponent > (63 if value[0] & 0x80 else 18):
                raise ValueError("a clock finer than any")
            found.ticks_per_s = int(2**exponent if value[0] & 0x80 else 10**exponent)
        elif code == 14 and size == 8:
            (found.offset_s,) = struct.unpack(order + "q", value)
        place += 4 + size + -size % 4
    return found


def read_packets(path: Path) -> tuple[list[Packet], PacketReader]:
    """All packets of a small file, for tests and tools. Raises OSError, NotACapture."""
    with path.open("rb") as file:
        reader = PacketReader(file)
        return list(reader), reader
