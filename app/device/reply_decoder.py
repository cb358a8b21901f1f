"""Streaming tokens into text, never splitting a character.

Tokenizers may cut one character into several tokens, and may decode a token differently at the start of a text (dropped
spaces). So each token is decoded behind the tokens shown just before it, and what is incomplete ("\\ufffd" at the end)
waits for the next token.
"""

from collections.abc import Callable, Sequence

_INCOMPLETE = "\ufffd"


class StreamingDecoder:
    """Decodes one reply. `decode` turns ids into text; ids in `skipped` (control tokens) show nothing."""

    def __init__(self, decode: Callable[[Sequence[int]], str], skipped: frozenset[int]) -> None:
        self._decode = decode
        self._skipped = skipped
        self._shown: list[int] = []  # the tokens shown last, as context
        self._shown_text = ""
        self._pending: list[int] = []

    def add(self, token: int) -> str:
        """Take the next token; return the text that is now certain."""
        if token in self._skipped:
            return ""
        self._pending.append(token)
        text = self._decode(self._shown + self._pending)
        # a token that shows nothing yet (a lone space, with some tokenizers) may show in the company of the next one
        return "" if text.endswith(_INCOMPLETE) or text == self._shown_text else self._advance(text)

    def finish(self) -> str:
        """The reply is over: the text of tokens that never became a whole character."""
        return self._advance(self._decode(self._shown + self._pending)) if self._pending else ""

    def _advance(self, text: str) -> str:
        # a byte that spoils its run changes how the tokens shown before it decode: then it is decoded alone
        new = text[len(self._shown_text) :] if text.startswith(self._shown_text) else self._decode(self._pending)
        self._shown, self._pending = self._pending, []
        self._shown_text = self._decode(self._shown)
        return new
