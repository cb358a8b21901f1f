"""Stop strings over streamed text.

Text that could be the beginning of a stop string is held back until it is decided. Where several could match, the one
that is complete first wins (of those, the longest), so the result does not depend on how the text was cut into pieces.
"""

from collections.abc import Sequence


class StopStrings:
    """Watches one reply. Feed every piece to `add`; show what it returns; after the reply show `finish`."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.met = False

    def add(self, text: str) -> str:
        """The text that may be shown now. Once a stop string is met, `met` is True and nothing more comes."""
        if self.met:
            return ""
        if not self._stops:
            return text
        self._held += text
        ends = [(at + len(stop), -len(stop)) for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if ends:
            end, negative_length = min(ends)
            self.met = True
            shown, self._held = self._held[: end + negative_length], ""
            return shown
        keep = self._undecided()
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def finish(self) -> str:
        """The reply is over: what was held back after all."""
        held, self._held = self._held, ""
        return held

    def _undecided(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = min(len(self._held), max(map(len, self._stops)) - 1)
        for length in range(longest, 0, -1):
            end = self._held[-length:]
            if any(stop.startswith(end) for stop in self._stops):
                return length
        return 0
