"""A small file is replaced whole or not at all, and a bad one is kept."""

import os
import stat
import sys
from pathlib import Path

import pytest

from app.domain.errors import SettingsError
from app.storage import whole_file
from app.storage.json_file import LIMIT_BYTES, JsonFile


@pytest.fixture
def file(tmp_path: Path) -> JsonFile:
    return JsonFile(tmp_path / "things.json", 2, "The list of things")


def test_what_was_written_is_read(file: JsonFile) -> None:
    file.write({"a": ["é", 1]})
    assert file.read() == ({"version": 2, "a": ["é", 1]}, "")


def test_no_file_is_not_damage(file: JsonFile) -> None:
    assert file.read() == ({}, "")


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'{"a": 1}',
        b'{"version": "2"}',
        b'{"version": true}',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"version": 2, "a": "' + b"x" * LIMIT_BYTES + b'"}',
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_damaged_file_is_kept_beside_and_said(file: JsonFile, damaged: bytes) -> None:
    file.path.write_bytes(damaged)
    values, warning = file.read()
    kept = file.path.with_name("things.damaged-1.json")
    assert values == {}
    assert kept.read_bytes() == damaged
    assert str(kept) in warning
    assert "damaged" in warning
    assert not file.path.exists()


def test_a_second_damaged_file_does_not_replace_the_first(file: JsonFile) -> None:
    for content in ("first", "second"):
        file.path.write_text(content)
        file.read()
    assert file.path.with_name("things.damaged-1.json").read_text() == "first"
    assert file.path.with_name("things.damaged-2.json").read_text() == "second"


def test_a_newer_version_is_kept_beside_and_said(file: JsonFile) -> None:
    file.path.write_text('{"version": 3}')
    values, warning = file.read()
    assert values == {}
    assert "newer" in warning
    assert file.path.with_name("things.newer-1.json").exists()


def test_a_write_cut_short_leaves_the_old_file_and_no_litter(file: JsonFile, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write({"a": 1})

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full_disk)
    with pytest.raises(SettingsError, match="No space left"):
        file.write({"a": 2})
    monkeypatch.undo()
    assert file.read()[0]["a"] == 1
    assert [path.name for path in file.path.parent.iterdir()] == ["things.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits are POSIX's")
def test_the_file_is_the_owners_alone_even_where_it_was_open_before(file: JsonFile) -> None:
    file.path.write_text('{"version": 2}')
    file.path.chmod(0o644)
    file.write({})
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_followed_and_stays_a_link(file: JsonFile, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.json"
    real.parent.mkdir()
    file.path.symlink_to(real)
    file.write({"a": 1})
    assert file.path.is_symlink()
    assert real.exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_taken_for_damaged(file: JsonFile) -> None:
    file.write({})
    file.path.chmod(0)
    with pytest.raises(SettingsError, match="cannot be read"):
        file.read()


def test_a_folder_in_its_place_is_an_error_with_words(file: JsonFile) -> None:
    file.path.mkdir()
    with pytest.raises(SettingsError, match="The list of things"):
        file.read()
