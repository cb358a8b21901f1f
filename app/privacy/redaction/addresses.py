"""Postal addresses by their form: a street with its number, a box, and a postal code with its town. English and German
forms, and the Romance ones that put a word for "street" first. What it leaves out: countries, and towns by themselves.
"""

import re
from collections.abc import Iterator

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.rules import rule, spans_of

_WORD = r"[A-ZÄÖÜÀ-ÞŁŚŻČŠŽ][\w'’-]{0,30}"
_TYPE = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|"
    r"Parkway|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Gardens|Mews|Row|Trail|Hill|Grove|Walk|Alley|Loop)"
)
_ENGLISH = re.compile(
    rf"(?<![\w.,/-])(?:(?:Flat|Apartment|Apt\.?|Unit|Suite)\s\w{{1,5}},\s)?\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})?\s"
    rf"(?:(?:North|South|East|West|N|S|E|W)\.?\s)?(?:(?:\d{{1,3}}(?:st|nd|rd|th)|"
    rf"{_WORD})\s){{1,4}}{_TYPE}\b\.?(?:\s(?:NW|NE|SW|SE|North|South|East|West)\b)?"
    r"(?:,?\s(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.?\s?#?\w{1,5})?"
)
_GERMAN = re.compile(
    rf"(?<!\w)(?:(?:(?:Alte|Neue|Große|Kleine|Obere|Untere|Lange|Hohe|Innere|Äußere|Am|An der)\s)?(?:{_WORD}-){{0,3}}"
    r"(?:[A-ZÄÖÜ][a-zäöüß]{0,30}(?:straße|strasse|str\.|weg|allee|gasse|platz|ufer|damm|ring|chaussee|steig|"
    r"stieg|graben|"
    rf"markt|hof)|(?:Straße|Strasse|Str\.|Weg|Allee|Gasse|Platz|Ufer|Damm|Ring))|{_WORD}(?:\s{_WORD})?\s"
    r"(?:Straße|Strasse|Str\.|Weg|Allee|Gasse|Platz|Ufer|Damm|Ring|"
    r"Chaussee))\s\d{1,4}\s?[a-zA-Z]?(?:\s?[-–/]\s?\d{1,4}[a-z]?)?(?![\w.]\d)\b"
)
_GERMAN_AM = re.compile(
    rf"(?<!\w)(?:Am|An der|An den|Auf dem|Auf der|Im|In der|Unter den|Zum|Zur|Alte|Alter|Neue|Neuer)\s{_WORD}"
    rf"(?:\s{_WORD})?\s\d{{1,4}}\s?[a-z]?(?!\w)(?=,|\s*\n|\s+in\s\d{{5}}|\s+\d{{5}})"
)
_ROMANCE = re.compile(
    r"(?<!\w)(?:\d{1,4}(?:\s?(?:bis|ter))?,?\s)?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Qq]uai|[Vv]ia|"
    r"[Vv]iale|[Pp]iazza|[Cc]orso|[Cc]alle|[Pp]laza|[Pp]aseo|[Rr]ua|[Aa]venida|[Uu]l\.)\s"
    rf"(?:(?:de|du|des|de la|del|della|dei|da|do|dos|la|le|los|las|l'|d')\s?){{0,3}}{_WORD}(?:\s(?:(?:de|la|y|"
    rf"e)\s)?{_WORD}){{0,3}}"
    r"(?:,?\s(?:n[º°.]\s?)?\d{1,4}[a-zA-Z]?)?(?!\w)"
)
_BOX = re.compile(r"(?i)(?<!\w)(?:p\.?\s?o\.?\s?box|postfach)\s(?:\d{1,3}\s?){1,4}(?<=\d)")
_STATE = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
_US_TOWN = re.compile(rf"(?<!\w)(?:{_WORD}(?:\s{_WORD}){{0,2}},\s)?(?:{_STATE})\.?\s\d{{5}}(?:-\d{{4}})?(?!\w)")
_UK_CODE = re.compile(
    rf"(?<!\w)(?:{_WORD}(?:\s{_WORD})?,?\s)?(?:GIR 0AA|"
    rf"[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPS-UW]?\s\d[ABD-HJLNP-UW-Z]{{2}})(?!\w)"
)
_TOWN = re.compile(
    rf"(?<![\w./:-])(?:(?:D|A|CH|F|I|E)-)?\d{{4,5}}\s(?:{_WORD})(?:(?:\s|-)(?:am|an der|im|bei|sur|de|"
    rf"la)?\s?{_WORD}){{0,2}}(?!\w)"
)
_TOWN_BEFORE = re.compile(
    r"(?i:\b(?:address|adresse|lives?|wohn\w*|living|moved|ship|send|deliver|post|anschrift|in|at|to|zip|plz|"
    r"code|nach|,)\b"
    r"[:\s]*|[,\n]\s*)$"
)
_UNITS = re.compile(
    r"(?i)\d+\s(?:people|users|euro?s?|dollars?|tokens|items|years?|days|miles|km|m|kg|mb|gb|january|february|"
    r"march|april|"
    r"may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|"
    r"words|lines|pages|times|steps|watts?|volts?|hz|uhr|menschen|personen|jahre|stück|seiten)\b"
)


@rule(Kind.ADDRESS)
def address(text: str) -> Iterator[Span]:
    streets = [
        span
        for pattern in (_ENGLISH, _GERMAN, _GERMAN_AM, _ROMANCE, _BOX)
        for span in spans_of(pattern, text, Kind.ADDRESS)
        if any(sign.isdecimal() for sign in span.text)
    ]
    yield from streets
    ends = {span.end for span in streets}
    for pattern in (_US_TOWN, _UK_CODE):
        yield from spans_of(pattern, text, Kind.ADDRESS)
    for span in spans_of(_TOWN, text, Kind.ADDRESS):
        if _UNITS.match(span.text) or re.match(r"(?:19|20)\d\d\s", span.text):
            continue
        follows_street = any(span.start - 4 <= end <= span.start for end in ends)
        is_five = re.match(r"(?:[A-Z]{1,2}-)?\d{5}\s", span.text) is not None
        is_led_in = _TOWN_BEFORE.search(text[max(span.start - 16, 0) : span.start]) is not None
        if follows_street or (is_five and is_led_in) or (is_led_in and span.text[0].isalpha()):
            yield span
