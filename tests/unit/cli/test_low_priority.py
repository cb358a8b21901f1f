"""A trainer goes last, and what it starts: also where Linux shares the cores by session."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.main.low_priority import NICENESS
from tests.sim.backend_process import ROOT

PROGRAM = """
import os, subprocess, sys
from app.main.low_priority import go_last
go_last()
shown = "import os; print(os.nice(0)); f = '/proc/self/autogroup'; print(open(f).read() if os.path.exists(f) else '')"
subprocess.run([sys.executable, "-c", shown], process_group=0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is started so")
def test_a_process_with_a_session_of_its_own_goes_last_and_so_does_what_it_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, start_new_session=True, capture_output=True, text=True, check=True
    )
    nice, *group = done.stdout.split()
    assert int(nice) == min(19, os.nice(0) + NICENESS)
    if Path("/proc/self/autogroup").exists():  # "/autogroup-7 nice 10"
        assert group[1:] == ["nice", str(NICENESS)]
