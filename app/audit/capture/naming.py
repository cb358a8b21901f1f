"""What did not fit, each named once: in the capture only, in the ledger only, changed, moved, or not captured."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from app.audit.capture.alignment import Alignment, Block
from app.audit.capture.capture import Capture, shown
from app.audit.capture.hosts import Wire
from app.audit.capture.http import Unit, units_between
from app.audit.capture.streams import Stream
from app.audit.capture.verdict import FIRST_BYTES, CaptureVerdict, Fault, Finding, Way, purpose_words
from app.domain.clearance import Direction
from app.privacy.ledger_format import LedgerEntry


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a pair of connections."""

    wire: Wire
    host: str
    way: Way
    stream: Stream
    alignment: Alignment
    cut: list[Unit]


@dataclass(slots=True)
class _Open:
    """What is left on both sides of one direction, before it is told apart."""

    units: list[Unit] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    changed: list[tuple[Unit, LedgerEntry]] = field(default_factory=list)


def name_blocks(side: Side, capture: Capture, verdict: CaptureVerdict) -> None:
    """Name all of one direction that did not fit."""
    left = _Open()
    for block in side.alignment.blocks:
        _open(block, side, left)
    _name_tail(side, left, verdict)
    _name_moved(side, left, verdict)
    for unit, entry in left.changed:
        data = side.stream.take(unit.start, unit.end - unit.start) or b""
        _add(verdict, Fault.CHANGED, side, unit.start, len(data), _words(entry), data, entry)
    for unit in left.units:
        data = side.stream.take(unit.start, unit.end - unit.start) or b""
        _add(verdict, Fault.NOT_IN_LEDGER, side, unit.start, unit.end - unit.start, unit.words, data)
    name_entries(left.entries, capture, verdict, is_seen=True)
    _name_gaps(side, verdict)
    if side.wire.inside is not None and side.wire.inside.fault and side.way is Way.UP:
        name_fault(side.wire, verdict)


def name_wire(wire: Wire, verdict: CaptureVerdict) -> None:
    """A connection of which the ledger does not tell."""
    if wire.inside is not None and wire.inside.fault:
        name_fault(wire, verdict)
    if wire.is_empty:
        around = wire.inside.around_up + wire.inside.around_down if wire.inside is not None else 0
        words = "only a TLS handshake" if around else "opened, and nothing said"
        opened_ns = wire.connection.opened_ns
        verdict.add(Finding(Fault.EMPTY_CONNECTION, opened_ns, Way.NONE, wire.address, around, words))
        return
    for way, stream, cut in ((Way.UP, wire.up, wire.units[0]), (Way.DOWN, wire.down, wire.units[1])):
        side = Side(wire, wire.address, way, stream, Alignment(), cut)
        for unit in cut:
            data = stream.take(unit.start, min(unit.end - unit.start, FIRST_BYTES)) or b""
            words = f"{unit.words} from {_client(wire)}"
            _add(verdict, Fault.NOT_IN_LEDGER, side, unit.start, unit.end - unit.start, words, data)
        _name_gaps(side, verdict)


def name_fault(wire: Wire, verdict: CaptureVerdict) -> None:
    """TLS that could not be opened, or not to its end."""
    inside = wire.inside
    assert inside is not None
    fault = Fault.CHANGED if inside.is_altered else Fault.ENCRYPTED
    size = wire.connection.up.end + wire.connection.down.end
    verdict.add(Finding(fault, inside.fault_ns, Way.NONE, wire.address, size, inside.fault))


def name_entries(
    entries: Iterable[LedgerEntry], capture: Capture, verdict: CaptureVerdict, *, is_seen: bool = False
) -> None:
    """Entries of which nothing is on the wire; those of another time than the capture's are only counted.

    is_seen: the capture holds their connection, so it began or ended in the middle of it, and that is a finding.
    """
    offset_ns = verdict.clock_offset_ns if abs(verdict.clock_offset_ns) >= 10**9 else 0
    for entry in entries:
        is_covered = capture.first_ns <= entry.time_ns + offset_ns <= capture.last_ns
        if not is_covered and not is_seen:
            verdict.outside += 1
            continue
        fault = Fault.NOT_ON_WIRE if is_covered else Fault.NOT_CAPTURED
        way = Way.UP if entry.direction == Direction.UP else Way.DOWN
        verdict.add(Finding(fault, entry.time_ns, way, entry.host, entry.wire_bytes, _words(entry), entry=entry.number))


def _open(block: Block, side: Side, left: _Open) -> None:
    units = units_between(side.cut, block.start, block.end)
    entries = list(block.entries)
    if entries and [unit.end - unit.start for unit in units] == [entry.wire_bytes for entry in entries]:
        left.changed += zip(units, entries, strict=True)
    elif len(entries) == 1 and block.end - block.start == entries[0].wire_bytes:
        left.changed.append((Unit(block.start, block.end, "bytes"), entries[0]))
    else:
        left.units += units
        left.entries += entries


def _name_tail(side: Side, left: _Open, verdict: CaptureVerdict) -> None:
    """The two ends that may honestly differ (docs/ledger-format.md, "What one entry is")."""
    wire, stream = side.wire, side.stream
    connection = wire.connection
    blocks = side.alignment.blocks
    if not blocks or blocks[-1].end < stream.end:
        return
    last = blocks[-1]
    was_left = connection.up.is_closed or connection.is_reset
    if side.way is Way.DOWN and not last.entries and was_left and left.units:
        said_ns = wire.up.time_at(wire.up.end - 1) if wire.up.end else 0
        if stream.time_at(last.start) >= said_ns:
            left.units = [unit for unit in left.units if unit.start < last.start]
            data = stream.take(last.start, min(last.end - last.start, FIRST_BYTES)) or b""
            _add(verdict, Fault.NEVER_READ, side, last.start, last.end - last.start, "its last bytes", data)
    is_broken = connection.is_reset or connection.down.is_closed
    if side.way is Way.UP and last.start == last.end and last.entries and is_broken:
        unsent = {entry.number for entry in last.entries}
        left.entries = [entry for entry in left.entries if entry.number not in unsent]
        for entry in last.entries:
            _add(verdict, Fault.NEVER_SENT, side, last.start, entry.wire_bytes, _words(entry), b"", entry)


def _name_moved(side: Side, left: _Open, verdict: CaptureVerdict) -> None:
    """What is on both sides, only in different places."""
    entries = {entry.sha256: entry for entry in (*left.entries, *(entry for _unit, entry in left.changed))}
    moved: set[bytes] = set()
    for unit in [*left.units, *(unit for unit, _entry in left.changed)]:
        data = side.stream.take(unit.start, unit.end - unit.start)
        digest = sha256(data).digest() if data else b""
        entry = entries.get(digest)
        if data and entry is not None and digest not in moved:
            moved.add(digest)
            _add(verdict, Fault.OUT_OF_ORDER, side, unit.start, len(data), _words(entry), data, entry)
            left.units = [one for one in left.units if one.start != unit.start]
    left.entries = [entry for entry in left.entries if entry.sha256 not in moved]
    left.changed = [(unit, entry) for unit, entry in left.changed if entry.sha256 not in moved]


def _name_gaps(side: Side, verdict: CaptureVerdict) -> None:
    raw = side.wire.connection.up if side.way is Way.UP else side.wire.connection.down
    lost = {entry.number: place for entry, place in side.alignment.uncaptured}
    for gap in raw.gaps():
        touched = [number for number, place in lost.items() if place < gap.end]
        words = "a gap in the capture"
        if touched and side.stream is raw:
            numbers = [
                entry.number
                for entry, place in side.alignment.uncaptured
                if place < gap.end and place + entry.wire_bytes > gap.start
            ]
            words += f" where entries {numbers[0]} to {numbers[-1]} were" if numbers else ""
        size = gap.end - gap.start
        verdict.add(Finding(Fault.NOT_CAPTURED, gap.time_ns, side.way, side.host, size, words))
    for place in raw.conflicts:
        data = raw.take(place, min(FIRST_BYTES, raw.end - place)) or b""
        words = "a repeated packet with other bytes"
        verdict.add(
            Finding(Fault.TWO_VERSIONS, raw.time_at(place), side.way, side.host, max(len(data), 1), words, data)
        )


def _add(
    verdict: CaptureVerdict,
    fault: Fault,
    side: Side,
    place: int,
    size: int,
    words: str,
    data: bytes,
    entry: LedgerEntry | None = None,
) -> None:
    time_ns = side.stream.time_at(place)
    number = entry.number if entry is not None else None
    verdict.add(Finding(fault, time_ns, side.way, side.host, size, words, data[:FIRST_BYTES], number))


def _words(entry: LedgerEntry) -> str:
    return purpose_words(entry.purpose)


def _client(wire: Wire) -> str:
    return shown(wire.connection.client, wire.connection.client_port)
