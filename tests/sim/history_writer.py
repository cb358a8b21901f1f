"""A process that writes into a vault for as long as it lives, and says on stdout what has been stored, at once.

    python -m tests.sim.history_writer FOLDER [COUNT]

Lines: "message PROCESS NUMBER" after add_message returned, "reply PROCESS NUMBER LENGTH" after grow_reply did. With
COUNT it ends by itself; "error WORDS" is the StorageError that ended it.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from app.domain.conversation import ChatInfo, EndReason, Message, Role
from app.domain.errors import StorageError
from app.domain.ids import MessageId, new_chat_id, new_message_id
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import NullKeyring


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # no buffer: what is said outlives a kill


def main() -> None:
    vault = DataVault(DataFolder(Path(sys.argv[1])), NullKeyring())
    try:
        vault.open_without_asking()
        chat = new_chat_id()
        vault.chats.save_chat(ChatInfo(chat, f"written by {os.getpid()}"))
        parent: MessageId | None = None
        for n in range(int(sys.argv[2]) if len(sys.argv) > 2 else 10**9):
            text = f"message {os.getpid()} {n} {'padding ' * 40}"
            asked = Message(new_message_id(), Role.USER, text, parent=parent)
            vault.chats.add_message(chat, asked)
            say("message", os.getpid(), n)
            reply = Message(new_message_id(), Role.ASSISTANT, "", parent=asked.id)
            vault.chats.add_message(chat, reply)
            for length in range(1, 8):
                grown = replace(reply, text="word " * length, tokens=tuple(range(length)))
                vault.chats.grow_reply(grown)
                say("reply", os.getpid(), n, length)
            vault.chats.grow_reply(replace(grown, end=EndReason.END_OF_TEXT))
            parent = reply.id
    except StorageError as error:
        say("error", error.message, "|", error.advice)
    finally:
        vault.close()


if __name__ == "__main__":
    main()
