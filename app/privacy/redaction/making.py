"""Makes stand-ins: something of the same kind and shape that is nobody's. Pure; what it makes depends on its random
source.

Numbers come from ranges that are kept free where there are such ranges (documentation addresses, example domains,
555-01xx, area numbers never given out), and carry right checksums where the real ones do.
"""

import re
import string
from collections.abc import Callable
from random import Random

from app.privacy.redaction.checks import (
    digits_of,
    german_tax_check,
    iban_remainder,
    is_german_tax_id,
    is_iban,
    luhn_sum,
)
from app.privacy.redaction.kinds import Kind
from app.privacy.redaction.name_lists import (
    FEMALE,
    MALE,
    NEUTRAL,
    STAND_COMPANY,
    STAND_FEMALE,
    STAND_LAST,
    STAND_MALE,
    STAND_NEUTRAL,
    STAND_STREET,
    STAND_TOWN,
    listed,
    words,
)

_CONSONANTS, _VOWELS = "bdfgklmnprtv", "aeio"
_MONTHS = (
    listed("January February March April May June July August September October November December"),
    listed("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    listed("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
)  # fmt: skip
_STATES = ("CO", "OH", "OR", "MN", "ME", "VT", "WA", "GA", "NM", "IA")
_STREET_TYPES = (
    "straße", "strasse", "str.", "weg", "allee", "gasse", "platz", "ufer", "damm", "ring", "chaussee", "steig", "stieg",
    "graben", "markt", "hof",
)  # fmt: skip
_KEPT_IN_ADDRESS = words(
    """street st avenue ave road rd lane ln drive dr boulevard blvd court ct place pl square sq terrace ter way parkway
    pkwy highway hwy circle cir crescent close gardens mews row trail hill grove walk alley loop north south east
    west n s e w apt apartment suite ste unit flat floor p o po box postfach rue via viale piazza corso calle plaza
    paseo rua avenida chemin quai ul de du des la del della dei da do dos le los las l d am an im in der den auf dem
    unter zum zur bei sur bis straße strasse str weg allee gasse platz ufer damm ring chaussee alte alter neue neuer
    große kleine obere untere lange hohe innere äußere und y th nd rd a b c"""
)
_KEY_START = re.compile(
    r"sk-(?:proj-|ant-|live-|test-|or-)?|(?:sk|pk|rk)_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|"
    r"AROA|AIDA|AIza|"
    r"ya29\.|xox[abeprs]-|hf_|npm_|-p(?=\S)|pypi-|SG\.|dop_v1_|whsec_|eyJ|AGE-SECRET-KEY-1"
)
_LEGAL = re.compile(
    r"(?:\s(?:GmbH|AG|KG|OHG|SE|UG|e\.V\.|Inc\.?|Ltd\.?|LLC|LLP|PLC|Corp\.?|Co\.?|S\.A\.|SA|SpA|BV|NV|AB))+$"
)


def make(kind: Kind, real: str, random: Random) -> str:
    """A stand-in for `real`. Whether it may be used, who asks must judge: see stand_ins.py."""
    makers: dict[Kind, Callable[[str, Random], str]] = {
        Kind.MAIL: _mail, Kind.PHONE: _phone, Kind.CARD: _card, Kind.IBAN: _iban, Kind.SOCIAL: _social, Kind.TAX: _tax,
        Kind.KEY: _key, Kind.IP: _ip, Kind.BIRTH: _date, Kind.ADDRESS: _address, Kind.OWN: _own,
        Kind.ORGANISATION: _company, Kind.PLACE: _town,
    }  # fmt: skip
    return makers.get(kind, shaped)(real, random)


def first_name(real: str, random: Random) -> str:
    """Of the same gender where the name tells one."""
    name = real.casefold()
    is_female, is_male = name in FEMALE, name in MALE
    if name in NEUTRAL or is_female == is_male:
        return random.choice(STAND_NEUTRAL)
    return random.choice(STAND_FEMALE if is_female else STAND_MALE)


def last_name(real: str, random: Random) -> str:
    return random.choice(STAND_LAST)


def invented(random: Random, syllables: int = 3) -> str:
    """A word that is none, for when a list is used up."""
    return "".join(random.choice(_CONSONANTS) + random.choice(_VOWELS) for _ in range(syllables)).capitalize() + "n"


def shaped(real: str, random: Random) -> str:
    """Digits for digits, letters for letters of the same case; everything else as it is."""
    return "".join(_sign(sign, random) for sign in real)


def into(real: str, filling: str) -> str:
    """`filling` in the places of `real`'s letters and digits, which are as many."""
    signs = iter(filling)
    return "".join(next(signs, sign) if sign.isalnum() else sign for sign in real)


def _sign(sign: str, random: Random) -> str:
    if sign.isdecimal():
        return random.choice(string.digits)
    if sign.isalpha():
        return random.choice(string.ascii_lowercase if sign.islower() else string.ascii_uppercase)
    return sign


def _number(length: int, random: Random) -> str:
    return "".join(random.choice(string.digits) for _ in range(length))


# ---------------------------------------------------------------- by kind


def _mail(real: str, random: Random) -> str:
    written = re.fullmatch(r"(?P<user>\S+?)(?P<at>\s?[\[({]\s?\w+\s?[\])}]\s?)(?P<domain>.+)", real)
    user = written["user"] if written else real.rpartition("@")[0]
    domain = written["domain"] if written else real.rpartition("@")[2]
    ending = re.split(r"\W+", domain.strip(")]}"))[-1].casefold()
    top = ending if ending in ("com", "org", "net") else random.choice(("com", "org", "net"))
    pieces = re.split(r"([._+-])", user)
    made = []
    for place, piece in enumerate(pieces):
        if not piece.isalpha():
            made.append(piece if place % 2 else _user_piece(piece, random))
        elif len(piece) == 1:
            made.append(random.choice(string.ascii_lowercase))
        else:
            pool = STAND_LAST if place else (*STAND_NEUTRAL, *STAND_FEMALE)
            made.append(random.choice(pool).lower())
    if not written:
        return f"{''.join(made)}@example.{top}"
    dot = re.search(r"\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?", domain, re.IGNORECASE)
    return f"{''.join(made)}{written['at']}example{dot.group() if dot else '.'}{top}"


def _user_piece(piece: str, random: Random) -> str:
    """Words become names, digits digits: "schmidt84" -> "larsen17"."""
    return re.sub(
        r"[^\W\d_]+|\d+",
        lambda m: _number(len(m.group()), random) if m.group().isdecimal() else random.choice(STAND_LAST).lower(),
        piece,
    )


def _phone(real: str, random: Random) -> str:
    digits = digits_of(real)
    if re.fullmatch(r"(?:\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d).*", real):
        is_long = digits.startswith("1") and (real.startswith(("+1", "1")))
        kept = digits[:1] if is_long else ""
        ten = f"{random.choice('23456789')}{_number(2, random)}55501{_number(2, random)}"
        rest = len(digits) - len(kept) - 10
        return into_digits(real, kept + ten + _number(max(rest, 0), random))
    country = re.match(r"\+\d{1,3}(?=\D)|\+\d{2}|00\d{2}|0", real)
    kept = digits_of(country.group()) if country else ""
    body = [str(random.randrange(1, 10)), *_number(max(len(digits) - len(kept) - 1, 0), random)]
    return into_digits(real, kept + "".join(body))


def into_digits(real: str, filling: str) -> str:
    signs = iter(filling)
    return "".join(next(signs, sign) if sign.isdecimal() else sign for sign in real)


def _card(real: str, random: Random) -> str:
    digits = digits_of(real)
    start = {"4": "400000", "5": "555555", "2": "222300", "3": "378282" if len(digits) == 15 else "305693"}.get(
        digits[0], f"{digits[0]}01100"
    )
    body = start + _number(len(digits) - len(start) - 1, random)
    return into_digits(real, body + str(-luhn_sum(body + "0") % 10))


def _iban(real: str, random: Random) -> str:
    compact = "".join(sign for sign in real if sign.isalnum())
    country, body = compact[:2], shaped(compact[4:], random)
    for _ in range(10):
        made = f"{country}{98 - iban_remainder(f'{country}00{body}'):02d}{body}"
        if is_iban(made):
            break
        body = shaped(body, random)
    return into(real, made)


def _social(real: str, random: Random) -> str:
    if re.fullmatch(r"\d{3}([- ]?)\d{2}\1\d{4}", real):
        return into_digits(real, f"9{_number(2, random)}{random.randrange(10, 49)}{_number(4, random)}")
    if re.match(r"(?i)[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]", real):
        return into(real, f"QQ{_number(6, random)}{random.choice('ABCD')}")
    return shaped(real, random)


def _tax(real: str, random: Random) -> str:
    digits = digits_of(real)
    if is_german_tax_id(digits):
        ten = list(random.sample("123456789", 9))
        ten.append(ten[random.randrange(9)])
        body = "".join(ten)
        return into_digits(real, body + str(german_tax_check(body)))
    return shaped(real, random)


def _key(real: str, random: Random) -> str:
    if real.startswith("-----BEGIN"):
        name = real[len("-----BEGIN ") : real.index("-----", 10)]
        line = "".join(random.choice(string.ascii_letters + string.digits) for _ in range(64))
        return f"-----BEGIN {name}-----\n{line}\n-----END {name}-----"
    kept = _KEY_START.match(real)
    start = kept.group() if kept else ""
    return start + shaped(real[len(start) :], random)


def _ip(real: str, random: Random) -> str:
    if ":" in real:
        return f"2001:db8:{random.randrange(1, 65535):x}::{random.randrange(1, 65535):x}"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"


def _date(real: str, random: Random) -> str:
    """Another day of another year, in the same form. Days and months are at most 12: right whichever comes first."""

    def number(match: re.Match[str]) -> str:
        digits = match.group()
        if len(digits) == 4:
            return str(int(digits) + random.choice((-6, -5, -4, -3, 3, 4, 5, 6)))
        value = random.randrange(1, 13)
        return f"{value:02d}" if len(digits) == 2 else str(value % 9 + 1)

    def month(match: re.Match[str]) -> str:
        word = match.group().casefold()
        for names in _MONTHS:
            if any(word == name.casefold() for name in names):
                return random.choice(names)
        return match.group()

    shifted = re.sub(r"\d+", number, real)
    return re.sub(r"[^\W\d_]{3,}", month, shifted)


def _address(real: str, random: Random) -> str:
    def word(match: re.Match[str]) -> str:
        found = match.group()
        lower = found.lower()
        if found.isupper() and len(found) == 2 and re.search(rf",\s{found}\.?\s\d{{5}}", real):
            return random.choice(_STATES)
        if any(sign.isdecimal() for sign in found):
            return _with_first(shaped(found, random), random)
        if lower in _KEPT_IN_ADDRESS or len(found) == 1:
            return found
        ending = next((e for e in _STREET_TYPES if lower.endswith(e.rstrip("."))), "")
        stem = random.choice(STAND_STREET if found is not real.split()[-1] else STAND_TOWN)
        if ending and len(lower) > len(ending):
            return random.choice(STAND_TOWN) + found[-len(ending.rstrip(".")) :]
        return stem

    return re.sub(r"\w+", word, real)


def _with_first(digits: str, random: Random) -> str:
    return digits if not digits.startswith("0") else random.choice("123456789") + digits[1:]


def _company(real: str, random: Random) -> str:
    legal = _LEGAL.search(real)
    return random.choice(STAND_COMPANY) + (legal.group() if legal else "")


def _town(real: str, random: Random) -> str:
    return random.choice(STAND_TOWN)


def _own(real: str, random: Random) -> str:
    def word(match: re.Match[str]) -> str:
        found = match.group()
        if any(sign.isdecimal() for sign in found):
            return shaped(found, random)
        made = invented(random, max(2, min(4, len(found) // 2)))
        return made.upper() if found.isupper() and len(found) > 1 else made if found[0].isupper() else made.lower()

    return re.sub(r"\w+", word, real)
