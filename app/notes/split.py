"""Which notes are learned and which are held out to see whether it helped: by note, never by line.

The rule, in this order (docs/notes.md says why):

1. Every note's own hash decides: the first 8 bytes of SHA-256(seed, note.sha256), below SHARE: held out. So a note
   added, changed or taken away moves no other one.
2. While the set is small that can miss. Where the held-out words are less than LEAST_SHARE or more than MOST_SHARE of
   all, notes change sides until they are not, those whose hash is nearest to the border first, notes that are alike
   together. Sets of a hundred different notes hardly ever come here.
3. A held-out note that is alike to one that is learned (duplicates.py) is set aside: neither learned nor asked about.
   It never goes to the other side.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import SettingsError
from app.domain.notes import Note, Side

SHARE = 0.125
LEAST_SHARE, MOST_SHARE = 0.04, 0.3
LEAST_NOTES = 4
LEAST_WORDS = 600  # in all; of fewer, what is held out is a sentence or two and says nothing
LEAST_HELD_OUT_WORDS = 40
MOST_MOVES = 64


@dataclass(frozen=True, slots=True)
class Split:
    train: tuple[Note, ...]
    held_out: tuple[Note, ...]
    aside: tuple[Note, ...]


def split(notes: Sequence[Note], seed: int = 0, alike: Iterable[tuple[str, str]] = ()) -> Split:
    """notes: folded, so that no two say the same. alike: pairs of Note.id. Raises SettingsError: too little text."""
    _check_enough(notes)
    places = {note.id: place(note, seed) for note in notes}
    sides = {note.id: Side.HELD_OUT if places[note.id] < SHARE else Side.TRAIN for note in notes}
    pairs = list(alike)
    _balance(notes, _groups(notes, pairs), places, sides, pairs)
    aside = _aside(notes, sides, pairs)
    kept = [note for note in notes if note.id not in aside]
    held_out = tuple(note for note in kept if sides[note.id] is Side.HELD_OUT)
    train = tuple(note for note in kept if sides[note.id] is Side.TRAIN)
    if not train or sum(note.words for note in held_out) < LEAST_HELD_OUT_WORDS:
        raise SettingsError(
            "These notes are too alike to hold some of them back.",
            "Whether training helps is measured on notes that it never saw. Add notes about something else.",
        )
    return Split(train, held_out, tuple(note for note in notes if note.id in aside))


def place(note: Note, seed: int) -> float:
    """0 to 1, evenly spread, from the note's text and the seed alone."""
    digest = hashlib.sha256(f"{seed}\0{note.sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _check_enough(notes: Sequence[Note]) -> None:
    words = sum(note.words for note in notes)
    if len(notes) < LEAST_NOTES or words < LEAST_WORDS:
        raise SettingsError(
            f"There is too little to learn from: {len(notes)} different notes with {words} words.",
            f"At least {LEAST_NOTES} notes with {LEAST_WORDS} words in all are needed, since some are held back to see "
            "whether it helped. Some ten thousand words are a good beginning.",
        )


def _balance(
    notes: Sequence[Note],
    groups: Sequence[Sequence[Note]],
    places: Mapping[str, float],
    sides: dict[str, Side],
    pairs: Sequence[tuple[str, str]],
) -> None:
    """Rule 2. groups: that may change sides, each as a whole; none does so twice."""
    waiting = sorted(groups, key=lambda group: min((abs(places[note.id] - SHARE), note.sha256) for note in group))
    for _ in range(min(len(groups), MOST_MOVES)):
        aside = _aside(notes, sides, pairs)
        words = sum(note.words for note in notes if note.id not in aside)
        held = sum(note.words for note in notes if sides[note.id] is Side.HELD_OUT and note.id not in aside)
        if words and held > MOST_SHARE * words:
            to, most = Side.TRAIN, held - LEAST_SHARE * words
        elif held < max(LEAST_SHARE * words, LEAST_HELD_OUT_WORDS):
            to, most = Side.HELD_OUT, MOST_SHARE * words - held
        else:
            return
        able = [group for group in waiting if any(sides[note.id] is not to for note in group)]
        fits = [group for group in able if 0 < _words(group) <= most] or sorted(able, key=_words)
        if not fits:
            return
        waiting.remove(fits[0])
        sides |= {note.id: to for note in fits[0]}


def _words(group: Sequence[Note]) -> int:
    return sum(note.words for note in group)


def _groups(notes: Sequence[Note], pairs: Sequence[tuple[str, str]]) -> list[list[Note]]:
    """Notes that are alike, and whatever is alike to those; most groups are one note."""
    leaders = {note.id: note.id for note in notes}

    def leader(of: str) -> str:
        while leaders[of] != of:
            leaders[of] = of = leaders[leaders[of]]
        return of

    for one, other in pairs:
        if one in leaders and other in leaders:
            leaders[leader(one)] = leader(other)
    groups: dict[str, list[Note]] = {}
    for note in notes:
        groups.setdefault(leader(note.id), []).append(note)
    return list(groups.values())


def _aside(notes: Sequence[Note], sides: Mapping[str, Side], pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Rule 3."""
    known = {note.id for note in notes}
    found = set()
    for one, other in pairs:
        if one in known and other in known and sides[one] is not sides[other]:
            found.add(one if sides[one] is Side.HELD_OUT else other)
    return found
