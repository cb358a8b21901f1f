"""Markdown as people keep it: Obsidian's and Notion's among it. The form stays; what only a machine reads goes.

Front matter gives title and tags. Links keep their words, images and comments go, code is left alone. Notion's id
behind a name goes with it. Embeds stay as they are written, for vault.py to resolve once all pages are known.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote

from app.domain.notes import Left
from app.notes.front_matter import split_front_matter
from app.notes.notion import has_id, without_id
from app.notes.tally import Draft, Tally
from app.notes.texts import tidied

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.{1,2000}?)(?<!`)\1(?!`)", re.DOTALL)
_IMAGE = re.compile(
    r"!\[[^\[\]\n]{0,1000}\]\((?:[^()\n]|\([^()\n]*\)){0,4000}\)|!\[[^\[\]\n]{0,1000}\]\[[^\]\n]{0,200}\]"
)
_DATA_IMAGE = re.compile(r"!\[[^\[\]\n]{0,1000}\]\(\s*<?data:[^)\n]*\)", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,1000})\]\((?:[^()\n]|\([^()\n]*\)){0,4000}\)")
_REFERENCE = re.compile(  # an address and perhaps a title: "[Anna]: hello there" is somebody who speaks
    r"^ {0,3}\[[^\]\n^]{1,200}\]:[ \t]*(?:<[^>\n]*>|\S+)(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$\n?",
    re.MULTILINE,
)
_WIKI = re.compile(r"(?<!!)\[\[([^\[\]\n|]{1,500})(?:\|([^\[\]\n]{0,500}))?\]\]")
_BLOCK_ID = re.compile(r"(?<![ \t])[ \t]+\^[A-Za-z0-9-]{1,60}$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)$", re.MULTILINE)
_TAG = re.compile(r"(?:^|(?<=\s))#([^\W\d][\w/-]{0,60})")
_MOST_TAGS = 50


def read_markdown(text: str, name: str, tally: Tally) -> Draft:
    """name: of the file, with its ending."""
    front, body = split_front_matter(text)
    tally.left(Left.FRONT_MATTER, front.other_lines)
    tags = list(front.tags)
    pieces = []
    for is_code, piece in by_code(body):
        if not is_code:
            tags += _TAG.findall(piece)
            piece = _plain(piece, tally)
        pieces.append(piece)
    body = tidied("".join(pieces))
    heading = _HEADING.search(body)
    stem = without_id(PurePosixPath(name).stem)
    title = front.title or (heading.group(1).rstrip("# \t") if heading and heading.start() == 0 else "") or stem
    return Draft(title[:200], body, tuple(dict.fromkeys(tags))[:_MOST_TAGS], front.day or day_in(stem), may_embed=True)


def by_code(text: str) -> Iterator[tuple[bool, str]]:
    """(whether it is code, the piece), in order; together they are the text."""
    plain: list[str] = []
    code: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if fence:
            code.append(line)
            if found and found.group(1).startswith(fence) and not line.strip().strip(fence[0]):
                yield True, "".join(code)
                code, fence = [], ""
        elif found:
            yield from _by_span("".join(plain))
            plain, fence = [], found.group(1)
            code.append(line)
        else:
            plain.append(line)
    yield from _by_span("".join(plain))
    if code:
        yield True, "".join(code)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    return "".join(piece if is_code else change(piece) for is_code, piece in by_code(text))


def day_in(stem: str) -> date | None:
    """The day of a daily note, which is called 2026-11-23 or 20261123."""
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", stem)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _by_span(text: str) -> Iterator[tuple[bool, str]]:
    end = 0
    for found in _CODE_SPAN.finditer(text):
        if "\n\n" in found.group():  # two stray backticks, far apart
            continue
        if found.start() > end:
            yield False, text[end : found.start()]
        yield True, found.group()
        end = found.end()
    if end < len(text):
        yield False, text[end:]


def _plain(text: str, tally: Tally) -> str:
    text = _without_between(text, "<!--", "-->", tally)
    text = _without_between(text, "%%", "%%", tally)  # Obsidian's
    for pattern, what in (
        (_DATA_IMAGE, Left.IMAGES),
        (_IMAGE, Left.IMAGES),
        (_REFERENCE, Left.ADDRESSES),
    ):
        text, count = pattern.subn("", text)
        tally.left(what, count)
    text = _WIKI.sub(_wiki_words, text)
    text, count = _LINK.subn(_link_words, text)
    tally.left(Left.ADDRESSES, count)
    return _BLOCK_ID.sub("", text)


def _without_between(text: str, begin: str, end: str, tally: Tally) -> str:
    """Without comments; one that never ends is none."""
    out: list[str] = []
    at = 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start + len(begin))) >= 0:
        if begin == "%%" and text[start - 1 : start].isalnum() and start:  # 100%% sure
            out.append(text[at : start + len(begin)])
            at = start + len(begin)
            continue
        tally.left(Left.COMMENTS)
        out.append(text[at:start])
        at = stop + len(end)
    return "".join(out) + text[at:]


def _wiki_words(found: re.Match[str]) -> str:
    target, alias = found.group(1), found.group(2)
    return (alias or "").strip() or words_of_target(target)


def words_of_target(target: str) -> str:
    """ "folder/Page#Heading" as a reader sees it: "Page, Heading"."""
    page, *inside = target.strip().split("#")
    name = page.rsplit("/", 1)[-1].removesuffix(".md").strip()
    parts = [part.strip() for part in (name, *inside) if part.strip() and not part.strip().startswith("^")]
    return ", ".join(parts) or name


def _link_words(found: re.Match[str]) -> str:
    words = found.group(1).strip()
    return without_id(unquote(words)).removesuffix(".md") if has_id(unquote(words)) else words
