"""The guards that every test runs under can fail: each of these small tests breaks one of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BROKEN = {
    "left running: thread forgotten": """
import threading
STOP = threading.Event()
def test_it():
    threading.Thread(target=STOP.wait, name="forgotten", daemon=True).start()
""",
    "left running: process": """
import subprocess, sys
HELD = []
def test_it():
    HELD.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
""",
    "left running: QTimer of None, every 7000 ms": """
from PySide6.QtCore import QTimer
HELD = []
def test_it(qapp):
    HELD.append(QTimer())
    HELD[0].start(7_000)
""",
    "app.net WARNING: odd": """
import logging
def test_it():
    logging.getLogger("app.net").warning("odd")
""",
}


@pytest.mark.parametrize("said", BROKEN)
def test_what_a_test_leaves_behind_fails_it_by_name(said: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    guards = (ROOT / "tests" / "conftest.py").read_text().replace("PATIENCE_S = 3.0", "PATIENCE_S = 0.2")
    (tmp_path / "tests" / "conftest.py").write_text(guards)
    (tmp_path / "tests" / "test_broken.py").write_text(BROKEN[said])
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = allow_leaks\n    allow_warning_logs\n")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "packaging"), "NEARHALF_TEST_PATIENCE_S": "2"},
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
