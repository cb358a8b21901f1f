"""What Markdown and HTML have in common: the parts of a chat in the order in which they are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.conversation import EndReason, Message, Role, StoredChat
from app.transfer.export_words import ExportWords
from app.transfer.tree import branches
from app.transfer.untrusted import LAST_MS, as_line

CUT = (None, EndReason.MAX_TOKENS, EndReason.CONTEXT_FULL, EndReason.STOPPED, EndReason.FAILED)


@dataclass(frozen=True, slots=True)
class Part:
    """One message with its number, and where it begins another branch: the number it stands beside."""

    number: int
    message: Message
    instead_of: int | None = None


def parts(chat: StoredChat, *, all_branches: bool) -> Iterator[Part]:
    """The branch on show; then, on request, the others, so that every message comes once."""
    for branch in branches(chat):
        if branch.instead_of is not None and not all_branches:
            return
        for place, message in enumerate(branch.messages):
            yield Part(branch.first_number + place, message, branch.instead_of if place == 0 else None)


def title(chat: StoredChat, words: ExportWords) -> str:
    return as_line(chat.info.title) or words.untitled


def speaker(message: Message, words: ExportWords) -> str:
    if message.role is Role.ASSISTANT:
        return as_line(message.model_id) or words.assistant
    return words.user if message.role is Role.USER else words.system


def was_cut(message: Message) -> bool:
    return message.role is Role.ASSISTANT and message.end in CUT


def when(time_ms: int) -> str:
    """In the computer's own time zone, to the minute; "" where no time is known."""
    if not 0 < time_ms <= LAST_MS:
        return ""
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
