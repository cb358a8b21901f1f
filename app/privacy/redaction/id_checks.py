"""Checksums of personal and tax numbers, by country. Each takes a number without its separators, letters in capitals,
and says whether its check digit is right. Pure.
"""

import re
from collections.abc import Sequence

from app.privacy.redaction.checks import german_tax_check, is_luhn

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_VERHOEFF_TURNS = ("1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258")
_VERHOEFF_TABLE = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_nhs(digits: str) -> bool:
    """The health service's number of England, ten digits (mod 11)."""
    check = 11 - weighted(digits, range(10, 1, -1)) % 11
    return len(digits) == 10 and check != 10 and check % 11 == int(digits[9]) and len(set(digits)) > 1


def is_swiss_social(digits: str) -> bool:
    """AHV, 756 and ten more (EAN-13)."""
    return digits.startswith("756") and len(digits) == 13 and weighted(digits, (1, 3) * 7) % 10 == 0


def is_austrian_social(digits: str) -> bool:
    """Running number, check digit, and the date of birth."""
    date = re.fullmatch(r"[1-9]\d{3}(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-5])\d\d", digits)
    return date is not None and weighted(digits[:3] + digits[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11 == int(digits[3])


def is_german_health(number: str) -> bool:
    """A letter and nine digits (Luhn from the left over the letter's place in the alphabet)."""
    if re.fullmatch(r"[A-Z]\d{9}", number) is None:
        return False
    places = f"{ord(number[0]) - 64:02d}{number[1:9]}"
    total = sum(sum(divmod(int(digit) * (1 + at % 2), 10)) for at, digit in enumerate(places))
    return total % 10 == int(number[9])


def is_dutch_citizen(digits: str) -> bool:
    """BSN, nine digits (the eleven test)."""
    return len(digits) == 9 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and len(set(digits)) > 1


def is_spanish_person(number: str) -> bool:
    """DNI and NIE: the letter is the remainder by 23."""
    if re.fullmatch(r"[XYZ]?\d{7,8}[A-Z]", number) is None:
        return False
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return len(digits) == 8 and _DNI[int(digits) % 23] == number[-1]


def is_italian_person(code: str) -> bool:
    """Codice fiscale: sixteen signs, the last of which checks the others."""
    if re.fullmatch(r"[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]", code) is None:
        return False
    even = sum(int(sign) if sign.isdecimal() else ord(sign) - 65 for sign in code[1:15:2])
    return chr(65 + (even + sum(_ITALIAN_ODD[sign] for sign in code[0:15:2])) % 26) == code[15]


def is_polish_person(digits: str) -> bool:
    """PESEL, eleven digits with a date of birth at their beginning."""
    is_dated = re.fullmatch(r"\d\d[0-9]\d(?:0[1-9]|[12]\d|3[01])\d{5}", digits) is not None
    return (
        is_dated and 1 <= int(digits[2:4]) % 20 <= 12 and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    )


def is_belgian_person(digits: str) -> bool:
    """Date of birth, running number and 97 less the remainder; a 2 before it for those born since 2000."""
    if re.fullmatch(r"\d\d(?:[0-5]\d)\d{7}", digits) is None:
        return False
    check = int(digits[9:])
    return check in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def is_brazilian_person(digits: str) -> bool:
    """CPF, eleven digits, the last two of which check the others."""
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    first, second = (weighted(digits[:at], range(at + 1, 1, -1)) * 10 % 11 % 10 for at in (9, 10))
    return digits[9:] == f"{first}{second}"


def is_indian_person(digits: str) -> bool:
    """Aadhaar, twelve digits (Verhoeff)."""
    if len(digits) != 12 or digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = digit
        if place % 8:
            turned = _VERHOEFF_TURNS[place % 8 - 1][int(digit)]
        check = int(_VERHOEFF_TABLE[check][int(turned)])
    return check == 0


def is_vat(number: str) -> bool:
    """A European number with its country before it, where that country's form is checked by a sum or is unmistakable
    (ATU, CHE, the B in a Dutch one)."""
    country, body = number[:2], number[2:]
    if re.fullmatch(r"ATU\d{8}|NL\d{9}B\d{2}|CHE\d{9}", number):
        return True
    if country == "DE" and re.fullmatch(r"[1-9]\d{8}", body):
        return german_tax_check(body[:8]) == int(body[8])
    if country == "BE" and re.fullmatch(r"[01]\d{9}", body):
        return 97 - int(body[:8]) % 97 == int(body[8:])
    if country == "IT" and re.fullmatch(r"\d{11}", body):
        return is_luhn(body)
    if country == "FR" and re.fullmatch(r"[A-Z0-9]{2}\d{9}", body):
        return is_luhn(body[2:])
    if country == "PL" and re.fullmatch(r"\d{10}", body):
        return weighted(body, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(body[9])
    if country == "ES" and re.fullmatch(r"[XYZ]?\d{7,8}[A-Z]", body):
        return is_spanish_person(body)
    if country == "GB" and re.fullmatch(r"\d{9}(?:\d{3})?", body):
        total = weighted(body, range(8, 1, -1)) + int(body[7:9])
        return total % 97 == 0 or (total + 55) % 97 == 0
    return False
