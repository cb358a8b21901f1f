"""Bytes as text: what its byte order mark says, else what it declares, else UTF-8, else a guess.

Text leaves here with one kind of line end, composed (NFC), and without characters that no file or window can hold.
"""

import codecs
import re
import unicodedata
from collections import Counter

from app.domain.notes import Left, Unread
from app.notes.encodings import SINGLE_BYTE, encoding_of
from app.notes.entries import NotRead
from app.notes.guessing import guessed
from app.notes.tally import Tally

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffd\ufffe\uffff]")
_NONE = re.compile("[\x80-\x9f\ufffd]")
# Ends of lines and paragraphs as word processors write them, and what typesetting made of two letters
_ENDS_AND_LIGATURES = str.maketrans({
    "\r": "\n", "\x0b": "\n", "\x85": "\n", "\u2028": "\n", "\f": "\n\n", "\u2029": "\n\n",
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
})  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\u2061-\u2064\u202a-\u202e\u2066-\u2069]")
_MOST_BAD = 0.02  # of the characters: more, and it is no text
_GAPS = re.compile(r"\n{3,}")


def decoded(data: bytes, tally: Tally, label: str | None = None) -> str:
    """label: of the encoding that a page or a mail says it is in. Where the bytes do not bear it out, what they are is
    found as for any other file, and counted. Raises NotRead: EMPTY, BINARY."""
    if not data.strip(b"\0 \t\r\n\f"):
        raise NotRead(Unread.EMPTY)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return cleaned(data.decode(encoding, "replace"), tally)
    if (wide := _wide(data)) is not None:
        return cleaned(data.decode(wide, "replace"), tally)
    if b"\0" in data:
        raise NotRead(Unread.BINARY)
    declared = encoding_of(label or "")
    encoding = _encoding(data, declared)
    tally.left(Left.WRONG_CHARSET, declared not in (None, encoding))
    return cleaned(data.decode(encoding, "replace"), tally)


def _encoding(data: bytes, declared: str | None) -> str:
    """Raises NotRead: BINARY."""
    is_utf8 = _is_utf8(data)
    # Text of a single-byte encoding is never UTF-8 by chance; pages that were converted keep what they said before.
    is_converted = is_utf8 and declared in SINGLE_BYTE and not data.isascii()
    if declared is not None and not is_converted and _fits(data, declared):
        return declared
    nearly = data.decode("utf-8", "replace")
    if b"\x1b$" in data and data.isascii() and _fits(data, "iso2022_jp"):
        return "iso2022_jp"  # seven bits, and switches between alphabets
    if is_utf8 or nearly.count("\ufffd") < sum(sign > "\x7f" for sign in nearly) / 4:
        return "utf-8"  # with a few bytes gone bad: no other encoding makes sense of the rest
    found = guessed(data)
    if found is None:
        raise NotRead(Unread.BINARY)
    return found


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _fits(data: bytes, encoding: str) -> bool:
    """Few of its characters are none, or controls of the upper half: these stand where another encoding has letters."""
    text = data.decode(encoding, "replace")
    return len(_NONE.findall(text)) * 20 <= sum(sign > "\x7f" for sign in text)


def cleaned(untrusted: str, tally: Tally) -> str:
    """Text fit for training. Raises NotRead (EMPTY, BINARY) where little is left of it."""
    text = untrusted.replace("\r\n", "\n").translate(_ENDS_AND_LIGATURES)
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text, bad = _CONTROLS.subn("", text)
    if bad > _MOST_BAD * len(text) + 8:
        raise NotRead(Unread.BINARY)
    tally.left(Left.BAD_CHARACTERS, bad)
    return tidied(_INVISIBLE.sub("", text))


def tidied(text: str) -> str:
    """No space at line ends, no more than one empty line, composed characters, one line end at the end."""
    lines = (line.rstrip(" \t\u00a0") for line in unicodedata.normalize("NFC", text).split("\n"))
    text = _GAPS.sub("\n\n", "\n".join(lines)).strip("\n")
    return text + "\n" if text else ""


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: of each two bytes one is 0 in Western text, and 0 or that of its alphabet in others."""
    head = data[:4096]
    half = len(head) // 2
    for encoding, high, low in (("utf-16-le", head[1::2], head[0::2]), ("utf-16-be", head[0::2], head[1::2])):
        common = dict(Counter(high).most_common(2))
        is_text = common.get(0, 0) > 0.7 * half or (0 in common and sum(common.values()) > 0.9 * half)
        if half >= 8 and is_text and low.count(0) < 0.1 * half:
            return encoding
    return None
