"""What speaks for a name and against one in the words around it: things that are called after somebody, towns, nouns of
a German text; greetings and telling in small letters; lists of people.
"""

import re
from collections.abc import Iterator

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.name_lists import (
    ALSO_WORDS,
    COMMON_FIRST,
    FIRST,
    GERMAN_WORDS,
    LAST,
    NAMES,
    SURE_FIRST,
    TOWNS,
    WORDS,
    words,
)

_GERMAN = re.compile(
    r"(?i)\b(?:der|die|das|dem|des|und|ist|sind|nicht|ich|mit|auf|für|ein|eine|einen|zu|den|von|wir|sie|bei|im|am|hat|"
    r"haben|bitte|wird|noch|auch|vom|zum|zur|mein|meine|meiner|meinem|dein|deine|ihr|ihre|sein|seine|kann|wie|als|aus|"
    r"frau|herr|herrn|unser|unsere|gestern|heute|morgen|wenn|dass|oder|aber|habe|hast|du|gruß|grüße|liebe|lieber|hallo|"
    r"war|wer|wo|nach|um|über|bis|laut|sich|es)\b"
)
_ENGLISH = re.compile(
    r"(?i)\b(?:the|and|is|are|to|of|a|that|for|with|my|i|you|it|on|can|please|he|she|his|her|your|this|from|at|what|"
    r"does|"
    r"do|not|be|have|has|would|we|they|or|but|by|hi|dear|about|who|how|me|him|says|said|when|if)\b"
)

# What is called after somebody is nobody: "Turing machine", "Lincoln Center", "a Harley", "Lake Superior".
_THING_AFTER = re.compile(
    r"(?:['’]s)?[\s-](?:machine|theorem|algorithm|equations?|syndrome|disease|scale|effect|method|distribution|test|"
    r"law|laws|"
    r"principle|number|process|function|transform|series|curve|paradox|prize|award|salad|sponge|sauce|tea|dog|cat|"
    r"coffee|"
    r"trees?|chain|constant|matrix|matrices|filter|inequality|conjecture|hypothesis|diagram|code|cipher|"
    r"comet|telescope|space|sort|search|graph|sum|integral|geometry|logic|numbers|triangle|compiler|library|framework|"
    r"database|server|engine|watch|phone|car|jeans|guitar|piano|sandwich|cake|grapes?|apples?|dynasty|era|war|wars|"
    r"period|empire|revolution|style|furniture|architecture|match|game|team|players?|fans?|stadium|"
    r"[Ff]alls|[Cc]ent(?:er|re)|[Uu]niversity|[Aa]irport|[Ss]tation|[Hh]ospital|[Ss]chool|[Cc]ollege|[Mm]useum|"
    r"[Ii]slands?|"
    r"[Rr]iver|[Mm]ountains?|[Bb]each|[Cc]anyon|[Tt]heat(?:er|re)|[Cc]athedral|[Pp]alace|[Cc]ounty|[Cc]ity|[Vv]illage|"
    r"[Ii]nstitute|[Aa]cademy|[Hh]otel|[Cc]up|[Ll]eague|[Ff]oundation|Street|Avenue|Road|Lane|Drive|Boulevard|Square|"
    r"Hole|Sea|Ocean|Desert|Peninsula|Bay|Strait|Prize|Award|Theorem|Algorithm|Act|Effect|Scale)\b"
)
_THING_BEFORE = re.compile(
    r"(?:\b(?:Lake|Mount|Mt\.?|Fort|Port|Cape|Bloody|Earl|Hotel|University of|River|Gulf of|Isle of|City of|Saint|"
    r"San|Santa|"
    r"São|Café|Restaurant|Castle|Château|Schloss|Sankt|the movie|the film|the band|the city of|the town of|the surname|"
    r"the word|the name of the|Planet|Universität|Stadt|HMS|USS|Camp)|(?:\b[Aa]n?|(?<![.!?:]\s)\bThe|\bthe|"
    r"\b[Ee]ine?))\s$"
)
_THING_FIRST = words(
    "Lake Mount Mt Fort Port Cape Bloody Hotel River Saint Santa Castle Camp Deutsche Schloss Project Hurricane"
)
_PLACE_BEFORE = re.compile(
    r"(?i)\b(?:in|near|through|across|around|visit(?:ed|ing)?|outside|inside|nach|aus|toward|towards|via|leave|left|"
    r"reach|"
    r"trip to|flight to|flights to|train to|drive to|drove to|flew to|fly to|moved to|move to|went to|"
    r"travel(?:led)? to|"
    r"way to|back to|bus to|weather in|map of|mayor of|downtown|suburb of|north of|south of|east of|west of|"
    r"lives in)\s$"
)
_PLACE_AFTER = re.compile(
    r",?\s(?:[A-Z]{2}\b|Alabama|Arizona|California|Colorado|Florida|Georgia|Illinois|Indiana|Kansas|Kentucky|Louisiana|"
    r"Michigan|Mississippi|Missouri|Nevada|Ohio|Oklahoma|Oregon|Pennsylvania|Tennessee|Texas|Utah|Virginia|Wyoming|"
    r"England|"
    r"Scotland|Wales|Germany|France|Canada|Australia)\b"
)

# In small letters: who is greeted, signs, is told of. A word in no list of words, or a first name behind a strong cue.
_LOWER = r"(?!(?:mrs?|ms|dr|miss|frau|herrn?|my|meine?[mnrs]?)\b)[a-zà-öø-ÿß]{2,20}(?:-[a-zà-öø-ÿß]{2,20})?"
_STRONG_CUE = re.compile(
    rf"(?i)(?<![^\W_])(?:my name(?:['’]?s| is)|name is|name['’]s|named|(?:i|we|they|he|she) (?:am|is|are) called|"
    rf"call me|"
    rf"mein name ist|ich hei(?:ß|ss)e|namens|hei(?:ß|ss)t)\s(?P<name>{_LOWER}(?:\s{_LOWER})?)(?![^\W_])"
)
_CUE = re.compile(
    r"(?i)(?<![^\W_])(?:hi|hiya|hey|heya|hello|yo|dear|dearest|morning|good (?:morning|evening|afternoon)|hallo|"
    r"hallöchen|"
    r"liebe[rs]?|moin|servus|hoi|ciao|salut|hola|bonjour|thanks|thx|ty|thank you|cheers|regards|best|love|xoxo|xx|"
    r"lg|vg|"
    r"mfg|gru(?:ß|ss)|grüße|danke|bye|sincerely|yours|signed|this is|it['’]?s|i['’]?m|i am|ich bin|hier ist|da ist|"
    r"mrs?\.?|ms\.?|miss|dr\.?|herrn?|frau|uncle|aunt|auntie|onkel|tante|my (?:wife|husband|son|daughter|boss|friend|"
    r"best friend|colleague|coworker|brother|sister|mom|mum|dad|mother|father|neighbou?r|partner|girlfriend|"
    r"boyfriend|gf|"
    r"bf|ex|manager|cousin|flatmate|roommate|landlord|dentist|doctor|teacher|nephew|niece|kid|boy|girl|dog|cat)|"
    r"meine?[mnrs]? (?:frau|mann|sohn|tochter|chefin|chef|freundin|freund|kollegin|kollege|bruder|schwester|nachbarin|"
    r"nachbar|mutter|vater|oma|opa|ex|mitbewohnerin|mitbewohner|cousine|cousin)|"
    rf"ask|asked|tell|told|met|meet|saw|with|from|and|for|to|texted|called|call|visit|know|mit|von|an|frag|und|für|bei|"
    rf"@)(?:[,:]?\s|(?<=@))(?P<name>{_LOWER}(?:\s{_LOWER})?)(?![^\W_])"
)
_IS_DONE = re.compile(
    rf"(?i)(?<![^\W_])(?P<name>{_LOWER})(?=['’]s\s|\s(?:here|said|says|told|asked|wants|wanted|thinks|thought|lives|"
    rf"called|"
    rf"texted|wrote|is|was|will|won['’]?t|can['’]?t|has|had|hat|ist|sagt|sagte|kommt|meint|will|schrieb|wohnt|war)\b)"
)
_LOWER_WORD = re.compile(rf"(?<![\w@./'’-]){_LOWER}(?![\w@./]*[\w@/])")
_NOT_GREETED = words(
    """all guys guy everyone everybody there team folks mate man dude bro babe honey dear sir madam friend friends love
    baby sis mum mom dad buddy boss lieber liebe alle zusammen leute ihr du so not just the a an my your to me you him
    her us them it and or but if is am are was be been here now then that this what who when where how why do did done
    will may can mark hope joy grace rose see art bill major van long young king miles early faith dawn frank rich pat
    sunny sandy summer autumn april june august drew chase grant guy gene hunter victor max page price ray rob rusty
    sky sue ward wade noble norman la le de al el en es un una von der die das den dem des ein eine ich er sie es wir
    auf aus bei mit nach vor war hat so da nun gut sehr noch sein mein dein tag abend morgen ja nein mal nur an in im
    am um zu kind herr frau"""
)
# Words to a program, names to people: behind any cue, and with a possessive.
_CLEAR = words(
    """bob bruno cameron charlotte clara franz gerd graham jackson jan jane jean jed joe john jordan kai ken
    len lenny leo linda logan lora lou lynn mona morgan nick norman ralph rita rob ryan sara sarah shannon
    sid skyler steve sue sven sydney taylor ted tim tony walter victor vera ed jack jo anna ann ben sam tom
    max lena mia lee alex eva ruth art tyler amy eric kim chris dan dean deb don harry carol alice peter
    paul julia holly jade ray terry robin kate clay"""
)
_GREETED = _CLEAR | words(
    """mark will bill rose grace frank may june hope faith drew guy dawn hazel heather ivy jasmine joy lily iris olive
    violet ruby pearl penny rowan autumn summer april august chase grant hunter mason parker wade carter foster dale
    rosa petra"""
) - words("guy")
_NEVER_GREETED = _NOT_GREETED - _GREETED
_MAYBE = FIRST - TOWNS - WORDS
_RELATION = re.compile(r"(?i)(?:my|meine?[mnrs]?)\s\w")

_NAME = r"[A-ZÀ-ÞĀ-Ž][^\W\d_]+(?:[-'’][A-ZÀ-ÞĀ-Ž][^\W\d_]+)?"
_PERSON = rf"{_NAME}(?:\s(?:(?:von|van|de|der|la|Ní|Ó)\s){{0,2}}{_NAME}){{0,2}}"
_PEOPLE = re.compile(
    rf"(?<!\w){_PERSON}(?:,\s{_PERSON}){{0,8}}(?:,?\s(?:and|und|&|or|oder)\s{_PERSON}|"
    rf"(?:,\s{_PERSON}))(?!\w)"
)


def looks_german(text: str) -> bool:
    """By its little words; where it has none, by its letters."""
    german, english = len(_GERMAN.findall(text)), len(_ENGLISH.findall(text))
    return german > english or (german == english and re.search(r"[äöüß]", text) is not None)


def is_thing(text: str, start: int, end: int, *, is_town: bool) -> bool:
    """Whether the words around say that it is a thing or a town. is_town: the language model takes it for one."""
    found = text[start:end]
    before, after = text[max(start - 24, 0) : start], text[end : end + 24]
    bare = found.casefold().split()
    if _THING_AFTER.match(after) and len(bare) == 1:
        return (
            not re.match(r"['’]s\s(?:[a-z]+)", after)
            or re.match(r"['’]s\s(?:theorem|law|disease|syndrome|paradox|comet|principle|conjecture|equation)", after)
            is not None
        )
    if _THING_BEFORE.search(before) and (len(bare) == 1 or not re.search(r"(?i)\b(?:an?|the|eine?)\s$", before)):
        return not re.match(r"\s(?:family|family's|siblings|brothers|sisters)\b", after)
    if len(bare) > 1:
        is_a_thing = re.search(r"(?:\b[Aa]n?|\b[Tt]he)\s$", before) is not None and bare[0] not in FIRST
        first, last = found.split()[0], found.split()[-1]
        return (
            is_a_thing or _THING_AFTER.match(f" {last}") is not None or found == "Earl Grey" or (first in _THING_FIRST)
        )
    if bare[0] in TOWNS:
        is_placed = _PLACE_BEFORE.search(before) is not None or _PLACE_AFTER.match(after) is not None
        is_route = re.search(
            r"\b(?:from|through|via|between)\s[A-Z]\w+\s(?:to|and|"
            r"via)\s$",
            text[max(start - 48, 0) : start],
        )
        return is_placed or is_town or is_route is not None
    return False


def is_german_word(word: str) -> bool:
    return word in GERMAN_WORDS


def lower_names(text: str, *, is_german: bool) -> Iterator[Span]:
    """People in small letters, in lines that are typed so."""
    for match in _STRONG_CUE.finditer(text):
        yield from _lower(text, match, is_strong=True, is_german=is_german)
    for line in re.finditer(r"[^\n]+", text):
        first = re.search(r"[^\W\d_]", line.group())
        if first is None or first.group().isupper() or re.search(r"[={}<>;\\`$]|\w\(|::|->", line.group()):
            continue
        for pattern in (_CUE, _IS_DONE):
            for match in pattern.finditer(text, line.start(), line.end()):
                yield from _lower(text, match, is_strong=False, is_german=is_german)
        for word in _LOWER_WORD.finditer(text, line.start(), line.end()):
            if _is_plainly_name(word.group(), is_german=is_german):
                yield Span(*word.span(), Kind.PERSON, word.group())


def _lower(text: str, match: re.Match[str], *, is_strong: bool, is_german: bool) -> Iterator[Span]:
    if not match["name"].islower():
        return
    start, (first, *rest) = match.start("name"), match["name"].split()
    cue = match.group().casefold()
    is_first = _is_plainly_name(first, is_german=is_german) or first in _CLEAR
    is_spoken_to = re.match(r"h|dear|thanks|thx|cheers|this|it|i|liebe|gru|lg|moin|love", cue) or _RELATION.match(cue)
    if is_spoken_to and (first in _GREETED or first in _MAYBE) and first not in _NEVER_GREETED:
        is_first = not (is_german and is_german_word(first)) and not _reads_on(text, match, first)
    if is_strong:
        is_first = first not in _NEVER_GREETED
        is_first = is_first and (first in FIRST or not (first in WORDS or is_german_word(first)))
    if re.match(r"(?:mrs?|ms|dr|herrn?|frau|miss|uncle|aunt|onkel|tante)\b", cue):
        is_first = first not in _NOT_GREETED and (first in NAMES or first not in WORDS)
    if not is_first:
        return
    end = start + len(first)
    if rest and rest[0] in NAMES and rest[0] not in ALSO_WORDS and not is_german_word(rest[0]):
        end = start + len(match["name"])
    elif rest and is_strong and rest[0] in LAST and rest[0] not in _NOT_GREETED and not is_german:
        is_last = rest[0] not in WORDS or re.match(r"[,.!?]|\s*$", text[match.end("name") :]) is not None
        end = start + len(match["name"]) if is_last else end
    yield Span(start, end, Kind.PERSON, text[start:end])


def _reads_on(text: str, match: re.Match[str], first: str) -> bool:
    """ "i will be", "it may": a name that is a word is followed by something else than a word of its clause."""
    after = text[match.start("name") + len(first) :]
    return (
        first in ALSO_WORDS
        and first not in _CLEAR
        and re.match(r"\s?[,.!?\n:)]|\s*$|\s(?:and|und|from|here)\b", after) is None
    )


def _is_plainly_name(word: str, *, is_german: bool) -> bool:
    if word in ALSO_WORDS or word in TOWNS or word in WORDS or len(word) < 3 or word in _NOT_GREETED:
        return False
    return word in COMMON_FIRST and not (is_german and is_german_word(word))


def people_listed(text: str, *, is_german: bool) -> Iterator[Span]:
    """Everybody in an enumeration that has somebody known in it, but for words."""
    for match in _PEOPLE.finditer(text):
        parts = [(match.start() + m.start(), m.group()) for m in re.finditer(_PERSON, match.group())]
        firsts = [part.split()[0].casefold() for _, part in parts]
        known = sum(first in SURE_FIRST and first not in TOWNS and not is_german_word(first) for first in firsts)
        if known * 2 < len(parts) or known == 0:
            continue
        for start, part in parts:
            bare = [word.casefold() for word in part.split()]
            is_words = any(word in WORDS and word not in NAMES for word in bare) or bare[0] in _NOT_GREETED
            is_words = is_words or any(word.isupper() for word in part.split())
            if (
                not is_words
                and not (is_german and any(is_german_word(word) for word in bare[:1]))
                and bare[0] not in TOWNS
            ):
                yield Span(start, start + len(part), Kind.PERSON, part)
