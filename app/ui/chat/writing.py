"""Leaves as text that can be pasted elsewhere: plain, or as Markdown that gives the same leaves again."""

import re
from collections.abc import Iterable, Sequence

from app.ui.chat.blocks import Code, Heading, Math, Paragraph, Plain, Rule, Span, Spans, Style, Table, plain_text
from app.ui.chat.characters import index_of_unit, units
from app.ui.chat.leaves import BULLETS, DONE, TO_DO, Gap, Inside, Leaf

_SPECIAL = re.compile(r"([\\`*_\[\]<>$~|])")
_AT_START = re.compile(r"^(\s*)([#>+-]|\d{1,9}[.)])(?=\s|$)", re.MULTILINE)


def joined(leaves: Iterable[tuple[Leaf, str]]) -> str:
    """The texts of leaves that follow each other, apart as the leaves are."""
    parts: list[str] = []
    for leaf, text in leaves:
        if parts:
            parts.append(_between(leaf))
        parts.append(text)
    return "".join(parts)


def _between(leaf: Leaf) -> str:
    block = leaf.block
    if isinstance(block, Plain | Code) and block.continues:
        return ""
    if isinstance(block, Code) and not block.is_first:
        return "\n"
    return "\n" if leaf.gap in (Gap.ITEM, Gap.NONE) else "\n\n"


def plain(leaf: Leaf, text: str | None = None) -> str:
    """`text`: the part of it that is meant; None for all."""
    body = plain_body(leaf) if text is None else text
    indent = "  " * max(0, leaf.inside.count(Inside.LIST) - 1)
    return f"{indent}{leaf.marker} {body}" if leaf.marker else body


def plain_body(leaf: Leaf) -> str:
    match leaf.block:
        case Paragraph(spans) | Heading(_, spans):
            return plain_text(spans)
        case Plain(text) | Code(text):
            return text
        case Table(header, rows):
            return "\n".join("\t".join(plain_text(cell) for cell in row) for row in (header, *rows))
        case Math(tex):
            return f"$$\n{tex}\n$$"
    return ""


def markdown(leaf: Leaf, start: int = 0, end: int | None = None) -> str:
    """`start`, `end`: the part that is meant, in code units of what is read. A table is always whole."""
    lines = _markdown_body(leaf, start, end).split("\n")
    first = rest = ""
    lists = 0
    for number, inside in enumerate(leaf.inside):
        if inside is Inside.QUOTE:
            first, rest = f"{first}> ", f"{rest}> "
            continue
        lists += 1
        is_own = bool(leaf.marker) and Inside.LIST not in leaf.inside[number + 1 :] and start == 0
        marker = _marker(leaf.marker)
        width = len(marker.split(" ", 1)[0]) + 1 if is_own else 4  # within any marker of up to three characters
        first, rest = first + (marker if is_own else " " * width), rest + " " * width
    return "\n".join((first if number == 0 else rest) + line for number, line in enumerate(lines))


def _marker(marker: str) -> str:
    if marker in BULLETS or not marker:
        return "- "
    return {DONE: "- [x] ", TO_DO: "- [ ] "}.get(marker, f"{marker} ")


def _markdown_body(leaf: Leaf, start: int, end: int | None) -> str:
    match leaf.block:
        case Paragraph(spans):
            return spans_markdown(sliced(spans, start, end))
        case Heading(level, spans):
            return f"{'#' * level} {spans_markdown(sliced(spans, start, end))}"
        case Plain(text):
            return _SPECIAL.sub(r"\\\1", _part(text, start, end))
        case Code(text, language, is_first, is_last):
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
            opening = f"{fence}{language.replace('`', '')}\n" if is_first or start else ""
            return f"{opening}{_part(text, start, end)}" + (f"\n{fence}" if is_last or end is not None else "")
        case Table():
            return _table(leaf.block)
        case Math(tex):
            return f"$$\n{tex}\n$$"
        case Rule():
            return "---"


def _part(text: str, start: int, end: int | None) -> str:
    if start == 0 and end is None:
        return text
    return text[index_of_unit(text, start) : None if end is None else index_of_unit(text, end)]


def sliced(spans: Spans, start: int, end: int | None) -> Spans:
    """The spans between two positions; a formula counts one unit, as where it is drawn."""
    if start == 0 and end is None:
        return spans
    result: list[Span] = []
    at = 0
    for span in spans:
        length = 1 if span.style & Style.MATH else units(span.text)
        first, last = max(0, start - at), length if end is None else min(length, end - at)
        at += length
        if first < last:
            text = span.text if span.style & Style.MATH else _part(span.text, first, last)
            result.append(Span(text, span.style, span.address))
    return tuple(result)


def spans_markdown(spans: Spans) -> str:
    return _AT_START.sub(r"\1\\\2", "".join(_span(span) for span in spans))


def _span(span: Span) -> str:
    if span.style & Style.MATH:
        return f"${span.text}$"
    if span.style & Style.CODE:
        fence = "`" * (1 + max((len(run) for run in re.findall("`+", span.text)), default=0))
        pad = " " if span.text.startswith("`") or span.text.endswith("`") else ""
        text = f"{fence}{pad}{span.text}{pad}{fence}"
    elif span.address and span.address == span.text:
        return span.text
    else:
        text = _SPECIAL.sub(r"\\\1", span.text)
    for style, mark in ((Style.STRIKE, "~~"), (Style.ITALIC, "*"), (Style.BOLD, "**")):
        if span.style & style:
            text = _wrapped(text, mark)
    return f"[{text}]({span.address})" if span.address else text


def _wrapped(text: str, mark: str) -> str:
    """Marks of emphasis touch the words they stand for."""
    bare = text.strip()
    if not bare:
        return text
    start = text.index(bare)
    return f"{text[:start]}{mark}{bare}{mark}{text[start + len(bare) :]}"


def _table(table: Table) -> str:
    lines = [_cells(table.header), "|" + "|".join(_rule(each) for each in table.alignments) + "|"]
    return "\n".join([*lines, *(_cells(row) for row in table.rows)])


def _cells(row: Sequence[Spans]) -> str:
    return "| " + " | ".join(spans_markdown(cell).replace("\n", " ") for cell in row) + " |"


def _rule(alignment: str) -> str:
    return {"left": ":---", "center": ":---:", "right": "---:"}.get(alignment, "---")
