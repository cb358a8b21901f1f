"""Notes as sequences of tokens to train on and to be measured by. No file, no tokenizer, no randomness of the machine.

Training: in every epoch the notes follow each other in another order, an end-of-text token between them, and are cut
into windows that overlap by one token, so that every token is predicted once an epoch. Which window comes at which
place follows from the seed alone, so a cursor is one number. Held-out notes are cut each by itself.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.errors import SettingsError

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class TuningData:
    """Tokens of each note. separator: the model's end-of-text token."""

    train: Sequence[Tokens]
    held_out: Sequence[Tokens]
    separator: int

    @property
    def sha256(self) -> str:
        """Of all tokens and their split."""
        digest = hashlib.sha256(f"{self.separator} {len(self.train)} {len(self.held_out)}".encode())
        for note in (*self.train, *self.held_out):
            digest.update(f"\n{' '.join(map(str, note))}".encode())
        return digest.hexdigest()


class TrainWindows:
    """Endless windows of 2 to `window` tokens, by place. Raises SettingsError where the notes hold no two tokens."""

    def __init__(self, data: TuningData, window: int, seed: int) -> None:
        self._notes = [note for note in data.train if note]
        self._separator = data.separator
        self._window = window
        self._seed = seed
        self.tokens = sum(len(note) + 1 for note in self._notes)  # of one epoch
        if self.tokens < 3:
            raise SettingsError("There is no text to learn from.", "Choose notes that hold some text.")
        self.windows = -(-(self.tokens - 1) // (window - 1))  # of one epoch
        self._epoch = -1
        self._cut: list[list[int]] = []

    def at(self, place: int) -> list[int]:
        """The window at `place` of the run, from 0."""
        epoch, index = divmod(place, self.windows)
        if epoch != self._epoch:
            self._cut, self._epoch = self._shuffled(epoch), epoch
        return self._cut[index]

    def _shuffled(self, epoch: int) -> list[list[int]]:
        text: list[int] = []
        for number in self._order("notes", epoch, len(self._notes)):
            text.extend(self._notes[number])
            text.append(self._separator)
        pieces = list(cut(text, self._window))
        return [pieces[number] for number in self._order("windows", epoch, len(pieces))]

    def _order(self, what: str, epoch: int, count: int) -> list[int]:
        """A permutation that is the same in every version of Python."""

        def rank(number: int) -> bytes:
            return hashlib.sha256(f"{self._seed} {what} {epoch} {number}".encode()).digest()

        return sorted(range(count), key=rank)


def held_out_windows(data: TuningData, window: int, most_tokens: int) -> list[list[int]]:
    """Windows of held-out notes: the first one of every note, then the second ones, until `most_tokens` are predicted.

    Each note begins behind an end-of-text token. Raises SettingsError where no note holds a token.
    """
    notes = [list(cut([data.separator, *note], window)) for note in data.held_out if note]
    chosen: list[list[int]] = []
    predicted = 0
    for index in range(max(map(len, notes), default=0)):
        for note in notes:
            if index < len(note) and predicted < most_tokens:
                chosen.append(note[index])
                predicted += len(note[index]) - 1
    if not chosen:
        raise SettingsError("No note is left to measure by.", "Choose more notes: some are held back from training.")
    return chosen


def cut(tokens: Sequence[int], window: int) -> Iterator[list[int]]:
    """Windows that overlap by one token; the last one is as short as what is left, two tokens at least."""
    for start in range(0, len(tokens) - 1, window - 1):
        yield list(tokens[start : start + window])
