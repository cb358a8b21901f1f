"""What a message is made of once its Markdown is read. Values only; nothing here knows Qt or Markdown's syntax."""

from dataclasses import dataclass
from enum import IntFlag


class Style(IntFlag):
    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    STRIKE = 4
    CODE = 8
    MATH = 16  # the text is TeX


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `address`: where a link leads, empty for none. A line break is a line feed."""

    text: str
    style: Style = Style.PLAIN
    address: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Spans


@dataclass(frozen=True, slots=True)
class Plain:
    """Text as it was written, line by line: the person's own words, and what is too long or too deep to be read as
    Markdown. Long text is several of these. `continues`: it goes on within the line that the one before it ended in."""

    text: str
    continues: bool = False
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code. A long block is several of these: the first alone has the caption, the last alone the lower edge.

    `continues`: it goes on within the line that the part before it ended in.
    """

    text: str
    language: str = ""
    is_first: bool = True
    is_last: bool = True
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`alignments`: "left", "center", "right" or "" for each column. Every row has as many cells as the header."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    alignments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Math:
    tex: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""


@dataclass(frozen=True, slots=True)
class Item:
    """`is_done`: of a task; None where it is no task."""

    blocks: "tuple[Block, ...]"
    is_done: bool | None = None


@dataclass(frozen=True, slots=True)
class List:
    """`start`: the first number; None for bullets."""

    items: tuple[Item, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: "tuple[Block, ...]"


LeafBlock = Paragraph | Plain | Heading | Code | Table | Math | Rule
Block = LeafBlock | List | Quote


def plain_text(spans: Spans) -> str:
    """What is read of them; a formula as its source between dollars."""
    return "".join(f"${span.text}$" if span.style & Style.MATH else span.text for span in spans)
