"""A person's notes on the way to training: read (app/notes), searched for secrets (app/privacy/redaction), split.

For the wizard and the terminal. One reader, one thread at a time; slow calls take `progress`, which may raise
Cancelled: what was read before stays, and the call may be made again. Nothing is stored, and `forget` lets go of every
text.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.tree import Tree
from app.domain.conversation import Role, StoredChat
from app.domain.errors import SettingsError
from app.domain.notes import Note, NotesSet, Progress, Secret, SecretChoice, TooLittleText
from app.domain.redaction import DEFAULT_KINDS
from app.notes.chats import ChatText, Turn
from app.notes.limits import LIMITS, Limits
from app.notes.passages import data_hash
from app.notes.refusals import refusals
from app.notes.secrets import cleared, learned_secrets, secrets_in
from app.notes.split import split

if TYPE_CHECKING:
    from app.notes.duplicates import Folding
    from app.notes.reading import NotesReading
    from app.privacy.redaction.kinds import Span
    from app.privacy.redaction.redactor import Redactor

# What nobody wants a model to complete is replaced unless the person says otherwise; names take a language model and
# half a minute for each hundred pages, so they are looked for where they are asked for.
_REPLACED = ("own", "card", "iban", "social", "passport", "tax", "key", "url")
DEFAULT_SECRETS: Mapping[str, SecretChoice] = {
    kind: SecretChoice.REPLACE if kind in _REPLACED else SecretChoice.LEAVE
    for kind in ("own", *DEFAULT_KINDS)
    if kind != "person"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotesChoices:
    """secrets: kinds to look for, and what to do with them. seed: of the split. own: words of the person's own list
    of what is redacted, found as kind "own"."""

    secrets: Mapping[str, SecretChoice] = field(default_factory=lambda: dict(DEFAULT_SECRETS))
    seed: int = 0
    own: tuple[str, ...] = ()


class NotesReader:
    """Read with `add` and `add_chats`, as often as wished; `notes_set` then gives what would be learned."""

    def __init__(self, redactor: "Redactor | None" = None, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._redactor = redactor
        self._read: NotesReading | None = None
        self._roots: set[str] = set()
        self._folding: Folding | None = None
        self._found: dict[tuple[str, frozenset[str], tuple[str, ...]], tuple[Span, ...]] = {}  # by Note.sha256

    def add(self, paths: Iterable[Path], progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Files, folders and archives, mixed as they were dropped. What cannot be read ends in the reports."""
        self._folding = None
        paths = tuple(paths)
        self._roots |= {str(path.resolve()) for path in paths if path.exists()}
        self._reading.add(paths, progress)

    def add_chats(self, chats: Iterable[StoredChat]) -> None:
        """Chats that the person opted in, each as one note of the person's own messages in the branch on show."""
        self._folding = None
        self._reading.add_chats(_text_of(chat) for chat in chats)

    @property
    def notes(self) -> tuple[Note, ...]:
        """All that was read, duplicates too."""
        return tuple(self._reading.notes)

    @property
    def roots(self) -> Collection[str]:
        """What the person picked, resolved; without what was not there."""
        return self._roots

    @property
    def finished(self) -> Collection[str]:
        """Files of which everything was read that they hold."""
        return self._reading.finished

    def notes_set(
        self, choices: NotesChoices | None = None, progress: Callable[[Progress], None] = lambda _: None
    ) -> NotesSet:
        """Raises TooLittleText (it says how much is needed, and what became of each file), and ModelError where names
        are to be found and the model for them is not there. Called again with other choices it reads nothing anew."""
        from app.notes.duplicates import fold

        choices = choices or NotesChoices()
        folding = self._folding = self._folding or fold(self._reading.notes)
        secrets = self._secrets(folding.kept, choices, progress)
        safe = cleared(folding.kept, secrets, choices.secrets, self._replacing(folding.kept, choices))
        reports = tuple(self._reading.reports)
        try:
            sides = split(safe.notes, choices.seed, folding.alike)
        except SettingsError as error:
            advice = f"{refusals(reports, folding.folds)} {error.advice}".strip()
            raise TooLittleText(error.message, advice, reports, folding.folds) from error
        return NotesSet(
            sides.train,
            sides.held_out,
            reports,
            sides.aside,
            folding.folds,
            tuple(secrets),
            safe.dropped_passages,
            safe.replaced_secrets,
            data_hash(sides.train, sides.held_out),
            tuple(learned_secrets(folding.kept, sides.train, secrets, choices.secrets)),
        )

    def forget(self) -> None:
        self._read = None
        self._folding = None
        self._roots.clear()
        self._found.clear()

    @property
    def _reading(self) -> "NotesReading":
        if self._read is None:
            from app.notes.reading import NotesReading  # the readers take a third of a second to load

            self._read = NotesReading(self._limits)
        return self._read

    def _secrets(
        self, notes: Sequence[Note], choices: NotesChoices, progress: Callable[[Progress], None]
    ) -> list[Secret]:
        found: list[Secret] = []
        characters = 0
        for at, note in enumerate(notes):
            progress(Progress(at, len(notes), characters, note.source))
            spans = self._spans(note, choices)
            found += secrets_in(note, lambda _, spans=spans: [(one.kind.value, one.start, one.end) for one in spans])  # type: ignore[misc]
            characters += len(note.text)
        return found

    def _spans(self, note: Note, choices: NotesChoices) -> "tuple[Span, ...]":
        key = note.sha256, frozenset(choices.secrets), choices.own
        if key not in self._found:
            self._found[key] = tuple(self._find(note.text, choices.secrets, choices.own))
        return self._found[key]

    def _find(self, text: str, kinds: Collection[str], own: tuple[str, ...]) -> "list[Span]":
        from app.privacy.redaction.kinds import Kind
        from app.privacy.redaction.redactor import Choices, Redactor

        if self._redactor is None:
            self._redactor = Redactor()
        return self._redactor.find(text, Choices(frozenset(kind for kind in Kind if kind.value in kinds), own))

    def _replacing(
        self, notes: Sequence[Note], choices: NotesChoices
    ) -> "Callable[[Sequence[str], Collection[str]], list[str]]":
        """One map for all notes, keyed by their content: read again, the same notes get the same stand-ins."""

        def replace_in(texts: Sequence[str], kinds: Collection[str]) -> list[str]:
            from app.privacy.redaction.redacting import redact
            from app.privacy.redaction.stand_ins import StandIns

            known = {note.text: self._spans(note, choices) for note in notes}
            key = hashlib.sha256("".join(sorted(note.sha256 for note in notes)).encode()).digest()[:16]

            def find(text: str) -> "list[Span]":
                spans = known.get(text)
                if spans is None:  # paragraphs were dropped from it
                    spans = tuple(self._find(text, choices.secrets, choices.own))
                return [span for span in spans if span.kind.value in kinds]

            return [one.text for one in redact(texts, find, StandIns(key))]

        return replace_in


def _text_of(chat: StoredChat) -> ChatText:
    branch = Tree(chat.messages, chat.shown).branch()
    turns = [Turn(one.role is Role.USER, one.text) for one in branch if one.role is not Role.SYSTEM]
    changed = chat.info.changed_at_ms or chat.info.created_at_ms
    day = datetime.fromtimestamp(changed / 1000, UTC).date() if changed > 0 else None
    return ChatText(chat.info.title, turns, day, str(chat.info.id))
