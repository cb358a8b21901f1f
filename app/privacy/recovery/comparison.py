"""Rebuilt text beside the real one: which share of it stands there, in words and in tokens. Pure.

A share is what an operator has of the real text: its words (or tokens) that stand in the rebuilt text in their order,
by longest common subsequence, divided by how many the real text has. What else was rebuilt (a chat template's words)
neither helps nor hurts.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

_COMPARED = 20_000  # items of either side, so that time stays bounded
_DIGITS_COUNT = 6  # so many digits in a span, and they are also looked for without what stands between them


@dataclass(frozen=True, slots=True)
class Share:
    """0 to 1, of a text's words and of its tokens."""

    words: float
    tokens: float


@dataclass(frozen=True, slots=True)
class SpanCheck:
    """What was replaced before it was sent: how many real spans the rebuilt text holds (must be 0), of how many."""

    total: int
    real_found: tuple[str, ...]
    stand_ins_found: int


def share_of(real: str, rebuilt: str, real_tokens: Sequence[int], rebuilt_tokens: Sequence[int]) -> Share:
    """How much of `real` was rebuilt. A text that stands there as it is counts whole, however it was tokenised."""
    if not real.split():
        return Share(1.0, 1.0)
    if real.strip() in rebuilt:
        return Share(1.0, 1.0)
    return Share(in_order(real.split(), rebuilt.split()), in_order(real_tokens, rebuilt_tokens))


def in_order(real: Sequence[Hashable], rebuilt: Sequence[Hashable]) -> float:
    """Share of `real` that stands in `rebuilt` in its order; 1 where there is nothing to rebuild."""
    if not real:
        return 1.0
    real, rebuilt = list(real)[:_COMPARED], list(rebuilt)[:_COMPARED]
    start = 0
    while start < min(len(real), len(rebuilt)) and real[start] == rebuilt[start]:
        start += 1
    rest_real, rest_rebuilt = real[start:], rebuilt[start:]
    end = 0
    while end < min(len(rest_real), len(rest_rebuilt)) and rest_real[-1 - end] == rest_rebuilt[-1 - end]:
        end += 1
    middle = _common(rest_real[: len(rest_real) - end], rest_rebuilt[: len(rest_rebuilt) - end])
    return (start + middle + end) / len(real)


def check_spans(rebuilt: str, replaced: Sequence[tuple[str, str]]) -> SpanCheck:
    """`replaced`: (real span, stand-in) pairs. Case, spacing and what separates a number's digits do not matter."""
    found = tuple(real for real, stand_in in replaced if _holds(rebuilt, real, stand_in))
    stand_ins = sum(_normal(stand_in) in _normal(rebuilt) for _, stand_in in replaced if stand_in)
    return SpanCheck(len(replaced), found, stand_ins)


def _holds(rebuilt: str, real: str, stand_in: str) -> bool:
    wanted = _normal(real)
    if not wanted:
        return False
    text = _normal(rebuilt).replace(_normal(stand_in), " ") if stand_in else _normal(rebuilt)
    if re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text):
        return True
    digits = re.sub(r"\D", "", wanted)
    is_number = len(digits) >= _DIGITS_COUNT and len(digits) * 2 >= len(wanted)
    return is_number and digits in re.sub(r"(?<=\d)[\s().,/+-]+(?=\d)", "", text)


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence: the textbook table, a row at a time."""
    if not a or not b:
        return 0
    numbers: dict[Hashable, int] = {}
    row_a = [numbers.setdefault(item, len(numbers)) for item in a]
    row_b = np.array([numbers.setdefault(item, len(numbers)) for item in b])
    best = np.zeros(len(row_b) + 1, np.int32)
    for item in row_a:
        taken = np.maximum(best[1:], best[:-1] + (row_b == item))
        best[1:] = np.maximum.accumulate(taken)
    return int(best[-1])
