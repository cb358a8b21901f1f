"""What the privacy panel reads: the ledger's entries, what they carried, whose they are, notes on them. No Qt.

`PanelFeed` joins the app (panel_source.py) with the ledger file and is dropped whole at the lock; nothing of it is
written but the person's notes, which go to the vault.
"""

from collections.abc import Sequence, Set
from pathlib import Path
from uuid import UUID

import numpy as np

from app.core.panel_filter import FilterView
from app.core.panel_ledger import LedgerMap, Records, Rows, open_ledger
from app.core.panel_notes import KeptNotes, Notes, drop_erased
from app.core.panel_source import MessagePlace, MessageTotals, PanelSource
from app.core.tuning_ledgers import JobLedger
from app.domain.clearance import Direction, Purpose
from app.domain.ids import NO_MESSAGE, ChatId, MessageId
from app.privacy.ledger_format import RecordType
from app.storage.backends import is_loopback

_LONGEST_NOTE = 2000
_PIECE = 65_536  # records


class PanelFeed:
    """One ledger with all that is known about its entries: the app's own, or that of a fine-tuning job. GUI thread."""

    def __init__(self, source: PanelSource, job: JobLedger | None = None) -> None:
        self.source = source
        self.job = job
        self.ledger: LedgerMap | None = open_ledger(self.path)
        self.chat: ChatId | None = None
        self.last_message = self._find_last_message()
        self._totals = MessageTotals(NO_MESSAGE)
        self._places: dict[UUID, MessagePlace | None] = {}
        self.notes = Notes()
        self._read_notes()

    @property
    def path(self) -> Path:
        return self.job.path if self.job is not None else self.source.ledger_path

    def content(self, row: int) -> bytes | None:
        """What an entry carried; None where it has gone, or was never in this process."""
        return self.source.content(row) if self.job is None else None

    def first_kept(self) -> int | None:
        return self.source.first_kept() if self.job is None else None

    def refresh(self) -> bool:
        """Take in new entries. True where everything is to be read anew: another file, or entries were erased."""
        if self.ledger is None:
            self.ledger = open_ledger(self.path)
            self._read_notes()
            return self.ledger is not None
        others = self.ledger.others
        try:
            is_other = self.ledger.path != self.path or self.ledger.refresh()
        except OSError:
            is_other = True
        if is_other:
            self.ledger = open_ledger(self.path)
            self._read_notes()
        elif self.ledger.others != others:  # entries may have been erased
            drop_erased(self.notes, self.ledger)
        return is_other or (self.ledger is not None and self.ledger.others != others)

    def hosts_elsewhere(self) -> tuple[str, ...]:
        """Those of the ledger that are not this computer."""
        hosts = self.ledger.hosts() if self.ledger is not None else ()
        return tuple(host for host in hosts if not is_loopback(host.rpartition(":")[0].strip("[]")))

    def view(self) -> FilterView:
        assert self.ledger is not None
        return FilterView(
            self.ledger,
            chat_messages=self._chat_messages,
            last_message=lambda: self.last_message.bytes if self.last_message != NO_MESSAGE else b"",
            first_kept=self.first_kept,
            marked=lambda: self.notes.marks,
            noted=lambda: self.notes.texts.keys(),
        )

    def message(self, row: int) -> MessageId:
        assert self.ledger is not None
        entry = self.ledger.entry(row)
        return MessageId(UUID(bytes=entry["message_a"].tobytes() + entry["message_b"].tobytes()))

    def totals(self) -> MessageTotals:
        """Of the last message; of a job, all that it sent and received. Each record is counted once."""
        if self.job is not None:
            return self._all_totals()
        if self._totals.message != self.last_message or self.ledger is None:
            self._totals = MessageTotals(self.last_message, counted=self._begin_of_last())
        totals = self._totals
        if self.ledger is None or totals.message == NO_MESSAGE:
            return totals
        start, stop = totals.counted, self.ledger.count
        records = self.ledger.records[start:stop]
        a, b = _halves(totals.message)
        own = np.flatnonzero((records["message_a"] == a) & (records["message_b"] == b))
        if len(own):
            _add(totals, records[own])
            totals.first = totals.first if totals.first >= 0 else start + int(own[0])
            totals.last = start + int(own[-1])
        totals.counted = stop
        return totals

    def _all_totals(self) -> MessageTotals:
        totals = self._totals
        if self.ledger is None:
            return MessageTotals(NO_MESSAGE)
        if self.ledger.count < totals.counted:  # another file
            totals = self._totals = MessageTotals(NO_MESSAGE)
        records = self.ledger.records[totals.counted :]
        _add(totals, records[records["type"] == RecordType.ENTRY])
        if totals.counted != self.ledger.count:  # its process may have been started anew, under another message
            totals.counted, self.last_message = self.ledger.count, self._find_last_message()
        return totals

    def _find_last_message(self) -> MessageId:
        """The latest reply of the ledger, also of an earlier start of the app; of a job, what its process did last."""
        purpose = Purpose.GENERATE if self.job is None else Purpose.TUNE
        left = self.ledger.count if self.ledger is not None else 0
        while self.ledger is not None and left:
            start = max(0, left - _PIECE)
            part = self.ledger.records[start:left]
            found = np.flatnonzero((part["purpose"] == purpose) & (part["type"] == RecordType.ENTRY))
            if len(found):
                return self.message(start + int(found[-1]))
            left = start
        return NO_MESSAGE

    def _begin_of_last(self) -> int:
        """Where the last message's entries may begin: searched backwards, until a piece holds none of it."""
        if self.ledger is None:
            return 0
        a, b = _halves(self.last_message)
        left, begin = self.ledger.count, self.ledger.count
        while left:
            start = max(0, left - _PIECE)
            part = self.ledger.records[start:left]
            own = np.flatnonzero((part["message_a"] == a) & (part["message_b"] == b))
            if len(own):
                begin = start + int(own[0])
            elif begin < self.ledger.count or self.ledger.count - start > 4 * _PIECE:
                break
            left = start
        return begin

    def rows_of(self, message: MessageId) -> Rows:
        """The entries of the last message, or of another: its records in order."""
        if self.ledger is None or message == NO_MESSAGE:
            return np.empty(0, np.int64)
        start, stop = 0, self.ledger.count
        if message == self.last_message and self.totals().first >= 0:
            start, stop = self._totals.first, self._totals.last + 1
        a, b = _halves(message)
        records = self.ledger.records[start:stop]
        return np.flatnonzero((records["message_a"] == a) & (records["message_b"] == b)) + start

    def place_of(self, message: MessageId) -> MessagePlace | None:
        """Remembered once it is known; a title that changed is seen after `forget_titles`."""
        if message == NO_MESSAGE:
            return None
        found = self._places.get(message)
        if found is None:
            found = self.source.place_of(message)
            if found is not None:
                self._places[message] = found
        return found

    def forget_titles(self) -> None:
        self._places.clear()

    # Notes

    def set_mark(self, numbers: Sequence[int], *, is_marked: bool) -> None:
        """Raises StorageError."""
        self.notes.marks = self.notes.marks | set(numbers) if is_marked else self.notes.marks - set(numbers)
        self._save_notes()

    def set_note(self, number: int, text: str) -> None:
        """An empty one goes. Raises StorageError."""
        text = text.strip()[:_LONGEST_NOTE]
        self.notes.texts.pop(number, None)
        if text:
            self.notes.texts[number] = text
        self._save_notes()

    def _save_notes(self) -> None:
        if self.ledger is not None:
            kept = KeptNotes(self.source.read_notes())
            drop_erased(self.notes, self.ledger)
            kept.put(self.ledger, self.notes)
            self.source.save_notes(kept.text)

    def _read_notes(self) -> None:
        kept = KeptNotes(self.source.read_notes())
        self.notes = kept.of(self.ledger) if self.ledger is not None else Notes()

    def _chat_messages(self) -> Set[bytes]:
        return {message.bytes for message in self.source.messages_of(self.chat)} if self.chat is not None else set()


def _halves(message: MessageId) -> tuple[int, int]:
    return int.from_bytes(message.bytes[:8], "little"), int.from_bytes(message.bytes[8:], "little")


def _add(totals: MessageTotals, own: Records) -> None:
    is_up, is_frame = own["direction"] == Direction.UP, own["kind"] != 0
    wire = own["wire_bytes"].astype(np.int64)
    totals.entries += len(own)
    totals.frames_up += int((is_up & is_frame).sum())
    totals.frames_down += int((~is_up & is_frame).sum())
    totals.bytes_up += int(wire[is_up].sum())
    totals.bytes_down += int(wire[~is_up].sum())
