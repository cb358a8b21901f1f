"""What was dropped, as single files: folders walked in the order of their names, archives entered (archives.py).

Links are not followed, so there are no loops and nothing outside the folder is read; only what the person picked
itself may be one. Settings, trash and hidden folders are left out.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from app.domain.notes import FileKind, FileReport, Unread
from app.notes.archives import Budget, members
from app.notes.entries import Entry, NotRead, file_entry, is_skipped, shown_name, why_of
from app.notes.limits import LIMITS, Limits

_JUNCTION = 0xA0000003  # Windows: a folder that leads elsewhere


def entries(paths: Iterable[Path], limits: Limits = LIMITS) -> Iterator[Entry | FileReport]:
    """Each file once, in a fixed order; a report for what is not opened at all."""
    for count, found in enumerate(_all(paths, limits), 1):
        if count > limits.files:
            yield FileReport(found.path, FileKind.FOLDER, error=Unread.TOO_MANY_FILES)
            return
        yield found


def _all(paths: Iterable[Path], limits: Limits) -> Iterator[Entry | FileReport]:
    seen: set[tuple[int, int]] = set()
    for path in sorted({path.absolute() for path in paths}):
        shown = shown_name(path.name or str(path), limits.name_characters)
        try:
            real = path.resolve(strict=True)  # the person may well have picked a link
            found = real.stat()
        except (OSError, RuntimeError) as error:
            why = why_of(error) if isinstance(error, OSError) else Unread.SYMLINK
            yield FileReport(shown, FileKind.OTHER, error=why)
            continue
        is_folder = stat.S_ISDIR(found.st_mode)
        inside = _of_folder(real, shown, seen, limits) if is_folder else _of_file(real, shown, found, seen, limits)
        for one in inside:
            yield replace(one, root=real) if isinstance(one, Entry) else one


def _of_folder(top: Path, shown_top: str, seen: set[tuple[int, int]], limits: Limits) -> Iterator[Entry | FileReport]:
    waiting = [(top, shown_top, 0)]
    while waiting:
        folder, shown, depth = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                inside = sorted(scan, key=lambda one: one.name)
        except OSError as error:
            yield FileReport(shown, FileKind.FOLDER, error=why_of(error))
            continue
        folders = []
        for one in inside:
            name = shown_name(f"{shown}/{one.name}", limits.name_characters)
            try:
                is_folder = one.is_dir(follow_symlinks=False)
                found = one.stat(follow_symlinks=False)
                if os.name == "nt":
                    found = Path(one.path).lstat()  # scandir's has no file number there
            except OSError as error:
                yield FileReport(name, FileKind.OTHER, error=why_of(error))
                continue
            kind = FileKind.FOLDER if is_folder else FileKind.OTHER
            if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION:
                yield FileReport(name, FileKind.OTHER, error=Unread.SYMLINK)
            elif is_skipped(one.name, is_folder=is_folder):
                yield FileReport(name, kind, error=Unread.SKIPPED_FOLDER)
            elif is_folder and depth >= limits.folders_deep:
                yield FileReport(name, kind, error=Unread.TOO_DEEP)
            elif is_folder:
                folders.append((Path(one.path), name, depth + 1))
            else:
                yield from _of_file(Path(one.path), name, found, seen, limits)
        waiting += reversed(folders)


def _of_file(
    path: Path, shown: str, found: os.stat_result, seen: set[tuple[int, int]], limits: Limits
) -> Iterator[Entry | FileReport]:
    if not stat.S_ISREG(found.st_mode):
        yield FileReport(shown, FileKind.OTHER, error=Unread.SPECIAL)
        return
    key = found.st_dev, found.st_ino
    if found.st_ino and key in seen:  # dropped twice: a folder, and a file in it
        return
    seen.add(key)
    entry = file_entry(path, shown, found)
    if entry.suffix != ".zip":
        yield entry
        return
    try:
        if entry.size_bytes > limits.archive_bytes:
            raise NotRead(Unread.TOO_LARGE)
        for member in members(entry, Budget(limits.unpacked_bytes), limits):
            yield replace(member, file=path) if isinstance(member, Entry) else member
    except NotRead as error:
        yield FileReport(shown, FileKind.ZIP, error=error.why)
    except OSError as error:
        yield FileReport(shown, FileKind.ZIP, error=why_of(error))
