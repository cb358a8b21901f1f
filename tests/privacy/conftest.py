"""One audited session for all tests that look at real captures: it takes half a minute."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim.backend_process import ROOT
from tests.sim.outside_tools import needs, needs_namespace


@pytest.fixture(scope="session")
def audited(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that tests/sim/audited_session.py describes."""
    needs_namespace()
    needs("tcpdump", "openssl")
    work = tmp_path_factory.mktemp("audited")
    command = ["unshare", "--net", sys.executable, "-m", "tests.sim.audited_session", str(work), str(smollm2_folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return work
