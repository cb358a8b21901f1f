"""Trees of messages: built from links that may point anywhere, and laid out as branches for a reader.

Nothing here recurses: a chat of 100,000 messages is a tree 100,000 deep.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.conversation import Message, Role, StoredChat
from app.domain.ids import MessageId


@dataclass(slots=True)
class Node:
    """A message of a foreign file, or (message None) a step that only links others: its children move up."""

    parent: str | None
    message: Message | None
    children: Sequence[str] = ()  # in their order, where the file says it


@dataclass(frozen=True, slots=True)
class Tree:
    messages: list[Message]  # parents before children, with their parents set
    shown: dict[MessageId | None, MessageId]
    broken_links: int


def build(nodes: Mapping[str, Node], leaf: str | None, *, is_joined: bool = True) -> Tree:
    """Messages with their parents, whatever the links: missing parents begin a branch, circles are cut.

    leaf: the last message of the branch on show. Elsewhere the latest child is shown.
    is_joined: make one reply of its pieces, which tools had come between.
    """
    children, roots, broken = _children(nodes)
    messages: list[Message] = []
    place_of: dict[str, MessageId | None] = {}  # node -> the nearest message at or above it
    pending: list[tuple[str, MessageId | None]] = [(root, None) for root in reversed(roots)]
    unseen = iter(nodes)
    while True:
        if not pending:
            start = next((name for name in unseen if name not in place_of), None)
            if start is None:
                break
            broken += 1  # only reached through a circle
            pending.append((start, None))
        name, above = pending.pop()
        if name in place_of:
            continue
        message = nodes[name].message
        if message is not None:
            messages.append(replace(message, parent=above))
            above = message.id
        place_of[name] = above
        pending.extend((child, above) for child in reversed(children[name]))
    stands_in: dict[MessageId | None, MessageId] = {}
    if is_joined:
        messages, stands_in = _joined(messages)
    last = place_of.get(leaf) if leaf else None
    return Tree(messages, _shown(messages, _path(messages, stands_in.get(last, last))), broken)


def _children(nodes: Mapping[str, Node]) -> tuple[dict[str, list[str]], list[str], int]:
    """(children by parent, roots, links that led nowhere). A parent's own list decides the order of its children."""
    children: dict[str, list[str]] = {name: [] for name in nodes}
    placed: set[str] = set()
    for name, node in nodes.items():
        for child in node.children:
            found = nodes.get(child)
            if found is not None and child not in placed and (found.parent == name or found.parent not in nodes):
                children[name].append(child)
                placed.add(child)
    roots, broken = [], 0
    for name, node in nodes.items():
        if name in placed:
            continue
        if node.parent in children:
            children[node.parent].append(name)
        else:
            roots.append(name)
            broken += node.parent is not None
    return children, roots, broken


def _joined(messages: list[Message]) -> tuple[list[Message], dict[MessageId | None, MessageId]]:
    """Replies in several pieces, with tools between them, as one message each; and which message stands for a piece."""
    siblings = Counter(message.parent for message in messages)
    pieces: dict[MessageId, list[Message]] = {}
    stands_in: dict[MessageId | None, MessageId] = {}
    for message in messages:  # parents come first
        parent = stands_in.get(message.parent, message.parent)
        above = pieces.get(parent) if parent is not None else None
        if above and above[0].role is message.role is Role.ASSISTANT and siblings[message.parent] == 1:
            stands_in[message.id] = above[0].id
            above.append(message)
        else:
            pieces[message.id] = [replace(message, parent=parent)]
    return [found[0] if len(found) == 1 else _one(found) for found in pieces.values()], stands_in


def _one(pieces: Sequence[Message]) -> Message:
    return replace(
        pieces[0],
        text="\n\n".join(piece.text for piece in pieces if piece.text),
        attachments=tuple(attachment for piece in pieces for attachment in piece.attachments),
        end=pieces[-1].end,
    )


def _path(messages: Sequence[Message], leaf: MessageId | None) -> set[MessageId]:
    """The messages from `leaf` up to the root."""
    parent_of = {message.id: message.parent for message in messages}
    found: set[MessageId] = set()
    while leaf is not None and leaf in parent_of:
        found.add(leaf)
        leaf = parent_of[leaf]
    return found


def _shown(messages: Sequence[Message], path: set[MessageId]) -> dict[MessageId | None, MessageId]:
    shown: dict[MessageId | None, MessageId] = {}
    for message in messages:
        if shown.get(message.parent) not in path:
            shown[message.parent] = message.id
    return shown


@dataclass(frozen=True, slots=True)
class Branch:
    """A run of messages, each the child of the one before. Numbers are places in the written order, from 1."""

    messages: Sequence[Message]
    first_number: int
    instead_of: int | None = None  # the number of the sibling that this branch stands beside; None: the one on show


def branches(chat: StoredChat) -> list[Branch]:
    """The branch on show first, then every other one; each message stands in exactly one."""
    children: dict[MessageId | None, list[Message]] = {None: []}
    for message in chat.messages:
        children.setdefault(message.parent, []).append(message)
    found: list[Branch] = []
    number_of: dict[MessageId, int] = {}
    pending: list[tuple[Message, MessageId]] = []  # a first message to write, and the sibling it stands beside
    first = _on_show(chat, None, children[None])
    beside: MessageId | None = None
    while first is not None:
        run = _run(chat, first, children)
        start = len(number_of) + 1
        number_of.update((message.id, start + place) for place, message in enumerate(run))
        found.append(Branch(run, start, number_of[beside] if beside is not None else None))
        for message in reversed(run if beside is None else run[1:]):
            siblings = children[message.parent]
            pending.extend((other, message.id) for other in reversed(siblings) if other.id != message.id)
        first, beside = pending.pop() if pending else (None, None)
    return found


def _on_show(chat: StoredChat, parent: MessageId | None, children: Sequence[Message]) -> Message | None:
    if not children:
        return None
    shown = chat.shown.get(parent)
    return next((child for child in children if child.id == shown), children[-1])


def _run(chat: StoredChat, first: Message, children: Mapping[MessageId | None, Sequence[Message]]) -> list[Message]:
    run = [first]
    while (below := _on_show(chat, run[-1].id, children.get(run[-1].id, ()))) is not None:
        run.append(below)
    return run
