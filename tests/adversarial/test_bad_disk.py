"""Full disks and read-only folders: words, and nothing lost that was stored before."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.storage.database import check_database
from app.storage.paths import DataFolder
from app.storage.schema import SCHEMA
from app.storage.vault import DataVault
from tests.sim.keyrings import NullKeyring
from tests.sim.small_disk import small_disk
from tests.sim.stored_chats import a_chat, a_message, texts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rlimits, mounts and permission bits are POSIX's")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 3) as place:
        yield place


def test_a_full_disk_is_said_and_what_was_stored_is_there(disk: Path) -> None:
    folder = DataFolder(disk / "data").create()
    vault = DataVault(folder, NullKeyring())
    vault.open_without_asking()
    chat, _ = a_chat(vault.chats, "before")
    stored = ["before"]
    error = None
    while error is None:
        try:
            vault.chats.add_message(chat, a_message(f"{len(stored)} {'words to fill it ' * 200}"))
            stored.append(str(len(stored)))
        except StorageError as caught:
            error = caught
    assert "disk is full" in error.message and "safe" in error.message and "Make room" in error.advice
    assert len(stored) > 20
    assert [text.split()[0] for text in texts(vault.chats, chat)] == stored, "it can be read while it is full"
    for attempt in (vault.new_recovery_code, lambda: vault.back_up(disk / "b")):
        with pytest.raises(StorageError):
            attempt()
    vault.close()
    again = DataVault(folder, NullKeyring())
    assert again.open_without_asking(), "a full disk keeps nobody from reading"
    assert [text.split()[0] for text in texts(again.chats, chat)] == stored
    key = again._keys.derive("history")
    again.close()
    moved = shutil.copytree(folder.root, disk.parent / "moved")  # room again
    assert check_database(moved / "history.db", key, SCHEMA.counted)["messages"] == len(stored)
    last = DataVault(DataFolder(moved), NullKeyring())
    last.open_without_asking()
    last.chats.add_message(chat, a_message("after"))
    assert texts(last.chats, chat)[-1] == "after"
    last.close()


def test_a_limit_on_the_files_size_is_a_full_disk_too(tmp_path: Path) -> None:
    """What anybody can try: RLIMIT_FSIZE, which gives the database an I/O error instead of "no space"."""
    folder = DataFolder(tmp_path / "data").create()
    limited = f"ulimit -f 1024; exec {sys.executable} -m tests.sim.history_writer {folder.root} 100000"
    ran = subprocess.run(["bash", "-c", limited], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stderr
    *said, error = ran.stdout.splitlines()
    assert error.startswith("error The disk") and "safe" in error and "Make room" in error
    stored = [line for line in said if line.startswith("message")]
    assert stored
    vault = DataVault(folder, NullKeyring())
    assert vault.open_without_asking()
    there = sum(len(vault.chats.load(info.id).messages) for info in vault.chats.chats())
    key = vault._keys.derive("history")
    vault.close()
    assert there >= 2 * len(stored) - 1
    assert check_database(folder.history, key, SCHEMA.counted)["messages"] == there


def bound_by_permissions() -> list[str]:
    """Root may write everywhere; without its capabilities it may not."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere")
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]


OPEN_IT = """
import sys
from pathlib import Path
from app.domain.errors import StorageError
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import NullKeyring
from tests.sim.small_disk import small_disk
try:
    vault = DataVault(DataFolder(Path(sys.argv[1])), NullKeyring())
    vault.open_without_asking()
    (info,) = vault.chats.chats()
    print(vault.chats.load(info.id).messages[0].text)
    vault.chats.save_chat(info)
except StorageError as error:
    print("error", error.message, "|", error.advice)
"""


@pytest.mark.parametrize("which", ["folder", "history", "both"])
def test_what_is_read_only_is_said_and_left_as_it_is(tmp_path: Path, which: str) -> None:
    place = tmp_path / "data"
    folder = DataFolder(place).create()
    try:
        vault = DataVault(folder, NullKeyring())
        vault.open_without_asking()
        chat, _ = a_chat(vault.chats, "before")
        vault.close()
        before = {path: path.read_bytes() for path in place.iterdir() if path.is_file()}
        if which in ("history", "both"):
            folder.history.chmod(0o400)
        if which in ("folder", "both"):
            place.chmod(0o500)
        ran = subprocess.run(
            [*bound_by_permissions(), sys.executable, "-c", OPEN_IT, str(place)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        read, _, error = ran.stdout.rpartition("error ")
        assert error, (ran.stdout, ran.stderr)
        assert read == ("before\n" if which == "history" else ""), "where only the file is read-only, it can be read"
        assert "read-only" in ran.stdout or "cannot be written" in ran.stdout
        assert "writable" in ran.stdout
        place.chmod(stat.S_IRWXU)
        assert {path: path.read_bytes() for path in before} == before
        folder.history.chmod(0o600)
        again = DataVault(folder, NullKeyring())
        assert again.open_without_asking()
        assert texts(again.chats, chat) == ["before"]
        again.close()
    finally:
        place.chmod(stat.S_IRWXU)
