"""Why nothing here is felt while typing: a thread that computes in Python lets the window in every millisecond.

Without it the window waits up to 5 ms (Python's switch interval) each time it needs the interpreter's lock, which is
several times a key.
"""

import time

REST_S = 0.0005


def rest() -> None:
    time.sleep(REST_S)


def never() -> bool:
    """For work that nobody stops."""
    return False
