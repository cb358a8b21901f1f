"""Files of any size under a vault's key: AES-256-GCM in chunks, so that none is ever whole in memory or half trusted.

Layout: "NHSEALED", version (u8), 3 bytes 0, bytes of a chunk (u32, little-endian), 16 random bytes; then the chunks,
each with its 16-byte tag. Every file has a key of its own (HKDF of the vault's key, the random bytes and the file's
name), so a nonce is simply the chunk's number and whether it is the last. A chunk moved, left out or cut off, a changed
header and another file's content under this name are all refused.
"""

import errno
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.errors import StorageError, StoreDamaged
from app.storage.key_wraps import derive_key
from app.storage.whole_file import whole_file

VERSION = 1
CHUNK_BYTES = 256 * 1024
_HEADER = struct.Struct("<8sB3xI16s")
_MAGIC = b"NHSEALED"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TAG_BYTES = 16
_NONCE = struct.Struct(">3xQB")


class SealedWriter:
    """Encrypts what is written into `file`. `finish` ends it; without that it cannot be read."""

    def __init__(self, file: BinaryIO, key: bytes, name: str, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._file = file
        self._chunk_bytes = chunk_bytes
        self._header = _HEADER.pack(_MAGIC, VERSION, chunk_bytes, os.urandom(16))
        self._cipher = _cipher(key, self._header, name)
        self._number = 0
        self._waiting = bytearray()
        file.write(self._header)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > self._chunk_bytes:  # the last chunk is never written here
            self._write_chunk(self._waiting[: self._chunk_bytes], is_last=False)
            del self._waiting[: self._chunk_bytes]

    def finish(self) -> None:
        self._write_chunk(self._waiting, is_last=True)

    def _write_chunk(self, chunk: bytearray, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_NONCE.pack(self._number, is_last), bytes(chunk), self._header))
        self._number += 1


class SealBroken(Exception):
    """What was read is not what was written, or was written under another key or name."""


class SealedReader:
    """Decrypts `file` from where it stands to its end. Raises SealBroken, StorageError for a newer version."""

    def __init__(self, file: BinaryIO, key: bytes, name: str) -> None:
        self._file = file
        self._header = file.read(_HEADER.size)
        if len(self._header) != _HEADER.size:
            raise SealBroken
        magic, version, chunk_bytes, _ = _HEADER.unpack(self._header)
        if magic != _MAGIC or not 1 <= chunk_bytes <= 2**24:
            raise SealBroken
        if version > VERSION:
            raise StorageError("This file was encrypted by a newer Nearhalf.", "Open it with that version.")
        self._chunk_bytes = chunk_bytes
        self._cipher = _cipher(key, self._header, name)
        self._number = 0
        self._next = file.read(chunk_bytes + _TAG_BYTES)
        self._waiting = bytearray()
        self._is_at_end = False

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises SealBroken where there are not so many."""
        while len(self._waiting) < size:
            if self._is_at_end:
                raise SealBroken
            self._waiting += self._read_chunk()
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        return data

    def pieces(self) -> Iterator[bytes]:
        """All that is left, a chunk at a time."""
        if self._waiting:
            yield bytes(self._waiting)
            self._waiting.clear()
        while not self._is_at_end:
            yield self._read_chunk()

    def _read_chunk(self) -> bytes:
        sealed, self._next = self._next, self._file.read(self._chunk_bytes + _TAG_BYTES)
        self._is_at_end = not self._next
        try:
            data = self._cipher.decrypt(_NONCE.pack(self._number, self._is_at_end), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error
        self._number += 1
        return data


def seal_bytes(data: bytes, target: Path, key: bytes, name: str) -> None:
    """Write `data` encrypted to `target`, whole or not at all. `name` must be given again to read it. StorageError."""
    with _in_words(target), whole_file(target) as file:
        writer = SealedWriter(file, key, name)
        writer.write(data)
        writer.finish()


def seal_file(source: Path, target: Path, key: bytes, name: str) -> None:
    """As `seal_bytes`, from a file of any size."""
    with _in_words(target), source.open("rb") as plain, whole_file(target) as file:
        writer = SealedWriter(file, key, name)
        while piece := plain.read(CHUNK_BYTES):
            writer.write(piece)
        writer.finish()


def open_bytes(path: Path, key: bytes, name: str) -> bytes:
    """What `seal_bytes` or `seal_file` wrote. Raises StoreDamaged, StorageError."""
    with _in_words(path), path.open("rb") as file:
        return b"".join(SealedReader(file, key, name).pieces())


def _cipher(key: bytes, header: bytes, name: str) -> AESGCM:
    salt = header[-16:]
    return AESGCM(derive_key(key, f"file {name}", salt))


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except SealBroken as error:
        raise StoreDamaged(
            f"{path} is damaged or cut short, or was encrypted with another key.", "Use another copy of it."
        ) from error
    except OSError as error:
        if error.errno in FULL:
            raise StorageError(
                f"The disk is full: {path} cannot be written. What was there before is safe.",
                "Make room on the disk, then try again.",
            ) from error
        raise StorageError(
            f"{path} cannot be read or written: {error.strerror or error}.",
            "Check the path and its permissions, and the room on the disk.",
        ) from error
