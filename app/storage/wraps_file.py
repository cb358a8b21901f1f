"""keys.json: the wraps of the data key, kept twice. Holds no secret: without one of the holders it opens nothing.

Losing it would lose the history, so it is written whole or not at all, read back, and then written once more as
keys.copy.json: at every moment one of the two is good. A damaged one is never overwritten; it is moved aside once the
other has opened the vault.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.errors import StorageError, StoreDamaged
from app.domain.vault import KeyHolder
from app.storage.json_file import write_atomically
from app.storage.key_wraps import PassphraseCost

VERSION = 1
VAULT_ID_BYTES = 16
_LIMIT_BYTES = 2**16
_RESTORE = "Restore a backup, or start with an empty history: the old files are kept either way."


@dataclass(frozen=True, slots=True)
class Wrap:
    sealed: bytes
    salt: bytes = b""
    cost: PassphraseCost | None = None  # a passphrase's
    is_confirmed: bool = False  # a recovery code that the person has surely kept


@dataclass(frozen=True, slots=True)
class Wraps:
    """All wraps of one vault's key. ask_at_start: nothing may open it unasked."""

    vault_id: bytes
    by_holder: Mapping[KeyHolder, Wrap] = field(default_factory=dict)
    ask_at_start: bool = False

    def only(self, *holders: KeyHolder) -> "Wraps":
        """These without the other holders' wraps."""
        kept = {holder: wrap for holder, wrap in self.by_holder.items() if holder in holders}
        return Wraps(self.vault_id, kept, self.ask_at_start)


def wraps_to_json(wraps: Wraps) -> bytes:
    values = {
        "version": VERSION,
        "vault": wraps.vault_id.hex(),
        "ask_at_start": wraps.ask_at_start,
        "wraps": {holder.value: _wrap_to_json(wrap) for holder, wrap in wraps.by_holder.items()},
    }
    return (json.dumps(values, indent=2) + "\n").encode()


def wraps_from_json(data: bytes) -> Wraps:
    """Raises ValueError where it is damaged, StorageError where a newer version wrote it."""
    try:
        values = json.loads(data)
        version = values["version"]
        if type(version) is not int or version < 1:
            raise ValueError("no version")
        if version > VERSION:
            raise StorageError(
                "The keys of the history were written by a newer Nearhalf.", "Start that version; nothing was changed."
            )
        vault_id = bytes.fromhex(values["vault"])
        by_holder = {KeyHolder(name): _wrap_from_json(entry) for name, entry in values["wraps"].items()}
        ask = values["ask_at_start"]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a list of wraps") from error
    if len(vault_id) != VAULT_ID_BYTES or type(ask) is not bool or not by_holder:
        raise ValueError("not a list of wraps")
    return Wraps(vault_id, by_holder, ask)


class WrapsFile:
    """keys.json and its copy."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.copy_path = path.with_name(f"{path.stem}.copy{path.suffix}")

    @property
    def exists(self) -> bool:
        """Whether either is there, damaged or not."""
        return self.path.exists() or self.copy_path.exists()

    def load(self) -> tuple[Wraps | None, str]:
        """(the wraps, what a person should know or ""); None where there are none yet.

        Raises StoreDamaged where what is there cannot be used, StorageError where it may not be read. Changes nothing.
        """
        found, copy = _read(self.path), _read(self.copy_path)
        if isinstance(found, Wraps):
            return found, ""
        if isinstance(copy, Wraps):
            state = "was not there" if found is None else "was damaged"
            return copy, f"{self.path.name} {state}; its copy opened the history."
        if found is None and copy is None:
            return None, ""
        raise StoreDamaged(f"The keys of the history, {self.path}, are damaged, and so is their copy.", _RESTORE)

    def save(self, wraps: Wraps) -> None:
        """Keep `wraps`, in both files. Raises StorageError; then what was there before still counts."""
        data = wraps_to_json(wraps)
        try:
            for path in (self.path, self.copy_path):
                if isinstance(_read(path), ValueError):
                    path.replace(free_name(path, "damaged"))
                write_atomically(path, data)
                if path.read_bytes() != data:
                    raise OSError("it did not read back as it was written")
        except OSError as error:
            raise StorageError(
                f"The keys of the history cannot be written to {self.path}: {error.strerror or error}.",
                "Make room on the disk, or make the folder writable. The keys from before still open the history.",
            ) from error

    def is_whole(self) -> bool:
        """Whether both files are there and say the same."""
        found = _read(self.path)
        return isinstance(found, Wraps) and found == _read(self.copy_path)


def free_name(path: Path, why: str) -> Path:
    """The next name beside `path` that is not taken: history.damaged-1.db."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.{why}-{number}{path.suffix}")).exists():
        number += 1
    return kept


def _read(path: Path) -> Wraps | ValueError | None:
    """The wraps; None where there is no file; the ValueError that says what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"The keys of the history, {path}, cannot be read: {error.strerror or error}.", "Check its permissions."
        ) from error
    try:
        return wraps_from_json(data) if len(data) <= _LIMIT_BYTES else ValueError("too long")
    except ValueError as error:
        return error


def _wrap_to_json(wrap: Wrap) -> dict[str, Any]:
    values: dict[str, Any] = {"wrap": base64.b64encode(wrap.sealed).decode()}
    if wrap.salt:
        values["salt"] = base64.b64encode(wrap.salt).decode()
    if wrap.cost is not None:
        values["argon2id"] = {
            "memory_kib": wrap.cost.memory_kib,
            "passes": wrap.cost.passes,
            "lanes": wrap.cost.lanes,
        }
    if wrap.is_confirmed:
        values["is_confirmed"] = True
    return values


def _wrap_from_json(entry: dict[str, Any]) -> Wrap:
    cost = entry.get("argon2id")
    return Wrap(
        base64.b64decode(entry["wrap"], validate=True),
        base64.b64decode(entry.get("salt", ""), validate=True),
        None if cost is None else PassphraseCost(int(cost["memory_kib"]), int(cost["passes"]), int(cost["lanes"])),
        entry.get("is_confirmed") is True,
    )
