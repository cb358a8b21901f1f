"""Ids, so that a type checker tells them apart."""

from typing import NewType
from uuid import UUID, uuid4

MessageId = NewType("MessageId", UUID)
ChatId = NewType("ChatId", UUID)
FolderId = NewType("FolderId", UUID)

NO_MESSAGE = MessageId(UUID(int=0))  # bytes that belong to no message of a chat (set-up, health, downloads)


def new_message_id() -> MessageId:
    return MessageId(uuid4())


def new_chat_id() -> ChatId:
    return ChatId(uuid4())


def new_folder_id() -> FolderId:
    return FolderId(uuid4())
