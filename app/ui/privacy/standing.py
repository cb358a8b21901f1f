"""How things stand, for the panel's first depth: the light, the last message, and the words on keys that are written.

Light: it is there whether the panel is made or not.
"""

from dataclasses import dataclass
from enum import Enum, auto

from app.core.panel_source import MessageTotals, Recovered, SendingLimit
from app.ui.words import translate


class Light(Enum):
    """What happens at the gate now."""

    IDLE = auto()
    SENDING = auto()
    BLOCKED = auto()
    OFFLINE = auto()


class Measuring(Enum):
    """How far the measurement of the last message is."""

    NOT_YET = auto()
    UNDER_WAY = auto()
    DONE = auto()
    GONE = auto()  # the contents are no longer in memory
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class LastMessage:
    """All that the first depth says."""

    totals: MessageTotals | None = None
    measuring: Measuring = Measuring.NOT_YET
    recovered: Recovered | None = None  # by the quick attack
    all: tuple[Recovered, ...] = ()  # by every attack that was run
    is_on_this_computer: bool = True
    backend: str = ""
    problem: str = ""  # why it could not be measured
    running: str = ""  # the attack that is being tried
    limit: SendingLimit | None = None  # the person's; None: the backend in use has none
    is_tuning: bool = False  # not a message, but all that a fine-tuning job sent and received


def key_log_words(path: str) -> str:
    """Empty where no keys are written."""
    if not path:
        return ""
    words = translate(
        "privacy",
        "The keys of new connections are written to {file}: while a key log is written, anyone with the file can read "
        "the TLS stream. Stop it when the audit is done, choose the backend anew, and delete the file.",
    )
    return words.format(file=path)
