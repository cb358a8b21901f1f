"""Which files and chats an adapter learned from, and which of them are no more.

A record of its own beside each adapter, sealed as the adapter is: the adapter's card goes with every copy that is given
away, and says nothing of where notes lie. Files are looked for by name alone; only notes that were read for another
reason are compared by their text. An adapter is judged only by what it learned from.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from app.domain.notes import NotesSet, Origin
from app.notes.origins import is_there

if TYPE_CHECKING:
    from app.core.notes import NotesReader

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or a chat, that an adapter learned from. hashes: Note.sha256 of its notes, some 100 of a mailbox, say;
    changed: those of them whose text was no longer in it when it was read last."""

    origin: Origin
    hashes: tuple[str, ...]
    is_missing: bool = False
    changed: tuple[str, ...] = ()

    @property
    def gone(self) -> int:
        return len(self.hashes) if self.is_missing else len(self.changed)


Places = tuple[Place, ...]


def learned_places(notes: NotesSet) -> Places:
    """Of a training. Notes whose place is not known are left out: they are never judged."""
    return _places((note.origin, note.sha256) for note in notes.train if note.origin is not None)


def looked_for(places: Places, chats: Collection[str] | None) -> Places:
    """Each as it is now, by whether it is there. chats: ids of all there are; None: not known."""
    found = []
    for place in places:
        origin = place.origin
        there = is_there(origin) if not origin.chat else None if chats is None else origin.chat in chats
        found.append(place if there is None or there != place.is_missing else replace(place, is_missing=not there))
    return tuple(found)


def compared(places: Places, read: "NotesReader") -> Places:
    """Each by the texts that were just read. A file is judged where all that was read when it was learned was read
    again, since a page shows what others say; a text that is found elsewhere has moved there."""
    homes: dict[str, list[Origin]] = {}
    for note in read.notes:
        if note.origin is not None and note.origin.file:
            homes.setdefault(note.sha256, []).append(note.origin)
    stays: list[Place] = []
    moved: list[tuple[Origin, str]] = []
    for place in places:
        origin = place.origin
        is_read = origin.file in read.finished and lies_under(origin.root, read.roots)
        hashes, changed = [], []
        for one in place.hashes:
            there = homes.get(one, [])
            is_in_place = any(home.file == origin.file for home in there)
            if there and not is_in_place and (is_read or place.is_missing):
                moved.append((there[0], one))
                continue
            hashes.append(one)
            if not is_in_place and (is_read or one in place.changed):
                changed.append(one)
        if hashes:
            stays.append(replace(place, hashes=tuple(hashes), changed=tuple(changed)))
    return (*stays, *_places(moved))


def learned_here(places: Places, read: "NotesReader") -> bool:
    """Whether some of what was read, or could have been, is what the adapter learned."""
    hashes = {note.sha256 for note in read.notes}
    return any(
        not place.origin.chat and (lies_under(place.origin.file, read.roots) or not hashes.isdisjoint(place.hashes))
        for place in places
    )


def lies_under(path: str, folders: Iterable[str]) -> bool:
    return any(PurePath(path).is_relative_to(folder) for folder in folders)


def to_text(places: Places) -> str:
    return json.dumps({"format": FORMAT, "places": [asdict(place) for place in places]})


def parse(untrusted: str | bytes) -> Places:
    """Raises ValueError where it is no such record."""
    try:
        record = json.loads(untrusted)
        if record["format"] != FORMAT:
            raise ValueError("a newer format")
        return tuple(
            Place(
                Origin(**{name: str(value) for name, value in one["origin"].items()}),
                tuple(map(str, one["hashes"])),
                bool(one["is_missing"]),
                tuple(map(str, one["changed"])),
            )
            for one in record["places"]
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no record of places") from error


def _places(notes: Iterable[tuple[Origin | None, str]]) -> Places:
    by_origin: dict[Origin, dict[str, None]] = {}
    for origin, sha256 in notes:
        if origin is not None:
            by_origin.setdefault(origin, {})[sha256] = None
    return tuple(Place(origin, tuple(hashes)) for origin, hashes in by_origin.items())


def gone(places: Sequence[Place]) -> int:
    return sum(place.gone for place in places)
