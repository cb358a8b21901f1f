"""The model with the adapter and without it, each going on from the beginning of a held-out note, for a blind vote."""

import random
from collections.abc import Sequence

from app.core.ports import Tokens
from app.core.tuning import SideBySide
from app.core.tuning_ports import Scorer
from app.domain.notes import Note
from app.notes.parts import document_of

PAIRS, MOST_TRIED = 4, 6
PROMPT_TOKENS, TEXT_TOKENS = 32, 40
_LEAST_PROMPT = 4  # words
_BROKEN = "�"


def pairs_of(
    notes: Sequence[Note], tokenizer: Tokens, separator: int, before: Scorer, after: Scorer, seed: int
) -> tuple[SideBySide, ...]:
    """Greedy, so that both are at their surest. None from notes too short to have gone on, or where both write the
    same. At most one of each document while there are enough."""
    draw = random.Random(seed)
    shuffled = draw.sample(list(notes), len(notes))
    seen: set[str] = set()
    order: list[tuple[bool, Note]] = []
    for note in shuffled:
        document = document_of(note.title, note.source)
        order.append((document in seen, note))
        seen.add(document)
    found: list[SideBySide] = []
    tried = 0
    for _, note in sorted(order, key=lambda one: one[0]):
        prompt = beginning(note.text, tokenizer)
        if prompt is None:
            continue
        tokens = [separator, *tokenizer.encode(prompt)]
        plain = whole_text(tokenizer.decode(before.complete(tokens, TEXT_TOKENS)))
        tuned = whole_text(tokenizer.decode(after.complete(tokens, TEXT_TOKENS)))
        is_left = draw.random() < 0.5
        if plain.strip() and tuned.strip() and plain != tuned:
            left, right = (tuned, plain) if is_left else (plain, tuned)
            found.append(SideBySide(prompt, left, right, is_left))
        tried += 1
        if len(found) == PAIRS or tried == MOST_TRIED:
            break
    return tuple(found)


def beginning(text: str, tokenizer: Tokens) -> str | None:
    """Some whole words; None where the note does not go on for as long as what is written after them."""
    tokens = tokenizer.encode(text[: (PROMPT_TOKENS + TEXT_TOKENS) * 40])
    if len(tokens) < PROMPT_TOKENS + TEXT_TOKENS:
        return None
    start = tokenizer.decode(tokens[:PROMPT_TOKENS]).rstrip(_BROKEN)
    words = start[: max(start.rfind(" "), start.rfind("\n"))].rstrip()
    return words if len(words.split()) >= _LEAST_PROMPT else None


def whole_text(text: str) -> str:
    """Without a character that was cut at the end, and the space there."""
    return text.rstrip(_BROKEN).rstrip()
