"""The recovery code: 130 random bits that a person can print, read aloud and type.

30 characters of Crockford's base 32 (no I, L, O, U) in 6 groups of 5: a version ("1"), 26 random characters, and a
check of three. The check is the number that the first 27 spell, modulo the prime 32,749: it catches every wrong
character and every swapped pair for certain, and of anything else all but one in 32,749. So a typing mistake is told
from a wrong code without trying it. Knows nothing of keys.
"""

import secrets

from app.domain.errors import WrongKey

VERSION = "1"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u2014\t\r\n\u00a0")
_RANDOM_CHARS, _CHECK_CHARS, _GROUP = 26, 3, 5
_CHARS = len(VERSION) + _RANDOM_CHARS + _CHECK_CHARS
_PRIME = 32_749  # the largest below 32 ** 3


def new_recovery_code() -> str:
    """A fresh code, in groups."""
    body = VERSION + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARS))
    code = body + _check(body)
    return "-".join(code[i : i + _GROUP] for i in range(0, _CHARS, _GROUP))


def looks_like_a_code(text: str) -> bool:
    """Whether a person who typed this probably meant a recovery code, right or wrong."""
    typed = _normal(text)
    has_digits = sum(character.isdigit() for character in text) >= 3
    return (
        has_digits and typed.startswith(VERSION) and abs(len(typed) - _CHARS) <= 4 and not set(typed) - set(_ALPHABET)
    )


def read_recovery_code(text: str) -> bytes:
    """The code as bytes to derive a key from, however it was grouped and typed. Raises WrongKey: a typing mistake."""
    typed = _normal(text)
    if len(typed) != _CHARS:
        raise WrongKey(
            f"A recovery code has {_CHARS} letters and digits; here are {len(typed)}.",
            "Compare it with the printed one.",
        )
    if strange := sorted(set(typed) - set(_ALPHABET)):
        raise WrongKey(f"No recovery code contains {strange[0]!r}.", "Compare it with the printed one.")
    if not typed.startswith(VERSION):
        raise WrongKey(
            f"A recovery code begins with {VERSION}.", "Compare the beginning; a newer Nearhalf may have made this one."
        )
    if _check(typed[:-_CHECK_CHARS]) != typed[-_CHECK_CHARS:]:
        raise WrongKey("There is a typing mistake in this recovery code.", "Compare it with the printed one.")
    return typed.encode("ascii")


def _normal(text: str) -> str:
    return text.upper().translate(_ALIKE)


def _check(body: str) -> str:
    value = 0
    for character in body:
        value = (value * 32 + _ALPHABET.index(character)) % _PRIME
    return "".join(_ALPHABET[value >> shift & 31] for shift in (10, 5, 0))
