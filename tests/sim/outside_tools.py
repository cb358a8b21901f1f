"""Programs that we did not write (tcpdump, tshark and their kin): there, installed once, or the test is skipped.

CI machines are Debian with root, where apt has them in ten seconds. NEARHALF_TEST_INSTALL=no forbids the installing.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGES = {"tcpdump": "tcpdump", "tshark": "tshark", "mergecap": "wireshark-common", "editcap": "wireshark-common"}
_INSTALL_S = 240


def needs(*programs: str) -> None:
    """Skip the test, in words, where one of these is neither there nor to be had."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and not _install():
        pytest.skip(f"{', '.join(missing)} is not installed here, and could not be")
    still = [program for program in programs if shutil.which(program) is None]
    if still:
        pytest.skip(f"{', '.join(still)} is not in the packages that apt installed")


def needs_namespace() -> None:
    """Skip where no network namespace can be made (it takes root on Linux)."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("a network namespace of its own needs root on Linux")
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare or ip is not installed here")
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a network namespace")


@cache
def _install() -> bool:
    """All of them, once a test run."""
    if os.environ.get("NEARHALF_TEST_INSTALL") == "no" or shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *sorted(set(PACKAGES.values()))]
    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    update = ["apt-get", "update", "-qq"]
    for command in [install, update, install] if has_lists else [update, install]:
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=_INSTALL_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        if command is install and not done.returncode:
            return True
    return False
