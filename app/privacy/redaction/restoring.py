"""Puts the real words back into a reply as it streams, wherever it is split.

Held back is only what could still become a stand-in: the end of what came so far, for as long as it is how one begins.
Found are a stand-in as it is, in other letters' case ("MARIA"), as a plural or genitive ("Marias", "Maria's"), with
other white space in it, and a number with other separators ("+49-170-55" for "+49 170 55"): the real one takes the
form that the model gave to the stand-in.

One trie over all stand-ins; what has been read of a possible one is a set of its nodes. O(characters).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from app.privacy.redaction.kinds import Kind
from app.privacy.redaction.making import into
from app.privacy.redaction.stand_ins import INITIAL, Pair, StandIns, in_case_of

_SEPARATORS = " -./()\u00a0\u202f\u2010\u2011\u2012\u2013,"
_MOST_SEPARATORS = 3  # in a row
_CJK = 0x2E80  # from here on, letters are no part of a Latin word beside them


class _Form(Enum):
    WORDS = "words"  # white space is any white space; may get an s
    NUMBER = "number"  # letters and digits, with any separators
    EXACT = "exact"  # but for the case of its letters


_FORMS = {
    Kind.MAIL: _Form.EXACT,
    Kind.KEY: _Form.EXACT,
    Kind.URL: _Form.EXACT,
    Kind.IP: _Form.EXACT,
    Kind.PHONE: _Form.NUMBER,
    Kind.CARD: _Form.NUMBER,
    Kind.IBAN: _Form.NUMBER,
    Kind.SOCIAL: _Form.NUMBER,
    Kind.PASSPORT: _Form.NUMBER,
    Kind.TAX: _Form.NUMBER,
    Kind.BIRTH: _Form.NUMBER,
}


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    skips: bool = False  # separators may stand here
    pair: Pair | None = None
    suffix: str = ""  # what the model put behind the stand-in


@dataclass(frozen=True, slots=True)
class _Match:
    end: int
    node: _Node


class Restorer:
    """One reply's. `add` what comes, `finish` at its end; their results, joined, are the restored text."""

    def __init__(self, stand_ins: StandIns | Iterable[Pair]) -> None:
        self._root = _Node()
        for pair in stand_ins.pairs if isinstance(stand_ins, StandIns) else stand_ins:
            if pair.role != INITIAL:
                self._plant(pair)
        self._held = ""
        self._before = ""  # the character before what is held

    def add(self, piece: str) -> str:
        self._held += piece
        return self._advance(is_end=False)

    def finish(self) -> str:
        return self._advance(is_end=True)

    def whole(self, text: str) -> str:
        """A text that is all there."""
        return self.add(text) + self.finish()

    # The trie

    def _plant(self, pair: Pair) -> None:
        form = _FORMS.get(pair.kind, _Form.WORDS)
        if form is _Form.NUMBER:
            self._plant_number(pair)
            return
        text = _low(pair.stand_in)
        node = self._path(" ".join(text.split()) if form is _Form.WORDS else text)
        node.pair = node.pair or pair
        if form is _Form.WORDS and text[-1:].isalpha():
            for suffix in ("s", "es"):
                longer = self._path(suffix, node)
                if longer.pair is None:
                    longer.pair, longer.suffix = pair, suffix
        if pair.kind is Kind.ADDRESS:
            self._plant_street(pair)

    def _path(self, text: str, node: _Node | None = None) -> _Node:
        node = node or self._root
        for sign in text:
            node = node.next.setdefault(sign, _Node())
        return node

    def _plant_number(self, pair: Pair) -> None:
        node, is_first = self._root, True
        for sign in _low(pair.stand_in):
            if sign.isalnum() or (is_first and sign not in _SEPARATORS):
                node = node.next.setdefault(sign, _Node())
                node.skips, is_first = True, False
        if node is not self._root:
            node.pair = node.pair or pair

    def _plant_street(self, pair: Pair) -> None:
        """The street without its number."""
        street, real = (_without_number(text) for text in (pair.stand_in, pair.real))
        if street and real and " ".join(street.split()) != " ".join(pair.stand_in.split()):
            node = self._path(" ".join(_low(street).split()))
            node.pair = node.pair or Pair(pair.kind, real, street)

    # Reading

    def _advance(self, *, is_end: bool) -> str:
        held, out, at = self._held, [], 0
        while at < len(held):
            if _low(held[at]) not in self._root.next or not self._may_begin(at):
                out.append(held[at])
                at += 1
                continue
            match, is_open = self._match(at, is_end=is_end)
            if is_open:
                break
            if match is None:
                out.append(held[at])
                at += 1
            else:
                out.append(_restored(held[at : match.end], match.node))
                at = match.end
        if at:
            self._before = held[at - 1]
        self._held = held[at:]
        return "".join(out)

    def _may_begin(self, at: int) -> bool:
        before = self._held[at - 1] if at else self._before
        return not (_in_word(before) and _in_word(self._held[at]))

    def _match(self, start: int, *, is_end: bool) -> tuple[_Match | None, bool]:
        """The longest stand-in that begins here; whether more text could make it one, or a longer one."""
        held = self._held
        states: list[tuple[_Node, int]] = [(self._root, 0)]  # nodes, and separators since the last sign
        best: _Match | None = None
        at = start
        while states and at < len(held):
            states = _step(states, held[at])
            at += 1
            node = next((node for node, skipped in states if node.pair is not None and not skipped), None)
            ends_here = at == len(held) or not (_in_word(held[at - 1]) and _in_word(held[at]))
            if node is not None and ends_here:
                best = _Match(at, node)
        # Held where what came so far is how a longer one begins, and where only the next character ends the word.
        is_open = not is_end and at == len(held) and any(node.next or node.pair for node, _ in states)
        return best, is_open


def _step(states: list[tuple[_Node, int]], sign: str) -> list[tuple[_Node, int]]:
    low = _low(sign)
    after: list[tuple[_Node, int]] = []
    for node, skipped in states:
        if low == " " and skipped and not node.skips:  # white space goes on
            if skipped < _MOST_SEPARATORS:
                after.append((node, skipped + 1))
            continue
        following = node.next.get(low)
        if following is not None:
            after.append((following, 1 if low == " " else 0))
        if node.skips and node.next and (sign in _SEPARATORS or low == " ") and skipped < _MOST_SEPARATORS:
            after.append((node, skipped + 1))
    return after


def _low(text: str) -> str:
    """Sign by sign, so that places stay the same ("ß" stays one sign)."""
    return "".join(" " if sign.isspace() else low if len(low := sign.lower()) == 1 else sign for sign in text)


def _in_word(sign: str) -> bool:
    return bool(sign) and sign.isalnum() and ord(sign) < _CJK


def _restored(written: str, node: _Node) -> str:
    pair = node.pair
    assert pair is not None
    stand_in, real = pair.stand_in, pair.real
    if written == stand_in:
        return real
    form = _FORMS.get(pair.kind, _Form.WORDS)
    if form is _Form.NUMBER:
        return _in_separators_of(written, stand_in, real)
    if form is _Form.EXACT:
        return real
    body = written[: len(written) - len(node.suffix)] if node.suffix else written
    real = in_case_of(" ".join(body.split()), " ".join(stand_in.split()), real)
    if not node.suffix:
        return real
    suffix = written[len(body) :]
    return real + ("e" + suffix if real[-1:] in "sxz" and node.suffix == "s" else suffix)


def _in_separators_of(written: str, stand_in: str, real: str) -> str:
    """The real number, grouped as the model grouped the stand-in; where they are not of one length, as it is."""
    signs = [sign for sign in real if sign.isalnum()]
    if sum(sign.isalnum() for sign in written) != len(signs) or sum(s.isalnum() for s in stand_in) != len(signs):
        return real
    return into(written, "".join(signs))


def _without_number(text: str) -> str:
    words = text.replace(",", " ").split()
    left = [word for word in words if not any(sign.isdecimal() for sign in word)]
    return " ".join(left) if len(left) >= 2 or (left and len(left[0]) > 7) else ""
