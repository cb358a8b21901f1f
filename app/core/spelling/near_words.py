"""What somebody may have meant: the words of a list that lie fewest edits away, the common ones first."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.spelling.word_list import WordList

MOST_EDITS = 2
STEP_CANDIDATES = 2048
_SPELT_OUT = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"), ("ß", "ss"))
SPELT_OUT_COST = -9.0  # before all others
COMMON = 1000  # a word seen so often may be half of two that were written as one


def near_words(word: str, lists: Iterable[WordList], most: int) -> tuple[str, ...]:
    """Lower-case words for a lower-case one, the likeliest first. A few ms a list."""
    costs: dict[str, float] = {}
    for words in lists:
        alike = words.alike(word, MOST_EDITS)
        for at in range(0, len(alike), STEP_CANDIDATES):
            some = alike[at : at + STEP_CANDIDATES]
            for (other, count), distance in zip(some, edits(word, [text for text, _ in some]), strict=True):
                if distance <= MOST_EDITS:
                    costs[other] = min(costs.get(other, math.inf), _cost(word, other, int(distance), count))
        for spelt_out, letter in _SPELT_OUT:
            other = word.replace(spelt_out, letter)
            if other != word and other in words:
                costs[other] = SPELT_OUT_COST
        for pair, count in _pairs(word, words.count):
            costs[pair] = min(costs.get(pair, math.inf), _cost(word, pair.replace(" ", "", 1), 1, count))
    return tuple(sorted(costs, key=lambda other: (costs[other], other))[:most])


def _cost(word: str, other: str, distance: int, count: int) -> float:
    """An edit weighs as much as a word being some thousand times rarer; a wrong first letter is unusual."""
    cost = 2.0 * distance - 0.22 * math.log(count)
    if other[:1] != word[:1]:
        cost += 1.0
    if sorted(other) == sorted(word):
        cost -= 1.0  # two letters changed places
    elif set(other) == set(word):
        cost -= 0.6  # a letter doubled, or one too few
    return cost


def _pairs(word: str, count: Callable[[str], int]) -> Iterable[tuple[str, int]]:
    for cut in range(1, len(word)):
        first, second = word[:cut], word[cut:]
        if min(len(first), len(second)) == 1 and "a" not in (first, second):
            continue
        least = min(count(first), count(second))
        if least > COMMON:
            yield f"{first} {second}", least // 500


def edits(word: str, others: Sequence[str]) -> NDArray[np.int32]:
    """Insertions, deletions, substitutions and swaps of neighbours between a word and each of the others (n,).

    Optimal string alignment, all others at once: a row of the table for each letter of the word.
    """
    if not others:
        return np.zeros(0, np.int32)
    letters = np.array(others, dtype=np.str_)
    width = letters.dtype.itemsize // 4
    codes_NW = letters.view(np.uint32).reshape(len(others), width)
    before_WN: NDArray[np.int32] | None = None
    row_WN = np.repeat(np.arange(width + 1, dtype=np.int32)[:, None], len(others), axis=1)
    codes_WN = np.ascontiguousarray(codes_NW.T)
    for at, letter in enumerate(word):
        code = ord(letter)
        next_WN = np.empty_like(row_WN)
        next_WN[0] = at + 1
        for column in range(width):
            best = np.minimum(row_WN[column + 1], next_WN[column]) + 1
            best = np.minimum(best, row_WN[column] + (codes_WN[column] != code))
            if at and column and before_WN is not None:
                is_swap = (codes_WN[column] == ord(word[at - 1])) & (codes_WN[column - 1] == code)
                best = np.where(is_swap, np.minimum(best, before_WN[column - 1] + 1), best)
            next_WN[column + 1] = best
        before_WN, row_WN = row_WN, next_WN
    lengths = np.char.str_len(letters)
    return np.asarray(row_WN[lengths, np.arange(len(others))], dtype=np.int32)
