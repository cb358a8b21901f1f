"""Which characters of a message, as it is shown, each token of the backend's cache holds. Pure; no Qt, no torch.

Two steps. The turns of the prompt are found among the tokens by encoding the turns before each (the chat's form stands
between them), and a message's text within its turn. Then, where what was sent is not what is shown (stand-ins, a
template that trims), the two texts are read side by side: equal stretches keep their characters, and the tokens of a
stretch that differs hold, together, the whole of what is shown there. That is what `is_exact` says.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from app.core.ports import Tokens
from app.core.prompt import BETWEEN, prompt_of, prompt_text
from app.domain.conversation import Message, Role
from app.domain.errors import AppError
from app.domain.ids import MessageId

MOST_ENCODED = 400_000  # tokens of beginnings of the chat that are encoded; the turns before have no places
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_REACH = 40  # words of either text in which a stretch that differs must end
_SURE = 2  # words that must be equal again behind it


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """The token at `position` holds the characters from `start` to `end` of a message's text.

    is_exact: False where it holds them only together with its neighbours.
    """

    position: int
    start: int
    end: int
    is_exact: bool = True


Places = tuple[TokenPlace, ...]  # of one message, in the order of their positions


@dataclass(frozen=True, slots=True)
class SentText:
    """What was sent of one message, and its tokens' places in that text."""

    text: str
    places: Places


@dataclass(frozen=True, slots=True)
class SentTokens:
    """The cache after a reply: the tokens' texts one by one, how many stand before the reply, and the messages."""

    message: MessageId
    texts: tuple[str, ...]
    reply_from: int
    sent: Mapping[MessageId, SentText] = field(default_factory=dict)

    def places(self, shown: Callable[[MessageId], str | None]) -> dict[MessageId, Places]:
        """`shown`: the text of a message as the person sees it; None where it is not here. The places are in that text
        with line feeds alone, as the chat reads it."""
        found: dict[MessageId, Places] = {}
        for message, sent in self.sent.items():
            text = shown(message)
            if text is not None:
                found[message] = carried(sent.places, sent.text, text.replace("\r\n", "\n").replace("\r", "\n"))
        return found


# Tokens of the prompt


def sent_tokens(
    tokenizer: Tokens,
    held: Sequence[int],
    reply: tuple[MessageId, int],
    branch: Sequence[Message],
    system: str,
    model_id: str,
) -> SentTokens:
    """`held`: the tokens of the cache; `reply`: the reply, and its first position; `branch`: what it answers, as it was
    sent. Slow for a long chat."""
    decoder = tokenizer.reply_decoder()
    pieces = [decoder.add(token) for token in held]
    texts = tuple(tokenizer.decode([token]) for token in held)
    spans = _spans(pieces, texts)
    message, reply_from = reply
    said = "".join(pieces)
    begin = spans[reply_from][0] if reply_from < len(spans) else len(said)
    sent = _prompt_places(tokenizer, held, spans, said, branch, system, model_id)
    own = _cut(spans, range(reply_from, len(held)), begin, len(said))
    sent[message] = SentText(said[begin:], own)
    return SentTokens(message, texts, reply_from, sent)


def _spans(pieces: Sequence[str], texts: Sequence[str]) -> list[tuple[int, int]]:
    """Of each token, in all of the text. A character of several tokens is held by each of them; a sign of the chat's
    form holds nothing."""
    spans: list[tuple[int, int]] = []
    at, waiting = 0, 0  # tokens whose character has not come yet
    for piece, text in zip(pieces, texts, strict=True):
        end = at + len(piece)
        spans.append((at, end))
        if piece:
            spans[len(spans) - 1 - waiting : len(spans) - 1] = [(at, end)] * waiting
        waiting = 0 if piece or not text else waiting + 1
        at = end
    return spans


def _cut(spans: Sequence[tuple[int, int]], positions: range, begin: int, end: int) -> Places:
    """The tokens of these positions that hold something between two characters, counted from the first."""
    found = ((p, max(spans[p][0], begin), min(spans[p][1], end)) for p in positions)
    return tuple(TokenPlace(p, start - begin, stop - begin) for p, start, stop in found if start < stop)


def _prompt_places(
    tokenizer: Tokens,
    held: Sequence[int],
    spans: Sequence[tuple[int, int]],
    said: str,
    branch: Sequence[Message],
    system: str,
    model_id: str,
) -> dict[MessageId, SentText]:
    prompt = prompt_of(branch, system, model_id, tokenizer.eos_ids)
    sent: dict[MessageId, SentText] = {}
    ends: dict[int, int | None] = {0: 0}
    left = MOST_ENCODED
    by_turn = _by_turn(branch, prompt.turns)
    for turn in reversed(range(len(prompt.turns))):
        for count in (turn, turn + 1):
            if count not in ends:
                replies = {place: ids for place, ids in prompt.replies.items() if place < count}
                ends[count] = _end_of(tokenizer, prompt.turns[:count], replies, held)
                left -= ends[count] or 0
        first, last = ends[turn], ends[turn + 1]
        if left < 0:
            break
        if first is None or last is None or last <= first:
            continue
        for message, start in by_turn.get(turn, ()):
            text = prompt.turns[turn][1]
            sent[message.id] = _in_turn(spans, range(first, last), said, text, start, message.text)
    return sent


def _end_of(
    tokenizer: Tokens, turns: list[tuple[str, str]], replies: Mapping[int, Sequence[int]], held: Sequence[int]
) -> int | None:
    """How many tokens of the cache these turns take; None where the chat does not begin with what they encode to."""
    try:
        ids = tokenizer.encode_chat(turns, add_generation_prompt=False, replies=replies)
    except AppError:  # a template may refuse a chat that ends there
        return None
    return len(ids) if list(held[: len(ids)]) == ids else None


def _by_turn(branch: Sequence[Message], turns: list[tuple[str, str]]) -> dict[int, list[tuple[Message, int]]]:
    """Which messages each turn holds, and where their own text begins in it: app/core/prompt.py, read backwards."""
    found: dict[int, list[tuple[Message, int]]] = {}
    turn = 0 if turns and turns[0][0] == Role.SYSTEM.value else -1
    role, length = Role.SYSTEM.value, 0
    for message in branch:
        if message.role is Role.SYSTEM:
            continue
        whole = prompt_text(message)
        if message.role.value == role:
            length += len(BETWEEN) + len(whole)
        else:
            turn, role, length = turn + 1, message.role.value, len(whole)
        found.setdefault(turn, []).append((message, length - len(message.text)))
    return found


def _in_turn(
    spans: Sequence[tuple[int, int]], positions: range, said: str, turn_text: str, start: int, text: str
) -> SentText:
    """The places of one message's text, which begins at `start` in its turn's. The chat's form stands before it and, in
    few words, behind it, so the last place where the turn's text stands is the one. Templates may trim it."""
    begin, end = spans[positions[0]][0], spans[positions[-1]][1]
    trimmed = turn_text.strip()
    at = said.rfind(turn_text, begin, end)
    if at < 0 and trimmed:
        at = said.rfind(trimmed, begin, end) - (len(turn_text) - len(turn_text.lstrip()))
        if at < begin - len(turn_text):
            at = -1
    if at < 0:
        whole = (TokenPlace(p, 0, len(text), is_exact=False) for p in positions if spans[p][0] < spans[p][1])
        return SentText(text, tuple(whole) if text else ())
    return SentText(text, _cut(spans, positions, at + start, at + start + len(text)))


# What was sent beside what is shown


def carried(places: Places, sent: str, shown: str) -> Places:
    """Places in `sent` as places in `shown`. What only one of them has has none."""
    if sent == shown:
        return places
    stretches = _stretches(sent, shown)
    starts = [stretch[0] for stretch in stretches]
    found: list[TokenPlace] = []
    for place in places:
        first = max(0, bisect_right(starts, place.start) - 1)
        start, end, is_exact = len(shown), 0, place.is_exact
        for s0, s1, r0, r1 in stretches[first:]:
            if s0 >= place.end:
                break
            if s1 <= place.start:
                continue
            if sent[s0:s1] == shown[r0:r1]:
                start, end = min(start, r0 + max(place.start, s0) - s0), max(end, r0 + min(place.end, s1) - s0)
            else:
                start, end, is_exact = min(start, r0), max(end, r1), False
        if start < end:
            found.append(replace(place, start=start, end=end, is_exact=is_exact))
    return tuple(found)


def _stretches(sent: str, shown: str) -> list[tuple[int, int, int, int]]:
    """Both texts cut into stretches that are equal or that differ, in characters. Work grows with their length alone:
    where two stretches that differ do not end within some words, all that follows is one."""
    a, b = _WORD.findall(sent), _WORD.findall(shown)
    a_at, b_at = [0, *accumulate(map(len, a))], [0, *accumulate(map(len, b))]
    found: list[tuple[int, int, int, int]] = []
    i = j = 0
    while i < len(a) or j < len(b):
        same = 0
        while i + same < len(a) and j + same < len(b) and a[i + same] == b[j + same]:
            same += 1
        if same:
            found.append((a_at[i], a_at[i + same], b_at[j], b_at[j + same]))
            i, j = i + same, j + same
            continue
        di, dj = _difference(a, b, i, j)
        found.append((a_at[i], a_at[i + di], b_at[j], b_at[j + dj]))
        i, j = i + di, j + dj
    return found


def _difference(a: Sequence[str], b: Sequence[str], i: int, j: int) -> tuple[int, int]:
    """How many words of each differ from there on: the fewest behind which they are equal again."""
    for both in range(1, 2 * _REACH):
        for di in range(max(0, both - _REACH), min(both, _REACH) + 1):
            if _meet(a, b, i + di, j + both - di):
                return di, both - di
    return len(a) - i, len(b) - j


def _meet(a: Sequence[str], b: Sequence[str], i: int, j: int) -> bool:
    if i > len(a) or j > len(b):
        return False
    if i == len(a) or j == len(b):
        return i == len(a) and j == len(b)
    return a[i : i + _SURE] == b[j : j + _SURE]
