"""The independent part of the labelled set is what it says: every mark right, nothing twice, every checksum valid."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from app.privacy.redaction.kinds import Kind
from tests.privacy.redaction_set.labelled import INDEPENDENT, Labelled, load, marked_file

ROWS = load(INDEPENDENT)


def _labelled(kind: str) -> list[str]:
    return [row.text[start:end] for row in ROWS for start, end, is_kind in row.spans if is_kind == kind]


def test_the_read_file_is_the_written_one() -> None:
    assert list(marked_file(INDEPENDENT)) == ROWS


def test_it_is_large_enough() -> None:
    counts = Counter(kind for row in ROWS for _, _, kind in row.spans)
    assert counts.total() >= 450 and counts["person"] >= 160 and len(counts) == 13
    assert min(counts.values()) >= 10
    assert sum(not row.spans for row in ROWS) >= 60


def test_no_text_stands_there_twice() -> None:
    assert [text for text, times in Counter(row.text for row in ROWS).items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_marks_are_whole_and_apart(row: Labelled) -> None:
    kinds = {kind.value for kind in Kind}
    for start, end, kind in row.spans:
        assert kind in kinds
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end] == row.text[start:end].strip()
    assert all(one[1] <= after[0] for one, after in pairwise(row.spans))
    assert re.search(r"\{[a-z]+:", row.text) is None  # a mark that was not read


@pytest.mark.parametrize("card", _labelled("card"))
def test_cards_are_valid(card: str) -> None:
    digits = [int(sign) for sign in reversed(card) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) if at % 2 else digit for at, digit in enumerate(digits)]
    assert 14 <= len(digits) <= 16 and sum(doubled) % 10 == 0


@pytest.mark.parametrize("iban", _labelled("iban"))
def test_ibans_are_valid(iban: str) -> None:
    plain = iban.replace(" ", "")
    assert int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
