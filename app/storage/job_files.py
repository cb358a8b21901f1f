"""The files of one fine-tuning job, under a key of its own.

The job's key is random, and wrapped by the vault's file key. The trainer's process gets the job's key alone, so it can
read no history; and a discarded job cannot be read again by anyone once its wrapped key is gone, whatever the disk has
kept.

    key.sealed         the job's key, under the vault's
    NAME.sealed        everything else, under the job's key: what the job is, its notes, checkpoint, best adapter, ...
    order.WORD         empty: what the person asks of the trainer; gone once it is taken
    for-good.WORD      empty: that this was asked holds for every later trainer too
    order.discard      the job is discarded: its key is gone, and the rest goes as soon as nobody holds it
    lock               held by the trainer while it runs, and by whoever makes the job until it is whole
    full               one byte, there from the beginning: whether the disk takes nothing more
    ledger.nhl         what the trainer's gate let out (docs/ledger-format.md)
    name.kept          what the job was called, under the vault's key: beside a ledger that outlived its job
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.errors import SettingsError, StorageError
from app.storage.deleting import overwrite_and_unlink
from app.storage.encrypted_file import open_bytes, seal_bytes
from app.storage.paths import OWNER_ONLY

_KEY_BYTES = 32
_KEY_FILE = "key.sealed"
_SUFFIX = ".sealed"
_NAME_FILE = "name.kept"
_LEDGERS = "ledger*.nhl"
_FULL_FILE = "full"
_ORDER = "order."
_FOR_GOOD = "for-good."
_DISCARD = f"{_ORDER}discard"
_HOLD_WITHIN_S = 1.0  # somebody who only looks whether a job runs holds it for a moment too
_LOOK_AGAIN_S = 0.005  # so two who look at once are no trainer


class JobFiles:
    """One job's folder, opened with its key. Raises StorageError; the disk may be full."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self.key = key

    @classmethod
    @contextmanager
    def made(cls, folder: Path, file_key: bytes) -> Iterator["JobFiles"]:
        """A new folder with a key of its own, held while the block fills it. Nothing is left where that fails.

        file_key: the vault's. Raises StorageError.
        """
        files = cls(folder, secrets.token_bytes(_KEY_BYTES))
        try:
            folder.mkdir(mode=OWNER_ONLY, parents=True)
        except OSError as error:
            raise StorageError(
                f"The folder {folder} cannot be made: {error.strerror or error}.", "Free some space and try again."
            ) from error
        try:
            with files.held():
                files.say_full(False)
                seal_bytes(files.key, folder / _KEY_FILE, file_key, _label(folder, _KEY_FILE))
                yield files
        except BaseException:
            files.discard()
            raise

    @classmethod
    def open(cls, folder: Path, file_key: bytes) -> "JobFiles":
        """Raises StoreDamaged where the vault is another one, SettingsError where the job is gone."""
        if not cls(folder, b"").is_there:
            raise SettingsError("This fine-tuning job is no longer there.", "Choose another one, or start a new one.")
        return cls(folder, open_bytes(folder / _KEY_FILE, file_key, _label(folder, _KEY_FILE)))

    @property
    def is_there(self) -> bool:
        """Whether it was neither discarded nor kept."""
        return (self.folder / _KEY_FILE).is_file() and not (self.folder / _DISCARD).exists()

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.nhl"

    def has(self, name: str) -> bool:
        return (self.folder / f"{name}{_SUFFIX}").is_file()

    def read(self, name: str) -> bytes:
        path = self.folder / f"{name}{_SUFFIX}"
        return open_bytes(path, self.key, _label(self.folder, path.name))

    def write(self, name: str, data: bytes) -> None:
        """Whole or not at all; what was there before stays where it fails."""
        if not self.is_there:  # it must not come back
            raise SettingsError("This fine-tuning job is no longer there.")
        path = self.folder / f"{name}{_SUFFIX}"
        seal_bytes(data, path, self.key, _label(self.folder, path.name))

    # ---------------------------------------------------------------- between the window and the trainer

    def leave_order(self, word: str, *, for_good: bool = False) -> None:
        """It takes the place of one that was not taken yet. An empty file: on a full disk too there is room for it.

        for_good: it stays asked, whoever takes it and whatever is asked later (`is_for_good`).
        """
        try:
            if for_good:
                (self.folder / f"{_FOR_GOOD}{word}").touch(0o600)
            self._drop_orders()
            (self.folder / f"{_ORDER}{word}").touch(0o600)
        except OSError as error:
            raise StorageError(
                f"The trainer cannot be told: {error.strerror or error}.", "Free some space and try again."
            ) from error

    def has_order(self, word: str) -> bool:
        """Whether it was left, and not taken yet."""
        return (self.folder / f"{_ORDER}{word}").exists()

    def is_for_good(self, word: str) -> bool:
        return (self.folder / f"{_FOR_GOOD}{word}").exists()

    def take_order(self) -> str:
        """The word that was left, or ""; it is taken away. That the job is discarded is said again and again."""
        if (self.folder / _DISCARD).exists():
            return _DISCARD.removeprefix(_ORDER)
        with suppress(OSError):
            for word in self._drop_orders():
                return word
        return ""

    def _drop_orders(self) -> list[str]:
        words = []
        for path in self.folder.glob(f"{_ORDER}*"):
            if path.name != _DISCARD:
                path.unlink(missing_ok=True)
                words.append(path.name.removeprefix(_ORDER))
        return words

    def say_full(self, is_full: bool) -> None:
        """The one thing that can be told on a disk that takes nothing more: its byte has its room. Never raises."""
        path, byte = self.folder / _FULL_FILE, b"1" if is_full else b"0"
        with suppress(OSError):
            if not path.exists():
                path.touch(0o600)
            if path.read_bytes() != byte:
                with path.open("r+b") as file:
                    file.write(byte)

    @property
    def is_full(self) -> bool:
        """Whether the trainer could not write how it stands when it last tried."""
        try:
            return (self.folder / _FULL_FILE).read_bytes() == b"1"
        except OSError:
            return False

    @property
    def is_running(self) -> bool:
        """Whether a trainer's process holds the job."""
        if not self._lock_file.exists():  # looking must not make it, in a folder that is just being deleted
            return False
        lock = self._lock()
        try:
            with lock.acquire(timeout=_LOOK_AGAIN_S, poll_interval=_LOOK_AGAIN_S):
                return False
        except Timeout:
            return True
        except OSError:  # where no lock can be held, no trainer runs
            return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """For the trainer, while it runs. Raises StorageError where another one does; a killed one holds nothing."""
        lock = self._lock()
        try:
            lock.acquire(timeout=_HOLD_WITHIN_S, poll_interval=0.01)
        except Timeout as error:
            raise StorageError(
                "This fine-tuning job is already running.", "Wait for it, or pause it; nothing is lost."
            ) from error
        except OSError as error:
            raise StorageError(
                f"The folder {self.folder} cannot be written: {error.strerror or error}.",
                "Free some space and try again.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    @property
    def _lock_file(self) -> Path:
        return self.folder / "lock"

    def _lock(self) -> FileLock:
        return FileLock(self._lock_file, timeout=0, thread_local=False)

    # ---------------------------------------------------------------- the end of it

    def end(self, file_key: bytes, name: str) -> None:
        """Delete the job but for its ledgers: what left this computer stays on record, and what it was called."""
        if any(self.folder.glob(_LEDGERS)):
            seal_bytes(name.encode(), self.folder / _NAME_FILE, file_key, _label(self.folder, _NAME_FILE))
        self._delete(_is_kept)

    def discard(self) -> None:
        """At any time. Its key goes first, so that nothing of the rest can be read whatever happens next; the rest goes
        now, or in `tidy` where a trainer holds it still."""
        with suppress(OSError):
            (self.folder / _DISCARD).touch(0o600)
        overwrite_and_unlink(self.folder / _KEY_FILE)
        if not self.is_running:
            self._delete(lambda _: False)

    def tidy(self) -> None:
        """Delete what is left of a job that was discarded or kept. For its trainer, once it has let go of it, and for
        whoever finds such a folder (`left_folders`). Raises StorageError."""
        if self.is_running or self.is_there:
            return
        is_discarded = (self.folder / _DISCARD).exists()
        self._delete((lambda _: False) if is_discarded else _is_kept)

    def _delete(self, is_kept: Callable[[Path], bool]) -> None:
        """What is held by a trainer that is just ending, where the system does not delete such files, is left to it."""
        overwrite_and_unlink(self.folder / _KEY_FILE)
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            with suppress(StorageError):
                overwrite_and_unlink(path)
        for path in self._all_but(is_kept):
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):  # there is none, or something is kept in it
            self.folder.rmdir()
        if self._all_but(is_kept) and not self.is_running:
            raise StorageError(
                f"Some files in {self.folder} could not be deleted.",
                "They cannot be read any more: their key is gone. Delete the folder by hand.",
            )

    def _all_but(self, is_kept: Callable[[Path], bool]) -> list[Path]:
        """The mark of a discarded job last: what a power cut leaves is deleted later."""
        try:
            found = [path for path in self.folder.iterdir() if not is_kept(path)]
        except OSError:  # another process was quicker
            return []
        return sorted(found, key=lambda path: path.name == _DISCARD)


def _is_kept(path: Path) -> bool:
    return path.name == _NAME_FILE or path.match(_LEDGERS)


def job_folders(root: Path) -> list[Path]:
    """All jobs, the newest first by name (they begin with their date)."""
    try:
        return sorted((path for path in root.iterdir() if JobFiles(path, b"").is_there), reverse=True)
    except OSError:
        return []


def left_folders(root: Path) -> list[Path]:
    """Of jobs that were discarded or kept, where something was left to delete."""
    try:
        marked = {path.parent for path in root.glob(f"*/{_DISCARD}")}
        sealed = {path.parent for path in root.glob(f"*/*{_SUFFIX}")}
    except OSError:
        return []
    return sorted(marked | {folder for folder in sealed if not (folder / _KEY_FILE).is_file()})


def ledgers_in(root: Path) -> list[Path]:
    """The ledgers of all jobs, also of those that have ended, the newest first; none that is being deleted with its
    job. root: of the jobs."""
    try:
        found = [path for path in root.glob(f"*/{_LEDGERS}") if not (path.parent / _DISCARD).exists()]
        return sorted(found, reverse=True)
    except OSError:
        return []


def ended_name(folder: Path, file_key: bytes) -> str:
    """What a job was called of which only its ledger is left. Raises StorageError."""
    return open_bytes(folder / _NAME_FILE, file_key, _label(folder, _NAME_FILE)).decode("utf-8", "replace")


def _label(folder: Path, name: str) -> str:
    """Part of every file's own key: no file can stand in for one of another job."""
    return f"tuning/{folder.name}/{name}"
