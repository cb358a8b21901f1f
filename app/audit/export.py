"""Makes an export: the ledger as it is, the same entries in readable lines, and a signed manifest over all of it.

The ledger is read while the app may be writing it. A snapshot is taken first; everything is made from that.
"""

import hashlib
import json
import platform
import shutil
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Protocol

from app.audit.frames import Frames
from app.audit.har import as_har, is_control
from app.audit.layout import (
    ENTRIES,
    FORMAT,
    HAR,
    LEDGER,
    MANIFEST,
    SIGNATURE,
    VERSION,
    AuditError,
    entry_line,
    frame_name,
    moment,
)
from app.audit.sign import ALGORITHM, DeviceKey
from app.audit.statements import PROVES
from app.domain.clearance import Direction
from app.privacy.ledger_format import VERSION as LEDGER_VERSION
from app.privacy.ledger_format import LedgerEntry, LedgerFormatError, Verdict, read_entries, used_bytes, verify
from app.wire.frames import MAJOR, MINOR, Kind

_LINES_AT_ONCE = 1000
_TELL_ENTRIES = 20_000
_AGAIN, _PAUSE_S = 20, 0.05  # a snapshot may meet a record that is half written, or an erasure under way
_COPY_BYTES = 2**20

Progress = Callable[[int, int], None]  # entries done, entries in all


class Kept(Protocol):
    """What the gate kept of one entry (app/privacy/kept.py: KeptContent)."""

    entry: int
    content: bytes
    head: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into an export. kept: contents from the running app; frames and bodies are made of these alone.
    others: ledgers beside this one, by name: the manifest tells of them, so that none can be kept from an auditor."""

    ledger: Path
    key: DeviceKey | None = None
    kept: Iterable[Kept] = ()
    frames: bool = False
    har: bool = False
    sanitised: bool = True
    others: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was made. fault: what is wrong with the ledger itself, "" where nothing is; it is exported all the same."""

    path: Path
    entries: int
    frames: int
    head: str
    fingerprint: str
    fault: str


def export(target: Path, wanted: Wanted, progress: Progress = lambda done, total: None) -> Exported:
    """Write the export: a ZIP where the name ends in .zip, else a folder, which must not be there yet.

    Raises AuditError; then nothing of it is left.
    """
    if target.exists() and (target.is_dir() or target.suffix != ".zip"):
        raise AuditError(f"{target} is there already.", "Choose another name.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".nearhalf-audit-", dir=target.parent) as work:
            snapshot = Path(work) / LEDGER
            verdict = _snapshot(wanted.ledger, snapshot)
            made = Path(work) / "export"
            with _Zip(made) if target.suffix == ".zip" else _Folder(made) as sink:
                done = _write(sink, snapshot, verdict, wanted, progress)
            made.replace(target)
    except OSError as error:
        raise AuditError(
            f"The export could not be written: {error.strerror or error}.", "Make room, or choose another folder."
        ) from error
    return Exported(target, *done)


def _snapshot(ledger: Path, target: Path) -> Verdict:
    """Copy the whole records. Raises AuditError where there is no ledger."""
    for again in range(_AGAIN):
        try:
            with ledger.open("rb") as source, target.open("wb") as copy:
                left = used_bytes(source)
                source.seek(0)
                while left > 0 and (piece := source.read(min(left, _COPY_BYTES))):
                    copy.write(piece)
                    left -= len(piece)
        except FileNotFoundError as error:
            raise AuditError(f"There is no ledger at {ledger}.", "Nothing was sent or received yet.") from error
        verdict = verify(target)
        if verdict.is_good or again == _AGAIN - 1:
            break
        time.sleep(_PAUSE_S)
    return verdict


def _write(
    sink: "_Sink", snapshot: Path, verdict: Verdict, wanted: Wanted, progress: Progress
) -> tuple[int, int, str, str, str]:
    with snapshot.open("rb") as source, sink.file(LEDGER) as copy:
        shutil.copyfileobj(source, copy, _COPY_BYTES)
    kept = {one.entry: one for one in wanted.kept}
    seen = _Seen()
    frames = Frames()
    control: list[LedgerEntry] = []
    with sink.file(ENTRIES) as file:
        lines: list[bytes] = []
        for entry in _entries(snapshot, verdict, progress):
            lines.append(entry_line(entry))
            if len(lines) == _LINES_AT_ONCE:
                file.write(b"".join(lines))
                lines.clear()
            seen.take(entry)
            if wanted.har and is_control(entry):
                control.append(entry)
            elif wanted.frames and entry.number in kept:
                frames.take(entry, kept[entry.number].head, kept[entry.number].content)
        file.write(b"".join(lines))
    for number, wire in frames.wires.items():
        with sink.file(frame_name(number), is_summed=False) as file:
            file.write(wire)
    app = app_version()
    if wanted.har:
        contents = {number: one.content for number, one in kept.items()}
        with sink.file(HAR) as file:
            file.write(as_har(control, contents, app, sanitised=wanted.sanitised))
    manifest = json.dumps(_manifest(app, verdict, seen, frames, wanted, sink.sums), indent=1).encode()
    with sink.file(MANIFEST) as file:
        file.write(manifest)
    if wanted.key is not None:
        with sink.file(SIGNATURE) as file:
            file.write(json.dumps(_signature(wanted.key, manifest), indent=1).encode())
    fingerprint = wanted.key.fingerprint if wanted.key else ""
    return seen.entries, len(frames.wires), verdict.head.hex(), fingerprint, verdict.reason


def _entries(snapshot: Path, verdict: Verdict, progress: Progress) -> Iterator[LedgerEntry]:
    """As far as they can be read: what is wrong with a ledger is for `verify` to say."""
    try:
        for done, entry in enumerate(read_entries(snapshot)):
            if done % _TELL_ENTRIES == 0:
                progress(done, verdict.entries)
            yield entry
    except LedgerFormatError:
        pass
    progress(verdict.entries, verdict.entries)


@dataclass(slots=True)
class _Seen:
    """What a manifest tells of all entries."""

    entries: int = 0
    hosts: dict[str, dict[str, int]] = field(default_factory=dict)
    taps: dict[int, dict[str, int]] = field(default_factory=dict)
    first_ns: int = 0
    last_ns: int = 0

    def take(self, entry: LedgerEntry) -> None:
        self.entries += 1
        self.first_ns = self.first_ns or entry.time_ns
        self.last_ns = entry.time_ns
        host = self.hosts.get(entry.host)
        if host is None:
            host = self.hosts[entry.host] = {"entries": 0, "bytes_up": 0, "bytes_down": 0}
        host["entries"] += 1
        host["bytes_up" if entry.direction == Direction.UP else "bytes_down"] += entry.wire_bytes
        if entry.kind in (Kind.TAP, Kind.DELTA):
            self.taps.setdefault(entry.tap, {})["z" if entry.kind == Kind.TAP else "y"] = entry.cols


def _manifest(
    app: str, verdict: Verdict, seen: _Seen, frames: Frames, wanted: Wanted, sums: dict[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": moment(time.time_ns()),
        "app": {"nearhalf": app, "python": platform.python_version(), "system": platform.system()},
        "formats": {"ledger": LEDGER_VERSION, "wire": f"{MAJOR}.{MINOR}"},
        "ledger": {
            "records": verdict.records,
            "entries": seen.entries,
            "head": verdict.head.hex(),
            "is_closed": verdict.is_closed,
            "erased": verdict.erased,
            "erasures": verdict.erasures,
            "repairs": verdict.repairs,
            "fault": verdict.reason,
            "first": moment(seen.first_ns),
            "last": moment(seen.last_ns),
        },
        "beside": [_beside(name, path) for name, path in wanted.others.items() if path != wanted.ledger],
        "hosts": seen.hosts,
        "plan": {
            "exchanges": [{"layer": layer, **cols} for layer, cols in sorted(seen.taps.items())],
            "sessions": frames.plans,
        },
        "frames": {"count": len(frames.wires)},
        "key": {"algorithm": ALGORITHM, "public": wanted.key.public.hex(), "fingerprint": wanted.key.fingerprint}
        if wanted.key
        else None,
        "files": sums,
        "what_this_proves": PROVES,
    }


def _beside(name: str, ledger: Path) -> dict[str, Any]:
    """Another ledger of this computer, as it is now."""
    verdict = verify(ledger)
    return {"name": name, "records": verdict.records, "head": verdict.head.hex()}


def _signature(key: DeviceKey, manifest: bytes) -> dict[str, str]:
    return {
        "algorithm": ALGORITHM,
        "of": MANIFEST,
        "public": key.public.hex(),
        "fingerprint": key.fingerprint,
        "signature": key.sign(manifest).hex(),
    }


def app_version() -> str:
    try:
        return version("nearhalf")
    except PackageNotFoundError:
        return "from source"


class _Summed:
    """A file that is being written, its bytes counted and hashed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._bytes = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._bytes += len(data)
        return self._file.write(data)

    @property
    def facts(self) -> dict[str, Any]:
        return {"bytes": self._bytes, "sha256": self._hash.hexdigest()}


class _Sink(ABC):
    """Where the files go. sums: of those that the manifest lists, as far as they are written."""

    def __init__(self) -> None:
        self.sums: dict[str, Any] = {}

    @contextmanager
    def file(self, name: str, *, is_summed: bool = True) -> Iterator[_Summed]:
        with self._open(name) as file:
            summed = _Summed(file)
            yield summed
        if is_summed:
            self.sums[name] = summed.facts

    @abstractmethod
    def _open(self, name: str) -> IO[bytes]: ...

    def __enter__(self) -> "_Sink":
        return self

    def __exit__(self, *failed: object) -> None:  # noqa: B027 - a folder has nothing to end
        pass


class _Zip(_Sink):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(name, "w", force_zip64=name in (LEDGER, ENTRIES))

    def __exit__(self, *failed: object) -> None:
        self._zip.close()


class _Folder(_Sink):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.mkdir()

    def _open(self, name: str) -> IO[bytes]:
        place = self._path / name
        place.parent.mkdir(exist_ok=True)
        return place.open("wb")
