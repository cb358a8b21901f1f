"""Is there a newer version? What a release feed says (docs/release-feed.md), judged; nothing is fetched or installed.

The feed is a stranger's: every field is checked, its notes are plain text without characters that deceive the eye.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import Any
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from app.domain.errors import FeedError

VERSION_CHARACTERS = 64
URL_CHARACTERS = 2_048
NOTES_CHARACTERS = 8_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PROJECT_URL = "Release feed"  # its label among [project.urls] of pyproject.toml, where a packager sets one


@dataclass(frozen=True, slots=True)
class Release:
    """The newest version, as its feed tells. `url`: a page for people. sha256: of what is offered there, or ""."""

    version: str
    url: str
    notes: str = ""
    sha256: str = ""


def this_version() -> str:
    """The version that runs; "0" where it is not installed as a package."""
    try:
        return version("nearhalf")
    except PackageNotFoundError:
        return "0"


def packaged_feed() -> str:
    """The address that whoever packaged this app set, or ""."""
    try:
        entries = metadata("nearhalf").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    for entry in entries:
        label, _, url = entry.partition(",")
        if label.strip().casefold() == _PROJECT_URL.casefold():
            return str(url).strip()
    return ""


def read_feed(untrusted: bytes) -> Release:
    """Raises FeedError for anything that is not a feed in the documented form. Fields it does not know are ignored."""
    try:
        fields = json.loads(untrusted)
        number = _text(fields["version"], VERSION_CHARACTERS)
        return Release(str(Version(number)), _url(fields["url"]), _notes(fields.get("notes", "")), _sha256(fields))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FeedError(
            "The answer cannot be read as a release feed.", "Check the address, or ask whoever publishes it."
        ) from error


def is_newer(release: Release, current: str) -> bool:
    """A version before its release (1.2rc1) is news only to who runs one."""
    try:
        offered, running = Version(release.version), Version(current)
    except InvalidVersion:
        return False
    return offered > running and (not offered.is_prerelease or running.is_prerelease)


def is_due(last_day: str, today: date) -> bool:
    """Whether this day's look is still to be made. `last_day`: ISO 8601, or "". A clock set back asks again."""
    return last_day != today.isoformat()


def _text(untrusted: Any, most: int) -> str:
    if not isinstance(untrusted, str) or not 0 < len(untrusted) <= most or not untrusted.isprintable():
        raise ValueError("not a short text")
    return untrusted


def _url(untrusted: Any) -> str:
    url = _text(untrusted, URL_CHARACTERS)
    parts = urlsplit(url)
    if not url.isascii() or " " in url or parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("not an https address")
    return url


def _notes(untrusted: Any) -> str:
    """Lines and tabs stay; other control characters, and those that turn the direction of reading, go."""
    if not isinstance(untrusted, str):
        raise TypeError("notes")
    kept = (one for one in untrusted[:NOTES_CHARACTERS] if one in "\n\t" or unicodedata.category(one)[0] != "C")
    return "".join(kept).strip()


def _sha256(fields: dict[str, Any]) -> str:
    found = fields.get("sha256", "")
    if not isinstance(found, str) or (found and not _SHA256.fullmatch(found)):
        raise ValueError("not a SHA-256")
    return found
