"""Checksums and entropy: what tells a number from a number of that kind. Pure."""

import math
import re
from collections import Counter
from itertools import pairwise

_IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BR": 29,
    "BY": 28,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "EG": 29,
    "ES": 24,
    "FI": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IQ": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LC": 32,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MR": 27,
    "MT": 31,
    "MU": 30,
    "NL": 18,
    "NO": 15,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SC": 31,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "ST": 25,
    "SV": 28,
    "TL": 23,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VA": 22,
    "VG": 24,
    "XK": 20,
}  # fmt: skip  (the SWIFT registry)


def digits_of(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal() and sign.isascii())


def luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total


def is_luhn(digits: str) -> bool:
    return luhn_sum(digits) % 10 == 0


def iban_country_length(country: str) -> int:
    """0 for a country that has none."""
    return _IBAN_LENGTHS.get(country.upper(), 0)


def iban_remainder(iban: str) -> int:
    """mod 97 of a compact IBAN as ISO 13616 says; 1 where its check digits are right."""
    turned = (iban[4:] + iban[:4]).upper()
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97


def is_iban(compact: str) -> bool:
    right_form = re.fullmatch(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]+", compact, re.ASCII) is not None
    return right_form and len(compact) == iban_country_length(compact[:2]) and iban_remainder(compact) == 1


def german_tax_check(ten: str) -> int:
    """The eleventh digit of a German tax id (ISO 7064, mod 11, 10)."""
    product = 10
    for digit in ten:
        total = (int(digit) + product) % 10 or 10
        product = (total * 2) % 11
    return (11 - product) % 10


def is_german_tax_id(digits: str) -> bool:
    """Eleven digits, no zero first, one digit two or three times among the first ten."""
    if len(digits) != 11 or digits[0] == "0":
        return False
    most = Counter(digits[:10]).most_common(1)[0][1]
    return most in (2, 3) and german_tax_check(digits[:10]) == int(digits[10])


def is_social_security(digits: str) -> bool:
    """A United States number that could have been given out."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def entropy(text: str) -> float:
    """Bits a character, from the text's own frequencies."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0


def looks_random(text: str) -> bool:
    """Whether a run of letters and digits is more like a key than like words, a hash name or a number."""
    if len(text) < 20 or not any(c.isdecimal() for c in text) or not any(c.isalpha() for c in text):
        return False
    changes = sum(_class(a) != _class(b) for a, b in pairwise(text))
    return entropy(text) >= min(3.5, math.log2(len(text)) * 0.75) and changes >= len(text) / 6


def _class(sign: str) -> str:
    return "d" if sign.isdecimal() else "u" if sign.isupper() else "l" if sign.islower() else "o"
