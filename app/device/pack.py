"""The device pack: the public weights and files that the near half needs (DESIGN.md section 1).

A pack arrives as a ZIP from a backend, so it is untrusted: its SHA-256 is checked against the one announced, and only
known member names of bounded size, stored uncompressed, are written. Weights are opened by mmap and read as they are
touched. This file knows nothing of HTTP: app/net brings the ZIP.
"""

import hashlib
import os
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from app.device.pack_facts import PackFacts, is_outdated, read_facts
from app.domain.errors import ModelError

MEMBER_LIMIT_BYTES = {
    "pack.json": 1 << 20,
    "config.json": 1 << 20,
    "tokenizer.json": 128 << 20,
    "tokenizer.model": 64 << 20,
    "tokenizer_config.json": 16 << 20,
    "generation_config.json": 1 << 20,
    "chat_template.jinja": 1 << 20,
    "weights.safetensors": 16 << 30,
}
_REQUIRED = frozenset({"pack.json", "config.json", "tokenizer_config.json", "weights.safetensors"})
_TOKENIZERS = frozenset({"tokenizer.json", "tokenizer.model"})
_DTYPES = frozenset({"F32", "F16", "BF16"})
_HASH_FILE = "pack.sha256"
_CHUNK_BYTES = 1 << 20


class DamagedPack(ModelError):
    """A device pack is missing, cut short or altered: fetching it again helps."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The model's files on this computer are damaged: {what}.",
            "Remove the model in the settings and fetch it again.",
        )


class DevicePack:
    """An installed pack. Raises DamagedPack where a file is missing or does not fit its description."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: PackFacts = read_facts(folder / "pack.json")
        missing = [name for name in sorted(_REQUIRED) if not (folder / name).is_file()]
        if missing or not any((folder / name).is_file() for name in _TOKENIZERS):
            raise DamagedPack(f"{missing[0] if missing else 'the tokenizer'} is missing")
        self._check_weights()

    @contextmanager
    def weights(self) -> Iterator["Weights"]:
        """Open the weights. Tensors are views of the mapping: pages become resident as they are read, and go when
        the last view goes. Raises DamagedPack."""
        try:
            with safe_open(self.folder / "weights.safetensors", framework="pt", device="cpu") as opened:
                yield Weights(opened)
        except (SafetensorError, OSError) as error:
            raise DamagedPack("weights.safetensors cannot be read") from error

    def read_text(self, name: str) -> str | None:
        """One of the pack's text files, or None where the pack has none of that name. Raises DamagedPack."""
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise DamagedPack(f"{name} cannot be read") from error

    def _check_weights(self) -> None:
        with self.weights() as weights:
            expected = self.facts.weight_shapes()
            expected |= {n: shape for n, shape in self.facts.optional_shapes().items() if n in weights.names}
            for name, shape in expected.items():
                if name not in weights.names:
                    raise DamagedPack(f"the weights hold no {name}")
                if weights.shape(name) != shape:
                    raise DamagedPack(f"{name} has shape {weights.shape(name)} instead of {shape}")
                if weights.dtype(name) not in _DTYPES:
                    raise DamagedPack(f"{name} has type {weights.dtype(name)}")


class Weights:
    """The open weights file of a pack."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.names: frozenset[str] = frozenset(opened.keys())

    def shape(self, name: str) -> list[int]:
        """The tensor's shape, without reading it."""
        return list(self._opened.get_slice(name).get_shape())

    def dtype(self, name: str) -> str:
        """The tensor's type as safetensors calls it ("BF16"), without reading it."""
        return str(self._opened.get_slice(name).get_dtype())

    def tensor(self, name: str) -> torch.Tensor:
        """A view of the mapping, in the pack's dtype."""
        tensor: torch.Tensor = self._opened.get_tensor(name)
        return tensor


def installed_sha256(folder: Path) -> str | None:
    """The SHA-256 of the ZIP that `folder` was installed from, or None where nothing is installed there."""
    try:
        return (folder / _HASH_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def install_pack(zip_path: Path, folder: Path, sha256: str) -> DevicePack:
    """Check the ZIP against `sha256`, unpack it beside `folder`, open it, and put it in `folder`'s place.

    A failure leaves `folder` as it was. Raises DamagedPack (wrong hash, a member that does not belong there) and
    ModelError (a format this app does not know; the disk is full).
    """
    if _file_sha256(zip_path) != sha256.lower():
        raise DamagedPack("the download does not have the SHA-256 that the backend announced")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _unpack(zip_path, fresh)
        (fresh / _HASH_FILE).write_text(sha256.lower() + "\n", encoding="ascii")
        DevicePack(fresh)
        _replace_folder(fresh, folder)
    except (zipfile.BadZipFile, EOFError, ValueError, struct.error) as error:
        raise DamagedPack("the download is not a whole ZIP file") from error
    except OSError as error:
        raise ModelError("The model's files could not be written.", "Free some disk space and try again.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return DevicePack(folder)


def remove_outdated(packs: Path) -> None:
    """Delete installed packs of an earlier format: nothing can use them any more. Never raises."""
    for folder in packs.iterdir():
        if is_outdated(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _unpack(zip_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(zip_path) as archive:
        seen: set[str] = set()
        for member in archive.infolist():
            name = member.filename
            if name not in MEMBER_LIMIT_BYTES or name in seen:
                raise DamagedPack("the download holds a file that does not belong there")
            if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
                raise DamagedPack(f"{name} is compressed or encrypted in the download")
            if member.file_size > MEMBER_LIMIT_BYTES[name] or member.file_size != member.compress_size:
                raise DamagedPack(f"{name} has a size that cannot be right")
            seen.add(name)
            with archive.open(member) as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK_BYTES)
                target.flush()
                os.fsync(target.fileno())


def _replace_folder(fresh: Path, folder: Path) -> None:
    """Put `fresh` in `folder`'s place. A folder cannot be replaced in one call, so the old one is moved aside first."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
        folder.replace(aside / "old")
        fresh.replace(folder)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        fresh.replace(folder)


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise DamagedPack("the download cannot be read") from error
