"""The real app in a process of its own, window and all (offscreen), that writes without end until somebody kills it.

    python -m tests.sim.app_process NEARHALF_HOME

It prints one JSON object a line: {"sent": chat, "message": id} once a message of the person is stored, {"text": id,
"length": n, "at_s": monotonic} as a reply grows, {"ended": id}. What it printed before it was killed is what a person
could have seen.
"""

import json
import sys
import time
from typing import Any

from PySide6.QtCore import QTimer

from app.core.events import Event, MessageAdded, ReplyEnded, TextAdded
from app.domain.conversation import Role
from app.main import main
from app.ui.session import Session

QUESTION = "Tell me a long story about a lighthouse, its keeper and the sea."


def say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Writing(Session):
    """A session that sends a message as soon as it can, and another after each reply."""

    def begin(self) -> None:
        self._length: dict[object, int] = {}
        self._is_driven = False
        self._watch = QTimer(self, interval=20)
        self._watch.timeout.connect(self._drive)
        self._watch.start()
        super().begin()

    def _drive(self) -> None:
        chats = self._chats
        if chats is None or not chats.is_ready or chats.busy_chat is not None or self.window.desk is None:
            return
        if not self._is_driven:
            self._is_driven = True
            chats.subscribe(self._tell)
        self.window.desk.new_chat()
        self.window.desk.send(QUESTION)

    def _tell(self, event: Event) -> None:
        match event:
            case MessageAdded(chat, turn) if turn.message.role is Role.USER:
                say(sent=str(chat), message=str(turn.message.id))
            case TextAdded(message, text):
                length = self._length[message] = self._length.get(message, 0) + len(text)
                say(text=str(message), length=length, at_s=time.monotonic())
            case ReplyEnded(_, message):
                say(ended=str(message))


if __name__ == "__main__":
    import os

    import app.ui.application

    os.environ["NEARHALF_HOME"] = sys.argv[1]
    app.ui.application.Session = Writing  # type: ignore[misc]
    sys.exit(main([]))
