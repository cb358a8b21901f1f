"""What the window needs of the whole app beside its chats, as Protocols. app/main/desktop.py builds the real ones."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.ports import Conversations
from app.core.services import Report
from app.core.vault import Vault
from app.core.writing import Writer
from app.ui.backend_facts import BackendFacts

if TYPE_CHECKING:
    from app.core.panel_source import PanelSource
    from app.core.settings_services import SettingsServices
    from app.core.shareable import ShareableChats
    from app.core.spelling.checker import Spelling
    from app.core.tuning_ledgers import JobLedger
    from app.core.tuning_services import TuningServices


class Chats(Conversations, Protocol):
    """Conversations to which a writer can be given (app/core/conversations.py: Library)."""

    def attach(self, writer: Writer) -> None: ...

    def detach(self) -> Writer | None:
        """Stop the reply under way, wait for its end, and give the writer back, still open."""


@dataclass(frozen=True, slots=True)
class Started:
    """A backend that is ready, and what to call it."""

    writer: Writer
    facts: BackendFacts


class Desktop(Protocol):
    """Slow methods run in a job; they raise AppError, and Cancelled where `report` does."""

    @property
    def vault(self) -> Vault: ...

    @property
    def services(self) -> "SettingsServices": ...

    def open_chats(self) -> Chats:
        """All chats of the open vault. Raises StorageError."""

    @property
    def chat_files(self) -> "ShareableChats":
        """Export and import of the chats that were opened last."""

    @property
    def panel(self) -> "PanelSource":
        """What the privacy panel reads."""

    @property
    def spelling(self) -> "Spelling":
        """The check of what is written, with the words that the vault keeps."""

    @property
    def tuning(self) -> "TuningServices":
        """Fine-tuning, of the open vault."""

    def start_backend(self, report: Report, wait: Callable[[], object] = lambda: None) -> Started:
        """Start or reach the backend of the settings, and open a session. Slow.

        wait: returns once the window is shown. Called in a thread, before what would slow that down.
        """

    def forget_frames(self) -> None:
        """Drop the contents of what was sent and received (the lock): the ledger keeps its hashes."""

    def export_ledger(self, target: Path, tell: Callable[[int, int], None], job: "JobLedger | None" = None) -> str:
        """Write a signed export of the app's ledger, with the frames still kept, or of a fine-tuning job's, which has
        none. The signing key's fingerprint. Slow."""

    def close(self) -> None:
        """After the window: the vault, and all that was started."""
