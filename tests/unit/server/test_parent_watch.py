"""`--stop-with-parent`: the child outlives its parent by nothing, not even by the token file made for it."""

import subprocess
import sys
from pathlib import Path

import pytest

CHILD = (
    "import sys, time; from pathlib import Path; from cloud_backend.server.serving import ParentWatch;"
    "ParentWatch(Path(sys.argv[1])); time.sleep(30)"
)


@pytest.mark.parametrize(("name", "stays"), [("backend-1x2y.hash", False), ("my-tokens", True)])
def test_token_file_made_by_the_parent_goes_with_it_and_an_operators_own_stays(
    name: str, stays: bool, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text("hash")
    finished = subprocess.run(
        [sys.executable, "-c", CHILD, str(file)], stdin=subprocess.DEVNULL, timeout=20, check=False
    )
    assert finished.returncode == 0
    assert file.exists() is stays
