"""Packs of another format: fetched anew where the backend has a newer one, else refused with what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from app.core.kept_files import FilesOnDisk
from app.device.pack import DevicePack, installed_sha256
from app.domain.backend import ModelInfo
from app.domain.errors import ModelError
from app.main.link import installed_pack
from app.storage.paths import DataFolder

Build = Callable[..., DevicePack]


class Shelf:
    """A backend's control API as far as a pack goes: it hands out one ZIP."""

    def __init__(self, recipe: Any, folder: Path, pack_format: int, told: int | None = None, **changes: Any) -> None:
        facts = {"format": pack_format, **changes}
        if pack_format == 1:
            facts["near"] = None  # the format of before knew none
        digest = recipe(facts=facts).zip(folder / "served.zip")
        self._zip = (folder / "served.zip").read_bytes()
        told = pack_format if told is None else told
        sizes = (4, 16, 263, 64, 64)
        self.model = ModelInfo("tiny", "llama", *sizes, "ab" * 32, digest, len(self._zip), "bf16", (), pack_format=told)
        self.fetched = 0

    def download_pack(self, model: ModelInfo, archive: Path, progress: object) -> None:
        self.fetched += 1
        archive.write_bytes(self._zip)

    def install(self, folder: DataFolder) -> DevicePack:
        return installed_pack(cast(Any, self), folder, self.model, lambda done, total: None, lambda sentence: None)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home").create()


def keep(pack: DevicePack, place: Path, pack_format: int) -> Path:
    """A pack of `pack_format` that an earlier version of the app had installed."""
    pack.folder.rename(place)
    card = json.loads((place / "pack.json").read_text()) | {"format": pack_format}
    (place / "pack.json").write_text(json.dumps(card))
    return place


def test_a_newer_pack_of_the_backend_takes_the_place_of_the_old_one(
    folder: DataFolder, build_pack: Build, pack_recipe: Any, tmp_path: Path
) -> None:
    old = keep(build_pack(), folder.packs / "0123456789abcdef", 1)
    later = keep(build_pack(), folder.packs / "fedcba9876543210", 99)  # of a newer app on the same folder: not ours
    other = keep(build_pack(), folder.packs / "aaaaaaaaaaaaaaaa", 2)
    shelf = Shelf(pack_recipe, tmp_path, 2)
    pack = shelf.install(folder)
    assert installed_sha256(pack.folder) == shelf.model.pack_sha256
    assert not old.exists()
    assert later.exists()
    assert other.exists()
    assert shelf.install(folder).folder == pack.folder
    assert shelf.fetched == 1


@pytest.mark.parametrize(("pack_format", "advice"), [(1, "Ask whoever runs the backend"), (3, "Update the app")])
def test_a_backend_of_another_version_is_refused_before_anything_is_fetched(
    pack_format: int, advice: str, folder: DataFolder, pack_recipe: Any, tmp_path: Path
) -> None:
    shelf = Shelf(pack_recipe, tmp_path, pack_format)
    with pytest.raises(ModelError, match=rf"format {pack_format}; this app reads format 2") as caught:
        shelf.install(folder)
    assert caught.value.advice.startswith(advice)
    assert shelf.fetched == 0


@pytest.mark.parametrize("told", [0, 2], ids=["says nothing", "says another"])
def test_a_backend_that_does_not_tell_the_format_is_refused_after(
    told: int, folder: DataFolder, build_pack: Build, pack_recipe: Any, tmp_path: Path
) -> None:
    kept = keep(build_pack(), folder.packs / "0123456789abcdef", 1)
    with pytest.raises(ModelError, match="format 1; this app reads format 2"):
        Shelf(pack_recipe, tmp_path, 1, told).install(folder)
    assert list(folder.packs.iterdir()) == [kept]


def test_the_settings_say_what_is_of_another_format(folder: DataFolder, build_pack: Build) -> None:
    keep(build_pack(), folder.packs / "0123456789abcdef", 1)
    manifest = {"format": 1, "id": "tiny", "architecture": "llama", "layers": 4, "max_positions": 64}
    for name, model_format in (("new", 2), ("old", 1)):
        (folder.models / name).mkdir(parents=True)
        (folder.models / name / "manifest.json").write_text(json.dumps(manifest | {"format": model_format}))
    files = FilesOnDisk(folder, lambda: bytes(32))
    problem = "The model's files have format 1; this app reads format 2."
    assert [kept.problem for kept in files.packs()] == [problem]
    assert [(kept.name, kept.problem) for kept in files.models()] == [("tiny", ""), ("old", problem)]
