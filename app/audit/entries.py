"""The parts of an export that repeat the ledger, compared with it in one pass: lines, frames, requests."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.audit.container import Container, pieces, read_small
from app.audit.har import has_token, is_control
from app.audit.layout import ENTRIES, FRAME_NAME, HAR, LINE_BYTES, AuditError, entry_line, frame_name
from app.audit.manifest import parse_json
from app.privacy.ledger_format import LedgerEntry, LedgerFormatError, read_entries


@dataclass(frozen=True, slots=True)
class Compared:
    """What one part says of the ledger. first_bad: an entry's number, or a file's name."""

    is_good: bool
    sentence: str
    first_bad: int | str | None = None


class _Part(Protocol):
    def take(self, entry: LedgerEntry) -> Compared | None:
        """The next entry of the ledger; a fault ends this part. Raises AuditError."""

    def end(self) -> Compared: ...


def compare(container: Container, ledger: Path, frames: int) -> dict[str, Compared]:
    """Every part that is there, by name. frames: how many the manifest says there are."""
    parts: dict[str, _Part] = {"entries": _Lines(container)}
    found: dict[str, Compared] = {}
    if frames or any(FRAME_NAME.fullmatch(name) for name in container.names):
        parts["frames"] = _Frames(container, frames)
    if HAR in container.names:
        try:
            parts["requests"] = _Requests(container)
        except AuditError as error:
            found["requests"] = Compared(False, error.message, HAR)
    try:
        for entry in read_entries(ledger):
            for name, part in tuple(parts.items()):
                fault = _in_words(part, entry)
                if fault is not None:
                    found[name] = fault
                    del parts[name]
    except LedgerFormatError as error:
        found |= {name: Compared(False, f"The ledger cannot be read: {error}") for name in parts}
        parts.clear()
    for name, part in parts.items():
        found[name] = _in_words(part, None) or Compared(False, "")
    return found


def _in_words(part: _Part, entry: LedgerEntry | None) -> Compared | None:
    try:
        return part.end() if entry is None else part.take(entry)
    except AuditError as error:
        return Compared(False, error.message)


class _Lines:
    """Line by line what the ledger says."""

    def __init__(self, container: Container) -> None:
        self._lines = _split(container)
        self._count = 0

    def take(self, entry: LedgerEntry) -> Compared | None:
        line = next(self._lines, None)
        if line is None:
            return Compared(False, f"The line of entry {entry.number} is missing.", entry.number)
        expected = entry_line(entry)
        if line != expected and _json(line) != json.loads(expected):
            return Compared(False, f"The line of entry {entry.number} does not say what the ledger says.", entry.number)
        self._count += 1
        return None

    def end(self) -> Compared:
        if next(self._lines, None) is not None:
            return Compared(False, f"There are more lines than the ledger's {self._count} entries.", ENTRIES)
        return Compared(True, f"{self._count} lines say what the ledger says.")


class _Frames:
    """Every frame has the hash that its entry has."""

    def __init__(self, container: Container, expected: int) -> None:
        self._container = container
        self._expected = expected
        names = [name for name in container.names if FRAME_NAME.fullmatch(name)]
        self._count = len(names)
        self._left = set(names)

    def take(self, entry: LedgerEntry) -> Compared | None:
        name = frame_name(entry.number)
        if name in self._left:
            self._left.remove(name)
            if hashlib.sha256(read_small(self._container, name)).digest() != entry.sha256:
                sentence = f"{name} is not what entry {entry.number} recorded: its hash differs."
                return Compared(False, sentence, entry.number)
        return None

    def end(self) -> Compared:
        if self._left:
            first = min(self._left)
            return Compared(False, f"The ledger has no entry of which {first} could be the frame.", first)
        if self._count != self._expected:
            return Compared(False, f"There are {self._count} frames; the manifest says {self._expected}.")
        return Compared(True, f"{self._count} frames have the hashes that the ledger recorded.")


class _Requests:
    """Every request names entries of the control channel, all of them are named, and no token is in it."""

    def __init__(self, container: Container) -> None:
        text = read_small(container, HAR)
        if has_token(text.decode("utf-8", "replace")):
            raise AuditError("control.har holds a bearer token. Do not pass it on.")
        self._named = _named_by(parse_json(text, HAR))

    def take(self, entry: LedgerEntry) -> Compared | None:
        if is_control(entry):
            if entry.number not in self._named:
                sentence = f"The request of entry {entry.number} is missing in control.har."
                return Compared(False, sentence, entry.number)
            self._named.remove(entry.number)
        return None

    def end(self) -> Compared:
        if self._named:
            first = min(self._named)
            return Compared(False, f"control.har tells of entry {first}, which is no request in the ledger.", first)
        return Compared(True, "control.har tells of the requests that are in the ledger, and holds no token.")


def _named_by(untrusted: Any) -> set[int]:
    log = untrusted.get("log") if isinstance(untrusted, dict) else None
    exchanges = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(exchanges, list):
        raise AuditError("control.har is no HAR.")
    named: set[int] = set()
    for exchange in exchanges:
        numbers = exchange.get("_ledger") if isinstance(exchange, dict) else None
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise AuditError("control.har holds a request that names no entries of the ledger.")
        for number in numbers:
            if not 0 <= number < 2**53 or number in named:
                raise AuditError("control.har names an entry twice, or one that cannot be.")
            named.add(number)
    return named


def _split(container: Container) -> Iterator[bytes]:
    rest = b""
    for piece in pieces(container, ENTRIES):
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LINE_BYTES:
            raise AuditError("entries.jsonl holds a line that is too long.")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
