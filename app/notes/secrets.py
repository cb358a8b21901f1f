"""What is secret or personal in notes: found by a callable from outside (core brings the redaction), and done with by
choice: left, left out with its paragraph, or replaced by a stand-in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.notes import Note, Secret, SecretChoice
from app.notes.passages import paragraph_spans
from app.notes.texts import tidied

Find = Callable[[str], Sequence[tuple[str, int, int]]]
"""text -> (kind, start, end), in order, no two overlapping."""

Replace = Callable[[Sequence[str], Collection[str]], Sequence[str]]
"""(all texts, kinds to be replaced) -> the same texts with stand-ins; the same real text gets the same one in all."""


@dataclass(frozen=True, slots=True)
class Cleared:
    notes: tuple[Note, ...]
    dropped_passages: int
    replaced_secrets: int


def secrets_in(note: Note, find: Find) -> Iterator[Secret]:
    for kind, start, end in find(note.text):
        yield Secret(kind, note.id, start, end)


def cleared(
    notes: Sequence[Note], secrets: Sequence[Secret], choices: Mapping[str, SecretChoice], replace_in: Replace
) -> Cleared:
    """The notes as they are learned; one of which nothing is left is not among them. Kinds without a choice stay."""
    dropped = {kind for kind, choice in choices.items() if choice is SecretChoice.DROP_PASSAGE}
    replaced = {kind for kind, choice in choices.items() if choice is SecretChoice.REPLACE}
    by_note: dict[str, list[Secret]] = {}
    for secret in secrets:
        by_note.setdefault(secret.note_id, []).append(secret)
    kept: list[Note] = []
    gone_passages = 0
    for note in notes:
        text, count = _without(note.text, [one for one in by_note.get(note.id, ()) if one.kind in dropped])
        gone_passages += count
        if text.strip():
            kept.append(replace(note, text=text) if count else note)
    count = sum(one.kind in replaced for note in kept for one in by_note.get(note.id, ()))
    if count:
        texts = replace_in([note.text for note in kept], replaced)
        kept = [replace(note, text=text) for note, text in zip(kept, texts, strict=True)]
    return Cleared(tuple(kept), gone_passages, count)


def learned_secrets(
    read: Sequence[Note], learned: Iterable[Note], secrets: Iterable[Secret], choices: Mapping[str, SecretChoice]
) -> Iterator[Secret]:
    """What was left in, where it stands in the notes as they are learned: what else was done may have moved it."""
    texts = {note.id: note.text for note in read}
    left: dict[str, list[Secret]] = {}
    for secret in secrets:
        if choices.get(secret.kind, SecretChoice.LEAVE) is SecretChoice.LEAVE:
            left.setdefault(secret.note_id, []).append(secret)
    for note in learned:
        at = 0
        for secret in left.get(note.id, ()):
            words = texts[note.id][secret.start : secret.end]
            found = note.text.find(words, at)
            if found >= 0:  # else its paragraph is gone
                at = found + len(words)
                yield Secret(secret.kind, note.id, found, at)


def _without(text: str, secrets: Sequence[Secret]) -> tuple[str, int]:
    """(the text without the paragraphs in which they stand, how many those are)"""
    if not secrets:
        return text, 0
    out: list[str] = []
    count = 0
    for start, end in paragraph_spans(text):
        if any(one.start < end and start < one.end for one in secrets):
            count += 1
        else:
            out.append(text[start:end])
    return tidied("\n\n".join(out)), count
