"""Numbers that states, insurers and tax offices give to people: by a fixed form with its checksum, or by any form
behind the words that such a number is called by (in the languages of Europe's west and of North America).

A form that many other numbers have (nine digits) counts only behind such words; the words stay as they are.
"""

import re
from collections.abc import Callable, Iterator

from app.privacy.redaction import id_checks as checks
from app.privacy.redaction.checks import digits_of, is_german_tax_id, is_social_security
from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.rules import follows, rule, spans_of

_REACH_CHARS = 56  # how far behind its name a number may stand
_DATE_LIKE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})|(?:19|20)\d\d")
# A number as it is written: groups of letters and digits, each group behind a gap with a digit in it or two letters.
_NUMBER = re.compile(
    r"(?<![\w@.,/-])(?:[A-Za-z]{0,6}\d[A-Za-z0-9]{0,19}|[A-Z]{1,6}(?=[ -]?[A-Z]{0,3}\d))"
    r"(?:(?:[ \u00a0.-]|(?<=\d)/(?=\d))(?:[A-Z]{0,4}\d[A-Z0-9]{0,14}|[A-Z]{1,2}(?![A-Za-z0-9]))){0,8}(?![\w@])"
)
_ENDS = re.compile(r"[;!?]|(?<![Nn][or])\.\s+(?=[A-ZÄÖÜ][a-zäöü\s])|\n\s*\n")
_AND = re.compile(r",?\s(?:and|or|und|oder|et|y|e|en)\s(?:\w{1,8}\s){0,2}|\s*[,/]\s*(?:\w{1,8}\s){0,2}(?:\w{1,8}:\s)?")
_NR = r"(?:number|num|no|nr|nummer|numero|número|numéro|n[°º]|id|code|#)"

_SOCIAL_WORDS = re.compile(
    r"(?i)(?<![^\W_])(?:ssn|sin|nino|nhs|mbi|nuss?|pps(?:n|no)?|bsn|cpf|curp|cpr|kvnr|svnr|ahv|avs|oasi|nir|pesel|"
    r"dni|nie|"
    r"mrn|ehic|egn|cnp|jmbg|oib|nin|ohip|umr|aadhaar|aadhar|citizen service number|citizenservicenumber|"
    rf"social(?:\s|-)?(?:security|insurance)|national insurance|ni {_NR}|"
    rf"national (?:id(?:entity|entification)?|identity|health(?: service)?|registry|register) ?(?:{_NR})?|"
    rf"(?:medicare|medicaid|health(?:care)?(?: insurance| plan)?|insurance|subscriber|member(?:ship)?|beneficiary|"
    rf"patient|medical record|health card|policyholder|enrollee) ?(?:card |record )?{_NR}|medicare(?: card)?|"
    r"health insurance(?: card)?|health card|medicaid|insurance card|"
    r"so[zc]ialversicherung\w*|rentenversicherung\w*|versichert(?:en)?-?(?:nummer|nr|id|karte)\b\.?|"
    r"versicherungs-?(?:nummer|nr)\.?|krankenversicher\w*|krankenkasse\w*|gesundheitskarte\w*|[ksr]v-?(?:nummer|nr)\.?|"
    r"ahv-?(?:nummer|nr)?\.?|e-card|patienten-?(?:nummer|nr|id)\.?|mitglieds-?(?:nummer|nr)\.?|"
    r"s[ée]curit[ée] sociale|n[°º] ?s[ée]cu|num[ée]ro de s[ée]cu\w*|carte vitale|num[ée]ro national|registre national|"
    r"seguridad social|documento nacional|tarjeta sanitaria|codice fiscale|tessera sanitaria|"
    r"burgerservice\w*|sofi-?nummer|rijksregister\w*|zorgverzekering\w*|verzekerden?nummer|polisnummer|"
    r"person(?:al identity |al identification )?(?:nummer|number)|personal id|personnummer|cpr-?nummer|"
    r"f[øo]dselsnummer|henkil[öo]tunnus|kennitala|rodn[ée] [čc][íi]slo|tax file)(?![^\W_])"
)
_PASSPORT_WORDS = re.compile(
    r"(?i)(?<![^\W_])(?:passports?|pass-?(?:nummer|nr|no)\.?|reisepass\w*|(?:mein|deutscher|neuer|alter) pass|"
    r"personalausweis\w*|perso|ausweis\w*|ausweis-?(?:nummer|nr)\.?|id[ -]?cards?|id-?karte\w*|identit(?:y|"
    r"äts) ?-?(?:cards?|"
    r"karte\w*|documents?)|identity (?:number|no)|aufenthalts(?:titel|karte|erlaubnis)\w*|"
    rf"driv(?:er['’]?s?|ing|ers['’]?)[ -](?:licen[cs]e|permit)s?|licen[cs]e {_NR}|permit {_NR}|dl|dl ?{_NR}|"
    rf"führerschein\w*|fahrerlaubnis\w*|visas?|visum\w*|green ?card|a-number|alien (?:registration )?{_NR}|uscis|"
    r"residence (?:permit|card)|brp|global entry|passid|known traveler|redress|travel document|carnet (?:de conducir|"
    r"d['’]identit[ée])|"
    r"passeport|carte (?:nationale )?d['’]identit[ée]|cni|titre de s[ée]jour|permis de conduire|pasaporte|"
    r"permiso de conducir|licencia de conducir|passaporto|carta d['’]identit[àa]|patente(?: di guida)?|paspoort\w*|"
    r"identiteitskaart\w*|id-kaart|rijbewijs\w*|passaporte|pass[ -]?id|pas[ -]?nummer|paszport\w*|dow[óo]d osobisty|"
    r"document (?:number|no))(?![^\W_])"
)
_TAX_WORDS = re.compile(
    r"(?i)(?<![^\W_])(?:tax(?:payer)?|t\.?i\.?n\.?|itin|atin|ptin|f?ein|vat|utr|tfn|abn|gstin?|gst/hst|pan|rfc|nif|"
    r"cif|cuit|nip|"
    r"nipc|siren|siret|tva|iva|moms|mva|btw|mwst|ust|ust-?id\w*|uid(?:-?(?:nummer|nr))?|idnr|id-?nr|ident-?nr|w-?9|"
    r"steuer\w*|steuer-?(?:id|nr|nummer)|st\.?-?(?:nr|id)|umsatzsteuer\w*|identifikationsnummer|finanzamt|"
    r"employer identification|fiscal (?:code|number)|num[ée]ro fiscal|num[ée]ro de tva|n[úu]mero fiscal|spi|"
    r"r[ée]f[ée]rence fiscale|partita iva|p\.? ?iva|codice fiscale|fiscaal nummer|self[- ]assessment|hmrc)(?![^\W_])"
)
_BEHIND = re.compile(
    r"\s?(?:,\s)?(?:is|was|ist|war|es|est|è|=)\s(?:my|his|her|their|the|our|mein\w?|ihr\w?|sein\w?|die|der|mi|mon|ma|"
    r"il mio)\s(?:\w+\s){0,2}$"
)

_SSN = re.compile(r"(?<![\w.-])(\d{3})([- ])(\d{2})\2(\d{4})(?![\w]|-\d)")
_NINO = re.compile(
    r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)",
    re.IGNORECASE,
)
_GERMAN_SOCIAL = re.compile(r"(?<!\w)\d{2} ?(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2} ?[A-Z] ?\d{3}(?!\w)")
_FRENCH_SOCIAL = re.compile(
    r"(?<!\w)([12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2])[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3})[ ./]?(\d{2})(?!\w)"
)
_UK_DRIVER = re.compile(r"(?<!\w)[A-Z9]{5} ?\d[0156]\d[0-3]\d\d ?[A-Z9]{2}[A-Z0-9] ?[A-Z0-9]{2}(?!\w)")
_MEDICARE = re.compile(
    r"(?<![\w-])[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
    r"[AC-HJKMNP-RT-Y]{2}\d\d(?![\w-])"
)
_MACHINE_READABLE = re.compile(r"(?<!\w)[PIAC][A-Z<][A-Z]{3}[A-Z0-9<]{25,40}(?:\s[A-Z0-9<]{30,44}){0,2}(?![\w<])")

# Forms that are proof by themselves: the pattern, and what must hold of its letters and digits.
_CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w.])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w]|[.,-]\d)"), checks.is_swiss_social),
    (re.compile(r"(?<!\w)\d{4}[XYZ]?\d{4}[A-Z](?!\w)|(?<!\w)[XYZ]?-?\d{7,8}-?[A-Z](?!\w)"), checks.is_spanish_person),
    (re.compile(r"(?<!\w)[A-Z]{3} ?[A-Z]{3} ?\w{5} ?[A-Z]\w{3}[A-Z](?!\w)"), checks.is_italian_person),
    (re.compile(r"(?<![\w.-])\d\d\.\d\d\.\d\d-\d{3}[.-]\d\d(?!\w)"), checks.is_belgian_person),
    (re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)"), checks.is_brazilian_person),
    (re.compile(r"(?<!\w)[A-Z]\d{9}(?!\w)"), checks.is_german_health),
)
# Forms that many numbers have: with a right checksum, and behind any word for such a number or for the one who has it.
_LIKELY: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w.,-])\d{3}[ -]\d{3}[ -]\d{4}(?!\w|-\d)"), checks.is_nhs),
    (re.compile(r"(?<![\w.,-])\d{4}[ -]\d{6}(?!\w|-\d)"), checks.is_austrian_social),
    (re.compile(r"(?<![\w.,-])\d{11}(?!\w|[.,-]\d)"), checks.is_polish_person),
    (re.compile(r"(?<![\w.,-])\d{4} \d{4} \d{4}(?!\w|[.,-]\d| \d)"), checks.is_indian_person),
)
_HEALTH = re.compile(r"(?i)\b(?:nhs|health|patient|surgery|gp|hospital|svnr|sv|versicher\w*|pesel|aadhaar|insurance)\b")
_NORDIC = re.compile(r"(?<![\w.-])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A]\d{3}[0-9A-Y](?![\w-])")

_GERMAN_TAX_ID = re.compile(r"(?<![\w.,-])\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}(?!\w|[.,-]\d)")
_ITIN = re.compile(r"(?<![\w-])9\d{2}-(?:5\d|6[0-5]|[78]\d|9[0-24-9])-\d{4}(?![\w-])")
_VAT_WRITTEN = re.compile(
    r"(?<!\w)(?:ATU ?\d{8}|CHE[- ]?\d{3}\.?\d{3}\.?\d{3}(?: (?:MWST|TVA|IVA))?|(?:DE|GB|FR|IT|NL|ES|BE|PL)[ -]?"
    r"(?:[A-Z0-9]{1,4}[ .]?){1,4}\d{1,4}[A-Z0-9]{0,3})(?!\w)"
)
_INDIAN_TAX = re.compile(r"(?<!\w)[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z](?!\w)")


def named(text: str, words: re.Pattern[str], kind: Kind, shortest: int, digits: int) -> Iterator[Span]:
    """The first number behind each of `words` in the same sentence, and what is joined to it by "and"; or the one right
    before them ("... is my passport number"). shortest: letters and digits; digits: how many of them at least."""
    for name in words.finditer(text):
        end = min(name.end() + _REACH_CHARS, len(text))
        stop = _ENDS.search(text, name.end(), end)
        end = stop.start() if stop else end
        at = name.end()
        for number in _NUMBER.finditer(text, at, min(end + 40, len(text))):
            if number.start() >= end:
                break
            if _is_id(number.group(), shortest, digits):
                yield Span(*number.span(), kind, number.group())
                after = _AND.match(text, number.end())
                while after is not None:
                    further = _NUMBER.match(text, after.end())
                    if further is None or not _is_id(further.group(), shortest, digits):
                        break
                    yield Span(*further.span(), kind, further.group())
                    after = _AND.match(text, further.end())
                break
        before = _BEHIND.search(text, max(name.start() - 32, 0), name.start())
        if before is not None:
            numbers = [*_NUMBER.finditer(text, max(before.start() - 40, 0), before.start())]
            if numbers and numbers[-1].end() == before.start() and _is_id(numbers[-1].group(), shortest, digits):
                yield Span(*numbers[-1].span(), kind, numbers[-1].group())


def _is_id(number: str, shortest: int, digits: int) -> bool:
    plain = "".join(sign for sign in number if sign.isalnum())
    if not shortest <= len(plain) <= 24 or len(digits_of(plain)) < digits or _DATE_LIKE.fullmatch(number):
        return False
    return not any(part[1:].islower() for part in re.findall(r"[^\W\d_]{3,}", number)) and not re.match(
        r"\d{1,4}[A-Za-z]{1,2}$", number
    )


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum()).upper()


@rule(Kind.SOCIAL)
def social(text: str) -> Iterator[Span]:
    for found in spans_of(_SSN, text, Kind.SOCIAL):
        if is_social_security(digits_of(found.text)):
            yield found
    for pattern in (_NINO, _GERMAN_SOCIAL, _NORDIC, _MEDICARE):
        yield from spans_of(pattern, text, Kind.SOCIAL)
    for match in _FRENCH_SOCIAL.finditer(text):
        body = re.sub(r"[ .]", "", match.group(1)).replace("2A", "19").replace("2B", "18")
        if 97 - int(body) % 97 == int(match.group(2)):
            yield Span(*match.span(), Kind.SOCIAL, match.group())
    for pattern, is_right in _CHECKED:
        for found in spans_of(pattern, text, Kind.SOCIAL):
            if is_right(_plain(found.text)):
                yield found
    for pattern, is_right in _LIKELY:
        for found in spans_of(pattern, text, Kind.SOCIAL):
            if is_right(_plain(found.text)) and follows(text, found.start, _HEALTH):
                yield found
    for found in named(text, _SOCIAL_WORDS, Kind.SOCIAL, 7, 5):
        if not _is_impossible(found.text):
            yield found


def _is_impossible(number: str) -> bool:
    """In the form of an American number, but one that is never given out."""
    form = re.fullmatch(r"\d{3}-\d{2}-\d{4}", number)
    return form is not None and not is_social_security(digits_of(number)) and not number.startswith("9")


@rule(Kind.PASSPORT)
def passport(text: str) -> Iterator[Span]:
    yield from named(text, _PASSPORT_WORDS, Kind.PASSPORT, 6, 3)
    yield from spans_of(_UK_DRIVER, text, Kind.PASSPORT)
    if "<<" in text:
        yield from spans_of(_MACHINE_READABLE, text, Kind.PASSPORT)


@rule(Kind.TAX)
def tax(text: str) -> Iterator[Span]:
    yield from spans_of(_ITIN, text, Kind.TAX)
    for found in spans_of(_GERMAN_TAX_ID, text, Kind.TAX):
        if is_german_tax_id(digits_of(found.text)):
            yield found
    for found in spans_of(_VAT_WRITTEN, text, Kind.TAX):
        if checks.is_vat(re.sub(r"(?:MWST|TVA|IVA)$", "", _plain(found.text))):
            yield found
    for found in spans_of(_INDIAN_TAX, text, Kind.TAX):
        if follows(text, found.start, _TAX_WORDS):
            yield found
    yield from named(text, _TAX_WORDS, Kind.TAX, 8, 7)
