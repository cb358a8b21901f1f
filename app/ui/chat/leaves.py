"""Nested blocks as a flat sequence of leaves, each with what stands at its side: list markers and quote bars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.ui.chat.blocks import Block, Code, Heading, Item, LeafBlock, List, Paragraph, Plain, Quote, Span
from app.ui.chat.segments import Segment


class Gap(Enum):
    """The space above a leaf."""

    NONE = 0
    ITEM = 1
    BLOCK = 2
    HEADING = 3


class Inside(Enum):
    LIST = "list"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Leaf:
    """`inside`: from the outermost. `marker`: what stands before the first leaf of an item."""

    block: LeafBlock
    inside: tuple[Inside, ...] = ()
    marker: str = ""
    gap: Gap = Gap.BLOCK

    @property
    def is_in_list(self) -> bool:
        return Inside.LIST in self.inside


BULLETS = ("•", "◦", "▪")
DONE, TO_DO = "☑", "☐"


def flatten(blocks: Sequence[Block]) -> tuple[Leaf, ...]:
    return tuple(_leaves(blocks, (), 0))


def leaves_of(segment: Segment, before: Segment | None, text: str) -> tuple[Leaf, ...]:
    """The leaves of a segment of `text`. `before`: the segment that it follows; the first has no space above it."""
    leaves = flatten(segment.blocks(text))
    if leaves and before is None:
        return (replace(leaves[0], gap=Gap.NONE), *leaves[1:])
    if leaves and before is not None and segment.is_item and not before.is_item:
        return (replace(leaves[0], gap=Gap.BLOCK), *leaves[1:])
    return leaves


def _leaves(blocks: Sequence[Block], inside: tuple[Inside, ...], lists: int) -> Iterator[Leaf]:
    for block in blocks:
        if isinstance(block, List):
            for number, item in enumerate(block.items):
                yield from _item_leaves(item, (*inside, Inside.LIST), lists, _marker(block, item, number, lists))
        elif isinstance(block, Quote):
            yield from _leaves(block.blocks, (*inside, Inside.QUOTE), lists)
        else:
            yield Leaf(block, inside, "", _gap(block))


def _item_leaves(item: Item, inside: tuple[Inside, ...], lists: int, marker: str) -> Iterator[Leaf]:
    leaves = list(_leaves(item.blocks, inside, lists + 1))
    if not leaves or leaves[0].marker:  # an empty item, or one that begins with a list
        leaves.insert(0, Leaf(Paragraph((Span(""),)), inside))
    yield replace(leaves[0], marker=marker, gap=Gap.ITEM)
    yield from (replace(leaf, gap=Gap.ITEM) if leaf.gap is Gap.BLOCK else leaf for leaf in leaves[1:])


def _marker(block: List, item: Item, number: int, lists: int) -> str:
    if item.is_done is not None:
        return DONE if item.is_done else TO_DO
    return BULLETS[min(lists, len(BULLETS) - 1)] if block.start is None else f"{block.start + number}."


def _gap(block: LeafBlock) -> Gap:
    match block:
        case Heading():
            return Gap.HEADING
        case Plain(is_first=False) | Code(is_first=False):
            return Gap.NONE
    return Gap.BLOCK
