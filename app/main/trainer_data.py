"""A job's notes as tokens, and the prompt of its live sample."""

from typing import TYPE_CHECKING

from app.core.scoring import SampleWriter
from app.core.tuning_batches import TuningData

if TYPE_CHECKING:
    from app.device.tokenizer import DeviceTokenizer
    from app.domain.notes import NotesSet

SAMPLE_TOKENS = 40


def tokens_of(notes: "NotesSet", tokenizer: "DeviceTokenizer") -> TuningData:
    """Each note by itself. The separator is the token by which the model ends a text."""
    return TuningData(
        [tokenizer.encode(note.text) for note in notes.train],
        [tokenizer.encode(note.text) for note in notes.held_out],
        min(tokenizer.eos_ids),
    )


def samples_of(data: TuningData, tokenizer: "DeviceTokenizer", prompt_tokens: int) -> SampleWriter:
    """From the beginning of the longest held-out note."""
    note = max(data.held_out, key=len)
    return SampleWriter(note[: min(prompt_tokens, max(1, len(note) // 2))], tokenizer.decode, SAMPLE_TOKENS)
