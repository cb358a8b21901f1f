"""What the privacy panel reads: the ledger's entries, what they carried, whose they are, notes on them. No Qt.

`PanelSource` is what the panel needs of the app (app/main/panel.py has the real one). `PanelFeed` joins it with the
ledger file and is dropped whole at the lock; nothing of it is written but the person's notes, which go to the vault.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import UUID

import numpy as np

from app.core.panel_filter import FilterView
from app.core.panel_ledger import LedgerMap, Records, Rows, open_ledger
from app.core.panel_notes import KeptNotes, Notes, drop_erased
from app.core.token_places import Places
from app.domain.clearance import Direction, Purpose
from app.domain.ids import NO_MESSAGE, ChatId, MessageId
from app.privacy.ledger_format import RecordType

Tell = Callable[[str], None]  # one sentence on what is under way; raises Cancelled once nobody waits for it
_LONGEST_NOTE = 2000
_PIECE = 65_536  # records


@dataclass(frozen=True, slots=True)
class MessagePlace:
    chat: ChatId
    title: str


@dataclass(frozen=True, slots=True)
class MessageTokens:
    """The tokens at positions 0, 1, ... when a reply had ended, as texts; from `reply_from` on they are the reply's."""

    message: MessageId
    texts: tuple[str, ...]
    reply_from: int
    places: Mapping[MessageId, Places] = field(default_factory=dict)  # in the messages of the branch, as they are shown


@dataclass(frozen=True, slots=True)
class AttackInfo:
    """An attack that can be run here. `is_quick`: it is run after each reply without asking."""

    name: str
    title: str
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one attack made of a message's recorded frames. share: 0..1; None: it does not rebuild text, see `details`.

    rebuilt and real: the text by the attack, and the one that was sent. problem: why it could not be run, or "".
    """

    attack: str
    title: str = ""
    sentence: str = ""
    share: float | None = None
    rebuilt: str = ""
    real: str = ""
    seconds: float = 0.0
    replaced: int = 0  # stand-ins of names and numbers that it found in their place
    words: str = ""  # what it found, in one sentence
    details: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GateState:
    """failure: why the ledger cannot be written (then nothing is sent), or "". denied: what the audit hook stopped.

    key_log: the file that the keys of TLS connections are written to, for an auditor; "" as it should be.
    """

    failure: str = ""
    denied: int = 0
    key_log: str = ""


@dataclass(frozen=True, slots=True)
class SendingLimit:
    """The person's limit on what an operator could rebuild, for the backend in use. percent None: there is none.

    refusal: why the next message of the chat on show is not sent, or "". is_redacted: names are replaced already.
    """

    percent: int | None = None
    refusal: str = ""
    is_redacted: bool = False


@dataclass(slots=True)
class MessageTotals:
    """What the ledger says of one message, counted up to the record `counted`."""

    message: MessageId
    entries: int = 0
    frames_up: int = 0
    frames_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    first: int = -1  # its first and last entry; -1: none
    last: int = -1
    counted: int = 0


class PanelSource(Protocol):
    """Quick methods may be called at every frame; slow ones are called in a job and raise AppError."""

    @property
    def ledger_path(self) -> Path: ...

    def gate_state(self) -> GateState: ...

    def end_key_log(self) -> None:
        """Write no more keys of new connections."""

    def first_kept(self) -> int | None:
        """Entries from this one on still have their contents; None: none has."""

    def content(self, entry: int) -> bytes | None:
        """What an entry carried; None where it has gone."""

    def place_of(self, message: MessageId) -> MessagePlace | None:
        """The chat of a message; None where there is none (deleted, another history)."""

    def messages_of(self, chat: ChatId) -> Set[MessageId]: ...

    def redacts(self, chat: ChatId) -> bool | None:
        """Whether names and numbers of this chat are replaced before anything is sent; None: nothing here does that."""

    def sending_limit(self, chat: ChatId | None) -> SendingLimit | None:
        """None: the backend in use has none, because it is the person's own."""

    def limit_recovery(self, percent: int | None) -> None:
        """Above this share of a message's words the next is not sent to the backend in use. Raises SettingsError."""

    def tokens_of(self, message: MessageId) -> MessageTokens | None:
        """Slow. Only for the latest reply: what the backend's cache holds."""

    def attacks(self) -> Sequence[AttackInfo]: ...

    def recover(self, message: MessageId, attacks: Sequence[str], tell: Tell) -> Sequence[Recovered]:
        """Slow. Run these attacks on what is kept of the message's frames."""

    def read_notes(self) -> str:
        """What `save_notes` was given last, or ""."""

    def save_notes(self, text: str) -> None: ...


class PanelFeed:
    """One ledger with all that is known about its entries. GUI thread."""

    def __init__(self, source: PanelSource) -> None:
        self.source = source
        self.ledger: LedgerMap | None = open_ledger(source.ledger_path)
        self.chat: ChatId | None = None
        self.last_message = self._find_last_message()
        self._totals = MessageTotals(NO_MESSAGE)
        self._places: dict[UUID, MessagePlace | None] = {}
        self.notes = Notes()
        self._read_notes()

    def refresh(self) -> bool:
        """Take in new entries. True where everything is to be read anew: another file, or entries were erased."""
        if self.ledger is None:
            self.ledger = open_ledger(self.source.ledger_path)
            self._read_notes()
            return self.ledger is not None
        others = self.ledger.others
        try:
            is_other = self.ledger.path != self.source.ledger_path or self.ledger.refresh()
        except OSError:
            is_other = True
        if is_other:
            self.ledger = open_ledger(self.source.ledger_path)
            self._read_notes()
        elif self.ledger.others != others:  # entries may have been erased
            drop_erased(self.notes, self.ledger)
        return is_other or (self.ledger is not None and self.ledger.others != others)

    def view(self) -> FilterView:
        assert self.ledger is not None
        return FilterView(
            self.ledger,
            chat_messages=self._chat_messages,
            last_message=lambda: self.last_message.bytes if self.last_message != NO_MESSAGE else b"",
            first_kept=self.source.first_kept,
            marked=lambda: self.notes.marks,
            noted=lambda: self.notes.texts.keys(),
        )

    def message(self, row: int) -> MessageId:
        assert self.ledger is not None
        entry = self.ledger.entry(row)
        return MessageId(UUID(bytes=entry["message_a"].tobytes() + entry["message_b"].tobytes()))

    def totals(self) -> MessageTotals:
        """Of the last message. Each record is counted once."""
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

    def _find_last_message(self) -> MessageId:
        """The latest reply of the ledger, also of an earlier start of the app."""
        left = self.ledger.count if self.ledger is not None else 0
        while self.ledger is not None and left:
            start = max(0, left - _PIECE)
            part = self.ledger.records[start:left]
            found = np.flatnonzero((part["purpose"] == Purpose.GENERATE) & (part["type"] == RecordType.ENTRY))
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
