"""A job's notes as tokens, the prompt of its live sample, and what earlier processes of it sent."""

from typing import TYPE_CHECKING

from app.core.scoring import SampleWriter
from app.core.tuning_batches import TuningData
from app.domain.clearance import Direction
from app.privacy.ledger_format import LedgerFormatError, read_entries

if TYPE_CHECKING:
    from pathlib import Path

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


def sent_before(ledger: "Path") -> tuple[int, int, int]:
    """Bytes up, bytes down and frames up of all messages in a job's ledger; zeros where it cannot be read."""
    bytes_of = {Direction.UP: 0, Direction.DOWN: 0}
    frames_up = 0
    try:
        for entry in read_entries(ledger):
            if entry.message.int:  # else opening a session, asking for models: of no job
                bytes_of[Direction(entry.direction)] += entry.wire_bytes
                frames_up += entry.direction == Direction.UP
    except (OSError, LedgerFormatError):
        return 0, 0, 0
    return bytes_of[Direction.UP], bytes_of[Direction.DOWN], frames_up
