"""The guards that every test runs under can fail: each of these small tests breaks one of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BROKEN = {
    "a thread": (
        "import threading\nSTOP = threading.Event()\n"
        "def test_it():\n    threading.Thread(target=STOP.wait, name='forgotten', daemon=True).start()\n",
        "left running: thread forgotten",
    ),
    "a process": (
        "import subprocess, sys\nHELD = []\n"
        "def test_it():\n    HELD.append(subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE))\n",
        "left running: process",
    ),
    "a timer": (
        "from PySide6.QtCore import QTimer\nHELD = []\n"
        "def test_it(qapp):\n    HELD.append(QTimer())\n    HELD[0].start(7_000)\n",
        "left running: QTimer of None, every 7000 ms",
    ),
    "a warning": (
        "import logging\ndef test_it():\n    logging.getLogger('app.net').warning('odd')\n",
        "app.net WARNING: odd",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_a_test_leaves_behind_fails_it_by_name(what: str, tmp_path: Path) -> None:
    program, said = BROKEN[what]
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests" / "conftest.py")
    (tmp_path / "tests" / "test_broken.py").write_text(program)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = allow_leaks\n    allow_warning_logs\n")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "packaging")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1, finished.stdout
    assert said in finished.stdout
    assert "1 passed, 1 error" in finished.stdout


def test_tests_have_a_data_folder_of_their_own_and_no_keyring() -> None:
    import keyring
    from keyring.errors import NoKeyringError

    assert "nearhalf-tests-" in os.environ["NEARHALF_HOME"]
    with pytest.raises(NoKeyringError):
        keyring.get_password("nearhalf", "backend")
