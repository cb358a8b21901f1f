"""Notes with some secrets taken out, for training again: every place, however it is written there."""

import re
from collections.abc import Collection
from dataclasses import replace

from app.domain.notes import Note, NotesSet, Secret
from app.notes.passages import data_hash
from app.notes.secrets import learned_secrets

MARK = "[…]"
_LONG = 6  # letters and digits; what is shorter also stands inside other words
_BETWEEN_DIGITS = r"[\s./()\-‐-―]*"


def without_secrets(notes: NotesSet, secret_texts: Collection[str]) -> NotesSet:
    """Both sides without these texts, in whatever case and spacing; a number also with other marks between its digits.

    What is left of `learned_secrets` stands where it is now.
    """
    patterns = [pattern_of(secret) for secret in sorted(set(secret_texts), key=len, reverse=True) if secret.strip()]

    def cleared(note: Note) -> Note:
        title, text = note.title, note.text
        for pattern in patterns:
            title, text = pattern.sub(MARK, title), pattern.sub(MARK, text)
        return note if (title, text) == (note.title, note.text) else replace(note, title=title, text=text)

    train, held_out = tuple(map(cleared, notes.train)), tuple(map(cleared, notes.held_out))
    texts = {note.id: note.text for note in notes.train}

    def is_taken(secret: Secret) -> bool:
        words = texts.get(secret.note_id, "")[secret.start : secret.end]
        return any(pattern.search(words) for pattern in patterns)

    left = [secret for secret in notes.learned_secrets if not is_taken(secret)]
    return replace(
        notes,
        train=train,
        held_out=held_out,
        data_hash=data_hash(train, held_out),
        learned_secrets=tuple(learned_secrets(notes.train, train, left, {})),
    )


def pattern_of(secret: str) -> re.Pattern[str]:
    """All the ways it may be written."""
    signs = [sign for sign in secret if sign.isalnum()]
    is_number = len(signs) >= _LONG and sum(sign.isdecimal() for sign in signs) * 2 > len(signs)
    if is_number:
        return re.compile(rf"[+(]?(?<!\d){_BETWEEN_DIGITS.join(map(re.escape, signs))}(?!\d)", re.IGNORECASE)
    inner = r"\s+".join(map(re.escape, secret.split()))
    if len(signs) < _LONG:
        inner = rf"(?<!\w){inner}(?!\w)"
    return re.compile(inner, re.IGNORECASE)
