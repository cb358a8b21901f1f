"""Notes as the trainer takes them: paragraph by paragraph, in order; and one hash over everything chosen.

How many fit into a window of the model is the trainer's matter: it has the tokenizer.
"""

import hashlib
from collections.abc import Iterable, Iterator

from app.domain.notes import Note, Passage
from app.notes.markdown import by_code


def passages(note: Note) -> Iterator[Passage]:
    """Its paragraphs: what stands between empty lines. A block of fenced code is not cut."""
    for start, end in paragraph_spans(note.text):
        yield Passage(note.id, note.text[start:end], start)


def paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    start: int | None = None
    end = at = 0
    for is_code, piece in by_code(text):
        for line in [piece] if is_code else piece.splitlines(keepends=True):
            if line.strip():
                start = at if start is None else start
                end = at + len(line.rstrip())
            elif start is not None and "\n" in line and text[at - 1 : at] == "\n":
                yield start, end
                start = None
            at += len(line)
    if start is not None:
        yield start, end


def data_hash(train: Iterable[Note], held_out: Iterable[Note]) -> str:
    """Hex SHA-256 over the texts of both sides, whatever their order and their files are called."""
    whole = hashlib.sha256(b"nearhalf notes 1")
    for side, notes in ((b"train", train), (b"held out", held_out)):
        whole.update(side)
        for digest in sorted(hashlib.sha256(note.text.encode()).digest() for note in notes):
            whole.update(digest)
    return whole.hexdigest()
