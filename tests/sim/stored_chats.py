"""Chats to store: the fewest words that make one."""

from dataclasses import replace

from app.domain.conversation import ChatInfo, EndReason, Message, Role, Traffic
from app.domain.ids import ChatId, MessageId, new_chat_id, new_message_id
from app.storage.chat_store import EncryptedChatStore


def a_message(text: str, parent: MessageId | None = None) -> Message:
    return Message(new_message_id(), Role.USER, text, parent=parent, created_at_ms=1)


def a_reply(text: str, parent: MessageId | None, tokens: tuple[int, ...] = (1, 2, 70_000)) -> Message:
    message = Message(new_message_id(), Role.ASSISTANT, text, tokens, parent, 2, end=EndReason.END_OF_TEXT)
    return replace(message, traffic=Traffic(3, 3, 1152, 1152, 9, 3, 1, 0.25, 0.5), model_id="smollm2")


def a_chat(store: EncryptedChatStore, *texts: str, title: str = "") -> tuple[ChatId, list[Message]]:
    """A stored chat of these messages, one under the other, the person's and the model's in turn."""
    chat = new_chat_id()
    store.save_chat(ChatInfo(chat, title, created_at_ms=1))
    messages: list[Message] = []
    for text in texts:
        parent = messages[-1].id if messages else None
        messages.append(a_reply(text, parent) if len(messages) % 2 else a_message(text, parent))
        store.add_message(chat, messages[-1])
    return chat, messages


def texts(store: EncryptedChatStore, chat: ChatId) -> list[str]:
    return [message.text for message in store.load(chat).messages]
