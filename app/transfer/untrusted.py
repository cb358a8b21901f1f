"""Values of a parsed file that may be of any type. Every function gives something usable, or says that it is none.

Text of other services is cleaned: lone surrogates cannot be stored, control characters cannot be seen.
"""

import math
import re
from datetime import UTC, datetime
from uuid import UUID

LAST_MS = 253_402_300_799_999  # the end of the year 9999
TITLE_CHARACTERS = 200

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACE = re.compile(r"\s+")


def as_dict(untrusted: object) -> dict[str, object]:
    return untrusted if isinstance(untrusted, dict) else {}


def as_list(untrusted: object) -> list[object]:
    return untrusted if isinstance(untrusted, list) else []


def as_text(untrusted: object) -> str:
    """Text that any file and database can hold: pairs of surrogates joined, single ones replaced."""
    if not isinstance(untrusted, str):
        return ""
    try:
        untrusted.encode()
    except UnicodeEncodeError:
        return untrusted.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return untrusted


def as_clean_text(untrusted: object) -> str:
    """Text of another service: one kind of line end, no control characters, no space at its ends."""
    text = as_text(untrusted).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text).strip()


def as_line(untrusted: object, limit: int = TITLE_CHARACTERS) -> str:
    """One line of at most `limit` characters: a title, a name."""
    line = _SPACE.sub(" ", as_clean_text(untrusted)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def as_whole(untrusted: object, default: int = 0, limit: int = 2**53) -> int:
    """A whole number from 0 to `limit`; anything else is `default`."""
    if type(untrusted) is int and 0 <= untrusted <= limit:
        return untrusted
    return default


def as_real(untrusted: object) -> float:
    """A finite number of 0 or more; anything else is 0."""
    if isinstance(untrusted, bool) or not isinstance(untrusted, int | float):
        return 0.0
    try:
        value = float(untrusted)
    except OverflowError:
        return 0.0
    return value if math.isfinite(value) and value >= 0 else 0.0


def as_time_ms(untrusted: object) -> int:
    """Unix seconds or an ISO 8601 time as Unix milliseconds; 0 where it is neither, or no year of ours."""
    if isinstance(untrusted, str):
        return _iso_ms(untrusted)
    seconds = as_real(untrusted)
    return round(seconds * 1000) if seconds * 1000 <= LAST_MS else 0


def as_uuid(untrusted: object) -> UUID | None:
    if not isinstance(untrusted, str) or len(untrusted) > 45:
        return None
    try:
        return UUID(untrusted)
    except ValueError:
        return None


def _iso_ms(text: str) -> int:
    if len(text) > 40:
        return 0
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0, round(moment.timestamp() * 1000))
    except (ValueError, OverflowError):
        return 0
