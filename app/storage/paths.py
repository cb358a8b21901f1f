"""Where everything that the app keeps is kept. Knows places only, never contents.

NEARHALF_HOME if it is set; else the folder `portable` beside this program's own, where there is one (docs/portable.md);
else what the system says: $XDG_DATA_HOME or ~/.local/share (Linux), ~/Library/Application
Support (macOS), %LOCALAPPDATA% (Windows). Folders are made for their owner alone (0700).
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import SettingsError

OWNER_ONLY = 0o700
PROGRAM = Path(__file__).resolve().parents[2]  # where start.py is
PORTABLE = "portable"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and the places in it. Naming a place does not make it; `create` does."""

    root: Path
    is_portable: bool = False  # goes from computer to computer: nothing of it may depend on this one's keyring

    @property
    def models(self) -> Path:
        """Backbones prepared for the built-in backend."""
        return self.root / "models"

    @property
    def packs(self) -> Path:
        """Device packs fetched from backends."""
        return self.root / "packs"

    @property
    def adapters(self) -> Path:
        return self.root / "adapters"

    @property
    def tuning(self) -> Path:
        """Fine-tuning jobs, a folder each. Made with the first one."""
        return self.root / "tuning"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.nhl"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def backends(self) -> Path:
        return self.root / "backends.json"

    @property
    def tokens(self) -> Path:
        """Backend tokens, where the system has no keyring."""
        return self.root / "tokens.json"

    @property
    def history(self) -> Path:
        """The encrypted database."""
        return self.root / "history.db"

    @property
    def keys(self) -> Path:
        """The wraps of the data key; a second copy stands beside it."""
        return self.root / "keys.json"

    @property
    def key_file(self) -> Path:
        """What opens the vault unasked where no keyring is sure to (docs/storage.md)."""
        return self.root / "history.key"

    @property
    def history_lock(self) -> Path:
        """Held by the process that has the history open."""
        return self.root / "history.lock"

    @property
    def backups(self) -> Path:
        """Where a backup goes unless the person names another place. Made with the first one."""
        return self.root / "backups"

    def create(self) -> "DataFolder":
        """Make what is missing. Raises SettingsError where that cannot be done.

        A folder that was there already keeps its permissions: it may be shared on purpose, or not ours to close.
        """
        for folder in (self.root, self.models, self.packs, self.adapters, self.logs):
            try:
                folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(
                    f"The data folder {folder} cannot be used: {error.strerror or error}.",
                    "Make it writable, or name another folder in the environment variable NEARHALF_HOME.",
                ) from error
        return self


def data_folder(
    environ: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    home: Path | None = None,
    program: Path = PROGRAM,
) -> DataFolder:
    """The data folder of this system. Nothing is made. Raises SettingsError for a relative NEARHALF_HOME."""
    if chosen := environ.get("NEARHALF_HOME"):
        root = Path(chosen).expanduser()
        if not root.is_absolute():
            raise SettingsError(f"NEARHALF_HOME is {chosen!r}.", "Give it as an absolute path.")
        return DataFolder(root)
    if (program / PORTABLE).is_dir():
        return DataFolder(program / PORTABLE, is_portable=True)
    home = home or Path.home()
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return DataFolder((Path(local) if local else home / "AppData" / "Local") / "Nearhalf")
    if platform == "darwin":
        return DataFolder(home / "Library" / "Application Support" / "Nearhalf")
    # The XDG rule: a relative path is ignored.
    xdg = Path(environ.get("XDG_DATA_HOME") or "")
    return DataFolder((xdg if xdg.is_absolute() else home / ".local" / "share") / "nearhalf")
