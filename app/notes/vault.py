"""Embeds of an Obsidian vault: `![[Page]]`, `![[Page#Heading]]` and `![[Page#^block]]` become the text they stand for.

Each is resolved once: the first note that embeds a page (in the order in which notes are read) takes its text in, in
any other its title stands. Rings end at a note that is being resolved already, deep ones at Limits.embed_deep. Code is
left alone. What was not read (a picture, a page that is not there) goes, and is counted.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from app.domain.notes import Left
from app.notes.limits import LIMITS, Limits
from app.notes.markdown import outside_code, words_of_target
from app.notes.tally import Tally
from app.notes.texts import tidied

_EMBED = re.compile(r"!\[\[([^\[\]\n|]{1,500})(?:\|[^\[\]\n]{0,500})?\]\]")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_PAGES = ("", ".md", ".markdown")


class Vault:
    """The Markdown pages that were read: source -> text, embeds unresolved."""

    def __init__(self, pages: Mapping[str, str], limits: Limits = LIMITS) -> None:
        self._pages = pages
        self._limits = limits
        self._by_stem: dict[str, list[str]] = {}
        for source in pages:
            self._by_stem.setdefault(PurePosixPath(source).stem.casefold(), []).append(source)
        self._taken: set[str] = set()

    def resolved(self, source: str, text: str, tally: Tally) -> str:
        """The text of the page, each embed resolved. Call for the pages in order."""
        text, _ = self._resolve(source, text, (source,), self._limits.embed_characters, tally)
        return tidied(text)

    def _resolve(self, source: str, text: str, above: tuple[str, ...], room: int, tally: Tally) -> tuple[str, int]:
        """(the text, how many characters more it may take in)"""
        if "![[" not in text:
            return text, room
        left = room

        def replaced(found: re.Match[str]) -> str:
            nonlocal left
            target = found.group(1).strip()
            page = self._found(target, source)
            if page is None:
                is_picture = PurePosixPath(target.split("#")[0]).suffix.lower() not in _PAGES
                tally.left(Left.IMAGES if is_picture else Left.EMBEDS)
                return ""
            piece = section(self._pages[page], target.partition("#")[2])
            key = f"{page}#{target.partition('#')[2].strip()}"
            if not piece.strip():
                tally.left(Left.EMBEDS)
                return ""
            if key in self._taken or page in above or len(above) > self._limits.embed_deep or len(piece) > left:
                tally.left(Left.EMBEDS_ELSEWHERE)
                return words_of_target(target)
            self._taken.add(key)
            whole, left = self._resolve(page, piece, (*above, page), left - len(piece), tally)
            return whole.strip("\n")

        return outside_code(text, lambda plain: _EMBED.sub(replaced, plain)), left

    def _found(self, target: str, source: str) -> str | None:
        """As Obsidian looks: the folder that is named, else beside the note, else the shortest path."""
        name = target.split("#")[0].strip().replace("\\", "/").removesuffix(".md")
        if not name:  # ![[#Heading]]: of this very page
            return source
        path = name.casefold()
        able = [
            page
            for page in self._by_stem.get(path.rsplit("/", 1)[-1], ())
            if ("/" + str(PurePosixPath(page).with_suffix(""))).casefold().endswith("/" + path.lstrip("/"))
        ]
        beside = str(PurePosixPath(source).parent)
        return min(able, key=lambda page: (str(PurePosixPath(page).parent) != beside, len(page), page), default=None)


def section(text: str, inside: str) -> str:
    """What stands under a heading ("Heading"), or the paragraph of a block ("^id", already without its mark: the whole
    text, since marks are no text); the whole text for ""."""
    heading = inside.rsplit("#", 1)[-1].strip()
    if not heading or heading.startswith("^"):
        return text
    lines = text.splitlines(keepends=True)
    start, depth = None, 0
    for at, line in enumerate(lines):
        found = _HEADING.match(line)
        if not found:
            continue
        if start is None and found.group(2).rstrip("# \t\n").casefold() == heading.casefold():
            start, depth = at, len(found.group(1))
        elif start is not None and len(found.group(1)) <= depth:
            return "".join(lines[start:at])
    return "".join(lines[start:]) if start is not None else ""
