"""One language's words in 20 bytes each, where a set of strings takes 100: the words sorted in one run of bytes, with
numpy arrays beside it. Loaded and searched in small steps with rests between them, because a thread that computes
without one makes the window's thread wait for the interpreter's lock.
"""

import gzip
import json
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.spelling.rest import never, rest
from app.domain.errors import Cancelled

STEP_BYTES = 48 * 1024  # of the file at once: about 1 ms
STEP_WORDS = 16_384  # of numpy's work at once
NEWLINE = 10


class WordList:
    """Lower-case words with how often each was seen. Immutable: any thread."""

    def __init__(self, words: bytes, starts: NDArray[np.uint32], counts: NDArray[np.uint32]) -> None:
        """words: sorted, each ended by a newline; starts (n + 1): where each begins, and the end."""
        self._words, self._starts, self._counts = words, starts, counts
        self._masks: NDArray[np.uint32] | None = None

    @classmethod
    def load(cls, path: Path, must_stop: Callable[[], bool] = never) -> "WordList":
        """Read `{"word": count, ...}`, sorted, gzipped. Raises OSError, EOFError or ValueError where it is damaged, and
        Cancelled."""
        words = bytearray()
        starts, counts = array("I", [0]), array("I")
        left = b""
        with gzip.open(path) as file:
            while step := file.read(STEP_BYTES):
                whole, _, left = (left + step).rpartition(b"\n")
                _add(whole, words, starts, counts)
                if must_stop():
                    raise Cancelled
                rest()
        _add(left, words, starts, counts)
        if not counts:
            raise ValueError("no words")
        return cls(bytes(words), np.array(starts, np.uint32), np.array(counts, np.uint32))

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, word: str) -> bool:
        return self.count(word) > 0

    def count(self, word: str) -> int:
        """How often a lower-case word was seen; 0 where it is not in the list."""
        wanted = word.encode()
        words, starts = self._words, self._starts
        low, high = 0, len(self._counts)
        while low < high:
            middle = (low + high) // 2
            at = int(starts[middle])
            if words[at : int(starts[middle + 1]) - 1] < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(self._counts) or words[int(starts[low]) : int(starts[low + 1]) - 1] != wanted:
            return 0
        return int(self._counts[low])

    def alike(self, word: str, most_edits: int) -> list[tuple[str, int]]:
        """Words, with counts, that may lie within so many edits: by length and by letters, no sure sign."""
        if self._masks is None:
            self._masks = _masks(np.frombuffer(self._words, np.uint8), self._starts)
        size, mask = len(word.encode()), int(_mask(word))
        lengths = np.diff(self._starts) - 1
        near = np.abs(lengths.astype(np.int32) - size) <= most_edits + 1
        near &= np.bitwise_count(self._masks ^ np.uint32(mask)) <= 2 * most_edits + 1
        return [
            (self._words[int(self._starts[at]) : int(self._starts[at + 1]) - 1].decode(), int(self._counts[at]))
            for at in np.flatnonzero(near)
        ]


def _add(lines: bytes, words: bytearray, starts: "array[int]", counts: "array[int]") -> None:
    """Whole lines of the file: `"word": count,`."""
    inner = lines.strip().strip(b"{},").strip().rstrip(b",")
    if not inner:
        return
    found = json.loads(b"{" + inner + b"}")
    end = len(words)
    for word in found:
        encoded = word.encode()
        end += len(encoded) + 1
        starts.append(end)
        words += encoded + b"\n"
    counts.extend(found.values())


def _masks(letters: NDArray[np.uint8], starts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Which letters each word has, a bit for each of 32 kinds of bytes."""
    masks = np.zeros(len(starts) - 1, np.uint32)
    for first in range(0, len(masks), STEP_WORDS):
        last = min(first + STEP_WORDS, len(masks))
        some = letters[starts[first] : starts[last]]
        bits = np.left_shift(np.uint32(1), some & np.uint8(31), dtype=np.uint32)
        bits[some == NEWLINE] = 0
        masks[first:last] = np.bitwise_or.reduceat(bits, starts[first:last] - starts[first])
        rest()
    return masks


def _mask(word: str) -> int:
    mask = 0
    for byte in word.encode():
        mask |= 1 << (byte & 31)
    return mask
