"""Files into notes, one after another: finds the reader by the name and the first bytes, and reports what became of it.

One file is in memory at a time, and the notes. Whatever a reader raises for a bad file ends in that file's report.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from app.domain.notes import FileKind, FileReport, Note, Progress, Unread
from app.notes.chats import ChatText, read_chat
from app.notes.entries import Entry, NotRead, read_whole, shown_name, why_of
from app.notes.folders import entries
from app.notes.limits import LIMITS, Limits
from app.notes.markdown import read_markdown, without_id
from app.notes.tally import Draft, Tally
from app.notes.texts import decoded

Reader = Callable[[Entry, Tally, Limits], Iterator[Draft]]
KINDS = {
    ".md": FileKind.MARKDOWN, ".markdown": FileKind.MARKDOWN, ".mdown": FileKind.MARKDOWN, ".mkd": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT, ".text": FileKind.TEXT, ".rst": FileKind.TEXT, ".org": FileKind.TEXT,
}  # fmt: skip


class NotesReading:
    """Reads on and on: `add` may be called again. Notes stand in the order in which they were read."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._characters = 0
        self.notes: list[Note] = []
        self.reports: list[FileReport] = []

    def add(self, paths: Iterable[Path], progress: Callable[[Progress], None] = lambda _: None) -> None:
        """progress: may raise (Cancelled); what was read before stays."""
        for found in entries(paths, self._limits):
            progress(self._progress(found.path))
            if isinstance(found, FileReport):
                self.reports.append(found)
                continue
            self.reports.append(self._read(found, lambda path=found.path: progress(self._progress(path))))  # type: ignore[misc]

    def add_chats(self, chats: Iterable[ChatText]) -> None:
        """Each is one note, or a report that says why not."""
        for chat in chats:
            path = shown_name(chat.title, self._limits.name_characters)
            report, tally = FileReport(path, FileKind.CHAT), Tally()
            try:
                report = self._keep(read_chat(chat, tally), Entry(path, 0, chat.day, io.BytesIO), report)
                if not report.notes:
                    raise NotRead(Unread.NO_TEXT)
            except NotRead as error:
                report = replace(report, error=error.why)
            self.reports.append(replace(report, left=tuple(tally)))

    def _progress(self, path: str) -> Progress:
        return Progress(len(self.reports), len(self.notes), self._characters, path)

    def _read(self, entry: Entry, went_on: Callable[[], None]) -> FileReport:
        kind = kind_of(entry)
        tally = Tally()
        report = FileReport(entry.path, kind)
        try:
            reader = _READERS.get(kind)
            if reader is None:
                raise NotRead(Unread.UNKNOWN_KIND)
            for draft in reader(entry, tally, self._limits):
                report = self._keep(draft, entry, report)
                went_on()
            if not report.notes:
                raise NotRead(Unread.NO_TEXT)
        except NotRead as error:
            report = replace(report, error=error.why)
        except OSError as error:
            report = replace(report, error=why_of(error))
        except (RecursionError, MemoryError):
            report = replace(report, error=Unread.BROKEN)
        return replace(report, left=tuple(tally), pages=tally.pages)

    def _keep(self, draft: Draft, entry: Entry, report: FileReport) -> FileReport:
        if not draft.text.strip():
            return report
        if len(draft.text) > self._limits.note_characters:
            raise NotRead(Unread.TOO_LARGE)
        if self._characters + len(draft.text) > self._limits.characters:
            raise NotRead(Unread.FULL)
        source = entry.path + (f" › {draft.part}" if draft.part else "")
        self.notes.append(note_of(source, draft, entry))
        self._characters += len(draft.text)
        return replace(report, notes=report.notes + 1, characters=report.characters + len(draft.text))


def note_of(source: str, draft: Draft, entry: Entry | None = None) -> Note:
    text_hash = hashlib.sha256(draft.text.encode()).hexdigest()
    note_id = hashlib.sha256(f"{source}\0{text_hash}".encode()).hexdigest()[:32]
    day = draft.day or (entry.day if entry else None)
    return Note(note_id, draft.title, source, draft.text, text_hash, draft.tags, day)


def kind_of(entry: Entry) -> FileKind:
    return KINDS.get(entry.suffix, FileKind.OTHER)


def _markdown(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    text = decoded(read_whole(entry, limits.plain_file_bytes), tally)
    yield read_markdown(text, PurePosixPath(entry.path).name, tally)


def _text(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    text = decoded(read_whole(entry, limits.plain_file_bytes), tally)
    yield Draft(without_id(PurePosixPath(entry.path).stem), text)


_READERS: dict[FileKind, Reader] = {FileKind.MARKDOWN: _markdown, FileKind.TEXT: _text}
