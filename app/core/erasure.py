"""What a deleted chat left in the ledger is erased: which replies those were, remembered until it is done.

The ledger knows replies by their ids alone. The store knows the ids of replies that have at least one token; of those
that ended before it, and of those that a crash broke off, the ids are noted here before anything is sent. Notes are
kept where the system message is: in the encrypted history. Any thread; the Library's lock guards it.
"""

import json
import logging
from collections.abc import Callable, Collection
from uuid import UUID

from app.domain.errors import AppError, where_it_failed
from app.domain.ids import ChatId, MessageId

log = logging.getLogger(__name__)

SETTING = "ledger_replies"  # {"": [replies to be erased], chat: [replies that the store may not know]}
_OWED = ""

Erase = Callable[[Collection[MessageId]], object]


class Erasures:
    """erase: PrivacyGate.erase. read, write: a setting in the encrypted store (Vault.read_setting, write_setting)."""

    def __init__(self, erase: Erase, read: Callable[[str], str], write: Callable[[str, str], None]) -> None:
        self._erase = erase
        self._read = read
        self._write = write
        self._of_temporary: dict[ChatId, set[MessageId]] = {}

    @classmethod
    def none(cls) -> "Erasures":
        """For chats of which nothing is kept, so that nothing of them is deleted either."""
        notes: dict[str, str] = {}
        return cls(lambda messages: None, lambda name: notes.get(name, ""), notes.__setitem__)

    def begun(self, chat: ChatId, reply: MessageId, *, is_temporary: bool) -> None:
        """A reply is about to be asked for. Never raises: a chat goes on where a note cannot be made."""
        if is_temporary:
            self._of_temporary.setdefault(chat, set()).add(reply)
            return
        try:
            notes = self._notes()
            notes.setdefault(chat.hex, []).append(reply.hex)
            self._keep(notes)
        except AppError as error:  # the message was stored a moment ago; only a reply without a token needs the note
            log.info("a note could not be made: %s", where_it_failed(error))

    def stored(self, chat: ChatId, reply: MessageId) -> None:
        """The store has it: it needs no note. Never raises."""
        try:
            notes = self._notes()
            if reply.hex in notes.get(chat.hex, ()):
                notes[chat.hex].remove(reply.hex)
                self._keep({name: replies for name, replies in notes.items() if replies})
        except AppError as error:  # a note too many does no harm
            log.info("a note could not be dropped: %s", where_it_failed(error))

    def erase(self, chats: Collection[ChatId], messages: Collection[MessageId]) -> None:
        """Erase what these messages, and replies of these chats that no store has, left in the ledger.

        What fails is tried again with the next call. Raises StorageError where not even that could be noted.
        """
        notes = self._notes()
        gone = {message.hex for message in messages}.union(notes.pop(_OWED, ()))
        gone.update(*(notes.pop(chat.hex, ()) for chat in chats))
        if not gone:
            return
        self._keep({**notes, _OWED: sorted(gone)})
        if self._is_erased({MessageId(UUID(reply)) for reply in gone}):
            self._keep(notes)

    def close(self) -> None:
        """Temporary chats end with the app. Never raises."""
        replies = set().union(*self._of_temporary.values())
        self._of_temporary.clear()
        if replies:
            self._is_erased(replies)

    def _is_erased(self, messages: Collection[MessageId]) -> bool:
        try:
            self._erase(messages)
        except AppError as error:
            log.info("the ledger could not be erased: %s", where_it_failed(error))
            return False
        return True

    def _notes(self) -> dict[str, list[str]]:
        text = self._read(SETTING)
        return dict(json.loads(text)) if text else {}  # nobody but this class writes it

    def _keep(self, notes: dict[str, list[str]]) -> None:
        self._write(SETTING, json.dumps(notes))
