"""The process that computes while others are used goes last, and so do those that it starts. Best effort, no error.

Niceness is not enough on Linux: where it groups processes by session (autogroup), it shares a core evenly between
groups and counts niceness only within each. A process that outlives the window has a session, and so a group, of its
own: measured, nice 10 got as much of a core as nice 0. So the group is told too (docs/lab-log.md).
"""

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10


def go_last() -> None:
    """On Windows a trainer is started so (trainer_start.py)."""
    if os.name != "posix":
        return
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():  # else the group is somebody's terminal
        with suppress(OSError):  # no such file: no such groups
            Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")
