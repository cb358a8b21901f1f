"""What the privacy panel is told of the app: places, tokens, attacks, the gate's state. No Qt, no numpy.

app/main/panel.py has the real source. It is there from the start on, the panel only when somebody opens it.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.domain.ids import ChatId, MessageId

if TYPE_CHECKING:
    from app.core.token_places import Places
    from app.core.tuning_ledgers import JobLedger

Tell = Callable[[str], None]  # one sentence on what is under way; raises Cancelled once nobody waits for it


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
    places: "Mapping[MessageId, Places]" = field(
        default_factory=dict
    )  # in the messages of the branch, as they are shown


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
    """What the ledger says of one message, or of a whole fine-tuning, counted up to the record `counted`."""

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
    def ledger_path(self) -> Path:
        """The app's own."""

    def job_ledgers(self) -> "Sequence[JobLedger]":
        """Those that the gates of fine-tuning jobs write, or have written, the newest first."""

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
