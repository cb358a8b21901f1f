"""What the fine-tuning wizard and `nearhalf tune` need of the whole app, as one Protocol. app/main builds the real one.

Slow methods take `report` (one sentence on what is under way) or a progress callback; both raise Cancelled once the
person has stopped it, and what was there before stays. Everything raises AppError.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.services import Report
from app.domain.backend import Backend
from app.domain.errors import SettingsError
from app.domain.ids import ChatId

if TYPE_CHECKING:
    from app.core.notes import NotesChoices
    from app.core.tuning import JobOrder, Preset, Probe, TuningJob, TuningSettings
    from app.domain.conversation import ChatInfo
    from app.domain.notes import NotesSet, Progress


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job computes. backend: None: the built-in one. model_id: None: the backend's first."""

    backend: Backend | None
    model_id: str | None

    def is_like(self, other: "Place") -> bool:
        """Whether what was asked and measured at one holds for the other; a new token or limit changes nothing."""
        mine, others = (place.backend.url if place.backend else None for place in (self, other))
        return (mine, self.model_id) == (others, other.model_id)


class PlaceChanged(SettingsError):
    """Another backend or model is in use than that for which presets and estimates were asked."""

    def __init__(self) -> None:
        super().__init__(
            "Another backend or model is in use now.", "Have the estimate made for that one, then start again."
        )


class TuningServices(Protocol):
    """Notes in, a job that outlives the window, an adapter out."""

    def chats(self) -> "Sequence[ChatInfo]":
        """The person's own, of which some may be opted in: pinned ones first, then the latest changed."""

    def read_notes(
        self,
        paths: Sequence[Path],
        chats: Collection[ChatId],
        choices: "NotesChoices",
        progress: "Callable[[Progress], None]",
    ) -> "NotesSet":
        """Slow. Read what was dropped, and the chats that were opted in; the person's own list of what is redacted is
        looked for in them. Asked again with the same sources and other
        choices it reads nothing anew. Raises SettingsError where there is too little text; it says how much is
        needed."""

    def forget_notes(self) -> None:
        """Let go of every text that was read."""

    def place(self) -> Place:
        """The backend and the model in use now. Slow where a keyring asks for its password."""

    def presets(self, place: Place, notes: "NotesSet", report: Report) -> "Mapping[Preset, TuningSettings]":
        """Slow where the device's part of the model is not here yet: it is fetched. For the model at `place`, with the
        steps that these notes take."""

    def probe(
        self, place: Place, notes: "NotesSet", settings: "Sequence[TuningSettings]", report: Report
    ) -> "Sequence[Probe]":
        """Slow (half a minute). Some real steps on this machine and that backend, for each of `settings`. Raises
        PlaceChanged where `place` is no longer in use."""

    def start(
        self, place: Place, name: str, notes: "NotesSet", settings: "TuningSettings", preset: "Preset | None"
    ) -> "TuningJob":
        """Slow (seconds). Store the notes encrypted and start the job's process; returns once it runs. Raises
        PlaceChanged where `place`, for which the settings are, is no longer in use."""

    def jobs(self) -> "Sequence[TuningJob]":
        """Newest first."""

    def job(self, job: str) -> "TuningJob":
        """As its process wrote it last. Quick: may be asked every second. Raises SettingsError where it is gone."""

    def follow(self, job: str) -> "Callable[[], TuningJob]":
        """What gives the job as `job` does, also once the vault is locked. `follow` and it raise SettingsError where
        the job is gone."""

    def order(self, job: str, order: "JobOrder") -> None:
        """Quick but for RESUME, which starts the process again where it has ended (seconds)."""

    def keep_adapter(self, job: str, name: str) -> Path:
        """A finished job's best adapter, into the library; the job is deleted but for its ledger."""

    def train_again(self, job: str, without: Collection[str]) -> "TuningJob":
        """Slow. A new job like this one, from its notes with these secrets (Memorised.secret) taken out. This one
        stays."""

    def learned_from(self, data_sha256: str) -> Sequence[str]:
        """Quick. Names of the adapters in the library that learned the very notes of TuningJob.data_sha256."""
