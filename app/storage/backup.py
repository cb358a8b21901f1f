"""One encrypted file with the history, its settings and the adapters; docs/storage.md, "The backup's format".

    "NHBACKUP", version (u8), length (u32, little-endian), the wraps of passphrase and recovery code as in keys.json;
    then one sealed stream (encrypted_file.py): length (u32), manifest (JSON), and the files one after the other.

The clear head is bound to the stream, whose key comes from the vault's data key. The database in it is a consistent
copy, taken while others write, and encrypted with its own key as it stands on the disk.
"""

import hashlib
import json
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from app.domain.errors import StorageError, StoreDamaged
from app.storage.database import Database, check_database
from app.storage.encrypted_file import SealBroken, SealedReader, SealedWriter
from app.storage.key_wraps import derive_key
from app.storage.paths import DataFolder
from app.storage.schema import SCHEMA
from app.storage.secret_wraps import SECRETS, open_with_secret
from app.storage.whole_file import whole_file
from app.storage.work_folder import work_folder
from app.storage.wraps_file import Wraps, wraps_from_json, wraps_to_json

VERSION = 1
KEY_PURPOSE = "backup"
HISTORY_KEY_PURPOSE = "history"
_MAGIC = b"NHBACKUP"
_HEAD = struct.Struct("<8sBI")
_LENGTH = struct.Struct("<I")
_LIMIT_BYTES = 2**20  # of the wraps, and of the manifest
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup's content, checked, in a work folder inside the data folder."""

    wraps: Wraps
    key: bytes
    work: Path

    @property
    def history(self) -> Path:
        return self.work / "history.db"

    def move_into(self, folder: DataFolder) -> None:
        """Into the places in the data folder, which are empty. Raises OSError."""
        adapters = self.work / "adapters"
        if adapters.is_dir():
            if folder.adapters.is_dir():
                folder.adapters.rmdir()
            adapters.replace(folder.adapters)
        else:
            folder.adapters.mkdir(mode=0o700, exist_ok=True)
        self.history.replace(folder.history)


def write_backup(
    target: Path, folder: DataFolder, database: Database, wraps: Wraps, backup_key: bytes, history_key: bytes
) -> None:
    """Copy, check, encrypt, read back, and only then take the place of `target`. Raises StorageError."""
    with work_folder(folder) as work, _in_words(target):
        copy = work / "history.db"
        database.copy_to(copy, history_key)
        rows = check_database(copy, history_key, SCHEMA.counted)
        files = {"history.db": copy} | _adapter_files(folder.adapters)
        with whole_file(target) as file:
            _write(file, wraps.only(*SECRETS), backup_key, rows, files)
            file.seek(0)
            for _ in SealedReader(file, backup_key, _stream_name(_read_head(file)[0])).pieces():
                pass  # a disk that lies shows now


@contextmanager
def read_backup(source: Path, secret: str, folder: DataFolder) -> Iterator[Restored]:
    """Decrypt into a work folder and check all of it; the folder is gone when the block ends. The data stays as it is.

    Raises WrongKey, StoreDamaged (cut short, changed), StorageError.
    """
    with work_folder(folder) as work, _in_words(source), source.open("rb") as file:
        head, wraps = _read_head(file)
        key = bytes(open_with_secret(wraps, secret))
        rows = _unpack(SealedReader(file, derive_key(key, KEY_PURPOSE), _stream_name(head)), work)
        restored = Restored(wraps, key, work)
        if check_database(restored.history, derive_key(key, HISTORY_KEY_PURPOSE), tuple(rows)) != rows:
            raise _damaged()
        yield restored


def _write(file: BinaryIO, wraps: Wraps, key: bytes, rows: dict[str, int], files: dict[str, Path]) -> None:
    wraps_json = wraps_to_json(wraps)
    head = _HEAD.pack(_MAGIC, VERSION, len(wraps_json)) + wraps_json
    file.write(head)
    writer = SealedWriter(file, key, _stream_name(head))
    lengths = {name: path.stat().st_size for name, path in files.items()}
    manifest = json.dumps(
        {
            "version": VERSION,
            "created_at_ms": time.time_ns() // 1_000_000,
            "schema": SCHEMA.version,
            "rows": rows,
            "files": [{"name": name, "bytes": length} for name, length in lengths.items()],
        },
        ensure_ascii=False,
    ).encode()
    writer.write(_LENGTH.pack(len(manifest)) + manifest)
    for name, path in files.items():
        left = lengths[name]
        with path.open("rb") as plain:
            while left and (piece := plain.read(min(left, _PIECE_BYTES))):
                writer.write(piece)
                left -= len(piece)
        if left:
            raise StorageError(f"{path} changed while it was backed up.", "Try again.")
    writer.finish()


def _read_head(file: BinaryIO) -> tuple[bytes, Wraps]:
    """(the clear head as it stands, its wraps)."""
    fixed = file.read(_HEAD.size)
    if not fixed.startswith(_MAGIC):
        raise StorageError("This file is not a backup of Nearhalf.", "Choose another file.")
    if len(fixed) != _HEAD.size:
        raise _damaged()
    _, version, length = _HEAD.unpack(fixed)
    if version > VERSION:
        raise StorageError("This backup was written by a newer Nearhalf.", "Restore it with that version.")
    wraps_json = file.read(min(length, _LIMIT_BYTES))
    try:
        return fixed + wraps_json, wraps_from_json(wraps_json)
    except ValueError as error:
        raise _damaged() from error


def _stream_name(head: bytes) -> str:
    return f"backup {hashlib.sha256(head).hexdigest()}"


def _unpack(reader: SealedReader, work: Path) -> dict[str, int]:
    """Write the files; return the rows that the history must have, by table."""
    (length,) = _LENGTH.unpack(reader.read(_LENGTH.size))
    if length > _LIMIT_BYTES:
        raise _damaged()
    try:
        manifest: dict[str, Any] = json.loads(reader.read(length))
        schema, rows = int(manifest["schema"]), {str(k): int(v) for k, v in manifest["rows"].items()}
        files = [(_safe_path(entry["name"]), int(entry["bytes"])) for entry in manifest["files"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged() from error
    if schema > SCHEMA.version:
        raise StorageError("This backup was written by a newer Nearhalf.", "Restore it with that version.")
    if not all(re.fullmatch("[a-z_]+", table) for table in rows):
        raise _damaged()
    for path, size in files:
        target = work / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(target) as file:
            for start in range(0, size, _PIECE_BYTES):
                file.write(reader.read(min(_PIECE_BYTES, size - start)))
    if any(reader.pieces()):
        raise _damaged()
    return rows


def _safe_path(name: str) -> PurePosixPath:
    """history.db, or a file under adapters/. Raises ValueError: who wrote the backup could write anywhere otherwise."""
    path = PurePosixPath(name)
    is_adapter = len(path.parts) > 1 and path.parts[0] == "adapters" and ".." not in path.parts
    if name != "history.db" and (not is_adapter or "\\" in name or ":" in name):
        raise ValueError("a path")
    return path


def _adapter_files(adapters: Path) -> dict[str, Path]:
    if not adapters.is_dir():
        return {}
    files = sorted(path for path in adapters.rglob("*") if path.is_file() and not path.is_symlink())
    return {f"adapters/{path.relative_to(adapters).as_posix()}": path for path in files}


def _damaged() -> StoreDamaged:
    return StoreDamaged("This backup is damaged or cut short. Nothing was changed.", "Use another backup.")


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except SealBroken as error:
        raise _damaged() from error
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read or written: {error.strerror or error}.",
            "Check the path and its permissions, and the room on the disk.",
        ) from error
