"""One chat's messages as a tree, and the branch of it that is shown.

Nothing is overwritten or forgotten here: an edited message and a regenerated reply are siblings, and what the person
deletes is only hidden. Knows no storage, no events and no threads: whoever owns a tree guards it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from app.domain.conversation import Message, Turn
from app.domain.ids import MessageId, new_message_id

Choice = tuple[MessageId | None, MessageId]  # under this parent (None: at the root), this child is on show


class Tree:
    """Messages by id; children in the order they came. `shown`: parent -> the child that was seen last."""

    def __init__(
        self, messages: Iterable[Message] = (), shown: Mapping[MessageId | None, MessageId] | None = None
    ) -> None:
        """`messages`: parents before children. One whose parent is missing stands at the root: it is not lost."""
        self._messages: dict[MessageId, Message] = {}
        self._children: dict[MessageId | None, list[MessageId]] = {}
        self._hidden: set[MessageId] = set()
        self._branch: tuple[Message, ...] | None = None
        self._seen_before: tuple[MessageId, MessageId | None] | None = None  # the last one added, and what it covered
        for message in messages:
            self._insert(message)
        self._shown = {parent: child for parent, child in (shown or {}).items() if child in self._messages}

    # Reading

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, message: MessageId) -> bool:
        return message in self._messages

    def __getitem__(self, message: MessageId) -> Message:
        return self._messages[message]

    @property
    def messages(self) -> tuple[Message, ...]:
        """All of them, hidden ones too, parents before children."""
        return tuple(self._messages.values())

    @property
    def shown(self) -> dict[MessageId | None, MessageId]:
        return dict(self._shown)

    def parent_of(self, message: MessageId) -> MessageId | None:
        parent = self._messages[message].parent
        return parent if parent in self._messages else None

    def is_visible(self, message: MessageId) -> bool:
        """Whether neither it nor any message above it is hidden."""
        return message in self._messages and not any(one.id in self._hidden for one in self.path_to(message))

    def is_hidden(self, message: MessageId) -> bool:
        """Whether it was hidden itself (not for one above it)."""
        return message in self._hidden

    def siblings(self, message: MessageId) -> tuple[MessageId, ...]:
        """`message` and those that stand beside it, in the order they came; hidden ones left out."""
        return tuple(self._visible_children(self.parent_of(message)))

    def path_to(self, message: MessageId) -> tuple[Message, ...]:
        """From the root to `message`."""
        path: list[Message] = []
        at: MessageId | None = message
        while at is not None:
            path.append(self._messages[at])
            at = self.parent_of(at)
        return tuple(reversed(path))

    def subtree(self, message: MessageId) -> Iterator[Message]:
        """`message` and everything below it, parents before children."""
        waiting = [message]
        while waiting:
            at = waiting.pop()
            yield self._messages[at]
            waiting.extend(reversed(self._children.get(at, [])))

    def shown_child(self, parent: MessageId | None) -> MessageId | None:
        """The child of `parent` that was seen last; where that one is hidden, the nearest (an earlier one first)."""
        visible = self._visible_children(parent)
        chosen = self._shown.get(parent)
        if not visible or chosen in visible:
            return chosen if visible else None
        children = self._children[parent]
        before = children[: children.index(chosen)] if chosen in children else children
        return next((child for child in reversed(before) if child in visible), visible[0])

    def branch(self) -> tuple[Message, ...]:
        """What is shown: a path from the root to a leaf."""
        if self._branch is None:
            path: list[Message] = []
            at = self.shown_child(None)
            while at is not None:
                path.append(self._messages[at])
                at = self.shown_child(at)
            self._branch = tuple(path)
        return self._branch

    def turn(self, message: MessageId) -> Turn:
        siblings = self.siblings(message)
        place = siblings.index(message) + 1 if message in siblings else 1
        return Turn(self._messages[message], place, max(len(siblings), 1))

    def turns(self) -> tuple[Turn, ...]:
        return tuple(self.turn(message.id) for message in self.branch())

    # Changing

    def add(self, message: Message) -> None:
        """Put a new message under its parent, and show it. Raises KeyError where its parent is not here."""
        if message.parent is not None and message.parent not in self._messages:
            raise KeyError(message.parent)
        self._insert(message)
        self._seen_before = (message.id, self._shown.get(message.parent))
        self._shown[message.parent] = message.id
        self._branch = None

    def update(self, message: Message) -> None:
        """What is known of a message has changed (a reply has grown); its place stays."""
        self._messages[message.id] = replace(message, parent=self._messages[message.id].parent)
        self._branch = None

    def take_out(self, message: MessageId) -> None:
        """A reply of which nothing was made goes again; what was shown before is shown. Only a leaf may go."""
        if self._children.get(message):
            raise ValueError("only a message with nothing below it can be taken out")
        parent = self.parent_of(message)
        children = self._children[parent]
        at = children.index(message)
        del children[at], self._messages[message]
        self._hidden.discard(message)
        if self._shown.get(parent) == message:
            del self._shown[parent]
            added, before = self._seen_before or (None, None)
            if added == message and before is not None:
                self._shown[parent] = before
        self._branch = None

    def show(self, message: MessageId) -> tuple[Choice, ...]:
        """Show a branch that holds `message`; below it, what was seen last. Returns the choices that changed."""
        changed: list[Choice] = []
        for one in self.path_to(message):
            parent = self.parent_of(one.id)
            if self._shown.get(parent) != one.id:
                self._shown[parent] = one.id
                changed.append((parent, one.id))
        self._branch = None
        return tuple(changed)

    def sibling(self, message: MessageId, step: int) -> MessageId:
        """The sibling `step` places on, no further than the first and the last."""
        siblings = self.siblings(message)
        return siblings[min(max(siblings.index(message) + step, 0), len(siblings) - 1)]

    def hide(self, message: MessageId) -> None:
        """It and all below it are no longer shown; nothing is forgotten."""
        self._hidden.add(message)
        self._branch = None

    def unhide(self, message: MessageId) -> None:
        self._hidden.discard(message)
        self._branch = None

    def copy_of_path(self, message: MessageId) -> tuple[Message, ...]:
        """The path to `message` as a chat of its own: the same messages under new ids."""
        copies: list[Message] = []
        for one in self.path_to(message):
            parent = copies[-1].id if copies else None
            copies.append(replace(one, id=new_message_id(), parent=parent))
        return tuple(copies)

    def _insert(self, message: Message) -> None:
        if message.id in self._messages:
            raise ValueError("a message can be added only once")
        self._messages[message.id] = message
        self._children.setdefault(self.parent_of(message.id), []).append(message.id)

    def _visible_children(self, parent: MessageId | None) -> list[MessageId]:
        children = self._children.get(parent, [])
        return [child for child in children if child not in self._hidden] if self._hidden else children
