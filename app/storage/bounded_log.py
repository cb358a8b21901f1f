"""A log file that cannot fill the disk: at its limit it becomes NAME.1 (the one before is dropped) and begins anew."""

from pathlib import Path

LIMIT_BYTES = 512 * 1024


class BoundedLog:
    """Appends bytes to `path`, from one thread. What cannot be written is dropped: nothing else may fail for a log."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._limit_bytes = limit_bytes

    def write(self, data: bytes) -> None:
        """Append; `data` longer than the whole limit keeps its end."""
        data = data[-self._limit_bytes :]
        try:
            if self._path.exists() and self._path.stat().st_size + len(data) > self._limit_bytes:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
            with self._path.open("ab") as file:
                file.write(data)
        except OSError:
            pass
