"""One chat's map between what is real and what stands in for it: the same real text always gets the same stand-in.

A name is kept by its parts, so that "Anna Schmidt" -> "Maria Larsen" makes a later "Anna" "Maria" and "Ms Schmidt" "Ms
Larsen". A stand-in is chosen by a keyed hash of the real text under the chat's own random key: who sees stand-ins
learns nothing from which ones they are. It never equals, holds or is held by anything real in the chat. The map goes
into the encrypted store as JSON, and nowhere else.
"""

import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.making import first_name, invented, last_name, make
from app.privacy.redaction.name_lists import FIRST, LAST, words

VERSION = 1
_TRIES = 40
_LONGEST_KEPT = 400  # characters of a stand-in or a real text that the reply could hold; a private key's are more
FIRST_NAME, LAST_NAME, INITIAL, WHOLE = "first", "last", "initial", ""
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_UNTOUCHED = words(
    """von van de der den della del di da dos du la le zu zum ten ter bin ibn al el af av y dr prof med mr mrs ms herr
    frau jr sr ii iii"""
)


@dataclass(frozen=True, slots=True)
class Pair:
    """`role`: which part of a name it is; WHOLE for everything else."""

    kind: Kind
    real: str
    stand_in: str
    role: str = WHOLE


class StandIns:
    """Not for several threads: one chat's texts are redacted one after another (app/core/redaction.py holds a lock)."""

    def __init__(self, seed: bytes | None = None) -> None:
        self._seed = seed or secrets.token_bytes(16)
        self._pairs: dict[tuple[str, str], Pair] = {}  # (group, casefolded real) -> pair
        self._kept: dict[tuple[Kind, str], str] = {}  # (kind, casefolded) -> what the person chose to leave as it is
        self._taken: set[str] = set()  # casefolded stand-ins
        self._reals: set[str] = set()  # casefolded real texts
        self.version = 0  # goes up with every change

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return tuple(self._pairs.values())

    @property
    def kept(self) -> tuple[tuple[Kind, str], ...]:
        return tuple((kind, real) for (kind, _), real in self._kept.items())

    def is_kept(self, span: Span) -> bool:
        if span.kind is not Kind.PERSON:
            return (span.kind, _key(span.text)) in self._kept
        parts = _keys_of_parts(span.text)
        kept = {part for (kind, _), real in self._kept.items() if kind is Kind.PERSON for part in _keys_of_parts(real)}
        return bool(parts) and parts <= kept

    def keep(self, kind: Kind, real: str, *, is_kept: bool) -> None:
        """The person wants it left as it is; or replaced again, and with it whatever has a part of that name."""
        if is_kept:
            self._kept[(kind, _key(real))] = real
        else:
            self._kept.pop((kind, _key(real)), None)
            if kind is Kind.PERSON:
                gone = _keys_of_parts(real)
                self._kept = {
                    key: kept
                    for key, kept in self._kept.items()
                    if key[0] is not Kind.PERSON or gone.isdisjoint(_keys_of_parts(kept))
                }
        self.version += 1

    def learn(self, span: Span, seen: str, before: str = "") -> None:
        """Make sure that there is a stand-in. seen: all texts of the chat, casefolded; before: what stands before
        it."""
        if span.kind is Kind.PERSON:
            for part, role in _roles(span.text, before):
                self._pair(span.kind, part, role, seen)
            self._learn_initials(span.text)
        elif span.kind is Kind.MAIL:
            self._mail(span.text, seen)
        else:
            self._pair(span.kind, span.text, WHOLE, seen)

    def replaced(self, span: Span) -> str:
        """Its stand-in, which was learnt."""
        if span.kind is not Kind.PERSON:
            return self._pairs[(_group(span.kind, WHOLE), _key(span.text))].stand_in
        return _PART.sub(lambda match: self._part(match.group()), span.text)

    def stands(self, span: Span) -> bool:
        """Whether everything of it was learnt."""
        if span.kind is not Kind.PERSON:
            return (_group(span.kind, WHOLE), _key(span.text)) in self._pairs
        return all(_is_untouched(part) or self._of_part(part) for part in _PART.findall(span.text))

    def copy(self) -> "StandIns":
        other = StandIns(self._seed)
        other._pairs, other._kept, other._taken = dict(self._pairs), dict(self._kept), set(self._taken)
        other._reals = set(self._reals)
        other.version = self.version
        return other

    # As text

    def to_json(self) -> str:
        """ "" where there is nothing to keep."""
        if not self._pairs and not self._kept:
            return ""
        pairs = [[pair.kind.value, pair.real, pair.stand_in, pair.role] for pair in self._pairs.values()]
        values = {
            "version": VERSION,
            "seed": self._seed.hex(),
            "pairs": pairs,
            "kept": [[kind.value, real] for kind, real in self.kept],
        }
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "StandIns":
        """Raises ValueError for what is no such map; "" is a new one."""
        if not text:
            return cls()
        try:
            values: dict[str, Any] = json.loads(text)
            found = cls(bytes.fromhex(values["seed"]))
            for kind, real, stand_in, role in values["pairs"]:
                found._put(Pair(Kind(kind), str(real), str(stand_in), str(role)))
            found._kept = {(Kind(kind), _key(str(real))): str(real) for kind, real in values["kept"]}
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is no map of stand-ins") from error
        return found

    # Making

    def _pair(self, kind: Kind, real: str, role: str, seen: str) -> Pair:
        key = (_group(kind, role), _key(real))
        if key not in self._pairs:
            self._put(Pair(kind, _canonical(real, role), self._chosen(kind, real, role, seen), role))
        return self._pairs[key]

    def _put(self, pair: Pair) -> None:
        self._pairs[(_group(pair.kind, pair.role), _key(pair.real))] = pair
        self._taken.add(pair.stand_in.casefold())
        self._reals.add(_key(pair.real))
        self.version += 1

    def _chosen(self, kind: Kind, real: str, role: str, seen: str) -> str:
        for attempt in range(_TRIES):
            random = self._random(kind, role, real, attempt)
            if attempt > _TRIES // 2 and (role or kind in (Kind.PLACE, Kind.ORGANISATION)):
                made = invented(random, 2 + attempt % 3)
            elif role == FIRST_NAME:
                made = first_name(real, random)
            elif role == LAST_NAME:
                made = last_name(real, random)
            else:
                made = make(kind, real, random)
            if self._may_stand(made, real, seen):
                return made
        for attempt in range(_TRIES, 100 * _TRIES):  # a short shape with few others ("42" on the person's own list)
            random = self._random(kind, role, real, attempt)
            made = f"{invented(random, 2)}{make(kind, real, random) if kind is not Kind.PERSON else ''}"
            if self._may_stand(made, real, seen):
                break
        return made

    def _random(self, kind: Kind, role: str, real: str, attempt: int) -> Random:
        message = f"{kind.value}\0{role}\0{_key(real)}\0{attempt}".encode("utf-8", "surrogatepass")
        return Random(hmac.digest(self._seed, message, "sha256"))

    def _may_stand(self, made: str, real: str, seen: str) -> bool:
        low, own = made.casefold(), _key(real)
        if low in self._taken or low in seen or own in low or low in own:
            return False
        return self._reals.isdisjoint(re.findall(r"[^\W_]+", low))

    def _mail(self, real: str, seen: str) -> None:
        """Of somebody who is in the map already it has their stand-in's name: anna.schmidt@ -> maria.larsen@."""
        key = (_group(Kind.MAIL, WHOLE), _key(real))
        if key in self._pairs:
            return
        user, _, _ = real.partition("@")
        if "@" in real and any(self._of_part(part) for part in _PART.findall(user)):
            made = make(Kind.MAIL, real, self._random(Kind.MAIL, WHOLE, real, 0))
            names = _PART.sub(lambda match: self._user_part(match.group()), re.sub(r"\d", "7", user))
            likely = f"{names}@{made.rpartition('@')[2]}"
            if self._may_stand(likely, real, seen):
                self._put(Pair(Kind.MAIL, real, likely))
                return
        self._pair(Kind.MAIL, real, WHOLE, seen)

    def _user_part(self, part: str) -> str:
        found = self._of_part(part)
        if found is not None:
            return found.stand_in.lower()
        random = self._random(Kind.MAIL, LAST_NAME, part, 0)
        return last_name(part, random).lower()[: max(len(part), 1)]

    def _learn_initials(self, text: str) -> None:
        """ "J. Schmidt": an initial says nothing alone, so it is put back only together with the name."""
        if any(len(part) == 1 for part in _PART.findall(text)):
            whole = _PART.sub(lambda match: self._part(match.group()), text)
            if (_group(Kind.PERSON, WHOLE), _key(text)) not in self._pairs:
                self._put(Pair(Kind.PERSON, text, whole))

    def _part(self, part: str) -> str:
        if _is_untouched(part):
            return part
        pair = self._of_part(part)
        assert pair is not None, "a part of a name was never learnt"
        return in_case_of(part, pair.real, pair.stand_in)

    def _of_part(self, part: str) -> Pair | None:
        return self._pairs.get((_group(Kind.PERSON, FIRST_NAME), _key(part)))


def parts_of(text: str) -> list[str]:
    """The parts of a name that stand for somebody."""
    return [part for part in _PART.findall(text) if not _is_untouched(part)]


def _keys_of_parts(text: str) -> set[str]:
    return {_key(part) for part in parts_of(text)}


def in_case_of(written: str, known: str, wanted: str) -> str:
    """`wanted` in capitals where `written` is `known` in capitals; in small letters likewise."""
    if written == known:
        return wanted
    if len(written) > 1 and written.isupper():
        return wanted.upper()
    if written.islower():
        return wanted.lower()
    return wanted


def _roles(text: str, before: str) -> Iterator[tuple[str, str]]:
    parts = parts_of(text)
    is_reversed = "," in text
    for place, part in enumerate(parts):
        if len(part) == 1:
            yield part, INITIAL
        elif len(parts) == 1:
            is_first = _key(part) in FIRST and (_key(part) not in LAST or not before)
            yield part, FIRST_NAME if is_first else LAST_NAME
        else:
            is_last = place == (0 if is_reversed else len(parts) - 1)
            is_given = "-" in text and _key(part) in FIRST
            yield part, LAST_NAME if is_last and not is_given else FIRST_NAME


def _is_untouched(part: str) -> bool:
    return part.casefold() in _UNTOUCHED


def _canonical(real: str, role: str) -> str:
    """A name typed in small letters or in capitals is still written as a name is."""
    return real.capitalize() if role and (real.islower() or (real.isupper() and len(real) > 1)) else real


def _group(kind: Kind, role: str) -> str:
    """Parts of names share one space, whichever part they were first: "Kim" stays one stand-in."""
    return f"{kind.value}:part" if role else kind.value


def _key(real: str) -> str:
    return " ".join(real.casefold().split())


def known_forms(pairs: Iterable[Pair]) -> Iterator[tuple[str, Pair]]:
    """What of a map is looked for in texts: everything but initials."""
    for pair in pairs:
        if pair.role != INITIAL and len(pair.real) <= _LONGEST_KEPT:
            yield pair.real, pair
