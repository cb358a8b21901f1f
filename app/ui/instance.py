"""One window for one data folder: a second start brings the first to the front, and ends.

By files alone (Qt's local sockets stand in its network module, which nothing of ours may use): a lock that names the
process that holds it, so one that died is seen, and a file whose appearance wakes the holder.
"""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QLockFile, QObject, Signal

_WAKE = "wake"


class SingleInstance(QObject):
    """`claim` once; `woken` is emitted where another start found us."""

    woken = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """folder: of this purpose alone; it is made where it is missing."""
        super().__init__(parent)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._wake = folder / _WAKE
        self._lock = QLockFile(str(folder / "lock"))
        self._lock.setStaleLockTime(0)  # never stale by age, only where its process has gone
        self._watcher: QFileSystemWatcher | None = None

    def claim(self) -> bool:
        """True where this is the only one. False: the other has been asked to show itself."""
        if not self._lock.tryLock(0) and self._lock.error() is QLockFile.LockError.LockFailedError:
            self._wake.touch()
            return False
        # Where no lock can be made (a read-only folder) the person may still start; the vault has a lock of its own.
        self._wake.unlink(missing_ok=True)
        self._watcher = QFileSystemWatcher([str(self._wake.parent)], self)
        self._watcher.directoryChanged.connect(self._look)
        return True

    def release(self) -> None:
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None
        self._lock.unlock()

    def _look(self) -> None:
        if self._wake.exists():
            self._wake.unlink(missing_ok=True)
            self.woken.emit()
