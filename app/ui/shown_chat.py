"""The chat on show as the window knows it: built from events alone, so that it never runs ahead of what is painted."""

import re
from collections.abc import Callable
from dataclasses import replace

from app.core.events import Message, Role
from app.domain.conversation import Turn
from app.domain.ids import ChatId, MessageId

_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(.*?)(?:^ {0,3}\1[`~]*\s*$|\Z)", re.MULTILINE | re.DOTALL)


class ShownChat:
    """`chat` is None before the first is opened. After `begin` there are no turns until HistoryChanged brings them."""

    def __init__(self) -> None:
        self.chat: ChatId | None = None
        self.turns: list[Turn] = []

    def begin(self, chat: ChatId | None) -> None:
        self.chat, self.turns = chat, []

    def replace_all(self, turns: tuple[Turn, ...]) -> None:
        self.turns = list(turns)

    def add(self, turn: Turn) -> None:
        self.turns.append(turn)

    def append_text(self, message: MessageId, text: str) -> bool:
        """False where that message is not on show."""
        return self._change(message, lambda old: replace(old, text=old.text + text))

    def end(self, message: MessageId, ended: Message) -> bool:
        return self._change(message, lambda _: ended)

    def find(self, message: MessageId) -> Turn | None:
        return next((turn for turn in reversed(self.turns) if turn.message.id == message), None)

    def last(self, role: Role) -> Message | None:
        return next((turn.message for turn in reversed(self.turns) if turn.message.role is role), None)

    @property
    def last_with_siblings(self) -> Turn | None:
        return next((turn for turn in reversed(self.turns) if turn.of > 1), None)

    @property
    def has_code(self) -> bool:
        reply = self.last(Role.ASSISTANT)
        return reply is not None and ("```" in reply.text or "~~~" in reply.text)

    def last_code(self) -> str:
        """The last fenced code of the last reply, without its fences; "" where there is none."""
        reply = self.last(Role.ASSISTANT)
        found = _FENCED.findall(reply.text) if reply is not None else []
        return str(found[-1][1]).rstrip("\n") if found else ""

    def _change(self, message: MessageId, change: Callable[[Message], Message]) -> bool:
        for at in range(len(self.turns) - 1, -1, -1):
            if self.turns[at].message.id == message:
                self.turns[at] = replace(self.turns[at], message=change(self.turns[at].message))
                return True
        return False
