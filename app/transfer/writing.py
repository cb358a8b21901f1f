"""Writes chats to a file that a person chose: whole or not at all, readable by them alone.

What is written is not encrypted: the window says so before it asks where to.
"""

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from app.domain.conversation import Folder, StoredChat
from app.domain.errors import SettingsError
from app.transfer import own_format
from app.transfer.document import title, when
from app.transfer.export_words import ENGLISH, ExportWords
from app.transfer.html import html
from app.transfer.markdown import markdown

NAME_CHARACTERS = 60
_UNFIT = re.compile(r"[^\w\- ]+")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}


class ExportFormat(Enum):
    """By the ending of a file name."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def suggested_name(chat: StoredChat, form: ExportFormat) -> str:
    """A file name that every system takes."""
    return f"{_stem(chat)}.{form.value}"


def export_chat(
    target: Path, form: ExportFormat, chat: StoredChat, words: ExportWords = ENGLISH, *, all_branches: bool = True
) -> None:
    """Write one chat. JSON always holds all branches. Raises SettingsError; what stood there before is then intact."""
    with new_file(target) as file, _as_text(file) as out:
        if form is ExportFormat.JSON:
            write_json(out, [chat], [])
        else:
            out.writelines(_document(form, chat, words, all_branches=all_branches))


def export_all(
    target: Path,
    form: ExportFormat,
    chats: Iterable[StoredChat],
    folders: Sequence[Folder] = (),
    words: ExportWords = ENGLISH,
    *,
    all_branches: bool = True,
    tell: Callable[[int], None] = lambda done: None,
) -> int:
    """Write many chats, and return how many: JSON into one file, the others one file each into a ZIP archive.

    `chats` may load each when it is asked for; `tell` gets the number done, and may raise to
    stop. Raises SettingsError.
    """
    with new_file(target) as file:
        counted = _counted(chats, tell)
        if form is ExportFormat.JSON:
            with _as_text(file) as out:
                return write_json(out, counted, folders)
        return _write_zip(file, form, counted, folders, words, all_branches=all_branches)


def write_json(out: TextIO, chats: Iterable[StoredChat], folders: Sequence[Folder]) -> int:
    """Our own format: a line for each message, so that a history of any size passes through a small memory."""
    out.write(f'{{"format":"{own_format.FORMAT}","version":{own_format.VERSION},"folders":')
    out.write(_json([own_format.folder_object(folder) for folder in folders]))
    out.write(',"chats":[')
    count = 0
    for count, chat in enumerate(chats, 1):
        out.write(",\n" if count > 1 else "\n")
        out.write(_json(own_format.chat_object(chat.info))[:-1])
        out.write(',"messages":[')
        for place, message in enumerate(chat.messages):
            out.write(",\n" if place else "\n")
            out.write(_json(own_format.message_object(message)))
        out.write(f'],"shown":{_json(own_format.shown_pairs(chat))}}}')
    out.write("\n]}\n")
    return count


def _write_zip(
    file: BinaryIO,
    form: ExportFormat,
    chats: Iterable[StoredChat],
    folders: Sequence[Folder],
    words: ExportWords,
    *,
    all_branches: bool,
) -> int:
    folder_names = {folder.id: _safe(folder.name) for folder in folders}
    used: set[str] = set()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for chat in chats:
            day = when(chat.info.created_at_ms)[:10]
            stem = " ".join(part for part in (day, _stem(chat)) if part)
            folder = f"{folder_names[chat.info.folder]}/" if chat.info.folder in folder_names else ""
            name = _unused(f"{folder}{stem}", form.value, used)
            with archive.open(name, "w", force_zip64=True) as member, _as_text(member) as out:  # type: ignore[arg-type]
                out.writelines(_document(form, chat, words, all_branches=all_branches))
    return len(used)


def _document(form: ExportFormat, chat: StoredChat, words: ExportWords, *, all_branches: bool) -> Iterator[str]:
    write = markdown if form is ExportFormat.MARKDOWN else html
    return write(chat, words, all_branches=all_branches)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _counted(chats: Iterable[StoredChat], tell: Callable[[int], None]) -> Iterator[StoredChat]:
    for done, chat in enumerate(chats):
        tell(done)
        yield chat


def _stem(chat: StoredChat) -> str:
    return _safe(title(chat, ENGLISH))


def _safe(name: str) -> str:
    """Words, digits and dashes only: no separators, no leading dot, none of the names that Windows keeps for itself."""
    stem = " ".join(_UNFIT.sub(" ", name).split())[:NAME_CHARACTERS].strip()
    return f"{stem} chat".strip() if not stem or stem.lower() in _RESERVED else stem


def _unused(stem: str, ending: str, used: set[str]) -> str:
    number, name = 1, f"{stem}.{ending}"
    while name.lower() in used:
        number += 1
        name = f"{stem} {number}.{ending}"
    used.add(name.lower())
    return name


@contextmanager
def _as_text(file: BinaryIO) -> Iterator[TextIO]:
    out = TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=False)
    yield out
    out.flush()
    out.detach()


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Written beside its place (0600) and moved over it when all is there. Raises SettingsError, and leaves no part."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise SettingsError(
            f"The file {target} cannot be written: {error.strerror or error}.",
            "Make room on the disk, or choose another folder.",
        ) from error
