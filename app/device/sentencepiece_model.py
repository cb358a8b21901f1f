"""The kinds of the pieces in a sentencepiece model file, which the library's Python interface does not tell in full.

Reads the two fields needed of its ModelProto (field 1: pieces; in each, field 3: type) without the protobuf library.
"""

from collections.abc import Iterator
from enum import IntEnum


class PieceKind(IntEnum):
    """sentencepiece_model.proto, SentencePiece.Type."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


def piece_kinds(model: bytes) -> list[PieceKind]:
    """The kind of every piece, by id. Raises ValueError where the bytes are not such a file."""
    kinds: list[PieceKind] = []
    for field, value in _fields(model):
        if field == 1 and isinstance(value, bytes):
            kind = next((inner for number, inner in _fields(value) if number == 3), 1)
            if not isinstance(kind, int):
                raise ValueError("a kind that is not a number")
            kinds.append(PieceKind(kind))
    return kinds


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of one protobuf message; fixed-size values come as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire_type = key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        sizes = {1: 8, 5: 4}
        if wire_type == 2:
            size, at = _varint(message, at)
        elif wire_type in sizes:
            size = sizes[wire_type]
        else:
            raise ValueError("not a protobuf message")
        if at + size > len(message):
            raise ValueError("a field is cut short")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is cut short")
