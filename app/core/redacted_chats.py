"""Which chats redact, and the ChatRedaction of each. The Library's lock guards it."""

from functools import partial

from app.core.ports import ChatStore
from app.core.redaction import ChatRedaction, Redaction, stand_in_store
from app.domain.conversation import ChatInfo
from app.domain.ids import ChatId


class RedactedChats:
    def __init__(self, redaction: Redaction | None) -> None:
        """None: no chat redacts (the terminal)."""
        self._redaction = redaction
        self._chats: dict[ChatId, ChatRedaction] = {}

    def redacts(self, info: ChatInfo) -> bool:
        if self._redaction is None:
            return False
        return self._redaction.choices.is_on if info.options.redacts is None else info.options.redacts

    def of(self, info: ChatInfo, store: ChatStore) -> ChatRedaction | None:
        """None where the chat does not redact and never did: then nothing of redaction is loaded. Raises
        StorageError."""
        if self._redaction is None:
            return None
        if info.id not in self._chats:
            if not self.redacts(info) and not store.stand_ins(info.id):
                return None
            kept = stand_in_store(partial(store.stand_ins, info.id), partial(store.save_stand_ins, info.id))
            self._chats[info.id] = ChatRedaction(self._redaction, kept)
        return self._chats[info.id]

    def forget(self) -> None:
        self._chats.clear()
        if self._redaction is not None:
            self._redaction.forget()
