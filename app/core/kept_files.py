"""Models and adapters on this disk, as the settings list them. Adapters are kept encrypted, under the vault's key.

Reads descriptions only, no weights: it needs no torch, and a damaged file is listed with what is wrong with it.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.settings_services import KeptAdapter, KeptModel
from app.device.adapter_card import read_file, read_header
from app.device.pack_facts import read_facts
from app.domain.errors import AdapterError, AppError, ModelError, SettingsError, StorageError
from app.storage.encrypted_file import open_bytes, seal_bytes
from app.storage.paths import DataFolder

ADAPTER_SUFFIX = ".sealed"


class FilesOnDisk:
    """Implements KeptFiles. file_key: the vault's key for files; it raises StorageError while the vault is locked."""

    def __init__(self, folder: DataFolder, file_key: Callable[[], bytes]) -> None:
        self._folder = folder
        self._file_key = file_key

    def packs(self) -> Sequence[KeptModel]:
        return [_pack(path) for path in _inside(self._folder.packs) if path.is_dir()]

    def models(self) -> Sequence[KeptModel]:
        return [_model(path) for path in _inside(self._folder.models) if path.is_dir()]

    def adapters(self) -> Sequence[KeptAdapter]:
        return [self._adapter(path) for path in _inside(self._folder.adapters) if path.suffix == ADAPTER_SUFFIX]

    def remove(self, path: Path) -> None:
        if path.parent not in (self._folder.packs, self._folder.models, self._folder.adapters) or not path.exists():
            raise SettingsError("This is no longer there.")
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise SettingsError(
                f"{path} could not be deleted: {error.strerror or error}.", "Check the folder's permissions."
            ) from error

    def add_adapter(self, source: Path) -> KeptAdapter:
        data = read_file(source)
        read_header(data)
        target = _unused(self._folder.adapters / f"{source.stem}{ADAPTER_SUFFIX}")
        seal_bytes(data, target, self._file_key(), target.name)
        return self._adapter(target)

    def add_bytes(self, data: bytes, name: str) -> Path:
        """Keep an adapter that was made here, encrypted. Raises AppError."""
        stem = "".join(character if character.isalnum() else "-" for character in name).strip("-")[:40] or "adapter"
        target = _unused(self._folder.adapters / f"{stem}{ADAPTER_SUFFIX}")
        seal_bytes(data, target, self._file_key(), target.name)
        return target

    def read_adapter(self, path: Path) -> bytes:
        """An adapter's bytes: one of those kept here, or a plain file from elsewhere. Raises AppError."""
        if path.parent == self._folder.adapters and path.suffix == ADAPTER_SUFFIX:
            return open_bytes(path, self._file_key(), path.name)
        return read_file(path)

    def _adapter(self, path: Path) -> KeptAdapter:
        size = _bytes(path)
        try:
            card, _ = read_header(open_bytes(path, self._file_key(), path.name))
        except (AdapterError, StorageError) as error:
            return KeptAdapter(path, path.stem, size, problem=error.message)
        recipe = f"{card.recipe.name.lower()} {card.recipe_version}"
        taps = len(card.plan.taps)
        return KeptAdapter(path, card.name, size, card.created, recipe, taps, card.plan.round_trips, card.head_rank)


def _pack(path: Path) -> KeptModel:
    size = _bytes(path)
    try:
        facts = read_facts(path / "pack.json")
    except ModelError as error:
        return KeptModel(path, path.name, bytes=size, problem=error.message)
    return KeptModel(path, facts.model_id, facts.architecture, facts.layers, facts.max_positions, size)


def _model(path: Path) -> KeptModel:
    """A prepared folder: docs/model-files.md says what its manifest holds."""
    size = _bytes(path)
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        return KeptModel(
            path,
            str(manifest["id"]),
            str(manifest["architecture"]),
            int(manifest["layers"]),
            int(manifest["max_positions"]),
            size,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return KeptModel(path, path.name, bytes=size, problem="Its description cannot be read.")


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def _bytes(path: Path) -> int:
    try:
        files = path.rglob("*") if path.is_dir() else [path]
        return sum(file.stat().st_size for file in files if file.is_file())
    except OSError:
        return 0


def _unused(path: Path) -> Path:
    tries = (path, *(path.with_stem(f"{path.stem} {number}") for number in range(2, 1000)))
    free = next((one for one in tries if not one.exists()), None)
    if free is None:
        raise AppError("There are too many adapters of this name.", "Rename the file and try again.")
    return free
