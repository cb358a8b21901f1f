"""Keeping a person's words from being read as control tokens.

A chat template writes control tokens ("<|im_end|>") between texts that people wrote, and the tokenizer cannot tell who
wrote what: someone who types "<|im_end|>" could end their turn and write the system's. So before rendering, every
control token inside a person's text is broken by one private-use character that occurs nowhere else. Whatever the
template then does to the text (trim, split, join), a control token that is still whole was written by the template. The
text backends encode those, and remove the break from the rest, which stays text.
"""

import re
from collections.abc import Iterable, Sequence


class ControlText:
    """The control tokens of one tokenizer. Text without any is never touched."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = frozenset(token for token in tokens if token)
        longest_first = sorted(self.tokens, key=lambda token: (-len(token), token))
        self.pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def break_in(self, text: str, mark: str) -> str:
        """`text` with `mark` after the first character of every control token in it."""
        while self.pattern.search(text):  # breaking one may leave another that overlapped it
            text = self.pattern.sub(lambda found: found[0][0] + mark + found[0][1:], text)
        return text

    def split(self, text: str) -> list[str]:
        """text, control token, text, control token, ..., text."""
        pieces: list[str] = []
        at = 0
        for found in self.pattern.finditer(text):
            pieces += [text[at : found.start()], found[0]]
            at = found.end()
        return [*pieces, text[at:]]


def unused_mark(texts: Sequence[str]) -> str:
    """A private-use character that is in none of `texts`."""
    used = set().union(*texts)
    return next(mark for mark in map(chr, range(0xE000, 0x110000)) if mark not in used)
