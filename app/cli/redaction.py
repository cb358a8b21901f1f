"""What was replaced before a message was sent, in words for the terminal. docs/redaction.md.

Two forms: for the person at the prompt each text with its stand-in; where text is piped, and stderr may be a log file,
only how many of each kind.
"""

from collections import Counter
from collections.abc import Mapping

from app.cli.terminal import counted
from app.domain.redaction import Preview

SHOWN = 8  # texts of one message; of more it is said how many
LONGEST = 60  # characters of one that are shown
_NAMES = {
    "own": ("text of your list", "texts of your list"),
    "person": ("name", "names"),
    "mail": ("mail address", "mail addresses"),
    "phone": ("phone number", "phone numbers"),
    "address": ("postal address", "postal addresses"),
    "card": ("payment card", "payment cards"),
    "iban": ("bank account", "bank accounts"),
    "social": ("social security number", "social security numbers"),
    "passport": ("identity document", "identity documents"),
    "tax": ("tax number", "tax numbers"),
    "birth": ("date of birth", "dates of birth"),
    "key": ("password or key", "passwords or keys"),
    "url": ("secret in an address", "secrets in addresses"),
    "ip": ("IP address", "IP addresses"),
    "organisation": ("organisation", "organisations"),
    "place": ("place", "places"),
}
_NOTHING = "Nothing was found to replace: the message is sent as it is."


def counts_by_kind(preview: Preview) -> dict[str, int]:
    """By the kinds' own names (app/domain/redaction.py)."""
    return dict(Counter(one.kind for one in preview.replaced if not one.is_kept))


def replaced_counts(preview: Preview) -> str:
    """Without a word of the message."""
    counts = counts_by_kind(preview)
    if not counts:
        return _NOTHING
    return f"Replaced before sending: {kind_counts(counts)}."


def kind_counts(counts: Mapping[str, int]) -> str:
    """How many of each kind, in words."""
    return ", ".join(counted(count, *_NAMES.get(kind, (kind, kind))) for kind, count in counts.items())


def replaced_words(preview: Preview) -> str:
    """Each text with what is sent in its place."""
    pairs = [(_short(one.real), _short(one.stand_in)) for one in preview.replaced if not one.is_kept]
    if not pairs:
        return _NOTHING
    shown = ", ".join(f"{real} -> {stand_in}" for real, stand_in in pairs[:SHOWN])
    more = f", and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    return f"Replaced before sending: {shown}{more}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
