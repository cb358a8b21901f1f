"""A chat whose frames can be looked at afterwards: what `nearhalf audit recover` needs of the whole app."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.ports import Conversations
from app.core.services import AdapterServices, Backends, ChatRequest, Report

if TYPE_CHECKING:
    from app.privacy.kept import KeptContent


@dataclass(frozen=True, slots=True)
class RecordedChat:
    """Conversations of which nothing is stored, and what the one gate keeps of them."""

    conversations: Conversations
    kept: "Callable[[], Sequence[KeptContent]]"


class RecordsChats(Protocol):
    """The parts behind the command (app/main/services.py). packs, models: where those lie on this computer."""

    @property
    def backends(self) -> Backends: ...

    @property
    def packs(self) -> Path: ...

    @property
    def models(self) -> Path: ...

    def open_recorded_chat(self, request: ChatRequest, report: Report) -> AbstractContextManager[RecordedChat]:
        """Ready to send; leaving the context closes all that it started. Raises AppError."""

    def open_adapters(self, ask_secret: Callable[[], str]) -> AbstractContextManager[AdapterServices]:
        """The library of adapters, with the vault open. Raises StorageError."""
