"""The few words of an exported document. English here; the window passes the person's language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportWords:
    language: str = "en"
    untitled: str = "Untitled chat"
    user: str = "You"
    assistant: str = "Reply"  # where the model's name is not known
    system: str = "System message"
    attachment: str = "Attachment: {name}"
    branches: str = "Other branches"
    instead_of: str = "Instead of message {number}"
    cut: str = "This reply was cut."


ENGLISH = ExportWords()
