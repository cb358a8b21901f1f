"""Marks and notes of a person on entries, kept in the encrypted history: one setting for all ledgers, by their ids.

What is erased from a ledger takes its notes with it: `without_erased` is asked when a chat's deletion is final (whether
the panel is open or not), and again before anything is saved.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.core.panel_ledger import LedgerMap
from app.privacy.ledger_format import RecordType


@dataclass(slots=True)
class Notes:
    """Marks and notes on entries of one ledger."""

    marks: set[int] = field(default_factory=set)
    texts: dict[int, str] = field(default_factory=dict)


class KeptNotes:
    """The setting as it was read. Whatever cannot be read is left out."""

    def __init__(self, text: str) -> None:
        try:
            whole = json.loads(text or "{}")
        except ValueError:
            whole = {}
        self._whole: dict[str, object] = whole if isinstance(whole, dict) else {}

    def of(self, ledger: LedgerMap) -> Notes:
        """Those on entries that are still there."""
        own = self._whole.get(ledger.id.hex())
        notes = Notes()
        if isinstance(own, Mapping):
            marks, texts = own.get("marks"), own.get("notes")
            if isinstance(marks, list):
                notes.marks = {number for number in marks if isinstance(number, int)}
            if isinstance(texts, dict):
                notes.texts = {int(number): str(text) for number, text in texts.items() if number.isdecimal()}
        drop_erased(notes, ledger)
        return notes

    def put(self, ledger: LedgerMap, notes: Notes) -> None:
        texts = {str(number): text for number, text in sorted(notes.texts.items())}
        self._whole[ledger.id.hex()] = {"marks": sorted(notes.marks), "notes": texts}
        if not (notes.marks or notes.texts):
            del self._whole[ledger.id.hex()]

    def has(self, ledger: LedgerMap) -> bool:
        return ledger.id.hex() in self._whole

    @property
    def text(self) -> str:
        return json.dumps(self._whole, ensure_ascii=False)


def drop_erased(notes: Notes, ledger: LedgerMap) -> None:
    """Whatever speaks of a record that is no entry (any more) goes."""
    kinds = ledger.records["type"]  # as the file has it now: it is mapped
    gone = {
        number
        for number in notes.marks | notes.texts.keys()
        if number < 0 or (number < len(kinds) and kinds[number] != RecordType.ENTRY)
    }
    notes.marks -= gone
    for number in gone & notes.texts.keys():
        del notes.texts[number]


def without_erased(text: str, ledgers: Iterable[LedgerMap]) -> str:
    """What `read_notes` gave, without what speaks of erased entries of these ledgers; the same text where nothing
    does."""
    kept = KeptNotes(text)
    is_changed = False
    for ledger in ledgers:
        if kept.has(ledger):
            before = KeptNotes(kept.text)
            kept.put(ledger, kept.of(ledger))
            is_changed = is_changed or before.text != kept.text
    return kept.text if is_changed else text
