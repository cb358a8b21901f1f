"""Where the characters of one paragraph's Markdown stand in its source: the parser's tokens, followed mark by mark.

Each child of the parser's inline token is found where the one before it ended: text with its escapes and entities,
emphasis, code, links, formulas, line breaks. What is not known here raises, and nothing is claimed of the paragraph.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

from app.ui.chat.characters import is_safe_address, shown, shown_code
from app.ui.chat.markdown import picture_words

OBJECT = "\ufffc"  # stands for a formula
_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKS = ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters `start` to `end` of the source are drawn as `text`; one by one where it is exact.

    tex: of a formula. begins_cell: in a table.
    """

    start: int
    end: int
    text: str
    is_exact: bool = True
    tex: str = ""
    begins_cell: bool = False


Runs = tuple[Run, ...]


class _Unknown(Exception):
    """A way of writing that is not followed here."""


def inline_runs(token: Token, places: Sequence[int]) -> Runs | None:
    """Of an inline token; None where they are not known. places: where each character of its content stands."""
    try:
        return tuple(_Inline(token.content, places).runs(token.children or []))
    except _Unknown:
        return None


class _Inline:
    """Goes through the source of one paragraph, child by child."""

    def __init__(self, source: str, places: Sequence[int]) -> None:
        self._source, self._places = source, places
        self._at = 0
        self._unsafe = ""

    def runs(self, children: Sequence[Token]) -> Iterator[Run]:
        is_automatic = False
        for child in children:
            if child.type == "text":
                yield from self._text(child.content)
            elif child.type in _MARKS:
                self._take(child.markup)
            elif child.type == "code_inline":
                yield self._code(child)
            elif child.type in ("softbreak", "hardbreak"):
                yield self._line_end()
            elif child.type == "link_open":
                is_automatic = child.markup == "autolink"
                target = str(child.attrGet("href") or "")
                self._unsafe = "" if is_safe_address(target) else target
                self._take("<" if is_automatic else "[")
            elif child.type == "link_close":
                begin = self._at
                self._take(">") if is_automatic else self._address()
                if self._unsafe:
                    yield self._run(begin, f" ({shown(self._unsafe)})", is_exact=False)
                    self._unsafe = ""
            elif child.type in ("math_inline", "math_inline_double"):
                yield self._formula(child)
            elif child.type == "image":
                begin = self._at
                self._take(f"![{child.content}")
                self._address()
                yield self._run(begin, picture_words(child), is_exact=False)
            else:
                raise _Unknown
        if self._source[self._at :].strip():
            raise _Unknown

    def _run(self, begin: int, text: str, *, is_exact: bool = True, tex: str = "") -> Run:
        return Run(self._places[begin], self._places[self._at - 1] + 1, text, is_exact, tex)

    def _take(self, words: str) -> None:
        if not self._source.startswith(words, self._at):
            raise _Unknown
        self._at += len(words)

    def _text(self, text: str) -> Iterator[Run]:
        """Characters as they are, escaped with a backslash, or as entities."""
        done = 0
        while done < len(text):
            begin, first = self._at, done
            while done < len(text) and self._is_plain(text[done]):
                self._at, done = self._at + 1, done + 1
            if done > first:
                drawn = shown(text[first:done])
                yield self._run(begin, drawn, is_exact=drawn == text[first:done])
                continue
            entity = _ENTITY.match(self._source, self._at)
            meant = html.unescape(entity.group()) if entity is not None else ""
            if entity is not None and text.startswith(meant, done):
                self._at, done = entity.end(), done + len(meant)
                yield self._run(begin, shown(meant), is_exact=False)
            elif self._source[self._at : self._at + 2] == f"\\{text[done]}":
                self._at, done = self._at + 2, done + 1
                yield self._run(begin, text[done - 1], is_exact=False)
            else:
                raise _Unknown

    def _is_plain(self, sign: str) -> bool:
        """Whether it stands here for itself."""
        source, at = self._source, self._at
        if at >= len(source) or source[at] != sign:
            return False
        if sign == "\\" and source[at + 1 : at + 2] == "\\":
            return False
        entity = _ENTITY.match(source, at) if sign == "&" else None
        return entity is None or html.unescape(entity.group()) == entity.group()

    def _code(self, child: Token) -> Run:
        self._take(child.markup)
        mark = re.escape(child.markup)
        closing = re.compile(rf"(?<!`){mark}(?!`)").search(self._source, self._at)
        if closing is None:
            raise _Unknown
        inner = self._source[self._at : closing.start()].replace("\n", " ")
        lead = 1 if inner != child.content and inner[1:-1] == child.content else 0
        if not lead and inner != child.content:
            raise _Unknown
        begin = self._at + lead
        self._at = begin + len(child.content)
        drawn = shown_code(child.content).replace("\n", " ")
        has_lines = "\n" in self._source[begin : self._at]
        run = self._run(begin, drawn, is_exact=drawn == child.content and not has_lines)
        self._at = closing.end()
        return run

    def _line_end(self) -> Run:
        while self._source[self._at : self._at + 1] in (" ", "\t", "\\"):
            self._at += 1
        begin = self._at
        self._take("\n")
        run = self._run(begin, "\n")
        while self._source[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        return run

    def _address(self) -> None:
        """From the bracket that ends a link's words to the end of the link."""
        self._take("](")
        source, end = self._source, len(self._source)
        self._skip_space()
        if source[self._at : self._at + 1] != ")":
            found = parseLinkDestination(source, self._at, end)
            if not found.ok:
                raise _Unknown
            self._at = found.pos
            self._skip_space()
            if source[self._at : self._at + 1] != ")":
                title = parseLinkTitle(source, self._at, end)
                if not title.ok:
                    raise _Unknown
                self._at = title.pos
                self._skip_space()
        self._take(")")

    def _skip_space(self) -> None:
        while self._source[self._at : self._at + 1] in (" ", "\t", "\n"):
            self._at += 1

    def _formula(self, child: Token) -> Run:
        begin, source = self._at, self._source
        opening = next((each for each in ("$$", "$", "\\(", "\\[") if source.startswith(each, begin)), "")
        closing = {"\\(": "\\)", "\\[": "\\]"}.get(opening, opening)
        if not opening or not source.startswith(f"{child.content}{closing}", begin + len(opening)):
            raise _Unknown
        self._at = begin + len(opening) + len(child.content) + len(closing)
        tex = shown(child.content).replace("\n", " ").strip()
        return self._run(begin, OBJECT, is_exact=False, tex=tex)
