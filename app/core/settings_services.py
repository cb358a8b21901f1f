"""What the settings window and the first run need of the whole app, as one Protocol. app/main.py builds the real one.

Slow methods take `report`: one sentence on what is under way, or a Progress for what can be counted. Both raise
Cancelled once the person has stopped it, and the method lets it pass after tidying up. Everything raises AppError.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.report_cleaning import Section
from app.core.services import Backends, Measurement, Report
from app.core.updates import Release
from app.domain.backend import Backend, ModelInfo

Progress = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A device pack, or a model prepared for the built-in backend, on this disk. `problem`: why it cannot be used."""

    path: Path
    name: str
    architecture: str = ""
    layers: int = 0
    max_positions: int = 0
    bytes: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KeptAdapter:
    """An adapter's file and what its card says. `problem`: why it cannot be used."""

    path: Path
    name: str
    bytes: int = 0
    created: str = ""  # ISO 8601, UTC
    recipe: str = ""
    taps: int = 0
    round_trips: int = 1  # a token
    head_rank: int = 0
    problem: str = ""


class KeptFiles(Protocol):
    """Models and adapters on this disk (app/core/kept_files.py)."""

    def packs(self) -> Sequence[KeptModel]: ...

    def models(self) -> Sequence[KeptModel]: ...

    def adapters(self) -> Sequence[KeptAdapter]: ...

    def remove(self, path: Path) -> None:
        """Delete one of those that were listed, with all that is in it."""

    def add_adapter(self, source: Path) -> KeptAdapter:
        """Take in a copy of an adapter's file from elsewhere. Raises AdapterError where it is none."""


class SettingsServices(Protocol):
    """The parts behind the settings."""

    @property
    def backends(self) -> Backends: ...

    @property
    def files(self) -> KeptFiles: ...

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        """What a backend offers: it is reached, its certificate judged and its token tried. None: the built-in one.

        Raises UntrustedCertificate with the fingerprint to show; nothing of ours was sent then, no token either.
        """

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        """Time it. Its first model's device pack is fetched where it is not here yet."""

    def limit_recovery(self, name: str, percent: int | None) -> str:
        """As Backends.limit_recovery, and in force at once where that backend is in use."""

    def fetch_pack(self, backend: Backend | None, model: ModelInfo, progress: Progress) -> None:
        """Fetch, check and install one device pack; an earlier part is gone on from."""

    def newest_release(self, feed: str) -> Release:
        """Ask the release feed at this address, once (docs/release-feed.md). Raises FeedError, SettingsError."""

    def problem_report(self, crash: str, facts: Sequence[str]) -> tuple[Section, ...]:
        """What a report on a problem would say (core/problem_report.py). Reads files. Nothing is sent or written."""

    def stop_slow_work(self) -> None:
        """Break off, from any thread, what those that ask others wait for: they raise an AppError at once."""

    def export_all(self, folder: Path, form: str, progress: Progress) -> int:
        """Write every chat to `folder` as "markdown", "json" or "html"; counts chats. Returns how many."""
