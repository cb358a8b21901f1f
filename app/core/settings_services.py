"""What the settings window and the first run need of the whole app, as one Protocol. app/main.py builds the real one.

Slow methods take `report`: one sentence on what is under way, or a Progress for what can be counted. Both raise
Cancelled once the person has stopped it, and the method lets it pass after tidying up. Everything raises AppError.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.services import Backends, Measurement, Report
from app.domain.backend import Backend, ModelInfo

if TYPE_CHECKING:
    from app.core.report_cleaning import Section
    from app.core.updates import Release
    from app.device.adapter_card import TrainingFacts
    from app.domain.notes import Progress as NotesProgress


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
    backbone_sha256: str = ""
    recipe_sha256: str = ""
    note: str = ""  # the person's own words
    training: "TrainingFacts | None" = None
    is_ordinary_lora: bool = False  # every tap serves its own layer alone: it can be exported as PEFT's LoRA
    device_layers: int = 0  # that the device runs itself before the free tap
    notes_gone: int = 0  # notes and chats it learned that were no more when they were looked for last
    knows_notes: bool = False  # which files it learned from; else it is never judged by them


class Stale(Enum):
    """Why an adapter is no longer what it was."""

    MODEL = "another model"  # than the one in use
    RECIPE = "other matrices A and B"
    NOTES = "notes that are gone"


def stale(adapter: KeptAdapter, model: ModelInfo | None) -> tuple[Stale, ...]:
    """By hashes, against the model in use (None: not known)."""
    found = []
    if model is not None and not adapter.problem:
        if adapter.backbone_sha256 != model.backbone_sha256:
            found.append(Stale.MODEL)
        elif adapter.recipe_sha256 not in [recipe.sha256 for recipe in model.recipes]:
            found.append(Stale.RECIPE)
    if adapter.notes_gone:
        found.append(Stale.NOTES)
    return tuple(found)


class KeptFiles(Protocol):
    """Models and adapters on this disk (app/core/kept_files.py, app/core/adapters.py)."""

    def packs(self) -> Sequence[KeptModel]: ...

    def models(self) -> Sequence[KeptModel]: ...

    def adapters(self) -> Sequence[KeptAdapter]: ...

    def remove(self, path: Path) -> None:
        """Delete one of those that were listed, with all that is in it; an adapter is overwritten first."""

    def rename_adapter(self, path: Path, name: str) -> None:
        """Its file keeps its name, so whatever chose it still finds it."""

    def annotate_adapter(self, path: Path, note: str) -> None: ...

    def is_locked(self, source: Path) -> bool:
        """Whether a file takes a passphrase to be added."""

    def add_adapter(self, source: Path, passphrase: str = "") -> KeptAdapter:
        """Take in a copy of an adapter's file from elsewhere. Raises AdapterError where it is none, WrongKey. Slow with
        a passphrase."""

    def export_adapter(self, path: Path, target: Path, passphrase: str = "") -> None:
        """Write a copy: encrypted with the passphrase, or (without one) readable by whoever has the file; that one
        leaves out the note. Neither says which files it learned from."""

    def look_for_notes(self) -> bool:
        """Slow. Mark adapters whose learned files and chats are no more, by whether they are there: nothing is read.
        Returns whether a mark has changed."""

    def check_notes(self, paths: Sequence[Path], progress: "Callable[[NotesProgress], None]") -> int:
        """Slow. Read notes, and mark every adapter that learned some of them with how many it knows are gone or
        changed. Returns how many adapters learned from any of these notes."""


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

    @property
    def model_in_use(self) -> ModelInfo | None:
        """What the backend in use offers for the chats; None while that is not known. Adapters are judged by it."""

    def export_for_transformers(self, path: Path, folder: Path, strength: int, progress: Progress) -> Sequence[str]:
        """Write an adapter as a folder that transformers can load (docs/adapter-format.md); returns its files' names.
        A and B are fetched from the backend in use. strength: percent, folded in."""

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        """Time it with the model in use, or its first where another backend is in use. The device pack of that is
        fetched where it is not here yet."""

    def limit_recovery(self, name: str, percent: int | None) -> str:
        """As Backends.limit_recovery, and in force at once where that backend is in use."""

    def fetch_pack(self, backend: Backend | None, model: ModelInfo, progress: Progress) -> None:
        """Fetch, check and install one device pack; an earlier part is gone on from."""

    def newest_release(self, feed: str) -> "Release":
        """Ask the release feed at this address, once (docs/release-feed.md). Raises FeedError, SettingsError."""

    def problem_report(self, crash: str, facts: Sequence[str]) -> "tuple[Section, ...]":
        """What a report on a problem would say (core/problem_report.py). Reads files. Nothing is sent or written."""

    def stop_slow_work(self) -> None:
        """Break off, from any thread, what those that ask others wait for: they raise an AppError at once."""

    def export_all(self, folder: Path, form: str, progress: Progress) -> int:
        """Write every chat to `folder` as "markdown", "json" or "html"; counts chats. Returns how many."""
