"""An adapter for transformers: A and B fetched from the backend, multiplied in, written as a folder."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from app.core.embedded import ROOT
from app.core.kept_files import FilesOnDisk
from app.core.services import Report
from app.device.adapter_card import read_header
from app.domain.backend import Backend, ModelInfo
from app.domain.errors import AdapterError, SettingsError, StorageError
from app.main.link import Link, model_with_pack
from app.storage.paths import DataFolder
from app.storage.work_folder import work_folder

LOADER = ROOT / "assets" / "loaders" / "nearhalf_transformers.py"

Progress = Callable[[int, int], None]  # bytes done, bytes in all, of A and B


class LocalAdapters:
    """Implements AdapterServices over one data folder."""

    def __init__(
        self, folder: DataFolder, files: FilesOnDisk, open_link: Callable[[Backend | None, Report], Link]
    ) -> None:
        self._folder = folder
        self.files = files
        self._open_link = open_link

    def read_adapter(self, path: Path) -> bytes:
        return self.files.read_adapter(path)

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        with closing(self._open_link(backend, report).control()) as control:
            report("Asking the backend for its models.")
            return control.list_models()

    def export_for_transformers(
        self, backend: Backend | None, path: Path, target: Path, strength: int, report: Report
    ) -> Sequence[str]:
        def tell(done: int, total: int) -> None:
            report(f"Fetching the matrices A and B: {done / 1e6:.0f} of {total / 1e6:.0f} MB.")

        data = self.files.read_adapter(path)
        return export_for_transformers(self._open_link(backend, report), self._folder, data, target, strength, tell)


def export_for_transformers(
    link: Link, folder: DataFolder, data: bytes, target: Path, strength: int, progress: Progress
) -> tuple[str, ...]:
    """Write the adapter `data` into `target`, a new or empty folder; returns the files' names. strength: percent.

    Slow. Raises AppError: AdapterError where the backend's model or recipe is another one.
    """
    from app.device.adapter import Adapter
    from app.device.adapter_export import export_adapter

    card = read_header(data)[0]
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise SettingsError(f"{target} is not empty.", "Choose a new folder.")
    with closing(link.control()) as control:
        model = next((one for one in control.list_models() if one.backbone_sha256 == card.backbone_sha256), None)
        if model is None:
            raise AdapterError(
                f"The adapter {card.name!r} was made for a model that this backend does not have.",
                "Choose the backend it was made with.",
            )
        _, pack = model_with_pack(link, folder, model.model_id, lambda _: None)
        adapter = Adapter.parse(data, pack.facts).scaled(strength / 100)
        recipe = next((one for one in model.recipes if one.sha256 == card.recipe_sha256), None)
        if recipe is None:
            raise AdapterError(
                f"The adapter {card.name!r} was made with other matrices A and B than this backend has.",
                "Choose the backend it was made with.",
            )
        try:
            with work_folder(folder) as work:
                matrices = work / "recipe.safetensors"
                control.download_recipe(model, recipe, matrices, progress)
                target.mkdir(parents=True, exist_ok=True)
                names = export_adapter(adapter, matrices, model.model_id, target)  # in the clear: nowhere else
                if set(names) & {"nearhalf.safetensors", "head.safetensors"}:
                    shutil.copyfile(LOADER, target / LOADER.name)
                    names = (*names, LOADER.name)
        except OSError as error:
            raise StorageError(
                f"{target} cannot be written: {error.strerror or error}.",
                "Check the folder, and the room on the disk.",
            ) from error
    return names
