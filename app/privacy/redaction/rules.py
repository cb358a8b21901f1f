"""The exact rules: mail, phone, card, IBAN, IP addresses. Each is one function from a text to
spans.

A rule has the name of its kind; a new one is registered by `@rule(Kind.X)`. Dates of birth are in births.py, ids in
ids.py, secrets in secrets.py, postal addresses in addresses.py. Every pattern runs in time linear in the text: no
nested repeats, and every repeat has an upper bound.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator

from app.privacy.redaction.checks import (
    digits_of,
    iban_country_length,
    is_iban,
    is_luhn,
)
from app.privacy.redaction.kinds import Kind, Span

Rule = Callable[[str], Iterator[Span]]
RULES: list[tuple[Kind, Rule]] = []

_CONTEXT_CHARS = 48  # how far before a number its name may stand


def rule(kind: Kind) -> Callable[[Rule], Rule]:
    """Register one more rule for a kind."""

    def register(find: Rule) -> Rule:
        RULES.append((kind, find))
        return find

    return register


def spans_of(pattern: re.Pattern[str], text: str, kind: Kind, group: str | int = 0) -> Iterator[Span]:
    for found in pattern.finditer(text):
        start, end = found.span(group)
        if start < end:
            yield Span(start, end, kind, text[start:end])


def follows(text: str, start: int, words: re.Pattern[str]) -> bool:
    """Whether one of `words` stands shortly before `start`, in the same sentence or line."""
    before = text[max(start - _CONTEXT_CHARS, 0) : start]
    before = re.split(r"[\n;]|[.!?]\s", before)[-1]
    return words.search(before) is not None


# ---------------------------------------------------------------- mail

_MAIL = re.compile(
    r"(?<![\w.+%-])[\w.!#$&'*+/=?^`{|}~%-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
_MAIL_WRITTEN = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}\s?[\[({]\s?(?:at|AT|ät)\s?[\])}]\s?[\w-]{1,63}"
    r"(?:(?:\.|\s?[\[({]\s?(?:dot|DOT|punkt)\s?[\])}]\s?)[\w-]{1,63}){1,4}(?!\w)"
)


@rule(Kind.MAIL)
def mail(text: str) -> Iterator[Span]:
    if "@" in text:
        for found in spans_of(_MAIL, text, Kind.MAIL):
            extra = len(found.text) - len(found.text.lstrip("'`*{|/=?"))
            yield Span(found.start + extra, found.end, Kind.MAIL, found.text[extra:])
    yield from spans_of(_MAIL_WRITTEN, text, Kind.MAIL)


# ---------------------------------------------------------------- phone

_PHONE = re.compile(
    r"(?<![\w.,/:#@=&?+%-])(?P<number>(?:\+|00)?\(?\d{1,5}\)?(?:[ \u00a0./\u2011\u2013-]{0,3}\(?\d{1,8}\)?){1,7}"
    r"(?:\s?(?:ext\.?|x|Durchwahl)\s?\d{1,5})?)(?![\w@%]|[.,]\d)"
)
_PHONE_WORDS = re.compile(
    r"(?i)\b(?:phone|call(?:ed)?|tel|telefon|mobile|mobil|cell|handy|fax|whatsapp|sms|text|dial|ring|reach|rufnummer|"
    r"nummer|number|hotline|anrufen|erreichbar|contact|signal|rückruf)\b"
)
_NOT_PHONE_WORDS = re.compile(
    r"(?i)\b(?:order|invoice|ticket|case|article|isbn|version|rechnung|bestellung|artikel|page|part|port|serial|build|"
    r"commit|year|chapter|account|konto|room|flight|sku|tracking|reference|ref|batch|lot|model)\b[^.!?]{0,16}$"
)
_DATE_LIKE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:\D.*)?|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?:\D.*)?|\d{4}\s?[–-]\s?\d{4}"
)
_NANP = re.compile(
    r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)\s?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?:\s?(?:ext\.?|x)\s?\d{1,5})?"
)
_GROUPED_THOUSANDS = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+")


@rule(Kind.PHONE)
def phone(text: str) -> Iterator[Span]:
    for found in spans_of(_PHONE, text, Kind.PHONE, "number"):
        number = found.text.rstrip(" -./–")
        if number.count(")") > number.count("("):
            number = number.rstrip(")")
        if _is_phone(number, text, found.start):
            yield Span(found.start, found.start + len(number), Kind.PHONE, number)


def _is_phone(number: str, text: str, start: int) -> bool:
    digits = digits_of(re.split(r"(?i)ext|x|durch", number)[0])
    if not 6 <= len(digits) <= 15 or _DATE_LIKE.fullmatch(number):
        return False
    is_other = _NOT_PHONE_WORDS.search(text[max(start - _CONTEXT_CHARS, 0) : start]) is not None
    is_named = follows(text, start, _PHONE_WORDS) and not is_other
    if number.startswith("+"):
        return len(digits) >= 8
    if _NANP.fullmatch(number):
        return True
    if is_other:
        return False
    if number.startswith("00"):
        return len(digits) >= 10
    if _GROUPED_THOUSANDS.fullmatch(number) and not is_named and not number.startswith("0"):
        return False
    groups = [group for group in re.split(r"\D+", number) if group]
    if number.lstrip("(").startswith("0") and 9 <= len(digits) <= 13 and (len(groups) > 1 or is_named):
        return len(groups) <= 6
    return is_named and 6 <= len(digits) <= 13


# ---------------------------------------------------------------- cards and accounts

_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ \u00a0.-]?\d){12,18}(?![\w%]|[.,-]\d)")
_CARDS = re.compile(  # what the networks give out: first digits and length
    r"4\d{12}|4\d{15}|4\d{18}|5\d{15}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6\d{15}|6\d{18}"
)
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \u00a0-]?[A-Za-z0-9])")


@rule(Kind.CARD)
def card(text: str) -> Iterator[Span]:
    for found in spans_of(_CARD, text, Kind.CARD):
        digits = digits_of(found.text)
        if _CARDS.fullmatch(digits) and len(set(digits)) > 1 and is_luhn(digits):
            yield found


@rule(Kind.IBAN)
def iban(text: str) -> Iterator[Span]:
    for found in spans_of(_IBAN_START, text, Kind.IBAN):
        length = iban_country_length(found.text[:2])
        taken, end = "", found.start
        while end < len(text) and len(taken) < length:
            sign = text[end]
            if sign.isascii() and sign.isalnum():
                taken += sign
            elif sign not in " \u00a0-" or text[end - 1] in " \u00a0-":
                break
            end += 1
        if len(taken) == length and is_iban(taken) and not text[end : end + 1].isalnum():
            yield Span(found.start, end, Kind.IBAN, text[found.start : end])


# ---------------------------------------------------------------- IP addresses

_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_VERSION_WORDS = re.compile(r"(?i)\b(?:version|release|v|build|section|chapter|kapitel|abschnitt)\s*$")


@rule(Kind.IP)
def ip(text: str) -> Iterator[Span]:
    for pattern in (_IP4, _IP6):
        for found in spans_of(pattern, text, Kind.IP):
            if _is_address(found.text) and not _VERSION_WORDS.search(text[max(found.start - 16, 0) : found.start]):
                yield found


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (
        address.is_loopback or address.is_unspecified or text == "255.255.255.255" or text.startswith("255.255")
    )
