"""What an import has read, and what it left out and why. Numbers and kinds only: never a word of a chat."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class Source(Enum):
    """Whose file it is, by its content."""

    CHATGPT = "ChatGPT"
    CLAUDE = "Claude"
    OPEN_WEBUI = "Open WebUI"
    NEARHALF = "Nearhalf"


class Dropped(Enum):
    """Why something was left out. app/ui/transfer_dialogs.py says it in the person's language."""

    ALREADY_THERE = "chats that are here already"
    EMPTY = "chats without a message"
    DAMAGED_CHAT = "chats that could not be read"
    DAMAGED_MESSAGE = "messages that could not be read"
    INSTRUCTIONS = "instructions that the service gave its model"
    TOOLS = "calls of tools and their results"
    THOUGHTS = "notes that the model made before it answered"
    HIDDEN = "messages that the service does not show"
    FILES = "pictures, sounds and files that are not in the export"
    NO_PLACE = "tags, ratings and other things that Nearhalf has no place for"
    BROKEN_LINK = "messages whose place in the chat was unclear"  # they are kept, at the place that fits best


@dataclass(slots=True)
class ImportReport:
    """Grows while chats are read."""

    sources: set[Source] = field(default_factory=set)
    chats: int = 0
    messages: int = 0
    dropped: Counter[Dropped] = field(default_factory=Counter)

    def drop(self, why: Dropped, count: int = 1) -> None:
        if count:
            self.dropped[why] += count

    def merge(self, other: "ImportReport") -> None:
        """Add what was found in one chat, once the chat is sure to be taken."""
        self.sources |= other.sources
        self.dropped.update(other.dropped)

    def __str__(self) -> str:
        """English, for the terminal."""
        names = " and ".join(sorted(source.value for source in self.sources)) or "nothing"
        lines = [f"Read {self.chats} chats with {self.messages} messages, from {names}."]
        for why, count in self.dropped.items():
            verb = "Placed as well as possible" if why is Dropped.BROKEN_LINK else "Left out"
            lines.append(f"{verb}: {count} {why.value}.")
        return "\n".join(lines)
