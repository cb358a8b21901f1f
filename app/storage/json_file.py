"""One small JSON file that is never half written and never silently lost. Knows nothing of what is in it.

Written beside its place, synced, and moved over it: a crash leaves the old file or the new one. A file that cannot be
read is moved aside, and the caller gets a sentence that says where, so that nothing in it is lost.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import SettingsError
from app.storage.whole_file import whole_file

LIMIT_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A JSON object of a known version under the key "version"."""

    path: Path
    version: int
    noun: str  # what a person calls it: "The settings file"

    def read(self) -> tuple[dict[str, Any], str]:
        """(the object, ""), or ({}, "") where there is none, or ({}, a warning) where it had to be set aside.

        Raises SettingsError where the file is there but may not be read.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(LIMIT_BYTES + 1)
        except FileNotFoundError:
            return {}, ""
        except OSError as error:
            raise SettingsError(
                f"{self.noun} {self.path} cannot be read: {error.strerror or error}.", "Check its permissions."
            ) from error
        try:
            if len(data) > LIMIT_BYTES:
                raise ValueError("too long")
            found = json.loads(data)
            version = found["version"]
            if type(version) is not int:
                raise ValueError("no version")
        except (ValueError, TypeError, KeyError, RecursionError):
            return {}, self.set_aside("damaged")
        if version > self.version:
            return {}, self.set_aside("newer")
        return dict(found), ""

    def write(self, values: dict[str, Any]) -> None:
        """Replace the file, readable by its owner alone. Raises SettingsError; the old file is then untouched."""
        text = json.dumps({"version": self.version} | values, indent=2, ensure_ascii=False) + "\n"
        try:
            write_atomically(self.path, text.encode())
        except OSError as error:
            raise SettingsError(
                f"{self.noun} {self.path} cannot be written: {error.strerror or error}.",
                "Make room on the disk, or make the folder writable.",
            ) from error

    def set_aside(self, why: str) -> str:
        """Move the file to the next free name beside it; return the sentence that says so."""
        number = 1
        while (kept := self.path.with_name(f"{self.path.stem}.{why}-{number}{self.path.suffix}")).exists():
            number += 1
        try:
            self.path.replace(kept)
        except OSError as error:
            raise SettingsError(
                f"{self.noun} {self.path} is {why} and cannot be moved aside: {error.strerror or error}.",
                "Move it away by hand, then start again.",
            ) from error
        reason = "was damaged" if why == "damaged" else "was written by a newer Nearhalf"
        return f"{self.noun} {reason}. It is kept as {kept}, and this start begins without it."


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` (0600), whole or not at all. A link is followed, not replaced. Raises OSError."""
    with whole_file(path) as file:
        file.write(data)
