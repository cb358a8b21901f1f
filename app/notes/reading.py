"""Files into notes, one after another: each in the reader for its kind (kinds.py), with a report of what became of it.

One file is in memory at a time, and the notes. Whatever a reader raises for a bad file ends in that file's report.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.domain.notes import FileKind, FileReport, Left, Note, Origin, Progress, Unread
from app.notes.chats import ChatText, read_chat
from app.notes.entries import Entry, NotRead, shown_name, why_of
from app.notes.folders import entries
from app.notes.kinds import READERS, kind_of
from app.notes.limits import LIMITS, Limits
from app.notes.notion import shown_source
from app.notes.origins import Origins
from app.notes.parts import part_source, part_title, parts
from app.notes.tally import Draft, Tally
from app.notes.vault import Vault


@dataclass(frozen=True, slots=True)
class _Read:
    """report: its place among the reports."""

    source: str
    draft: Draft
    day: date | None
    report: int
    origin: Origin | None


class NotesReading:
    """Reads on and on: `add` may be called again. Notes stand in the order in which they were read."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._characters = 0
        self._read: list[_Read] = []
        self._reports: list[FileReport] = []
        self._notes: tuple[list[Note], list[FileReport]] | None = None  # embeds resolved
        self._origins = Origins()
        self._files: tuple[set[str], set[str]] = (set(), set())  # read to their end, and not

    def add(self, paths: Iterable[Path], progress: Callable[[Progress], None] = lambda _: None) -> None:
        """progress: may raise (Cancelled); what was read before stays."""
        self._notes = None
        for found in entries(paths, self._limits):
            progress(self._progress(found.path))
            if isinstance(found, FileReport):
                self._reports.append(replace(found, path=shown_source(found.path)))
            else:
                self._read_file(found, lambda path=found.path: progress(self._progress(path)))  # type: ignore[misc]

    def add_chats(self, chats: Iterable[ChatText]) -> None:
        """Each is one note, or a report that says why not."""
        self._notes = None
        for chat in chats:
            path = shown_name(chat.title, self._limits.name_characters)
            tally, keeping = Tally(), _Keeping()
            try:
                keeping.origin = Origin(chat=chat.id) if chat.id else None
                self._keep(read_chat(chat, tally), Entry(path, 0, chat.day, io.BytesIO), path, keeping)
                error = None if keeping.notes else Unread.NO_TEXT
            except NotRead as refused:
                error = refused.why
            self._report(path, FileKind.CHAT, tally, keeping, error)

    @property
    def notes(self) -> list[Note]:
        """All that was read, embeds resolved."""
        return self._resolved()[0]

    @property
    def reports(self) -> list[FileReport]:
        return self._resolved()[1]

    @property
    def finished(self) -> set[str]:
        """Files (Origin.file) of which everything was read that they hold."""
        return self._files[0] - self._files[1]

    def _progress(self, path: str) -> Progress:
        return Progress(len(self._reports), len(self._read), self._characters, path)

    def _read_file(self, entry: Entry, went_on: Callable[[], None]) -> None:
        kind, source = FileKind.OTHER, shown_source(entry.path)
        tally, keeping = Tally(went_on), _Keeping(self._origins.of(entry))
        error: Unread | None = None
        try:
            kind = kind_of(entry)
            reader = READERS.get(kind)
            if reader is None:
                raise NotRead(Unread.UNKNOWN_KIND)
            for draft in reader(entry, tally, self._limits):
                self._keep(draft, entry, source, keeping)
            error = None if keeping.notes else Unread.NO_TEXT
        except NotRead as refused:
            error = refused.why
        except OSError as failed:
            error = why_of(failed)
        except (RecursionError, MemoryError):
            error = Unread.BROKEN
        finally:
            is_whole = error in (None, Unread.NO_TEXT, Unread.EMPTY)
            self._files[not is_whole].add(str(entry.file))
            if keeping.notes or error is not None:  # a person who stops in the middle keeps what was read
                self._report(source, kind, tally, keeping, error)

    def _report(self, path: str, kind: FileKind, tally: Tally, keeping: "_Keeping", error: Unread | None) -> None:
        left = tuple(tally)
        self._reports.append(FileReport(path, kind, keeping.notes, keeping.characters, tally.pages, left, error))

    def _keep(self, draft: Draft, entry: Entry, source: str, keeping: "_Keeping") -> None:
        if not draft.text.strip():
            return
        if len(draft.text) > self._limits.note_characters:
            raise NotRead(Unread.TOO_LARGE)
        if self._characters + len(draft.text) > self._limits.characters:
            raise NotRead(Unread.FULL)
        source += f" › {draft.part}" if draft.part else ""
        self._read.append(_Read(source, draft, draft.day or entry.day, len(self._reports), keeping.origin))
        self._characters += len(draft.text)
        keeping.notes += 1
        keeping.characters += len(draft.text)

    def _resolved(self) -> tuple[list[Note], list[FileReport]]:
        if self._notes is None:
            pages: dict[str, str] = {}
            for one in self._read:
                if one.draft.may_embed:
                    pages.setdefault(one.source, one.draft.text)
            vault = Vault(pages, self._limits)
            notes, reports = [], list(self._reports)
            for one in self._read:
                text = one.draft.text
                if one.draft.may_embed and "![[" in text:
                    tally = Tally()
                    text = vault.resolved(one.source, text, tally)
                    reports[one.report] = _with(reports[one.report], tally, len(text) - len(one.draft.text))
                if not text.strip():
                    reports[one.report] = replace(reports[one.report], notes=0, error=Unread.NO_TEXT)
                    continue
                pieces = list(parts(text))
                notes += [_part(one, piece, number, len(pieces)) for number, piece in enumerate(pieces, 1)]
                report = reports[one.report]
                reports[one.report] = replace(report, notes=report.notes + len(pieces) - 1)
            self._notes = notes, reports
        return self._notes


@dataclass(slots=True)
class _Keeping:
    """Of one file."""

    origin: Origin | None = None
    notes: int = 0
    characters: int = 0


def note_of(source: str, draft: Draft, day: date | None = None, origin: Origin | None = None) -> Note:
    text_hash = hashlib.sha256(draft.text.encode()).hexdigest()
    note_id = hashlib.sha256(f"{source}\0{text_hash}".encode()).hexdigest()[:32]
    return Note(note_id, draft.title, source, draft.text, text_hash, draft.tags, draft.day or day, origin)


def _part(read: _Read, text: str, number: int, of: int) -> Note:
    if of == 1:
        return note_of(read.source, read.draft.with_text(text), read.day, read.origin)
    draft = replace(read.draft, title=part_title(read.draft.title, number)).with_text(text)
    return note_of(part_source(read.source, number), draft, read.day, read.origin)


def _with(report: FileReport, tally: Tally, characters: int) -> FileReport:
    count = Counter(dict(report.left)) + Counter(dict(tally))
    left = tuple((what, count[what]) for what in Left if count[what])
    return replace(report, left=left, characters=report.characters + characters)
