"""What the person has chosen so far, on the way to a job. Texts of notes are in it: `forget` lets go of them."""

from dataclasses import dataclass, field
from pathlib import Path

from app.core.notes import NotesChoices
from app.domain.ids import ChatId
from app.domain.notes import NotesSet


@dataclass
class Draft:
    paths: list[Path] = field(default_factory=list)
    chats: set[ChatId] = field(default_factory=set)
    choices: NotesChoices = field(default_factory=NotesChoices)
    notes: NotesSet | None = None

    @property
    def sources(self) -> tuple[tuple[Path, ...], frozenset[ChatId]]:
        return tuple(self.paths), frozenset(self.chats)

    @property
    def name(self) -> str:
        """What to call the adapter, until the person says otherwise; "" where nothing suggests itself."""
        return self.paths[0].stem if len(self.paths) == 1 else ""

    def forget(self) -> None:
        self.paths, self.chats, self.choices, self.notes = [], set(), NotesChoices(), None
