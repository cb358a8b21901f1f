"""The text of an HTML page. Scripts, styles, menus, forms and hidden elements go; nothing is run and nothing fetched.

A scanner of our own, over str.find: Python 3.11's HTMLParser takes quadratic time for tags that never end.
"""

import html
import re
from collections.abc import Iterator

from app.domain.notes import Left
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import tidied

_RAW = {"script": Left.SCRIPTS, "style": Left.SCRIPTS, "textarea": Left.FORMS}  # text up to their end, whatever it is
_GONE = {
    "noscript": Left.SCRIPTS, "template": Left.SCRIPTS, "svg": Left.IMAGES, "canvas": Left.IMAGES, "math": Left.IMAGES,
    "iframe": Left.EXTERNAL, "object": Left.EXTERNAL, "audio": Left.EXTERNAL, "video": Left.EXTERNAL,
    "nav": Left.FORMS, "form": Left.FORMS, "button": Left.FORMS, "select": Left.FORMS, "dialog": Left.FORMS,
}  # fmt: skip
_EXTERNAL = {"link", "embed", "source", "track", "frame"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track", "frame"}
_BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "ul", "ol", "dl", "dt", "dd", "table",
    "blockquote", "pre", "figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "address", "details", "summary",
    "body", "html", "head", "title", "hr", "fieldset",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_TAG = re.compile(r"[a-zA-Z][^\s/>]{0,100}")
_HIDDEN = re.compile(r"(?:^|\s)hidden(?:\s|=|/|$)|display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TAG_CHARACTERS = 2**13  # within it ">" in quotes does not end a tag
_MOST_GAPS = 2


def read_html(text: str, name: str, tally: Tally, limits: Limits = LIMITS) -> Draft:
    page = _Page(tally, limits)
    for kind, value, attributes in _tokens(text):
        if kind == "text":
            page.write(html.unescape(value))
        elif kind == "raw":
            page.raw(value)
        elif kind == "start":
            page.begin(value, attributes)
        else:
            page.end(value)
    return Draft(page.title or name, tidied(page.text()))


class _Page:
    def __init__(self, tally: Tally, limits: Limits) -> None:
        self._tally = tally
        self._limits = limits
        self._open: list[str] = []
        self._gone_at: int | None = None  # how deep the element lies with which all inside it goes
        self._out: list[str] = []
        self._line: list[str] = []
        self._title: list[str] = []

    @property
    def title(self) -> str:
        return _SPACE.sub(" ", "".join(self._title)).strip()[:200]

    def text(self) -> str:
        self._break(2)
        return "".join(self._out)

    def write(self, text: str) -> None:
        if self._gone_at is not None:
            return
        if self._open and self._open[-1] == "title":
            self._title.append(text)
        elif "pre" in self._open[-8:]:
            self._line.append(text)
        elif "head" not in self._open[-2:]:
            self._line.append(_SPACE.sub(" ", text))

    def raw(self, name: str) -> None:
        if self._gone_at is None:
            self._tally.left(_RAW[name])

    def begin(self, name: str, attributes: str) -> None:
        self._space(name, is_start=True)
        if name in _VOID:
            if self._gone_at is None:
                self._tally.left(Left.IMAGES, name == "img")
                self._tally.left(Left.EXTERNAL, name in _EXTERNAL)
            return
        if len(self._open) >= self._limits.html_deep:
            return
        self._open.append(name)
        if self._gone_at is None and (name in _GONE or _HIDDEN.search(attributes)):
            self._tally.left(_GONE.get(name, Left.HIDDEN))
            self._gone_at = len(self._open)
        elif self._gone_at is None and name == "a" and "href" in attributes:
            self._tally.left(Left.ADDRESSES)

    def end(self, name: str) -> None:
        self._space(name, is_start=False)
        if name in self._open:
            while self._open.pop() != name:
                pass
            if self._gone_at is not None and len(self._open) < self._gone_at:
                self._gone_at = None

    def _space(self, name: str, *, is_start: bool) -> None:
        if self._gone_at is not None:
            return
        if name == "br" or (name in ("li", "tr") and not is_start):
            self._break(1)
        elif name in _BLOCKS or (name == "li" and not self._line):
            self._break(1 if name in ("dt", "dd", "div") else 2)
        elif name in ("td", "th") and is_start and "".join(self._line).strip():
            self._line.append(" | ")
        if is_start and name == "li":
            self._break(1)
            self._line.append("- ")
        elif is_start and len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._line.append("#" * int(name[1]) + " ")

    def _break(self, lines: int) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not line.strip() or line.strip() == "-":
            if lines == 2 and self._out and not self._out[-1].endswith("\n\n"):
                self._out.append("\n")
            return
        is_code = "pre" in self._open[-8:]
        self._out.append((line.strip("\n") if is_code else re.sub(r" {2,}", " ", line).strip()) + "\n" * lines)


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """("text", text, ""), ("start", name, attributes), ("end", name, ""), ("raw", name, "") for a script or style."""
    at = 0
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text  # a few letters change their length
    while (open_at := text.find("<", at)) >= 0:
        yield "text", text[at:open_at], ""
        if text.startswith("<!--", open_at):
            at = _behind(text, "-->", open_at + 4)
            continue
        if text[open_at + 1 : open_at + 2] in ("!", "?"):
            at = _behind(text, ">", open_at)
            continue
        is_end = text[open_at + 1 : open_at + 2] == "/"
        found = _TAG.match(text, open_at + 1 + is_end)
        if found is None:
            yield "text", "<", ""
            at = open_at + 1
            continue
        name = found.group().lower()
        close_at = _tag_end(text, found.end())
        at = close_at + 1
        if not is_end and name in _RAW:
            end_at = lower.find(f"</{name}", at)
            at = _behind(text, ">", end_at) if end_at >= 0 else len(text)
            yield "raw", name, ""
        elif is_end:
            yield "end", name, ""
        else:
            yield "start", name, text[found.end() : min(close_at, found.end() + _TAG_CHARACTERS)]
    yield "text", text[at:], ""


def _behind(text: str, end: str, start: int) -> int:
    found = text.find(end, start)
    return found + len(end) if found >= 0 else len(text)


def _tag_end(text: str, start: int) -> int:
    """Where the ">" stands; the end of the text where there is none."""
    first = text.find(">", start)
    if first < 0:
        return len(text)
    quote = ""
    for at in range(start, min(len(text), start + _TAG_CHARACTERS)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == ">":
            return at
    return first
