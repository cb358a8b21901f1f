"""The person's choices, kept between starts. No secrets (secrets.py), no words of a person's own (the vault).

A key that this version does not know is kept and written back: an older app does not take a newer one's settings away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from app.domain.errors import SettingsError
from app.domain.redaction import DEFAULT_KINDS
from app.domain.sampling import SamplingSettings
from app.storage.json_file import JsonFile

VERSION = 1

# What SmolLM2's authors recommend for chatting (the model card's example); temperature 0 is greedy.
CHAT_SAMPLING = SamplingSettings(temperature=0.2, top_p=0.9)

APPEARANCES = ("system", "light", "dark", "contrast")
SEND_KEYS = ("enter", "ctrl_enter")
LANGUAGES = ("", "en", "de")  # "": as the system says
ZOOM_PERCENT = (50, 300)  # smallest and largest


@dataclass(frozen=True, slots=True)
class Settings:
    """What the window and the terminal start from. None: the built-in backend, its first model, no adapter.

    Raises SettingsError for a value that is not one of those offered.
    """

    backend: str | None = None  # a name in backends.json
    model_id: str | None = None
    adapter: str | None = None  # a file's path
    # Of an older version's file only: whoever opens the vault moves it there and saves "" here. Never set otherwise.
    system: str = ""
    sampling: SamplingSettings = CHAT_SAMPLING
    appearance: str = "system"
    zoom_percent: int = 100
    send_with: str = "enter"
    language: str = ""
    shortcuts: Mapping[str, str] = field(default_factory=dict)  # action -> keys, where they differ from the app's own
    shows_tray: bool = False
    lock_after_minutes: int = 0  # 0: never
    is_first_run_done: bool = False
    sidebar_is_shown: bool = True
    window_geometry: str = ""  # base64 of what Qt saves
    panel_place: str = ""  # the privacy panel's, as app/ui/privacy/place.py writes it
    looks_for_updates: bool = False  # once a day, at the start
    release_feed: str = ""  # an address; "": the one of the package, if it has one
    update_looked_on: str = ""  # the day of the last look by itself, ISO 8601
    redacts: bool = False  # in chats that say nothing of their own
    redacted_kinds: tuple[str, ...] = DEFAULT_KINDS  # of domain.redaction; the person's own list is in the vault
    checks_spelling: bool = True
    spelling_languages: tuple[str, ...] = ()  # none: the window's and English; the person's own words are in the vault
    unknown: Mapping[str, Any] = field(default_factory=dict)  # keys of a newer version, written back as they were

    def __post_init__(self) -> None:
        smallest, largest = ZOOM_PERCENT
        checks = (
            (self.appearance in APPEARANCES, f"the appearance must be one of {', '.join(APPEARANCES)}"),
            (self.send_with in SEND_KEYS, f"the key that sends must be one of {', '.join(SEND_KEYS)}"),
            (smallest <= self.zoom_percent <= largest, f"the size must lie between {smallest} % and {largest} %"),
            (self.lock_after_minutes >= 0, "the minutes until the lock must be 0 or more"),
        )
        for holds, rule in checks:
            if not holds:
                raise SettingsError(f"This setting cannot be used: {rule}.", "Change it and try again.")


class SettingsFile:
    """settings.json."""

    def __init__(self, path: Path) -> None:
        self._file = JsonFile(path, VERSION, "The settings file")

    def load(self) -> tuple[Settings, str]:
        """The settings, and a warning for the person ("" where all is well). A wrong file is set aside."""
        values, warning = self._file.read()
        try:
            return _settings(values), warning
        except (SettingsError, TypeError, ValueError):
            return Settings(), self._file.set_aside("damaged")

    def save(self, settings: Settings) -> None:
        """Raises SettingsError."""
        known = {name: getattr(settings, name) for name in (*_PLAIN, "shortcuts")}
        known["shortcuts"] = dict(settings.shortcuts)
        sampling = {f.name: getattr(settings.sampling, f.name) for f in fields(SamplingSettings)}
        known["sampling"] = sampling | {"stop": list(settings.sampling.stop)}
        if settings.system:
            known["system"] = settings.system
        self._file.write({**settings.unknown, **known})


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _text_or_none(value: object, name: str) -> str | None:
    return None if value is None else _text(value, name)


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(name)
    return value


def _yes_or_no(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(name)
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    """Those of a newer version stay; they find nothing here."""
    if not isinstance(value, list):
        raise TypeError(name)
    return tuple(_text(kind, name) for kind in value)


_PLAIN: dict[str, Callable[[object, str], object]] = {
    "backend": _text_or_none,
    "model_id": _text_or_none,
    "adapter": _text_or_none,
    "appearance": _text,
    "zoom_percent": _whole,
    "send_with": _text,
    "language": _text,
    "shows_tray": _yes_or_no,
    "lock_after_minutes": _whole,
    "is_first_run_done": _yes_or_no,
    "sidebar_is_shown": _yes_or_no,
    "window_geometry": _text,
    "panel_place": _text,
    "looks_for_updates": _yes_or_no,
    "release_feed": _text,
    "update_looked_on": _text,
    "redacts": _yes_or_no,
    "redacted_kinds": _texts,
    "checks_spelling": _yes_or_no,
    "spelling_languages": _texts,
}


def _settings(values: Mapping[str, Any]) -> Settings:
    """Raises TypeError, ValueError or SettingsError for a value of the wrong kind."""
    left = dict(values)
    left.pop("version", None)
    changes: dict[str, Any] = {name: check(left.pop(name), name) for name, check in _PLAIN.items() if name in left}
    changes["system"] = _text_or_none(left.pop("system", ""), "system") or ""
    changes["sampling"] = _sampling(left.pop("sampling", {}))
    changes["shortcuts"] = _shortcuts(left.pop("shortcuts", {}))
    return Settings(**changes, unknown=left)


def _shortcuts(values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise TypeError("shortcuts")
    return {_text(name, "shortcuts"): _text(keys, "shortcuts") for name, keys in values.items()}


def _sampling(values: object) -> SamplingSettings:
    if not isinstance(values, dict):
        raise TypeError("sampling")
    changes: dict[str, Any] = {}
    for spec in fields(SamplingSettings):
        if spec.name not in values:
            continue
        value = values[spec.name]
        if spec.name == "stop":
            if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
                raise TypeError("stop")
            changes["stop"] = tuple(value)
        elif spec.name == "seed" and value is None:
            changes["seed"] = None
        elif isinstance(value, bool) or not isinstance(value, int if spec.type in (int, int | None) else (int, float)):
            raise TypeError(spec.name)
        else:
            changes[spec.name] = value
    return replace(CHAT_SAMPLING, **changes)
