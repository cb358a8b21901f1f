"""Cuts a message into segments that can be read, laid out and forgotten one by one, while it is still being written.

A border stands only where what comes later cannot change what stands before: at a blank line outside of fences and
lists, at the fences of code, at a heading, at the next item of an outermost list. Where it is unsure, there is none.
Lines are judged once, when they are complete, so feeding a message in any pieces gives the same segments, and the work
for a piece does not depend on what came before it. What stands between two borders and is longer than a frame allows
is plain text; that and long code are cut into pieces, in the midst of a line if need be. Nothing here is quadratic.
"""

import re
from dataclasses import dataclass
from enum import Enum

from app.ui.chat.blocks import Block, Code, Plain
from app.ui.chat.characters import shown, shown_code
from app.ui.chat.markdown import language_of, parse


class Kind(Enum):
    MARKDOWN = "markdown"
    CODE = "code"
    PLAIN = "plain"


LIMIT = 8000  # characters of Markdown between two borders: about 8 ms to read
LIMIT_LINES = 160
PIECE = 3000  # characters of a piece of plain text or code, at the next line end
PIECE_LINES = 80
LONGEST = 4000  # of a piece, whatever the lines are
LONG_LINE = 6000  # a line is judged by its beginning once it is longer
SHORT = 200  # fences, rules and headings are no longer than this, or are not taken for one

_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_HALF_FENCE = re.compile(r" {0,3}(`+|~+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_MARKER = re.compile(r"( *)([-+*]|(\d{1,9})([.)]))([ \t]+|$)")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_DISPLAY = re.compile(r" {0,3}(?:\$\$|\\\[)")


@dataclass(slots=True)
class Segment:
    """`start`, `end`: characters of the message. `number`: of its list item, counted from where its list began."""

    kind: Kind
    start: int
    end: int = -1
    number: int | None = None
    indent: int = 0  # of the fence: taken off each line
    language: str = ""
    is_first: bool = True
    is_last: bool = True
    continues: bool = False  # begins within a line
    is_item: bool = False  # of an outermost list

    def blocks(self, text: str) -> tuple[Block, ...]:
        """What stands here in `text`, the whole message."""
        source = text[self.start : self.end]
        if self.kind is Kind.MARKDOWN:
            return parse(source, self.number)
        if self.kind is Kind.PLAIN:
            return (Plain(shown(source.removesuffix("\n")), self.continues, self.is_first),)
        if self.indent:
            source = "\n".join(_outdented(line, self.indent) for line in source.split("\n"))
        source = shown_code(source.removesuffix("\n"))
        return (Code(source, self.language, self.is_first, self.is_last, self.continues),)


def _outdented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip(" "))) :]


def normalised(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Segments:
    """The segments of a message as it grows. `feed` takes its next piece, `finish` its end."""

    def __init__(self, text: str = "", *, is_plain: bool = False, is_complete: bool = True) -> None:
        self.text = ""
        self.closed: list[Segment] = []
        self._is_plain = is_plain
        self._segment = Segment(Kind.PLAIN if is_plain else Kind.MARKDOWN, 0)
        self._line_start = 0  # of the first line that is not complete
        self._is_line_judged = False
        self._lines = 0  # in the segment
        self._waits_for_feed = ""  # a carriage return whose line feed may follow
        self._fence = ""
        self._list_width = 0  # columns in which the content of the outermost list's item begins; 0: in no list
        self._list_kind = ""
        self._number: int | None = None
        self._was_blank = True
        self._was_heading = False
        self._is_unsure = False  # whether the list goes on
        self._closing = ""  # what ends the maths that began, on lines of its own
        if text:
            self.feed(text)
        if is_complete:
            self.finish()

    def feed(self, piece: str) -> None:
        piece = self._waits_for_feed + piece
        self._waits_for_feed = "\r" if piece.endswith("\r") else ""
        self.text += normalised(piece.removesuffix("\r"))
        self._scan()

    def finish(self) -> None:
        """Nothing follows: the last line is complete."""
        if self._waits_for_feed:
            self._waits_for_feed = ""
            self.text += "\n"
            self._scan()
        if self._line_start < len(self.text):
            self._take_line(self._line_start, len(self.text))
            self._line_start = len(self.text)

    @property
    def is_in_code(self) -> bool:
        """Whether a fence is open."""
        return bool(self._fence)

    def tail(self) -> Segment | None:
        """What follows the closed segments, as it stands now; None where that is nothing."""
        segment, end = self._segment, len(self.text)
        if self._fence and not self._is_line_judged and _HALF_FENCE.match(self.text[self._line_start : end]):
            end = self._line_start  # may become the fence that ends the block
        if segment.start >= end and not (segment.kind is Kind.CODE and segment.is_first):
            return None
        return Segment(
            segment.kind, segment.start, end, segment.number, segment.indent, segment.language, segment.is_first, True,
            segment.continues, segment.is_item,
        )  # fmt: skip

    def all(self) -> list[Segment]:
        tail = self.tail()
        return [*self.closed, tail] if tail is not None else list(self.closed)

    # Lines

    def _scan(self) -> None:
        text, start = self.text, self._line_start
        while (end := text.find("\n", start)) >= 0:
            self._take_line(start, end + 1)
            start = self._line_start = end + 1
            self._is_line_judged = False
        if len(text) - start > LONG_LINE or self._is_line_judged:
            if not self._is_line_judged:
                self._judge(start, text[start : start + SHORT + 1])
                self._is_line_judged = True
            self._limit(len(text))
        elif self._segment.kind is not Kind.MARKDOWN:
            self._cut_within_line(len(text))

    def _take_line(self, start: int, end: int) -> None:
        if not self._is_line_judged:
            self._judge(start, self.text[start : min(end, start + SHORT + 1)].rstrip("\n"))
        self._is_line_judged = False
        if self._segment.start > start:  # the line ended a block of code
            return
        self._lines += 1
        self._limit(end)
        if self._segment.kind is not Kind.MARKDOWN:
            long = end - self._segment.start >= PIECE or self._lines >= PIECE_LINES
            if long and end > self._segment.start:
                self._cut(end, continues=False)

    def _limit(self, end: int) -> None:
        """Markdown that has grown too long becomes plain text."""
        if self._segment.kind is Kind.MARKDOWN:
            if end - self._segment.start <= LIMIT and self._lines <= LIMIT_LINES:
                return
            self._segment.kind = Kind.PLAIN
            self._segment.number = None
        self._cut_within_line(end)

    def _cut_within_line(self, end: int) -> None:
        while end - self._segment.start > LONGEST:
            self._cut(self._segment.start + LONGEST, continues=True)

    def _cut(self, at: int, *, continues: bool) -> None:
        old = self._segment
        old.end, old.is_last = at, False
        self.closed.append(old)
        self._segment = Segment(
            old.kind, at, indent=old.indent, language=old.language, is_first=False,
            continues=continues and self.text[at - 1] != "\n",
        )  # fmt: skip
        self._lines = 0

    def _begin(self, kind: Kind, at: int) -> None:
        """A border at `at`."""
        old = self._segment
        if old.start < at or (old.kind is Kind.CODE and old.is_first):
            old.end, old.is_last = at, True
            self.closed.append(old)
        elif old.kind is Kind.CODE and self.closed and self.closed[-1].kind is Kind.CODE:
            self.closed[-1].is_last = True
        self._segment = Segment(kind, at)
        self._lines = 0

    def _judge(self, start: int, line: str) -> None:
        """Decide by its beginning whether a border stands before the line."""
        if self._is_plain:
            return
        is_short = len(line) <= SHORT
        if self._fence:
            self._judge_code(start, line, is_short)
            return
        if not line.strip(" \t"):
            self._was_blank, self._was_heading, self._closing = True, False, ""
            return
        text = line.lstrip(" \t")
        indent = len(line[: len(line) - len(text)].expandtabs(4))
        fence = _FENCE.match(line) if is_short else None
        if fence is not None and (self._list_width == 0 or indent < (1 if self._is_unsure else self._list_width)):
            self._open_fence(start, fence)
            return
        if self._closing:
            if line.rstrip().endswith(self._closing):
                self._closing = ""
            return
        self._judge_text(start, line, text, indent, is_short)
        if self._list_width == 0 and _DISPLAY.match(line):
            closing = "$$" if text.startswith("$$") else "\\]"
            self._closing = "" if is_short and len(text.rstrip()) > 3 and text.rstrip().endswith(closing) else closing
        self._was_blank = False

    def _judge_code(self, start: int, line: str, is_short: bool) -> None:
        closing = line.strip(" \t")
        is_fence = is_short and len(closing) >= len(self._fence) and not closing.strip(self._fence[0])
        if is_fence and len(line) - len(line.lstrip(" ")) <= 3:
            self._fence = ""
            self._was_blank, self._was_heading = True, False
            after = self.text.find("\n", start) + 1 or len(self.text)
            self._begin(Kind.MARKDOWN, start)
            self._segment.start = after

    def _open_fence(self, start: int, fence: re.Match[str]) -> None:
        self._begin(Kind.CODE, start)
        self._fence = fence.group(2)
        self._segment.indent = len(fence.group(1))
        self._segment.language = language_of(fence.group(3))
        self._segment.start = self.text.find("\n", start) + 1 or len(self.text)
        self._list_width, self._is_unsure, self._closing = 0, False, ""

    def _judge_text(self, start: int, line: str, text: str, indent: int, is_short: bool) -> None:
        marker = _MARKER.match(line) if indent <= 3 else None
        if marker is not None and "\t" in line[: marker.end()]:
            marker = None  # columns are not characters there
            self._is_unsure = self._is_unsure or self._list_width > 0
        is_rule = is_short and _RULE.match(line) is not None
        is_heading = is_short and _HEADING.match(line) is not None
        is_after_heading, self._was_heading = self._was_heading, is_heading
        if self._list_width and (indent >= self._list_width or (self._is_unsure and not self._ends_list(indent, line))):
            return
        if is_heading or is_after_heading or (is_rule and self._list_width and not self._is_unsure):
            if indent <= 3 or not is_after_heading:
                self._begin_text(start)
            if marker is not None and not is_rule:
                self._begin_item(start, marker, line)
        elif marker is not None and not is_rule:
            self._judge_marker(start, marker, line)
        elif self._list_width:
            if self._was_blank:
                self._begin_text(start)
            else:
                self._is_unsure = True  # the item's last paragraph goes on, or the list is over
        elif self._was_blank and indent <= 3:
            self._begin_text(start)

    def _ends_list(self, indent: int, line: str) -> bool:
        return self._was_blank and indent == 0 and _MARKER.match(line) is None

    def _begin_text(self, start: int) -> None:
        self._begin(Kind.MARKDOWN, start)
        self._list_width, self._is_unsure, self._number = 0, False, None

    def _judge_marker(self, start: int, marker: re.Match[str], line: str) -> None:
        has_content = bool(line[marker.end() :].strip())
        may_interrupt = has_content and marker.group(3) in (None, "1")
        if self._list_width or self._was_blank or may_interrupt:
            self._begin_item(start, marker, line)
        elif marker.group(3) is not None and has_content:
            self._list_width, self._is_unsure = marker.end(), True

    def _begin_item(self, start: int, marker: re.Match[str], line: str) -> None:
        content = line[marker.end() :]
        spaces = len(marker.group(5))
        width = marker.end() if content.strip() and spaces <= 4 else marker.end() - spaces + 1
        kind = marker.group(4) or marker.group(2)
        goes_on = self._list_width > 0 and kind == self._list_kind
        self._begin(Kind.MARKDOWN, start)
        self._list_width, self._list_kind, self._is_unsure = width, kind, False
        if marker.group(3) is None:
            self._number = None
        else:
            self._number = self._number + 1 if goes_on and self._number is not None else int(marker.group(3))
        self._segment.number, self._segment.is_item = self._number, True


def read(text: str) -> tuple[Block, ...]:
    """The blocks of a whole message."""
    segments = Segments(text)
    return tuple(block for segment in segments.all() for block in segment.blocks(segments.text))
