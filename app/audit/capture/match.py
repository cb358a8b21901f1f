"""The ledger against an independent capture, byte for byte.

Each TCP connection with one of the ledger's hosts is paired with the ledger's connection whose entries its bytes have;
each direction is then laid beside the entries. What fits counts as proved; everything else is named.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median

from app.audit.capture.alignment import align
from app.audit.capture.capture import Capture, shown
from app.audit.capture.hosts import HostTable, Wire, parse_host
from app.audit.capture.naming import Side, name_blocks, name_entries, name_wire
from app.audit.capture.streams import Stream
from app.audit.capture.verdict import CaptureVerdict, Fault, Finding, Way, purpose_words
from app.domain.clearance import Direction
from app.privacy.ledger_format import LedgerEntry

_PROTOCOLS = {1: "ICMP", 17: "UDP", 58: "ICMPv6", 132: "SCTP"}
_ELSEWHERE_NAMED = 20
_UNITS_HASHED = 2000  # of a connection that no first entry fits, to find which it is


@dataclass(slots=True)
class Told:
    """One connection as the ledger tells it."""

    number: int
    host: str
    up: list[LedgerEntry] = field(default_factory=list)
    down: list[LedgerEntry] = field(default_factory=list)

    @property
    def first_ns(self) -> int:
        return min(entry.time_ns for entry in (*self.up[:1], *self.down[:1]))


def ports_of(entries: Iterable[LedgerEntry]) -> frozenset[int]:
    """Ports of the ledger's hosts: `read_capture` needs them where a capture begins in the middle of a connection."""
    return frozenset(parse_host(name).port for name in {entry.host for entry in entries})


def match(entries: Iterable[LedgerEntry], capture: Capture, *, erased: int = 0) -> CaptureVerdict:
    """Compare. Never raises for what either holds."""
    return _Match(list(entries), capture, erased).run()


class _Match:
    def __init__(self, entries: list[LedgerEntry], capture: Capture, erased: int) -> None:
        self._capture = capture
        self._told = _told(entries)
        self._table = HostTable({entry.host for entry in entries}, capture)
        self._delays: list[int] = []
        self._verdict = CaptureVerdict(
            packets=capture.packets,
            first_ns=capture.first_ns,
            last_ns=capture.last_ns,
            entries=len(entries),
            erased=erased,
            notes=[*capture.faults, *_unread(capture)],
        )

    def run(self) -> CaptureVerdict:
        pairs, alone, untold = self._pair()
        sides = [side for wire, told in pairs for side in self._sides(wire, told)]
        if self._delays:
            self._verdict.clock_offset_ns = int(median(self._delays))
            self._verdict.head_start_ns = self._verdict.clock_offset_ns
        for side in sides:
            name_blocks(side, self._capture, self._verdict)
        for wire in alone:
            name_wire(wire, self._verdict)
        for told in untold:
            self._name_untold(told)
        self._name_others()
        self._verdict.findings.sort(key=lambda finding: finding.time_ns)
        return self._verdict

    # ---- which connection is which

    def _pair(self) -> tuple[list[tuple[Wire, Told]], list[Wire], list[Told]]:
        """Pairs, connections on the wire that the ledger does not tell of, and the reverse."""
        left = dict(self._told)
        pairs: list[tuple[Wire, Told]] = []
        waiting = sorted(self._table.wires, key=lambda wire: wire.connection.opened_ns)
        for hits in (_first_hits, _any_hits):
            alone: list[Wire] = []
            for wire in waiting:
                names = self._table.names_of(wire)
                possible = [told for told in left.values() if told.host in names]
                told = _closest(hits(wire, possible), wire)
                if told is None:
                    alone.append(wire)
                else:
                    pairs.append((wire, left.pop(told.number)))
            waiting = alone
        return pairs, waiting, list(left.values())

    # ---- pairs

    def _sides(self, wire: Wire, told: Told) -> list[Side]:
        verdict = self._verdict
        verdict.connections += 1
        if wire.inside is not None:
            verdict.encrypted_around += wire.inside.around_up + wire.inside.around_down
        sides: list[Side] = []
        for way, stream, entries, cut in (
            (Way.UP, wire.up, told.up, wire.units[0]),
            (Way.DOWN, wire.down, told.down, wire.units[1]),
        ):
            alignment = align(stream, entries, cut)
            frames = {unit.start for unit in cut if unit.is_frame}
            for entry, place in alignment.matched:
                verdict.matched += 1
                verdict.frames += place in frames
                if way is Way.UP:
                    verdict.matched_up += entry.wire_bytes
                    self._delays.append(stream.time_at(place) - entry.time_ns)
                else:
                    verdict.matched_down += entry.wire_bytes
            sides.append(Side(wire, told.host, way, stream, alignment, cut))
        return sides

    # ---- what stands alone

    def _name_untold(self, told: Told) -> None:
        """A connection of the ledger that the capture does not hold, or holds with another address."""
        entries = [*told.up, *told.down]
        first = told.up[0] if told.up else told.down[0]
        for connection in self._table.rest:
            stream = connection.up if told.up else connection.down
            data = stream.take(stream.start, first.wire_bytes) if first.wire_bytes else None
            if data is not None and sha256(data).digest() == first.sha256:
                address = shown(connection.server, connection.server_port)
                words = f"{purpose_words(first.purpose)} that the ledger says went to {told.host}"
                way = Way.UP if told.up else Way.DOWN
                self._verdict.add(
                    Finding(Fault.WRONG_HOST, connection.opened_ns, way, address, len(data), words, data, first.number)
                )
                break
        name_entries(entries, self._capture, self._verdict)

    def _name_others(self) -> None:
        elsewhere: dict[str, list[int]] = {}
        for other in self._capture.others:
            protocol = _PROTOCOLS.get(other.protocol, f"IP protocol {other.protocol}")
            target = shown(other.target, other.target_port)
            if self._table.is_ours(other.source, other.source_port, other.target, other.target_port):
                words = f"{protocol} from {shown(other.source, other.source_port)}, {other.packets} packets"
                self._verdict.add(
                    Finding(
                        Fault.NOT_IN_LEDGER, other.time_ns, Way.NONE, target, other.content_bytes, words, other.first
                    )
                )
            else:
                _count(elsewhere, f"{protocol} to {target}", other.packets, other.content_bytes)
        for connection in self._table.rest:
            words = f"TCP with {shown(connection.server, connection.server_port)}"
            _count(elsewhere, words, 1, connection.up.end + connection.down.end)
        lines = sorted(elsewhere.items(), key=lambda item: -item[1][1])
        self._verdict.elsewhere = [
            f"{words} ({number:,}, {size:,} bytes)" for words, (number, size) in lines[:_ELSEWHERE_NAMED]
        ]
        if len(lines) > _ELSEWHERE_NAMED:
            self._verdict.elsewhere.append(f"{len(lines) - _ELSEWHERE_NAMED:,} more")


def _told(entries: list[LedgerEntry]) -> dict[int, Told]:
    """Connections are numbered over the whole ledger. A hostile one may use a number for two hosts."""
    found: dict[tuple[int, str], Told] = {}
    for entry in entries:
        key = (entry.connection, entry.host)
        if key not in found:
            found[key] = Told(len(found), entry.host)
        (found[key].up if entry.direction == Direction.UP else found[key].down).append(entry)
    return {told.number: told for told in found.values()}


def _first_hits(wire: Wire, possible: list[Told]) -> list[Told]:
    """Those whose first entries are how the connection begins."""
    return [told for told in possible if _begins(wire.up, told.up) or (not told.up and _begins(wire.down, told.down))]


def _begins(stream: Stream, entries: list[LedgerEntry]) -> bool:
    if not entries or not entries[0].wire_bytes:
        return False
    data = stream.take(stream.start, entries[0].wire_bytes)
    return data is not None and sha256(data).digest() == entries[0].sha256


def _any_hits(wire: Wire, possible: list[Told]) -> list[Told]:
    """Those that share the most with the connection, wherever it stands."""
    hashes: set[bytes] = set()
    for stream, cut in zip((wire.up, wire.down), wire.units, strict=True):
        for unit in cut[:_UNITS_HASHED]:
            data = stream.take(unit.start, unit.end - unit.start)
            if data:
                hashes.add(sha256(data).digest())
    scores = [(sum(entry.sha256 in hashes for entry in (*told.up, *told.down)), told) for told in possible]
    best = max((score for score, _told in scores), default=0)
    return [told for score, told in scores if score == best and best]


def _closest(possible: list[Told], wire: Wire) -> Told | None:
    return min(possible, key=lambda told: abs(told.first_ns - wire.connection.opened_ns), default=None)


def _unread(capture: Capture) -> list[str]:
    lines = [f"{count:,} packets were not read: they are {reason}." for reason, count in capture.unread.items()]
    if capture.cut_packets:
        lines.append(
            f"{capture.cut_packets:,} packets were recorded only in part: capture whole packets (tcpdump -s 0)."
        )
    return lines


def _count(counts: dict[str, list[int]], words: str, number: int, size: int) -> None:
    known = counts.setdefault(words, [0, 0])
    known[0] += number
    known[1] += size
