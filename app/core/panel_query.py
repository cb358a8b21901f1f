"""Reads the panel's filter language. Whatever is typed gives a filter or a FilterProblem, nothing else.

filter  = either { "or" either }          dir:up kind:step tap:3 bytes>1000 host:localhost not purpose:keepalive
either  = one { one }                     (all of them)
one     = [ "not" | "-" ] ( "(" filter ")" | term )
term    = field ":" value { "," value }   field (">" | "<" | ">=" | "<=" | "=") value   a value alone: up, tap, bf16
value   = a word, a number, 3..7, 1k, 2MB, 10m (a time ago), 14:05, 2026-11-23T14:05, "with spaces"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum, auto

from app.core import panel_filter as terms
from app.core.panel_filter import Everything, Filter
from app.domain.clearance import Direction, Purpose
from app.wire.frames import TAP_KINDS, TENSOR_KINDS, Dtype, Kind

LONGEST = 2000  # characters
_DEEPEST = 16  # brackets in brackets


class Problem(Enum):
    UNKNOWN_FIELD = auto()
    UNKNOWN_VALUE = auto()
    UNKNOWN_WORD = auto()
    NO_NUMBER = auto()
    NO_TIME = auto()
    NO_HEX = auto()
    NO_ORDER = auto()  # > or < where the field has no order
    NO_VALUE = auto()
    OPEN_BRACKET = auto()
    STRAY_BRACKET = auto()
    OPEN_QUOTE = auto()
    NOTHING_AFTER = auto()  # "not" or "or" at the end
    TOO_LONG = auto()
    TOO_DEEP = auto()


class FilterProblem(Exception):
    """What is wrong with a filter, and where: the characters start..end."""

    def __init__(self, problem: Problem, word: str = "", start: int = 0, end: int = 0, field: str = "") -> None:
        super().__init__(problem.name)
        self.problem, self.word, self.start, self.end, self.field = problem, word, start, end, field


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int

    def wrong(self, problem: Problem, word: str | None = None, field: str = "") -> FilterProblem:
        return FilterProblem(problem, self.text if word is None else word, self.start, self.end, field)


DIRECTIONS: Mapping[str, int] = {"up": Direction.UP, "down": Direction.DOWN}
PURPOSES: Mapping[str, int] = {purpose.name.lower().replace("_", "-"): purpose for purpose in Purpose}
KINDS: Mapping[str, int] = {kind.name.lower(): kind for kind in Kind} | {"none": 0}
DTYPES: Mapping[str, int] = {dtype.name.lower(): dtype for dtype in Dtype}
_ENUMS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "dir": ("direction", DIRECTIONS),
    "kind": ("kind", KINDS),
    "purpose": ("purpose", PURPOSES),
    "dtype": ("dtype", DTYPES),
}
_WITH_TENSOR = tuple(sorted(map(int, TENSOR_KINDS)))
_WITH_TAP = tuple(sorted(map(int, TAP_KINDS)))
_NUMBERS: Mapping[str, tuple[str, tuple[int, ...], bool]] = {  # field -> column, kinds that have it, only frames
    "number": ("number", (), False),
    "tap": ("tap", _WITH_TAP, True),
    "rows": ("rows", _WITH_TENSOR, True),
    "cols": ("cols", _WITH_TENSOR, True),
    "step": ("step", _WITH_TENSOR, True),
    "position": ("position", _WITH_TENSOR, True),
    "session": ("session", (), True),
    "connection": ("connection", (), False),
    "bytes": ("wire_bytes", (), False),
    "raw": ("payload_bytes", (), False),
}
_IS: Mapping[str, Filter] = {
    "marked": terms.IsNumbered(lambda view: view.marked()),
    "noted": terms.IsNumbered(lambda view: view.noted()),
    "kept": terms.IsKept(),
    "tls": terms.IsTls(),
}
_SAME_AS = {"direction": "dir", "n": "number", "wire": "bytes", "payload": "raw", "msg": "message", "pos": "position"}
FIELDS = (*_ENUMS, *_NUMBERS, "host", "latency", "since", "until", "chat", "message", "hash", "is")
VALUES: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(values) for name, (_, values) in _ENUMS.items()},
    "is": tuple(_IS),
    "chat": ("this",),
    "message": ("last",),
    "since": ("5m", "1h", "1d"),
    "until": ("5m", "1h", "1d"),
}
_TOKEN = re.compile(r'\s*(?:([()])|((?:[^\s()"]|"[^"]*")+))')
_TERM = re.compile(r"(?s)([A-Za-z]+)(>=|<=|:|=|>|<)(.*)")
_COUNT = re.compile(r"(\d{1,18})(?:\.(\d{1,3}))?(|k|kb|m|mb)$", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,9})(?:\.(\d{1,6}))?(ns|us|ms|s|m|h|d|w)$")
_NS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_NS["w"] = 7 * _NS["d"]
_TIMES = {"k": 1000, "kb": 1000, "m": 10**6, "mb": 10**6, "": 1}


def read_filter(text: str, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> Filter:
    """Raises FilterProblem. `now` (with a time zone) is what times count from."""
    if len(text) > LONGEST:
        raise FilterProblem(Problem.TOO_LONG, "", LONGEST, len(text))
    words = _words(text)
    return _Reader(words, now()).whole() if words else Everything()


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise FilterProblem(Problem.OPEN_QUOTE, text[at:].strip(), at, len(text))
        group = 1 if found[1] else 2
        words.append(Word(found[group], found.start(group), found.end(group)))
        at = found.end()
    return words


class _Reader:
    def __init__(self, words: list[Word], now: datetime) -> None:
        self._words, self._at, self._now = words, 0, now

    def whole(self) -> Filter:
        found = self._either(0)
        if self._at < len(self._words):
            raise self._words[self._at].wrong(Problem.STRAY_BRACKET)
        return found

    def _either(self, depth: int) -> Filter:
        found = [self._every(depth)]
        while self._is("or"):
            self._at += 1
            found.append(self._every(depth))
        return found[0] if len(found) == 1 else terms.Any(found)

    def _every(self, depth: int) -> Filter:
        found: list[Filter] = []
        while self._at < len(self._words) and not self._is("or") and self._words[self._at].text != ")":
            found.append(self._one(depth))
        if not found:
            last = self._words[max(0, self._at - 1)]
            wrong = Problem.STRAY_BRACKET if last.text == ")" or self._is(")") else Problem.NOTHING_AFTER
            raise last.wrong(wrong)
        return found[0] if len(found) == 1 else terms.All(found)

    def _one(self, depth: int) -> Filter:
        word = self._words[self._at]
        self._at += 1
        if word.text.lower() == "not" or word.text == "-":
            if self._at == len(self._words) or self._is("or") or self._is(")"):
                raise word.wrong(Problem.NOTHING_AFTER)
            if depth >= _DEEPEST:
                raise word.wrong(Problem.TOO_DEEP)
            return terms.Not(self._one(depth + 1))
        if word.text != "(":
            if word.text.startswith("-") and len(word.text) > 1:
                return terms.Not(_term(Word(word.text[1:], word.start + 1, word.end), self._now))
            return _term(word, self._now)
        if depth >= _DEEPEST:
            raise word.wrong(Problem.TOO_DEEP)
        found = self._either(depth + 1)
        if not self._is(")"):
            raise word.wrong(Problem.OPEN_BRACKET)
        self._at += 1
        return found

    def _is(self, text: str) -> bool:
        return self._at < len(self._words) and self._words[self._at].text.lower() == text


def _term(word: Word, now: datetime) -> Filter:
    found = _TERM.fullmatch(word.text)
    if found is None:
        return _bare(word)
    name = _SAME_AS.get(found[1].lower(), found[1].lower())
    sign, value = found[2], found[3].replace('"', "")
    if name not in FIELDS:
        raise word.wrong(Problem.UNKNOWN_FIELD, found[1])
    if not value:
        raise word.wrong(Problem.NO_VALUE, found[1], name)
    if name in _NUMBERS:
        return _numbers(word, name, sign, value)
    if name == "latency":
        return _latency(word, sign, value)
    if sign in ("<", ">", "<=", ">="):
        raise word.wrong(Problem.NO_ORDER, found[1], name)
    if name in ("since", "until"):
        at_ns = _moment_ns(word, value, now)
        return terms.Between("time_ns", low=at_ns) if name == "since" else terms.Between("time_ns", high=at_ns)
    return _named(word, name, [part for part in value.lower().split(",") if part])


def _named(word: Word, name: str, values: list[str]) -> Filter:
    """Fields whose value is a word, or several."""
    if not values:
        raise word.wrong(Problem.NO_VALUE, name, name)
    if name in _ENUMS:
        column, known = _ENUMS[name]
        for value in values:
            if value not in known:
                raise word.wrong(Problem.UNKNOWN_VALUE, value, name)
        return terms.OneOf(column, tuple(int(known[value]) for value in values))
    if name == "host":
        return terms.HostHas(tuple(values))
    each = [_single(word, name, value) for value in values]
    return each[0] if len(each) == 1 else terms.Any(each)


def _single(word: Word, name: str, value: str) -> Filter:
    if name == "is":
        if value not in _IS:
            raise word.wrong(Problem.UNKNOWN_VALUE, value, name)
        return _IS[value]
    if name == "chat":
        if value != "this":
            raise word.wrong(Problem.UNKNOWN_VALUE, value, name)
        return terms.OfMessages(lambda view: view.chat_messages())
    if name == "message" and value == "last":
        return terms.OfMessages(lambda view: {view.last_message()} - {b""})
    digits = value.replace("-", "")
    if not re.fullmatch("[0-9a-f]{1,64}", digits):
        raise word.wrong(Problem.NO_HEX, value, name)
    return terms.MessageBegins(digits) if name == "message" else terms.HashBegins(digits)


def _bare(word: Word) -> Filter:
    """A value without its field, where only one field knows it."""
    text = word.text.replace('"', "").lower()
    for column, known in _ENUMS.values():
        if text in known and text != "none":
            return terms.OneOf(column, (int(known[text]),))
    if text in _IS:
        return _IS[text]
    raise word.wrong(Problem.UNKNOWN_WORD)


def _numbers(word: Word, name: str, sign: str, value: str) -> Filter:
    column, kinds, only_frames = _NUMBERS[name]

    def between(low: int | None, high: int | None) -> Filter:
        return terms.Between(column, low, high, only_frames, kinds)

    if sign in (":", "="):
        each = [between(*_range(word, part, name)) for part in value.split(",") if part]
        if not each:
            raise word.wrong(Problem.NO_VALUE, name, name)
        return each[0] if len(each) == 1 else terms.Any(each)
    limit = _count(word, value, name)
    return between(*_bounds(sign, limit))


def _bounds(sign: str, limit: int) -> tuple[int | None, int | None]:
    if sign == ">":
        return limit + 1, None
    if sign == ">=":
        return limit, None
    return None, limit - (sign == "<")


def _range(word: Word, value: str, name: str) -> tuple[int | None, int | None]:
    low, dots, high = value.partition("..")
    if not dots:
        exact = _count(word, value, name)
        return exact, exact
    if not low and not high:
        raise word.wrong(Problem.NO_NUMBER, value, name)
    return (_count(word, low, name) if low else None), (_count(word, high, name) if high else None)


def _count(word: Word, value: str, name: str) -> int:
    found = _COUNT.fullmatch(value)
    if found is None or (found[3] and name not in ("bytes", "raw")) or (found[2] and not found[3]):
        raise word.wrong(Problem.NO_NUMBER, value, name)
    scale = _TIMES[found[3].lower()]
    return int(found[1]) * scale + (int(found[2].ljust(3, "0")) * scale // 1000 if found[2] else 0)


def _latency(word: Word, sign: str, value: str) -> Filter:
    span = _span_ns(value if value[-1:].isalpha() else f"{value}ms")
    if span is None:
        raise word.wrong(Problem.NO_TIME, value, "latency")
    if sign in (":", "="):
        return terms.Latency(span, span + 10**6 - 1)
    return terms.Latency(*_bounds(sign, span))


def _span_ns(value: str) -> int | None:
    found = _SPAN.fullmatch(value)
    if found is None:
        return None
    scale = _NS[found[3]]
    return int(found[1]) * scale + (int(found[2].ljust(6, "0")) * scale // 10**6 if found[2] else 0)


def _moment_ns(word: Word, value: str, now: datetime) -> int:
    """Nanoseconds since 1970 of "10m" (ago), "14:05" (today), or a date with or without a time."""
    span = _span_ns(value)
    if span is not None:
        return max(0, round(now.timestamp() * 1e9) - span)
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", value):
            clock = time.fromisoformat(value.zfill(5) if value.count(":") == 1 else value.zfill(8))
            moment = datetime.combine(now.date(), clock, now.tzinfo)
        else:
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        return max(0, (moment - datetime.fromtimestamp(0, now.tzinfo)) // timedelta(microseconds=1) * 1000)
    except (ValueError, OverflowError):
        raise word.wrong(Problem.NO_TIME, value, word.text.partition(":")[0].lower()) from None


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand from `start` to the cursor. field: "" where a field's name is completed."""

    start: int
    texts: tuple[str, ...]
    field: str = ""


def complete(text: str, cursor: int, hosts: tuple[str, ...] = ()) -> Completion:
    """What could be typed at the cursor."""
    start = cursor
    while start > 0 and text[start - 1] not in ' \t\n()"':
        start -= 1
    start += text[start:cursor].startswith("-")
    typed = text[start:cursor]
    name, colon, value = typed.partition(":")
    if not colon:
        fields = tuple(f"{field}:" for field in FIELDS if field.startswith(typed.lower()))
        return Completion(start, fields)
    name = _SAME_AS.get(name.lower(), name.lower())
    known = hosts if name == "host" else VALUES.get(name, ())
    begun = value.rpartition(",")[2].lower()
    texts = tuple(known_text for known_text in known if known_text.lower().startswith(begun) and known_text != begun)
    return Completion(cursor - len(begun), texts, name)
