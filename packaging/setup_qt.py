"""The shared libraries that Qt takes from a Linux system: which are missing, and how they come there.

The list was read with ldd off PySide6-Essentials 6.11.2: QtWidgets, QtNetwork and the platform plugins offscreen,
xcb and wayland. Package names are Debian's and Ubuntu's.
"""

import ctypes
import hashlib
import os
import shutil
import sys
from typing import Protocol

from setup_console import Progress, SetupProblem, run_quietly, run_watched, say

PACKAGE_OF = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",  # brings a first font with it
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}


class MarkedPlace(Protocol):
    """What this step needs of a `Place`: to note that it is done."""

    def is_marked(self, step: str, key: str) -> bool: ...
    def mark(self, step: str, key: str) -> None: ...


def missing_libraries() -> list[str]:
    """The libraries that the loader does not find, by name."""
    return [name for name in PACKAGE_OF if not _can_be_loaded(name)]


def _can_be_loaded(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def check_qt_libraries(place: MarkedPlace, *, is_required: bool) -> None:
    """Install what is missing where that is allowed (root, apt), else name the one line to run.

    Raises SetupProblem when something stays missing and `is_required`: a window, or the tests, will open Qt now.
    """
    key = hashlib.sha256(" ".join(PACKAGE_OF).encode()).hexdigest()
    if sys.platform != "linux" or place.is_marked("qt-libraries", key):
        return
    missing = missing_libraries()
    if missing:
        packages = sorted(PACKAGE_OF[name] for name in missing)
        if shutil.which("apt-get") and os.geteuid() == 0:
            _install_with_apt(packages)
        missing = missing_libraries()
    if not missing:
        place.mark("qt-libraries", key)
        return
    advice = f"Run this once, then the same command again:\n    {_line_to_run(missing)}"
    if is_required:
        raise SetupProblem("Qt, which draws the window, needs libraries that this system lacks.", advice)
    say(f"The window would need libraries that this system lacks; the terminal does not. For the window: {advice}")


def _line_to_run(missing: list[str]) -> str:
    if shutil.which("apt-get"):
        return "sudo apt-get install -y " + " ".join(sorted(PACKAGE_OF[name] for name in missing))
    return "(your system's package manager): the packages that hold " + ", ".join(missing)


def _install_with_apt(packages: list[str]) -> None:
    """Install system packages as root; what fails shows in the libraries still missing afterwards."""
    progress = Progress(f"Installing {len(packages)} system libraries for Qt, with apt-get: {' '.join(packages)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    progress.show("reading the package lists")
    run_quietly(["apt-get", "update"], env=environment)
    code, lines = run_watched(command, progress.show, env=environment)
    progress.done("done" if code == 0 else f"apt-get failed: {lines[-1] if lines else ''}")
