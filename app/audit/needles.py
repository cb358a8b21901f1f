"""A secret in every form in which it could hide in bytes: as text, as numbers, as token ids, and inside what is packed.

What it cannot find it does not deny: anything that was computed from the secret with a key or a matrix, the model's own
embeddings among them (docs/what-leaves-your-device.md).
"""

import base64
import bz2
import importlib
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

import numpy as np
import numpy.typing as npt

WORDS_IN_A_ROW = 3  # of a sentence: fewer may be chance
REPLY_WORDS_IN_A_ROW = 5  # a model's words are less unusual
TOKENS_IN_A_ROW = 4
ONE_BYTE_TOKENS_IN_A_ROW = 8  # ids cut down to one byte each
_LEAST_BYTES = 6  # a shorter form would be met by chance
_INFLATED_BYTES = 4 * 2**20
_MOST_TRIES = 20_000
_DEEPEST = 2  # packed inside packed
_LOOK_BYTES = 2048
_BLOCK_BYTES = 2**22
_ZLIB = b"|".join(  # RFC 1950: method 8, a multiple of 31, no dictionary
    re.escape(bytes((method,)))
    + b"["
    + b"".join(
        re.escape(bytes((flags,))) for flags in range(256) if not flags & 32 and (256 * method + flags) % 31 == 0
    )
    + b"]"
    for method in range(0x08, 0x79, 0x10)
)
_PACKED = re.compile(rb"(?=(\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|" + _ZLIB + b"))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Canary:
    """A secret that was planted. kind: sentence, name, number or reply; tokens: its ids in every way of writing it."""

    kind: str
    text: str
    tokens: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Needle:
    kind: str
    form: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A needle and where it lies: the place's name, and how far into it (or into what was unpacked there)."""

    kind: str
    form: str
    place: str
    offset: int


def needles_of(canaries: Iterable[Canary]) -> list[Needle]:
    """Every form of every one, each once."""
    found: dict[bytes, Needle] = {}
    for canary in canaries:
        for form, data in (
            *(pair for piece in pieces(canary) for pair in forms_of_text(piece)),
            *forms_of_number(canary.text),
            *(pair for ids in canary.tokens for pair in forms_of_tokens(ids)),
        ):
            if len(data) >= _LEAST_BYTES:
                found.setdefault(data, Needle(canary.kind, form, data))
    return list(found.values())


def pieces(canary: Canary) -> list[str]:
    """Parts that are enough to give it away: words in a row, each part of a name, the digits of a number."""
    words = canary.text.split()
    if canary.kind == "number":
        return list(dict.fromkeys((canary.text, "".join(words), "-".join(words))))
    if canary.kind == "name":
        return list(dict.fromkeys((canary.text, *words)))
    row = REPLY_WORDS_IN_A_ROW if canary.kind == "reply" else WORDS_IN_A_ROW
    if len(words) <= row:
        return [canary.text]
    return [" ".join(words[at : at + row]) for at in range(len(words) - row + 1)]


def forms_of_text(text: str) -> Iterator[tuple[str, bytes]]:
    for variant in dict.fromkeys((text, text.lower(), text.upper())):
        raw = variant.encode()
        yield "UTF-8", raw
        yield "UTF-8, backwards", raw[::-1]
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            yield encoding.upper(), variant.encode(encoding)
        yield "hex", raw.hex().encode()
        yield "hex", raw.hex().upper().encode()
        yield "hex", raw.hex(" ").encode()
        for encoded in (quote(variant), quote_plus(variant), "".join(f"%{byte:02x}" for byte in raw)):
            yield "URL", encoded.encode()
        yield "bytes as decimal text", ",".join(map(str, raw)).encode()
        yield "bytes as decimal text", ", ".join(map(str, raw)).encode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            for shift in range(3):
                whole = encode(bytes(shift) + raw).rstrip(b"=")
                yield "base64", whole[4 if shift else 0 : -2]  # the ends depend on what stands beside them
        for shift in range(5):
            whole = base64.b32encode(bytes(shift) + raw).rstrip(b"=")
            yield "base32", whole[8 if shift else 0 : -3]


def forms_of_number(text: str) -> Iterator[tuple[str, bytes]]:
    digits = text.replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or not 0 < int(digits) < 2**63:
        return
    for order in "<>":
        for code, form in (("q", "64-bit integer"), ("d", "64-bit float")):
            yield form, struct.pack(order + code, int(digits))
    if len(digits) > 11:
        yield "packed decimal", bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)


def forms_of_tokens(tokens: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """Runs of ids: integers of 1 to 8 bytes in both orders, varints, floats, decimal and hexadecimal text."""
    for start in range(len(tokens) - ONE_BYTE_TOKENS_IN_A_ROW + 1):
        run = tokens[start : start + ONE_BYTE_TOKENS_IN_A_ROW]
        yield "token ids, 1 byte each", bytes(token & 0xFF for token in run)
    for start in range(len(tokens) - TOKENS_IN_A_ROW + 1):
        run = tokens[start : start + TOKENS_IN_A_ROW]
        for width in range(2, 9):
            mask = 2 ** (8 * width) - 1
            for order in ("little", "big"):
                packed = b"".join((token & mask).to_bytes(width) for token in run)
                if order == "little":
                    packed = b"".join((token & mask).to_bytes(width, "little") for token in run)
                yield f"token ids, {width} bytes each, {order}-endian", packed
        yield "token ids, varints", b"".join(map(_varint, run))
        for order in "<>":
            for code, form in (("e", "16-bit floats"), ("f", "32-bit floats"), ("d", "64-bit floats")):
                if code != "e" or max(run) < 65_504:
                    yield f"token ids, {form}", struct.pack(f"{order}{len(run)}{code}", *run)
        for separator in (",", ", ", " ", "\n", ";", "\t"):
            yield "token ids, decimal text", separator.join(map(str, run)).encode()
        yield "token ids, hexadecimal text", b" ".join(b"%x" % token for token in run)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def search(places: Iterable[tuple[str, bytes]], needles: Sequence[Needle]) -> list[Found]:
    """Every needle in every place, and in whatever is packed there. Each needle once a place."""
    sieve = _Sieve(needles)
    found: list[Found] = []
    for place, data in places:
        for inner, content in ((place, data), *_unpacked(place, data, _DEEPEST)):
            found += [Found(needle.kind, needle.form, inner, offset) for needle, offset in sieve.find(content)]
    return found


class _Sieve:
    """Finds thousands of needles in one pass: at each offset, three tables say whether six bytes can be one's own.

    Those six are the least even ones of each needle: token ids of eight bytes begin with zeros, as so much else does.
    """

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._by_anchor: dict[bytes, list[tuple[Needle, int]]] = {}
        for needle in needles:
            at = _anchor(needle.data)
            self._by_anchor.setdefault(needle.data[at : at + _LEAST_BYTES], []).append((needle, at))
        self._tables = np.zeros((3, 2**16), dtype=np.bool_)
        for anchor in self._by_anchor:
            for table in range(3):
                self._tables[table, int.from_bytes(anchor[2 * table : 2 * table + 2], "little")] = True
        self._anchors = np.array([int.from_bytes(anchor, "little") for anchor in self._by_anchor], np.uint64)

    def find(self, content: bytes) -> list[tuple[Needle, int]]:
        """The first place of each."""
        found: dict[bytes, tuple[Needle, int]] = {}
        for start in range(0, max(len(content) - _LEAST_BYTES + 1, 0), _BLOCK_BYTES):
            block = np.frombuffer(content, np.uint8, min(_BLOCK_BYTES + _LEAST_BYTES - 1, len(content) - start), start)
            for offset in self._possible(block):
                place = start + offset
                for needle, at in self._by_anchor[content[place : place + _LEAST_BYTES]]:
                    if needle.data not in found and place >= at and content.startswith(needle.data, place - at):
                        found[needle.data] = (needle, place - at)
        return list(found.values())

    def _possible(self, block: npt.NDArray[np.uint8]) -> list[int]:
        """Offsets where an anchor stands."""
        pairs = block[:-1].astype(np.uint16) | block[1:].astype(np.uint16) << 8
        size = len(pairs) - 4
        hits = self._tables[0][pairs[:size]]
        for table in (1, 2):
            hits &= self._tables[table][pairs[2 * table : 2 * table + size]]
        offsets = np.flatnonzero(hits)
        words = [pairs[offsets + 2 * table].astype(np.uint64) << 16 * table for table in range(3)]
        possible: list[int] = offsets[np.isin(words[0] | words[1] | words[2], self._anchors)].tolist()
        return possible


def _anchor(data: bytes) -> int:
    return max(range(len(data) - _LEAST_BYTES + 1), key=lambda at: len({*data[at : at + _LEAST_BYTES]} - {0}))


def _unpacked(place: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """What lies packed in `data`, at any offset: gzip, zlib, bzip2, xz, zstd; raw deflate at its very beginning."""
    tries = [(0, "deflate", _inflater(-zlib.MAX_WBITS))] if len(data) > 2 else []
    for match in _PACKED.finditer(data):
        if len(tries) >= _MOST_TRIES:
            break
        tries += [(match.start(), *way) for way in _ways(match[1])]
    for offset, form, unpack in tries:
        content = unpack(data[offset : offset + _LOOK_BYTES])  # most are no beginning at all
        if len(data) > offset + _LOOK_BYTES and (content or offset == 0 or form not in ("zlib", "deflate")):
            content = unpack(data[offset : offset + _INFLATED_BYTES])
        if len(content) < _LEAST_BYTES:
            continue
        inner = f"{place}, {form} at {offset}"
        yield inner, content
        if depth > 1:
            yield from _unpacked(inner, content, depth - 1)


Unpack = Callable[[bytes], bytes]


def _ways(magic: bytes) -> list[tuple[str, Unpack]]:
    if magic.startswith(b"\x1f\x8b"):
        return [("gzip", _inflater(zlib.MAX_WBITS | 16))]
    if magic.startswith(b"BZh"):
        return [("bzip2", _guarded(lambda data: bz2.BZ2Decompressor().decompress(data, _INFLATED_BYTES)))]
    if magic.startswith(b"\xfd7z"):
        return [("xz", _guarded(lambda data: lzma.LZMADecompressor(memlimit=2**26).decompress(data, _INFLATED_BYTES)))]
    if magic.startswith(b"\x28\xb5"):
        unpack = zstd()
        return [("zstd", unpack)] if unpack is not None else []
    return [("zlib", _inflater(zlib.MAX_WBITS))]


def _inflater(window: int) -> Unpack:
    return _guarded(lambda data: zlib.decompressobj(window).decompress(data, _INFLATED_BYTES))


def _guarded(unpack: Unpack) -> Unpack:
    def tried(data: bytes) -> bytes:
        try:
            return unpack(data)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, MemoryError):
            return b""  # it only looked packed

    return tried


def zstd() -> Unpack | None:
    """Python 3.14 has it, and some machines a package; None: pieces packed with it cannot be opened here."""
    try:
        made = importlib.import_module("compression.zstd").ZstdDecompressor
        return _guarded(lambda data: bytes(made().decompress(data, _INFLATED_BYTES)))
    except ImportError:
        pass
    try:
        module = importlib.import_module("zstandard")
    except ImportError:
        return None
    refused: type[Exception] = module.ZstdError

    def unpack(data: bytes) -> bytes:
        try:
            return bytes(module.ZstdDecompressor().decompressobj().decompress(data)[:_INFLATED_BYTES])
        except refused:
            return b""

    return _guarded(unpack)
