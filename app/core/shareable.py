"""Chats out of the library into files, and back: joins app.transfer with the Library."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from app.core.conversations import Library
from app.domain.conversation import StoredChat
from app.domain.ids import ChatId
from app.transfer.export_words import ENGLISH, ExportWords
from app.transfer.free_ids import Known
from app.transfer.reading import ChatFile
from app.transfer.report import ImportReport
from app.transfer.writing import ExportFormat, export_all, export_chat

Tell = Callable[[int, int], None]  # done, in all; may raise Cancelled
_TOGETHER = 50  # chats that are added before the list is told


class ShareableChats(Protocol):
    """What the dialogs use. Slow, but for `whole`; raises AppError, and Cancelled where `tell` does."""

    def whole(self, chat: ChatId) -> StoredChat: ...

    def export(self, chat: ChatId, target: Path, form: ExportFormat, words: ExportWords = ENGLISH) -> None: ...

    def export_all(self, target: Path, form: ExportFormat, words: ExportWords, tell: Tell) -> int:
        """Every chat that is stored. Returns how many."""

    def import_file(self, source: Path, tell: Tell) -> tuple[ImportReport, ChatId | None]:
        """Take in what is new. The report, and the first chat that came."""


class LibraryFiles:
    """Implements ShareableChats."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def whole(self, chat: ChatId) -> StoredChat:
        return self._library.whole(chat)

    def export(self, chat: ChatId, target: Path, form: ExportFormat, words: ExportWords = ENGLISH) -> None:
        export_chat(target, form, self._library.whole(chat), words)

    def export_all(self, target: Path, form: ExportFormat, words: ExportWords, tell: Tell) -> int:
        stored = [info.id for info in self._library.chats() if not info.is_temporary]
        chats = (self._library.whole(chat) for chat in stored)
        return export_all(
            target, form, chats, self._library.folders(), words, tell=lambda done: tell(done, len(stored))
        )

    def import_file(self, source: Path, tell: Tell) -> tuple[ImportReport, ChatId | None]:
        known = {info.id for info in self._library.chats()}
        file = ChatFile(source, Known(known))
        total = max(source.stat().st_size, 1) if source.exists() else 1
        first: ChatId | None = None
        for batch in _batches(file):
            added = self._library.add_chats(batch, tuple(file.folders.values()))
            first = first or added[0]
            tell(min(file.read_bytes, total), total)
        return file.report, first


def _batches(chats: ChatFile) -> Iterator[list[StoredChat]]:
    batch: list[StoredChat] = []
    for chat in chats:
        batch.append(chat)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch
