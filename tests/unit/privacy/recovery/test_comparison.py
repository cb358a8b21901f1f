"""Shares and spans: what counts as rebuilt."""

import pytest

from app.privacy.recovery.attack import percent
from app.privacy.recovery.comparison import check_spans, in_order, share_of


@pytest.mark.parametrize(
    ("real", "rebuilt", "share"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b c d", "x a b y c d z", 1.0),
        ("a b c d", "a b x d", 0.75),
        ("a b c d", "d c b a", 0.25),
        ("a b c d", "", 0.0),
        ("", "a", 1.0),
        ("a a a a", "a", 0.25),
    ],
)
def test_words_count_in_their_order(real: str, rebuilt: str, share: float) -> None:
    assert in_order(real.split(), rebuilt.split()) == share


def test_a_text_that_stands_there_counts_whole_however_it_was_tokenised() -> None:
    assert share_of(" Hello there ", "user\nHello there\nassistant", [1, 2], [3, 4]).tokens == 1.0
    assert share_of("Hello there", "Hello where", [1, 2], [1, 4]).tokens == 0.5


def test_long_texts_are_compared_in_good_time() -> None:
    real = [number % 977 for number in range(4000)]
    assert in_order(real, [*real[:2000], -1, *real[2001:]]) == 3999 / 4000


@pytest.mark.parametrize(
    ("rebuilt", "real", "is_found"),
    [
        ("I am Anna Lindqvist.", "Anna Lindqvist", True),
        ("I am anna\nlindqvist.", "Anna Lindqvist", True),
        ("planning", "Ann", False),
        ("call 0176-5551 2233 now", "0176 5551 2233", True),
        ("call 01765551 2234 now", "0176 5551 2233", False),
        ("DE89 3704 0044", "DE89370400440532013000", False),
        ("I am Maria Holm.", "Anna Lindqvist", False),
        ("anything", "", False),
    ],
)
def test_a_real_span_is_found_however_it_is_written(rebuilt: str, real: str, is_found: bool) -> None:
    check = check_spans(rebuilt, [(real, "Maria Holm")])
    assert check.real_found == ((real,) if is_found else ())
    assert check.total == 1


def test_a_stand_in_that_holds_the_real_span_is_not_the_real_span() -> None:
    check = check_spans("I am Ann Example.", [("Ann", "Ann Example")])
    assert check.real_found == () and check.stand_ins_found == 1


@pytest.mark.parametrize(("share", "words"), [(1.0, "100 %"), (0.0, "0 %"), (0.9999, "99.9 %"), (0.00001, "0.1 %")])
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, words: str) -> None:
    assert percent(share) == words
