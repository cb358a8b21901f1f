"""The manifest and the signature of an export, judged field by field: both are untrusted JSON."""

import json
from dataclasses import dataclass
from typing import Any

from app.audit.layout import ENTRIES, FORMAT, HAR, LEDGER, VERSION, AuditError
from app.audit.sign import ALGORITHM, PUBLIC_BYTES, SIGNATURE_BYTES

_COUNT_LIMIT = 2**53
_TEXT_LIMIT = 300
_OTHERS_LIMIT = 1000  # ledgers that are named


@dataclass(frozen=True, slots=True)
class FileSum:
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is compared. public: the key that the signature must be of, None where the export says it is not signed.
    beside: the computer's other ledgers with their records, None where the export does not say."""

    made_at: str
    app: str
    records: int
    entries: int
    erased: int
    head: str
    fault: str
    frames: int
    public: bytes | None
    files: dict[str, FileSum]
    beside: tuple[tuple[str, int], ...] | None


@dataclass(frozen=True, slots=True)
class Signature:
    public: bytes
    signature: bytes


def parse_manifest(untrusted: bytes) -> Manifest:
    """Raises AuditError, naming the field that is wrong."""
    manifest = _object(untrusted, "The manifest")
    if manifest.get("format") != FORMAT:
        raise AuditError("The manifest is not that of an export.")
    version = manifest.get("version")
    if type(version) is not int or version != VERSION:
        raise AuditError(f"The export has version {_shown(version)}; this program reads version {VERSION}.")
    ledger, key = _get(manifest, "ledger", dict), manifest.get("key")
    return Manifest(
        made_at=_text(manifest, "made_at"),
        app=_text(_get(manifest, "app", dict), "nearhalf"),
        records=_count(ledger, "records"),
        entries=_count(ledger, "entries"),
        erased=_count(ledger, "erased"),
        head=_hex(ledger, "head", 32).hex(),
        fault=_text(ledger, "fault"),
        frames=_count(_get(manifest, "frames", dict), "count"),
        public=None if key is None else _hex(_of_type(key, "key", dict), "public", PUBLIC_BYTES),
        files=_files(_get(manifest, "files", dict)),
        beside=_beside(_get(manifest, "beside", list)) if "beside" in manifest else None,
    )


def parse_signature(untrusted: bytes) -> Signature:
    """Raises AuditError."""
    signature = _object(untrusted, "The signature")
    if signature.get("algorithm") != ALGORITHM:
        raise AuditError(f"The signature is of the kind {_shown(signature.get('algorithm'))}, not {ALGORITHM}.")
    return Signature(_hex(signature, "public", PUBLIC_BYTES), _hex(signature, "signature", SIGNATURE_BYTES))


def parse_json(untrusted: bytes, what: str) -> Any:
    """Raises AuditError."""
    try:
        return json.loads(untrusted)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{what} is no JSON.") from error


def _files(untrusted: dict[str, Any]) -> dict[str, FileSum]:
    files: dict[str, FileSum] = {}
    for name, facts in untrusted.items():
        if name not in (LEDGER, ENTRIES, HAR):
            raise AuditError(f"The manifest lists {_shown(name)}, which is no part of an export.")
        facts = _of_type(facts, name, dict)
        files[name] = FileSum(_count(facts, "bytes"), _hex(facts, "sha256", 32).hex())
    for name in (LEDGER, ENTRIES):
        if name not in files:
            raise AuditError(f"The manifest does not list {name}.")
    return files


def _beside(untrusted: list[Any]) -> tuple[tuple[str, int], ...]:
    found = []
    for one in untrusted[:_OTHERS_LIMIT]:
        ledger = _of_type(one, "beside", dict)
        _hex(ledger, "head", 32)
        found.append((_text(ledger, "name"), _count(ledger, "records")))
    return tuple(found)


def _object(untrusted: bytes, what: str) -> dict[str, Any]:
    found = parse_json(untrusted, what)
    if not isinstance(found, dict):
        raise AuditError(f"{what} is no JSON object.")
    return found


def _get(place: dict[str, Any], name: str, kind: type) -> Any:
    return _of_type(place.get(name), name, kind)


def _of_type(value: Any, name: str, kind: type) -> Any:
    if type(value) is not kind:
        raise AuditError(f"In the manifest or the signature, {_shown(name)} is missing or of the wrong type.")
    return value


def _count(place: dict[str, Any], name: str) -> int:
    value: int = _get(place, name, int)
    if not 0 <= value < _COUNT_LIMIT:
        raise AuditError(f"In the manifest, {name} is out of range.")
    return value


def _text(place: dict[str, Any], name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in _get(place, name, str)[:_TEXT_LIMIT])


def _hex(place: dict[str, Any], name: str, size: int) -> bytes:
    text: str = _get(place, name, str)
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != size or len(text) != 2 * size:
        raise AuditError(f"In the manifest or the signature, {name} is not {size} bytes in hex.")
    return value


def _shown(value: Any) -> str:
    text = str(value)[:40] if isinstance(value, str | int | float) and _is_short(value) else type(value).__name__
    return "".join(character if character.isprintable() else "?" for character in text)


def _is_short(value: str | int | float) -> bool:
    """str() of a huge int raises."""
    return isinstance(value, str | float) or abs(value) < _COUNT_LIMIT
