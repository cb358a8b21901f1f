"""Verifies an export, or a bare ledger: each check says in words what it found, and names the first bad entry.

It judges with the formats alone, and shares nothing with what wrote the files but those. Whatever is put before it, the
answer is a Verification, and nothing is left behind.
"""

import hashlib
import mmap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from app.audit.container import Container, open_container, pieces, read_small
from app.audit.entries import compare
from app.audit.layout import FRAME_NAME, LEDGER, MANIFEST, SIGNATURE, AuditError
from app.audit.manifest import FileSum, Manifest, Signature, parse_manifest, parse_signature
from app.audit.sign import fingerprint, is_signed_by, same_fingerprint
from app.privacy.ledger_format import BODY_BYTES, FILE_HEADER, MAGIC, RECORD_BYTES, Verdict, verify

_PAUSE_S = 0.2

Progress = Callable[[str], None]
First = int | str | None  # the first bad entry: a record's place, or a file's name


class State(StrEnum):
    GOOD = "good"
    BAD = "bad"
    OPEN = "open"  # could not be judged: something is not there to judge by


@dataclass(frozen=True, slots=True)
class Check:
    """name: chain, signature, ... sentence: what was found. first_bad: where."""

    name: str
    state: State
    sentence: str
    first_bad: First = None


@dataclass(slots=True)
class Verification:
    """The checks in their order. head and fingerprint: what to compare with what is known from elsewhere."""

    path: Path
    checks: list[Check] = field(default_factory=list)
    entries: int = 0
    erased: int = 0
    head: str = ""
    fingerprint: str = ""

    @property
    def is_good(self) -> bool:
        """Nothing is wrong, and nothing was left open."""
        return bool(self.checks) and all(check.state is State.GOOD for check in self.checks)

    @property
    def verdict(self) -> str:
        bad = [check for check in self.checks if check.state is State.BAD]
        if bad:
            return f"NOT GENUINE AS IT STANDS: {bad[0].sentence}"
        still_open = [check for check in self.checks if check.state is State.OPEN]
        if still_open:
            return f"WHOLE, BUT NOT PROVEN: {still_open[0].sentence}"
        return "GOOD: everything that can be checked here fits together."

    def add(self, name: str, state: State, sentence: str, first_bad: First = None) -> None:
        self.checks.append(Check(name, state, sentence, first_bad))

    def as_json(self) -> dict[str, object]:
        return {
            "path": str(self.path),
            "is_good": self.is_good,
            "verdict": self.verdict,
            "entries": self.entries,
            "erased": self.erased,
            "head": self.head,
            "fingerprint": self.fingerprint,
            "checks": [
                {"name": one.name, "state": one.state.value, "sentence": one.sentence, "first_bad": one.first_bad}
                for one in self.checks
            ],
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What the auditor has from elsewhere: a fingerprint read off the app, an older head; or no need of a signature."""

    fingerprint: str = ""
    head: str = ""
    allow_unsigned: bool = False


def verify_export(path: Path, known: Known | None = None, tell: Progress = lambda sentence: None) -> Verification:
    """Judge an export (ZIP or folder) or a bare ledger file.

    Raises AuditError where it is not there, or this computer lacks the room.
    """
    if not path.exists():
        raise AuditError(f"{path} is not there.", "Check the name.")
    found = Verification(path)
    known = known or Known()
    try:
        if _is_ledger(path):
            _check_ledger(found, path, known, tell, is_in_use=True)
            return found
        container = open_container(path)
    except AuditError as error:
        found.add("container", State.BAD, error.message, path.name)
        return found
    try:
        found.add("container", State.GOOD, f"{len(container.names)} files, all of them parts of an export.")
        _check_all(found, container, known, tell)
    except OSError as error:
        raise AuditError(
            f"It could not be verified here: {error.strerror or error}.", "Make room, then try again."
        ) from error
    finally:
        container.close()
    return found


def _check_all(found: Verification, container: Container, known: Known, tell: Progress) -> None:
    try:
        raw = read_small(container, MANIFEST)
        manifest = parse_manifest(raw)
    except AuditError as error:
        found.add("manifest", State.BAD, error.message, MANIFEST)
        return
    found.add("manifest", State.GOOD, f"Made {manifest.made_at} by Nearhalf {manifest.app}.")
    _check_signature(found, container, raw, manifest, known)
    tell("Comparing the sums of the files.")
    with TemporaryDirectory(prefix="nearhalf-audit-") as work:
        ledger = Path(work) / LEDGER
        if not _check_sums(found, container, manifest, ledger):
            return
        _check_ledger(found, ledger, known, tell)
        _compare(found, manifest)
        _name_beside(found, manifest)
        tell("Comparing lines, frames and requests with the ledger.")
        for name, fault in compare(container, ledger, manifest.frames).items():
            found.add(name, State.GOOD if fault.is_good else State.BAD, fault.sentence, fault.first_bad)


def _check_signature(found: Verification, container: Container, raw: bytes, manifest: Manifest, known: Known) -> None:
    if SIGNATURE not in container.names and manifest.public is None:
        state = State.GOOD if known.allow_unsigned else State.OPEN
        found.add("signature", state, "It is not signed: anybody could have made it.")
        return
    try:
        signature = parse_signature(read_small(container, SIGNATURE))
    except AuditError as error:
        found.add("signature", State.BAD, error.message, SIGNATURE)
        return
    found.fingerprint = fingerprint(signature.public)
    fault = _signature_fault(signature, raw, manifest, known, found.fingerprint)
    if fault:
        found.add("signature", State.BAD, fault, SIGNATURE)
    else:
        compared = "the fingerprint you gave" if known.fingerprint else "compare it with the one the app shows"
        found.add("signature", State.GOOD, f"Signed by the key {found.fingerprint} ({compared}).")


def _signature_fault(signature: Signature, raw: bytes, manifest: Manifest, known: Known, shown: str) -> str:
    if not is_signed_by(signature.public, signature.signature, raw):
        return "The signature does not fit the manifest: one of them was altered."
    if signature.public != manifest.public:
        return "The manifest names another key than the one that signed it."
    if known.fingerprint and not same_fingerprint(known.fingerprint, shown):
        return f"It is signed by another key than the one you gave: {shown}."
    return ""


def _check_sums(found: Verification, container: Container, manifest: Manifest, ledger: Path) -> bool:
    """False where there is no ledger to go on with. Copies it to `ledger`."""
    listed = {*manifest.files, MANIFEST, SIGNATURE}
    extra = next((name for name in container.names if name not in listed and not FRAME_NAME.fullmatch(name)), None)
    bad = (f"{extra} is not in the manifest.", extra) if extra is not None else None
    for name, expected in manifest.files.items():
        try:
            is_listed = _sum(container, name, ledger if name == LEDGER else None) == expected
        except AuditError as error:
            bad = bad or (error.message, name)
            if name == LEDGER:
                found.add("sums", State.BAD, *bad)
                return False
            continue
        if not is_listed:
            bad = bad or (f"{name} is not the file that the manifest lists.", name)
    if bad:
        found.add("sums", State.BAD, *bad)
    else:
        found.add("sums", State.GOOD, f"{len(manifest.files)} files have the SHA-256 that the manifest lists.")
    return True


def _sum(container: Container, name: str, copy_to: Path | None) -> FileSum:
    digest, size = hashlib.sha256(), 0
    with copy_to.open("wb") if copy_to else nullcontext() as copy:
        for piece in pieces(container, name):
            digest.update(piece)
            size += len(piece)
            if copy is not None:
                copy.write(piece)
    return FileSum(size, digest.hexdigest())


def _check_ledger(found: Verification, path: Path, known: Known, tell: Progress, *, is_in_use: bool = False) -> None:
    tell("Following the ledger's chain.")
    verdict = verify(path)
    if is_in_use and not verdict.is_good:  # its app may have been in the middle of a record, or of an erasure
        time.sleep(_PAUSE_S)
        verdict = verify(path)
    found.entries, found.erased, found.head = verdict.entries, verdict.erased, verdict.head.hex()
    if not verdict.is_good:
        is_erasure = "eras" in verdict.reason
        found.add("erasures" if is_erasure else "chain", State.BAD, verdict.reason, verdict.first_bad)
        return
    found.add("chain", State.GOOD, _chain_words(verdict))
    if verdict.erased:
        words = f"{verdict.erased} records are erased, and the ledger says of each that it was."
    else:
        words = "Nothing was erased."
    found.add("erasures", State.GOOD, words)
    if known.head:
        _check_head(found, path, known.head)


def _chain_words(verdict: Verdict) -> str:
    end = "and it was closed in order" if verdict.is_closed else "and it was in use, or its app crashed"
    repairs = f" {verdict.repairs} times a damaged end was set aside." if verdict.repairs else ""
    return f"{verdict.records} records, {verdict.entries} entries: each follows from the one before, {end}.{repairs}"


def _check_head(found: Verification, path: Path, head: str) -> None:
    """An older head must still stand in the ledger."""
    try:
        wanted = bytes.fromhex(head)
    except ValueError:
        wanted = b""
    place = _place_of(path, wanted) if len(wanted) == RECORD_BYTES - BODY_BYTES else None
    if place is None:
        found.add("older head", State.BAD, "The head you gave is nowhere in this ledger: records before it changed.")
    else:
        found.add("older head", State.GOOD, f"The head you gave is that of record {place}.")


def _place_of(path: Path, chain: bytes) -> int | None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(chain, FILE_HEADER.size)
        while at >= 0:
            place, offset = divmod(at - FILE_HEADER.size, RECORD_BYTES)
            if offset == BODY_BYTES:
                return place
            at = content.find(chain, at + 1)
    return None


def _compare(found: Verification, manifest: Manifest) -> None:
    """What the manifest says of the ledger. A fault that it tells of is the ledger's own, and named already."""
    if any(check.state is State.BAD and check.name in ("chain", "erasures") for check in found.checks):
        return
    said = (manifest.entries, manifest.erased, manifest.head)
    if said != (found.entries, found.erased, found.head):
        found.add("head", State.BAD, "The manifest tells of another ledger: its head or its counts are not these.")
    else:
        found.add("head", State.GOOD, f"The manifest names this ledger's head, {found.head[:16]}...")


def _name_beside(found: Verification, manifest: Manifest) -> None:
    """What else that computer recorded is in exports of its own: whoever signed the manifest has named it."""
    if manifest.beside is None:
        return
    names = ", ".join(f"{name} ({records} records)" for name, records in manifest.beside)
    words = f"That computer has further ledgers; ask for an export of each: {names}."
    found.add("beside", State.GOOD, words if names else "It was the only ledger of that computer.")


@contextmanager
def ledger_of(path: Path) -> Iterator[Path]:
    """The ledger file in an export, or `path` itself where it is one: for whoever compares it with something else.

    Raises AuditError where there is none.
    """
    if _is_ledger(path):
        yield path
        return
    container = open_container(path)
    try:
        with TemporaryDirectory(prefix="nearhalf-audit-") as work:
            ledger = Path(work) / LEDGER
            with ledger.open("wb") as copy:
                copy.writelines(pieces(container, LEDGER))
            yield ledger
    finally:
        container.close()


def _is_ledger(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False  # a folder, or not there: said by whoever opens it
