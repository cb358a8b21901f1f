"""Which adapter a person meant by --adapter NAME|FILE: one of the library, or a file from elsewhere."""

import re
from pathlib import Path

from app.cli.adapter import find
from app.cli.choice import path_of
from app.cli.terminal import Terminal
from app.core.adapters import SUFFIX
from app.core.recorded_chat import RecordsChats
from app.core.services import Services
from app.domain.errors import AdapterError, SettingsError
from app.storage.passphrase_file import is_locked, read_locked

_IS_PATH = re.compile(r"(~[^/\\]*|\.{0,2}|[A-Za-z]:)[/\\]")


def chosen_adapter(wanted: str, services: Services | RecordsChats, terminal: Terminal) -> tuple[Path, bytes | None]:
    """Its file, and what that holds where it is encrypted: the vault is open while the library is looked at, no longer.

    Raises AppError, before anything is sent.
    """
    path = path_of(wanted)
    if path.suffix != SUFFIX:
        if _is_file(path):
            return path.absolute(), _unlocked(path, terminal)
        if _IS_PATH.match(wanted):
            raise SettingsError(
                f"There is no adapter file {wanted}.", "Check the path, or name one of: nearhalf adapter list"
            )
    with services.open_adapters(lambda: terminal.ask_secret("Passphrase or recovery code: ")) as adapters:
        kept = find(adapters.files.adapters(), wanted, "and no such file")
        return kept.path, adapters.read_adapter(kept.path)


def _unlocked(path: Path, terminal: Terminal) -> bytes | None:
    try:
        with path.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise AdapterError("The adapter file cannot be read.", "Check that it is there, and yours to read.") from error
    return read_locked(path, terminal.ask_secret("Passphrase of the file: ")) if is_locked(beginning) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a file's name, say
        return False
