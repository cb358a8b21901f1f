"""Folders inside the data folder for what is gone again when the work is done.

Whoever makes one holds the history's lock (vault.py), so all that is there when the lock is taken was left by a process
that was killed.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import StorageError
from app.storage.paths import DataFolder

WORK_PREFIX = ".work-"


@contextmanager
def work_folder(folder: DataFolder) -> Iterator[Path]:
    """A new folder for its owner alone, gone when the block ends. Raises StorageError."""
    try:
        work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=folder.root))
    except OSError as error:
        raise StorageError(
            f"The data folder {folder.root} cannot be written: {error.strerror or error}.", "Make it writable."
        ) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sweep_work(folder: DataFolder) -> None:
    """Remove what killed processes left. Call it with the history's lock just taken."""
    for left in folder.root.glob(f"{WORK_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
