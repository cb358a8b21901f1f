"""What comparing a capture with the ledger found, in numbers and in sentences."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from app.domain.clearance import Direction, Purpose

FIRST_BYTES = 16
MOST_FINDINGS = 10_000


class Outcome(StrEnum):
    MATCHES = "matches"  # every byte that the capture covers is in the ledger, and the reverse
    INCOMPLETE = "incomplete"  # nothing contradicts the ledger, but not all of it could be compared
    DIFFERS = "differs"  # the wire and the ledger say different things


class Fault(StrEnum):
    """What may be wrong, and what is only worth knowing."""

    NOT_IN_LEDGER = "on the wire, not in the ledger"
    NOT_ON_WIRE = "in the ledger, not on the wire"
    CHANGED = "other bytes on the wire than the ledger says"
    OUT_OF_ORDER = "on the wire in another place than the ledger says"
    WRONG_HOST = "to another address than the ledger says"
    TWO_VERSIONS = "told in two ways by the capture"
    NOT_CAPTURED = "missing in the capture"
    ENCRYPTED = "cannot be looked into"
    NEVER_SENT = "written to the ledger as the connection broke; never sent"
    NEVER_READ = "arrived after the app had closed; never read"
    EMPTY_CONNECTION = "connection that carried no content"


_DIFFERS = frozenset(
    {
        Fault.NOT_IN_LEDGER,
        Fault.NOT_ON_WIRE,
        Fault.CHANGED,
        Fault.OUT_OF_ORDER,
        Fault.WRONG_HOST,
        Fault.TWO_VERSIONS,
    }
)
_INCOMPLETE = frozenset({Fault.NOT_CAPTURED, Fault.ENCRYPTED})


class Way(IntEnum):
    """A finding's direction; NONE where it has none."""

    NONE = 0
    UP = Direction.UP
    DOWN = Direction.DOWN


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, named. entry: its number in the ledger, None for what the ledger does not know. first: its first bytes
    on the wire; what: its form on the wire, or its purpose in the ledger."""

    fault: Fault
    time_ns: int
    way: Way
    host: str
    size: int
    what: str
    first: bytes = b""
    entry: int | None = None

    @property
    def sentence(self) -> str:
        way = {Way.NONE: "", Way.UP: ", up", Way.DOWN: ", down"}[self.way]
        entry = f"entry {self.entry}: " if self.entry is not None else ""
        first = f", begins {self.first[:FIRST_BYTES].hex(' ')}" if self.first else ""
        where = f"{shown_time(self.time_ns)}  {self.host}{way}"
        return f"{where}: {entry}{self.fault}: {self.what}, {self.size:,} bytes{first}"


@dataclass(slots=True)
class CaptureVerdict:
    """What `match` found. outside: entries before or after the capture."""

    findings: list[Finding] = field(default_factory=list)
    unnamed: int = 0  # findings beyond MOST_FINDINGS
    packets: int = 0
    first_ns: int = 0
    last_ns: int = 0
    entries: int = 0
    matched: int = 0
    matched_up: int = 0  # bytes
    matched_down: int = 0
    frames: int = 0  # WebSocket frames among what matched
    connections: int = 0
    encrypted_around: int = 0  # bytes of TLS around the content, which are in no entry
    outside: int = 0
    erased: int = 0
    clock_offset_ns: int = 0  # the capture's clock less the ledger's
    head_start_ns: int | None = None  # median time from an entry up to its bytes on the wire
    elsewhere: list[str] = field(default_factory=list)  # other traffic in the capture, which was not judged
    notes: list[str] = field(default_factory=list)  # on the capture file
    _worst: int = 0

    def add(self, finding: Finding) -> None:
        self._worst = max(self._worst, 2 if finding.fault in _DIFFERS else finding.fault in _INCOMPLETE)
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.unnamed += 1

    @property
    def outcome(self) -> Outcome:
        if self._worst == 2:
            return Outcome.DIFFERS
        return Outcome.INCOMPLETE if self._worst or self.notes or not self.matched else Outcome.MATCHES

    @property
    def is_good(self) -> bool:
        return self.outcome is Outcome.MATCHES

    @property
    def differences(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.fault in _DIFFERS | _INCOMPLETE]

    @property
    def notices(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.fault not in _DIFFERS | _INCOMPLETE]

    def sentences(self, most: int = 50) -> list[str]:
        """The verdict for a person: outcome first, then each finding, then what was not judged."""
        return [_headline(self), *_facts(self), *_named(self, most), *_limits(self)]

    def facts(self) -> dict[str, object]:
        """The verdict for a program."""
        return {
            "outcome": str(self.outcome),
            "findings": [_finding_facts(finding) for finding in self.findings],
            "findings_not_listed": self.unnamed,
            "packets": self.packets,
            "capture_first": shown_time(self.first_ns),
            "capture_last": shown_time(self.last_ns),
            "entries": self.entries,
            "entries_matched": self.matched,
            "entries_outside": self.outside,
            "bytes_up": self.matched_up,
            "bytes_down": self.matched_down,
            "websocket_frames": self.frames,
            "connections": self.connections,
            "tls_bytes_around": self.encrypted_around,
            "not_judged": self.elsewhere,
            "notes": self.notes,
        }


def shown_time(time_ns: int) -> str:
    """UTC, with microseconds; a hostile number is shown as it is."""
    try:
        return datetime.fromtimestamp(time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    except (ValueError, OverflowError, OSError):
        return f"time {time_ns} ns"


def purpose_words(number: int) -> str:
    try:
        return Purpose(number).name.lower().replace("_", " ")
    except ValueError:
        return f"purpose {number}"


def _finding_facts(finding: Finding) -> dict[str, object]:
    return {
        "fault": str(finding.fault),
        "time": shown_time(finding.time_ns),
        "direction": finding.way.name.lower(),
        "host": finding.host,
        "bytes": finding.size,
        "what": finding.what,
        "first_bytes": finding.first[:FIRST_BYTES].hex(),
        "entry": finding.entry,
    }


def _headline(verdict: CaptureVerdict) -> str:
    if verdict.outcome is Outcome.MATCHES:
        return "The capture matches the ledger: every byte on the wire is in the ledger, and the reverse."
    if verdict.outcome is Outcome.DIFFERS:
        return f"The capture and the ledger differ: {len(verdict.differences) + verdict.unnamed:,} findings."
    if not verdict.matched:
        return "Nothing could be compared: the capture holds nothing of what the ledger says."
    return "Nothing on the wire contradicts the ledger, but not all of it could be compared."


def _facts(verdict: CaptureVerdict) -> list[str]:
    facts = [
        f"Capture: {verdict.packets:,} packets, {shown_time(verdict.first_ns)} to {shown_time(verdict.last_ns)} UTC.",
    ]
    compared = f"{verdict.matched:,} entries, {verdict.connections:,} connections, {verdict.frames:,} WebSocket frames"
    sizes = f"{verdict.matched_up:,} bytes up, {verdict.matched_down:,} bytes down"
    facts.append(f"Compared by SHA-256: {compared}; {sizes}.")
    if verdict.head_start_ns is not None and abs(verdict.clock_offset_ns) < 10**9:
        facts.append(
            f"An entry up was written before its bytes left: by {verdict.head_start_ns / 1e6:.3f} ms in the median."
        )
    return facts


def _named(verdict: CaptureVerdict, most: int) -> list[str]:
    differences, notices = verdict.differences, verdict.notices
    lines = [finding.sentence for finding in differences[:most]]
    if len(differences) + verdict.unnamed > most:
        lines.append(f"... and {len(differences) + verdict.unnamed - most:,} more.")
    lines += [f"To know: {finding.sentence}" for finding in notices[:most]]
    return lines


def _limits(verdict: CaptureVerdict) -> list[str]:
    lines = list(verdict.notes)
    if verdict.outside:
        lines.append(
            f"{verdict.outside:,} entries of the ledger are from before or after the capture: it says nothing of them."
        )
    if verdict.erased:
        lines.append(f"{verdict.erased:,} entries of the ledger were erased: what they described is in it no more.")
    if verdict.encrypted_around:
        lines.append(f"TLS added {verdict.encrypted_around:,} bytes (handshakes and seals), which are in no entry.")
    if abs(verdict.clock_offset_ns) >= 10**9:
        lines.append(f"The capture's clock was {verdict.clock_offset_ns / 1e9:+.1f} s from the ledger's.")
    if verdict.elsewhere:
        lines.append("Also in the capture, with addresses that the ledger does not name, so not judged: ")
        lines[-1] += "; ".join(verdict.elsewhere) + "."
    return lines
