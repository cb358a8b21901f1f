"""Ids for chats that come in while theirs are taken: by one that was deleted and is not forgotten yet, or by another.

The new ones follow from the old ones, so that a file that is imported once more is still recognised.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from uuid import uuid4, uuid5

from app.domain.conversation import StoredChat
from app.domain.ids import ChatId, MessageId

MOST = 16  # times that one chat is deleted and imported again before anything is forgotten


def variants(chat: ChatId) -> Iterator[ChatId]:
    """Its own id, and those under which it comes again."""
    yield chat
    for number in range(1, MOST):
        yield ChatId(uuid5(chat, f"nearhalf:again:{number}"))


class Known(Container[ChatId]):
    """Chats that are there, under their own id or another of `variants`."""

    def __init__(self, there: Container[ChatId]) -> None:
        self._there = there

    def __contains__(self, chat: object) -> bool:
        return any(variant in self._there for variant in variants(chat))  # type: ignore[arg-type]


def with_free_ids(
    chat: StoredChat, is_deleted: Callable[[ChatId], bool], is_taken: Callable[[MessageId], bool]
) -> StoredChat:
    """The same chat: under another id where a deleted chat has its own, and so with each message whose id is taken."""
    chat_id = next((variant for variant in variants(chat.info.id) if not is_deleted(variant)), ChatId(uuid4()))
    names: dict[MessageId | None, MessageId] = {}
    for message in chat.messages:
        if chat_id != chat.info.id or is_taken(message.id):
            names[message.id] = _free(chat_id, message.id, is_taken)
    if not names:
        return chat
    messages = [
        replace(message, id=names.get(message.id, message.id), parent=names.get(message.parent, message.parent))
        for message in chat.messages
    ]
    shown = {names.get(parent, parent): names.get(child, child) for parent, child in chat.shown.items()}
    return StoredChat(replace(chat.info, id=chat_id), messages, shown)


def _free(chat: ChatId, message: MessageId, is_taken: Callable[[MessageId], bool]) -> MessageId:
    for number in range(MOST):
        found = MessageId(uuid5(chat, f"{message}:{number}"))
        if not is_taken(found):
            return found
    return MessageId(uuid4())
