"""What is committed names no package index and no folder of a developer's machine; no large file, no weights."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGEST_BYTES = 1_000_000

# Written with [] so that this file does not match itself.
INDEX_HOSTS = (
    r"py[p]i\.org|python[h]osted\.|npm[j]s\.(org|com)|deb\.debia[n]\.|snapshot\.debia[n]\.|download\.pytorc[h]\."
)
MACHINE_PATHS = r"/wor[k]/(main|plan|shared|\.)|/opt/(whee[l]s|pyp[i])|/roo[t]/|/tm[p]/smol|[A-Z]:\\User[s]\\"


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this copy is no git repository")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def hosts_of_this_machine() -> set[str]:
    """The package hosts that pip is set up with here, whatever they are."""
    values = [value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))]
    for path in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        settings = configparser.ConfigParser(interpolation=None)
        settings.read(path)
        values += [value for section in settings.values() for value in section.values()]
    return {host for value in values for host in re.findall(r"https?://(?:[^/@\s]*@)?([^/:\s]+)", value)}


def test_no_package_index_and_no_machine_path_is_named() -> None:
    hosts = [re.escape(host) for host in hosts_of_this_machine() if host not in ("localhost", "127.0.0.1")]
    forbidden = re.compile("|".join([INDEX_HOSTS, MACHINE_PATHS, *hosts]))
    found = []
    for path in committed_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        found += [
            f"{path.relative_to(ROOT)}:{at}: {line[:100]}" for at, line in enumerate(lines, 1) if forbidden.search(line)
        ]
    assert not found, "\n".join(found)


def test_no_large_file_and_no_weights_are_committed() -> None:
    files = committed_files()
    assert not [str(path) for path in files if path.stat().st_size > LARGEST_BYTES]
    assert not [str(path) for path in files if path.suffix in {".gguf", ".safetensors", ".whl", ".pt", ".pth"}]


def test_packaging_stays_a_folder_and_no_package() -> None:
    """An __init__.py there would shadow the library of that name."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_every_locked_package_has_hashes_and_the_run_lock_leaves_torch_out() -> None:
    for name in ("lock-run.txt", "lock-test.txt"):
        text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
        entries = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]
        assert len(entries) > 40
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        assert not re.search(r"^(torch|nvidia|triton)", text, re.MULTILINE)
