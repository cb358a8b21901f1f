"""Where the characters of a message's source stand in what is drawn of it, and back.

Text as it was written and code are followed line by line; Markdown by the parser's own tokens, mark by mark: each text,
emphasis, code, link, formula and line break is found in the source where the one before it ended. What comes out is
compared with the leaf that is drawn. Where the two say the same, every character has its place. Where they do not (what
was made visible because it could deceive, a table cell with an escaped bar, a way of writing that is not known here),
the whole line or block stands for all of its characters, and `is_exact` says so. Knows nothing of tokens.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markdown_it.token import Token

from app.ui.chat.blocks import Math, Plain, Rule, Table
from app.ui.chat.characters import shown, shown_code, units
from app.ui.chat.finding import searched_text
from app.ui.chat.inline_sources import OBJECT, Run, Runs, inline_runs
from app.ui.chat.leaves import Leaf
from app.ui.chat.markdown import make_parser
from app.ui.chat.segments import Kind, Segment

_BETWEEN_CELLS = "\n\ufdd0\ufdd1"
_PARSER = make_parser()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run with the code units of the piece that draws it."""

    run: Run
    first: int
    last: int

    def units_of(self, start: int, end: int) -> tuple[int, int]:
        """Of the characters from `start` to `end`; all of them where it is not exact."""
        if not self.run.is_exact:
            return self.first, self.last
        text, begin = self.run.text, self.run.start
        low, high = max(start, begin) - begin, min(end, self.run.end) - begin
        return self.first + units(text[:low]), self.first + units(text[:high])

    def characters_at(self, unit: int) -> tuple[int, int]:
        if not self.run.is_exact:
            return self.run.start, self.run.end
        text = self.run.text
        if text.isascii():
            at = unit - self.first
        else:
            at = bisect_right(list(accumulate((units(sign) for sign in text), initial=0)), unit - self.first) - 1
        at = max(0, min(at, len(text) - 1))
        return self.run.start + at, self.run.start + at + 1


def stretches(runs: Runs, drawn: str, *, is_table: bool = False) -> tuple[Stretch, ...]:
    """`drawn`: the text of the piece. A run that is not there makes one stretch of all of them."""
    found: list[Stretch] = []
    at = unit = 0
    for run in runs:
        while is_table and run.begins_cell and at < len(drawn) and drawn[at] in _BETWEEN_CELLS:
            at, unit = at + 1, unit + 1
        text = run.text if not run.tex or drawn.startswith(OBJECT, at) else f"${run.tex}$"
        if not drawn.startswith(text, at):
            whole = Run(min(r.start for r in runs), max(r.end for r in runs), drawn, is_exact=False)
            return (Stretch(whole, 0, units(drawn)),)
        length = units(text)
        found.append(Stretch(run, unit, unit + length))
        at, unit = at + len(text), unit + length
    return tuple(found)


def runs_of(segment: Segment, leaves: Sequence[Leaf], text: str) -> tuple[Runs, ...]:
    """Of each leaf of a segment of `text`."""
    source = text[segment.start : segment.end]
    if segment.kind is Kind.PLAIN:
        return (tuple(_line_runs(source.removesuffix("\n"), segment.start, is_code=False)),)
    if segment.kind is Kind.CODE:
        body = source.removesuffix("\n")
        return (tuple(_line_runs(body, segment.start, is_code=True, indent=segment.indent)),)
    if len(leaves) == 1 and isinstance(leaves[0].block, Plain):
        lead = len(source) - len(source.lstrip("\n"))
        return (tuple(_line_runs(source.strip("\n"), segment.start + lead, is_code=False)),)
    return _markdown_runs(source, segment.start, leaves)


def _line_runs(source: str, base: int, *, is_code: bool, indent: int = 0) -> Iterator[Run]:
    lines = source.split("\n")
    for number, line in enumerate(lines):
        cut = min(indent, len(line) - len(line.lstrip(" ")))
        end = "\n" if number < len(lines) - 1 else ""
        text = line[cut:]
        drawn = shown_code(text) if is_code else shown(text)
        yield Run(base + cut, base + len(line) + len(end), drawn + end, drawn == text)
        base += len(line) + 1


# Markdown


@dataclass(frozen=True, slots=True)
class _Read:
    """What one leaf takes of the source, and its runs; None: they are not known."""

    start: int
    end: int
    runs: Runs | None


def _markdown_runs(source: str, base: int, leaves: Sequence[Leaf]) -> tuple[Runs, ...]:
    whole = _Read(base, base + len(source), None)
    read = list(_Reader(source, base).blocks())
    drawn = [leaf for leaf in leaves if _says_something(leaf)]
    if len(read) != len(drawn):
        read = [whole] * len(drawn)
    by_leaf = iter(read)
    return tuple(_checked(leaf, next(by_leaf)) if _says_something(leaf) else () for leaf in leaves)


def _says_something(leaf: Leaf) -> bool:
    return isinstance(leaf.block, Math | Table | Rule) or bool(searched_text(leaf))


def _checked(leaf: Leaf, read: _Read) -> Runs:
    """The runs, where they say what is drawn; else one for the whole block."""
    if isinstance(leaf.block, Rule):
        return ()
    if isinstance(leaf.block, Math):
        return (Run(read.start, read.end, OBJECT, is_exact=False),)
    wanted = searched_text(leaf)
    if read.runs is not None:
        said = "".join(f"\n{run.text}" if run.begins_cell else run.text for run in read.runs)
        said = said.removeprefix("\n") if isinstance(leaf.block, Table) else said
        if said == wanted:
            return read.runs
        if wanted and said.endswith(wanted):  # the box of a task is drawn at the side
            return _without_head(read.runs, len(said) - len(wanted))
    return (Run(read.start, read.end, wanted, is_exact=False),)


def _without_head(runs: Runs, count: int) -> Runs:
    found: list[Run] = []
    for run in runs:
        cut = min(count, len(run.text))
        count -= cut
        if cut < len(run.text):
            start = run.start + cut if run.is_exact else run.start
            found.append(Run(start, run.end, run.text[cut:], run.is_exact, run.tex, run.begins_cell))
    return tuple(found)


class _Reader:
    """The leaves of a piece of Markdown, in order."""

    def __init__(self, source: str, base: int) -> None:
        self._lines = source.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=base))
        self._tokens = _PARSER.parse(source)

    def blocks(self) -> Iterator[_Read]:
        cells: list[Run] | None = None
        is_known, row, column = True, 0, 0
        for token in self._tokens:
            if token.type == "table_open":
                cells, is_known, table = [], True, token
            elif token.type == "tr_open":
                row, column = (token.map or [0])[0], 0
            elif token.type == "table_close":
                start, end = self._extent(table)
                yield _Read(start, end, tuple(cells or ()) if is_known else None)
                cells = None
            elif token.type == "inline" and cells is not None:
                column, runs = self._cell(token, row, column)
                is_known = is_known and runs is not None
                cells += runs or ()
            elif token.type == "inline":
                places = self._places(token)
                runs = inline_runs(token, places) if places is not None else None
                if runs is None or any(run.text for run in runs):
                    yield _Read(*self._extent(token), runs)
            elif token.type in ("fence", "code_block"):
                yield self._code(token)
            elif token.type in ("math_block", "hr"):
                yield _Read(*self._extent(token), None)

    def _extent(self, token: Token) -> tuple[int, int]:
        first, last = token.map or (0, len(self._lines))
        last = min(last, len(self._lines))
        return self._starts[first], self._starts[last - 1] + len(self._lines[last - 1])

    def _places(self, token: Token) -> list[int] | None:
        """Where each character of an inline token's content stands in the source, and its end."""
        if token.map is None:
            return None
        places: list[int] = []
        content = token.content.split("\n")
        for number, line in enumerate(content):
            if token.map[0] + number >= len(self._lines):
                return None
            source = self._lines[token.map[0] + number]
            words = line.strip()
            at = len(source.rstrip()) - len(words) if source.rstrip().endswith(words) else source.find(words)
            if at < 0:
                return None
            at -= len(line) - len(line.lstrip())
            start = self._starts[token.map[0] + number]
            places += [start + max(0, at + column) for column in range(len(line))]
            places.append(start + len(source))
        places[-1] = (places[-2] + 1) if len(places) > 1 else places[-1]
        return places

    def _cell(self, token: Token, row: int, column: int) -> tuple[int, Runs | None]:
        line, content = self._lines[row], token.content
        at = line.find(content, column)
        if at < 0:
            return column, None
        start = self._starts[row] + at
        runs = inline_runs(token, list(range(start, start + len(content) + 1)))
        if runs is None:
            return at + len(content), None
        if not runs:
            runs = (Run(start, start, ""),)
        first = runs[0]
        begins = Run(first.start, first.end, first.text, first.is_exact, first.tex, begins_cell=True)
        return at + len(content), (begins, *runs[1:])

    def _code(self, token: Token) -> _Read:
        """Code within a list or quote: each of its lines is the end of one of the source's."""
        start, end = self._extent(token)
        first = (token.map or [0])[0] + (token.type == "fence")
        runs: list[Run] = []
        lines = token.content.removesuffix("\n").split("\n")
        for number, line in enumerate(lines):
            source = self._lines[first + number] if first + number < len(self._lines) else ""
            if not source.endswith(line):
                return _Read(start, end, None)
            at = self._starts[first + number] + len(source) - len(line)
            drawn, feed = shown_code(line), "\n" if number < len(lines) - 1 else ""
            runs.append(Run(at, at + len(line) + len(feed), drawn + feed, drawn == line))
        return _Read(start, end, tuple(runs))
