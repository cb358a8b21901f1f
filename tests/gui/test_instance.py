"""A second start finds the first, whatever became of those before."""

import subprocess
import sys
from pathlib import Path

from app.ui.instance import SingleInstance

HOLD_AND_DIE = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.ui.instance import SingleInstance
application = QCoreApplication(sys.argv)
first = SingleInstance(Path(sys.argv[1]))
assert first.claim()
os.kill(os.getpid(), 9)
"""


def test_a_second_start_wakes_the_first_and_is_told_to_end(qtbot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path / "instance"), SingleInstance(tmp_path / "instance")
    assert first.claim()
    with qtbot.waitSignal(first.woken):
        assert not second.claim()
    with qtbot.waitSignal(first.woken):  # and again: the file was taken away
        assert not second.claim()
    first.release()
    assert second.claim()
    second.release()


def test_one_that_was_killed_does_not_keep_the_next_from_starting(qtbot, tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", HOLD_AND_DIE, str(tmp_path)], check=False)
    assert killed.returncode == -9
    then = SingleInstance(tmp_path)
    assert then.claim()
    then.release()
