"""The data folder's rule, and who may open what it makes."""

import os
import stat
import sys
from pathlib import Path

import pytest

from app.domain.errors import SettingsError
from app.storage.paths import DataFolder, data_folder

HOME = Path("/home/someone")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/home/someone/.local/share/nearhalf"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/nearhalf"),
        ("linux", {"XDG_DATA_HOME": "relative"}, "/home/someone/.local/share/nearhalf"),
        ("linux", {"XDG_DATA_HOME": ""}, "/home/someone/.local/share/nearhalf"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, "/home/someone/Library/Application Support/Nearhalf"),
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/Nearhalf"),
        ("win32", {}, "/home/someone/AppData/Local/Nearhalf"),
        ("linux", {"NEARHALF_HOME": "/elsewhere", "XDG_DATA_HOME": "/data"}, "/elsewhere"),
        ("win32", {"NEARHALF_HOME": "/elsewhere", "LOCALAPPDATA": "/c/Local"}, "/elsewhere"),
    ],
)
def test_each_system_has_its_own_place(platform: str, environ: dict[str, str], expected: str) -> None:
    assert data_folder(environ, platform, HOME).root == Path(expected)


def test_a_portable_folder_beside_the_program_comes_before_the_systems_place(tmp_path: Path) -> None:
    assert not data_folder({}, "linux", HOME, tmp_path).is_portable
    (tmp_path / "portable").mkdir()
    found = data_folder({}, "linux", HOME, tmp_path)
    assert found == DataFolder(tmp_path / "portable", is_portable=True)
    assert data_folder({"NEARHALF_HOME": "/elsewhere"}, "linux", HOME, tmp_path) == DataFolder(Path("/elsewhere"))


def test_a_relative_home_is_refused_because_it_would_move_with_the_working_folder() -> None:
    with pytest.raises(SettingsError, match="absolute"):
        data_folder({"NEARHALF_HOME": "here"}, "linux", HOME)


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits are POSIX's")
def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = DataFolder(tmp_path / "a" / "nearhalf").create()
    finally:
        os.umask(before)
    for path in (folder.root, folder.models, folder.packs, folder.adapters, folder.logs):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits are POSIX's")
def test_a_folder_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DataFolder(tmp_path).create()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_creating_again_is_harmless(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path).create()
    (folder.adapters / "kept").write_text("x")
    folder.create()
    assert (folder.adapters / "kept").read_text() == "x"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(SettingsError, match="NEARHALF_HOME"):
        DataFolder(tmp_path / "taken").create()
