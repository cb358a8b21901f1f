"""How many tokens a draft would make of its chat, exactly, at the cost of the draft alone.

A tokenizer encodes the text between two control tokens by itself. So where the ids of a chat are

    ... <end of turn> (before the draft) (the draft) (behind the draft)

everything up to that end of turn is the same for every draft, and the rest is what it is in a short chat with the same
draft. That is checked against the chat's own ids when a branch is first measured; where a template does otherwise, the
whole chat is encoded for every draft. Any thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from app.core.generation import shared_prefix
from app.core.ports import Tokens
from app.core.prompt import Prompt, prompt_of, with_draft
from app.domain.conversation import Message

_SHORT = 2  # turns that are encoded as a whole: a draft, and the system message
_CHARS_PER_TOKEN = 64  # more than any text has: a chat with that many times the context's positions cannot fit
_ORDINARY_CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class _Measured:
    """A branch, and what every draft behind it begins with."""

    branch: Sequence[Message]  # compared by identity: a tree gives the same object until it changes
    system: str
    prompt: Prompt
    start: list[int] | None  # ids up to and with the last end of turn before a draft; None: encode all each time
    skipped: int  # the same in the short chat: how many ids
    chars: int


class PromptMeter:
    """Remembers the branch that was measured last."""

    def __init__(self, tokenizer: Tokens, model_id: str) -> None:
        self._tokenizer = tokenizer
        self._model_id = model_id
        self._lock = Lock()
        self._last: _Measured | None = None

    def tokens(self, branch: Sequence[Message], draft: Message, system: str, limit: int) -> list[int] | int:
        """The ids that sending `draft` after `branch` would have as its prompt. Where that is many times the `limit`,
        only about how many: encoding would take seconds. Raises ModelError."""
        with self._lock:
            last = self._last
        if last is None or last.branch is not branch or last.system != system:
            last = self._measure(branch, draft, system, limit)
            with self._lock:
                self._last = last
        prompt = with_draft(last.prompt, draft)
        chars = last.chars + len(prompt.turns[-1][1])
        if chars > limit * _CHARS_PER_TOKEN:
            return chars // _ORDINARY_CHARS_PER_TOKEN
        if last.start is None:
            return self._encode(prompt)
        return last.start + self._encode(_short(prompt))[last.skipped :]

    def forget(self) -> None:
        with self._lock:
            self._last = None

    def _measure(self, branch: Sequence[Message], draft: Message, system: str, limit: int) -> _Measured:
        prompt = prompt_of(branch, system, self._model_id, self._tokenizer.eos_ids)
        chars = sum(len(text) for _, text in prompt.turns)
        whole = with_draft(prompt, draft)
        is_worth_it = len(whole.turns) > _SHORT and chars <= limit * _CHARS_PER_TOKEN
        start, skipped = self._split(whole) if is_worth_it else (None, 0)
        return _Measured(branch, system, prompt, start, skipped, chars)

    def _split(self, prompt: Prompt) -> tuple[list[int] | None, int]:
        """(ids up to the last end of turn before the draft, how many of the short chat's ids those replace); (None, 0)
        where the two chats do not agree."""
        short = self._encode(_short(prompt))
        role, text = prompt.turns[-1]
        longer = self._encode(_short(Prompt([*prompt.turns[:-1], (role, f"{text}.")])))
        same = shared_prefix(short, longer)  # ends in the draft
        skipped = max((at + 1 for at, token in enumerate(short[:same]) if token in self._tokenizer.eos_ids), default=0)
        whole, tail = self._encode(prompt), short[skipped:]
        start = whole[: len(whole) - len(tail)]
        if not skipped or start[-1:] != short[skipped - 1 : skipped] or start + tail != whole:
            return None, 0
        return start, skipped

    def _encode(self, prompt: Prompt) -> list[int]:
        return self._tokenizer.encode_chat(prompt.turns, add_generation_prompt=True, replies=prompt.replies)


def _short(prompt: Prompt) -> Prompt:
    """A chat of one exchange that ends with the same draft, under the same system message."""
    system = prompt.turns[:1] if prompt.turns[0][0] == "system" else []
    return Prompt([*system, ("user", "a"), ("assistant", "b"), prompt.turns[-1]])
