"""Where notes lie on this computer, so that it can be seen later whether they still do. Nothing is read for it."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

from app.domain.notes import Origin
from app.notes.entries import Entry


class Origins:
    """Of one reading: volumes are looked for once a folder."""

    def __init__(self) -> None:
        self._volumes: dict[Path, str] = {}

    def of(self, entry: Entry) -> Origin | None:
        """None for a name that no text can hold."""
        file, root = entry.file, entry.root
        if file is None or root is None:
            return None
        try:
            f"{file}{root}".encode()
        except UnicodeEncodeError:
            return None
        if file.parent not in self._volumes:
            self._volumes[file.parent] = volume_of(file.parent)
        return Origin(str(file), str(root), self._volumes[file.parent], computer())


def volume_of(folder: Path) -> str:
    """Where the disk that holds it is mounted."""
    while not os.path.ismount(folder) and folder != folder.parent:
        folder = folder.parent
    return str(folder)


def is_there(origin: Origin) -> bool | None:
    """Whether the file is still where it was, with something in it. None where that cannot be looked at: it lies on
    another computer or on a disk that is not in, or its folder may not be searched."""
    if origin.computer != computer():
        return None
    try:
        return Path(origin.file).stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        has_volume = os.path.ismount(origin.volume) and Path(origin.volume).exists()  # the first alone believes in D:
        return False if has_volume else None
    except (OSError, ValueError):
        return None


@cache
def computer() -> str:
    """This one, by its name: a backup or a portable folder may have been opened on another one."""
    return hashlib.sha256(platform.node().split(".")[0].casefold().encode()).hexdigest()[:12]
