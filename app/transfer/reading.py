"""Reads the chats of a file, one by one, whoever wrote it: the content says which reader it needs."""

from collections.abc import Container, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TextIO

from app.domain.conversation import Folder, StoredChat
from app.domain.errors import SettingsError
from app.domain.ids import ChatId
from app.transfer import chatgpt, claude, open_webui, own_format
from app.transfer.archive import LIMIT_BYTES, Budget, errors_in_words, texts
from app.transfer.json_stream import EMPTY, NO_JSON, JsonStream, damaged
from app.transfer.report import Dropped, ImportReport
from app.transfer.untrusted import as_list

LISTS = {"chats", "conversations"}  # names under which an object may hold its chats


class ChatFile:
    """A file with chats. Iterate once; `folders` and `report` grow meanwhile. One chat is in memory at a time.

    Ids of other services' chats follow from the ids there (UUID version 5), and ours are kept: a chat that was imported
    before has an id in `known`, and is left out. Raises SettingsError, also in the middle; chats given out before that
    are whole.
    """

    def __init__(self, path: Path, known: Container[ChatId] = frozenset(), limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._known = known
        self._seen: set[ChatId] = set()
        self._budget = Budget(limit_bytes)
        self.report = ImportReport()
        self.folders: dict[str, Folder] = {}  # by id; a chat's folder is here before the chat is given out

    @property
    def read_bytes(self) -> int:
        """How much has been read, unpacked; for a progress line."""
        return self._budget.spent_bytes

    def __iter__(self) -> Iterator[StoredChat]:
        with errors_in_words(self._path), closing(texts(self._path, self._budget)) as files:
            for text in files:
                yield from self._chats(text)
        if not self.report.sources and not self.report.dropped[Dropped.EMPTY]:
            raise SettingsError(
                "No chats were found in this file.",
                "Nearhalf reads the exports of ChatGPT, Claude and Open WebUI (JSON, or the ZIP file), and its own.",
            )

    def _chats(self, text: TextIO) -> Iterator[StoredChat]:
        for header, untrusted in _values(JsonStream(text)):
            if header.get("format") == own_format.FORMAT:
                own_format.check_version(header)
                self._take_folders(header)
            found = ImportReport()
            chat = self._chat(header, untrusted, found)
            if chat is not None and (chat.info.id in self._seen or chat.info.id in self._known):
                self.report.sources |= found.sources
                self.report.drop(Dropped.ALREADY_THERE)
                continue  # what it lacks was told when it was read first
            self.report.merge(found)
            if chat is not None:
                self._seen.add(chat.info.id)
                self.report.chats += 1
                self.report.messages += len(chat.messages)
                yield chat

    def _chat(self, header: Mapping[str, object], untrusted: object, report: ImportReport) -> StoredChat | None:
        if not isinstance(untrusted, dict):
            report.drop(Dropped.DAMAGED_CHAT)
            return None
        if header.get("format") == own_format.FORMAT:
            return own_format.read_chat(untrusted, self.folders, report)
        chat = None
        if chatgpt.is_conversation(untrusted):
            chat = chatgpt.read_chat(untrusted, report)
        elif claude.is_conversation(untrusted):
            chat = claude.read_chat(untrusted, report)
        elif open_webui.is_conversation(untrusted):
            chat = open_webui.read_chat(untrusted, report)
        else:
            report.drop(Dropped.DAMAGED_CHAT)
            return None
        if chat is None:
            report.drop(Dropped.EMPTY)
        return chat

    def _take_folders(self, header: dict[str, object]) -> None:
        for entry in as_list(header.pop("folders", None)):
            folder = own_format.read_folder(entry)
            if folder is not None:
                self.folders[str(folder.id)] = folder


def _values(stream: JsonStream) -> Iterator[tuple[dict[str, object], object]]:
    """(what the object around it has said so far, value) for everything that may be a chat.

    A list of chats; an object that holds such a list; a chat alone; or several of these, one a line.
    """
    if not stream.peek():
        raise damaged(EMPTY)
    while start := stream.peek():
        if start == "[":
            for value in stream.each():
                yield {}, value
        elif start == "{":
            header: dict[str, object] = {}
            has_list = False
            for name in stream.pairs():
                if name in LISTS and stream.peek() == "[":
                    has_list = True
                    for value in stream.each():
                        yield header, value
                else:
                    header[name] = stream.value()
            if not has_list:
                yield {}, header
        else:
            raise damaged(NO_JSON)
