"""Bytes as text: what its byte order mark says, else UTF-8, else what charset-normalizer makes of it.

Text leaves here with one kind of line end, composed (NFC), and without characters that no file or window can hold.
"""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from app.domain.notes import Left, Unread
from app.notes.entries import NotRead
from app.notes.tally import Tally

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT_BYTES = 2**18  # for guessing: the whole of a large file would take minutes
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffd\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\u2061-\u2064\u202a-\u202e\u2066-\u2069]")
_MOST_BAD = 0.02  # of the characters: more, and it is no text
_GAPS = re.compile(r"\n{3,}")
# What charset-normalizer may answer: encodings that notes are written in. Without a list it finds EBCDIC in pictures.
_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850",
    "cp866", "koi8_r", "koi8_u", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15", "mac_roman",
    "cp932", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "utf_8", "ascii",
]  # fmt: skip


def decoded(data: bytes, tally: Tally) -> str:
    """Raises NotRead: EMPTY, BINARY."""
    if not data.strip(b"\0 \t\r\n\f"):
        raise NotRead(Unread.EMPTY)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return cleaned(data.decode(encoding, "replace"), tally)
    if (wide := _wide(data)) is not None:
        return cleaned(data.decode(wide, "replace"), tally)
    if b"\0" in data:
        raise NotRead(Unread.BINARY)
    try:
        return cleaned(data.decode("utf-8"), tally)
    except UnicodeDecodeError:
        pass
    nearly = data.decode("utf-8", "replace")
    if nearly.count("\ufffd") < sum(sign > "\x7f" for sign in nearly) / 4:
        return cleaned(nearly, tally)  # UTF-8 with a few bytes gone bad: no other encoding makes sense of the rest
    best = from_bytes(data[:_LOOKED_AT_BYTES], cp_isolation=_ENCODINGS).best()
    if best is None:
        raise NotRead(Unread.BINARY)
    return cleaned(data.decode(best.encoding, "replace"), tally)


def cleaned(untrusted: str, tally: Tally) -> str:
    """Text fit for training. Raises NotRead (EMPTY, BINARY) where little is left of it."""
    text = untrusted.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\x85", "\n")
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
    """UTF-16 without its mark: every other byte of Western text is 0."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 8 and odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if half >= 8 and even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None
