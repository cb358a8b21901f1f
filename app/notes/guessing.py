"""Which encoding a text without any declaration is in, where it is not UTF-8.

charset-normalizer takes "didn’t" for mac_roman and Danish for cp1250, so alphabets are judged here: decoded rightly,
what is not ASCII are letters of one language, and marks where such marks stand. A wrong encoding gives letters that no
language has together, capitals inside of words, and signs between letters (docs/lab-log.md has numbers). Chinese,
Japanese and Korean are told apart by their syllables, and left to charset-normalizer where these do not say.
"""

import re
from collections.abc import Iterable
from functools import cache

from charset_normalizer import from_bytes

SAMPLE_BYTES = 2**13  # of lines that are not ASCII
_APART = 0.75  # of the bytes above 127 touch another one: no Latin alphabet
_LEAST_LATIN, _LEAST_OTHER = 0.4, 0.8  # scores
_WEST = (
    "äöüß",
    "éèêëàâçîïôûùüÿœæ",
    "áéíóúüñ",
    "ãõáéíóúâêôàç",
    "àèéìíòóùî",
    "åäöé",
    "æøåéö",
    "éëïöüèêó",
    "àèéíïóòúüç·ñ",
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "äöüß")
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "õäöüšž")
# (encoding, the languages written in it, as their letters beside a to z); of equals the first one
_LATIN = (
    ("cp1252", _WEST), ("cp1250", _CENTRAL), ("iso8859_2", _CENTRAL), ("cp1254", ("çğıöşüâîi̇",)),
    ("cp1252", ("áðéíóúýþæö", "õäöüšž")), ("cp1257", _BALTIC), ("iso8859_15", _WEST), ("mac_roman", _WEST),
    ("cp850", _WEST), ("cp852", _CENTRAL), ("cp437", _WEST),
)  # fmt: skip
_RUSSIAN, _GREEK = "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"
_CYRILLIC = (_RUSSIAN, "абвгдежзийклмнопрстуфхцчшщьюяґєії", "абвгдђежзијклљмнњопрстћуфхцчџшјѓќѕ")
_OTHERS = (
    ("cp1255", ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)), ("cp1251", _CYRILLIC), ("koi8_r", (_RUSSIAN,)),
    ("koi8_u", _CYRILLIC), ("cp866", (_RUSSIAN,)), ("iso8859_5", _CYRILLIC), ("cp1253", (_GREEK,)),
    ("iso8859_7", (_GREEK,)), ("cp1256", ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگًٌٍَُِّْـ،؛؟",)),
)  # fmt: skip
_EAST_ASIAN = ["cp932", "euc_jp", "gb18030", "big5", "cp949"]
_KANA, _HANGUL = re.compile("[\u3041-\u3096\u30a1-\u30fa]"), re.compile("[\uac00-\ud7a3]")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_OPENING, _CLOSING, _FREE = "„‚«‹¿¡", "”»›…™®°", "–—“‘•€£§©·|"  # “ and ‘ open in English and close in German


def guessed(data: bytes) -> str | None:
    """Python's name of the encoding; None for what is no text in any that is known here."""
    sample = _not_ascii(data)
    high = _HIGH.findall(sample)
    total = sum(map(len, high))
    if not total:
        return "ascii"
    touching = sum(len(run) for run in high if len(run) > 1)
    latin, encoding = _best(sample, _LATIN)
    if touching <= _APART * total and latin >= _LEAST_LATIN:
        return encoding
    other, found = _best(sample, _OTHERS)
    if other >= _LEAST_OTHER:
        return found
    return _east_asian(sample) or (encoding if latin > 0 else None)


def _not_ascii(data: bytes) -> bytes:
    """What there is to judge: the lines that are not ASCII, from the beginning on."""
    taken, size = [], 0
    for line in data.splitlines():
        if line.isascii():
            continue
        first = _HIGH.search(line)
        start = max(0, first.start() - 100) if first is not None else 0
        taken.append(line[start : start + SAMPLE_BYTES])
        size += len(taken[-1])
        if size > SAMPLE_BYTES:
            break
    return b"\n".join(taken)


def _best(sample: bytes, candidates: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[float, str]:
    scores = []
    for order, (encoding, languages) in enumerate(candidates):
        text = sample.decode(encoding, "replace")
        scores.append((max(_score(text, letters) for letters in languages), -order, encoding))
    score, _, encoding = max(scores)
    return score, encoding


@cache
def _both_cases(letters: str) -> frozenset[str]:
    return frozenset(letters) | frozenset("".join(sign.upper() for sign in letters if len(sign.upper()) == 1))


def _score(text: str, letters: str) -> float:
    """At most 1: every sign above ASCII is a letter of this language in its place, or a mark in its place."""
    known, points, count = _both_cases(letters), 0.0, 0
    for found in re.finditer(r"(?s)(?<=(.))([^\x00-\x7f])(?=(.))", f" {text} "):
        before, sign, after = found.group(1), found.group(2), found.group(3)
        count += 1
        if sign in known:
            points += -1 if sign.isupper() and before.islower() else 1
        elif sign == "’":
            points += 1 if before.isalnum() or after.isalnum() else 0
        elif sign in "«»" and text.count("«") != text.count("»"):
            points -= 1
        elif sign in _OPENING:
            points += -1 if before.isalpha() else 0 if after.isspace() else 1
        elif sign in _CLOSING:
            points += -1 if after.isalpha() else 1
        elif sign in _FREE:
            points += -1 if before.isalpha() and after.isalpha() and sign not in "–—" else 1
        elif sign == "\u00a0" or (sign in "½¼¾²³µ×ºª" and not (before.isalpha() and after.isalpha())):
            points += 0.3
        else:
            points -= 2 if sign < "\u00a0" or sign == "\ufffd" else 1
    if (
        "ה" in known and sum(sign in "יוה" for sign in text) < 0.15 * count
    ):  # it has 0.3, and Cyrillic read as Hebrew 0.12
        return 0.0
    return points / count if count else 0.0


def _east_asian(sample: bytes) -> str | None:
    for encoding, own, most_others in (("cp932", _KANA, 4.0), ("euc_jp", _KANA, 4.0), ("euc_kr", _HANGUL, 0.1)):
        text = sample.decode(encoding, "replace")
        found = len(own.findall(text))
        if text.count("\ufffd") * 50 <= len(text) and found and len(_IDEOGRAPH.findall(text)) <= most_others * found:
            return "cp949" if encoding == "euc_kr" else encoding
    best = from_bytes(sample, cp_isolation=_EAST_ASIAN, preemptive_behaviour=False).best()
    return best.encoding if best is not None and best.encoding in _EAST_ASIAN else None
