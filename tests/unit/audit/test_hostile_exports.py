"""Whatever is put before `verify`, the answer is a verdict in words: no traceback, no file outside, no endless work."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit.layout import ENTRIES, HAR, LEDGER, MANIFEST, SIGNATURE, AuditError
from app.audit.verify import State, verify_export
from app.privacy.ledger_format import FILE_HEADER
from tests.unit.audit.exports import KEY, files_of, make_export, put_files, resigned
from tests.unit.audit.test_verify import bad, resum

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_export(tmp_path_factory.mktemp("made")).read_bytes()


@pytest.fixture
def path(tmp_path: Path, made: bytes) -> Path:
    place = tmp_path / "in" / "export.zip"
    place.parent.mkdir()
    place.write_bytes(made)
    return place


@MANY
@given(st.binary(max_size=400))
def test_garbage_is_no_export(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert bad(path).name in ("container", "chain", "erasures")


@MANY
@given(st.data())
def test_a_changed_byte_never_ends_in_a_traceback(path: Path, made: bytes, data: st.DataObject) -> None:
    changed = bytearray(made)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(changed)
    found = verify_export(path)
    assert found.verdict
    assert all(check.sentence.isprintable() for check in found.checks)


@MANY
@given(st.integers(0, 2000), st.integers(0, 255))
def test_the_directory_of_the_zip_may_hold_anything(path: Path, made: bytes, back: int, value: int) -> None:
    changed = bytearray(made)
    changed[max(len(made) - 1 - back, 0)] = value
    path.write_bytes(changed)
    assert verify_export(path).verdict


@MANY
@given(st.integers(0, 100))
def test_a_truncated_zip_is_no_export(path: Path, made: bytes, percent: int) -> None:
    path.write_bytes(made[: max(len(made) * percent // 100 - 1, 0)])
    assert bad(path).name == "container"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found += places(value[key], (*way, key))
    return found


@MANY
@given(st.data())
@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, HAR])
def test_any_json_in_any_place_gets_a_verdict(path: Path, made: bytes, name: str, data: st.DataObject) -> None:
    path.write_bytes(made)
    files = files_of(path)
    whole = json.loads(files[name])
    *way, last = data.draw(st.sampled_from(places(whole)))
    inner = whole
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(JSON)
    files[name] = json.dumps(whole).encode()
    if name == MANIFEST:
        resigned(files, lambda manifest: None, KEY)
    elif name == HAR:
        resum(files, HAR)
    put_files(path, files)
    assert verify_export(path).verdict


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"format": ' + "9" * 5000 + "}",
        '{"format": "nearhalf-audit-export", "version": 1e999}',
        '{"format": "nearhalf-audit-export", "version": true}',
        '{"format": "nearhalf-audit-export", "version": 2}',
        "\x00\xff",
    ],
)
def test_a_manifest_of_no_sense_is_named(path: Path, text: str) -> None:
    files = files_of(path)
    files[MANIFEST] = text.encode("latin-1")
    put_files(path, files)
    assert bad(path).name == "manifest"


@pytest.mark.parametrize("name", [MANIFEST, LEDGER, ENTRIES])
def test_a_missing_file_is_named(path: Path, name: str) -> None:
    files = files_of(path)
    del files[name]
    put_files(path, files)
    found = bad(path)
    assert (found.name, found.first_bad) == ("manifest" if name == MANIFEST else "sums", name)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "/etc/passwd",
        "frames/../../evil.wire",
        "frames/1.exe",
        "C:\\evil",
        "frames\\1.wire",
        "x\x1b[2J\n",
    ],
)
def test_a_file_that_is_no_part_of_an_export_is_refused_and_written_nowhere(path: Path, name: str) -> None:
    before = set(path.parent.parent.rglob("*"))
    put_files(path, files_of(path) | {name: b"x"})
    found = verify_export(path)
    assert [check.name for check in found.checks] == ["container"]
    assert not found.is_good
    assert found.checks[0].sentence.isprintable()
    assert set(path.parent.parent.rglob("*")) == before


def test_a_file_that_is_there_twice_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(ENTRIES, b"another truth")
    assert "twice" in bad(path).sentence


@pytest.mark.parametrize("name", [MANIFEST, ENTRIES, LEDGER, "frames/1.wire"])
def test_a_bomb_is_refused_before_it_is_unpacked(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(70 * 2**20))
    assert verify_export(path).checks[0].state is State.BAD


def test_a_file_longer_than_it_says_is_refused(path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b" " * 1000)
    changed = bytearray(data.getvalue())
    at = changed.index(b"PK\x01\x02")
    struct.pack_into("<I", changed, at + 24, 10)  # the uncompressed size in the directory
    path.write_bytes(changed)
    assert not verify_export(path).is_good


def test_other_ways_to_pack_are_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(MANIFEST, b"{}")
    assert "packed" in bad(path).sentence


def test_a_line_without_end_is_refused(path: Path) -> None:
    files = files_of(path)
    files[ENTRIES] = b"x" * 10_000
    resum(files, ENTRIES)
    put_files(path, files)
    assert bad(path).name == "entries"


def test_a_ledger_that_names_hosts_for_a_terminal_gets_no_say(path: Path) -> None:
    files = files_of(path)
    files[LEDGER] = files[LEDGER][: FILE_HEADER.size] + b"\x1b[2J" * 40
    resum(files, LEDGER)
    put_files(path, files)
    assert all(check.sentence.isprintable() for check in verify_export(path).checks)


def test_links_and_devices_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = make_export(tmp_path, "export")
    (folder / LEDGER).unlink()
    (folder / LEDGER).symlink_to("/dev/zero")
    assert "no ordinary file" in bad(folder).sentence


def test_a_folder_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = make_export(tmp_path, "export")
    (folder / "frames" / "1.wire").mkdir()
    assert bad(folder).name == "container"


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_nothing_is_no_export(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "empty")
    assert not verify_export(tmp_path / "empty").is_good


def test_what_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="not there"):
        verify_export(tmp_path / "nothing.zip")
