"""What is to be redacted, and what was: as the settings, the window and core speak of it. Values only."""

from dataclasses import dataclass

# In the order in which the settings show them; app/privacy/redaction/kinds.py has the same names.
KINDS = (
    "person", "mail", "phone", "address", "card", "iban", "social", "passport", "tax", "birth", "key", "url", "ip",
    "organisation", "place",
)  # fmt: skip
OPTIONAL_KINDS = ("organisation", "place")  # off until somebody asks for them: a model needs them to answer well
DEFAULT_KINDS = tuple(kind for kind in KINDS if kind not in OPTIONAL_KINDS)
OWN_WORDS = "redacted words"  # the vault's name for the person's list: a line each


def own_words(lines: str) -> tuple[str, ...]:
    """The list as the person wrote it, each word or phrase once."""
    return tuple(dict.fromkeys(" ".join(line.split()) for line in lines.splitlines() if line.strip()))


@dataclass(frozen=True, slots=True)
class RedactionChoices:
    """is_on: in chats that say nothing of their own. own: the person's list, which is always looked for."""

    is_on: bool = False
    kinds: tuple[str, ...] = DEFAULT_KINDS
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """One real text and its stand-in; is_kept: the person chose to send it as it is."""

    kind: str
    real: str
    stand_in: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What sending a draft would replace."""

    replaced: tuple[Replaced, ...] = ()
