"""Our own chats as notes, each only where the person chose it. Whoever calls brings them; no store is known here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.notes import Left
from app.notes.tally import Draft, Tally
from app.notes.texts import tidied


@dataclass(frozen=True, slots=True)
class Turn:
    is_own: bool  # written by the person
    text: str


@dataclass(frozen=True, slots=True)
class ChatText:
    title: str
    turns: Sequence[Turn]
    day: date | None = None
    id: str = ""


def read_chat(chat: ChatText, tally: Tally) -> Draft:
    """The person's messages alone: what a model wrote would teach it its own words again."""
    tally.left(Left.REPLIES, sum(not turn.is_own for turn in chat.turns))
    own: Iterable[str] = (turn.text.strip() for turn in chat.turns if turn.is_own)
    return Draft(chat.title, tidied("\n\n".join(text for text in own if text)), day=chat.day)
