"""Models and adapters on this disk, as the settings list them. Adapters are kept encrypted, under the vault's key.

Reads descriptions only, no weights: it needs no torch, and a damaged file is listed with what is wrong with it.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.adapters import AdapterLibrary
from app.core.settings_services import KeptModel
from app.device.pack_facts import check_format, read_facts
from app.domain.errors import ModelError, SettingsError
from app.storage.paths import DataFolder

if TYPE_CHECKING:
    from app.core.ports import ChatStore


class FilesOnDisk(AdapterLibrary):
    """Implements KeptFiles. file_key and chats: as AdapterLibrary has them."""

    def __init__(
        self,
        folder: DataFolder,
        file_key: Callable[[], bytes],
        chats: "Callable[[], ChatStore] | None" = None,
    ) -> None:
        super().__init__(folder, file_key, chats)
        self._folder = folder

    def packs(self) -> Sequence[KeptModel]:
        return [_pack(path) for path in _inside(self._folder.packs) if path.is_dir()]

    def models(self) -> Sequence[KeptModel]:
        return [_model(path) for path in _inside(self._folder.models) if path.is_dir()]

    def remove(self, path: Path) -> None:
        if path.parent not in (self._folder.packs, self._folder.models, self._folder.adapters) or not path.exists():
            raise SettingsError("This is no longer there.")
        if path.parent == self._folder.adapters:
            self.remove_adapter(path)
            return
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise SettingsError(
                f"{path} could not be deleted: {error.strerror or error}.", "Check the folder's permissions."
            ) from error


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
        check_format(int(manifest["format"]))  # a prepared model has the format of the pack in it
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
    except ModelError as error:
        return KeptModel(path, path.name, bytes=size, problem=error.message)


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
