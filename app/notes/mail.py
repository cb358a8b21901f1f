"""Mailboxes (mbox) and single messages: each message with text is a note. Read as a stream, one message in memory.

Kept: the subject and the text part; where there is none, the text of the HTML part. Left out: attachments, what is
quoted, signatures. Nothing that a message points to is fetched.
"""

import email
import email.policy
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, date
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from app.domain.notes import Left
from app.notes.encodings import declared_in_page, encoding_of
from app.notes.entries import NotRead
from app.notes.html import read_html
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import decoded, tidied

_FROM = re.compile(rb"From (?:\S*@|- |MAILER|.{0,200}\d:\d\d)")  # not "From here we went on", which stands unquoted too
_LINE_BYTES = 2**16
_LINES_BETWEEN = 10_000  # two calls of progress, in a message that is too large
_SOFT_BREAK = re.compile(rb"(?<!^--) \r?\n(?![>\r\n])", re.MULTILINE)  # RFC 3676; not behind "-- "
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_REST_IS_QUOTED = re.compile(
    r"^[ \t]*\*?(?:from|von|de|da|van|fra|från|od)\*?\s?:.{1,300}\n(?:.{1,300}\n)?[ \t]*"
    r"\*?(?:sent|date|gesendet|datum|envoyé|enviado|inviato|data|verzonden|sendt|skickat|wysłano)\*?\s?:|"  # Outlook
    r"^[ \t]*-{2,12} ?(?:original message|urspr.ngliche nachricht|message d'origine|forwarded message|"
    r"weitergeleitete nachricht|mensaje original) ?-{2,12}[ \t]*$|^_{20,}$",
    re.IGNORECASE | re.MULTILINE,
)
# "On Monday Anna wrote:", "Am 3. Mai schrieb Anna:", in one line or two, before what is quoted
_WROTE = re.compile(
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|napisał\(a\))\b.{0,200}:\s*$", re.IGNORECASE
)
_ON = re.compile(r"(?:On|Am|Le|El|Il|Op|Den|Em|Dnia|W dniu) ")
_ARMOUR = re.compile(
    r"^-----BEGIN PGP (?:MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----\n.*?(?:^-----END PGP [A-Z ]{1,30}-----$|\Z)|"
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [^\n]*\n)*",
    re.DOTALL | re.MULTILINE,
)
_SIGNATURE_LINES = 20  # more behind "--", and it was a line between two parts of the text
# What the email package lets out for a message that follows no rule.
_ODD = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError)


def read_mailbox(file: BinaryIO, name: str, tally: Tally, limits: Limits = LIMITS) -> Iterator[Draft]:
    for number, data in enumerate(_messages(file, tally, limits), 1):
        tally.went_on()
        if number > limits.messages:
            tally.left(Left.LARGE_MESSAGES)
            return
        draft = read_message(data, name, tally, limits, part=str(number))
        if draft is not None:
            yield draft


def read_message(data: bytes, name: str, tally: Tally, limits: Limits = LIMITS, part: str = "") -> Draft | None:
    """None where it holds no text; counted."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        text = _text(message, tally, limits)
    except (*_ODD, NotRead):
        text = ""
    if not text.strip():
        tally.left(Left.EMPTY_MESSAGES)
        return None
    subject = _header(message, "Subject")
    return Draft(subject or name, text, day=_day(message), part=part)


def own_words(text: str, tally: Tally) -> str:
    """Without what is quoted, and without the signature."""
    text, count = _ARMOUR.subn("", text)
    tally.left(Left.SIGNATURES, count)
    found = _REST_IS_QUOTED.search(text)
    if found is not None and text[: found.start()].strip():
        tally.left(Left.QUOTES, text.count("\n", found.start()))
        text = text[: found.start()]
    lines: list[str] = []
    all_lines = text.split("\n")
    for number, line in enumerate(all_lines):
        is_last = line in ("-- ", "--") and len(all_lines) - number <= _SIGNATURE_LINES
        if is_last and any(one.strip() for one in lines):
            tally.left(Left.SIGNATURES)
            break
        if line.lstrip().startswith(">"):
            tally.left(Left.QUOTES)
            _drop_attribution(lines)
        else:
            lines.append(line)
    return tidied("\n".join(lines))


def _drop_attribution(lines: list[str]) -> None:
    """Who wrote what is quoted now: the last filled line, and the one before it where the two are one sentence."""
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and _WROTE.search(" ".join(lines[-2:])):
        last = lines.pop()
        if lines and not _ON.match(last) and _ON.match(lines[-1]):
            lines.pop()
    lines.append("")


def _messages(file: BinaryIO, tally: Tally, limits: Limits) -> Iterator[bytes]:
    """What stands between "From " lines that follow an empty line; without their own quoting ("">From")."""
    data = bytearray()
    was_empty, is_inside, is_too_large = True, False, False
    for count in itertools.count(1):
        line = file.readline(_LINE_BYTES)
        if not line:
            break
        if count % _LINES_BETWEEN == 0:
            tally.went_on()
        if was_empty and (_FROM.match(line) or (not is_inside and line.startswith(b"From "))):
            if is_inside and not is_too_large:
                yield _QUOTED_FROM.sub(rb"\1", bytes(data))
            data.clear()
            is_inside, is_too_large = True, False
        elif is_inside and not is_too_large:
            data += line
            if len(data) > limits.message_bytes:
                tally.left(Left.LARGE_MESSAGES)
                is_too_large = True
                data.clear()
        was_empty = line in (b"\n", b"\r\n")
    if is_inside and not is_too_large:
        yield _QUOTED_FROM.sub(rb"\1", bytes(data))


def _text(message: Message, tally: Tally, limits: Limits) -> str:
    plain: list[str] = []
    pages: list[str] = []
    for count, part in enumerate(_parts(message), 1):
        if count > limits.mail_parts:
            tally.left(Left.ATTACHMENTS)
            break
        kind = part.get_content_type()
        is_text = kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"
        if not is_text or part.get_filename():
            tally.left(Left.ATTACHMENTS)
        elif kind == "text/plain":
            plain.append(_payload(part, tally))
        else:
            pages.append(_payload(part, tally))
    texts = [text for text in plain if text.strip()]
    if not texts:
        texts = [read_html(page, "", tally, limits, is_mail=True).text for page in pages if page.strip()]
    return own_words("\n".join(texts), tally)


def _parts(message: Message) -> Iterator[Message]:
    """What is text or attached; a message that was forwarded whole is one of these, and not looked into."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and (part is message or part.get_content_maintype() == "multipart"):
            inner = part.get_payload()
            waiting += [one for one in reversed(inner) if isinstance(one, Message)] if isinstance(inner, list) else []
        else:
            yield part


def _payload(part: Message, tally: Tally) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return ""
    if str(part.get_param("format", "")).lower() == "flowed":
        is_glued = str(part.get_param("delsp", "")).lower() == "yes"
        data = _SOFT_BREAK.sub(b"" if is_glued else b" ", data)
    charset = part.get_content_charset()
    if charset is None and part.get_content_type() == "text/html":
        charset = declared_in_page(data)
    return decoded(data, tally, charset)


def _header(message: Message, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        data = str(raw).encode("ascii", "surrogateescape")  # bytes as they came, where nobody encoded them
        raw = decoded(data, Tally()) if any(byte > 127 for byte in data) else str(raw)
    except (UnicodeError, NotRead):
        raw = str(raw)
    try:
        pieces = [
            piece.decode(encoding_of(charset or "") or "utf-8", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(raw)
        ]
    except _ODD:
        return ""
    return " ".join("".join(pieces).split())[:200]


def _day(message: Message) -> date | None:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).astimezone(UTC).date()
    except (*_ODD, OverflowError, OSError):
        return None
