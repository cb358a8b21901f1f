"""Dates of birth: a date behind words that say so, or before them. Other dates stay: a text without its dates says
little, and a date by itself is nobody's.
"""

import re
from collections.abc import Iterator

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.rules import rule, spans_of

_MONTHS = (
    r"(?:jan(?:uary|uar|vier|uari)?|jänner|ene(?:ro)?|gen(?:naio)?|feb(?:ruary|ruar|ruari|rero|braio)?|févr?(?:ier)?|"
    r"mar(?:ch|s|zo)?|märz|maart|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mei|mayo|maggio|jun[ei]?|juin|junio|"
    r"giugno|"
    r"jul[yi]?|juillet|julio|luglio|aug(?:ust|ustus)?|ago(?:sto)?|août|sep(?:t(?:ember|embre)?|tiembre)?|"
    r"set(?:tembre)?|"
    r"o[ck]t(?:ober|obre|ubre)?|ott(?:obre)?|nov(?:ember|embre|iembre)?|de[czs](?:ember|embre)?|déc(?:embre)?|"
    r"dic(?:embre|iembre)?)\.?"
)
_DAY_MONTH = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s?(?:(?:day )?of\s|de\s|di\s|-)?{_MONTHS}(?!\w)|"
    rf"{_MONTHS}\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?)"
)
_DATE = (
    r"(?:\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}|\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|['’]?\d{2})|"
    rf"{_DAY_MONTH}(?:,|\sof|\sde|\sdel|\sin|-)?\s?(?:\d{{4}}|['’]\d{{2}}|\d{{2}}(?!\d|:|\s?(?:Uhr|am|pm))))"
)
_BORN = (
    r"(?:(?<!new)(?<!new-)born|d\.?\s?o\.?\s?b\.?|d/o/b|date[ _]of[ _]birth|birth[ _-]?date|birth[ _-]?day|bday|b-day|"
    r"date_naissance|birth|"
    r"gebor\w*|geb\.?(?:[ -]?(?:datum|dat\.?|tag|am))?|geburts(?:datum|tag)|zur welt gekommen|zur welt kam|n[ée]+e?s?|"
    r"naissance|naci(?:do|da|ó|miento)|nat[oa]|nascita|nasc(?:ido|ida|imento)|geboortedatum|geboren|"
    r"came into (?:the|this) world|turn(?:s|ed|ing)?\s\w{1,12}|doğum|f[øö]d[dt]?(?:selsdato)?|syntynyt|urodz\w*)"
)
# What may stand between: a place, a form ("(DD/MM/YYYY)"), little words; no other clause.
_BETWEEN = (
    r"(?:\s*(?:\([^()\n]{1,24}\)|[:=(,\"'*-]|is|was|on|in|at|am|ist|war|the|le|el|il|op|a|à|den|der|date|day|again|"
    r"(?:in|at|near|zu|à|en|a|te)\s[A-ZÄÖÜÀ-Þ][\w'’-]{1,24}(?:[\s-][A-ZÄÖÜ][\w'’-]{1,24}){0,2}|[A-ZÄÖÜ][\w'’-]{2,24}"
    r"(?=\s(?:on|am|le|el)\s)|weekday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|old)(?![^\W\d_]))"
)
_BIRTH = re.compile(rf"(?i)(?<![^\W_]){_BORN}{_BETWEEN}{{0,6}}\s*(?P<date>{_DATE})(?!\w)")
_BIRTHDAY = re.compile(
    rf"(?i)(?<![^\W_])(?:birth ?day|bday|geburtstag(?:e?s?)?|anniversaire|cumpleaños|compleanno|verjaardag|jarig)"
    rf"(?:\s(?:is|was|falls|ist|war|hat|on|am|the|es|est|le|el|op|always|immer|er)){{0,4}}[:,]?\s(?P<date>{_DAY_MONTH}|"
    r"\d{1,2}\.\s?\d{1,2}\.|\d{1,2}/\d{1,2})(?![\w/])"
)
_TIGHT = re.compile(
    r"(?i)(?:dob|birth[ _-]?date|date[ _]of[ _]birth|geb(?:urts)?datum)\W{1,4}(?P<date>(?:19|20)\d{6}|\d{8})(?!\w)"
)
_STAR = re.compile(rf"(?i)(?:\*\s?|(?<=[(\s])b\.\s)(?P<date>{_DATE})(?!\w)")
_AFTER = re.compile(
    rf"(?i)(?<!\w)(?P<date>{_DATE})(?=\)?,?\s(?:(?:is|was|ist|war)\s(?:when|the day)?\s?(?:my|his|her|their|our|"
    rf"mein\w?|"
    rf"i|he|she|[A-Z]\w+['’]s)?\s?(?:birth ?day|date of birth|was born|geburts\w+)|geboren|zur welt|\(?(?:dob|"
    rf"date of birth))|"
    rf"\s?\(?(?:date of birth|dob|birthday)\b)"
)
_YEAR_BEFORE = re.compile(
    rf"(?i)(?<![^\W_])(?:on|am|le|el)\s(?P<date>{_DATE}),?\s(?:[^\W\d_]+\s){{1,4}}(?:was born|came into|gave birth|"
    rf"geboren|"
    rf"zur welt|est né)"
)


@rule(Kind.BIRTH)
def birth(text: str) -> Iterator[Span]:
    if not any(sign.isdecimal() for sign in text):
        return
    for pattern in (_BIRTH, _BIRTHDAY, _TIGHT, _STAR, _AFTER, _YEAR_BEFORE):
        for span in spans_of(pattern, text, Kind.BIRTH, "date"):
            date = re.sub(r"(?<=[^\W\d])\.$", "", span.text)  # the end of a sentence, not of "Aug."
            yield Span(span.start, span.start + len(date), Kind.BIRTH, date)
