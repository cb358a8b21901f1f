"""The app's own log: bounded, and without content by its form, whoever writes to it.

Of our own loggers' messages stand: the words in the source, numbers, single words (a kind of error, a thread's name)
and places in the code. Anything else that is filled in, and what a message quotes, is blanked. Of a library's record
only its place and level are kept. Of an exception only its kind and the places it passed.
"""

import logging
import logging.handlers
import re
from pathlib import Path

from app.domain.errors import where_it_failed

NAME = "app.log"
LIMIT_BYTES = 2**20
MESSAGE_CHARACTERS = 4_000
QUOTED = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|\"[^\"\n]*\"|“[^”\n]*”|‘[^’\n]*’|`[^`\n]*`")
BLANK = "'…'"
LIBRARY = "(a library's message)"
_WORD = re.compile(r"[\w.<>/:-]{1,80}")
_TRACE = re.compile(r"[\w.<>]+(?:\n(?:  .+:\d+ in [\w.<>]+|caused by [\w.<>]+)?)*")  # what where_it_failed gives
_OURS = ("app", "cloud_backend", "nearhalf")


class ContentFreeFormatter(logging.Formatter):
    """`2026-11-23 10:11:12,131 LEVEL logger: message`; further lines of one record begin with two spaces or a kind."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        is_ours = record.name.split(".")[0] in _OURS
        try:
            words = _message(record) if is_ours else LIBRARY
        except (TypeError, ValueError):  # a record whose words and values do not fit
            words = LIBRARY
        words = QUOTED.sub(BLANK, words)[:MESSAGE_CHARACTERS]
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {words}"
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        return line if error is None else f"{line}: {where_it_failed(error)}"


def _message(record: logging.LogRecord) -> str:
    """Raises TypeError or ValueError where words and values do not fit."""
    if not record.args or not isinstance(record.args, tuple):
        return str(record.msg)
    return str(record.msg) % tuple(_plain(value) for value in record.args)


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return text if _WORD.fullmatch(text) or _TRACE.fullmatch(text) else BLANK


def start_logging(folder: Path) -> None:
    """Everything from INFO on goes to `folder`/app.log; at its limit it begins anew, and one older part is kept."""
    handler = logging.handlers.RotatingFileHandler(
        folder / NAME, maxBytes=LIMIT_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(ContentFreeFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("httpx").setLevel(logging.WARNING)


def last_lines(path: Path, count: int, limit_bytes: int = 256 * 2**10) -> list[str]:
    """The latest lines of a log, at most `count`; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - limit_bytes))
            data = file.read()
    except OSError:
        return []
    lines = data.decode("utf-8", "replace").splitlines()
    return (lines[1:] if size > limit_bytes else lines)[-count:]
