"""The text of an HTML page. Scripts, styles, menus, forms and hidden elements go; nothing is run and nothing fetched.

A scanner of our own, over str.find: Python 3.11's HTMLParser takes quadratic time for tags that never end.
"""

import html
import re
from collections.abc import Iterator, Mapping

from app.domain.notes import Left
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import cleaned

_RAW = {"script": Left.SCRIPTS, "style": Left.SCRIPTS, "textarea": Left.FORMS}  # text up to their end, whatever it is
_GONE = {
    "noscript": Left.SCRIPTS, "template": Left.SCRIPTS, "svg": Left.IMAGES, "canvas": Left.IMAGES, "math": Left.IMAGES,
    "iframe": Left.EXTERNAL, "object": Left.EXTERNAL, "audio": Left.EXTERNAL, "video": Left.EXTERNAL,
    "nav": Left.FORMS, "button": Left.FORMS, "select": Left.FORMS, "datalist": Left.FORMS, "dialog": Left.FORMS,
}  # a form itself stays: whole pages lie in one  # fmt: skip
_EXTERNAL = {"link", "embed", "source", "track", "frame"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track", "frame"}
_OF_HEAD = {"title", "meta", "link", "base", "script", "style", "noscript", "template"}  # any other element ends it
_ITEM, _CELL = {"li", "p"}, {"td", "th", "p"}
_ENDED_BY = {  # element -> what it ends, where that stands open: writers may leave its end out
    "li": _ITEM, "td": _CELL, "th": _CELL, "tr": {"tr", *_CELL}, "dt": {"dt", "dd", "p"}, "dd": {"dt", "dd", "p"},
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "ul", "ol", "dl", "dt", "dd", "table",
    "blockquote", "pre", "figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "address", "details", "summary",
    "body", "html", "head", "title", "hr", "fieldset", "legend", "caption", "thead", "tbody", "tfoot", "center", "menu",
    "form",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_TAG = re.compile(r"[a-zA-Z][^\s/>]{0,100}")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]{1,100})(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_QUOTE = re.compile(r"\b(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|divRplyFwdMsg|cite)\b")
_SIGNATURE = re.compile(r"\b(?:gmail_signature|moz-signature|protonmail_signature_block)\b")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_MARKS = {"-", "#", "##", "###", "####", "#####", "######"}  # of an item or a heading in which nothing stands
_TAG_CHARACTERS = 2**13  # within it ">" in quotes does not end a tag
_MOST_GAPS = 2


def read_html(text: str, name: str, tally: Tally, limits: Limits = LIMITS, *, is_mail: bool = False) -> Draft:
    """is_mail: what is quoted in it becomes the line ">", and signatures go."""
    page = _Page(tally, limits, is_mail=is_mail)
    is_xml = text.lstrip()[:5] == "<?xml"
    for kind, value, attributes in _tokens(text, is_xml=is_xml):
        if kind == "text":
            page.write(html.unescape(value))
        elif kind == "raw":
            page.raw(value)
        elif kind == "start":
            page.begin(value, attributes)
            if is_xml and attributes.endswith("/") and value not in _VOID:
                page.end(value)
        else:
            page.end(value)
    return Draft(page.title or name, cleaned(page.text(), tally))


class _Page:
    def __init__(self, tally: Tally, limits: Limits, *, is_mail: bool) -> None:
        self._tally = tally
        self._limits = limits
        self._is_mail = is_mail
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
        self._end_what_it_ends(name)
        self._space(name, is_start=True)
        if name == "q":
            self._quote()
        if name in _VOID:
            if self._gone_at is None:
                self._tally.left(Left.IMAGES, name == "img")
                self._tally.left(Left.EXTERNAL, name in _EXTERNAL)
            return
        if len(self._open) >= self._limits.html_deep:
            return
        self._open.append(name)
        if self._gone_at is not None:
            return
        said = attributes_of(attributes)
        left = self._left(name, said)
        if left is not None:
            self._tally.left(left, left is not Left.QUOTES)
            self._gone_at = len(self._open)
        elif name == "a" and "href" in said:
            self._tally.left(Left.ADDRESSES)

    def _left(self, name: str, said: Mapping[str, str]) -> Left | None:
        if name in _GONE:
            return _GONE[name]
        if name == "label" and "form" in self._open:
            return Left.FORMS
        if self._is_mail and _QUOTE.search(f"{said.get('class', '')} {said.get('id', '')} {said.get('type', '')}"):
            self._break(1)
            self._out.append(">\n")  # for whoever reads the mail's lines: it counts it, and takes out who was quoted
            return Left.QUOTES
        if self._is_mail and _SIGNATURE.search(said.get("class", "")):
            return Left.SIGNATURES
        if "hidden" in said or _UNSEEN.search(said.get("style", "")):
            return Left.HIDDEN
        return None

    def _end_what_it_ends(self, name: str) -> None:
        ended = {"p"} if name in _BLOCKS else _ENDED_BY.get(name, ())
        while self._open and (self._open[-1] in ended or (self._open[-1] == "head" and name not in _OF_HEAD)):
            self.end(self._open[-1])

    def _quote(self) -> None:
        if self._gone_at is None:
            self._line.append('"')

    def end(self, name: str) -> None:
        if name == "q":
            self._quote()
        self._space(name, is_start=False)
        if name in self._open:
            while self._open.pop() != name:
                pass
            if self._gone_at is not None and len(self._open) < self._gone_at:
                self._gone_at = None

    def _space(self, name: str, *, is_start: bool) -> None:
        if self._gone_at is not None:
            return
        if name in ("br", "tr") or (name == "li" and not is_start):
            self._break(1)
        elif is_start and name in _BLOCKS and "".join(self._line).strip() == "-":
            pass  # a paragraph begins an item: its mark stands before it
        elif name in _BLOCKS:
            is_inner = name in ("ul", "ol") and "li" in self._open
            self._break(1 if is_inner or name in ("dt", "dd", "div") else 2)
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
        if not line.strip() or line.strip() in _MARKS:
            if lines == 2 and self._out and not self._out[-1].endswith("\n\n"):
                self._out.append("\n")
            return
        is_code = "pre" in self._open[-8:]
        self._out.append((line.strip("\n") if is_code else re.sub(r" {2,}", " ", line).strip()) + "\n" * lines)


def attributes_of(text: str) -> dict[str, str]:
    """Names in lower case, the first of equal ones; values with their entities resolved."""
    found: dict[str, str] = {}
    for name, quoted, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape(quoted or single or bare))
    return found


def _tokens(text: str, *, is_xml: bool = False) -> Iterator[tuple[str, str, str]]:
    """("text", text, ""), ("start", name, attributes), ("end", name, ""), ("raw", name, "") for a script or style."""
    at = 0
    lower = text.lower()
    lower = lower if len(lower) == len(text) else text  # a few letters change their length
    last_title = lower.rfind("</title")
    while (open_at := text.find("<", at)) >= 0:
        yield "text", text[at:open_at], ""
        if text.startswith("<!--", open_at):
            at = _behind(text, "-->", open_at + 2)  # "<!-->" is a whole one
            continue
        if is_xml and text.startswith("<![CDATA[", open_at):
            at = _behind(text, "]]>", open_at)
            yield "text", html.escape(text[open_at + 9 : at].removesuffix("]]>"), quote=False), ""
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
        is_empty = is_xml and text[close_at - 1 : close_at] == "/"
        if not is_end and name == "title" and not is_empty and at <= last_title:
            end_at = lower.find("</title", at)
            yield "start", name, ""
            yield "text", text[at:end_at], ""  # a tag in it is none
            at = end_at
        elif not is_end and name in _RAW and not is_empty:
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
