"""Postal addresses by their form: a street with its number, a house with its name, a box, a postal code with its town,
and what stands between them. Forms of the United States, Britain, Ireland, Canada, Australia, the German-speaking
countries, the Netherlands, and the Romance ones that put a word for "street" first.

What it leaves out: countries and towns by themselves. Whatever looks like an address in prose ("10557 voters") counts
only behind a street, or behind words that lead one in.
"""

import re
from collections.abc import Iterator

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.rules import rule, spans_of

_WORD = r"[A-ZÄÖÜÀ-ÞŁŚŻČŠŽ][\w'’-]{0,30}"
_TYPE = (
    r"(?:Street|St|Str|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|"
    r"Ter|Way|"
    r"Parkway|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Cres|Close|Gardens|Gdns|Mews|Row|Trail|Trl|Hill|Grove|Walk|Alley|"
    r"Loop|"
    r"Rise|Vale|Yard|Wharf|Quay|Parade|Esplanade|Path|Pike|Turnpike|Plaza|Gate|Heights|Ridge|Bend|Crossing|Villas|"
    r"Buildings|Passage|Croft|Embankment|Circus|Crest|Landing|Cove|Point|Park|Green|View|Common|Meadows?|Fields)"
)
_HOUSE = (
    r"(?:Cottage|House|Farm|Farmhouse|Lodge|Rectory|Vicarage|Manor|Barn|Mill|Hall|Villa|Grange|Croft|Priory|Stables|"
    r"Bungalow|Chapel|Oast|Towers?|Mansions?|Court|Gatehouse|Schoolhouse|Forge|Heights|Apartments|Building|Ranch|Nook|"
    r"Haus|Hof|Schloss|Château|Villa|Residence|Résidence)"
)
_UNIT = r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Bldg|Building|Lot|Trailer|#)"
_DIRECTION = r"(?:NW|NE|SW|SE|North|South|East|West|N|S|E|W)"
_ENGLISH = re.compile(
    rf"(?<![\w.,/-])(?:{_UNIT}\.?\s\w{{1,5}},?\s|\d{{1,4}}/)?\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})?,?\s"
    rf"(?:{_DIRECTION}\.?\s)?(?:(?:\d{{1,3}}(?:st|nd|rd|th)|{_WORD}|of|the)\s){{1,4}}{_TYPE}\b\.?"
    rf"(?:\s{_DIRECTION}\b\.?)?(?:,?\s{_UNIT}\.?\s?#?\w{{1,5}}|,?\s#\w{{1,5}})?"
)
_ENGLISH_OTHER = re.compile(
    rf"(?<![\w.,/-])\d{{1,6}}[A-Za-z]?\s(?:(?:{_DIRECTION}\.?\s)?(?:Broadway|Bowery|The Strand|(?:The|Old|Upper|"
    rf"Lower|West|"
    rf"East|North|South)\s{_TYPE})|(?:State |U\.?S\.? |County |Farm )?(?:Highway|Hwy|Route|Rte|Road|Rd|FM|CR|"
    rf"SR)\s\d{{1,4}}|"
    rf"(?:Rue|Avenue|Ave)\s(?:{_WORD}|[A-Z]))\b(?:,?\s{_UNIT}\.?\s?#?\w{{1,5}})?"
    rf"|(?<!\w)(?:RR|HC|RFD|Rural Route)\s?#?\d{{1,4}},?\sBox\s\d{{1,5}}|(?<!\w)PSC\s\d{{1,5}},?\sBox\s\d{{1,6}}"
)
_NAMED_HOUSE = re.compile(
    rf"(?<![\w])(?:(?:The|"
    rf"Old)\s){{0,2}}(?:{_WORD}\s){{0,3}}{_HOUSE},\s(?:\d{{1,4}}[a-z]?\s)?(?:{_WORD}\s){{1,3}}{_TYPE}\b\.?"
)
_STRONG = (
    r"(?:straße|strasse|str\.|weg|allee|gasse|platz|ufer|damm|ring|chaussee|steig|stieg|graben|markt|hof|gürtel|"
    r"promenade|gässli|gässle|twiete|stiege|straat|laan|plein|gracht|kade|singel|dijk|steeg|dreef|gatan|vägen|gade|vej|"
    r"veien|gata|katu)"
)
_WEAK = (
    r"(?:rain|halde|acker|winkel|pfad|brücke|tor|kamp|siedlung|hang|zeile|kai|lände|park|feld|wiese|höhe|eck|bogen|"
    r"kehre|"
    r"reihe|redder|anger|wall|brink|grund|busch|berg|tal|hain|matte|bach|garten|kirche|mühle|wijk|hoek|pad|weide)"
)
_NUMBER = (
    r"\d{1,4}(?:\s?[a-zA-Z]\b)?(?:\s?[-–/]\s?(?:\d{1,4}[a-z]?|[IVX]{1,4}|hs|bis)\b){0,3}(?![\w.]\d)"
    r"(?:[,/]?\s?(?:Top|Tür|Stiege|Stg\.|Whg\.|Wohnung|Hinterhaus|Vorderhaus|Haus|App\.|Apt\.)\s?\d{0,4}[a-z]?|"
    r",\s\d{1,2}\.\s?(?:OG|Stock|Etage|Obergeschoss)|,\sEG)?"
)
_BEFORE_STREET = (
    r"(?:(?:Alte|Alter|Neue|Neuer|Große|Kleine|Obere|Untere|Lange|Hohe|Innere|Äußere|Am|An der|Oude|Nieuwe|Eerste|"
    r"Tweede)\s)?"
)
_GERMAN = re.compile(
    rf"(?<!\w)(?:Haus\sNr\.\s\d{{1,3}},\s)?{_BEFORE_STREET}(?:(?:{_WORD}-){{0,3}}(?:[A-ZÄÖÜ][a-zäöüßéåøæ]{{0,30}}{_STRONG}|"
    r"(?:Straße|Strasse|Str\.|Weg|Allee|Gasse|Platz|Ufer|Damm|Ring))|"
    rf"{_WORD}(?:\s{_WORD})?\s(?:Straße|Strasse|Str\.|Weg|Allee|Gasse|Platz|Ufer|Damm|Ring|Chaussee|Kade|Laan|Plein))"
    rf"(?:\s|\sNr\.\s){_NUMBER}(?!\w)"
)
_GERMAN_OTHER = re.compile(
    r"(?<!\w)(?:(?:Am|An der|An den|An|Auf dem|Auf der|Im|In der|In den|Unter den|Zum|Zur|Zu den|Hinter der|Vor dem|"
    r"Bei der|"
    rf"Alte|Alter|Neue|Neuer|Obere|Unterer|Beim|Vorm)\s{_WORD}(?:\s{_WORD})?|"
    rf"(?:{_WORD}-)?[A-ZÄÖÜ][a-zäöüß]{{1,30}}{_WEAK})"
    rf"\s{_NUMBER}(?!\w)"
)
_LEADS_IN = re.compile(
    r"(?i)(?:adresse|anschrift|wohn\w*|lebe|lebt|zieh\w*|umgezogen|gezogen|lieferung|liefer\w*|schick\w*|zuhause|"
    r"address|"
    r"lives?|living|woon\w*|adres)\b[^.!?\n]{0,30}$"
)
_ROMANCE = re.compile(
    r"(?<!\w)(?:\d{1,4}(?:,?\s?(?:bis|ter|quater|[A-D]))?,?\s)?(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|"
    r"[Cc]hemin|"
    r"[Qq]uai|[Ii]mpasse|[Aa]llées?|[Rr]oute|[Cc]ours|[Ss]quare|[Pp]assage|[Vv]ia|"
    r"[Vv]iale|[Pp]iazza|[Pp]iazzale|[Cc]orso|[Ll]argo|[Vv]icolo|[Cc]alle|C/|[Pp]laza|[Pp]aseo|[Rr]onda|[Cc]arrer|"
    r"[Rr]ua|"
    r"[Aa]v(?:enid|d)a\.?|[Cc]amino|[Tt]ravessa|[Uu]l\.|[Aa]l\.)\s?"
    r"(?:(?:de la|de|du|des|del|della|delle|dei|degli|da|do|dos|das|la|le|los|las|l['’]|d['’])\s?){0,3}"
    rf"(?:\d{{1,2}}\s(?:de\s)?)?(?:{_WORD}|[IVX]+)(?:[\s-](?:(?:de|du|des|la|y|e|di|della|et)\s)?{_WORD}){{0,3}}"
    r"(?:,?\s(?:n[º°.]\s?)?\d{1,4}(?:\s?[a-zA-Z]\b|/\w{1,4}|\s?bis)?(?:,\s\d{1,2}\s?[º°ª]\s?\w{0,4})?)?(?!\w)"
)
_BOX = re.compile(
    r"(?i)(?<!\w)(?:p\.?\s?o\.?\s?box|post office box|postfach|postbus|boîte postale|b\.?p\.|case postale|"
    r"casella postale|"
    r"c\.p\.|apartado(?: de correos)?|apdo\.|gpo box|locked bag|private bag)\s(?:\d{1,3}\s?){1,4}(?<=\d)"
)
_STATE = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|"
    r"A[EAP]|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    r"Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|"
    r"Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|"
    r"Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|"
    r"Wyoming"
)
_COUNTRY = (
    r"(?:,?\s(?:UK|U\.K\.|USA|U\.S\.A?\.?|United Kingdom|United States(?: of America)?|Germany|Deutschland|Austria|"
    r"Österreich|Switzerland|Schweiz|Suisse|France|Netherlands|Nederland|Italy|Italia|Spain|España|Canada|Australia|"
    r"England|Scotland|Wales|Ireland|Belgium|België)(?!\w))?"
)
_TOWNS = rf"(?:{_WORD}(?:[\s.]\s?(?:(?:of|on|upon|the|am|an der|im|sur|le|la)\s)?{_WORD}){{0,3}}"
_CODES = (
    re.compile(rf"(?<!\w){_TOWNS},?\s)?(?:{_STATE}),?\.?\s\d{{5}}(?:-\d{{4}})?(?!\w){_COUNTRY}"),
    re.compile(
        rf"(?<!\w){_TOWNS},?\s)?(?:GIR 0AA|"
        rf"[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPS-UW]?\s\d[ABD-HJLNP-UW-Z]{{2}})(?!\w){_COUNTRY}"
    ),
    re.compile(  # Canada, Australia, Ireland
        rf"(?<!\w){_TOWNS},?\s)?(?:(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|Ontario|Quebec|Québec|Alberta|"
        rf"British Columbia|"
        rf"Manitoba)[,.]?\s)?[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d(?!\w){_COUNTRY}"
    ),
    re.compile(rf"(?<!\w){_TOWNS},?\s)(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT)\s\d{{4}}(?!\w){_COUNTRY}"),
    re.compile(rf"(?<!\w){_TOWNS},?\s)(?:[AC-FHKNPRTV-Y]\d\d|D6W)\s[0-9AC-FHKNPRTV-Y]{{4}}(?!\w){_COUNTRY}"),
    re.compile(rf"(?<!\w)(?!19|20)\d{{4}}\s?(?!S[ADS])[A-Z]{{2}}\s\s?{_TOWNS})(?!\w){_COUNTRY}"),  # Netherlands
    re.compile(rf"(?<![\w-])\d{{2}}-\d{{3}}\s{_WORD}(?:\s{_WORD})?(?!\w)"),  # Poland
    re.compile(rf"(?<![\w-])\d{{4}}-\d{{3}}\s{_WORD}(?:\s{_WORD})?(?!\w)"),  # Portugal
)
_TOWN = re.compile(
    rf"(?<![\w./:-])(?:(?:DE|AT|FR|IT|ES|D|A|CH|F|I|E|B|L|NL)-)?(?:\d{{4,5}}|\d{{3}}\s\d\d)\s(?:{_WORD})"
    rf"(?:(?:\s|-|/)(?:am|an der|im|in der|bei|ob der|sur|de|la|les|an den|den|van)?\s?{_WORD}){{0,3}}"
    rf"(?:\s\([A-Z]{{2}}\)|\sCedex(?:\s\d\d)?)?(?!\w){_COUNTRY}"
)
_CODE_NAMED = re.compile(
    r"(?i)\b(?:zip(?:[ -]?code)?|post[ -]?code|postal code|plz|postleitzahl|code postal|cap|postcode)(?:\s?(?:is|"
    r"ist|:|=|of))?"
    r"\s(?P<code>\d{5}(?:-\d{4})?|\d{4}(?:\s?[A-Z]{2}\b)?|[A-Z]{1,2}\d[\dA-Z]?\s?\d[A-Z]{2})(?!\w)"
)
_TOWN_BEFORE = re.compile(
    r"(?i:\b(?:address|adresse|lives?|wohn\w*|living|moved|ship|send|deliver|post|anschrift|in|at|to|zip|plz|"
    r"code|nach|aus|,)\b"
    r"[:\s]*|[,\n]\s*)$"
)
_UNITS = re.compile(
    r"(?i)\d+\s(?:people|users|euro?s?|dollars?|tokens|items|years?|days|miles|km|m|kg|mb|gb|january|february|march|"
    r"april|"
    r"may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|"
    r"words|lines|pages|times|steps|watts?|volts?|hz|uhr|menschen|personen|jahre|stück|seiten|wähler\w*|einwohner\w*|"
    r"besucher\w*|zuschauer\w*|teilnehmer\w*|mitglieder\w*|kunden|leute|exemplare|tonnen|meter|kilometer|arbeitsplätze|"
    r"schüler\w*|studenten|soldaten|kinder|franken|punkte|stimmen|zeichen|wörter|haushalte|tage|stunden|minuten)\b"
)
_SEGMENT = (
    rf"(?:(?:{_WORD}|\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})?|#\w{{1,5}})"
    rf"(?:\s(?:{_WORD}\.?|of|on|upon|the|in|de|la|\d{{1,5}}\w?)){{0,5}})"
)
_SEGMENTS = re.compile(rf"(?:(?<=\s)|(?<=[(:\"'])|^)(?:{_SEGMENT}\.?(?:,\s?\n?\s?|\s?\n)){{1,5}}$")
_STARTS = re.compile(rf"\d|\b(?:{_HOUSE[3:-1]}|{_UNIT[3:-3]})\b|\b{_TYPE}\b\.?$")
_TOWN_BEHIND = re.compile(
    rf",\s{_WORD}(?:[\s-](?:(?:of|on|upon|am|an der|im)\s)?{_WORD}){{0,2}}{_COUNTRY}(?=\s*(?:[.;)!?\n]|$))"
)
_LINKS = re.compile(rf"[,\s]{{0,3}}(?:{_SEGMENT},?\s?){{0,3}}")


@rule(Kind.ADDRESS)
def address(text: str) -> Iterator[Span]:
    streets = list(_streets(text))
    codes = list(_codes(text, {span.end for span in streets}))
    yield from streets
    yield from codes
    yield from _wholes(text, streets, codes)
    yield from spans_of(_CODE_NAMED, text, Kind.ADDRESS, "code")


def _streets(text: str) -> Iterator[Span]:
    for pattern in (_ENGLISH, _ENGLISH_OTHER, _GERMAN, _ROMANCE, _BOX, _NAMED_HOUSE):
        for span in spans_of(pattern, text, Kind.ADDRESS):
            if pattern is _NAMED_HOUSE or any(sign.isdecimal() for sign in span.text):
                yield span
    for span in spans_of(_GERMAN_OTHER, text, Kind.ADDRESS):
        is_followed = re.match(r",|\s*\n|\s+in\s\d{5}|\s+(?:[A-Z]{1,2}-)?\d{4,5}\s", text[span.end : span.end + 12])
        has_code = re.match(r"[,\s]{1,3}(?:in\s)?(?:[A-Z]{1,2}-)?\d{4,5}\s[A-ZÄÖÜ]", text[span.end : span.end + 16])
        is_led_in = _LEADS_IN.search(text[max(span.start - 48, 0) : span.start])
        is_prepositional = not re.match(rf"(?:{_WORD}-)?\w+\s\d", span.text)
        if has_code or is_led_in or (is_followed and is_prepositional):
            yield span


def _codes(text: str, ends: set[int]) -> Iterator[Span]:
    for pattern in _CODES:
        yield from spans_of(pattern, text, Kind.ADDRESS)
    for span in spans_of(_TOWN, text, Kind.ADDRESS):
        follows_street = any(span.start - 4 <= end <= span.start for end in ends)
        if _UNITS.match(span.text) or (re.match(r"(?:19|20)\d\d\s", span.text) and not follows_street):
            continue
        is_five = re.match(r"(?:[A-Z]{1,2}-)?\d{5}\s", span.text) is not None
        is_led_in = _TOWN_BEFORE.search(text[max(span.start - 16, 0) : span.start]) is not None
        if follows_street or (is_five and is_led_in) or (is_led_in and span.text[0].isalpha()):
            yield span


def _wholes(text: str, streets: list[Span], codes: list[Span]) -> Iterator[Span]:
    """What stands between a street and its postal code, or behind a street: districts, towns, houses with names."""
    for code in codes:
        run = _SEGMENTS.search(text, max(code.start - 160, 0), code.start)
        if run is None:
            continue
        pieces = [(m.start(), m.group()) for m in re.finditer(r"[^,\n]+", run.group())]
        pieces = [(run.start() + at + len(piece) - len(piece.lstrip()), piece.strip()) for at, piece in pieces]
        first = next((at for at, piece in pieces if piece and _STARTS.search(piece)), None)
        if first is not None:
            yield Span(first, code.end, Kind.ADDRESS, text[first : code.end])
    for street in streets:
        town = _TOWN_BEHIND.match(text, street.end)
        if town is not None:
            yield Span(street.start, town.end(), Kind.ADDRESS, text[street.start : town.end()])
        for code in codes:
            if street.end < code.start <= street.end + 60 and _LINKS.fullmatch(text, street.end, code.start):
                yield Span(street.start, code.end, Kind.ADDRESS, text[street.start : code.end])
