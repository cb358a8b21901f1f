"""Texts without what is real: found, given stand-ins, replaced. Pure but for the map, which learns.

Two rounds over all texts of a chat: first everything is found and learnt, then each text is replaced with the whole
map. So a name that the model saw in one message is replaced in all of them, and a real text that equals a stand-in is
replaced as well: whatever reads like a stand-in in what is sent is one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.privacy.redaction.kinds import Kind, Span, without_overlaps
from app.privacy.redaction.name_lists import ALSO_WORDS
from app.privacy.redaction.stand_ins import Pair, StandIns, known_forms

Find = Callable[[str], Sequence[Span]]
_WORD = re.compile(r"[^\W_]+")
_EXACT_CHARS = 3  # names no longer than this are only names as they were written


@dataclass(frozen=True, slots=True)
class Replacement:
    """`span` of the real text; kept: the person chose to leave it, and `stand_in` is what it would be."""

    span: Span
    stand_in: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Redacted:
    text: str
    replacements: tuple[Replacement, ...] = ()


def redact(
    texts: Sequence[str],
    find: Find,
    stand_ins: StandIns,
    beside: Sequence[str] = (),
    kinds: frozenset[Kind] = frozenset(Kind),
) -> list[Redacted]:
    """beside: texts of the chat that are not sent now, which stand-ins keep clear of. kinds: of what the map knows,
    only these are replaced again. Raises what `find` does."""
    found = [list(find(text)) for text in texts]
    seen = "\n".join((*texts, *beside)).casefold()
    for text, spans in zip(texts, found, strict=True):
        # People first: the mail address of somebody takes their name.
        for span in sorted(spans, key=lambda span: (span.kind is not Kind.PERSON, span.start)):
            stand_ins.learn(span, seen, text[max(span.start - 8, 0) : span.start].strip())
    # A real text that equals a stand-in gets one of its own, which may equal another: it settles at once in practice.
    for _ in range(3):
        version = stand_ins.version
        sight = Sight(stand_ins)
        for text in texts:
            for span in sight.stand_ins_in(text):
                stand_ins.learn(span, seen)
        if stand_ins.version == version:
            break
    sight = Sight(stand_ins)
    return [_replaced(text, spans, stand_ins, sight, kinds) for text, spans in zip(texts, found, strict=True)]


def with_known(text: str, stand_ins: StandIns) -> str:
    """Only what the map knows already is replaced; nothing is learnt."""
    return _replaced(text, [], stand_ins, Sight(stand_ins)).text


def knows_real(text: str, stand_ins: StandIns) -> bool:
    """Whether anything stands in it that the map knows as real, and that is not kept."""
    return any(not stand_ins.is_kept(span) for span in Sight(stand_ins).reals_in(text))


def _replaced(
    text: str, spans: Sequence[Span], stand_ins: StandIns, sight: "Sight", kinds: frozenset[Kind] = frozenset(Kind)
) -> Redacted:
    known = [span for span in (*sight.reals_in(text), *sight.stand_ins_in(text)) if span.kind in kinds]
    clear = without_overlaps([*spans, *(span for span in known if stand_ins.stands(span))])
    out: list[str] = []
    replacements: list[Replacement] = []
    end = 0
    for span in clear:
        if not stand_ins.stands(span):
            continue
        stand_in, is_kept = stand_ins.replaced(span), stand_ins.is_kept(span)
        replacements.append(Replacement(span, stand_in, is_kept))
        out += [text[end : span.start], span.text if is_kept else stand_in]
        end = span.end
    return Redacted("".join((*out, text[end:])), tuple(replacements))


class Sight:
    """Finds what a map knows, in texts: as words, names also in capitals and (where they are no words) small letters.

    Looked up by the first word of each, so that a long text and a large map cost their sum, not their product.
    """

    def __init__(self, stand_ins: StandIns) -> None:
        pairs = stand_ins.pairs
        self._reals = _index((real, pair) for real, pair in known_forms(pairs))
        self._stand_ins = _index((pair.stand_in, pair) for pair in pairs if len(pair.stand_in) > 1)

    def reals_in(self, text: str) -> list[Span]:
        return [span for span, pair in _found(self._reals, text) if _is_meant(span.text, pair)]

    def stand_ins_in(self, text: str) -> list[Span]:
        """What is real and reads like a stand-in."""
        found = _found(self._stand_ins, text)
        return [span for span, pair in found if not pair.role or not span.text.islower()]


_Index = dict[str, list[tuple[int, str, Pair]]]  # first word -> (how much stands before it, the whole, its pair)


def _index(forms: Iterable[tuple[str, Pair]]) -> _Index:
    index: _Index = {}
    for form, pair in forms:
        word = _WORD.search(form)
        if word is not None:
            index.setdefault(word.group().casefold(), []).append((word.start(), form.casefold(), pair))
    return index


def _found(index: _Index, text: str) -> Iterator[tuple[Span, Pair]]:
    for word in _WORD.finditer(text) if index else ():
        for before, form, pair in index.get(word.group().casefold(), ()):
            start = word.start() - before
            end = start + len(form)
            found = text[max(start, 0) : end]
            if start >= 0 and found.casefold() == form and not _goes_on(text, start, end):
                yield Span(start, end, pair.kind, found), pair


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the word goes on beyond either end."""
    starts_inside = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    return starts_inside or (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())


def _is_meant(found: str, pair: Pair) -> bool:
    if not pair.role or found == pair.real:
        return True
    return len(found) > _EXACT_CHARS and not (found.islower() and found.casefold() in ALSO_WORDS)
