"""Files that are really deleted."""

import os
import secrets
from pathlib import Path

from app.domain.errors import StorageError

_LIMIT_BYTES = 1 << 20


def overwrite_and_unlink(path: Path) -> None:
    """Raises StorageError. Overwriting is no promise on an SSD: a sealed file is safe since its key needs its first
    bytes, and those are overwritten too."""
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(min(path.stat().st_size, _LIMIT_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(
            f"{path} cannot be deleted: {error.strerror or error}.", "Check the folder's permissions."
        ) from error
