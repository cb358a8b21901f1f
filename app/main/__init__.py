"""The composition root: the only package that knows all parts. Builds them, joins them, and takes them down again.

link: the way to a backend · services: what the terminal uses · desktop: the window and what stands behind it.
torch and Qt are imported where they are first needed: `nearhalf --help` and `backend list` answer at once.
"""

import faulthandler
import logging
import logging.handlers
import signal
import sys
from collections.abc import Sequence

from app.domain.errors import AppError
from app.main.link import BUILT_IN_MODEL, DEVICE_THREADS, Link
from app.main.services import Nearhalf
from app.privacy import guard
from app.storage.paths import DataFolder, data_folder

__all__ = ["BUILT_IN_MODEL", "DEVICE_THREADS", "SWITCH_INTERVAL_S", "Link", "Nearhalf", "main"]

SWITCH_INTERVAL_S = 0.0002  # Python's own 5 ms lets one busy thread stall the generation thread
LOG_BYTES = 2**20


def _start_logging(folder: DataFolder) -> None:
    """A bounded log in the data folder. It never holds text, tokens or keys (tests/privacy/test_canary.py)."""
    handler = logging.handlers.RotatingFileHandler(
        folder.logs / "app.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main(argv: Sequence[str] | None = None) -> int:
    """The `nearhalf` command. Returns the exit status."""
    from app.cli import run

    faulthandler.enable()
    guard.install()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` ends the backend
    try:
        folder = data_folder().create()
        _start_logging(folder)
    except (AppError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    services = Nearhalf(folder, lambda notice: print(notice, file=sys.stderr))
    return run(sys.argv[1:] if argv is None else list(argv), services)
