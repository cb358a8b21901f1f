r"""Markdown to blocks: CommonMark with tables, strikethrough and maths ($, $$, \( \), \[ \]). No HTML, no pictures.

A picture is a request to whoever wrote its address: it becomes its words and its address, as text. A link keeps its
address where that is safe, and is text where it is not. Line breaks are kept, as in the text that the model wrote.
Link definitions are not read, so that no line depends on one far below, and none disappears.

What is too long or nested too deep for a frame's time is returned as plain text.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.ui.chat.blocks import Block, Code, Heading, Item, List, Math, Paragraph, Plain, Quote, Rule, Span, Style, Table
from app.ui.chat.characters import BARE_ADDRESS, is_safe_address, shown, shown_code

MAX_NESTING = 40  # levels of tokens; a list in a list takes two
MAX_COLUMNS = 40
MAX_CELLS = 800
MAX_BRACKETS = 80  # of each kind in one piece of source: reading links is quadratic in them
MAX_MARKS = 500  # of emphasis, and of code within lines
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_TRAILING = ".,;:!?*_~"


def parse(source: str, number: int | None = None) -> tuple[Block, ...]:
    """The blocks of a piece of Markdown. `number`: of its first list, where that began further above."""
    if _is_too_much(source):
        return (Plain(shown(source.strip("\n"))),)
    tokens = _PARSER.parse(source)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return (Plain(shown(source.strip("\n"))),)
    blocks = _Reader(tokens).blocks()
    if number is not None and blocks and isinstance(blocks[0], List) and blocks[0].start is not None:
        return (List(blocks[0].items, number), *blocks[1:])
    return blocks


def _is_too_much(source: str) -> bool:
    return (
        max(source.count("["), source.count("<"), source.count("$"), source.count("\\(")) > MAX_BRACKETS
        or source.count("`") > MAX_MARKS
        or source.count("|") > MAX_CELLS + MAX_MARKS
        or source.count("&") + source.count("\\") > 2 * MAX_MARKS
        or source.count("*") + source.count("_") + source.count("~") > MAX_MARKS
    )


class _Reader:
    """Reads a list of block tokens from the front."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        result: list[Block] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == until:
                break
            result += self._block(token)
        return tuple(result)

    def _block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                spans = self._spans("paragraph_close")
                if spans:
                    yield Paragraph(spans)
            case "heading_open":
                yield Heading(int(token.tag[1]), self._spans("heading_close"))
            case "blockquote_open":
                yield Quote(self.blocks("blockquote_close"))
            case "bullet_list_open":
                yield List(self._items("bullet_list_close"))
            case "ordered_list_open":
                yield List(self._items("ordered_list_close"), int(token.attrGet("start") or 0) if token.attrs else 1)
            case "fence" | "code_block":
                yield code_block(token.content, token.info)
            case "table_open":
                yield self._table()
            case "math_block":
                yield Math(shown(token.content).strip())
            case "hr":
                yield Rule()

    def _items(self, until: str) -> tuple[Item, ...]:
        result: list[Item] = []
        while self._tokens[self._at].type != until:
            self._at += 1  # list_item_open
            result.append(_with_task(self.blocks("list_item_close")))
        self._at += 1
        return tuple(result)

    def _spans(self, until: str) -> tuple[Span, ...]:
        spans: tuple[Span, ...] = ()
        while (token := self._tokens[self._at]).type != until:
            spans += tuple(_inline(token))
            self._at += 1
        self._at += 1
        return spans

    def _table(self) -> Block:
        rows: list[tuple[tuple[Span, ...], ...]] = []
        cells: list[tuple[Span, ...]] = []
        alignments: list[str] = []
        while (token := self._tokens[self._at]).type != "table_close":
            self._at += 1
            if token.type in ("th_open", "td_open"):
                cells.append(self._spans(token.type.replace("open", "close")))
                if not rows:
                    alignments.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        self._at += 1
        if len(alignments) > MAX_COLUMNS or len(alignments) * len(rows) > MAX_CELLS:
            return Plain("\n".join("\t".join(_words(cell) for cell in row) for row in rows))
        return Table(rows[0], tuple(rows[1:]), tuple(alignments))


def code_block(text: str, info: str) -> Code:
    return Code(shown_code(text.removesuffix("\n")), language_of(info))


def language_of(info: str) -> str:
    """The first word after a fence."""
    return shown(info.split(maxsplit=1)[0])[:40] if info.strip() else ""


def _words(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def _with_task(blocks: tuple[Block, ...]) -> Item:
    if blocks and isinstance(first := blocks[0], Paragraph) and not first.spans[0].style:
        mark = _TASK.match(first.spans[0].text)
        if mark is not None:
            rest = first.spans[0].text[mark.end() :]
            spans = (Span(rest), *first.spans[1:]) if rest else first.spans[1:]
            return Item((Paragraph(spans), *blocks[1:]) if spans else blocks[1:], mark.group(1) != " ")
    return Item(blocks)


def _inline(token: Token) -> Iterator[Span]:
    """The spans of an inline token, neighbours of one style joined."""
    waiting: Span | None = None
    for span in _runs(token.children or []):
        if not span.text:
            continue
        same = waiting is not None and (waiting.style, waiting.address) == (span.style, span.address)
        if waiting is not None and same and not span.style & Style.MATH:
            waiting = Span(waiting.text + span.text, span.style, span.address)
            continue
        if waiting is not None:
            yield waiting
        waiting = span
    if waiting is not None:
        yield waiting


def _runs(children: Sequence[Token]) -> Iterator[Span]:
    depth: dict[Style, int] = dict.fromkeys(_STYLES.values(), 0)
    style, address, unsafe = Style.PLAIN, "", ""
    for token in children:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            depth[_STYLES[name]] += token.nesting
            style = Style(sum(each for each, count in depth.items() if count))
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
            address, unsafe = (target, "") if is_safe_address(target) else ("", target)
        elif token.type == "link_close":
            if unsafe:
                yield Span(f" ({shown(unsafe)})", style)
            address = unsafe = ""
        elif token.type == "text":
            yield from [Span(shown(token.content), style, address)] if address else _with_bare_links(token, style)
        elif token.type == "code_inline":
            yield Span(shown_code(token.content).replace("\n", " "), style | Style.CODE, address)
        elif token.type in ("softbreak", "hardbreak"):
            yield Span("\n", style, address)
        elif token.type in ("math_inline", "math_inline_double"):
            yield Span(shown(token.content).replace("\n", " ").strip(), Style.MATH)
        elif token.type == "image":
            yield Span(picture_words(token), style, address)
        else:
            yield Span(shown(token.content), style, address)


def _with_bare_links(token: Token, style: Style) -> Iterator[Span]:
    text, done = token.content, 0
    for match in BARE_ADDRESS.finditer(text):
        address = match.group().rstrip(_TRAILING)
        if address.endswith(")") and "(" not in address:
            address = address[:-1].rstrip(_TRAILING)
        if not is_safe_address(address):
            continue
        yield Span(shown(text[done : match.start()]), style)
        yield Span(address, style, address)
        done = match.start() + len(address)
    yield Span(shown(text[done:]), style)


def picture_words(token: Token) -> str:
    """A picture's words and its address, for nothing is fetched."""
    words, address = shown(token.content), shown(str(token.attrGet("src") or ""))
    return f"{words} ({address})" if words and address else words or address


# Rules of our own

_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_DISPLAYS = (("$$", "$$"), ("\\[", "\\]"))
MATH_LINES = 60


def _display_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Maths on lines of its own. Ends before a blank line or a fence (TeX allows no blank line there), so that a reply
    can be split at either while it streams."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].rstrip()
    opening, closing = next((each for each in _DISPLAYS if first.startswith(each[0])), ("", ""))
    if not opening:
        return False
    if len(first) >= 2 * len(opening) and first.endswith(closing):
        last, content = start, first[len(opening) : -len(closing)]
        if closing in content:
            return False
    else:
        found = _display_lines(state, start, end, closing)
        if found is None:
            return False
        last, lines = found
        content = "\n".join([first[len(opening) :], *lines])
    if silent:
        return True
    state.line = last + 1
    token = state.push("math_block", "math", 0)
    token.content = content
    token.map = [start, state.line]
    return True


def _display_lines(state: StateBlock, start: int, end: int, closing: str) -> tuple[int, list[str]] | None:
    """Number of the closing line, and the lines up to it without the mark."""
    lines: list[str] = []
    for line in range(start + 1, min(end, start + MATH_LINES)):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        if not text or state.sCount[line] < state.blkIndent or _FENCE.match(text):
            return None
        if text.endswith(closing):
            return line, [*lines, text[: -len(closing)]]
        lines.append(text)
    return None


def _bracket_math(state: StateInline, silent: bool) -> bool:
    r"""\( maths \) within a line, and \[ maths \] too."""
    opening = state.src[state.pos : state.pos + 2]
    if opening not in ("\\(", "\\["):
        return False
    end = state.src.find("\\)" if opening == "\\(" else "\\]", state.pos + 2)
    if end < 0 or not state.src[state.pos + 2 : end].strip():
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _no_address_is_refused(address: str) -> bool:
    """Every link is read as one: app.ui.chat.characters decides which stay links."""
    return True


def make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING, "breaks": True, "typographer": False})
    parser.enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    parser.disable("math_block")
    parser.block.ruler.before(
        "fence", "display_math", _display_math, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("escape", "bracket_math", _bracket_math)
    parser.validateLink = _no_address_is_refused  # type: ignore[method-assign, assignment]
    return parser


_PARSER = make_parser()
