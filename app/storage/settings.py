"""The person's choices, kept between starts. No secrets (secrets.py) and no text of a chat.

A key that this version does not know is kept and written back: an older app does not take a newer one's settings away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from app.domain.errors import SettingsError
from app.domain.sampling import SamplingSettings
from app.storage.json_file import JsonFile

VERSION = 1

# What SmolLM2's authors recommend for chatting (the model card's example); temperature 0 is greedy.
CHAT_SAMPLING = SamplingSettings(temperature=0.2, top_p=0.9)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the window and the terminal start from. None: the built-in backend, its first model, no adapter."""

    backend: str | None = None  # a name in backends.json
    model_id: str | None = None
    adapter: str | None = None  # a file's path
    system: str = ""
    sampling: SamplingSettings = CHAT_SAMPLING
    unknown: Mapping[str, Any] = field(default_factory=dict)  # keys of a newer version, written back as they were


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
        sampling = {f.name: getattr(settings.sampling, f.name) for f in fields(SamplingSettings)}
        known = {
            "backend": settings.backend,
            "model_id": settings.model_id,
            "adapter": settings.adapter,
            "system": settings.system,
            "sampling": sampling | {"stop": list(settings.sampling.stop)},
        }
        self._file.write({**settings.unknown, **known})


def _settings(values: Mapping[str, Any]) -> Settings:
    """Raises TypeError, ValueError or SettingsError for a value of the wrong kind."""
    left = dict(values)
    left.pop("version", None)
    names = {name: _text_or_none(left.pop(name, None), name) for name in ("backend", "model_id", "adapter")}
    system = _text_or_none(left.pop("system", ""), "system") or ""
    sampling = _sampling(left.pop("sampling", {}))
    return Settings(**names, system=system, sampling=sampling, unknown=left)


def _text_or_none(value: object, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(name)
    return value


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
