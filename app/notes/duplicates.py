"""Notes that say the same, folded into one; and which others are so alike that they belong on one side of the split.

Two texts are compared by their shingles: every run of five words, in lower case, without punctuation. Shared shingles
are counted exactly, through one sorted array of all hashes: five million words fit, so no sketch (MinHash) and no error
of estimate is needed, and the answer is the same on every machine.

- The same words in the same order: SAME.
- Jaccard similarity of 0.8 or more: NEARLY_SAME. One changed word costs up to five shingles of each, so a pair at 0.8
  differs in at most about one word of 45: a revision, not another note. (The same threshold as Lee et al., 2022,
  arXiv 2107.06499, for near-duplicates in training sets.)
- Nine tenths of the shorter one's shingles in one that is at most four times as long: INSIDE.
- Half of the shorter one's own shingles in the other one: alike. Both are kept, but not on two sides. Own: in at most
  OWN_NOTES notes; what stands in more is a template's, and tells nothing of one note about another.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.notes import Fold, Folded, Note

SHINGLE_WORDS = 5
NEARLY_SAME = 0.8
INSIDE = 0.9
INSIDE_AT_MOST_TIMES_LONGER = 4
ALIKE = 0.5
LEAST_ALIKE = 5  # shingles: nine words in a row
OWN_NOTES = 16
_COMMON = 32  # notes that share one shingle: beyond it (a template's words) each is compared with a few only
_WORD = re.compile(r"\w+")

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Folding:
    """alike: pairs of Note.id, both kept."""

    kept: tuple[Note, ...]
    folds: tuple[Fold, ...]
    alike: tuple[tuple[str, str], ...]


def fold(notes: Sequence[Note]) -> Folding:
    """The longer one of two is kept, of two as long the one with the smaller hash; the order of `notes` stays."""
    words = _Words()
    ranked = sorted(notes, key=lambda note: (-len(note.text), note.sha256, note.source, note.id))
    shingles: list[Hashes] = []
    kept: list[Note] = []
    folds: list[Fold] = []
    first: dict[bytes, Note] = {}
    for note in ranked:
        hashes, whole = words.shingles(note.text)
        if whole in first:
            folds.append(Fold(note.source, first[whole].source, Folded.SAME, 1.0))
            continue
        first[whole] = note
        kept.append(note)
        shingles.append(hashes)
    into: dict[int, int] = {}
    alike: list[tuple[int, int]] = []
    for longer, shorter, shared, is_alike in _pairs(shingles):
        why, share = _judged(len(shingles[longer]), len(shingles[shorter]), shared)
        if why is None:
            alike += [(longer, shorter)] if is_alike else []
        elif shorter not in into and longer not in into:
            into[shorter] = longer
            folds.append(Fold(kept[shorter].source, kept[longer].source, why, round(share, 3)))
    left = {kept[at].id for at in range(len(kept)) if at not in into}
    pairs = [(kept[one].id, kept[other].id) for one, other in alike if one not in into and other not in into]
    stays = tuple(note for note in notes if note.id in left)
    return Folding(_once(stays), tuple(sorted(folds, key=lambda one: one.source)), tuple(pairs))


def _once(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple({note.id: note for note in notes}.values())


def _judged(longer: int, shorter: int, shared: int) -> tuple[Folded | None, float]:
    jaccard = shared / (longer + shorter - shared)
    if jaccard >= NEARLY_SAME:
        return Folded.NEARLY_SAME, jaccard
    inside = shared / min(longer, shorter)
    if inside >= INSIDE and shorter <= longer <= INSIDE_AT_MOST_TIMES_LONGER * shorter:
        return Folded.INSIDE, inside
    return None, inside


def _pairs(shingles: Sequence[Hashes]) -> Iterator[tuple[int, int, int, bool]]:
    """(index of one, index of a later one, how many shingles they share, whether they are alike), in order; only pairs
    that may be folded or are alike."""
    if not shingles:
        return
    lengths = [len(one) for one in shingles]
    hashes = np.concatenate(shingles)
    owners = np.repeat(np.arange(len(shingles), dtype=np.int32), lengths)
    order = np.argsort(hashes, kind="stable")  # owners stay in order within one hash
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    ends = np.r_[starts[1:], len(hashes)]
    several = ends - starts > 1
    own_lengths = np.bincount(owners[np.repeat(ends - starts <= OWN_NOTES, ends - starts)], minlength=len(shingles))
    shared: Counter[tuple[int, int]] = Counter()
    common: Counter[tuple[int, int]] = Counter()  # of what is shared, a template's
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        group = owners[start:end].tolist()
        if len(group) <= _COMMON:
            pairs = [(one, other) for at, one in enumerate(group) for other in group[at + 1 :]]
            shared.update(pairs)
            if len(group) > OWN_NOTES:
                common.update(pairs)
        else:  # with the longest, and with the next: enough to find those that share all of it
            pairs = [*((group[0], other) for other in group[1:]), *pairwise(group[1:])]
            shared.update(pairs)
            common.update(pairs)
    least = min(INSIDE, NEARLY_SAME)
    for (one, other), count in sorted(shared.items()):
        own = count - common[(one, other)]
        is_alike = own >= max(LEAST_ALIKE, ALIKE * min(own_lengths[one], own_lengths[other]))
        if is_alike or count >= least * min(lengths[one], lengths[other]):
            yield one, other, count, bool(is_alike)


class _Words:
    """Hashes of words, each made once."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def shingles(self, text: str) -> tuple[Hashes, bytes]:
        """(sorted hashes of the shingles, each once; a hash of all words in order)"""
        found = _WORD.findall(text.casefold())
        numbers = np.fromiter((self._number(word) for word in found), np.uint64, len(found))
        whole = blake2b(numbers.tobytes() or text.encode(), digest_size=16).digest()
        width = min(SHINGLE_WORDS, len(numbers))
        if not width:
            return np.frombuffer(whole[:8], np.uint64), whole
        count = len(numbers) - width + 1
        mixed = np.zeros(count, np.uint64)
        for at in range(width):
            mixed = (mixed ^ numbers[at : at + count]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        return np.unique(mixed), whole

    def _number(self, word: str) -> int:
        number = self._known.get(word)
        if number is None:
            number = self._known[word] = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
        return number
