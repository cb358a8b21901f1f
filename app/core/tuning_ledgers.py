"""The ledgers of fine-tuning jobs: each job's gate writes one of its own, and it outlives a job whose adapter was kept.

For the privacy panel and `nearhalf audit`. They are read as they lie there, while a trainer writes them too. Names are
sealed: without the vault's key a ledger has its date alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.domain.errors import AppError
from app.storage.job_files import JobFiles, ended_name, ledgers_in

_DATE = "%Y%m%d-%H%M%S"  # what a job's id begins with, UTC
_DATE_LENGTH = 15


@dataclass(frozen=True, slots=True)
class JobLedger:
    """job: its id. name: "" where it cannot be read. began_at: None where the folder's name tells no date."""

    path: Path
    job: str
    name: str
    began_at: datetime | None


class JobLedgers:
    """Of one data folder. root: of the jobs. file_key: the vault's; it raises StorageError while the vault is locked.

    Quick once a name is known: then only the folders are looked at.
    """

    def __init__(self, root: Path, file_key: Callable[[], bytes]) -> None:
        self._root, self._file_key = root, file_key
        self._names: dict[Path, str] = {}

    def list(self) -> tuple[JobLedger, ...]:
        """Newest first."""
        return tuple(
            JobLedger(path, path.parent.name, self._name(path.parent), began_at(path.parent.name))
            for path in ledgers_in(self._root)
        )

    def forget(self) -> None:
        self._names.clear()

    def _name(self, folder: Path) -> str:
        if folder not in self._names:
            try:
                self._names[folder] = _read_name(folder, self._file_key())
            except AppError:  # locked, of another vault, or ending just now: asked again next time
                return ""
        return self._names[folder]


def began_at(job: str) -> datetime | None:
    try:
        return datetime.strptime(job[:_DATE_LENGTH], _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _read_name(folder: Path, file_key: bytes) -> str:
    from app.core.tuning_jobs import JobRecord

    try:
        return JobRecord(JobFiles.open(folder, file_key)).job().name
    except AppError:
        return ended_name(folder, file_key)
