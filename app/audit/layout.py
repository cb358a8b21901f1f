"""What an export is made of (docs/audit.md): names, versions, limits, and how one ledger entry is written as a line.

manifest.json    what this is, of which ledger, and the SHA-256 of every other file but frames and signature
signature.json   Ed25519 over the manifest
ledger.nhl       the ledger's own records, byte for byte
entries.jsonl    the same entries, one readable line each
frames/N.wire    if asked: the wire bytes of entry N, as they went; their SHA-256 is in entry N
control.har      if asked: the control channel's requests
"""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache

from app.domain.clearance import Direction, Purpose
from app.domain.errors import AppError
from app.privacy.ledger_format import LedgerEntry
from app.wire.frames import Dtype, Kind

FORMAT = "nearhalf-audit-export"
VERSION = 1
MANIFEST, SIGNATURE, LEDGER, ENTRIES, HAR = (
    "manifest.json",
    "signature.json",
    "ledger.nhl",
    "entries.jsonl",
    "control.har",
)
FRAME_NAME = re.compile(r"frames/([0-9]{1,12})\.wire")
LINE_BYTES = 4096
FILE_LIMITS = {MANIFEST: 2**20, SIGNATURE: 2**12, LEDGER: 2**32, ENTRIES: 2**34, HAR: 2**26}
FRAME_BYTES = 2**26
TOTAL_BYTES = 2**35
FILES = 300_000

_DIRECTIONS = {int(each): each.name.lower() for each in Direction}
_PURPOSES = {int(each): each.name.lower() for each in Purpose}
_KINDS = {int(each): each.name for each in Kind} | {0: None}
_DTYPES = {int(each): each.name for each in Dtype}


class AuditError(AppError):
    """An export, a ledger or a report cannot be made or read."""


def frame_name(number: int) -> str:
    return f"frames/{number}.wire"


def entry_line(entry: LedgerEntry) -> bytes:
    """One entry as a line of JSON. Numbers that JavaScript would round (time_ns, session) are strings."""
    head, tail = (
        _steady(entry.direction, entry.purpose, entry.host, entry.connection, entry.message.int, entry.is_tls),
        _shape(
            entry.kind,
            entry.tap,
            entry.rows,
            entry.cols,
            entry.side_cols,
            entry.dtype,
            entry.side_dtype,
            entry.step_flags,
        ),
    )
    return (
        f'{{"number": {entry.number}, "time": "{moment(entry.time_ns)}", "time_ns": "{entry.time_ns}", {head}, {tail}, '
        f'"session": "{entry.session}", "step": {entry.step}, "position": {entry.position}, '
        f'"payload_bytes": {entry.payload_bytes}, "wire_bytes": {entry.wire_bytes}, '
        f'"sha256": "{entry.sha256.hex()}"}}\n'
    ).encode()


def moment(time_ns: int) -> str:
    """UTC, to the second; beyond the calendar, the number itself."""
    return _second(time_ns // 1_000_000_000)


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"


@lru_cache(maxsize=256)
def _steady(direction: int, purpose: int, host: str, connection: int, message: int, is_tls: bool) -> str:
    said = {
        "direction": _DIRECTIONS.get(direction, direction),
        "purpose": _PURPOSES.get(purpose, purpose),
        "host": host,
        "connection": connection,
        "is_tls": is_tls,
        "message": f"{message:032x}" if message else None,
    }
    return json.dumps(said)[1:-1]


@lru_cache(maxsize=1024)
def _shape(kind: int, tap: int, rows: int, cols: int, side_cols: int, dtype: int, side_dtype: int, flags: int) -> str:
    said = {
        "kind": _KINDS.get(kind, kind),
        "tap": tap,
        "rows": rows,
        "cols": cols,
        "side_cols": side_cols,
        "dtype": _DTYPES.get(dtype, dtype),
        "side_dtype": _DTYPES.get(side_dtype, side_dtype),
        "flags": flags,
    }
    return json.dumps(said)[1:-1]
