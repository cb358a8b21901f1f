"""Takes out of a report what could say who or where somebody is, and counts it by kind. Knows words, no files.

Two ways, both on every line: what is known of this computer (folders, names, hosts, tokens), and forms (paths,
addresses, long codes, quoted words). Rather too much than too little: a report can be read without any of it.
"""

import getpass
import os
import platform
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from app.domain.backend import Backend
from app.storage.app_log import QUOTED
from app.storage.paths import DataFolder

_ENDINGS = "py|json|db|nhl|nhb|log|key|zip|pem|toml|safetensors|gguf|so|dll|dylib"  # files, not hosts
_ROOT = Path(__file__).resolve().parents[2]
_LOG_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ )([\w.-]+): (.*)")
_FRAME = re.compile(r"  (.+):(\d+) in ([\w.<>]+)")
_CAUSE = re.compile(r"caused by [A-Za-z_][\w.]*(?:<locals>[\w.]*)?")


class Kind(StrEnum):
    """What is taken out."""

    FOLDER = "folder or file"
    USER = "user name"
    COMPUTER = "this computer's name"
    HOST = "host or address"
    BACKEND = "backend's name"
    SECRET = "token, key or code"  # noqa: S105 - a name, not one
    MAIL = "mail address"
    QUOTED = "quoted words"
    LINE = "line in an unknown form"


_MARKS = {kind: chr(0xE000 + number) for number, kind in enumerate(Kind)}  # no rule finds anything in a mark


@dataclass(frozen=True, slots=True)
class Section:
    """name: versions, system, settings, log, backend log, crash. removed: how often each kind was taken out of it."""

    name: str
    text: str
    removed: Counter[Kind] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Private:
    """What is known to say who or where somebody is. Compared without regard to capitals."""

    folders: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    computers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @classmethod
    def of_this_computer(cls, folder: DataFolder, backends: Sequence[Backend], feed: str = "") -> "Private":
        home = Path.home()
        places = {str(place) for path in (folder.root, home, Path.cwd()) for place in (path, path.resolve())}
        return cls(
            folders=tuple(place for place in places if len(place) > 1),
            users=tuple({home.name, *_user_names()} - {""}),
            computers=tuple({platform.node(), platform.node().split(".")[0]} - {"", "localhost"}),
            hosts=tuple({host for url in (*(one.url for one in backends), feed) if (host := _host(url))}),
            backends=tuple(one.name for one in backends),
            secrets=tuple(one.token for one in backends if one.token),
        )


class Cleaner:
    """Takes out what must not be handed on, in an order in which nothing hides behind another mark."""

    def __init__(self, private: Private) -> None:
        def known(words: Iterable[str], form: str) -> str | None:
            """A pattern for any of the words, the longest first; `form` says what stands around them."""
            parts = sorted((re.escape(word) for word in set(words) if word), key=len, reverse=True)
            return f"(?i){form.format('|'.join(parts))}" if parts else None

        whole = r"(?<![^\W_])(?:{})(?![^\W_])"
        path = r"(?:file:/+)?(?:{})(?:[/\\]\S.*)?"  # to the end of the line: the name of a file may hold spaces
        rules: tuple[tuple[Kind, str | None], ...] = (
            (Kind.SECRET, known(private.secrets, "(?:{})")),
            (Kind.FOLDER, known(private.folders, path)),
            (Kind.QUOTED, QUOTED.pattern),
            (Kind.HOST, r"(?i)\b[a-z][a-z0-9+.-]*://[^\s,;)]+"),
            (Kind.MAIL, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
            (Kind.FOLDER, r"(?<![\w.])(?:/[^\s/]+/|[A-Za-z]:[\\/]|\\\\|~[/\\]).*"),
            (Kind.HOST, known(private.hosts, whole)),
            (Kind.BACKEND, known(private.backends, whole)),
            (Kind.COMPUTER, known(private.computers, whole)),
            (Kind.USER, known(private.users, whole)),
            (Kind.SECRET, r"(?i)\bbearer\s+\S+|\b[0-9a-f]{20,}\b"),
            (Kind.SECRET, r"(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{20,}"),
            (Kind.SECRET, r"\b(?:[A-Z0-9]{3,8}-){3,}[A-Z0-9]{3,8}\b"),
            (Kind.HOST, r"\b(?!127\.)(?:\d{1,3}\.){3}\d{1,3}\b|(?<![\w:])(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4}"),
            (Kind.HOST, rf"(?i)\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?!(?:{_ENDINGS})\b)[a-z]{{2,}}\b"),
        )
        self._rules = [(kind, re.compile(pattern)) for kind, pattern in rules if pattern is not None]

    def clean(self, text: str, removed: Counter[Kind]) -> str:
        """One line, or a few words."""
        for kind, pattern in self._rules:
            text, count = pattern.subn(_MARKS[kind], text)
            removed[kind] += count
        for kind, mark in _MARKS.items():
            text = text.replace(mark, f"[{kind.value}]")
        return text


def clean_log(lines: Iterable[str], cleaner: Cleaner) -> Section:
    """Lines of app.log: records, places in the code, causes. Any other line is left out and counted."""
    removed: Counter[Kind] = Counter()
    kept: list[str] = []
    for line in lines:
        if found := _LOG_LINE.fullmatch(line):
            kept.append(f"{found[1]}{found[2]}: {cleaner.clean(found[3], removed)}")
        elif found := _FRAME.fullmatch(line):
            kept.append(f"  {_place(found[1], removed)}:{found[2]} in {found[3]}")
        elif _CAUSE.fullmatch(line):
            kept.append(line)
        else:
            removed[Kind.LINE] += 1
    return Section("log", "\n".join(kept), +removed)


def _place(path: str, removed: Counter[Kind]) -> str:
    """A file of ours, of a library or of Python, without the folders above; of any other only its name."""
    plain = path.replace("\\", "/")
    for mark, short in (("/site-packages/", ""), (f"{_ROOT.as_posix()}/", ""), ("/lib/python3", "python3")):
        if mark in plain:
            removed[Kind.FOLDER] += 1
            return short + plain.partition(mark)[2]
    if "/" in plain:
        removed[Kind.FOLDER] += 1
    return plain.rpartition("/")[2]


def _user_names() -> set[str]:
    try:
        found = {getpass.getuser()}
    except (OSError, KeyError, ImportError):  # no such user, or no environment that says
        found = set()
    return found | {os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER")}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
