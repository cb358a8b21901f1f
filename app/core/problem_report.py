"""A report on a problem, for a person to read, cut and hand on by themselves: nothing here sends anything.

Its parts are chosen by what they may hold: versions, the system, settings without names and words, log lines in the
form that the app writes; and all of it is cleaned (report_cleaning.py). English: whoever reads the report may not read
the person's language.
"""

import json
import os
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from app.core.report_cleaning import Cleaner, Kind, Private, Section, clean_log
from app.core.updates import this_version
from app.domain.backend import Backend
from app.storage.app_log import last_lines
from app.storage.paths import DataFolder
from app.storage.settings import Settings

LOG_LINES = 200
_PACKAGES = ("PySide6-Essentials", "torch", "transformers", "tokenizers", "numpy", "httpx", "sqlcipher3-wheels")
# Fields of the backend's events (cloud_backend/server/eventlog.py) that name neither a model nor a session.
_EVENT_FIELDS = (
    *("time", "level", "event", "code", "limit", "phase", "exception", "logger", "duration_s", "positions", "taps"),
    *("steps", "rows", "threads", "engine", "sessions", "stage", "fraction"),
)
_PLAIN_VALUE = re.compile(r"[\w .,()/+-]{0,80}")


def collect(
    folder: DataFolder, settings: Settings, backends: Sequence[Backend], crash: str = "", facts: Sequence[str] = ()
) -> tuple[Section, ...]:
    """All parts. crash: kind and places (where_it_failed). facts: of the screen, from who knows it. Reads files."""
    cleaner = Cleaner(Private.of_this_computer(folder, backends, settings.release_feed))
    crashed = clean_log(f"caused by {crash}".splitlines() if crash else (), cleaner)
    log = clean_log(last_lines(folder.logs / "app.log", LOG_LINES), cleaner)
    return tuple(
        section
        for section in (
            Section("versions", "\n".join(_versions())),
            _cleaned("system", (*_system(), *facts), cleaner),
            Section("settings", "\n".join(_settings(settings, len(backends)))),
            Section("crash", crashed.text, crashed.removed),
            log,
            _backend_log(last_lines(folder.logs / "backend.log", LOG_LINES), cleaner),
        )
        if section.text or section.removed
    )


def whole_text(sections: Sequence[Section]) -> str:
    """What is copied or saved: exactly this."""
    return "\n\n".join(f"== {section.name} ==\n{section.text}" for section in sections) + "\n" if sections else ""


def _cleaned(name: str, lines: Iterable[str], cleaner: Cleaner) -> Section:
    removed: Counter[Kind] = Counter()
    return Section(name, "\n".join(cleaner.clean(line, removed) for line in lines), +removed)


def _backend_log(lines: Iterable[str], cleaner: Cleaner) -> Section:
    """Events of the built-in backend; a line that is none is left out and counted."""
    removed: Counter[Kind] = Counter()
    kept = []
    for line in lines:
        try:
            event = dict(json.loads(line))
            parts = [f"{name}={event[name]}" for name in _EVENT_FIELDS if name in event]
        except (ValueError, TypeError, RecursionError):
            removed[Kind.LINE] += 1
            continue
        plain = (part for part in parts if _PLAIN_VALUE.fullmatch(part.partition("=")[2]))
        kept.append(cleaner.clean(" ".join(plain), removed))
    return Section("backend log", "\n".join(kept), +removed)


def _versions() -> Iterable[str]:
    yield f"Nearhalf {this_version()}"
    yield f"Python {platform.python_version()} ({platform.python_implementation()})"
    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} is not installed"


def _system() -> Iterable[str]:
    yield f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} processors"
    yield f"Python of {sys.platform}, {platform.architecture()[0]}"


def _settings(chosen: Settings, backends: int) -> Iterable[str]:
    """Numbers and choices from lists; never a name, a path or a text that the person typed."""
    sampling = chosen.sampling
    yield f"backend: {'the built-in one' if chosen.backend is None else 'one of their own'}, of {backends} added"
    yield f"model: {'the first' if chosen.model_id is None else 'chosen'}"
    yield f"adapter: {'yes' if chosen.adapter else 'no'}"
    yield f"appearance: {chosen.appearance}, {chosen.zoom_percent} %, language {chosen.language or 'of the system'}"
    yield f"sends with: {chosen.send_with}; keys changed: {len(chosen.shortcuts)}; tray: {_yes(chosen.shows_tray)}"
    yield f"locks after: {chosen.lock_after_minutes} minutes; redaction: {_yes(chosen.redacts)}"
    yield f"sampling: temperature {sampling.temperature}, top_p {sampling.top_p}, stop strings {len(sampling.stop)}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
