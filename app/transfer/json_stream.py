"""A JSON text read piece by piece: a list of chats is never in memory as a whole.

The caller walks the outer list or object (`each`, `pairs`); each value inside is decoded at once, by the standard
library, from a buffer that doubles until the value fits. So a history of gigabytes needs as much memory as its largest
chat. Raises SettingsError on what is no JSON, on what is nested too deeply and on a value beyond the limit.
"""

import json
import re
from collections.abc import Iterator
from typing import TextIO

from app.domain.errors import SettingsError

CHUNK_CHARACTERS = 2**20
LIMIT_CHARACTERS = 2**28  # of one value: a chat
NEAR_THE_END = 16  # a literal or escape that is cut there ("-Infinity", "\\ud83d\\ude0") fails a little before the end
_NO_SPACE = re.compile("[^ \\t\\r\\n\\ufeff]")


NO_JSON = "This file is damaged, or no export of chats."
CUT = "This file is damaged: it ends too early."
EMPTY = "This file is empty."
TOO_DEEP = "This file is damaged: it is nested too deeply."


def damaged(what: str) -> SettingsError:
    return SettingsError(what, "Download or export it again, and import the new file.")


class JsonStream:
    """One text, from its beginning."""

    def __init__(self, text: TextIO, limit_characters: int = LIMIT_CHARACTERS) -> None:
        self._text = text
        self._limit_characters = limit_characters
        self._buffer = ""
        self._at = 0
        self._has_ended = False
        # strict=False: line breaks inside strings are no reason to lose a history
        self._decoder = json.JSONDecoder(strict=False, parse_int=_whole)

    def peek(self) -> str:
        """The next character that is no space; "" at the end. Reads on by itself."""
        while (found := _NO_SPACE.search(self._buffer, self._at)) is None:
            self._at = len(self._buffer)
            if not self._read_on():
                return ""
        self._at = found.start()
        return found[0]

    def value(self) -> object:
        """Decode one whole value."""
        if not self.peek():
            raise damaged(CUT)
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise damaged(TOO_DEEP) from error
            except json.JSONDecodeError as error:
                self._read_on_or_fail(error)
                continue
            is_closed = self._buffer[end - 1] in '}]"'
            if not is_closed and end >= len(self._buffer) - NEAR_THE_END and self._read_on():
                continue  # a number may go on: "0" of a "0.5" that is cut
            self._at = end
            return found

    def each(self) -> Iterator[object]:
        """The values of a list, one by one."""
        self._take("[")
        while self._goes_on("]"):
            yield self.value()

    def pairs(self) -> Iterator[str]:
        """The names in an object; after each, the caller takes its value with `value` or `each`."""
        self._take("{")
        while self._goes_on("}"):
            name = self.value() if self.peek() == '"' else None
            if not isinstance(name, str):
                raise damaged(NO_JSON)
            self._take(":")
            yield name

    def _goes_on(self, end: str) -> bool:
        """Whether another entry follows, its comma taken."""
        found = self.peek()
        if found == end:
            self._at += 1
            return False
        if found == ",":
            self._at += 1
            return self.peek() != end or self._goes_on(end)
        if found in ("", ":", "]", "}"):
            raise damaged(CUT if not found else NO_JSON)
        return True

    def _take(self, expected: str) -> None:
        found = self.peek()
        if found != expected:
            raise damaged(NO_JSON if found else CUT)
        self._at += 1

    def _read_on_or_fail(self, error: json.JSONDecodeError) -> None:
        is_cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._buffer) - NEAR_THE_END
        if not is_cut:
            raise damaged(NO_JSON) from error
        if not self._read_on():
            raise damaged(CUT) from error

    def _read_on(self) -> bool:
        """Another piece into the buffer, as long as what it holds already; what has been taken is let go."""
        if self._has_ended:
            return False
        kept = self._buffer[self._at :]
        if len(kept) > self._limit_characters:
            raise SettingsError(
                "One chat in this file is too large to be read.",
                "Export fewer chats at once, or without their files, and import that.",
            )
        piece = self._text.read(max(CHUNK_CHARACTERS, len(kept)))
        if not piece:
            self._has_ended = True
            return False
        self._buffer, self._at = kept + piece, 0
        return True


def _whole(digits: str) -> int | float:
    """Python refuses numbers of thousands of digits, with an error of another kind; no number here needs them."""
    return int(digits) if len(digits) <= 30 else float("nan")
