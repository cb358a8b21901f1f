"""What the fine-tuning wizard and `nearhalf tune` need of the whole app, as one Protocol. app/main builds the real one.

Slow methods take `report` (one sentence on what is under way) or a progress callback; both raise Cancelled once the
person has stopped it, and what was there before stays. Everything raises AppError.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.services import Report
from app.domain.ids import ChatId

if TYPE_CHECKING:
    from app.core.notes import NotesChoices
    from app.core.tuning import JobOrder, Preset, Probe, TuningJob, TuningSettings
    from app.domain.conversation import ChatInfo
    from app.domain.notes import NotesSet, Progress


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

    def presets(self, report: Report) -> "Mapping[Preset, TuningSettings]":
        """Slow where the device's part of the model is not here yet: it is fetched. For the model of the backend in
        use; the step counts are for the notes read last."""

    def probe(self, notes: "NotesSet", settings: "Sequence[TuningSettings]", report: Report) -> "Sequence[Probe]":
        """Slow (half a minute). Some real steps on this machine and the backend in use, for each of `settings`."""

    def start(self, name: str, notes: "NotesSet", settings: "TuningSettings", preset: "Preset | None") -> "TuningJob":
        """Slow (seconds). Store the notes encrypted and start the job's process; returns once it runs."""

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
