"""Token ids as they are stored, and a sequence that unpacks them only when somebody looks.

A version byte, then little-endian numbers of 2 bytes (version 1) or, where one does not fit, 4 (version 2). A chat of
10,000 messages holds about a million ids: as a tuple each they would take 36 MB and most of the time of opening it.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import overload

_FORMATS = {1: "H", 2: "I"}


def pack_tokens(tokens: Sequence[int]) -> bytes | None:
    """None for no tokens."""
    if isinstance(tokens, PackedTokens):
        return tokens.packed
    if not tokens:
        return None
    version = 1 if max(tokens) < 2**16 else 2
    return struct.pack(f"<B{len(tokens)}{_FORMATS[version]}", version, *tokens)


class PackedTokens(Sequence[int]):
    """Equal to the tuple of the same ids, and hashed like it. ValueError for what `pack_tokens` did not write."""

    __slots__ = ("_code", "packed")

    def __init__(self, packed: bytes) -> None:
        self.packed = packed
        self._code = _FORMATS.get(packed[0]) if packed else None
        if self._code is None or (len(packed) - 1) % struct.calcsize(f"<{self._code}"):
            raise ValueError("not packed tokens")

    def __len__(self) -> int:
        return (len(self.packed) - 1) // struct.calcsize(f"<{self._code}")

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[int, ...]: ...
    def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:
        return self._all()[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedTokens):
            return self.packed == other.packed
        return isinstance(other, tuple | list) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> tuple[int, ...]:
        return struct.unpack_from(f"<{len(self)}{self._code}", self.packed, 1)
