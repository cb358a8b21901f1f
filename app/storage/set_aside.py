"""The data folder's files as groups: what belongs to the history, how much room it takes, what is moved or deleted."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.domain.errors import StorageError
from app.storage.job_files import ledgers_in
from app.storage.keys import Keys
from app.storage.paths import OWNER_ONLY, DataFolder
from app.storage.work_folder import WORK_PREFIX
from app.storage.wraps_file import WrapsFile

_KEPT_PREFIXES = ("before-restore", "damaged")


def history_files(folder: DataFolder) -> tuple[Path, ...]:
    """The database with its log, keys.json with its copy, and the key file, as far as they are there."""
    history = folder.history
    names = [history, *(history.with_name(history.name + end) for end in ("-wal", "-shm", "-journal"))]
    return tuple(path for path in (*names, *_key_files(folder)) if path.exists())


def _key_files(folder: DataFolder) -> tuple[Path, ...]:
    wraps = WrapsFile(folder.keys)
    return (wraps.path, wraps.copy_path, folder.key_file)


@contextmanager
def set_aside(folder: DataFolder, why: str, *, only_history: bool = False) -> Iterator[Path | None]:
    """Move history, keys and adapters into a folder of their own, itself a data folder. None: nothing was there.

    Where the block raises, they are put back in place of what it made. Raises StorageError.
    """
    paths = [path for path in history_files(folder) if not only_history or path not in _key_files(folder)]
    if not only_history and folder.adapters.is_dir() and any(folder.adapters.iterdir()):
        paths.append(folder.adapters)
    if not paths:
        yield None
        return
    number = 1
    while (kept := folder.root / f"{why}-{number}").exists():
        number += 1
    moved: list[Path] = []
    try:
        kept.mkdir(mode=OWNER_ONLY)
        for path in paths:
            path.replace(kept / path.name)
            moved.append(path)
        yield kept
    except BaseException as error:
        is_whole_move = len(moved) == len(paths) and not only_history
        made = [path for path in history_files(folder) if path not in moved] if is_whole_move else []
        _put_back(kept, moved, made)
        if isinstance(error, OSError):
            raise StorageError(
                f"{folder.root} cannot be changed: {error.strerror or error}. Everything is as it was.",
                "Make room on the disk, or make the folder writable.",
            ) from error
        raise


def drop_kept_keys(kept: Path) -> None:
    """Of a history that was set aside and whose key is today's: lying there, they would outlive a change of secrets."""
    for path in _key_files(DataFolder(kept)):
        path.unlink(missing_ok=True)


def _put_back(kept: Path, moved: list[Path], made: list[Path]) -> None:
    """What was moved, over what was made in its place since: that came from a backup, or was empty."""
    for path in made:
        path.unlink()
    for path in moved:
        if path.is_dir():
            shutil.rmtree(path)
        (kept / path.name).replace(path)
    with suppress(OSError):
        kept.rmdir()


def sizes(folder: DataFolder) -> dict[str, int]:
    """Bytes by what they are for. What was set aside, and backups in the folder, count as history; the ledger of a
    fine-tuning job, which outlives it, counts as ledger."""
    job_ledgers = _bytes(ledgers_in(folder.tuning))
    return {
        "history": _bytes({*history_files(folder), *_older(folder), folder.backups}),
        "adapters": _bytes([folder.adapters]),
        "tuning": max(0, _bytes([folder.tuning]) - job_ledgers),  # they may have grown in between
        "device packs": _bytes([folder.packs]),
        "models": _bytes([folder.models]),
        "ledger": _bytes(_ledger_files(folder)) + job_ledgers,
        "logs": _bytes([folder.logs]),
    }


def delete_all(folder: DataFolder, keys: Keys) -> None:
    """History, keys, what was set aside, adapters, packs, jobs, ledgers, logs. Keys first: without them it is noise.

    Backups in other folders are the person's own. Raises StorageError, naming what could not be deleted.
    """
    left: list[str] = []
    try:
        keys.forget_all()
    except OSError:
        left.append(folder.keys.name)
    for path in {*history_files(folder), *_older(folder), folder.backups, *_ledger_files(folder)}:
        left += _delete(path)
    for emptied in (folder.adapters, folder.packs, folder.tuning, folder.logs):
        for path in emptied.iterdir() if emptied.is_dir() else ():
            left += _delete(path)
    if left:
        raise StorageError(
            f"These could not be deleted: {', '.join(sorted(left))}. The keys of the history are gone.",
            f"Close what uses them, then delete them by hand from {folder.root}.",
        )


def kept_folders(folder: DataFolder) -> list[Path]:
    """What was set aside."""
    return sorted(path for prefix in _KEPT_PREFIXES for path in folder.root.glob(f"{prefix}-*"))


def _older(folder: DataFolder) -> set[Path]:
    """What was set aside, what a migration kept, and what a crash left of one."""
    stems = (folder.history.stem, folder.keys.stem)
    beside = {path for stem in stems for path in folder.root.glob(f"{stem}.*")} - {folder.history_lock}
    return {*kept_folders(folder), *beside, *folder.root.glob(f"{WORK_PREFIX}*")}


def _delete(path: Path) -> list[str]:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return [path.name]
    return []


def _ledger_files(folder: DataFolder) -> list[Path]:
    return list(folder.root.glob(f"{folder.ledger.stem}*{folder.ledger.suffix}*"))


def _bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with suppress(OSError):  # gone in the meantime
            files = path.rglob("*") if path.is_dir() else [path]
            total += sum(file.lstat().st_size for file in files if not file.is_dir())
    return total
