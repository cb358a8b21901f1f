"""One file under a passphrase, to carry elsewhere: what it holds is sealed with a key that only the passphrase gives.

Layout: "NHLOCKED", version (u8), Argon2id's lanes and passes (u8 each), 1 byte 0, its memory in KiB (u32,
little-endian), 16 random bytes of salt; then a sealed stream (encrypted_file.py), bound to that head.
"""

import os
import struct
from pathlib import Path

from app.domain.errors import StorageError, StoreDamaged, WrongKey
from app.storage.encrypted_file import SealBroken, SealedReader, SealedWriter
from app.storage.key_wraps import (
    SALT_BYTES,
    PassphraseCost,
    checked_passphrase,
    key_from_passphrase,
    measured_cost,
)
from app.storage.whole_file import whole_file

VERSION = 1
_MAGIC = b"NHLOCKED"
_HEAD = struct.Struct(f"<8sBBBxI{SALT_BYTES}s")


def is_locked(untrusted: bytes) -> bool:
    """Whether this is the beginning of such a file."""
    return untrusted[: len(_MAGIC)] == _MAGIC


def write_locked(data: bytes, target: Path, passphrase: str, cost: PassphraseCost | None = None) -> None:
    """Whole or not at all. Raises StorageError; slow (Argon2id)."""
    cost = cost or measured_cost()
    salt = os.urandom(SALT_BYTES)
    head = _HEAD.pack(_MAGIC, VERSION, cost.lanes, cost.passes, cost.memory_kib, salt)
    key = key_from_passphrase(checked_passphrase(passphrase), salt, cost)
    try:
        with whole_file(target) as file:
            file.write(head)
            writer = SealedWriter(file, key, _name(head))
            writer.write(data)
            writer.finish()
    except OSError as error:
        raise _unusable(target, error) from error


def read_locked(path: Path, passphrase: str) -> bytes:
    """Raises WrongKey (the passphrase, or a file that was changed), StoreDamaged, StorageError; slow."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            if len(head) != _HEAD.size or not is_locked(head):
                raise StoreDamaged("This file was not encrypted with a passphrase.", "Choose another file.")
            _, version, lanes, passes, memory_kib, salt = _HEAD.unpack(head)
            if version > VERSION:
                raise StorageError("This file was encrypted by a newer Nearhalf.", "Open it with that version.")
            try:
                cost = PassphraseCost(memory_kib, passes, lanes)
            except ValueError as error:
                raise StoreDamaged("The encrypted file is damaged.", "Use another copy of it.") from error
            key = key_from_passphrase(passphrase, salt, cost)
            return b"".join(SealedReader(file, key, _name(head)).pieces())
    except SealBroken as error:
        raise WrongKey(
            "The passphrase does not open this file, or the file is damaged.", "Check the passphrase, and the copy."
        ) from error
    except OSError as error:
        raise _unusable(path, error) from error


def _name(head: bytes) -> str:
    return f"locked {head.hex()}"


def _unusable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be read or written: {error.strerror or error}.",
        "Check the path and its permissions, and the room on the disk.",
    )
