"""TCP put together again: each direction of each connection as bytes at their places, gaps left open and named.

Packets may come in any order, twice, overlapping, or not at all. Where two packets say different bytes for one place,
the first is kept and the place is noted. A gap costs no memory, however large its numbers say that it is.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.audit.capture.segments import ACK, FIN, RST, SYN, Segment

_WINDOW = 2**30  # TCP's largest window: what lies farther from what was seen is not of this connection
_MOST_CONFLICTS = 100


@dataclass(slots=True)
class _Run:
    start: int
    data: bytearray

    @property
    def end(self) -> int:
        return self.start + len(self.data)


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that travelled and that the capture does not hold."""

    start: int
    end: int
    time_ns: int


class Stream:
    """One direction of a connection. Places count from 0, the first byte after the handshake, where it was seen.

    end: the end of what is known to have travelled, captured or not. conflicts: places of bytes told in two ways.
    """

    def __init__(self) -> None:
        self._base: int | None = None
        self._is_begun = False
        self._runs: list[_Run] = []
        self._marks: list[tuple[int, int]] = []  # place and time of each new piece; sorted when asked
        self._is_sorted = True
        self.end = 0
        self.first_ns = self.last_ns = 0
        self.is_closed = self.is_reset = False
        self.closed_ns = 0
        self.conflicts: list[int] = []
        self.repeated_bytes = 0
        self.strays = 0

    @property
    def start(self) -> int:
        """Where it begins: 0, or before that where the handshake was not seen and packets came in another order."""
        return min(self._runs[0].start, 0) if self._runs else 0

    @property
    def captured_bytes(self) -> int:
        return sum(len(run.data) for run in self._runs)

    @property
    def base(self) -> int | None:
        return self._base

    def begin(self, seq: int) -> None:
        """The sequence number of the first byte."""
        if self._base is None:
            self._base = seq
            self._is_begun = True

    def place_of(self, seq: int) -> int | None:
        """Sequence numbers wrap after 4 GiB: the place nearest to the end. None where that is out of any window."""
        if self._base is None:
            self._base = seq
        place = self.end + (seq - self._base - self.end + 2**31) % 2**32 - 2**31
        return place if abs(place - self.end) <= _WINDOW else None

    def add(self, seq: int, data: bytes, size: int, time_ns: int) -> None:
        """A segment of `size` bytes, of which `data` was kept (less where tcpdump cut the packet)."""
        place = self.place_of(seq)
        if place is None:
            self.strays += 1
            return
        if place < 0 and self._is_begun:  # a probe that asks whether the peer lives: no byte of the stream
            place, data, size = 0, data[-place:], max(size + place, 0)
        self._note_time(time_ns)
        self.end = max(self.end, place + size)
        if data:
            self._insert(place, data, time_ns)

    def append(self, data: bytes, time_ns: int) -> None:
        """Bytes known to follow all that is here (decrypted, or decoded)."""
        self.begin(0)
        self._note_time(time_ns)
        self._insert(self.end, data, time_ns)
        self.end += len(data)

    def close(self, seq: int, time_ns: int) -> None:
        """The direction ended at `seq`."""
        place = self.place_of(seq)
        if place is not None:
            self.end = max(self.end, place)
            self.is_closed, self.closed_ns = True, time_ns

    def take(self, start: int, size: int) -> bytes | None:
        """The bytes from `start` on; None where one of them was not captured."""
        if size <= 0:
            return b""
        index = bisect_right(self._runs, start, key=lambda run: run.start) - 1
        if index < 0 or start + size > self._runs[index].end:
            return None
        offset = start - self._runs[index].start
        return bytes(self._runs[index].data[offset : offset + size])

    def rest(self, start: int) -> bytes:
        """The bytes from `start` up to the next gap."""
        index = bisect_right(self._runs, start, key=lambda run: run.start) - 1
        if index < 0 or start >= self._runs[index].end:
            return b""
        return bytes(self._runs[index].data[start - self._runs[index].start :])

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """What was captured, between gaps."""
        for run in self._runs:
            yield run.start, bytes(run.data)

    def gaps(self) -> list[Gap]:
        """Places that are missing, the end included."""
        found: list[Gap] = []
        place = self.start
        for start, end in [*((run.start, run.end) for run in self._runs), (self.end, self.end)]:
            if start > place:
                found.append(Gap(place, start, self.time_at(place)))
            place = max(place, end)
        return found

    def has_gap(self, start: int, size: int) -> bool:
        """True where a byte of these travelled and was not captured."""
        end = min(start + size, self.end)
        return any(gap.start < end and start < gap.end for gap in self.gaps()) if end > start else False

    def time_at(self, place: int) -> int:
        """When the packet came that first carried the byte at `place`; the one before it where there is none."""
        marks = self.marks()
        index = bisect_right(marks, (place, 2**63)) - 1
        return marks[max(index, 0)][1] if marks else self.first_ns

    def marks(self) -> list[tuple[int, int]]:
        """Where pieces began that packets brought, and when, by place."""
        if not self._is_sorted:
            self._marks.sort()
            self._is_sorted = True
        return self._marks

    def _note_time(self, time_ns: int) -> None:
        self.first_ns = self.first_ns or time_ns
        self.last_ns = max(self.last_ns, time_ns)

    def _insert(self, place: int, data: bytes, time_ns: int) -> None:
        runs = self._runs
        if runs and place == runs[-1].end:
            runs[-1].data += data
            self._mark(place, time_ns)
            return
        end = place + len(data)
        index = max(bisect_right(runs, place, key=lambda run: run.start) - 1, 0)
        at = place
        while at < end:
            if index < len(runs) and runs[index].end <= at:
                index += 1
                continue
            upcoming = runs[index].start if index < len(runs) else end
            if upcoming <= at:  # this run holds the byte already
                until = min(runs[index].end, end)
                self._compare(runs[index], at, data[at - place : until - place])
                at = until
                continue
            until = min(upcoming, end)
            runs.insert(index, _Run(at, bytearray(data[at - place : until - place])))
            self._mark(at, time_ns)
            at = until
            index = self._join(index)

    def _join(self, index: int) -> int:
        """Join a new run with its neighbours where they touch; return its index."""
        runs = self._runs
        if index + 1 < len(runs) and runs[index].end == runs[index + 1].start:
            runs[index].data += runs[index + 1].data
            del runs[index + 1]
        if index and runs[index - 1].end == runs[index].start:
            runs[index - 1].data += runs[index].data
            del runs[index]
            return index - 1
        return index

    def _compare(self, run: _Run, at: int, data: bytes) -> None:
        offset = at - run.start
        self.repeated_bytes += len(data)
        known = run.data[offset : offset + len(data)]
        if known != data and len(self.conflicts) < _MOST_CONFLICTS:
            self.conflicts.append(at + next(i for i, (a, b) in enumerate(zip(known, data, strict=True)) if a != b))

    def _mark(self, place: int, time_ns: int) -> None:
        if self._marks and place < self._marks[-1][0]:
            self._is_sorted = False
        self._marks.append((place, time_ns))


@dataclass(slots=True)
class Connection:
    """One TCP connection. up: from the client, which opened it; is_begun: its handshake was captured."""

    client: bytes
    client_port: int
    server: bytes
    server_port: int
    opened_ns: int
    is_begun: bool
    up: Stream = field(default_factory=Stream)
    down: Stream = field(default_factory=Stream)

    @property
    def is_reset(self) -> bool:
        return self.up.is_reset or self.down.is_reset

    @property
    def has_ended(self) -> bool:
        return self.is_reset or (self.up.is_closed and self.down.is_closed)


class ConnectionTable:
    """Sorts segments into connections. server_ports: which end is the server where no handshake was seen."""

    def __init__(self, server_ports: frozenset[int] = frozenset()) -> None:
        self._server_ports = server_ports
        self._open: dict[tuple[bytes, int, bytes, int], Connection] = {}
        self.connections: list[Connection] = []

    def add(self, segment: Segment) -> None:
        connection, is_up = self._find(segment)
        stream = connection.up if is_up else connection.down
        first = (segment.seq + bool(segment.flags & SYN)) % 2**32
        if segment.flags & SYN:
            stream.begin(first)
        if segment.size:
            stream.add(first, segment.data, segment.size, segment.time_ns)
        if segment.flags & FIN:
            stream.close((first + segment.size) % 2**32, segment.time_ns)
        if segment.flags & RST:
            stream.is_reset = True
            stream.closed_ns = stream.closed_ns or segment.time_ns

    def _find(self, segment: Segment) -> tuple[Connection, bool]:
        here = (segment.source, segment.source_port, segment.target, segment.target_port)
        there = (segment.target, segment.target_port, segment.source, segment.source_port)
        begins = segment.flags & (SYN | ACK) == SYN
        found, is_up = self._open.get(here), True
        if found is None and not begins:
            found, is_up = self._open.get(there), False
        if found is not None and begins and self._is_new(found, segment):
            found = None
        if found is not None:
            return found, is_up
        is_up = begins or not self._comes_from_server(segment)
        key = here if is_up else there
        connection = Connection(*key, segment.time_ns, bool(segment.flags & SYN))
        self._open[key] = connection
        self.connections.append(connection)
        return connection, is_up

    @staticmethod
    def _is_new(known: Connection, segment: Segment) -> bool:
        """A SYN between the same ports: a repeated one, or another connection?"""
        return known.up.base is not None and known.up.base != (segment.seq + 1) % 2**32

    def _comes_from_server(self, segment: Segment) -> bool:
        if segment.flags & SYN:  # with an ACK: the answer to a SYN that was not captured
            return True
        known = [port in self._server_ports for port in (segment.source_port, segment.target_port)]
        if known[0] != known[1]:
            return known[0]
        return segment.source_port < segment.target_port
