"""The adapters on this disk: listed, renamed, noted, deleted, taken in and given away. Each is one encrypted file.

Reads and writes cards only, no weights: it needs no torch. A damaged file is listed with what is wrong with it. Beside
an adapter that was made here lies a record of what it learned from (learned_places.py), encrypted too.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.learned_places import Places, compared, gone, learned_here, looked_for, parse, to_text
from app.core.settings_services import KeptAdapter
from app.device.adapter_card import AdapterCard, TrainingFacts, is_ordinary_lora, read_file, read_header, with_card
from app.domain.conversation import AdapterUse
from app.domain.errors import AdapterError, AppError, SettingsError, StorageError
from app.storage.deleting import overwrite_and_unlink
from app.storage.encrypted_file import open_bytes, seal_bytes
from app.storage.passphrase_file import is_locked, read_locked, write_locked
from app.storage.paths import DataFolder
from app.storage.whole_file import whole_file

if TYPE_CHECKING:
    from app.core.notes import NotesReader
    from app.core.ports import ChatStore
    from app.domain.notes import Progress

SUFFIX = ".sealed"
PLACES_SUFFIX = ".places"
LIMIT_CHARS = 200  # of a name
NOTE_LIMIT_CHARS = 4000


def file_of(path: Path) -> str:
    """How chats name an adapter (AdapterUse.file): one of the library by its file's name, another by its path."""
    return path.name if path.suffix == SUFFIX else str(path)


class AdapterLibrary:
    """One data folder's. file_key: the vault's key for files; it raises StorageError while the vault is locked.

    chats: raises the same; None: they are not looked for.
    """

    def __init__(
        self,
        folder: DataFolder,
        file_key: Callable[[], bytes],
        chats: "Callable[[], ChatStore] | None" = None,
    ) -> None:
        self._adapters = folder.adapters
        self._file_key = file_key
        self._chats = chats
        self._names: dict[Path, tuple[int, str]] = {}

    def adapters(self) -> Sequence[KeptAdapter]:
        return [self._kept(path) for path in self._paths()]

    def choices(self) -> Sequence[AdapterUse]:
        """What chats can choose, by name. Quick: a file is read once, and again when it has changed. None while the
        vault is locked."""
        try:
            self._file_key()
        except StorageError:
            return ()
        found = [AdapterUse(path.name, name=self.adapter_name(path.name)) for path in self._paths()]
        return sorted(found, key=lambda use: (use.name.casefold(), use.file))

    def adapter_name(self, file: str) -> str:
        """What the person calls it; its file's name where it cannot be read."""
        path = self._place(Path(file))
        try:
            changed = path.stat().st_mtime_ns
            if self._names.get(path, (0, ""))[0] != changed:
                self._names[path] = changed, read_header(self.read_adapter(path))[0].name
            return self._names[path][1]
        except (OSError, AppError):
            return path.stem

    def has_adapter(self, file: str) -> bool:
        """Whether it is still there. Quick."""
        return self._place(Path(file)).exists()

    def read_adapter(self, path: Path) -> bytes:
        """An adapter's bytes: one of those kept here, or a plain file from elsewhere. Raises AppError.

        A kept one is found by its file's name, wherever the data folder was when that was written down.
        """
        place = self._place(path)
        if place.parent != self._adapters:
            return read_file(place)
        if not place.exists():
            raise AdapterError("The adapter that was chosen is no longer there.", "Choose another adapter, or none.")
        return open_bytes(place, self._file_key(), place.name)

    def remove_adapter(self, path: Path) -> None:
        path = self._known(path)
        overwrite_and_unlink(path.with_suffix(PLACES_SUFFIX))
        overwrite_and_unlink(path)

    def rename_adapter(self, path: Path, name: str) -> None:
        name = " ".join(name.split())[:LIMIT_CHARS]
        if not name:
            raise SettingsError("The adapter needs a name.", "Write one.")
        self._change(path, lambda card: replace(card, name=name))

    def annotate_adapter(self, path: Path, note: str) -> None:
        self._change(path, lambda card: replace(card, note=note.strip()[:NOTE_LIMIT_CHARS]))

    # In and out

    def is_locked(self, source: Path) -> bool:
        try:
            with source.open("rb") as file:
                return is_locked(file.read(16))
        except OSError as error:
            raise AdapterError("The adapter file cannot be read.", "Check that it is there.") from error

    def add_adapter(self, source: Path, passphrase: str = "") -> KeptAdapter:
        data = read_locked(source, passphrase) if self.is_locked(source) else read_file(source)
        read_header(data)
        return self._kept(self._add(data, source.stem))

    def add_bytes(self, data: bytes, name: str, training: TrainingFacts | None = None, places: Places = ()) -> Path:
        """Keep an adapter that was made here, under this name, encrypted. Raises AppError."""
        card, _ = read_header(data)
        path = self._add(with_card(data, replace(card, name=name, training=training or card.training)), name)
        try:
            if places:
                self._write_places(path, places)
        except StorageError:  # kept whole or not at all
            overwrite_and_unlink(path)
            raise
        return path

    def _add(self, data: bytes, name: str) -> Path:
        """No file name is used twice: a chat must not get another adapter than the deleted one that it had chosen."""
        stem = "".join(character if character.isalnum() else "-" for character in name).strip("-")[:40] or "adapter"
        target = self._adapters / f"{stem}-{secrets.token_hex(4)}{SUFFIX}"
        seal_bytes(data, target, self._file_key(), target.name)
        return target

    def export_adapter(self, path: Path, target: Path, passphrase: str = "") -> None:
        data = self.read_adapter(self._known(path))
        if passphrase:
            write_locked(data, target, passphrase)
            return
        card = read_header(data)[0]
        data = with_card(data, replace(card, note=""))
        try:
            with whole_file(target) as file:
                file.write(data)
        except OSError as error:
            raise StorageError(
                f"{target} cannot be written: {error.strerror or error}.", "Check the folder, and the room on the disk."
            ) from error

    # Notes that are no more

    def check_notes(self, paths: Sequence[Path], progress: "Callable[[Progress], None]" = lambda _: None) -> int:
        from app.core.notes import NotesReader  # half as much again as all else that the app's start imports

        reader = NotesReader()
        reader.add(paths, progress)
        return self.mark_notes(reader)

    def mark_notes(self, read: "NotesReader") -> int:
        """As `check_notes`, for notes that were read already. An adapter is judged only by files that it learned
        from."""
        self.look_for_notes()
        found = 0
        for path in self._paths():
            places = self._places(path)
            found += learned_here(places, read)
            with suppress(StorageError):  # a full disk: the mark comes the next time
                self._change_places(path, places, compared(places, read))
        return found

    def look_for_notes(self) -> bool:
        """Whether the files and chats that adapters learned from are still there, by name alone; nothing is read.

        Seconds where there are very many, or on a slow disk. Returns whether a mark has changed since the last time.
        """
        chats: Collection[str] | None = None
        with suppress(StorageError):
            chats = {str(chat.id) for chat in self._chats().chats()} if self._chats is not None else None
        found = False
        for path in self._paths():
            places = self._places(path)
            with suppress(StorageError):
                found |= self._change_places(path, places, looked_for(places, chats))
        return found

    # ------------------------------------------------------------------------------------------------

    def _kept(self, path: Path) -> KeptAdapter:
        size = path.stat().st_size if path.exists() else 0
        places = self._places(path)
        try:
            card, _ = read_header(open_bytes(path, self._file_key(), path.name))
        except (AdapterError, StorageError) as error:
            return KeptAdapter(path, path.stem, size, problem=error.message)
        return KeptAdapter(
            path,
            card.name,
            size,
            card.created,
            f"{card.recipe.name.lower()} {card.recipe_version}",
            len(card.plan.taps),
            card.plan.round_trips,
            card.head_rank,
            backbone_sha256=card.backbone_sha256,
            recipe_sha256=card.recipe_sha256,
            note=card.note,
            training=card.training,
            is_ordinary_lora=is_ordinary_lora(card.plan),
            device_layers=card.device_layers,
            notes_gone=gone(places),
            knows_notes=any(not place.origin.chat for place in places),
        )

    def _places(self, path: Path) -> Places:
        """Empty where there is no record, or it cannot be read: what is not known is not judged."""
        record = path.with_suffix(PLACES_SUFFIX)
        try:
            return parse(open_bytes(record, self._file_key(), record.name)) if record.exists() else ()
        except (StorageError, ValueError):
            return ()

    def _write_places(self, path: Path, places: Places) -> None:
        record = path.with_suffix(PLACES_SUFFIX)
        seal_bytes(to_text(places).encode(), record, self._file_key(), record.name)

    def _change_places(self, path: Path, places: Places, now: Places) -> bool:
        if now == places:
            return False
        self._write_places(path, now)
        return gone(now) != gone(places)

    def _change(self, path: Path, change: Callable[[AdapterCard], AdapterCard]) -> None:
        """Written whole, or left as it was."""
        path = self._known(path)
        data = self.read_adapter(path)
        data = with_card(data, change(read_header(data)[0]))
        seal_bytes(data, path, self._file_key(), path.name)

    def _place(self, path: Path) -> Path:
        return self._adapters / path.name if path.suffix == SUFFIX else path

    def _known(self, path: Path) -> Path:
        if path not in self._paths():
            raise SettingsError("This adapter is no longer there.", "Choose another one.")
        return path

    def _paths(self) -> list[Path]:
        try:
            found = sorted(self._adapters.iterdir())
        except OSError:
            return []
        return [path for path in found if path.suffix == SUFFIX and not path.name.startswith(".")]
