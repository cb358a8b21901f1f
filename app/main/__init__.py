"""The composition root: the only package that knows all parts. Builds them, joins them, and takes them down again.

link: the way to a backend · services: what the terminal uses · desktop: the window and what stands behind it.
torch and Qt are imported where they are first needed: `nearhalf --help` and `backend list` answer at once.
"""

import faulthandler
import signal
import sys
from collections.abc import Sequence

from app.domain.errors import AppError
from app.main.link import BUILT_IN_MODEL, DEVICE_THREADS, Link
from app.main.services import Nearhalf
from app.privacy import guard
from app.storage.app_log import start_logging
from app.storage.paths import data_folder

__all__ = ["BUILT_IN_MODEL", "DEVICE_THREADS", "SWITCH_INTERVAL_S", "Link", "Nearhalf", "main"]

SWITCH_INTERVAL_S = 0.0002  # Python's own 5 ms lets one busy thread stall the generation thread


def main(argv: Sequence[str] | None = None) -> int:
    """The `nearhalf` command. Returns the exit status."""
    from app.cli import run

    faulthandler.enable()
    guard.install()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` ends the backend
    try:
        folder = data_folder().create()
        start_logging(folder.logs)
    except (AppError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    services = Nearhalf(folder, lambda notice: print(notice, file=sys.stderr))
    return run(sys.argv[1:] if argv is None else list(argv), services)
